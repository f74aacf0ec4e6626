/// The files that pages need, all from this server: the pages' policy allows nothing else.
enum PageAsset: String, Sendable, CaseIterable {
  case style = "style.css"
  case script = "sign-in.js"
  case icon = "icon.svg"

  var contentType: String {
    switch self {
    case .style: "text/css; charset=utf-8"
    case .script: "text/javascript; charset=utf-8"
    case .icon: "image/svg+xml"
    }
  }

  var text: String {
    switch self {
    case .style: PageStyle.text
    case .script: PageScript.text
    case .icon: PageStyle.icon
    }
  }

  /// Names this very version, so that it may be kept as long as a browser likes.
  var url: String { "/oauth/\(rawValue)?v=\(Self.versions[self] ?? "")" }

  private static let versions = Dictionary(uniqueKeysWithValues: allCases.map { ($0, version(of: $0.text)) })

  /// FNV-1a, 64 bits: tells versions of our own files apart, guards nothing.
  private static func version(of text: String) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return String(hash, radix: 16)
  }
}
