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

  /// - Parameter encoding: What the head of the call says of its messages.
  /// - Throws: INTERNAL for a compressed message of which the head says nothing (gRPC's compression.md); RESOURCE_EXHAUSTED beyond `bytesMax`.
  func check(bytesMax: Int, encoding: MessageEncoding) throws(RPCError) {
    guard length <= bytesMax else { throw MessageFrame.tooLarge(length, bytesMax: bytesMax) }
    guard !isCompressed || encoding == .gzip else {
      throw RPCError(.internalError, "消息带有压缩标志，但没有声明 grpc-encoding", reason: "MALFORMED_MESSAGE")
    }
  }

  /// What a message beyond its limit is answered with; the text names both.
  static func tooLarge(_ bytes: Int, bytesMax: Int) -> RPCError {
    RPCError(.resourceExhausted, "消息大小为 \(bytes) 字节，超过上限 \(bytesMax) 字节", reason: "MESSAGE_TOO_LARGE")
  }
}

extension BinaryWriter {
  /// Puts the prefix before what was written.
  mutating func prependPrefix(isCompressed: Bool = false) {
    let length = UInt32(count)
    let prefix = (
      UInt8(isCompressed ? 1 : 0), UInt8(length >> 24), UInt8(length >> 16 & 255), UInt8(length >> 8 & 255), UInt8(length & 255)
    )
    // A tuple of bytes lies in memory as it reads; an array would be an allocation a message.
    Swift.withUnsafeBytes(of: prefix) { prepend($0) }
  }
}

extension BinaryWriter {
  /// Puts the compressed form in the place of what was written.
  mutating func compress() {
    let packed = withUnsafeBytes { Gzip.compress($0) }
    self = BinaryWriter(capacity: packed.count + MessageFrame.prefixBytes)
    prepend(packed)
  }
}
