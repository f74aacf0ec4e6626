import Protobuf
import RPC
import Synchronization

/// `test.files.Files`; the folder and the name say how it behaves.
final class FilesService: TestFiles.FilesServer {
  private struct State {
    var log: [String] = []
    var sent = 0
  }

  private let state = Mutex(State())

  /// How handlers ended, in order.
  var log: [String] { state.withLock(\.log) }
  /// Bytes that Download has handed over.
  var sentCount: Int { state.withLock(\.sent) }

  private func note(_ text: String) { state.withLock { $0.log.append(text) } }

  /// POST /files/{folder}
  func upload(_ requests: RequestStream<TestFiles.UploadRequest>, _ call: ServerCall) async throws -> TestFiles.UploadReply {
    do {
      let reply = try await read(requests, call)
      note("ended")
      return reply
    } catch {
      note(error is CancellationError ? "cancelled" : "failed")
      throw error
    }
  }

  /// PUT /files/{folder}
  func replace(_ requests: RequestStream<TestFiles.UploadRequest>, _ call: ServerCall) async throws -> TestFiles.UploadReply {
    try await upload(requests, call)
  }

  private func read(_ requests: RequestStream<TestFiles.UploadRequest>, _ call: ServerCall) async throws -> TestFiles.UploadReply {
    var reply = TestFiles.UploadReply()
    reply.sum = FNV.start
    var folder = ""
    for try await request in requests {
      if !request.folder.isEmpty { folder = request.folder }
      switch folder {
      case "full": throw RPCError(.failedPrecondition, "文件夹已满", reason: "FULL")
      case "enough": return reply
      case "stuck": try await call.sleep(for: .seconds(3600))
      default: break
      }
      if request.data.isEmpty { reply.seen.append(try describe(request)) }
      reply.size += Int64(request.data.count)
      reply.sum = FNV.add(request.data, to: reply.sum)
    }
    call.setHTTPHeader("location", "/files/\(folder)")
    return reply
  }

  private func describe(_ request: TestFiles.UploadRequest) throws -> String {
    var json: [UInt8] = []
    try request.serializedBytes().withUnsafeBytes {
      try TestFiles.UploadRequest.schema.writeJSON(wire: $0, options: .protoJSON, into: &json)
    }
    return String(decoding: json, as: UTF8.self)
  }

  /// GET /files/{name}
  func download(
    _ request: TestFiles.DownloadRequest, _ responses: ResponseStream<GoogleAPI.HttpBody>, _ call: ServerCall
  ) async throws {
    do {
      try await send(request, responses, call)
      note("ended")
    } catch {
      note(error is CancellationError ? "cancelled" : "failed")
      throw error
    }
  }

  private func send(
    _ request: TestFiles.DownloadRequest, _ responses: ResponseStream<GoogleAPI.HttpBody>, _ call: ServerCall
  ) async throws {
    var count = 10
    switch request.name {
    case "missing": throw RPCError(.notFound, "文件不存在", reason: "FILE_NOT_FOUND")
    case "silent": try await call.sleep(for: .seconds(3600))
    case "empty": return
    case "unchanged":
      call.setHTTPStatus(304)
      call.setHTTPHeader("etag", "\"1\"")
      return
    case "part":
      call.setHTTPStatus(206)
      call.setHTTPHeader("content-range", "\(request.range)/100")
      call.setHTTPHeader("content-length", "5")
      return try await responses.write(Self.piece("text/plain", Array("12345".utf8)))
    case "short", "long":
      call.setHTTPHeader("content-length", request.name == "short" ? "5000001" : "4999999")
      count = 20
    case "endless": count = .max
    case "known": call.setHTTPHeader("content-length", "2500000")
    default: break
    }
    for index in 0..<count {
      if request.name == "broken", index == 3 { throw RPCError(.dataLoss, "读取失败", reason: "LOST") }
      try await responses.write(Self.piece(index == 0 ? "application/pdf" : "", Self.bytes))
      state.withLock { $0.sent += Self.bytes.count }
    }
  }

  static let bytes = (0..<250_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }

  private static func piece(_ type: String, _ data: [UInt8]) -> GoogleAPI.HttpBody {
    .with {
      $0.contentType = type
      $0.data = data
    }
  }
}

/// FNV-1a, 64 bits.
enum FNV {
  static let start: UInt64 = 0xcbf2_9ce4_8422_2325

  static func add(_ bytes: [UInt8], to sum: UInt64) -> UInt64 {
    bytes.reduce(sum) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  static func sum(_ bytes: [UInt8]) -> UInt64 { add(bytes, to: start) }
}

/// Tokens are "ann" (user), "root" (admin) and "gone" (disabled).
struct FilesPolicy: ApplicationPolicy {
  var application: String { "test" }

  func authenticate(bearerToken: String?) throws(RPCError) -> Caller {
    switch bearerToken {
    case "ann": return Caller(id: "ann", role: "user", tokenID: "1", expiresAt: 0)
    case "root": return Caller(id: "root", role: "admin", tokenID: "2", expiresAt: 0)
    case "gone": throw RPCError(.permissionDenied, "账号已被禁用", reason: "ACCOUNT_DISABLED")
    default: throw RPCError(.unauthenticated, "无效的认证凭据", reason: "INVALID_TOKEN")
    }
  }

  func authorize(_ caller: Caller, _ method: MethodDescriptor) throws(RPCError) {
    if method.access == .admin, caller.role != "admin" { throw RPCError(.permissionDenied, "需要管理员权限", reason: "ADMINISTRATORS_ONLY") }
  }

  func admit(_ call: ServerCall) throws(RPCError) {}

  func invalidArgument(_ violations: [FieldViolation]) -> RPCError {
    RPCError(.invalidArgument, violations[0].message, reason: "INVALID", domain: "test", violations: violations)
  }
}
