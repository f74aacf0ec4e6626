import Testing

@testable import Gateway

struct TopLevelKeysTests {
  @Test(arguments: [
    (#"{}"#, []),
    (#" { "a" : 1 , "b":null}"#, ["a", "b"]),
    (#"{"a":{"b":1,"c":[{"d":2}]},"e":["f","g"]}"#, ["a", "e"]),
    (#"{"a":"},\"b\":{","c":"\\"}"#, ["a", "c"]),
    (#"{"\u0061b":1,"\u4e2d":2,"x\"y":3}"#, ["ab", "?", "x\"y"]),
    (#"{"a":1,"a":2}"#, ["a", "a"]),
    (#"[{"a":1}]"#, []),
    (#""a""#, []),
    (#"{"a"#, ["a"]),
    (#"{"a\"#, ["a\\"]),
    (#""#, []),
  ])
  func areFoundAtTheOutermostLevelOnly(json: String, expected: [String]) {
    #expect(TopLevelKeys.read(Array(json.utf8).span).map { String(decoding: $0, as: UTF8.self) } == expected)
  }

  @Test(arguments: [
    (#"{"items":[1,{"items":2}],"total":3}"#, "items", #"[1,{"items":2}]"#),
    (#"{"a":"x:y,\"}","items":{"b":1}}"#, "items", #"{"b":1}"#),
    (#"{"items":"a,b"}"#, "items", #""a,b""#),
    (#"{"a":{"items":1}}"#, "items", nil),
    (#"{"items2":1}"#, "items", nil),
    (#"{}"#, "items", nil),
  ])
  func haveTheirValuesFound(json: String, key: String, expected: String?) {
    let bytes = Array(json.utf8)
    let range = TopLevelKeys.value(of: Array(key.utf8), in: bytes.span)
    #expect(range.map { String(decoding: bytes[$0], as: UTF8.self) } == expected)
  }
}
