import Glibc
import Net
import Testing

@testable import HTTP

/// A certificate authority, a server and a client certificate, made by the openssl program for this run.
final class Certificates: Sendable {
  let directory: String

  init() throws {
    var template = Array("/tmp/weft-tls-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw NetError(.system, "no temporary directory", errno: errno) }
    directory = String(cString: made)
    let request = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
    let script = """
      cd \(directory) &&
      openssl req -x509 \(request) -keyout ca.key -out ca.pem -days 2 -subj /CN=test-ca &&
      for name in server client; do
        openssl req \(request) -keyout $name.key -out $name.csr -subj /CN=$name &&
        printf 'subjectAltName=DNS:localhost,IP:127.0.0.1' > ext &&
        openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out $name.pem -days 2 -extfile ext || exit 1
      done
      """
    guard system("( \(script) ) >\(directory)/log 2>&1") == 0 else { throw NetError(.tls, "openssl failed, see \(directory)/log") }
  }

  deinit { _ = system("rm -rf \(directory)") }

  func path(_ name: String) -> String { directory + "/" + name }
  var server: TLSContext.Server { .init(certificateFile: path("server.pem"), keyFile: path("server.key")) }
  var client: TLSContext.Client { .init(authorityFile: path("ca.pem")) }
}

@Suite(.blocking) struct TLSTests {
  private func connect(_ server: TestServer, _ host: String, _ client: TLSContext.Client) async throws -> HTTPClientConnection {
    try await HTTPClientConnection.connect(
      to: host, port: server.address.port, tls: TLSContext(client: client), loop: server.group.loops[0], timeout: .seconds(60))
  }

  @Test(arguments: ["localhost", "127.0.0.1"]) func speaksHTTP2ByALPN(_ host: String) async throws {
    let certificates = try Certificates()
    let server = try TestServer(tls: TLSContext(server: certificates.server))
    let connection = try await connect(server, host, certificates.client)
    let large = [UInt8](repeating: UInt8(ascii: "t"), count: 3_000_000)
    let response = await connection.call("/echo", method: .post, body: large)
    #expect(response.body.utf8.count == large.count)
    await connection.onLoop { connection.abort() }
    await server.stop()
  }

  @Test func anAuthorityNobodyTrustsIsRefused() async throws {
    let certificates = try Certificates()
    let server = try TestServer(tls: TLSContext(server: certificates.server))
    let error = await #expect(throws: NetError.self) { _ = try await connect(server, "localhost", .init()) }
    #expect(error?.code == .tls)
    await server.stop()
  }

  @Test func aNameThatIsNotInTheCertificateIsRefused() async throws {
    let certificates = try Certificates()
    let server = try TestServer(tls: TLSContext(server: certificates.server))
    // Another loopback address: same machine, not in the certificate. The listener is on 127.0.0.1 alone, so listen there too.
    try server.server.bind(SocketAddress("127.0.0.2:\(server.address.port)"))
    let error = await #expect(throws: NetError.self) { _ = try await connect(server, "127.0.0.2", certificates.client) }
    #expect(error?.code == .tls)
    await server.stop()
  }

  @Test func aClientWithoutACertificateIsRefusedWhereOneIsAsked() async throws {
    let certificates = try Certificates()
    var asking = certificates.server
    asking.clientAuthorityFile = certificates.path("ca.pem")
    let server = try TestServer(tls: TLSContext(server: asking))
    var shown = certificates.client
    shown.certificateFile = certificates.path("client.pem")
    shown.keyFile = certificates.path("client.key")
    let good = try await connect(server, "localhost", shown)
    #expect(await good.call("/hello").body == "hello")
    await good.onLoop { good.abort() }
    // TLS 1.3 lets a client believe that it is in before the server looked at its certificate: the first call finds out.
    let bad = try await connect(server, "localhost", certificates.client)
    #expect(await bad.call("/hello").reason != .finished)
    #expect(server.handler.log.count(where: { $0 == "accept /hello" }) == 1)
    await server.stop()
  }

  @Test func plainTextOnATLSPortEndsAndTheServerLives() async throws {
    let certificates = try Certificates()
    let server = try TestServer(tls: TLSContext(server: certificates.server))
    let plain = try RawClient(server.address)
    plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(!plain.receiveAll().contains("hello"))
    let connection = try await connect(server, "localhost", certificates.client)
    #expect(await connection.call("/hello").body == "hello")
    await connection.onLoop { connection.abort() }
    await server.stop()
  }

  @Test func aHandshakeThatNeverEndsIsGivenUp() async throws {
    let certificates = try Certificates()
    var limits = HTTPLimits()
    limits.handshakeTimeout = .milliseconds(50)
    let server = try TestServer(limits: limits, tls: TLSContext(server: certificates.server))
    let silent = try RawClient(server.address)
    #expect(silent.receive().isEmpty)
    #expect(server.server.counters.snapshot.connectionsTimedOut == 1)
    await server.stop()
  }

  @Test(arguments: ["-tls1_2", "-tls1_3"]) func curlSpeaksHTTP11AndHTTP2(_ version: String) async throws {
    let certificates = try Certificates()
    let server = try TestServer(tls: TLSContext(server: certificates.server))
    for protocolName in ["h2", "http/1.1"] {
      let command = """
        printf 'GET /hello HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n' | timeout 5 openssl s_client -quiet -ign_eof \(version) \
        -alpn \(protocolName) -verify_return_error -CAfile \(certificates.path("ca.pem")) -connect 127.0.0.1:\(server.address.port) \
        > \(certificates.path("out")) 2> \(certificates.path("err")); grep -q \(protocolName == "h2" ? "." : "hello") \(certificates.path("out"))
        """
      #expect(system(command) == 0, "\(protocolName)")
    }
    await server.stop()
  }

  @Test func tls11IsRefused() async throws {
    let certificates = try Certificates()
    let server = try TestServer(tls: TLSContext(server: certificates.server))
    let command =
      "timeout 5 openssl s_client -tls1_1 -cipher 'ALL:@SECLEVEL=0' -connect 127.0.0.1:\(server.address.port) </dev/null >/dev/null 2>&1"
    #expect(system(command) != 0)
    await server.stop()
  }
}
