import HTTP
import Net
import Platform
import Protobuf

/// A call that came over HTTP: messages are read from the stream's bytes as they lie there, replies go straight into its output.
///
/// Source: gRPC over HTTP/2.
final class WireCall: ServerCall, HTTPStreamOwner, @unchecked Sendable {  // loop-confined, as ServerCall says
  private let stream: HTTPStream
  private var isAdmitted = false
  /// The policy is learning something; what comes stays where it is.
  private var isCatchingUp = false
  private var sentHead = false
  /// The head of the answer left before the handler had anything to say in it; that goes into the trailers.
  private var sentEarlyHead = false
  private var reader: MessageReader
  /// What a large request holds of the process's budget, while it has not come whole.
  private var hold: MemoryHold?
  /// A client that sends one request has no reason to pause within it.
  private static let requestIdleTimeout = Duration.seconds(30)
  /// The handler of a call with one request, ready to start once the client has said that this was all.
  private var ready: ServerMethod.Run?
  /// The reply of a call that has one, framed, held back until the status is known.
  private var reply: [UInt8] = []
  /// The head of the answer says that replies may be compressed.
  private var saysGzip = false

  /// A gateway asks with this for the head of the answer as soon as the call was admitted: its client is to send the body only then.
  static let earlyHead = "weft-early-head"
  /// A file whose bytes stop coming must not keep what was stored of it.
  private static let fileIdleTimeout = Duration.seconds(60)

  init(server: RPCServer, entry: MethodTable.Entry, stream: HTTPStream) {
    self.stream = stream
    reader = MessageReader(bytesMax: entry.messageBytesMax)
    super.init(server: server, entry: entry, loop: stream.loop)
  }

  /// Acts on the head; where the handler reads its messages itself, starts it.
  func open(_ head: CallHead) {
    if let refusal = head.refusal { return end(refusal) }
    reader.encoding = head.encoding
    if let timeout = head.timeout {
      guard timeout > .zero else { return end(.deadlineExceeded) }
      begin(timeout: timeout)
    }
    guard case .streaming(let run) = entry.method.handler else {
      stream.inboundIdleTimeout = Self.requestIdleTimeout
      return
    }
    openStreaming(run)
  }

  private func openStreaming(_ run: @escaping ServerMethod.Run) {
    guard mayAdmit(retry: { [self] in openStreaming(run) }) else { return }
    do throws(RPCError) {
      try admit()
      if let error = receivedError() { throw error }
    } catch {
      return end(error)
    }
    if entry.takesFile { stream.inboundIdleTimeout = Self.fileIdleTimeout }
    if !method.schema.serverStreaming, stream.request.headers.contains(Self.earlyHead) {
      (sentHead, sentEarlyHead) = (true, true)
      stream.sendHead(ResponseHeaders.plain)
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
  /// caller who may not call. The handler starts once the client has said that this was all.
  private func receiveSingle() throws(RPCError) {
    if !isAdmitted {
      guard try reader.checkPrefix(stream) || stream.inboundEnded else { return }
      guard !isCatchingUp else { return }
      // Set before, because the retry may come before `mayAdmit` returns.
      isCatchingUp = true
      let mayGoOn = mayAdmit { [self] in
        isCatchingUp = false
        streamChanged(stream)
      }
      guard mayGoOn else { return }
      isCatchingUp = false
      isAdmitted = true
      try admit()
    }
    if ready == nil {
      let taken = try reader.next(stream) { (payload: UnsafeRawBufferPointer) throws(RPCError) in
        ready = try read(single: payload)
      }
      switch taken {
      case .wait: return try holdGathered()
      case .end: throw RPCError(.unimplemented, "缺少请求消息：该方法需要恰好一个请求消息")
      case .message: break
      }
    }
    hold = nil
    guard stream.inbound.isEmpty else { throw RPCError(.unimplemented, "请求消息过多：该方法需要恰好一个请求消息") }
    guard stream.inboundEnded, let run = ready else { return }
    ready = nil
    start(run)
  }

  private func holdGathered() throws(RPCError) {
    guard reader.gatheredCount > 0 else { return }
    let hold = hold ?? MemoryHold(server.receiveBudget)
    self.hold = hold
    guard hold.grew(to: reader.gatheredCount) else {
      self.hold = nil
      reader.forget()
      throw RPCError(
        .resourceExhausted, "服务器繁忙，请稍后再试", reason: "SERVER_BUSY", domain: "weft", retryAfter: .seconds(5))
    }
  }

  override func nextMessage(_ decode: (UnsafeRawBufferPointer) throws(RPCError) -> Void) throws(RPCError) -> MessageReader.Taken {
    // What a stream that was cut off has brought is not all there was: whoever reads it must not take it for that.
    guard !stream.wasCutOff else { throw RPCError(.cancelled, "调用已取消") }
    return try reader.next(stream, decode)
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
    guard let text = stream.request.headers["weft-gateway-error-bin"], let bytes = Base64.decode(text.utf8),
      let error = StatusDetails.error(bytes)
    else { return nil }
    // Anybody can send this, to be told what they said. So it is only ever what a gateway without a secret needs: a request that
    // could not be made, with its text and its fields.
    guard isFromGateway || error.code == .invalidArgument || error.code == .notFound else { return nil }
    return RPCError(error.code, error.message, reason: error.reason, domain: error.domain, violations: error.violations)
  }

  /// Whether the peer has shown the gateway's credential; only then does its word about its client count.
  private var isFromGateway: Bool {
    guard let secret = server.gatewaySecret, let shown = stream.request.headers["weft-gateway-secret"] else { return false }
    return secret.matches(shown)
  }

  // MARK: Replies

  override func send(_ message: inout BinaryWriter) {
    if !sentHead { saysGzip = mayCompress(message.count) }
    let isCompressed = saysGzip && isWorthCompressing(message.count)
    if isCompressed { message.compress() }
    message.prependPrefix(isCompressed: isCompressed)
    if method.schema.serverStreaming {
      sendHeadOnce()
      message.withUnsafeBytes { stream.send($0) }
    } else {
      reply = message.bytes
    }
  }

  override var isFull: Bool { stream.isAboveHighWater }

  override var requestWasCompressed: Bool { reader.wasCompressed }

  /// Whether the head may promise gzip: the client can unpack it, and a reply may come that is worth it.
  ///
  /// - Parameter count: Bytes of the first reply; the only one, unless the call streams.
  private func mayCompress(_ count: Int) -> Bool {
    switch replyCompression {
    case .never: return false
    case .asRequested:
      // Who sends gzip reads it.
      return reader.encoding == .gzip && (method.schema.serverStreaming || Gzip.usefulBytes.contains(count))
    case .always: return reader.encoding == .gzip || MessageEncoding.listHoldsGzip(receivedText("grpc-accept-encoding") ?? "")
    }
  }

  private func isWorthCompressing(_ count: Int) -> Bool {
    switch replyCompression {
    case .never: false
    case .asRequested: Gzip.usefulBytes.contains(count)
    case .always: true
    }
  }

  private func sendHeadOnce() {
    guard !sentHead else { return }
    sentHead = true
    if responseMetadata.isEmpty {
      stream.sendHead(saysGzip ? ResponseHeaders.gzip : ResponseHeaders.plain)
    } else {
      stream.sendHead(ResponseHeaders.initial(responseMetadata, isCompressed: saysGzip))
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
    if sentEarlyHead { trailingMetadata.append(responseMetadata) }
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
