/// The languages that pages are written in.
///
/// Texts stand where they are used, both beside each other: `language("登录", "Sign in")`.
enum PageLanguage: String, Sendable, CaseIterable {
  case chinese = "zh-CN"
  case english = "en"

  /// The BCP 47 tag, for `lang`.
  var tag: String { rawValue }

  /// What it is called by those who read it.
  var name: String { self("中文", "English") }

  /// The other one, for the switch.
  var other: PageLanguage { self == .chinese ? .english : .chinese }

  func callAsFunction(_ chinese: String, _ english: String) -> String { self == .chinese ? chinese : english }

  /// The first language that was asked for and exists; Chinese where none was, as the document's texts are.
  ///
  /// - Parameters:
  ///   - uiLocales: BCP 47 tags with spaces between them, in order of preference (OpenID Connect Core 1.0, section 3.1.2.1).
  ///   - acceptLanguage: The request header (RFC 9110, section 12.5.4).
  init(uiLocales: String, acceptLanguage: String) {
    for tag in uiLocales.split(separator: " ").prefix(16) {
      if let language = Self.language(tag: tag) {
        self = language
        return
      }
    }
    self = Self.preferred(acceptLanguage) ?? .chinese
  }

  /// The best of an `Accept-Language`; of equals the first.
  private static func preferred(_ header: String) -> PageLanguage? {
    var best: (language: PageLanguage, weight: Int)?
    for range in header.utf8.prefix(512).split(separator: UInt8(ascii: ",")).prefix(32) {
      let parts = Substring(range).split(separator: ";", omittingEmptySubsequences: false)
      guard let tag = parts.first, let language = language(tag: trimmed(tag)) else { continue }
      let weight = parts.dropFirst().lazy.compactMap { quality($0) }.first ?? 1000
      if weight > (best?.weight ?? 0) { best = (language, weight) }
    }
    return best?.language
  }

  /// The primary subtag decides: texts in simplified characters are better than none for a reader of traditional ones.
  private static func language(tag: Substring) -> PageLanguage? {
    switch tag.prefix(while: { $0 != "-" }).lowercased() {
    case "zh": .chinese
    case "en": .english
    default: nil
    }
  }

  /// A weight in thousandths (RFC 9110, section 12.4.2); nil for anything else.
  private static func quality(_ parameter: Substring) -> Int? {
    let text = trimmed(parameter)
    guard text.hasPrefix("q=") else { return nil }
    let digits = text.dropFirst(2).utf8.filter { $0 != UInt8(ascii: ".") }
    guard (1...4).contains(digits.count), let number = Int(String(decoding: digits, as: UTF8.self)) else { return 0 }
    return min(1000, number * [1000, 100, 10, 1][digits.count - 1])
  }

  private static func trimmed(_ text: Substring) -> Substring {
    let start = text.drop { $0 == " " || $0 == "\t" }
    return start.prefix { $0 != " " && $0 != "\t" }
  }
}
