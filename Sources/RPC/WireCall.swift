import HTTP
import Net
import Protobuf

/// A call that came over HTTP: messages are read from the stream's bytes as they lie there, replies go straight into its output.
///
/// Source: gRPC over HTTP/2.
final class WireCall: ServerCall, HTTPStreamOwner, @unchecked Sendable {  // loop-confined, as ServerCall says
  /// A message up to this size is read where it lies; a larger one would not fit into the stream's window and is gathered here.
  private static let inPlaceBytesMax = 64 * 1024

  private let stream: HTTPStream
  private var isAdmitted = false
  private var sentHead = false
  /// The part so far of a message too large to be read in place, and how long it will be.
  private var gathered: [UInt8] = []
  private var gatheredLength: Int?
  /// The reply of a call that has one, framed, held back until the status is known.
  private var reply: [UInt8] = []

  init(server: RPCServer, entry: MethodTable.Entry, stream: HTTPStream) {
    self.stream = stream
    super.init(server: server, entry: entry, loop: stream.loop)
  }

  /// Acts on the head; where the handler reads its messages itself, starts it.
  func open(_ head: CallHead) {
    if let refusal = head.refusal { return end(refusal) }
    if let timeout = head.timeout {
      guard timeout > .zero else { return end(.deadlineExceeded) }
      begin(timeout: timeout)
    }
    guard case .streaming(let run) = entry.method.handler else { return }
    do throws(RPCError) {
      try admit()
    } catch {
      return end(error)
    }
    start(run)
  }

  // MARK: HTTPStreamOwner

  func streamChanged(_ stream: HTTPStream) {
    if hasEnded {
      // Nobody reads any more: what still comes only gives its flow-control credit back.
      return stream.consume(stream.inbound.count)
    }
    guard case .single = entry.method.handler else { return messageArrived() }
    do throws(RPCError) {
      try receiveSingle()
    } catch {
      end(error)
      stream.consume(stream.inbound.count)
    }
  }

  func streamWritable(_ stream: HTTPStream) {
    roomAvailable()
  }

  func streamClosed(_ stream: HTTPStream, _ reason: HTTPCloseReason) {
    lost()
  }

  // MARK: Requests

  /// Size comes before token, token before the rest of the message: an oversize call is refused by its first five bytes, and nothing is kept for a
  /// caller who may not call. The handler starts once the client has said that this is all.
  private func receiveSingle() throws(RPCError) {
    guard gatheredLength != nil || stream.inbound.count >= MessageFrame.prefixBytes else {
      guard stream.inboundEnded else { return }
      throw stream.inbound.isEmpty
        ? RPCError(.unimplemented, "缺少请求消息：该方法需要恰好一个请求消息") : RPCError(.invalidArgument, "请求消息不完整：消息帧被截断")
    }
    var run: ServerMethod.Run?
    if !isAdmitted {
      _ = try nextFrame()
      isAdmitted = true
      try admit()
    }
    guard stream.inboundEnded else {
      if try isMessageThere(), stream.inbound.count > unreadFrameBytes { throw WireCall.tooManyMessages }
      return
    }
    let taken = try nextMessage { (payload: UnsafeRawBufferPointer) throws(RPCError) in
      run = try read(single: payload)
    }
    guard taken == .message else { return }
    guard stream.inbound.isEmpty else { throw WireCall.tooManyMessages }
    if let run { start(run) }
  }

  private static var tooManyMessages: RPCError {
    RPCError(.unimplemented, "请求消息过多：该方法需要恰好一个请求消息")
  }

