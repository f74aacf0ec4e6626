import LanguageModel
import Protobuf
import Testing

@Suite struct GenerationConfigTests {
  static func parse(_ json: String) throws -> GenerationConfig {
    try GenerationConfig(parsing: GoogleProtobuf.Struct(jsonUTF8Bytes: Array(json.utf8)))
  }

  static func violations(_ json: String) throws -> [String] {
    do {
      _ = try parse(json)
      return []
    } catch let error as GenerationConfig.Invalid {
      return error.violations.map { "\($0.field) \($0.description)" }
    }
  }

  @Test func theDocumentsExampleIsTaken() throws {
    let config = try Self.parse(
      #"{"temperature":0.7,"max_tokens":2000,"top_p":0.9,"frequency_penalty":0.1,"presence_penalty":0.1,"stop":["终","完"]}"#)
    #expect(config.temperature == 0.7 && config.maxTokens == 2_000 && config.topP == 0.9)
    #expect(config.frequencyPenalty == 0.1 && config.presencePenalty == 0.1 && config.stop == ["终", "完"])
    #expect(try Self.parse("{}") == GenerationConfig())
    #expect(try Self.parse(#"{"temperature":null,"stop":null}"#) == GenerationConfig())
    #expect(try Self.parse(#"{"stop":"终"}"#).stop == ["终"])
  }

  @Test(arguments: [
    (#"{"temperature":0}"#, true), (#"{"temperature":2}"#, true), (#"{"temperature":2.1}"#, false), (#"{"temperature":-0.1}"#, false),
    (#"{"temperature":"0.7"}"#, false), (#"{"temperature":true}"#, false), (#"{"max_tokens":1}"#, true), (#"{"max_tokens":131072}"#, true),
    (#"{"max_tokens":0}"#, false), (#"{"max_tokens":131073}"#, false), (#"{"max_tokens":1.5}"#, false), (#"{"max_tokens":1e300}"#, false),
    (#"{"top_p":1}"#, true), (#"{"top_p":1.01}"#, false), (#"{"frequency_penalty":-2}"#, true), (#"{"frequency_penalty":-2.5}"#, false),
    (#"{"presence_penalty":2}"#, true), (#"{"presence_penalty":[1]}"#, false), (#"{"stop":[]}"#, false),
    (#"{"stop":["a","b","c","d","e"]}"#, false),
    (#"{"stop":[""]}"#, false), (#"{"stop":[1]}"#, false), (#"{"stop":7}"#, false), (#"{"model":"other"}"#, false),
    (#"{"stream":false}"#, false),
  ])
  func boundsAndTypes(json: String, isTaken: Bool) throws {
    #expect(try Self.violations(json).isEmpty == isTaken)
  }

  @Test func everythingThatIsWrongIsNamed() throws {
    #expect(
      try Self.violations(#"{"top_p":7,"model":"x","max_tokens":0,"temperature":1}"#)
        == ["max_tokens 应为1到131072之间的整数", "model 不是可用的生成参数", "top_p 应为0到1之间的数"])
  }
}
