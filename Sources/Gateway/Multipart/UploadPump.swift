import HTTP
import RPC

/// Carries a multipart form from its stream into a call, as fast as the call's handler reads: bytes that it does not read stay in the stream, whose client is
/// then not let send more. Confined to the stream's loop (hence `@unchecked Sendable`: its task prefers that loop).
final class UploadPump: @unchecked Sendable {
  private let stream: HTTPStream
  private let call: any RPCRequestStream
  private var messages: UploadMessages
  private let bytesMax: Int
  private let tooLarge: (Int) -> RPCError
  private var received = 0
  private var isStopped = false
  private var waiter: UnsafeContinuation<Void, Never>?
  /// The whole body has been handed over; called once.
  var whenFinished: (() -> Void)?

  /// - Parameters:
  ///   - messages: What makes messages of the form.
  ///   - bytesMax: Ceiling of the whole form.
  ///   - tooLarge: What the call is broken off with beyond it, by the size that has come.
  init(
    _ stream: HTTPStream, into call: any RPCRequestStream, messages: UploadMessages, bytesMax: Int, tooLarge: @escaping (Int) -> RPCError
  ) {
    (self.stream, self.call, self.messages, self.bytesMax, self.tooLarge) = (stream, call, messages, bytesMax, tooLarge)
  }

  /// Ends with the body, with the call, or with the first thing that is wrong with the form, with which it breaks the call off.
  ///
  /// - Parameter leading: A message that goes before the form; empty: none.
  func run(leading: [UInt8]) async {
    do throws(RPCError) {
      if !leading.isEmpty { try await call.send(leading) }
      while !isStopped, !stream.wasCutOff {
        let isLast = stream.inboundEnded
        if let broken = take(isLast: isLast) { return call.abandon(broken) }
        for message in messages.take() { try await call.send(message) }
        if isLast {
          call.finish()
          whenFinished?()
          return
        }
        if isIdle { await wait() }
      }
    } catch {
      // The call has ended; whoever waits for its reply knows how.
    }
  }

  /// Takes in all that has come.
  private func take(isLast: Bool) -> RPCError? {
    let count = stream.inbound.count
    received += count
    guard received <= bytesMax else { return tooLarge(received) }
    do throws(MultipartError) {
      try stream.inbound.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) throws(MultipartError) in try messages.read(bytes) }
      if isLast { try messages.finish() }
    } catch {
      return error.rpcError
    }
    stream.consume(count)
    return nil
  }

  private var isIdle: Bool { stream.inbound.isEmpty && !stream.inboundEnded && !isStopped }

  private func wait() async {
    await withUnsafeContinuation { continuation in
      // Looked at again here: a task's first steps may have been put back into the loop's row in between.
      if isIdle { waiter = continuation } else { continuation.resume() }
    }
  }

  /// Something changed on the stream.
  func wake() {
    guard let waiter else { return }
    self.waiter = nil
    waiter.resume()
  }

  /// Nobody wants the rest any more.
  func stop() {
    isStopped = true
    whenFinished = nil
    wake()
  }
}

extension RPCError {
  /// 503: this server is full, not its caller too eager.
  static var lackOfRoom: RPCError {
    RPCError(
      .resourceExhausted, "服务器繁忙，请稍后再试", reason: StatusMapping.Reason.serverBusy, domain: StatusMapping.Reason.domain,
      retryAfter: .seconds(5))
  }
}
