internal import Glibc

/// The Python that `WEFT_PYTHON` names (`make test` sets it): it has the packages of tools/requirements.txt.
public enum TestPython {
  public static let path: String? = getenv("WEFT_PYTHON").map { String(cString: $0) }
  public static var isAvailable: Bool { path != nil }

  /// Runs `code` with these arguments; the rest is as with `TestProgram.run`.
  @discardableResult
  public static func run(_ code: String, _ arguments: [String] = [], input: [UInt8] = []) async throws -> [UInt8] {
    try await TestProgram.run(program(), ["-c", code] + arguments, input: input)
  }

  /// Runs the file of this name that lies in, or below, the folder of the test that asks.
  @discardableResult
  public static func run(
    file name: String, _ arguments: [String], input: [UInt8] = [], beside test: String = #filePath
  ) async throws -> [UInt8] {
    try await TestProgram.run(program(), [file(name, beside: test)] + arguments, input: input)
  }

  /// Starts a server whose program is such a file.
  public static func startServer(file name: String, beside test: String = #filePath) async throws -> String {
    try await TestProgram.startServer(program(), [file(name, beside: test)])
  }

  private static func program() throws -> String {
    guard let path else { throw TestProgram.Failure(description: "WEFT_PYTHON is not set") }
    return path
  }

  private static func file(_ name: String, beside test: String) -> String {
    "\(test.prefix(upTo: test.lastIndex(of: "/") ?? test.startIndex))/\(name)"
  }
}
