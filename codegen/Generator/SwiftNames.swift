/// How names of `.proto` files are written in Swift. All naming is here.
enum SwiftNames {
  /// Reserved words that may be names between backticks.
  private static let keywords: Set<String> = [
    "Any", "as", "associatedtype", "await", "break", "case", "catch", "class", "continue", "default", "defer", "deinit", "do", "else",
    "enum",
    "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard", "if", "import", "in", "inout", "internal", "is", "let",
    "nil",
    "open", "operator", "precedencegroup", "private", "protocol", "public", "repeat", "rethrows", "return", "static", "struct", "subscript",
    "super", "switch", "throw", "throws", "true", "try", "typealias", "var", "where", "while",
  ]

  /// What a type cannot be called, not even between backticks, or what the generated code itself refers to.
  private static let reservedTypes: Set<String> = ["Type", "Protocol", "Self", "Swift", "Protobuf", "RPC"]

  /// What a property or method of a message cannot be called: Swift's own words and the members of `Message`.
  private static let reservedMembers: Set<String> = [
    "self", "init", "Type", "Protocol", "Self", "unknownFields", "merge", "encode", "checkRequired", "serializedBytes", "jsonUTF8Bytes",
    "schema",
    "with",
  ]

  /// What an enum value cannot be called.
  private static let reservedValues: Set<String> = ["self", "init", "Type", "Protocol", "Self", "rawValue"]

  /// What an RPC cannot be called.
  private static let reservedMethods: Set<String> = ["self", "init", "Type", "Protocol", "Self", "methods", "serviceSchema", "client"]

  private static let acronyms: Set<String> = ["id", "url", "http", "https"]

  /// `name` as it stands in source.
  static func escaped(_ name: String) -> String { keywords.contains(name) ? "`\(name)`" : name }

  /// `ticket_id` is `ticketID`, `HTTP_status` is `httpStatus`.
  static func lowerCamel(_ name: String) -> String { camel(name, upperFirst: false) }

  /// `ticket_id` is `TicketID`.
  static func upperCamel(_ name: String) -> String { camel(name, upperFirst: true) }

  private static func camel(_ name: String, upperFirst: Bool) -> String {
    var result = ""
    for word in name.split(whereSeparator: { $0 == "_" || $0 == "." || $0 == "-" }) {
      let isFirst = result.isEmpty && !upperFirst
      if acronyms.contains(word.lowercased()) {
        result += isFirst ? word.lowercased() : word.uppercased()
      } else if isFirst {
        // A leading run of capitals goes down as one word: `HTTPStatus` is `httpStatus`.
        result += lowerFirst(String(word))
      } else {
        result += word.prefix(1).uppercased() + word.dropFirst()
      }
    }
    guard let first = result.first, first.isLetter else { return "_" + result }
    return result
  }

  private static func lowerFirst(_ word: String) -> String {
    let capitals = word.prefix { $0.isUppercase || $0.isNumber }
    if capitals.count == word.count { return word.lowercased() }
    let lowered = max(1, capitals.count - 1)
    return word.prefix(lowered).lowercased() + word.dropFirst(lowered)
  }

  /// The namespace of a package without `swift_prefix`: `google.protobuf` is `GoogleProtobuf`.
  static func namespace(_ package: String) -> String { package.isEmpty ? "Root" : upperCamel(package) }

  /// A message or enum; `suffix` (`Message`, `Enum`, `OneOf`) is added to what cannot be a type's name.
  static func type(_ name: String, suffix: String, taken: Set<String>) -> String {
    reservedTypes.contains(name) || taken.contains(name) ? name + suffix : name
  }

  /// A property of a message.
  static func member(_ name: String) -> String {
    let camel = lowerCamel(name)
    return reservedMembers.contains(camel) ? camel + "Field" : camel
  }

  /// An RPC.
  static func method(_ name: String) -> String {
    let camel = lowerCamel(name)
    return reservedMethods.contains(camel) ? camel + "RPC" : camel
  }

  /// The values of an enum: `ACCESS_PUBLIC` of `Access` is `public`. The prefix stays where it is needed to tell two values apart.
  static func values(_ names: [String], of type: String) -> [String] {
    let prefix = upperSnake(type) + "_"
    let short = names.map { name -> String in
      let rest = name.uppercased().hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
      return value(rest.first?.isLetter == true ? rest : name)
    }
    guard Set(short).count < short.count else { return short }
    return names.enumerated().map { index, name in
      let isUnique = short.filter { $0 == short[index] }.count == 1
      return isUnique ? short[index] : value(name) + (names.filter { value($0) == value(name) }.count > 1 ? "_\(index)" : "")
    }
  }

  private static func value(_ name: String) -> String {
    let camel = lowerCamel(name == name.uppercased() ? name.lowercased() : name)
    return reservedValues.contains(camel) ? camel + "Value" : camel
  }

  /// `TicketType` is `TICKET_TYPE`.
  private static func upperSnake(_ name: String) -> String {
    var result = ""
    var previous: Character?
    for character in name {
      if character.isUppercase, let previous, previous.isLowercase || previous.isNumber { result += "_" }
      result += character.uppercased()
      previous = character
    }
    return result
  }
}
