internal import COpenSSL

/// SHA-256 of bytes that come one piece after another, by OpenSSL.
public final class IncrementalSHA256 {
  private let context: OpaquePointer

  public init() {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      preconditionFailure("OpenSSL has no SHA-256")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  public func update(_ bytes: [UInt8]) {
    let isDone = EVP_DigestUpdate(context, bytes, bytes.count) == 1
    precondition(isDone, "OpenSSL computes no SHA-256")
  }

  /// 32 bytes. To be called once.
  public func finish() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    let isDone = EVP_DigestFinal_ex(context, &digest, nil) == 1
    precondition(isDone, "OpenSSL computes no SHA-256")
    return digest
  }
}
