import RPC

/// `grpc.testing.TestService` as the published interop cases expect it.
///
/// Source: gRPC documentation, "Interoperability Test Case Descriptions", Server.
struct TestService: GRPCTesting.TestServiceServer {
  func emptyCall(_ request: GRPCTesting.Empty, _ call: ServerCall) async throws -> GRPCTesting.Empty {
    echoMetadata(call)
    return GRPCTesting.Empty()
  }

  func unaryCall(_ request: GRPCTesting.SimpleRequest, _ call: ServerCall) async throws -> GRPCTesting.SimpleResponse {
    echoMetadata(call)
    try expect(request.expectCompressed, call)
    try answer(request.responseStatus)
    call.replyCompression = request.responseCompressed?.value == true ? .always : .never
    return .with { $0.payload = zeros(request.responseSize) }
  }

  func cacheableUnaryCall(_ request: GRPCTesting.SimpleRequest, _ call: ServerCall) async throws -> GRPCTesting.SimpleResponse {
    try await unaryCall(request, call)
  }

  func streamingOutputCall(
    _ request: GRPCTesting.StreamingOutputCallRequest, _ responses: ResponseStream<GRPCTesting.StreamingOutputCallResponse>,
    _ call: ServerCall
  ) async throws {
    echoMetadata(call)
    try await send(request, responses, call)
  }

  func streamingInputCall(
    _ requests: RequestStream<GRPCTesting.StreamingInputCallRequest>, _ call: ServerCall
  ) async throws -> GRPCTesting.StreamingInputCallResponse {
    var size = 0
    for try await request in requests {
      try expect(request.expectCompressed, call)
      size += request.payload?.body.count ?? 0
    }
    return .with { $0.aggregatedPayloadSize = Int32(clamping: size) }
  }

  func fullDuplexCall(
    _ requests: RequestStream<GRPCTesting.StreamingOutputCallRequest>,
    _ responses: ResponseStream<GRPCTesting.StreamingOutputCallResponse>, _ call: ServerCall
  ) async throws {
    echoMetadata(call)
    for try await request in requests {
      try answer(request.responseStatus)
      try await send(request, responses, call)
    }
  }

  func halfDuplexCall(
    _ requests: RequestStream<GRPCTesting.StreamingOutputCallRequest>,
    _ responses: ResponseStream<GRPCTesting.StreamingOutputCallResponse>, _ call: ServerCall
  ) async throws {
    var all: [GRPCTesting.StreamingOutputCallRequest] = []
    for try await request in requests {
      guard all.count < 1000 else { throw RPCError(.resourceExhausted, "more than 1000 requests to answer") }
      all.append(request)
    }
    for request in all { try await send(request, responses, call) }
  }

  func unimplementedCall(_ request: GRPCTesting.Empty, _ call: ServerCall) async throws -> GRPCTesting.Empty {
    throw RPCError(.unimplemented, "grpc.testing.TestService/UnimplementedCall is not implemented")
  }

  // MARK: Parts

  private func send(
    _ request: GRPCTesting.StreamingOutputCallRequest, _ responses: ResponseStream<GRPCTesting.StreamingOutputCallResponse>,
    _ call: ServerCall
  ) async throws {
    for parameters in request.responseParameters {
      if parameters.intervalUs > 0 { try await call.sleep(for: .microseconds(Int(parameters.intervalUs))) }
      if let wanted = parameters.compressed { call.replyCompression = wanted.value ? .always : .never }
      try await responses.write(.with { $0.payload = zeros(parameters.size) })
    }
  }

  /// Whether the request came as the client says it sent it.
  private func expect(_ compressed: GRPCTesting.BoolValue?, _ call: ServerCall) throws(RPCError) {
    guard let compressed, compressed.value != call.requestWasCompressed else { return }
    throw RPCError(.invalidArgument, "the request was \(compressed.value ? "not " : "")compressed")
  }

  private func zeros(_ size: Int32) -> GRPCTesting.Payload {
    .with { $0.body = [UInt8](repeating: 0, count: Int(max(0, size))) }
  }

  private func answer(_ status: GRPCTesting.EchoStatus?) throws(RPCError) {
    guard let status, status.code != 0 else { return }
    throw RPCError(StatusCode(rawValue: Int(status.code)) ?? .unknown, status.message)
  }

  /// Custom metadata comes back: the text one before the reply, the binary one after it.
  private func echoMetadata(_ call: ServerCall) {
    if let text = call.metadata["x-grpc-test-echo-initial"] { call.responseMetadata.add("x-grpc-test-echo-initial", text) }
    if let bytes = call.metadata.binary("x-grpc-test-echo-trailing-bin") {
      call.trailingMetadata.add("x-grpc-test-echo-trailing-bin", binary: bytes)
    }
  }
}
