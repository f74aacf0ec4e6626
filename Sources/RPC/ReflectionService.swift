import Protobuf

/// `grpc.reflection.v1.ServerReflection`: what the server serves, for tools that look around.
public struct ReflectionService: GRPCReflectionV1.ServerReflectionServer {
  private let index: ReflectionIndex

  init(_ index: ReflectionIndex) {
    self.index = index
  }

  /// Reflection over `services` and over itself, as v1 and as v1alpha, which older tools ask for.
  public static func services(describing services: [any RPCService]) -> [any RPCService] {
    let own = [serviceSchema, ReflectionAlphaService.serviceSchema]
    let index = ReflectionIndex(services.map { type(of: $0).serviceSchema } + own)
    return [ReflectionService(index), ReflectionAlphaService(index)]
  }

  public func serverReflectionInfo(
    _ requests: RequestStream<GRPCReflectionV1.ServerReflectionRequest>,
    _ responses: ResponseStream<GRPCReflectionV1.ServerReflectionResponse>, _ call: ServerCall
  ) async throws {
    var sent: Set<String> = []
    for try await request in requests {
      try await responses.write(index.answer(request, sent: &sent))
    }
  }
}

/// `grpc.reflection.v1alpha.ServerReflection`: the same messages under the older name.
struct ReflectionAlphaService: GRPCReflectionV1Alpha.ServerReflectionServer {
  private let index: ReflectionIndex

  init(_ index: ReflectionIndex) {
    self.index = index
  }

  func serverReflectionInfo(
    _ requests: RequestStream<GRPCReflectionV1Alpha.ServerReflectionRequest>,
    _ responses: ResponseStream<GRPCReflectionV1Alpha.ServerReflectionResponse>, _ call: ServerCall
  ) async throws {
    var sent: Set<String> = []
    for try await request in requests {
      // Both versions have the same fields with the same numbers, so the bytes of one are the bytes of the other.
      let answer = index.answer(try .init(serializedBytes: request.serializedBytes()), sent: &sent)
      try await responses.write(try .init(serializedBytes: answer.serializedBytes()))
    }
  }
}
