/// A field of a request that breaks a rule.
public struct FieldViolation: Sendable, Equatable {
  /// Where, by proto names: "title", "items[2].title", `labels["a"]`.
  public let path: String
  /// Which rule, such as "string.min_len" or "required".
  public let rule: String
  /// What the caller reads, complete and in Chinese.
  public let message: String

  public init(path: String, rule: String, message: String) {
    self.path = path
    self.rule = rule
    self.message = message
  }
}
