import Protobuf
import RPC

/// `test.notes.Echo`.
struct EchoService: TestNotes.EchoServer {
  func unary(_ request: TestNotes.Note, _ call: ServerCall) async throws -> TestNotes.Note {
    call.responseMetadata.append(call.metadata.named("x-initial"))
    call.trailingMetadata.append(call.metadata.named("x-trailing-bin"))
    return request
  }

  func collect(_ requests: RequestStream<TestNotes.Note>, _ call: ServerCall) async throws -> TestNotes.Note {
    var reply = TestNotes.Note()
    for try await request in requests {
      reply.count += 1
      reply.text = request.text
    }
    return reply
  }

  func expand(_ request: TestNotes.Note, _ responses: ResponseStream<TestNotes.Note>, _ call: ServerCall) async throws {
    for index in 0..<request.count {
      try await responses.write(
        .with {
          $0.text = request.text
          $0.count = index
          $0.data = request.data
        })
    }
  }

  func update(
    _ requests: RequestStream<TestNotes.Note>, _ responses: ResponseStream<TestNotes.Note>, _ call: ServerCall
  ) async throws {
    for try await request in requests { try await responses.write(request) }
  }

  func misbehave(_ request: TestNotes.Note, _ call: ServerCall) async throws -> TestNotes.Note {
    switch request.text {
    case "rpc": throw RPCError(.aborted, "工单正在修改", reason: "BUSY", domain: "test", retryAfter: .seconds(3))
    case "own": throw NoteError.lost
    case "cancel": throw CancellationError()
    case "plain": throw UnknownError()
    case "wait":
      await call.sleepUntilWoken()
      throw CancellationError()
    default: return request
    }
  }
}

/// An error that knows its answer.
enum NoteError: RPCErrorConvertible {
  case lost

  var rpcError: RPCError { RPCError(.notFound, "笔记不存在", reason: "NOTE_LOST", domain: "test") }
}

/// An error that does not.
struct UnknownError: Error {}

/// `test.notes.Book`.
struct BookService: TestNotes.BookServer {
  func look(_ request: TestNotes.Note, _ call: ServerCall) async throws -> TestNotes.Note {
    .with { $0.text = (try? call.caller().id) ?? "nobody" }
  }

  func write(_ request: TestNotes.Note, _ call: ServerCall) async throws -> TestNotes.Note {
    call.setHTTPStatus(202)
    call.setHTTPHeader("location", "/notes/1")
    let id = try call.caller().id
    return .with { $0.text = id }
  }

  func burn(_ request: TestNotes.Note, _ call: ServerCall) async throws -> TestNotes.Note {
    .with { $0.text = call.peer + " " + call.requestID }
  }

  func follow(_ request: TestNotes.Note, _ responses: ResponseStream<TestNotes.Note>, _ call: ServerCall) async throws {
    for index in 0..<request.count {
      try await responses.write(
        .with {
          $0.count = index
          $0.data = request.data
        })
    }
  }
}

/// Tokens are "ann" (user), "root" (admin) and "gone" (disabled).
struct NotePolicy: ApplicationPolicy {
  var application: String { "test" }

  func authenticate(bearerToken: String?) throws(RPCError) -> Caller {
    switch bearerToken {
    case "ann": Caller(id: "ann", role: "user", tokenID: "1", expiresAt: 0)
    case "root": Caller(id: "root", role: "admin", tokenID: "2", expiresAt: 0)
    case "gone": throw RPCError(.permissionDenied, "账号已被禁用", reason: "ACCOUNT_DISABLED")
    default: throw RPCError(.unauthenticated, "无效的认证凭据", reason: "INVALID_TOKEN")
    }
  }

  func authorize(_ caller: Caller, _ method: MethodDescriptor) throws(RPCError) {
    if method.access == .admin, caller.role != "admin" { throw RPCError(.permissionDenied, "需要管理员权限", reason: "ADMINISTRATORS_ONLY") }
  }

  func admit(_ call: ServerCall) throws(RPCError) {
    if call.method.rateLimit == "pen", call.metadata["x-flood"] != nil {
      throw RPCError(.resourceExhausted, "请求过于频繁", reason: "TOO_MANY", retryAfter: .seconds(7))
    }
  }

  func invalidArgument(_ violations: [FieldViolation]) -> RPCError {
    RPCError(.invalidArgument, violations[0].message, reason: "INVALID_NOTE", domain: "test", violations: violations)
  }
}

extension Metadata {
  /// What is there under one name.
  func named(_ name: String) -> Metadata {
    var found = Metadata()
    for entry in entries where entry.name == name {
      switch entry.value {
      case .text(let text): found.add(name, text)
      case .binary(let bytes): found.add(name, binary: bytes)
      }
    }
    return found
  }
}
