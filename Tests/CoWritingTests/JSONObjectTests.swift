import Protobuf
import Testing

@testable import CoWriting

@Suite struct JSONObjectTests {
  private let field = (name: "metadata", label: "元数据")

  @Test(arguments: [
    #"{}"#, #"{"a":1}"#, #"{"n":9007199254740991}"#, #"{"f":0.1}"#, #"{"list":[1,"二",null,true,{"x":[]}]}"#, #"{"":""}"#,
    "{\"é\":1,\"e\u{301}\":2}",
  ])
  func whatWasStoredComesBack(_ text: String) throws {
    let object = try JSONObject.object(text)
    let stored = try JSONObject.text(object, bytesMax: 1_000, field: field)
    #expect(try JSONObject.object(stored) == object)
    #expect(stored.utf8.sorted() == text.utf8.sorted())
  }

  @Test func noneIsEmpty() throws { #expect(try JSONObject.text(nil, bytesMax: 10, field: field) == "{}") }

  @Test func integersStayIntegers() throws {
    #expect(try JSONObject.text(["chapter": 2, "whole": 3.0, "part": 2.5], bytesMax: 100, field: field).contains(#""whole":3"#))
  }

  @Test func tooLongIsRefused() throws {
    #expect(throws: CoWritingError.invalid(field: "metadata", "元数据不能超过10字节，实际为18字节")) {
      try JSONObject.text(["text": "0123456"], bytesMax: 10, field: field)
    }
  }

  @Test func tooDeepIsRefused() throws {
    func nested(_ depth: Int) -> GoogleProtobuf.Struct {
      var value: GoogleProtobuf.Value = 1
      for level in 1..<depth { value = level.isMultiple(of: 2) ? [value] : ["x": value] }
      return ["x": value]
    }
    _ = try JSONObject.object(JSONObject.text(nested(24), bytesMax: 1_000, field: field))
    #expect(throws: CoWritingError.invalid(field: "metadata", "元数据的嵌套不能超过24层")) {
      try JSONObject.text(nested(25), bytesMax: 1_000, field: field)
    }
  }

  @Test func whatHasNoJSONIsRefused() throws {
    #expect(throws: CoWritingError.invalid(field: "metadata", "元数据必须是有效的JSON对象")) {
      try JSONObject.text(["x": .init(.numberValue(.nan))], bytesMax: 100, field: field)
    }
  }
}
