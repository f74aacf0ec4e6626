import Protobuf
import ReferenceMessages
import Testing

@Suite struct WellKnownJSONTests {
  private func text(_ message: some Message) throws(JSONError) -> String { String(decoding: try message.jsonUTF8Bytes(), as: UTF8.self) }

  private func timestamp(_ text: String) throws(JSONError) -> GoogleProtobuf.Timestamp {
    try .init(jsonUTF8Bytes: Array("\"\(text)\"".utf8))
  }

  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0, 0), ("0001-01-01T00:00:00Z", -62_135_596_800, 0),
      ("9999-12-31T23:59:59.999999999Z", 253_402_300_799, 999_999_999),
      ("2024-02-29T12:34:56.120Z", 1_709_210_096, 120_000_000), ("1969-12-31T23:59:59.500Z", -1, 500_000_000),
      ("2000-03-01T00:00:00.000001Z", 951_868_800, 1000), ("2100-02-28T23:59:59Z", 4_107_542_399, 0),
      ("1900-03-01T00:00:00Z", -2_203_891_200, 0),
    ] as [(String, Int64, Int32)])
  func writesAndReadsTimes(_ written: String, _ seconds: Int64, _ nanos: Int32) throws {
    let time = GoogleProtobuf.Timestamp.with {
      $0.seconds = seconds
      $0.nanos = nanos
    }
    #expect(try text(time) == "\"\(written)\"")
    #expect(try timestamp(written) == time)
  }

  @Test func agreesWithTheCalendarOnEveryDayOfFourCenturies() throws {
    // Counted forward a day at a time, so that an error in the arithmetic cannot hide in both directions.
    var (year, month, day) = (1901, 1, 1)
    var seconds: Int64 = -2_177_452_800
    while year < 2301 {
      let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      let lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
      func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
      let written = "\(year)-\(two(month))-\(two(day))T00:00:00Z"
      let time = GoogleProtobuf.Timestamp.with { $0.seconds = seconds }
      guard try text(time) == "\"\(written)\"", try timestamp(written) == time else {
        Issue.record("\(written)")
        return
      }
      seconds += 86_400
      day += 1
      if day > lengths[month - 1] { (day, month) = (1, month + 1) }
      if month > 12 { (month, year) = (1, year + 1) }
    }
  }

  @Test func takesZonesAndFractions() throws {
    #expect(try timestamp("2024-01-01T08:00:00+08:00").seconds == 1_704_067_200)
    #expect(try timestamp("2023-12-31T19:30:00.5-04:30").nanos == 500_000_000)
  }

  @Test(arguments: [
    "", "2024-01-01", "2024-01-01T00:00:00", "2024-01-01t00:00:00Z", "2024-01-01 00:00:00Z", "2024-01-01T00:00:00z", "2024-13-01T00:00:00Z",
    "2023-02-29T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:60Z", "2024-01-01T00:00:00.Z",
    "2024-01-01T00:00:00.1234567890Z", "2024-01-01T00:00:00+0800", "2024-01-01T00:00:00+24:00", "0000-01-01T00:00:00Z",
    "10000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "2024-01-01T00:00:00Zx", "2024-00-01T00:00:00Z", "2024-01-00T00:00:00Z",
    "२०२४-01-01T00:00:00Z", "2024-1-01T00:00:00Z",
  ])
  func refusesWhatIsNoTime(_ text: String) {
    #expect(throws: JSONError.self, "\(text)") { try timestamp(text) }
  }

  @Test func refusesToWriteTimesThatDoNotExist() {
    for (seconds, nanos) in [(-62_135_596_801, 0), (253_402_300_800, 0), (0, -1), (0, 1_000_000_000), (Int64.min, 0), (Int64.max, 0)]
      as [(Int64, Int32)]
    {
      #expect(throws: JSONError.self) {
        try text(
          GoogleProtobuf.Timestamp.with {
            $0.seconds = seconds
            $0.nanos = nanos
          })
      }
    }
  }

  @Test func writesAndReadsDurations() throws {
    for (written, seconds, nanos) in [
      ("0s", 0, 0), ("1.500s", 1, 500_000_000), ("-0.000001s", 0, -1000), ("-3.000000001s", -3, -1),
      ("315576000000.999999999s", 315_576_000_000, 999_999_999),
    ] as [(String, Int64, Int32)] {
      let duration = GoogleProtobuf.Duration.with {
        $0.seconds = seconds
        $0.nanos = nanos
      }
      #expect(try text(duration) == "\"\(written)\"")
      #expect(try GoogleProtobuf.Duration(jsonUTF8Bytes: Array("\"\(written)\"".utf8)) == duration)
    }
    for bad in ["", "s", "1", "1.s", ".5s", "1e3s", "+1s", "--1s", "1 s", "315576000001s", "99999999999999999999s", "1.0000000001s", "-s"] {
      #expect(throws: JSONError.self, "\(bad)") { try GoogleProtobuf.Duration(jsonUTF8Bytes: Array("\"\(bad)\"".utf8)) }
    }
    for (seconds, nanos) in [(1, -1), (-1, 1), (0, 1_000_000_000), (315_576_000_001, 0)] as [(Int64, Int32)] {
      #expect(throws: JSONError.self) {
        try text(
          GoogleProtobuf.Duration.with {
            $0.seconds = seconds
            $0.nanos = nanos
          })
      }
    }
  }

  @Test func writesAndReadsFieldMasks() throws {
    let mask = GoogleProtobuf.FieldMask.with { $0.paths = ["full_name", "a.b_c", "x"] }
    #expect(try text(mask) == #""fullName,a.bC,x""#)
    #expect(try GoogleProtobuf.FieldMask(jsonUTF8Bytes: Array(#""fullName,a.bC,x""#.utf8)) == mask)
    #expect(try GoogleProtobuf.FieldMask(jsonUTF8Bytes: Array(#""""#.utf8)) == .init())
    for bad in ["fooBar", "foo__bar", "foo_3", "foo_", "a,b"] {
      #expect(throws: JSONError.self, "\(bad)") { try text(GoogleProtobuf.FieldMask.with { $0.paths = [bad] }) }
    }
    #expect(throws: JSONError.self) { try GoogleProtobuf.FieldMask(jsonUTF8Bytes: Array(#""full_name""#.utf8)) }
  }

  @Test func keepsFreeFormObjects() throws {
    let json = #"{"a":[1,2.5,-3,"x",null,true,{"b":{}},[]],"z":1e+30}"#
    let object = try GoogleProtobuf.Struct(jsonUTF8Bytes: Array(json.utf8))
    #expect(try text(object) == json)
    #expect(try text(GoogleProtobuf.Value()) == "null")
    for bad in [Double.nan, .infinity] {
      #expect(throws: JSONError.self) { try text(GoogleProtobuf.Value.with { $0.kind = .numberValue(bad) }) }
    }
  }

  @Test func makesFreeFormObjectsOfLiterals() throws {
    var object: GoogleProtobuf.Struct = ["a": [1, 2.5, "x", nil, true, [:], []], "b": "old"]
    object["b"] = "new"
    #expect(try text(object) == #"{"a":[1,2.5,"x",null,true,{},[]],"b":"new"}"#)
    #expect(object["a"]?.kind != nil && object["c"] == nil)
  }

  @Test func wrapsScalars() throws {
    let message = try Reference.WellKnown(jsonUTF8Bytes: Array(#"{"stringValue":"","int64Value":"5"}"#.utf8))
    #expect(message.stringValue == .init() && message.int64Value?.value == 5)
    #expect(try text(message) == #"{"stringValue":"","int64Value":"5"}"#)
  }

  @Test func unpacksAny() throws {
    let types = TypeRegistry([Reference.Implicit.schema.file])
    func read(_ json: String) throws(JSONError) -> GoogleProtobuf.`Any` {
      try .init(jsonUTF8Bytes: Array(json.utf8), options: .init(types: types))
    }
    let any = try read(#"{"int32Value":5,"@type":"type.googleapis.com/reference.Implicit","stringValue":"x"}"#)
    #expect(try Reference.Implicit(serializedBytes: any.value).int32Value == 5)
    #expect(
      String(decoding: try any.jsonUTF8Bytes(options: .init(types: types)), as: UTF8.self)
        == #"{"@type":"type.googleapis.com/reference.Implicit","int32Value":5,"stringValue":"x"}"#)
    let time = try read(#"{"@type":"x/google.protobuf.Timestamp","value":"1970-01-01T00:00:01Z"}"#)
    #expect(time.value == [8, 1])
    #expect(
      String(decoding: try time.jsonUTF8Bytes(options: .init(types: types)), as: UTF8.self)
        == #"{"@type":"x/google.protobuf.Timestamp","value":"1970-01-01T00:00:01Z"}"#)
    #expect(try read("{}") == .init())
    for bad in [
      #"{"@type":"reference.Implicit"}"#, #"{"@type":"x/no.Such"}"#, #"{"int32Value":5}"#, #"{"@type":"x/google.protobuf.Timestamp"}"#,
      #"{"@type":"x/reference.Implicit","@type":"x/reference.Implicit"}"#, #"{"@type":5}"#,
      #"{"@type":"x/google.protobuf.Timestamp","value":"1970-01-01T00:00:01Z","more":1}"#,
    ] {
      #expect(throws: JSONError.self, "\(bad)") { try read(bad) }
    }
    #expect(throws: JSONError.self) { try GoogleProtobuf.`Any`.with { $0.typeURL = "x/no.Such" }.jsonUTF8Bytes() }
  }
}
