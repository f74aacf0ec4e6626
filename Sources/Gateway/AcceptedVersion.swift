import HTTP

/// Which version of the interface the header `accept` asks for, as `application/vnd.api+json;version=1` (chapter 版本选择 of co-writing's
/// document). Lists, weights and quotes as in RFC 9110, section 12.5.1.
enum AcceptedVersion: Equatable {
  /// No version is named, or it is among the others that are acceptable as well.
  case any
  /// These only.
  case only([String])

  private static let type = "application/vnd.api+json"

  init(_ headers: Headers) {
    let isLongEnough = headers.withValue(of: "accept") { ($0?.count ?? 0) >= Self.type.utf8.count }
    self = isLongEnough ? AcceptedVersion(accept: headers.values("accept").joined(separator: ",")) : .any
  }

  init(accept: String) {
    self = .any
    // What names no version at all is not looked at further: JSON is the one type there is.
    guard accept.utf8.count >= Self.type.utf8.count, accept.lowercased().contains("vnd.api+json") else { return }
    var versions: [String] = []
    for range in Self.split(accept, at: ",") {
      let pieces = Self.split(range, at: ";").map { Self.trimmed($0) }
      guard let type = pieces.first?.lowercased() else { continue }
      let parameters = Self.parameters(pieces.dropFirst())
      if let weight = parameters["q"], Double(weight) == 0 { continue }
      if type == Self.type, let version = parameters["version"] {
        versions.append(version)
      } else if [Self.type, "application/json", "application/*", "*/*"].contains(type) {
        return
      }
    }
    if !versions.isEmpty { self = .only(versions) }
  }

  /// Whether `version` may be answered with.
  func allows(_ version: String) -> Bool {
    switch self {
    case .any: true
    case .only(let versions): versions.contains(version)
    }
  }

  /// Names in lower case, values without quotes; the first of each name counts.
  private static func parameters(_ pieces: ArraySlice<Substring>) -> [String: String] {
    var found: [String: String] = [:]
    for piece in pieces {
      guard let equals = piece.firstIndex(of: "=") else { continue }
      let name = piece[..<equals].lowercased()
      if found[name] == nil { found[name] = unquoted(piece[piece.index(after: equals)...]) }
    }
    return found
  }

  private static func unquoted(_ value: Substring) -> String {
    guard value.count >= 2, value.first == "\"", value.last == "\"" else { return String(value) }
    var text = ""
    var isEscaped = false
    for character in value.dropFirst().dropLast() {
      isEscaped = character == "\\" && !isEscaped
      if !isEscaped { text.append(character) }
    }
    return text
  }

  /// Cuts where `separator` stands outside quotes.
  private static func split(_ text: some StringProtocol, at separator: Character) -> [Substring] {
    var pieces: [Substring] = []
    var start = text.startIndex
    var (isQuoted, isEscaped) = (false, false)
    for index in text.indices {
      let character = text[index]
      if isEscaped {
        isEscaped = false
      } else if isQuoted, character == "\\" {
        isEscaped = true
      } else if character == "\"" {
        isQuoted.toggle()
      } else if character == separator, !isQuoted {
        pieces.append(Substring(text[start..<index]))
        start = text.index(after: index)
      }
    }
    return pieces + [Substring(text[start...])]
  }

  private static func trimmed(_ piece: Substring) -> Substring { piece.trimmingSpaces() }
}
