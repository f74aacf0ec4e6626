import Testing

@testable import Blobs

@Suite struct S3DocumentTests {
  @Test func elementsAreFoundByTheirWholeName() {
    let document = S3Document(
      Array("<?xml?><R xmlns=\"x\"><KeyMarker>m</KeyMarker><Key>a&amp;b&#39;&lt;c&amp;lt;&x;</Key><Empty/></R>".utf8))
    #expect(document.text("Key") == "a&b'<c&lt;&x;" && document.text("KeyMarker") == "m" && document.has("R"))
    #expect(document.text("Absent") == nil && document.text("Empty") == nil && document.text("Mark") == nil)
  }

  @Test func repeatedElementsComeInOrder() {
    let document = S3Document(Array("<R><U><K>1</K></U><Us/><U a=\"b\"><K>2</K></U><U><K>3".utf8))
    #expect(document.all("U").map { $0.text("K") } == ["1", "2"])
  }

  @Test(arguments: ["", "<", "<Key", "<Key>", "<Key>x", "</Key>", "<Key></Ke", "\u{0}", "<<<<Key>>"])
  func whatIsBrokenHasNoElements(text: String) {
    #expect(S3Document(Array(text.utf8)).text("Key") == nil)
    #expect(S3Document(Array(text.utf8)).all("Key").isEmpty)
  }

  @Test func bytesThatAreNoTextAreBorne() {
    #expect(S3Document([0xff, 0xfe] + Array("<Key>a</Key>".utf8)).text("Key") == "a")
  }
}
