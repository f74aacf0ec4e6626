import Protobuf

/// The five bytes before every message: a flag for compression and the length, big-endian.
///
/// Source: gRPC over HTTP/2, "Length-Prefixed-Message".
struct MessageFrame: Equatable {
  /// Bytes of the prefix.
  static let prefixBytes = 5

  /// The message is compressed with the call's `grpc-encoding`.
  var isCompressed: Bool
  /// Bytes of the message behind the prefix, 0 to 2^32 - 1.
  var length: Int

  /// Bytes of prefix and message together.
  var totalBytes: Int { MessageFrame.prefixBytes + length }

  /// Reads the prefix at the front of `input`.
  ///
  /// - Returns: nil while fewer than five bytes are there.
  /// - Throws: INVALID_ARGUMENT for a flag that is neither 0 nor 1.
  init?(_ input: UnsafeRawBufferPointer) throws(RPCError) {
    guard input.count >= MessageFrame.prefixBytes else { return nil }
    guard input[0] <= 1 else { throw RPCError(.invalidArgument, "消息帧的压缩标志无效：\(input[0])，应为 0 或 1") }
    isCompressed = input[0] == 1
    length = Int(input[1]) << 24 | Int(input[2]) << 16 | Int(input[3]) << 8 | Int(input[4])
  }

  /// - Throws: UNIMPLEMENTED for a compressed message, since only `identity` is offered; RESOURCE_EXHAUSTED beyond `bytesMax`.
  func check(bytesMax: Int) throws(RPCError) {
    guard length <= bytesMax else { throw MessageFrame.tooLarge(length, bytesMax: bytesMax) }
    guard !isCompressed else { throw RPCError(.unimplemented, "不支持压缩的消息，可用的 grpc-encoding：identity") }
  }

  /// What a message beyond its limit is answered with; the text names both.
  static func tooLarge(_ bytes: Int, bytesMax: Int) -> RPCError {
    RPCError(.resourceExhausted, "消息大小为 \(bytes) 字节，超过上限 \(bytesMax) 字节", reason: "MESSAGE_TOO_LARGE")
  }
}

extension BinaryWriter {
  /// Puts the prefix of an uncompressed message before what was written.
  mutating func prependPrefix() {
    let length = UInt32(count)
    let prefix = (UInt8(0), UInt8(length >> 24), UInt8(length >> 16 & 255), UInt8(length >> 8 & 255), UInt8(length & 255))
    // A tuple of bytes lies in memory as it reads; an array would be an allocation a message.
    Swift.withUnsafeBytes(of: prefix) { prepend($0) }
  }
}
