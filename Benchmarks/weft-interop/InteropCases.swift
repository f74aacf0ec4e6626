import RPC

/// The published interop cases, as a client runs them. Each throws when an answer is not what its description says.
///
/// Source: gRPC documentation, "Interoperability Test Case Descriptions".
struct InteropCases: Sendable {
  typealias Case = @Sendable (InteropCases) async throws -> Void

  /// The cases by their published names.
  static let all: KeyValuePairs<String, Case> = [
    "empty_unary": { try await $0.emptyUnary() },
    "large_unary": { try await $0.largeUnary() },
    "client_streaming": { try await $0.clientStreaming() },
    "client_compressed_unary": { try await $0.clientCompressedUnary() },
    "server_compressed_unary": { try await $0.serverCompressedUnary() },
    "client_compressed_streaming": { try await $0.clientCompressedStreaming() },
    "server_compressed_streaming": { try await $0.serverCompressedStreaming() },
    "server_streaming": { try await $0.serverStreaming() },
    "ping_pong": { try await $0.pingPong() },
    "empty_stream": { try await $0.emptyStream() },
    "cancel_after_begin": { try await $0.cancelAfterBegin() },
    "cancel_after_first_response": { try await $0.cancelAfterFirstResponse() },
    "timeout_on_sleeping_server": { try await $0.timeoutOnSleepingServer() },
    "custom_metadata": { try await $0.customMetadata() },
    "status_code_and_message": { try await $0.statusCodeAndMessage() },
    "special_status_message": { try await $0.specialStatusMessage() },
    "unimplemented_method": { try await $0.unimplementedMethod() },
    "unimplemented_service": { try await $0.unimplementedService() },
  ]

  private static let requestSizes = [27182, 8, 1828, 45904]
  private static let replySizes = [31415, 9, 2653, 58979]

  private let test: GRPCTesting.TestServiceClient
  private let absent: GRPCTesting.UnimplementedServiceClient

  init(_ client: RPCClient) {
    test = GRPCTesting.TestServiceClient(client)
    absent = GRPCTesting.UnimplementedServiceClient(client)
  }

