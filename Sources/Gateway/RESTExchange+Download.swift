import HTTP
import Platform
import Protobuf
import RPC

/// Bytes that go out as a service sends them, in `google.api.HttpBody` messages.
extension RESTExchange {
  /// What a download holds of the process's memory, in the call, in the stream and in the connection.
  static let downloadBytes = 1 << 20

  /// The same of a stream of events (`text/event-stream`): each is small and leaves at once, and there may be many that last.
  static let eventStreamBytes = 128 << 10

  func download(_ route: RESTRoute, _ request: Result<[UInt8], RPCError>) async {
    var isEventStream = false
    do throws(RPCError) {
      let replies = try await gateway.invoker.serverStreaming(
        route.method, request: request, metadata: metadata(for: route), context: context(timeout: gateway.options.transferTimeout))
      // The first bytes may take as long as any other answer.
      answerTimer = stream.loop.schedule(after: gateway.options.timeout) { [weak self] in
        self?.fail(RPCError(.deadlineExceeded, "请求处理超时"))
        replies.cancel()
      }
      let first = try await replies.next()
      endAnswerTimer()
      let hold = MemoryHold(gateway.options.answerBudget)
      answerHold = hold
      let body = try HTTPBodyPiece(first ?? [])
      isEventStream = body.contentType == "text/event-stream"
      guard hold.grew(to: isEventStream ? Self.eventStreamBytes : Self.downloadBytes) else { throw .lackOfRoom }
      if sendDownloadHead(of: route, body, await replies.metadata) {
        try await sendDownload(body, replies)
      } else {
        replies.cancel()
      }
    } catch {
      if state != .streaming {
        fail(error)
      } else if isEventStream {
        // Says itself where it ends, and a client goes on where it was: after a drain, or after the hour that a transfer may take.
        state = .answered
        stream.finish()
      } else {
        // What has begun can only be broken off: a clean end would pass a part for the whole.
        stream.reset(HTTPErrorCode.internalError)
      }
    }
    endTransfer()
  }

  /// - Returns: Whether a body follows.
  private func sendDownloadHead(of route: RESTRoute, _ first: HTTPBodyPiece, _ metadata: Metadata) -> Bool {
    guard state == .invoking else { return false }
    var status = route.method.successStatus
    var headers = answerHead(of: route)
    headers.set("content-type", first.contentType.isEmpty ? "application/octet-stream" : first.contentType)
    HTTPMetadata.apply(metadata, status: &status, headers: &headers)
    bytesDeclared = headers["content-length"].flatMap { Int($0) }
    let hasBody = status != 204 && status != 304 && stream.request.method != .head
    if !hasBody, stream.request.method != .head { headers.remove("content-type") }
    state = .streaming
    count(status)
    stream.sendHead(ResponseHead(status: status, headers: headers), end: !hasBody)
    if !hasBody { state = .answered }
    return hasBody
  }

  private func sendDownload(_ first: HTTPBodyPiece, _ replies: any RPCReplyStream) async throws(RPCError) {
    var piece = first
    var sent = 0
    while state == .streaming {
      sent += piece.count
      // What the head promised is what a client cuts the connection's bytes by.
      if let bytesDeclared, sent > bytesDeclared { throw misdeclared(sent) }
      piece.send(on: stream)
      await waitForRoom()
      guard state == .streaming else { break }
      guard let next = try await replies.next() else {
        if let bytesDeclared, sent < bytesDeclared { throw misdeclared(sent) }
        state = .answered
        return stream.finish()
      }
      piece = try HTTPBodyPiece(next)
    }
    replies.cancel()
  }

  private func misdeclared(_ sent: Int) -> RPCError {
    gateway.logger.error(
      "an answer is not as long as its content-length says",
      metadata: ["request_id": "\(requestID)", "declared": "\(bytesDeclared ?? 0)", "sent": "\(sent)"])
    return RPCError(.internalError, "服务器内部错误")
  }

  /// Suspends while the client is to take what waits first.
  private func waitForRoom() async {
    guard stream.isAboveHighWater else { return }
    await withUnsafeContinuation { continuation in
      // Looked at again here: a task's first steps may have been put back into the loop's row in between.
      if stream.isAboveHighWater, state == .streaming { roomWaiter = continuation } else { continuation.resume() }
    }
  }

  func roomAvailable() {
    guard let waiter = roomWaiter else { return }
    roomWaiter = nil
    waiter.resume()
  }
}
