/// One broken rule, where it is broken.
struct Finding: Comparable, CustomStringConvertible {
  let file: String
  /// From 1; 0 where the rule concerns the whole file.
  let line: Int
  /// buf's name of the rule, such as `FIELD_LOWER_SNAKE_CASE`.
  let rule: String
  /// What it concerns, such as `csa.v1.AuthService.Register`; exceptions name it.
  let symbol: String
  let text: String

  var description: String { "\(file):\(line): \(rule): \(text)" }

  static func < (left: Finding, right: Finding) -> Bool {
    (left.file, left.line, left.rule) < (right.file, right.line, right.rule)
  }
}
