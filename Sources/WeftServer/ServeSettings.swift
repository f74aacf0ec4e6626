import CoWriting
import CustomerService
import Gateway
import Log
import Logging
import Net

/// Everything that `weft serve` can be told, checked.
struct ServeSettings {
  struct Administrator {
    let email: String
    let password: String
  }

  struct TLSFiles {
    let certificate: String
    let key: String
    let clientCA: String?
  }

  let dataDirectory: String
  let http: SocketAddress
  let grpc: SocketAddress
  let administrator: Administrator?
  let jwtSecret: [UInt8]?
  /// Verifies tokens and signs none.
  let previousJWTSecret: [UInt8]?
  let databasePath: String
  let blobs: BlobSettings
  let publicURL: String?
  let passkeys: PasskeySettings
  /// `WEFT_DEV`, on this machine's own address.
  let offersDevelopmentPages: Bool
  let trustedProxies: [String]
  let cors: CORSPolicy
  let rateLimits: Bool
  /// Whether the server itself runs background jobs; otherwise workers do.
  let runsJobs: Bool
  /// How many documents a process sets at once.
  let exportsAtOnce: Int
  /// How long the audit trail is kept.
  let auditDays: Int
  let tls: TLSFiles?
  let gatewaySecret: String?
  let metrics: SocketAddress?
  let messaging: MessagingSettings
  /// Nil: the contact form takes any token.
  let turnstile: TurnstileSettings?
  /// Which applications to serve.
  let applications: [Application]
  /// Of co-writing's tokens.
  let tokenLifetimes: TokenLifetimes
  /// Nil: the built-in outline writer writes.
  let languageModel: LanguageModelSettings?
  let logLevel: Logger.Level
  let logFormat: LogFormat

  /// - Throws: `SettingError` naming the setting and what it takes.
  init(dataDirectory: String, http: String?, grpc: String?, source: SettingSource) throws {
    self.dataDirectory = dataDirectory
    self.http = try Self.address("--http", http ?? "127.0.0.1:8000")
    self.grpc = try Self.address("--grpc", grpc ?? "127.0.0.1:50051")
    administrator = try Self.administrator(source)
    jwtSecret = try Self.secret("WEFT_JWT_SECRET", source)
    previousJWTSecret = try Self.secret("WEFT_JWT_SECRET_PREVIOUS", source)
    if previousJWTSecret != nil, jwtSecret == nil {
      throw SettingError(setting: "WEFT_JWT_SECRET", takes: "at least 32 bytes, as WEFT_JWT_SECRET_PREVIOUS is set", got: nil)
    }
    databasePath = try Self.databasePath(source, dataDirectory: dataDirectory)
    blobs = try BlobSettings(source, dataDirectory: dataDirectory)
    publicURL = try Self.publicURL(source)
    passkeys = try Self.passkeys(source)
    offersDevelopmentPages = try Self.developmentPages(source, on: self.http)
    trustedProxies = try Self.trustedProxies(source)
    cors = try Self.cors(source)
    rateLimits = try source.choice("WEFT_RATE_LIMITS", ["on": true, "off": false], default: true)
    runsJobs = try source.choice("WEFT_JOBS", ["on": true, "off": false], default: true)
    exportsAtOnce = try Self.exportsAtOnce(source)
    auditDays = try Self.auditDays(source)
    tls = try Self.tls(source)
    gatewaySecret = try source.text("WEFT_GATEWAY_SECRET")
    metrics = try source.text("WEFT_METRICS").map { try Self.address("WEFT_METRICS", $0) }
    messaging = try MessagingSettings(source)
    turnstile = try TurnstileSettings(source)
    applications = try Self.applications(source)
    tokenLifetimes = try Self.tokenLifetimes(source)
    languageModel = try LanguageModelSettings(source)
    (logLevel, logFormat) = try Self.logging(source)
  }

  static func address(_ flag: String, _ text: String) throws -> SocketAddress {
    guard let address = try? SocketAddress(text) else { throw SettingError(setting: flag, takes: "HOST:PORT", got: text) }
    return address
  }

