import Outbound

/// How people are told from programs at the contact form: `WEFT_TURNSTILE_SECRET`, `WEFT_TURNSTILE_VERIFY_URL`.
struct TurnstileSettings {
  /// Cloudflare's own.
  static let verifyURLDefault = "https://challenges.cloudflare.com/turnstile/v0/siteverify"

  let secret: String
  let verifyURL: OutboundURL

  /// Whether the secret would cross a network in plain text.
  var isPlainText: Bool { verifyURL.scheme == "http" && !verifyURL.isLoopback }

  /// - Returns: Nil without a secret: any token passes then.
  init?(_ source: SettingSource) throws {
    let text = try source.text("WEFT_TURNSTILE_VERIFY_URL") ?? Self.verifyURLDefault
    guard let url = OutboundURL(text), ["http", "https"].contains(url.scheme), url.user == nil, url.password == nil else {
      throw SettingError(setting: "WEFT_TURNSTILE_VERIFY_URL", takes: "an http or https URL without user and password", got: nil)
    }
    guard let secret = try source.text("WEFT_TURNSTILE_SECRET") else { return nil }
    self.secret = secret
    verifyURL = url
  }
}