  /// An answer is not what the case's description says.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private func expect(_ holds: Bool, _ what: String) throws {
    guard holds else { throw Failure(description: what) }
  }

  /// Runs `body` and wants it to end with this status.
  private func expect(_ code: StatusCode, _ message: String? = nil, _ body: () async throws -> Void) async throws {
    do {
      try await body()
    } catch let error as RPCError {
      try expect(error.code == code, "status \(code) was to come, not \(error)")
      if let message { try expect(error.message == message, "the message was to be '\(message)', not '\(error.message)'") }
      return
    }
    throw Failure(description: "status \(code) was to come, not a good end")
  }

  private func payload(_ size: Int) -> GRPCTesting.Payload {
    .with { $0.body = [UInt8](repeating: 0, count: size) }
  }

  private func output(_ sizes: [Int], payload: GRPCTesting.Payload? = nil) -> GRPCTesting.StreamingOutputCallRequest {
    .with {
      $0.responseParameters = sizes.map { size in .with { $0.size = Int32(size) } }
      $0.payload = payload
    }
  }

  // MARK: Cases

  private func emptyUnary() async throws {
    try expect(try await test.emptyCall(GRPCTesting.Empty()) == GRPCTesting.Empty(), "the reply is not empty")
  }

  private func largeUnary() async throws {
    let reply = try await test.unaryCall(
      .with {
        $0.responseSize = 314_159
        $0.payload = payload(271_828)
      })
    try expect(reply.payload?.body == [UInt8](repeating: 0, count: 314_159), "the payload is not 314159 zeros")
  }

  private func clientStreaming() async throws {
    let call = try await test.streamingInputCall()
    for size in Self.requestSizes { try await call.write(.with { $0.payload = payload(size) }) }
    let reply = try await call.finish()
    try expect(reply.aggregatedPayloadSize == 74922, "the sum is \(reply.aggregatedPayloadSize), not 74922")
  }

  private func serverStreaming() async throws {
    let call = try await test.streamingOutputCall(output(Self.replySizes))
    var sizes: [Int] = []
    while let reply = try await call.next() { sizes.append(reply.payload?.body.count ?? 0) }
    try expect(sizes == Self.replySizes, "the replies have the sizes \(sizes)")
  }

  private func compressible(_ size: Int, isCompressed: Bool) -> GRPCTesting.SimpleRequest {
    .with {
      $0.responseSize = 314_159
      $0.payload = payload(size)
      $0.expectCompressed = .with { $0.value = isCompressed }
    }
  }

  private func clientCompressedUnary() async throws {
    // First a lie, to see that the server looks.
    try await expect(.invalidArgument) { _ = try await test.unaryCall(compressible(271_828, isCompressed: true)) }
    for isCompressed in [true, false] {
      let reply = try await test.unaryCall(
        compressible(271_828, isCompressed: isCompressed), options: CallOptions(compresses: isCompressed))
      try expect(reply.payload?.body.count == 314_159, "the payload has another size")
    }
  }

  private func serverCompressedUnary() async throws {
    for isCompressed in [true, false] {
      let reply = try await test.unaryCall(
        .with {
          $0.responseSize = 314_159
          $0.responseCompressed = .with { $0.value = isCompressed }
          $0.payload = payload(271_828)
        })
      try expect(reply.payload?.body == [UInt8](repeating: 0, count: 314_159), "the payload is not 314159 zeros")
    }
  }

  private func clientCompressedStreaming() async throws {
    let lie = try await test.streamingInputCall()
    try await expect(.invalidArgument) {
      try await lie.write(
        .with {
          $0.payload = payload(27182)
          $0.expectCompressed = .with { $0.value = true }
        })
      _ = try await lie.finish()
    }
    let call = try await test.streamingInputCall(options: CallOptions(compresses: true))
    for (size, isCompressed) in [(27182, true), (45904, false)] {
      try await call.write(
        .with {
          $0.payload = payload(size)
          $0.expectCompressed = .with { $0.value = isCompressed }
        }, isCompressed: isCompressed)
    }
    let sum = try await call.finish().aggregatedPayloadSize
    try expect(sum == 73086, "the sum is \(sum), not 73086")
  }

  private func serverCompressedStreaming() async throws {
    let call = try await test.streamingOutputCall(
      .with {
        $0.responseParameters = [(31415, true), (92653, false)].map { size, isCompressed in
          .with {
            $0.size = Int32(size)
            $0.compressed = .with { $0.value = isCompressed }
          }
        }
      })
    var sizes: [Int] = []
    while let reply = try await call.next() { sizes.append(reply.payload?.body.count ?? 0) }
    try expect(sizes == [31415, 92653], "the replies have the sizes \(sizes)")
  }

  private func pingPong() async throws {
    let call = try await test.fullDuplexCall()
    for (request, reply) in zip(Self.requestSizes, Self.replySizes) {
      try await call.write(output([reply], payload: payload(request)))
      let size = try await call.next()?.payload?.body.count
      try expect(size == reply, "the reply has \(size.map(String.init) ?? "no") bytes, not \(reply)")
    }
    call.finishWriting()
    try expect(try await call.next() == nil, "a reply too many")
  }

  private func emptyStream() async throws {
    let call = try await test.fullDuplexCall()
    call.finishWriting()
    try expect(try await call.next() == nil, "a reply to no request")
  }

  private func cancelAfterBegin() async throws {
    let call = try await test.streamingInputCall()
    call.cancel()
    try await expect(.cancelled) { _ = try await call.finish() }
  }

  private func cancelAfterFirstResponse() async throws {
    let call = try await test.fullDuplexCall()
    try await call.write(output([31415], payload: payload(27182)))
    try expect(try await call.next()?.payload?.body.count == 31415, "the first reply has another size")
    call.cancel()
    try await expect(.cancelled) { _ = try await call.next() }
  }

  private func timeoutOnSleepingServer() async throws {
    let call = try await test.fullDuplexCall(options: CallOptions(timeout: .milliseconds(1)))
    try await expect(.deadlineExceeded) {
      try await call.write(.with { $0.payload = payload(27182) })
      _ = try await call.next()
    }
  }

  private func customMetadata() async throws {
    var metadata = Metadata()
    metadata.add("x-grpc-test-echo-initial", "test_initial_metadata_value")
    metadata.add("x-grpc-test-echo-trailing-bin", binary: [0xab, 0xab, 0xab])
    let call = try await test.fullDuplexCall(options: CallOptions(metadata: metadata))
    try await call.write(output([314_159], payload: payload(271_828)))
    call.finishWriting()
    try expect(try await call.next()?.payload?.body.count == 314_159, "the reply has another size")
    try expect(try await call.next() == nil, "a reply too many")
    let initial = try await call.initialMetadata()["x-grpc-test-echo-initial"]
    try expect(initial == "test_initial_metadata_value", "the initial metadata is \(initial ?? "absent")")
    let trailing = await call.trailingMetadata().binary("x-grpc-test-echo-trailing-bin")
    try expect(trailing == [0xab, 0xab, 0xab], "the trailing metadata is \(String(describing: trailing))")
  }

  private func statusCodeAndMessage() async throws {
    let status = GRPCTesting.EchoStatus.with {
      $0.code = 2
      $0.message = "test status message"
    }
    try await expect(.unknown, "test status message") { _ = try await test.unaryCall(.with { $0.responseStatus = status }) }
    try await expect(.unknown, "test status message") {
      let call = try await test.fullDuplexCall()
      try await call.write(.with { $0.responseStatus = status })
      call.finishWriting()
      _ = try await call.next()
    }
  }

  private func specialStatusMessage() async throws {
    let message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
    try await expect(.unknown, message) {
      _ = try await test.unaryCall(
        .with {
          $0.responseStatus = .with {
            $0.code = 2
            $0.message = message
          }
        })
    }
  }

  private func unimplementedMethod() async throws {
    try await expect(.unimplemented) { _ = try await test.unimplementedCall(GRPCTesting.Empty()) }
  }

  private func unimplementedService() async throws {
    try await expect(.unimplemented) { _ = try await absent.unimplementedCall(GRPCTesting.Empty()) }
  }
}
