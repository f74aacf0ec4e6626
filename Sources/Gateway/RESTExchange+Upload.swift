import HTTP
import Platform
import Protobuf
import RPC

/// A multipart form that becomes a stream of requests.
extension RESTExchange {
  /// What an upload holds of the process's memory, in the stream, in the pieces and in the call.
  static let uploadBytes = 1 << 20

  /// Asks whether the caller may call before anything of the body is taken.
  func beginUpload(_ route: RESTRoute, _ upload: RESTRoute.Upload) {
    state = .uploading
    stream.inboundIdleTimeout = gateway.options.bodyIdleTimeout
    stream.handlerDidStart()
    let task = Task.immediate(executorPreference: stream.loop) { await self.upload(route, upload) }
    if state == .uploading { self.task = task }
  }

  private func upload(_ route: RESTRoute, _ upload: RESTRoute.Upload) async {
    let form = readHead(route, upload)
    var refusal: RPCError?
    if case .failure(let error) = form { refusal = error }
    do throws(RPCError) {
      let call = try await gateway.invoker.clientStreaming(
        route.method, refusal: refusal, metadata: metadata(for: route), context: context(timeout: gateway.options.transferTimeout))
      let (messages, leading) = try form.get()
      let hold = MemoryHold(gateway.options.receiveBudget)
      self.hold = hold
      guard hold.grew(to: Self.uploadBytes) else {
        call.abandon(.lackOfRoom)
        throw .lackOfRoom
      }
      stream.continue100()
      let pump = UploadPump(stream, into: call, messages: messages, bytesMax: bodyBytesMax, tooLarge: tooLarge)
      self.pump = pump
      // Once the body is there, the answer may take as long as any other.
      pump.whenFinished = { [stream, timeout = gateway.options.timeout] in
        self.answerTimer = stream.loop.schedule(after: timeout) { call.abandon(RPCError(.deadlineExceeded, "请求处理超时")) }
      }
      Task.immediate(executorPreference: stream.loop) { await pump.run(leading: leading) }
      answer(try await call.reply(), of: route)
    } catch {
      fail(error)
    }
    endTransfer()
  }

  /// The form's boundary, and the message of what path, query and headers say.
  private func readHead(_ route: RESTRoute, _ upload: RESTRoute.Upload) -> Result<(UploadMessages, [UInt8]), RPCError> {
    do throws(RPCError) {
      let leading = try makeRequest(UnsafeRawBufferPointer(start: nil, count: 0)).get()
      let boundary: [UInt8]
      do throws(MultipartError) {
        boundary = try MultipartBoundary.parse(stream.request.headers["content-type"])
      } catch {
        throw error.rpcError
      }
      return .success((UploadMessages(route, upload, boundary: boundary), leading))
    } catch {
      return .failure(error)
    }
  }
}
