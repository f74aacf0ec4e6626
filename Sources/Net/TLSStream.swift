internal import COpenSSL
import Glibc

/// One TLS connection between memory buffers: ciphertext in and out, plaintext in and out, no socket. Confined to its loop.
package final class TLSStream {
  enum Handshake { case established, wantsMore, failed }
  enum Read {
    case bytes(Int)
    case wouldBlock, end, failed
  }

  let role: TLSContext.Role
  private let ssl: OpaquePointer
  // Owned by `ssl`, which frees them.
  private let input: OpaquePointer
  private let output: OpaquePointer
  private(set) var isEstablished = false
  private(set) var lastError = ""

  /// - Parameter host: For a client: the name or address that the server's certificate must bear.
  package init(_ context: TLSContext, host: String? = nil) throws(NetError) {
    role = context.role
    guard let ssl = SSL_new(context.context) else { throw NetError(.tls, "no TLS connection: \(TLSStream.takeError())") }
    guard let input = BIO_new(BIO_s_mem()), let output = BIO_new(BIO_s_mem()) else {
      SSL_free(ssl)
      throw NetError(.tls, "no memory for a TLS connection")
    }
    (self.ssl, self.input, self.output) = (ssl, input, output)
    SSL_set_bio(ssl, input, output)
    guard role == .client else {
      SSL_set_accept_state(ssl)
      return
    }
    SSL_set_connect_state(ssl)
    guard let host else { return }
    let isNumeric = (try? SocketAddress(host: host, port: 0)) != nil
    let named = isNumeric ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) : SSL_set1_host(ssl, host)
    // RFC 6066, 3: literal addresses are not sent as server names.
    if !isNumeric { weft_ssl_set_server_name(ssl, host) }
    guard named == 1 else { throw NetError(.tls, "'\(host)' cannot be verified as a server name") }
  }

  deinit {
    SSL_free(ssl)
  }

  /// Ciphertext from the peer.
  func feed(_ bytes: UnsafeRawBufferPointer) {
    // A memory BIO takes everything or there is no memory left at all.
    let written = BIO_write(input, bytes.baseAddress, Int32(bytes.count))
    precondition(Int(written) == bytes.count, "no memory for TLS input")
  }

  func handshake() -> Handshake {
    ERR_clear_error()
    let result = SSL_do_handshake(ssl)
    if result == 1 {
      isEstablished = true
      return .established
    }
    if SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ { return .wantsMore }
    lastError = explain()
    return .failed
  }

  /// What ALPN agreed on; nil when nothing.
  var applicationProtocol: String? {
    var name: UnsafePointer<UInt8>?
    var length: UInt32 = 0
    SSL_get0_alpn_selected(ssl, &name, &length)
    guard let name, length > 0 else { return nil }
    return String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
  }

  /// Plaintext from the peer.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Read {
    ERR_clear_error()
    let count = SSL_read(ssl, buffer.baseAddress, Int32(buffer.count))
    if count > 0 { return .bytes(Int(count)) }
    switch SSL_get_error(ssl, count) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .wouldBlock
    case SSL_ERROR_ZERO_RETURN: return .end
    default:
      lastError = explain()
      return .failed
    }
  }

  /// Plaintext for the peer; false when the connection is broken.
  func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    ERR_clear_error()
    // The output BIO grows, so a write is never partial.
    let count = SSL_write(ssl, bytes.baseAddress, Int32(bytes.count))
    guard Int(count) == bytes.count else {
      lastError = explain()
      return false
    }
    return true
  }

  func closeNotify() {
    guard isEstablished else { return }
    ERR_clear_error()
    _ = SSL_shutdown(ssl)
    ERR_clear_error()
  }

  /// Hands over the ciphertext to be sent and forgets it.
  func takeOutput(_ body: (UnsafeRawBufferPointer) -> Void) {
    var start: UnsafeMutablePointer<CChar>?
    let count = weft_bio_mem_data(output, &start)
    guard count > 0, let start else { return }
    body(UnsafeRawBufferPointer(start: start, count: count))
    weft_bio_mem_clear(output)
  }

  private func explain() -> String {
    let verified = SSL_get_verify_result(ssl)
    if verified != X509_V_OK { return String(cString: X509_verify_cert_error_string(verified)) }
    return TLSStream.takeError()
  }

  /// The first error of this thread's OpenSSL queue, which is emptied.
  static func takeError() -> String {
    let code = ERR_get_error()
    ERR_clear_error()
    guard code != 0 else { return "the connection ended" }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
      ERR_error_string_n(code, text.baseAddress, text.count)
      return text.baseAddress.map { String(cString: $0) } ?? ""
    }
  }
}
