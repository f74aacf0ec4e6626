import Net

/// What the command line says.
struct InteropOptions {
  enum Role {
    case server, client
  }

  struct UsageError: Error, CustomStringConvertible {
    let description: String
  }

  private static let usage = """
    usage: weft-interop server --port P [--tls --cert FILE --key FILE]
           weft-interop client --host H --port P --case NAME|all [--tls --ca FILE]
    """

  let role: Role
  private(set) var host = "127.0.0.1"
  private(set) var port: UInt16 = 0
  /// Names of cases to run.
  private(set) var cases: [String] = []
  private var isTLS = false
  private var certificate: String?
  private var key: String?
  private var authority: String?

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    switch rest.popFirst() {
    case "server": role = .server
    case "client": role = .client
    default: throw UsageError(description: Self.usage)
    }
    while let name = rest.popFirst() {
      if name == "--tls" {
        isTLS = true
        continue
      }
      guard let value = rest.popFirst() else { throw UsageError(description: "\(name) needs a value\n\(Self.usage)") }
      try set(name, value)
    }
    if role == .client, cases.isEmpty { throw UsageError(description: "--case is missing\n\(Self.usage)") }
  }

  private mutating func set(_ name: String, _ value: String) throws {
    switch name {
    case "--host": host = value
    case "--port":
      guard let port = UInt16(value) else { throw UsageError(description: "--port takes 0 to 65535") }
      self.port = port
    case "--case":
      let known = InteropCases.all.map(\.key)
      guard value == "all" || known.contains(value) else {
        throw UsageError(description: "no case '\(value)'; there are: \(known.joined(separator: " "))")
      }
      cases = value == "all" ? known : [value]
    case "--cert": certificate = value
    case "--key": key = value
    case "--ca": authority = value
    default: throw UsageError(description: "unknown option \(name)\n\(Self.usage)")
    }
  }

  /// nil without `--tls`.
  func serverTLS() throws -> TLSContext? {
    guard isTLS else { return nil }
    return try TLSContext(
      server: .init(
        certificateFile: try certificate ?? TestCertificate.file(TestCertificate.certificate),
        keyFile: try key ?? TestCertificate.file(TestCertificate.key)))
  }

  /// nil without `--tls`.
  func clientTLS() throws -> TLSContext? {
    guard isTLS else { return nil }
    return try TLSContext(client: .init(authorityFile: try authority ?? TestCertificate.file(TestCertificate.certificate)))
  }
}
