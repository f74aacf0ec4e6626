import Testing

@testable import Gateway

struct JSONMemberTests {
  @Test(arguments: [
    (#"{"items":[1,{"items":2}],"total":3}"#, "items", #"[1,{"items":2}]"#),
    (#"{"a":"x:y,\"}","items":{"b":1}}"#, "items", #"{"b":1}"#),
    (#"{"items":"a,b"}"#, "items", #""a,b""#),
    (#"{"a":{"items":1}}"#, "items", nil),
    (#"{"items2":1}"#, "items", nil),
    (#"{}"#, "items", nil),
  ])
  func isFoundAtTheOutermostLevel(json: String, key: String, expected: String?) {
    let bytes = Array(json.utf8)
    let range = JSONMember.range(of: Array(key.utf8), in: bytes.span)
    #expect(range.map { String(decoding: bytes[$0], as: UTF8.self) } == expected)
  }
}
