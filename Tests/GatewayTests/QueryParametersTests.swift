import Testing

@testable import Gateway

struct QueryParametersTests {
  private static func read(_ query: String) throws(QueryParameters.Failure) -> [[String]] {
    try QueryParameters(parsing: Array(query.utf8).span).parameters.map {
      [String(decoding: $0.name, as: UTF8.self), String(decoding: $0.value, as: UTF8.self)]
    }
  }

  @Test(arguments: [
    ("", []),
    ("a=1", [["a", "1"]]),
    ("a=1&b=2&a=3", [["a", "1"], ["b", "2"], ["a", "3"]]),
    ("a", [["a", ""]]),
    ("a=", [["a", ""]]),
    ("=1", [["", "1"]]),
    ("&&a=1&", [["a", "1"]]),
    ("a=b=c", [["a", "b=c"]]),
    ("q=a+b%2Bc%20d", [["q", "a b+c d"]]),
    ("tag=%E6%96%87%E6%A1%A3", [["tag", "文档"]]),
    ("tag=文档", [["tag", "文档"]]),
    ("%61=%26%3D", [["a", "&="]]),
  ])
  func readsPairs(query: String, expected: [[String]]) throws {
    #expect(try Self.read(query) == expected)
  }

  @Test(arguments: [
    ("skip=%", "skip", PercentCoding.Failure.badEscape),
    ("skip=%4", "skip", .badEscape),
    ("skip=%zz", "skip", .badEscape),
    ("a=1&tag=%FF", "tag", .badUTF8),
    ("tag=%C0%80", "tag", .badUTF8),
    ("tag=%ED%A0%80", "tag", .badUTF8),
    ("tag=%F4%90%80%80", "tag", .badUTF8),
    ("tag=a%00b", "tag", .nul),
    ("t%FFg=1", "t%FFg", .badUTF8),
    ("t%00g=1", "t%00g", .nul),
  ])
  func namesTheParameterThatCannotBeRead(query: String, name: String, failure: PercentCoding.Failure) {
    #expect(throws: QueryParameters.Failure(name: name, reason: .coding(failure))) { try Self.read(query) }
  }

  @Test func hasACeiling() throws {
    let most = Array(repeating: "a=1", count: QueryParameters.countMax).joined(separator: "&")
    #expect(try Self.read(most).count == QueryParameters.countMax)
    #expect(throws: QueryParameters.Failure(name: "", reason: .tooMany)) { try Self.read(most + "&a=1") }
  }
}
