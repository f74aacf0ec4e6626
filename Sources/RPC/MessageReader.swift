import HTTP

/// Cuts messages from the bytes of a stream, on a server or a client.
///
/// A small message is read where it lies. One that would not fit into the stream's window is gathered here as it comes, so that credit goes back to the
/// sender; what is held never exceeds `bytesMax`, because the length is judged before the first byte is taken.
@usableFromInline
struct MessageReader {
  /// A message with its prefix up to this size is read in place.
  private static let inPlaceBytesMax = 64 * 1024

  /// What there was.
  @usableFromInline
  enum Taken {
    case message, end, wait
  }

  /// Ceiling of one message in bytes.
  let bytesMax: Int
  /// How the sender packs its messages.
  var encoding = MessageEncoding.identity
  /// The message read last came compressed.
  private(set) var wasCompressed = false
  private var gathered: [UInt8] = []
  private var gatheredLength: Int?

  init(bytesMax: Int) {
    self.bytesMax = bytesMax
  }

  /// Judges the prefix at the front, if it is there, without taking anything.
  ///
  /// - Returns: Whether it is there.
  func checkPrefix(_ stream: HTTPStream) throws(RPCError) -> Bool {
    guard gatheredLength == nil else { return true }
    return try frame(stream) != nil
  }

  /// Lets `decode` read the message at the front, then drops it.
  ///
  /// - Returns: `.wait` while it has not come whole, `.end` after the last.
  /// - Throws: RESOURCE_EXHAUSTED beyond `bytesMax`, packed or unpacked; INVALID_ARGUMENT for a frame cut short.
  mutating func next(
    _ stream: HTTPStream, _ decode: (UnsafeRawBufferPointer) throws(RPCError) -> Void
  ) throws(RPCError) -> Taken {
    if gatheredLength == nil {
      guard let frame = try frame(stream) else {
        guard stream.inboundEnded else { return .wait }
        guard stream.inbound.isEmpty else { throw MessageReader.truncated }
        return .end
      }
      wasCompressed = frame.isCompressed
      if stream.inbound.count >= frame.totalBytes {
        try stream.inbound.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) throws(RPCError) in
          try unpack(UnsafeRawBufferPointer(rebasing: bytes[MessageFrame.prefixBytes..<frame.totalBytes]), decode)
        }
        stream.consume(frame.totalBytes)
        return .message
      }
      guard frame.totalBytes > MessageReader.inPlaceBytesMax else {
        if stream.inboundEnded { throw MessageReader.truncated }
        return .wait
      }
      gatheredLength = frame.length
      stream.consume(MessageFrame.prefixBytes)
    }
    guard let length = gatheredLength, gather(stream, length) else {
      if stream.inboundEnded { throw MessageReader.truncated }
      return .wait
    }
    let message = gathered
    gathered = []
    gatheredLength = nil
    try message.withUnsafeBytes { bytes in Result { () throws(RPCError) in try unpack(bytes, decode) } }.get()
    return .message
  }

  /// Lets `decode` read the payload of the frame at hand, unpacked first where it is compressed.
  private func unpack(
    _ payload: UnsafeRawBufferPointer, _ decode: (UnsafeRawBufferPointer) throws(RPCError) -> Void
  ) throws(RPCError) {
    guard wasCompressed else { return try decode(payload) }
    let message: [UInt8]
    do throws(Gzip.Failure) {
      message = try Gzip.decompress(payload, bytesMax: bytesMax)
    } catch {
      switch error {
      case .malformed: throw RPCError(.invalidArgument, "消息不是有效的 gzip 数据", reason: "MALFORMED_MESSAGE")
      case .tooLarge:
        throw RPCError(.resourceExhausted, "消息解压后超过上限 \(bytesMax) 字节", reason: "MESSAGE_TOO_LARGE")
      }
    }
    try message.withUnsafeBytes { bytes in Result { () throws(RPCError) in try decode(bytes) } }.get()
  }

  /// Moves what has come of a large message here.
  private mutating func gather(_ stream: HTTPStream, _ length: Int) -> Bool {
    let part = min(length - gathered.count, stream.inbound.count)
    stream.inbound.withUnsafeBytes { gathered.append(contentsOf: $0.prefix(part)) }
    stream.consume(part)
    return gathered.count == length
  }

  private func frame(_ stream: HTTPStream) throws(RPCError) -> MessageFrame? {
    let frame = try stream.inbound.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) throws(RPCError) in try MessageFrame(bytes) }
    try frame?.check(bytesMax: bytesMax, encoding: encoding)
    return frame
  }

  /// Drops what has come of a large message.
  mutating func forget() {
    gathered = []
    gatheredLength = nil
  }

  /// Bytes of a large message that have come so far.
  var gatheredCount: Int { gathered.count }

  private static var truncated: RPCError { RPCError(.invalidArgument, "消息不完整：消息帧被截断", reason: "MALFORMED_MESSAGE") }
}
