import RPC

/// `bench.Echo`: answers with what it was sent.
struct EchoService: Bench.EchoServer {
  func unary(_ request: Bench.EchoRequest, _ call: ServerCall) async throws -> Bench.EchoReply {
    .with { $0.payload = request.payload }
  }

  func collect(_ requests: RequestStream<Bench.EchoRequest>, _ call: ServerCall) async throws -> Bench.EchoReply {
    var reply = Bench.EchoReply()
    for try await request in requests { reply.payload = request.payload }
    return reply
  }

  func expand(_ request: Bench.EchoRequest, _ responses: ResponseStream<Bench.EchoReply>, _ call: ServerCall) async throws {
    let reply = Bench.EchoReply.with { $0.payload = request.payload }
    for _ in 0..<(request.count == 0 ? 100 : request.count) { try await responses.write(reply) }
  }

  func update(
    _ requests: RequestStream<Bench.EchoRequest>, _ responses: ResponseStream<Bench.EchoReply>, _ call: ServerCall
  ) async throws {
    for try await request in requests {
      try await responses.write(.with { $0.payload = request.payload })
    }
  }
}