  /// The prefix of the message at the front of the input, if it is there and the message may be read.
  private func nextFrame() throws(RPCError) -> MessageFrame? {
    let frame = try stream.inbound.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) throws(RPCError) in try MessageFrame(bytes) }
    try frame?.check(bytesMax: entry.messageBytesMax)
    return frame
  }

  /// How much of the input belongs to the message at its front.
  private var unreadFrameBytes: Int {
    if let gatheredLength { return gatheredLength - gathered.count }
    return (try? nextFrame())?.totalBytes ?? 0
  }

  /// Whether a whole message has come; moves a large one out of the stream's window on the way.
  private func isMessageThere() throws(RPCError) -> Bool {
    if gatheredLength == nil {
      guard let frame = try nextFrame() else { return false }
      if stream.inbound.count >= frame.totalBytes { return true }
      guard frame.totalBytes > WireCall.inPlaceBytesMax else { return false }
      gatheredLength = frame.length
      stream.consume(MessageFrame.prefixBytes)
    }
    guard let length = gatheredLength else { return false }
    let part = min(length - gathered.count, stream.inbound.count)
    stream.inbound.withUnsafeBytes { gathered.append(contentsOf: $0.prefix(part)) }
    stream.consume(part)
    return gathered.count == length
  }

  override func nextMessage(_ decode: (UnsafeRawBufferPointer) throws(RPCError) -> Void) throws(RPCError) -> Taken {
    guard try isMessageThere() else {
      guard stream.inboundEnded else { return .wait }
      guard gatheredLength == nil, stream.inbound.isEmpty else { throw RPCError(.invalidArgument, "请求消息不完整：消息帧被截断") }
      return .end
    }
    if gatheredLength != nil {
      let message = gathered
      gatheredLength = nil
      gathered = []
      try message.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) throws(RPCError) in try decode(bytes) }
      return .message
    }
    let total = try stream.inbound.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) throws(RPCError) in
      let total = try MessageFrame(bytes)?.totalBytes ?? 0
      try decode(UnsafeRawBufferPointer(rebasing: bytes[MessageFrame.prefixBytes..<total]))
      return total
    }
    stream.consume(total)
    return .message
  }

  // MARK: What came along

  override func receivedMetadata() -> Metadata { Metadata(stream.request.headers) }

  override func receivedText(_ name: StaticString) -> String? {
    stream.request.headers.withValue(of: name) { value in value.map { String(decoding: $0, as: UTF8.self) } }
  }

  override func receivedPeer() -> String {
    if isFromGateway, let peer = stream.request.headers["weft-peer"] { return peer }
    return stream.request.peer.host
  }

  override func receivedRequestID() -> String? {
    guard isFromGateway, let id = stream.request.headers["x-request-id"], RequestIDs.isSane(id) else { return nil }
    return id
  }

  override func receivedError() -> RPCError? {
    guard let text = stream.request.headers["weft-gateway-error-bin"], let bytes = Base64.decode(text.utf8) else { return nil }
    return StatusDetails.error(bytes)
  }

  /// Whether the peer has shown the gateway's credential; only then does its word about its client count.
  private var isFromGateway: Bool {
    guard let secret = server.gatewaySecret, let shown = stream.request.headers["weft-gateway-secret"] else { return false }
    return secret.matches(shown)
  }

  // MARK: Replies

  override func send(_ message: inout BinaryWriter) {
    message.prependPrefix()
    if method.schema.serverStreaming {
      sendHeadOnce()
      message.withUnsafeBytes { stream.send($0) }
    } else {
      reply = message.bytes
    }
  }

  override var isFull: Bool { stream.isAboveHighWater }

  private func sendHeadOnce() {
    guard !sentHead else { return }
    sentHead = true
    if responseMetadata.isEmpty {
      stream.sendHead(ResponseHeaders.plain)
    } else {
      stream.sendHead(ResponseHeaders.initial(responseMetadata))
    }
  }

  override func sendStatus(_ error: RPCError?) {
    if let error, !sentHead {
      sentHead = true
      stream.sendHead(
        ResponseHeaders.trailersOnly(error, initial: responseMetadata, trailing: trailingMetadata), end: true)
      return
    }
    sendHeadOnce()
    if !reply.isEmpty { stream.send(reply) }
    if error == nil, trailingMetadata.isEmpty {
      stream.finish(trailers: ResponseHeaders.ok)
    } else {
      stream.finish(trailers: ResponseHeaders.trailing(error, trailingMetadata))
    }
  }

  override func handlerWillStart() {
    stream.handlerDidStart()
  }

  override func handlerDidEnd() {
    stream.handlerDidEnd()
  }
}
