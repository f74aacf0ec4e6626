public import Outbound

extension OutboundMail.Server {
  /// What `WEFT_SMTP_URL` takes, for messages about it.
  public static let urlForm = "smtp(s)://user:pass@host:port, where smtp may have ?tls=never"

  /// Reads `WEFT_SMTP_URL`.
  ///
  /// `smtps` is TLS from the start (port 465 unless it says otherwise), `smtp` is STARTTLS or nothing (port 587), unless the
  /// host is this machine (port 25 and plain text) or `?tls=never` or `?tls=require` says otherwise.
  ///
  /// - Returns: Nil if it is no such URL. User and password are percent-encoded there, and come together or not at all.
  public init?(smtpURL text: String) {
    guard let url = OutboundURL(text), url.scheme == "smtp" || url.scheme == "smtps", url.path == "/", let items = url.queryItems else {
      return nil
    }
    guard items.count <= 1, items.allSatisfy({ $0.name == "tls" && ["never", "require"].contains($0.value) }) else { return nil }
    let security: Security
    switch (url.scheme, items.first?.value) {
    case ("smtps", nil), ("smtps", "require"): security = .implicitTLS
    case ("smtps", _): return nil
    case (_, "never"): security = .none
    case (_, "require"): security = .startTLS
    default: security = url.isLoopback ? .none : .startTLS
    }
    let credentials: Credentials?
    switch (url.user, url.password) {
    case (nil, nil): credentials = nil
    case (let user?, let password?) where !user.isEmpty: credentials = Credentials(user: user, password: password)
    default: return nil
    }
    let usualPort = security == .implicitTLS ? 465 : security == .startTLS ? 587 : 25
    self.init(host: url.host, port: url.port ?? usualPort, security: security, credentials: credentials)
  }
}
