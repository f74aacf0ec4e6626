/// What a part of a Word file refers to: links and pictures, each under an id.
struct DOCXRelationships {
  private(set) var xml = XMLText()
  private var links: [String: String] = [:]
  private var media: [String: String] = [:]
  private var count = 0
  private let prefix: String

  /// - Parameter prefix: Of the ids, such as `rIdF`.
  init(prefix: String) { self.prefix = prefix }

  private static let types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"

  mutating func link(_ address: String) -> String {
    if let known = links[address] { return known }
    let id = next()
    xml.markup("<Relationship Id=\"\(id)\" Type=\"\(Self.types)hyperlink\" Target=\"")
    xml.text(address)
    xml.markup("\" TargetMode=\"External\"/>")
    links[address] = id
    return id
  }

  mutating func image(_ name: String) -> String {
    if let known = media[name] { return known }
    let id = next()
    xml.markup("<Relationship Id=\"\(id)\" Type=\"\(Self.types)image\" Target=\"media/\(name)\"/>")
    media[name] = id
    return id
  }

  /// Another part beside this one.
  mutating func part(_ type: String, _ target: String) -> String {
    let id = next()
    xml.markup("<Relationship Id=\"\(id)\" Type=\"\(Self.types)\(type)\" Target=\"\(target)\"/>")
    return id
  }

  private mutating func next() -> String {
    count += 1
    return prefix + String(count)
  }

  var part: [UInt8] {
    var whole = XMLText(XMLText.declaration)
    whole.markup("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">")
    whole.append(xml)
    whole.markup("</Relationships>")
    return whole.bytes
  }
}
