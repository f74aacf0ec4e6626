import Testing

@testable import RPC

/// gRPC over HTTP/2, "Length-Prefixed-Message".
@Suite struct MessageFrameTests {
  private func frame(_ bytes: [UInt8]) -> Result<MessageFrame?, RPCError> {
    bytes.withUnsafeBytes { buffer in Result { () throws(RPCError) in try MessageFrame(buffer) } }
  }

  @Test func readsFlagAndLength() throws {
    let read = try #require(try frame([1, 0, 1, 2, 3, 9]).get())
    #expect(read.isCompressed)
    #expect(read.length == 0x10203)
    #expect(read.totalBytes == 0x10208)
  }

  @Test func lengthsUseAllFourBytes() throws {
    #expect(try frame([0, 255, 255, 255, 255]).get()?.length == 4_294_967_295)
  }

  @Test(arguments: [[], [0], [0, 0, 0, 0]]) func waitsForFiveBytes(bytes: [UInt8]) throws {
    #expect(try frame(bytes).get() == nil)
  }

  @Test func refusesAnUnknownFlag() {
    #expect(throws: RPCError.self) { try frame([2, 0, 0, 0, 0]).get() }
  }

  @Test func aMessageBeyondTheLimitIsRefusedWithLimitAndSize() throws {
    let read = try #require(try frame([0, 0, 0, 1, 1]).get())
    let error = #expect(throws: RPCError.self) { try read.check(bytesMax: 256, encoding: .identity) }
    #expect(error?.code == .resourceExhausted)
    #expect(error?.message.contains("257") == true && error?.message.contains("256") == true)
  }

  @Test func aCompressedMessageNeedsAnEncoding() throws {
    let read = try #require(try frame([1, 0, 0, 0, 1]).get())
    let error = #expect(throws: RPCError.self) { try read.check(bytesMax: 256, encoding: .identity) }
    #expect(error?.code == .internalError)
    #expect(throws: Never.self) { try read.check(bytesMax: 256, encoding: .gzip) }
  }
}
