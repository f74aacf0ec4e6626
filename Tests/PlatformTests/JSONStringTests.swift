import Foundation
import Platform
import Testing

@Suite struct JSONStringTests {
  private static func text(_ string: String) -> String {
    var bytes: [UInt8] = []
    JSONString.append(string, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(arguments: [
    ("", #""""#), (#"a"b\c"#, #""a\"b\\c""#), ("a\nb\r\t", #""a\nb\u000d\u0009""#), ("\u{0}\u{1f}\u{7f}", #""\u0000\u001f\u007f""#),
    ("\u{80}\u{85}\u{9f}", #""\u0080\u0085\u009f""#), ("\u{a0}é", "\"\u{a0}é\""), ("\u{2028}\u{2029}", #""\u2028\u2029""#),
    ("\u{2027}\u{202a}…€", "\"\u{2027}\u{202a}…€\""), ("工单😀", "\"工单😀\""),
  ])
  func escapesWhatWouldLeaveTheLine(_ string: String, _ written: String) {
    #expect(Self.text(string) == written)
  }

  @Test func readersSeeTheSameText() throws {
    for first in 0...0x2100 as ClosedRange<UInt32> {
      guard let scalar = Unicode.Scalar(first) else { continue }
      let string = "a\(scalar)b"
      let read = try JSONSerialization.jsonObject(with: Data(Self.text(string).utf8), options: .fragmentsAllowed) as? String
      #expect(read.map { Array($0.utf8) } == Array(string.utf8))
    }
  }
}
