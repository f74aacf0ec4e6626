/// What sort of work a job is, such as `generation` or `export`: a kind has its own handler and its own limits.
public struct JobKind: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// As the table has it.
  public let name: String

  public init(_ name: String) { self.name = name }
  public init(stringLiteral name: String) { self.name = name }

  public var description: String { name }
}
