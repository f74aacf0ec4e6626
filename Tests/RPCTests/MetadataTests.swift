import HTTP
import Testing

@testable import RPC

@Suite struct MetadataTests {
  @Test func keepsOrderAndRepeatedNames() {
    var metadata = Metadata()
    metadata.add("x-a", "1")
    metadata.add("x-b", "2")
    metadata.add("x-a", "3")
    #expect(metadata["x-a"] == "1")
    #expect(metadata.texts("x-a") == ["1", "3"])
    #expect(metadata["x-c"] == nil)
  }

  @Test func binaryValuesTravelAsBase64() {
    var metadata = Metadata()
    metadata.add("x-bytes-bin", binary: [0, 255, 10])
    var headers = Headers()
    headers.append(metadata)
    #expect(headers["x-bytes-bin"] == "AP8K")
    #expect(Metadata(headers) == metadata)
  }

  @Test func binaryValuesJoinedWithCommasComeApart() {
    let metadata = Metadata(["x-bytes-bin": "AQ==, Ag,AwM="])
    #expect(metadata.entries.map(\.value) == [.binary([1]), .binary([2]), .binary([3, 3])])
  }

  @Test func textThatNoHeaderMayCarryIsPercentEncoded() {
    var metadata = Metadata()
    metadata.add("x-name", "工")
    #expect(metadata["x-name"] == "%E5%B7%A5")
  }

  @Test func theProtocolsOwnNamesStayOut() {
    let metadata = Metadata([
      "content-type": "application/grpc", "te": "trailers", "grpc-timeout": "1S", "grpc-anything": "x", "user-agent": "weft", "host": "h",
      "x-mine": "y",
    ])
    #expect(metadata.entries.map(\.name) == ["user-agent", "x-mine"])
  }

  @Test(arguments: ["", "X-Upper", "with space", "with:colon", "工", ":path", "grpc-status", "te"])
  func isNoName(name: String) {
    #expect(!Metadata.isName(name))
  }

  @Test(arguments: ["a", "x-request-id", "a.b_c-9", "x-bytes-bin"])
  func isAName(name: String) {
    #expect(Metadata.isName(name))
  }
}
