import ArgumentParser
import Foundation

/// A setting that has a value its table does not allow, or that lacks one.
struct SettingError: Error, CustomStringConvertible {
  let setting: String
  let takes: String
  let got: String?

  var description: String {
    guard let got else { return "\(setting) is missing; it takes \(takes)" }
    return "\(setting) takes \(takes), got \"\(got)\""
  }
}

/// The command-line form of every setting: `--x-y` for `WEFT_X_Y`. Flag, then environment (`WEFT_X_Y`, or the file that
/// `WEFT_X_Y_FILE` names), then default.
struct SettingFlags: ParsableArguments {
  @Option(name: .customLong("admin-email"), help: "WEFT_ADMIN_EMAIL: address of the administrator made at start.")
  var adminEmail: String?
  @Option(name: .customLong("admin-password"), help: "WEFT_ADMIN_PASSWORD: the administrator's password, 8 to 128 characters.")
  var adminPassword: String?
  @Option(name: .customLong("jwt-secret"), help: "WEFT_JWT_SECRET: signing secret, at least 32 bytes (default: random, kept).")
  var jwtSecret: String?
  @Option(name: .customLong("jwt-secret-previous"), help: "WEFT_JWT_SECRET_PREVIOUS: still taken for tokens that it signed.")
  var jwtSecretPrevious: String?
  @Option(name: .customLong("database-url"), help: "WEFT_DATABASE_URL: sqlite:PATH (default: sqlite:DIR/weft.db).")
  var databaseURL: String?
  @Option(
    name: .customLong("blob-url"),
    help: "WEFT_BLOB_URL: where file contents lie, file:PATH or s3://BUCKET?endpoint=…&region=… (default: file:DIR/blobs).")
  var blobURL: String?
  @Option(name: .customLong("public-url"), help: "WEFT_PUBLIC_URL: base of the links in answers (default: the HTTP listener).")
  var publicURL: String?
  @Option(name: .customLong("rp-id"), help: "WEFT_RP_ID: host name that passkeys are bound to (default: dreamreflex.com).")
  var relyingPartyID: String?
  @Option(name: .customLong("rp-origins"), help: "WEFT_RP_ORIGINS: web origins that passkeys are accepted from, comma-separated.")
  var relyingPartyOrigins: String?
  @Option(name: .customLong("trusted-proxies"), help: "WEFT_TRUSTED_PROXIES: addresses whose X-Forwarded-For is believed, comma-separated.")
  var trustedProxies: String?
  @Option(name: .customLong("cors-origins"), help: "WEFT_CORS_ORIGINS: browser origins that may call, comma-separated, or * (default).")
  var corsOrigins: String?
  @Option(name: .customLong("rate-limits"), help: "WEFT_RATE_LIMITS: on (default) or off.")
  var rateLimits: String?
  @Option(name: .customLong("jobs"), help: "WEFT_JOBS: on (default), or off to leave background jobs to weft worker.")
  var jobs: String?
  @Option(name: .customLong("exports"), help: "WEFT_EXPORTS: how many exports a process makes at once, 1 to 64 (default: 2).")
  var exports: String?
  @Option(name: .customLong("audit-days"), help: "WEFT_AUDIT_DAYS: how long the audit trail is kept (default: 365).")
  var auditDays: String?
  @Option(name: .customLong("tls-cert"), help: "WEFT_TLS_CERT: PEM file of the certificate chain, for TLS on both listeners.")
  var tlsCert: String?
  @Option(name: .customLong("tls-key"), help: "WEFT_TLS_KEY: PEM file of its private key.")
  var tlsKey: String?
  @Option(name: .customLong("tls-client-ca"), help: "WEFT_TLS_CLIENT_CA: PEM file; gRPC clients must show a certificate that it signed.")
  var tlsClientCA: String?
  @Option(name: .customLong("gateway-secret"), help: "WEFT_GATEWAY_SECRET: shared by a remote gateway and its upstream.")
  var gatewaySecret: String?
  @Option(
    name: .customLong("ai-base-url"),
    help: "WEFT_AI_BASE_URL: an OpenAI-compatible API, such as https://api.example.com/v1 (default: the built-in outline writer).")
  var aiBaseURL: String?
  @Option(name: .customLong("ai-api-key"), help: "WEFT_AI_API_KEY: its key.")
  var aiAPIKey: String?
  @Option(name: .customLong("ai-model"), help: "WEFT_AI_MODEL: which of its models writes.")
  var aiModel: String?
  @Option(name: .customLong("smtp-url"), help: "WEFT_SMTP_URL: smtp(s)://user:pass@host:port (default: mail goes to DIR/outbox.jsonl).")
  var smtpURL: String?
  @Option(name: .customLong("mail-from"), help: "WEFT_MAIL_FROM: the sender, Name <address> or an address.")
  var mailFrom: String?
  @Option(
    name: .customLong("sms-url"),
    help: "WEFT_SMS_URL: a web hook's http(s) URL, or aliyun://ACCESS_KEY:SECRET@host/?sign=…&template=… (default: DIR/outbox.jsonl).")
  var smsURL: String?
  @Option(name: .customLong("outbound-ca"), help: "WEFT_OUTBOUND_CA: PEM file of certificates to trust beside the system's.")
  var outboundCA: String?
  @Option(name: .customLong("turnstile-secret"), help: "WEFT_TURNSTILE_SECRET: Cloudflare Turnstile's (default: any token passes).")
  var turnstileSecret: String?
  @Option(name: .customLong("turnstile-verify-url"), help: "WEFT_TURNSTILE_VERIFY_URL: where tokens are verified (default: Cloudflare).")
  var turnstileVerifyURL: String?
  @Option(help: "WEFT_METRICS: where to serve Prometheus metrics, HOST:PORT (default: nowhere).")
  var metrics: String?
  @Option(name: .customLong("dev"), help: "WEFT_DEV: 1 offers /dev pages on a loopback listener.")
  var dev: String?
  @Option(name: .customLong("apps"), help: "WEFT_APPS: which applications to serve (default: csa,cowriting).")
  var apps: String?
  @Option(name: .customLong("token-days"), help: "WEFT_TOKEN_DAYS: how long co-writing's tokens hold (default: 8).")
  var tokenDays: String?
  @Option(name: .customLong("log-level"), help: "WEFT_LOG_LEVEL: trace, debug, info (default), notice, warning, error, critical.")
  var logLevel: String?
  @Option(name: .customLong("log-format"), help: "WEFT_LOG_FORMAT: text (default) or json.")
  var logFormat: String?
}

