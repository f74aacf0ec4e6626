public import Protobuf

/// The settings of one generation, `generation_config` in the document (AI生成接口); nil: the provider's own.
public struct GenerationConfig: Sendable, Equatable {
  /// 0 to 2.
  public var temperature: Double?
  /// 1 to 131,072.
  public var maxTokens: Int?
  /// 0 to 1.
  public var topP: Double?
  /// -2 to 2.
  public var frequencyPenalty: Double?
  /// -2 to 2.
  public var presencePenalty: Double?
  /// At most four texts of 1 to 100 characters at which the model stops.
  public var stop: [String] = []

  public init() {}

  /// A member that cannot be taken.
  public struct Violation: Sendable, Equatable {
    /// Its name, such as `temperature`.
    public var field: String
    /// What is wrong with it, in Chinese.
    public var description: String
  }

  /// Everything that is wrong with a `generation_config`, by the names of its members.
  public struct Invalid: Error, Equatable {
    public var violations: [Violation]
  }

  private static let maxTokensMax = 131_072.0
  private static let stopsMax = 4
  private static let stopCharactersMax = 100

  /// Reads the settings of a request. A member that is null is not given.
  ///
  /// - Throws: `Invalid` for unknown members, wrong types and values out of bounds.
  public init(parsing object: GoogleProtobuf.Struct) throws(Invalid) {
    var violations: [Violation] = []
    var numbers: [String: Double] = [:]
    let members = object.fields.map { (name: $0.key.string, value: $0.value) }.sorted {
      $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
    }
    for (name, value) in members {
      if case .nullValue? = value.kind { continue }
      if name == "stop" {
        if let stop = Self.stop(value) { self.stop = stop } else { violations.append(Violation(field: name, description: Self.stopRule)) }
        continue
      }
      guard let rule = Self.rules.first(where: { $0.name == name }) else {
        violations.append(Violation(field: name, description: "不是可用的生成参数"))
        continue
      }
      guard case .numberValue(let number)? = value.kind, rule.allows(number) else {
        violations.append(Violation(field: name, description: rule.text))
        continue
      }
      numbers[name] = number
    }
    guard violations.isEmpty else { throw Invalid(violations: violations) }
    temperature = numbers["temperature"]
    maxTokens = numbers["max_tokens"].map { Int($0) }
    topP = numbers["top_p"]
    frequencyPenalty = numbers["frequency_penalty"]
    presencePenalty = numbers["presence_penalty"]
  }

  private struct Rule {
    var name: String
    var range: ClosedRange<Double>
    var isWhole = false
    var text: String

    func allows(_ number: Double) -> Bool { range.contains(number) && (!isWhole || number == number.rounded()) }
  }

  private static let rules = [
    Rule(name: "temperature", range: 0...2, text: "应为0到2之间的数"),
    Rule(name: "max_tokens", range: 1...maxTokensMax, isWhole: true, text: "应为1到131072之间的整数"),
    Rule(name: "top_p", range: 0...1, text: "应为0到1之间的数"),
    Rule(name: "frequency_penalty", range: -2...2, text: "应为-2到2之间的数"),
    Rule(name: "presence_penalty", range: -2...2, text: "应为-2到2之间的数"),
  ]
  private static let stopRule = "应为文本，或最多4个文本的列表，每个1到100字"

  private static func stop(_ value: GoogleProtobuf.Value) -> [String]? {
    let texts: [String?]
    switch value.kind {
    case .stringValue(let text)?: texts = [text]
    case .listValue(let list)?: texts = list.values.map(\.text)
    default: return nil
    }
    guard (1...stopsMax).contains(texts.count) else { return nil }
    var stops: [String] = []
    for text in texts {
      guard let text, (1...stopCharactersMax).contains(text.unicodeScalars.count) else { return nil }
      stops.append(text)
    }
    return stops
  }
}
