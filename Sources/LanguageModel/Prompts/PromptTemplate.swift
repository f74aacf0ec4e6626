/// A prompt with holes: `{name}` stands for a value, `{{` and `}}` for braces (AI生成模板, `prompt_template`).
public struct PromptTemplate: Sendable, Equatable {
  /// What is wrong with a template, and where.
  public struct Malformed: Error, Equatable {
    /// Which character, from 1; nil where it is not about one.
    public var position: Int?
    /// In Chinese, with the place.
    public var description: String
  }

  /// Values that a template asks for and nobody gave: all of them, in the template's order.
  public struct MissingValues: Error, Equatable {
    public var names: [String]
    /// In Chinese.
    public var description: String { "模板缺少占位符的值：" + names.map { "{\($0)}" }.joined(separator: "、") }
  }

  /// The text that came out is longer than allowed.
  public struct TooLong: Error, Equatable {
    public var charactersMax: Int
    /// In Chinese.
    public var description: String { "填入占位符后的文本超过\(charactersMax)字" }

    public init(charactersMax: Int) { self.charactersMax = charactersMax }
  }

  public static let charactersMax = 20_000
  public static let placeholdersMax = 100
  public static let nameCharactersMax = 64
  /// Of the text with all values put in.
  public static let filledCharactersMax = 50_000

  private enum Piece: Sendable, Equatable {
    case text(String)
    case placeholder(String)
  }

  private let pieces: [Piece]
  /// The names of the placeholders, each once, in the order of their first appearance.
  public let names: [String]

  public init(parsing text: String) throws(Malformed) {
    let scalars = Array(text.unicodeScalars)
    guard scalars.count <= Self.charactersMax else {
      throw Malformed(position: nil, description: "模板过长，最多\(Self.charactersMax)字")
    }
    var pieces: [Piece] = []
    var names: [String] = []
    var plain = String.UnicodeScalarView()
    var index = 0
    while index < scalars.count {
      let scalar = scalars[index]
      let isDoubled = index + 1 < scalars.count && scalars[index + 1] == scalar
      switch scalar {
      case "{" where isDoubled, "}" where isDoubled:
        plain.append(scalar)
        index += 2
      case "{":
        let name = try Self.name(scalars, after: index)
        if !plain.isEmpty { pieces.append(.text(String(plain))) }
        plain = String.UnicodeScalarView()
        pieces.append(.placeholder(name))
        if !names.contains(name) { names.append(name) }
        guard names.count <= Self.placeholdersMax else {
          throw Malformed(position: index + 1, description: "占位符过多，最多\(Self.placeholdersMax)个")
        }
        index += name.unicodeScalars.count + 2
      case "}":
        throw Malformed(position: index + 1, description: "第\(index + 1)个字符的“}”没有对应的“{”；要写花括号本身请用“}}”")
      default:
        plain.append(scalar)
        index += 1
      }
    }
    if !plain.isEmpty { pieces.append(.text(String(plain))) }
    self.pieces = pieces
    self.names = names
  }

  /// The name between the brace at `open` and the one that closes it.
  private static func name(_ scalars: [Unicode.Scalar], after open: Int) throws(Malformed) -> String {
    var name = String.UnicodeScalarView()
    for index in (open + 1)..<max(open + 1, scalars.count) {
      let scalar = scalars[index]
      if scalar == "}" {
        guard !name.isEmpty else { throw Malformed(position: open + 1, description: "第\(open + 1)个字符处的占位符没有名称") }
        return String(name)
      }
      guard isNameCharacter(scalar) else {
        throw Malformed(
          position: index + 1, description: "占位符名称只能由字母、数字、下划线和点组成，第\(index + 1)个字符不符合；要写花括号本身请用“{{”")
      }
      name.append(scalar)
      guard name.count <= nameCharactersMax else {
        throw Malformed(position: open + 1, description: "第\(open + 1)个字符处的占位符名称过长，最多\(nameCharactersMax)个字符")
      }
    }
    throw Malformed(position: open + 1, description: "第\(open + 1)个字符的“{”没有对应的“}”；要写花括号本身请用“{{”")
  }

  private static func isNameCharacter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "A"..."Z", "a"..."z", "0"..."9", "_", ".": true
    default: false
    }
  }

  /// The text with the values in their places. Values are taken as they are: a brace in one is a brace.
  ///
  /// - Throws: `MissingValues`, `TooLong`.
  public func filled(with values: [String: String]) throws -> String {
    let missing = names.filter { values[$0] == nil }
    guard missing.isEmpty else { throw MissingValues(names: missing) }
    var text = ""
    var count = 0
    for piece in pieces {
      let part =
        switch piece {
        case .text(let plain): plain
        case .placeholder(let name): values[name, default: ""]
        }
      count += part.unicodeScalars.count
      guard count <= Self.filledCharactersMax else { throw TooLong(charactersMax: Self.filledCharactersMax) }
      text += part
    }
    return text
  }
}