  static func logging(_ source: SettingSource) throws -> (Logger.Level, LogFormat) {
    let levels = Dictionary(uniqueKeysWithValues: Logger.Level.allCases.map { ($0.rawValue, $0) })
    return (
      try source.choice("WEFT_LOG_LEVEL", levels, default: .info),
      try source.choice("WEFT_LOG_FORMAT", ["text": LogFormat.text, "json": .json], default: .text)
    )
  }

  private static func administrator(_ source: SettingSource) throws -> Administrator? {
    let email = try source.text("WEFT_ADMIN_EMAIL")
    let password = try source.text("WEFT_ADMIN_PASSWORD")
    if let password, !(8...128).contains(password.unicodeScalars.count) {
      // The password itself is not repeated: start-up errors end up in logs.
      throw SettingError(setting: "WEFT_ADMIN_PASSWORD", takes: "8 to 128 characters", got: "\(password.unicodeScalars.count) characters")
    }
    switch (email, password) {
    case (nil, nil): return nil
    case (let email?, let password?):
      guard email.contains("@") else { throw SettingError(setting: "WEFT_ADMIN_EMAIL", takes: "an e-mail address", got: email) }
      return Administrator(email: email, password: password)
    case (nil, _): throw SettingError(setting: "WEFT_ADMIN_EMAIL", takes: "an e-mail address, as WEFT_ADMIN_PASSWORD is set", got: nil)
    case (_, nil): throw SettingError(setting: "WEFT_ADMIN_PASSWORD", takes: "8 to 128 characters, as WEFT_ADMIN_EMAIL is set", got: nil)
    }
  }

  /// Pages under `/dev` are for whoever sits at this machine: on any other address the setting does nothing.
  static func developmentPages(_ source: SettingSource, on address: SocketAddress) throws -> Bool {
    try source.choice("WEFT_DEV", ["1": true, "0": false], default: false) && address.isLoopback
  }

  private static func passkeys(_ source: SettingSource) throws -> PasskeySettings {
    let id = try source.text("WEFT_RP_ID") ?? PasskeySettings.relyingPartyIDDefault
    guard PasskeySettings.isRelyingPartyID(id) else {
      throw SettingError(setting: "WEFT_RP_ID", takes: "a host name in lower case, without scheme and port", got: id)
    }
    let origins = try source.list("WEFT_RP_ORIGINS")
    for origin in origins where !PasskeySettings.isOrigin(origin, of: id) {
      throw SettingError(
        setting: "WEFT_RP_ORIGINS", takes: "origins of \(id) or of hosts below it, such as https://\(id), comma-separated", got: origin)
    }
    return PasskeySettings(relyingPartyID: id, origins: origins.isEmpty ? nil : origins)
  }

  static func cors(_ source: SettingSource) throws -> CORSPolicy {
    guard let text = try source.text("WEFT_CORS_ORIGINS") else { return .anyOrigin }
    guard let policy = CORSPolicy(setting: text) else {
      throw SettingError(setting: "WEFT_CORS_ORIGINS", takes: "* or origins such as https://app.example.com, comma-separated", got: text)
    }
    return policy
  }

  static func trustedProxies(_ source: SettingSource) throws -> [String] {
    let addresses = try source.list("WEFT_TRUSTED_PROXIES")
    // An address that can never match would leave every client behind that proxy with one shared limit.
    for address in addresses where !RESTGateway.Options.isProxyAddress(address) {
      throw SettingError(setting: "WEFT_TRUSTED_PROXIES", takes: "numeric addresses, comma-separated", got: address)
    }
    return addresses
  }

  private static func auditDays(_ source: SettingSource) throws -> Int {
    guard let text = try source.text("WEFT_AUDIT_DAYS") else { return 365 }
    guard let days = Int(text), (1...36_500).contains(days) else {
      throw SettingError(setting: "WEFT_AUDIT_DAYS", takes: "a number of days, 1 to 36500", got: text)
    }
    return days
  }

  /// What the processes on one data directory share in memory.
  var generationPath: String { Self.generationPath(dataDirectory: dataDirectory) }

  /// The same of another application.
  func generationPath(of application: String) -> String { dataDirectory + "/weft.\(application).generation" }

  static func generationPath(dataDirectory: String) -> String { dataDirectory + "/weft.generation" }

