import Foundation
import RPC

/// Metadata as people write it: `-H 'name: value'`.
struct MetadataArguments {
  /// A header that cannot be metadata, or that names an environment variable that is not set.
  struct Mistake: Error, CustomStringConvertible {
    let description: String
  }

  private(set) var metadata = Metadata()

  /// - Parameters:
  ///   - headers: `name: value` each; base64 where the name ends in `-bin`.
  ///   - environment: Where `${NAME}` in a header is looked up, so that a secret stands in no command line; nil: it stands for itself.
  init(_ headers: [String], environment: [String: String]?) throws(Mistake) {
    for header in headers {
      if let environment { try add(Self.expand(header, environment)) } else { try add(header) }
    }
  }

  private mutating func add(_ header: String) throws(Mistake) {
    let parts = header.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    guard parts.count == 2, Metadata.isName(parts[0].lowercased()) else {
      throw Mistake(description: "a header is \"name: value\", got \"\(header)\"")
    }
    let name = parts[0].lowercased()
    guard name.hasSuffix("-bin") else { return metadata.add(name, parts[1]) }
    guard let bytes = Data(base64Encoded: parts[1]) else {
      throw Mistake(description: "\(name) takes base64, as its name ends in -bin")
    }
    metadata.add(name, binary: [UInt8](bytes))
  }

  private static func expand(_ header: String, _ environment: [String: String]) throws(Mistake) -> String {
    var result = ""
    var rest = header[...]
    while let start = rest.range(of: "${"), let end = rest.range(of: "}", range: start.upperBound..<rest.endIndex) {
      let name = String(rest[start.upperBound..<end.lowerBound])
      guard let value = environment[name] else { throw Mistake(description: "the environment has no \(name), which a header names") }
      result += rest[..<start.lowerBound] + value
      rest = rest[end.upperBound...]
    }
    return result + rest
  }
}
