import Protobuf
import RPC

/// How pages and redirections leave: as `google.api.HttpBody`, with the headers that keep them where they belong.
extension ServerCall {
  /// - Parameters:
  ///   - formScheme: Of the application that forms of the page may lead to besides this server.
  ///   - script: The page may run our script, which may ask our endpoints.
  ///   - setCookie: A `Set-Cookie` header.
  func answer(
    page: HTML, status: Int = 200, formScheme: String? = nil, script: Bool = false, setCookie: String? = nil
  ) -> GoogleAPI.HttpBody {
    setHTTPStatus(status)
    protect(setCookie)
    // Nothing inline, nothing from elsewhere, in nobody's frame (RFC 9700, section 4.16). `X-Frame-Options` says the last to old browsers.
    setHTTPHeader(
      "content-security-policy",
      "default-src 'none'; style-src 'self'; img-src 'self'; " + (script ? "script-src 'self'; connect-src 'self'; " : "")
        + "form-action 'self'\(formScheme.map { " \($0):" } ?? ""); base-uri 'none'; frame-ancestors 'none'")
    setHTTPHeader("x-frame-options", "DENY")
    return .with {
      $0.contentType = "text/html; charset=utf-8"
      $0.data = Array(page.text.utf8)
    }
  }

  /// - Parameter status: 302, or 303 after a form, so that the browser does not send it on (RFC 9700, section 4.12).
  func redirect(to url: String, status: Int = 302, setCookie: String? = nil) -> GoogleAPI.HttpBody {
    setHTTPStatus(status)
    protect(setCookie)
    setHTTPHeader("location", url)
    return GoogleAPI.HttpBody()
  }

  /// A file of the pages: its address names its version, so it never changes.
  func answer(asset: PageAsset) -> GoogleAPI.HttpBody {
    setHTTPHeader("cache-control", "public, max-age=31536000, immutable")
    return .with {
      $0.contentType = asset.contentType
      $0.data = Array(asset.text.utf8)
    }
  }

  private func protect(_ cookie: String?) {
    setHTTPHeader("cache-control", "no-store")
    setHTTPHeader("referrer-policy", "no-referrer")
    if let cookie { setHTTPHeader("set-cookie", cookie) }
  }
}
