import Protobuf
import Testing

@testable import Gateway

struct NULSearchTests {
  private static func find(_ json: String, in message: String) throws -> String? {
    let schema = try #require(TestServices.file.messages.first { $0.name == message })
    let wire = RecordingInvoker.encode(json, as: schema)
    return NULSearch.path(in: wire, of: schema)
  }

  @Test(
    arguments: [
      (#"{"title":"a\u0000b"}"#, "CreateItemRequest", "title"),
      (#"{"title":"a","count":300,"tags":["a","b\u0000"]}"#, "CreateItemRequest", "tags[1]"),
      (#"{"title":"a","filter":{"number":1,"status":"\u0000"}}"#, "CreateItemRequest", "filter.status"),
      (#"{"challengeToken":"\u0000"}"#, "Item", "challengeToken"),
      (#"{"labels":{"a":"\u0000"}}"#, "ListItemsRequest", "labels"),
      (#"{"labels":{"\u0000":"a"},"score":0.5,"ratio":0.5,"big":0}"#, "ListItemsRequest", "labels"),
      (#"{"title":"a\\u0000","count":0,"note":""}"#, "CreateItemRequest", nil),
      (#"{}"#, "CreateItemRequest", nil),
    ] as [(String, String, String?)])
  func namesTheField(json: String, message: String, expected: String?) throws {
    #expect(try Self.find(json, in: message) == expected)
  }

  @Test(arguments: [
    (#"{"a":"\u0000"}"#, true), (#"\u0000"#, true), (#""\\\u0000""#, true),
    (#"{"a":"\\u0000"}"#, false), (#"{"a":"\u0001"}"#, false), (#"{"a":"\u000"}"#, false), ("", false), ("\\", false), (#"\u0"#, false),
  ])
  func looksCloselyOnlyWhereTheEscapeStands(json: String, expected: Bool) {
    #expect(Array(json.utf8).withUnsafeBytes { NULSearch.mayHold(json: $0) } == expected)
  }
}
