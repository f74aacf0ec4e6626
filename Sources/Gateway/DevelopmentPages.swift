/// Pages under `/dev` with which a developer tries the server out in a browser: on this machine only, and only where they were asked for.
public struct DevelopmentPages: Sendable {
  /// By path, without trailing slash.
  let pages: [String: StaticPage]

  public init() {
    pages = [
      "/dev/passkey": .html(PasskeyPage.html), "/dev/passkey.js": .script(Array(PasskeyPage.script.utf8)),
      "/dev/passkey.css": .styleSheet(Array(PasskeyPage.styleSheet.utf8)),
    ]
  }
}
