internal import COpenSSL

/// SHA-256 (FIPS 180-4), by OpenSSL.
public enum SHA256 {
  /// 32 bytes.
  public static func digest(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    let isDone = EVP_Q_digest(nil, "SHA256", nil, bytes, bytes.count, &digest, nil) == 1
    precondition(isDone, "OpenSSL has no SHA-256")
    return digest
  }
}