/// Where a setting's text comes from.
struct SettingSource {
  let flags: [String: String]
  let environment: [String: String]

  /// - Throws: `SettingError` if the variable's `_FILE` form names a file that cannot be read.
  func text(_ variable: String) throws -> String? {
    if let flag = flags[variable] { return flag }
    if let value = environment[variable], !value.isEmpty { return value }
    guard let path = environment[variable + "_FILE"], !path.isEmpty else { return nil }
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw SettingError(setting: variable + "_FILE", takes: "the path of a readable UTF-8 file", got: path)
    }
    // Editors end files with a newline that nobody means to be part of a secret.
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }

  func list(_ variable: String) throws -> [String] {
    let text = try text(variable) ?? ""
    return text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }

  func choice<Value>(_ variable: String, _ values: [String: Value], default fallback: Value) throws -> Value {
    guard let text = try text(variable) else { return fallback }
    guard let value = values[text] else {
      throw SettingError(setting: variable, takes: values.keys.sorted().joined(separator: ", "), got: text)
    }
    return value
  }
}

extension SettingFlags {
  /// The flags given, with the environment behind them.
  func source(environment: [String: String] = ProcessInfo.processInfo.environment) -> SettingSource {
    var flags: [String: String] = [:]
    flags["WEFT_ADMIN_EMAIL"] = adminEmail
    flags["WEFT_ADMIN_PASSWORD"] = adminPassword
    flags["WEFT_JWT_SECRET"] = jwtSecret
    flags["WEFT_JWT_SECRET_PREVIOUS"] = jwtSecretPrevious
    flags["WEFT_DATABASE_URL"] = databaseURL
    flags["WEFT_BLOB_URL"] = blobURL
    flags["WEFT_PUBLIC_URL"] = publicURL
    flags["WEFT_RP_ID"] = relyingPartyID
    flags["WEFT_RP_ORIGINS"] = relyingPartyOrigins
    flags["WEFT_TRUSTED_PROXIES"] = trustedProxies
    flags["WEFT_CORS_ORIGINS"] = corsOrigins
    flags["WEFT_RATE_LIMITS"] = rateLimits
    flags["WEFT_JOBS"] = jobs
    flags["WEFT_EXPORTS"] = exports
    flags["WEFT_AUDIT_DAYS"] = auditDays
    flags["WEFT_TLS_CERT"] = tlsCert
    flags["WEFT_TLS_KEY"] = tlsKey
    flags["WEFT_TLS_CLIENT_CA"] = tlsClientCA
    flags["WEFT_GATEWAY_SECRET"] = gatewaySecret
    flags["WEFT_METRICS"] = metrics
    flags["WEFT_AI_BASE_URL"] = aiBaseURL
    flags["WEFT_AI_API_KEY"] = aiAPIKey
    flags["WEFT_AI_MODEL"] = aiModel
    flags["WEFT_SMTP_URL"] = smtpURL
    flags["WEFT_MAIL_FROM"] = mailFrom
    flags["WEFT_SMS_URL"] = smsURL
    flags["WEFT_OUTBOUND_CA"] = outboundCA
    flags["WEFT_TURNSTILE_SECRET"] = turnstileSecret
    flags["WEFT_TURNSTILE_VERIFY_URL"] = turnstileVerifyURL
    flags["WEFT_DEV"] = dev
    flags["WEFT_APPS"] = apps
    flags["WEFT_TOKEN_DAYS"] = tokenDays
    flags["WEFT_LOG_LEVEL"] = logLevel
    flags["WEFT_LOG_FORMAT"] = logFormat
    return SettingSource(flags: flags, environment: environment)
  }
}
