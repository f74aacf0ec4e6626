internal import COpenSSL
internal import Synchronization

/// HMAC-SHA256 (RFC 2104) with one key, by OpenSSL.
///
/// Contexts that hold the key already are kept and lent out, one to each caller at a time: with one a code costs 0.57 µs,
/// making one each time several times that.
public final class MessageAuthenticator: Sendable {
  public static let codeBytes = 32

  private struct Context: @unchecked Sendable {  // used by the caller it was lent to alone
    let handle: OpaquePointer
  }
  private let idle: Mutex<[Context]>

  /// - Parameter key: Any length but zero; RFC 2104 wants 32 bytes or more.
  public init(key: [UInt8]) {
    precondition(!key.isEmpty)
    idle = Mutex([Self.makeContext(key: key)])
  }

  deinit { idle.withLock { contexts in for context in contexts { EVP_MAC_CTX_free(context.handle) } } }

  /// The code of a message.
  public func code(_ message: [UInt8]) -> [UInt8] { message.withUnsafeBytes { code($0) } }

  func code(_ message: UnsafeRawBufferPointer) -> [UInt8] {
    let context = borrow()
    defer { idle.withLock { $0.append(context) } }
    var code = [UInt8](repeating: 0, count: Self.codeBytes)
    var count = 0
    // A null key means the one from before.
    var isDone = EVP_MAC_init(context.handle, nil, 0, nil) == 1
    if let bytes = message.bindMemory(to: UInt8.self).baseAddress, !message.isEmpty {
      isDone = isDone && EVP_MAC_update(context.handle, bytes, message.count) == 1
    }
    isDone = isDone && EVP_MAC_final(context.handle, &code, &count, code.count) == 1
    precondition(isDone && count == Self.codeBytes, "OpenSSL computes no HMAC")
    return code
  }

  /// A context nobody uses; a copy of one when all are lent, so there are never more than callers at one time.
  private func borrow() -> Context {
    let context = idle.withLock { contexts -> Context? in
      if contexts.count > 1 { return contexts.removeLast() }
      // The last one is copied instead of lent: a lent one may be in the middle of a message.
      guard let template = contexts.first, let copy = EVP_MAC_CTX_dup(template.handle) else { return nil }
      return Context(handle: copy)
    }
    guard let context else { preconditionFailure("OpenSSL has no memory for an HMAC") }
    return context
  }

  private static func makeContext(key: [UInt8]) -> Context {
    guard let mac = EVP_MAC_fetch(nil, "HMAC", nil), let handle = EVP_MAC_CTX_new(mac) else {
      preconditionFailure("OpenSSL has no HMAC")
    }
    defer { EVP_MAC_free(mac) }
    var digest = Array("SHA256".utf8CString)
    let isReady = digest.withUnsafeMutableBufferPointer { digest in
      var parameters = [OSSL_PARAM_construct_utf8_string("digest", digest.baseAddress, 0), OSSL_PARAM_construct_end()]
      return EVP_MAC_init(handle, key, key.count, &parameters) == 1
    }
    precondition(isReady, "OpenSSL has no HMAC with SHA-256")
    return Context(handle: handle)
  }
}
