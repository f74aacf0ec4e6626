/// What is wrong with a `.proto` file or with the plugin's options.
public struct GeneratorError: Error, Equatable, CustomStringConvertible {
  /// The file's name as protoc knows it; empty for what is wrong with the options.
  public let file: String
  /// Counted from 1; nil if the file came without source information.
  public let line: Int?
  /// What is wrong, and what to write instead.
  public let message: String

  public init(file: String = "", line: Int? = nil, _ message: String) {
    self.file = file
    self.line = line
    self.message = message
  }

  public var description: String {
    guard !file.isEmpty else { return message }
    return line.map { "\(file):\($0): \(message)" } ?? "\(file): \(message)"
  }
}
