internal import CArgon2
internal import Glibc

/// Argon2id (RFC 9106) by libargon2, on a block of memory that is kept between hashes.
///
/// One object for each thread. libargon2 gives its allocation callbacks no context, so the thread's block is found
/// through a thread-local key; with one thread a hash, libargon2 calls them on the thread that hashes.
final class Argon2 {
  private static let currentKey: pthread_key_t = {
    var key = pthread_key_t()
    let status = pthread_key_create(&key, nil)
    precondition(status == 0, "no thread-local key: error \(status)")
    return key
  }()

  private var block: UnsafeMutableRawPointer?
  private var blockBytes = 0

  deinit { giveBack() }

  /// The digest of a password, nil if there is no memory for it.
  ///
  /// - Parameter cost: Within `Cost.isAllowed`.
  func digest(password: [UInt8], salt: [UInt8], cost: PasswordHash.Cost, count: Int) -> [UInt8]? {
    var password = password
    var salt = salt
    var digest = [UInt8](repeating: 0, count: count)
    let status = password.withUnsafeMutableBufferPointer { password in
      salt.withUnsafeMutableBufferPointer { salt in
        digest.withUnsafeMutableBufferPointer { digest in
          var context = argon2_context()
          context.out = digest.baseAddress
          context.outlen = UInt32(digest.count)
          context.pwd = password.baseAddress
          context.pwdlen = UInt32(password.count)
          context.salt = salt.baseAddress
          context.saltlen = UInt32(salt.count)
          context.t_cost = cost.passes
          context.m_cost = cost.memoryKiB
          context.lanes = cost.lanes
          context.threads = 1
          context.version = ARGON2_VERSION_13.rawValue
          context.allocate_cbk = { memory, count in
            // The key holds the object whose `digest` is running further up on this very thread.
            guard let raw = pthread_getspecific(Argon2.currentKey) else { return ARGON2_MEMORY_ALLOCATION_ERROR.rawValue }
            let block = Unmanaged<Argon2>.fromOpaque(raw).takeUnretainedValue().reserve(count)
            memory?.pointee = block?.assumingMemoryBound(to: UInt8.self)
            return block == nil ? ARGON2_MEMORY_ALLOCATION_ERROR.rawValue : ARGON2_OK.rawValue
          }
          // Kept for the next hash; libargon2 has wiped it.
          context.free_cbk = { _, _ in }
          pthread_setspecific(Argon2.currentKey, Unmanaged.passUnretained(self).toOpaque())
          defer { pthread_setspecific(Argon2.currentKey, nil) }
          return argon2_ctx(&context, Argon2_id)
        }
      }
    }
    if status == ARGON2_MEMORY_ALLOCATION_ERROR.rawValue { return nil }
    precondition(status == ARGON2_OK.rawValue, "Argon2 refused its parameters: \(String(cString: argon2_error_message(status)))")
    return digest
  }

  /// Returns the block to the system.
  func giveBack() {
    if let block { munmap(block, blockBytes) }
    block = nil
    blockBytes = 0
  }

  private func reserve(_ count: Int) -> UnsafeMutableRawPointer? {
    if let block, count <= blockBytes { return block }
    giveBack()
    guard let mapped = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), mapped != MAP_FAILED else {
      return nil
    }
    block = mapped
    blockBytes = count
    return mapped
  }
}
