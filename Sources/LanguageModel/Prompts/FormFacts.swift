internal import Protobuf

/// The values of a form, one beside the other: `{"plant": {"area": 12}}` is `plant.area` 12.
enum FormFacts {
  struct Entry: Equatable {
    let path: String
    let value: String

    init(path: String, value: String) {
      self.path = String(String.UnicodeScalarView(path.unicodeScalars.prefix(FormFacts.pathCharactersMax)))
      self.value = PlainText.line(value, charactersMax: FormFacts.valueCharactersMax)
    }
  }

  static let entriesMax = 200
  static let valueCharactersMax = 500
  private static let pathCharactersMax = 200
  private static let depthMax = 4

  /// At most 200 values, in the order of their names, each of at most 500 characters; lists of plain values are one.
  static func flatten(_ object: GoogleProtobuf.Struct) -> [Entry] {
    var entries: [Entry] = []
    append(object, prefix: "", depth: 1, to: &entries)
    return entries
  }

  private static func append(_ object: GoogleProtobuf.Struct, prefix: String, depth: Int, to entries: inout [Entry]) {
    let members = object.fields.map { (name: $0.key.string, value: $0.value) }.sorted {
      $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
    }
    for (name, value) in members { append(value, path: prefix + name, depth: depth, to: &entries) }
  }

  private static func append(_ value: GoogleProtobuf.Value, path: String, depth: Int, to entries: inout [Entry]) {
    guard entries.count < entriesMax else { return }
    if let text = plain(value) {
      if !text.isEmpty { entries.append(Entry(path: path, value: text)) }
    } else if let list = value.list {
      let plains = list.prefix(entriesMax).compactMap(plain).filter { !$0.isEmpty }
      if !plains.isEmpty { entries.append(Entry(path: path, value: plains.joined(separator: "、"))) }
      guard depth < depthMax else { return }
      for (index, element) in list.prefix(entriesMax).enumerated() where plain(element) == nil {
        append(element, path: "\(path).\(index + 1)", depth: depth + 1, to: &entries)
      }
    } else if let object = value.object, depth < depthMax {
      append(object, prefix: path + ".", depth: depth + 1, to: &entries)
    }
  }

  private static func plain(_ value: GoogleProtobuf.Value) -> String? {
    switch value.kind {
    case .stringValue(let text)?: text
    case .numberValue(let number)?: value.integer.map { "\($0)" } ?? "\(number)"
    case .boolValue(let flag)?: flag ? "是" : "否"
    case .nullValue?, nil: ""
    default: nil
    }
  }
}
