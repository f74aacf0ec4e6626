internal import COpenSSL

/// SHA-256 of something that comes piece by piece. Used by one thread at a time.
public final class SHA256Stream {
  private let context: OpaquePointer

  public init() {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex2(context, EVP_sha256(), nil) == 1 else {
      preconditionFailure("OpenSSL has no SHA-256")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Takes in the next piece.
  public func update(_ bytes: [UInt8]) { update(bytes[...]) }

  /// The same of a part of an array.
  public func update(_ bytes: ArraySlice<UInt8>) {
    let isDone = bytes.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) } == 1
    precondition(isDone, "OpenSSL refuses to go on")
  }

  /// 32 bytes. To be called once, after the last piece.
  public func finish() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    let isDone = EVP_DigestFinal_ex(context, &digest, nil) == 1
    precondition(isDone, "OpenSSL cannot finish")
    return digest
  }
}
