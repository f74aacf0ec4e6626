import Foundation
import Net
import Protobuf
import RPC
import Synchronization

/// One call of any kind, from JSON requests to JSON replies on standard output.
final class ReflectedCall: Sendable {
  private let method: MethodSchema
  private let client: RPCClient
  private let options: CallOptions
  private let isVerbose: Bool
  private let emitsDefaults: Bool
  /// Why no further request could be sent: it ends the call, and is what the user is told.
  private let failure = Mutex<(any Error)?>(nil)

  init(_ method: MethodSchema, client: RPCClient, options: CallOptions, isVerbose: Bool, emitsDefaults: Bool) {
    self.method = method
    self.client = client
    self.options = options
    self.isVerbose = isVerbose
    self.emitsDefaults = emitsDefaults
  }

  /// Sends the requests and prints the replies; a stream's replies are printed while requests are still to come.
  func run(_ source: sending RequestSource, on loop: EventLoop) async throws {
    if method.clientStreaming {
      let call = client.bytes(method, options: options)
      // Not waited for: when the server has ended the call nobody is to type on.
      let box = SourceBox(source)
      Task.immediate(executorPreference: loop) { await self.send(box, to: call) }
      try await receive(call)
    } else {
      let request = try wire(try await source.next() ?? Array("{}".utf8))
      guard try await source.next() == nil else {
        throw ReflectedServer.Failure(description: "\(method.fullName) takes one request, and there are more")
      }
      let call = client.bytes(method, options: options)
      try await call.write(request)
      call.finishWriting()
      try await receive(call)
    }
  }

  /// Hands the source over to the task that sends.
  private final class SourceBox: @unchecked Sendable {  // used by that task alone
    let source: RequestSource
    init(_ source: RequestSource) { self.source = source }
  }

  private func send(_ box: SourceBox, to call: BytesCall) async {
    do {
      while let json = try await box.source.next() { try await call.write(try wire(json)) }
      call.finishWriting()
    } catch is RPCError {
      // The call has ended; whoever reads the replies learns how.
    } catch {
      failure.withLock { $0 = error }
      call.cancel()
    }
  }

  private func receive(_ call: BytesCall) async throws {
    do {
      if isVerbose { show(try await call.initialMetadata(), "headers") }
      var count = 0
      while let reply = try await call.next() {
        count += 1
        try show(reply)
      }
      if isVerbose { show(await call.trailingMetadata(), "trailers") }
      guard method.serverStreaming || count == 1 else {
        throw ReflectedServer.Failure(description: "the server sent \(count) replies where one was due")
      }
    } catch {
      if isVerbose { show(await call.trailingMetadata(), "trailers") }
      throw failure.withLock { $0 } ?? error
    }
  }

  /// A request as it travels.
  private func wire(_ json: [UInt8]) throws -> [UInt8] {
    var wire: [UInt8] = []
    do {
      try json.withUnsafeBytes { bytes in
        _ = try method.input.readJSON(bytes, options: JSONReadOptions(), into: &wire)
      }
    } catch {
      throw ReflectedServer.Failure(description: "the request is not a \(method.input.fullName): \(error)")
    }
    return wire
  }

  private func show(_ reply: [UInt8]) throws {
    var json: [UInt8] = []
    try reply.withUnsafeBytes { bytes in
      try method.output.writeJSON(wire: bytes, options: emitsDefaults ? .rest : .protoJSON, into: &json)
    }
    Terminal.line(String(decoding: JSONLayout.indented(json), as: UTF8.self))
  }

  private func show(_ metadata: Metadata, _ what: String) {
    for entry in metadata.entries {
      switch entry.value {
      case .text(let text): Terminal.error("\(what): \(entry.name): \(text)")
      case .binary(let bytes): Terminal.error("\(what): \(entry.name): \(Data(bytes).base64EncodedString())")
      }
    }
  }
}
