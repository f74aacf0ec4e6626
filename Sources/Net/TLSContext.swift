internal import COpenSSL

/// Certificate, key, trust and rules of TLS connections: 1.2 and 1.3, ALPN `h2` and `http/1.1`, no renegotiation.
///
/// `@unchecked Sendable`: an SSL_CTX is made once here and only read afterwards, which OpenSSL allows from all threads.
public final class TLSContext: @unchecked Sendable {
  /// What a server shows and whom it admits.
  public struct Server: Sendable {
    /// PEM: the server's certificate first, then the chain.
    public var certificateFile: String
    /// PEM, unencrypted.
    public var keyFile: String
    /// PEM: when set, a client must show a certificate that one of these signed.
    public var clientAuthorityFile: String?

    public init(certificateFile: String, keyFile: String, clientAuthorityFile: String? = nil) {
      (self.certificateFile, self.keyFile, self.clientAuthorityFile) = (certificateFile, keyFile, clientAuthorityFile)
    }
  }

  /// Whom a client trusts and what it shows. The server's certificate and name are always verified.
  public struct Client: Sendable {
    /// PEM: the only authorities to trust; nil: the system's.
    public var authorityFile: String?
    /// The client's own certificate and key, for servers that ask.
    public var certificateFile: String?
    public var keyFile: String?

    public init(authorityFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil) {
      (self.authorityFile, self.certificateFile, self.keyFile) = (authorityFile, certificateFile, keyFile)
    }
  }

  enum Role { case server, client }

  let context: OpaquePointer
  let role: Role
  private static let ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20"

  /// - Throws: `NetError.tls`, naming the file that cannot be used.
  public convenience init(server: Server) throws(NetError) {
    try self.init(role: .server)
    try use(certificate: server.certificateFile, key: server.keyFile)
    if let authority = server.clientAuthorityFile {
      try trust(authority)
      // A client is told which authorities to choose its certificate from.
      SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(authority))
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
    }
    SSL_CTX_set_alpn_select_cb(context, selectProtocol, nil)
  }

  /// - Throws: `NetError.tls`, naming the file that cannot be used.
  public convenience init(client: Client = Client()) throws(NetError) {
    try self.init(role: .client)
    if let authority = client.authorityFile {
      try trust(authority)
    } else if SSL_CTX_set_default_verify_paths(context) != 1 {
      throw NetError(.tls, "the system's certificate authorities cannot be loaded: \(TLSStream.takeError())")
    }
    if let certificate = client.certificateFile, let key = client.keyFile { try use(certificate: certificate, key: key) }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
    let offered = TLSContext.h2
    // Returns 0 for success, unlike its neighbours; it fails on a lack of memory only.
    _ = SSL_CTX_set_alpn_protos(context, offered, UInt32(offered.count))
  }

  private init(role: Role) throws(NetError) {
    self.role = role
    guard let context = SSL_CTX_new(role == .server ? TLS_server_method() : TLS_client_method()) else {
      throw NetError(.tls, "no TLS context: \(TLSStream.takeError())")
    }
    self.context = context
    weft_ssl_ctx_configure(context)
    SSL_CTX_set_cipher_list(context, TLSContext.ciphers)
    let identity: [UInt8] = Array("weft".utf8)
    SSL_CTX_set_session_id_context(context, identity, UInt32(identity.count))
  }

  deinit {
    SSL_CTX_free(context)
  }

  private func use(certificate: String, key: String) throws(NetError) {
    guard SSL_CTX_use_certificate_chain_file(context, certificate) == 1 else {
      throw NetError(.tls, "certificate file \(certificate): \(TLSStream.takeError())")
    }
    guard SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1 else {
      throw NetError(.tls, "key file \(key): \(TLSStream.takeError())")
    }
    guard SSL_CTX_check_private_key(context) == 1 else {
      throw NetError(.tls, "key file \(key) does not belong to certificate file \(certificate)")
    }
  }

  private func trust(_ file: String) throws(NetError) {
    guard SSL_CTX_load_verify_file(context, file) == 1 else {
      throw NetError(.tls, "authority file \(file): \(TLSStream.takeError())")
    }
  }

  /// ALPN's wire form: a length byte before each name.
  static let h2: [UInt8] = [2] + Array("h2".utf8)
  static let both: [UInt8] = h2 + [8] + Array("http/1.1".utf8)
}

/// Picks `h2` before `http/1.1`. A client that offers neither is answered without ALPN, and its first bytes tell.
private func selectProtocol(
  _ ssl: OpaquePointer?, _ out: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ outLength: UnsafeMutablePointer<UInt8>?,
  _ offered: UnsafePointer<UInt8>?, _ offeredLength: UInt32, _ argument: UnsafeMutableRawPointer?
) -> Int32 {
  guard let offered, let out, let outLength else { return SSL_TLSEXT_ERR_NOACK }
  // The chosen name must outlive the call: it is pointed to inside the client's own list, as OpenSSL documents.
  for wanted in [Array("h2".utf8), Array("http/1.1".utf8)] {
    var at = 0
    while at < Int(offeredLength) {
      let length = Int(offered[at])
      guard at + 1 + length <= Int(offeredLength) else { break }
      if length == wanted.count, wanted.elementsEqual(UnsafeBufferPointer(start: offered + at + 1, count: length)) {
        out.pointee = offered + at + 1
        outLength.pointee = UInt8(length)
        return SSL_TLSEXT_ERR_OK
      }
      at += 1 + length
    }
  }
  return SSL_TLSEXT_ERR_NOACK
}
