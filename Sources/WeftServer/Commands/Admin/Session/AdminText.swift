import ArgumentParser
import Foundation
import Glibc

/// A long text, which comes from a file or standard input.
struct AdminText: ParsableArguments {
  /// What the API takes: a mebibyte.
  private static let bytesMax = 1 << 20

  @Option(name: .shortAndLong, help: "Read the text from this file; - is standard input.", completion: .file())
  var file: String?

  /// - Parameter what: What the text is, for messages: "the reply".
  /// - Returns: Nil where no file was named, nothing is piped in, and `isOptional`.
  func text(_ what: String, isOptional: Bool = false) throws -> String? {
    if let file, file != "-" {
      guard let handle = FileHandle(forReadingAtPath: file) else {
        throw AdminMistake(description: "cannot read \(file): \(String(cString: strerror(errno)))")
      }
      return try Self.text(of: handle, file)
    }
    if file == nil {
      if isOptional { return nil }
      guard !Terminal.isInteractive else {
        throw AdminMistake(description: "say where \(what) is: --file FILE, or --file - and type, Ctrl-D at the end")
      }
    }
    return try Self.text(of: .standardInput, "standard input")
  }

  private static func text(of handle: FileHandle, _ name: String) throws -> String {
    var data = Data()
    while data.count <= bytesMax, let piece = try handle.read(upToCount: bytesMax + 1 - data.count), !piece.isEmpty { data += piece }
    guard data.count <= bytesMax else { throw AdminMistake(description: "\(name) is longer than a mebibyte, which is all that is taken") }
    guard let text = String(validating: data, as: UTF8.self) else { throw AdminMistake(description: "\(name) is not UTF-8") }
    guard !text.isEmpty else { throw AdminMistake(description: "\(name) is empty") }
    return text
  }
}
