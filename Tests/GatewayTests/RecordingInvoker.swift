import Net
import Protobuf
import RPC
import Synchronization

/// Stands for the RPC side: checks in the order that the RPC side checks, answers with an item, and remembers what it was asked.
final class RecordingInvoker: RPCInvoker {
  /// One call as it arrived.
  struct Call: Sendable {
    var method: String
    /// The request as ProtoJSON, or the error that stands for it.
    var request: String
    var metadata: Metadata
    var peer: String
    var requestID: String
    var timeout: Duration?
  }

  private struct State {
    var calls: [Call] = []
    var answer: Result<RPCReply, RPCError>?
    var hangs = false
    var cancelled = 0
  }

  private let state = Mutex(State())

  static let goodToken = "Bearer good"

  var calls: [Call] { state.withLock(\.calls) }
  var cancelledCount: Int { state.withLock(\.cancelled) }

  /// What every call from now on is answered, instead of an item.
  func answer(_ answer: Result<RPCReply, RPCError>) { state.withLock { $0.answer = answer } }

  /// No call is answered from now on before it is cancelled.
  func hang() { state.withLock { $0.hangs = true } }

  func unary(
    _ method: MethodDescriptor, request: Result<[UInt8], RPCError>, metadata: Metadata, context: InvocationContext
  ) async throws(RPCError) -> RPCReply {
    let text = Self.describe(request, of: method)
    state.withLock {
      $0.calls.append(
        Call(
          method: method.schema.name, request: text, metadata: metadata, peer: context.peer, requestID: context.requestID,
          timeout: context.timeout))
    }
    if state.withLock(\.hangs) { await waitForCancellation() }
    if method.access != .public, metadata["authorization"] != Self.goodToken {
      throw RPCError(.unauthenticated, "无效的认证凭据", reason: "INVALID_TOKEN", domain: method.application)
    }
    let bytes = try request.get()
    let violations = bytes.withUnsafeBytes { method.schema.input.validate(wire: $0) }
    guard violations.isEmpty else {
      throw RPCError(.invalidArgument, violations[0].message, reason: "VALIDATION_ERROR", violations: violations)
    }
    if let answer = state.withLock(\.answer) { return try answer.get() }
    return RPCReply(message: Self.item(of: method), metadata: Metadata())
  }

  func serverStreaming(
    _ method: MethodDescriptor, request: Result<[UInt8], RPCError>, metadata: Metadata, context: InvocationContext
  ) async throws(RPCError) -> any RPCReplyStream {
    throw RPCError(.unimplemented, "")
  }

  func clientStreaming(
    _ method: MethodDescriptor, refusal: RPCError?, metadata: Metadata, context: InvocationContext
  ) async throws(RPCError) -> any RPCRequestStream {
    throw RPCError(.unimplemented, "")
  }

  private func waitForCancellation() async {
    await withTaskCancellationHandler {
      while !Task.isCancelled { await Task.yield() }
    } onCancel: {
      state.withLock { $0.cancelled += 1 }
    }
  }

  private static func describe(_ request: Result<[UInt8], RPCError>, of method: MethodDescriptor) -> String {
    switch request {
    case .failure(let error): return "error \(error.code)"
    case .success(let bytes):
      var json: [UInt8] = []
      do {
        try bytes.withUnsafeBytes { try method.schema.input.writeJSON(wire: $0, options: .protoJSON, into: &json) }
      } catch {
        return "unreadable: \(error)"
      }
      return String(decoding: json, as: UTF8.self)
    }
  }

  /// A reply with something in it for every type that the test services answer with.
  private static func item(of method: MethodDescriptor) -> [UInt8] {
    let item = #"{"id":"1","title":"标题","count":"9007199254740993","createdAt":"2024-01-01T00:00:00Z"}"#
    let json =
      switch method.schema.output.fullName {
      case "gateway.test.v1.Item": item
      case "gateway.test.v1.ListItemsResponse": #"{"total":"1","items":[\#(item)]}"#
      case "google.api.HttpBody": #"{"contentType":"text/csv","data":"YSxi"}"#
      default: "{}"
      }
    return encode(json, as: method.schema.output)
  }

  static func encode(_ json: String, as schema: MessageSchema) -> [UInt8] {
    var wire: [UInt8] = []
    do {
      _ = try Array(json.utf8).withUnsafeBytes { try schema.readJSON($0, options: .init(), into: &wire) }
    } catch {
      fatalError("a fixture is no \(schema.fullName): \(error)")
    }
    return wire
  }
}
