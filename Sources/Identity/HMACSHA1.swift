internal import COpenSSL

/// HMAC-SHA1 (RFC 2104), for requests to services whose published signature asks for it; nothing of ours does.
package enum HMACSHA1 {
  /// The 20 bytes of the code.
  package static func code(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    precondition(!key.isEmpty)
    var code = [UInt8](repeating: 0, count: 20)
    var count = 0
    let isDone = EVP_Q_mac(nil, "HMAC", nil, "SHA1", nil, key, key.count, message, message.count, &code, code.count, &count) != nil
    precondition(isDone && count == code.count, "OpenSSL computes no HMAC with SHA-1")
    return code
  }
}
