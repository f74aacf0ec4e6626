import Testing

@testable import RPC

/// The percent-encoding of `grpc-message`.
@Suite struct StatusTextTests {
  @Test(arguments: [
    ("plain text!", "plain text!"), ("100%", "100%25"), ("工单", "%E5%B7%A5%E5%8D%95"), ("a\r\nb", "a%0D%0Ab"), ("\u{7f}", "%7F"), ("", ""),
  ])
  func encodesWhatNoHeaderMayCarry(text: String, encoded: String) {
    #expect(StatusText.encode(text) == encoded)
    #expect(StatusText.decode(encoded) == text)
  }

  @Test(arguments: [("50%", "50%"), ("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("%41%", "A%"), ("%e5%b7%a5", "工")])
  func readsWhatIsNotQuiteEncoded(encoded: String, text: String) {
    #expect(StatusText.decode(encoded) == text)
  }

  @Test func cutsALongTextAtAWholeCharacter() {
    let encoded = StatusText.encode(String(repeating: "工", count: 5000))
    #expect(encoded.utf8.count <= StatusText.bytesMax)
    #expect(encoded.utf8.count % 9 == 0)
    #expect(!StatusText.decode(encoded).unicodeScalars.contains("\u{fffd}"))
  }
}
