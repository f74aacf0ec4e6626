import ArgumentParser
import Console
import Foundation
import Net
import RPC

/// Which server a command is for, and how it is reached.
struct AdminTarget: ParsableArguments {
  static let standard = "127.0.0.1:50051"

  @Option(
    help: ArgumentHelp(
      "The server's gRPC listener, HOST:PORT (default: that of the last login, or \(Self.standard)).", valueName: "host:port"),
    completion: .custom { _, _, _ in AdminTarget.known })
  var server: String?
  @OptionGroup var security: Call.Security

  mutating func validate() throws {
    if let server, HostAndPort(server) == nil { throw ValidationError("--server takes HOST:PORT, got \"\(server)\"") }
  }

  /// A server as it was found out.
  struct Place {
    /// `HOST:PORT` as it was typed.
    var name: String
    var stored: StoredSignIn?
    var coWriting: StoredToken?
    var host: String
    var port: UInt16
    var tls: TLSContext?

    /// Whether a password would go over a network as it is.
    var isOpen: Bool { tls == nil && host != "localhost" && host != "::1" && !host.hasPrefix("127.") }

    func client(_ loops: EventLoopGroup, token: String? = nil) -> RPCClient {
      var configuration = RPCClient.Configuration()
      configuration.tls = tls
      configuration.timeout = .seconds(30)
      // A page of a hundred tickets of a mebibyte each.
      configuration.replyBytesMax = 256 * 1024 * 1024
      if let token { configuration.metadata.add("authorization", "Bearer " + token) }
      return RPCClient(host: host, port: port, loops: loops, configuration: configuration)
    }
  }

  /// - Throws: `SignInFileError`; `NetError.tls`, naming the file that cannot be used.
  func place(in book: SignInBook) throws -> Place {
    let name = server ?? book.standard ?? Self.standard
    guard let target = HostAndPort(name) else { throw AdminMistake(description: "\"\(name)\" is not HOST:PORT") }
    let (stored, coWriting) = (book.servers[name], book.coWriting?[name])
    // A server is reached as it was at the login, unless the command says how.
    let tls = try security.context() ?? (stored?.tls ?? coWriting?.tls).map { try Self.context($0) }
    return Place(
      name: name, stored: stored, coWriting: coWriting, host: target.host, port: target.port, tls: security.isPlain ? nil : tls)
  }

  /// What a later command has to know.
  var tls: StoredSignIn.TLS? {
    guard security.wantsTLS else { return nil }
    let whole = { (path: String?) in path.map { URL(fileURLWithPath: $0).path } }
    return .init(authorities: whole(security.authorities), certificate: whole(security.certificate), key: whole(security.key))
  }

  static func signIns() throws(SignInFileError) -> SignInFile { try SignInFile(environment: ProcessInfo.processInfo.environment) }

  private static func context(_ tls: StoredSignIn.TLS) throws -> TLSContext {
    try TLSContext(client: .init(authorityFile: tls.authorities, certificateFile: tls.certificate, keyFile: tls.key))
  }

  /// For the shell.
  static var known: [String] { (try? signIns().read().names) ?? [] }
}