  private static func secret(_ variable: String, _ source: SettingSource) throws -> [UInt8]? {
    guard let text = try source.text(variable) else { return nil }
    guard text.utf8.count >= 32 else {
      throw SettingError(setting: variable, takes: "at least 32 bytes", got: "\(text.utf8.count) bytes")
    }
    return Array(text.utf8)
  }

  static func databasePath(_ source: SettingSource, dataDirectory: String) throws -> String {
    guard let url = try source.text("WEFT_DATABASE_URL") else { return dataDirectory + "/weft.db" }
    guard url.hasPrefix("sqlite:"), url.utf8.count > 7 else {
      throw SettingError(setting: "WEFT_DATABASE_URL", takes: "sqlite:PATH (PostgreSQL is not supported yet)", got: url)
    }
    return String(url.dropFirst(7))
  }

  private static func publicURL(_ source: SettingSource) throws -> String? {
    guard let url = try source.text("WEFT_PUBLIC_URL") else { return nil }
    guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
      throw SettingError(setting: "WEFT_PUBLIC_URL", takes: "a URL that begins with http:// or https://", got: url)
    }
    // Links are put behind it, and it names the OAuth issuer: a query, a fragment or a password would end up in every one of them.
    let rest = url.drop { $0 != ":" }.dropFirst(3)
    guard let first = rest.utf8.first, first != UInt8(ascii: "/"), first != UInt8(ascii: ":"),
      rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && !"?#@\\\"<>".utf8.contains($0) })
    else {
      throw SettingError(
        setting: "WEFT_PUBLIC_URL", takes: "scheme, host and port in ASCII, such as https://service.example.com",
        got: url.utf8.contains(UInt8(ascii: "@")) ? nil : url)
    }
    return url.hasSuffix("/") ? String(url.dropLast()) : url
  }

  static func tls(_ source: SettingSource) throws -> TLSFiles? {
    let certificate = try source.text("WEFT_TLS_CERT")
    let key = try source.text("WEFT_TLS_KEY")
    let clientCA = try source.text("WEFT_TLS_CLIENT_CA")
    switch (certificate, key) {
    case (nil, nil):
      guard clientCA == nil else {
        throw SettingError(setting: "WEFT_TLS_CERT", takes: "the path of a PEM file, as WEFT_TLS_CLIENT_CA is set", got: nil)
      }
      return nil
    case (let certificate?, let key?): return TLSFiles(certificate: certificate, key: key, clientCA: clientCA)
    case (nil, _): throw SettingError(setting: "WEFT_TLS_CERT", takes: "the path of a PEM file, as WEFT_TLS_KEY is set", got: nil)
    case (_, nil): throw SettingError(setting: "WEFT_TLS_KEY", takes: "the path of a PEM file, as WEFT_TLS_CERT is set", got: nil)
    }
  }

  /// - Returns: What to serve, each once, in the order of their migrations.
  static func applications(_ source: SettingSource) throws -> [Application] {
    let names = try source.list("WEFT_APPS")
    for name in names where Application(rawValue: name) == nil {
      throw SettingError(setting: "WEFT_APPS", takes: "csa, cowriting", got: name)
    }
    return names.isEmpty ? Application.allCases : Application.allCases.filter { names.contains($0.rawValue) }
  }

  /// How long what an old signing secret signed has to be taken: until the last token is over that it may have signed.
  static func secretOverlap(_ applications: [Application], _ lifetimes: TokenLifetimes) -> Duration {
    applications.contains(.coWriting) ? max(OperatorTasks.secretOverlap, lifetimes.remembered) : OperatorTasks.secretOverlap
  }

  static func exportsAtOnce(_ source: SettingSource) throws -> Int {
    guard let text = try source.text("WEFT_EXPORTS") else { return 2 }
    guard let number = Int(text), (1...64).contains(number) else {
      throw SettingError(setting: "WEFT_EXPORTS", takes: "how many exports to make at once, 1 to 64", got: text)
    }
    return number
  }

  static func tokenLifetimes(_ source: SettingSource) throws -> TokenLifetimes {
    guard let text = try source.text("WEFT_TOKEN_DAYS") else { return TokenLifetimes() }
    guard let days = Int(text), TokenLifetimes.days.contains(days) else {
      throw SettingError(setting: "WEFT_TOKEN_DAYS", takes: "a number of days, 1 to 365", got: text)
    }
    return TokenLifetimes(days: days)
  }
}
