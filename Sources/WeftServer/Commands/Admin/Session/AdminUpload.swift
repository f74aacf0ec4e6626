import Blobs
import CustomerServiceAPI
import Foundation
import Glibc
import Protobuf
import RPC

/// A file on its way to the server: read and sent in pieces, so that no more than one is held.
struct AdminUpload {
  private static let pieceBytes = 256 * 1024

  private let path: String
  private let name: String
  private let handle: FileHandle
  /// Nil where nobody knows before the end.
  private let size: Int64?

  /// - Parameters:
  ///   - path: - is standard input.
  ///   - name: What it is called at the server; nil for its own.
  init(_ path: String, name: String? = nil) throws {
    self.path = path
    self.name = name ?? (path as NSString).lastPathComponent
    if path == "-" {
      handle = .standardInput
      size = nil
      return
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
      throw AdminMistake(description: "cannot read \(path): \(String(cString: strerror(errno)))")
    }
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    guard status.st_mode & S_IFMT != S_IFDIR else { throw AdminMistake(description: "\(path) is a directory") }
    size = status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_size) : nil
  }

  /// Puts it into a project.
  ///
  /// - Parameter head: The first message, without the name; without a media type it is what name and contents say.
  func projectFile(_ head: CSAAdminV1.UploadProjectFileRequest, _ session: AdminSession) async throws -> CSAv1.ProjectFile {
    let first = try piece() ?? []
    var head = head
    head.filename = name
    if head.contentType.isEmpty { head.contentType = try await contentType(first) }
    let call = try await CSAAdminV1.ProjectAdminServiceClient(session.client).uploadProjectFile(options: Self.options)
    return try await send(head, first, to: call) { piece in .with { $0.data = piece } }
  }

  /// Uploads it as the administrator's own, to be attached to a message.
  func attachment(_ session: AdminSession) async throws -> CSAv1.UploadedFile {
    let call = try await CSAv1.FileServiceClient(session.client).uploadFile(options: Self.options)
    return try await send(.with { $0.filename = name }, try piece() ?? [], to: call) { piece in .with { $0.data = piece } }
  }

  /// What an administrator files in a project may be anything; the server takes the console's word for its type.
  private func contentType(_ first: [UInt8]) async throws -> String {
    let types = try FileTypes()
    let decided = try await types.decide(name: name, head: Array(first.prefix(FileTypes.headBytes)))
    await types.close()
    if let decided { return decided.contentType }
    if FileTypes.isSupported(name: name) {
      Terminal.error("\(name) is not what its name says; it is filed as application/octet-stream, or say --content-type")
    }
    return "application/octet-stream"
  }

  private func piece() throws -> [UInt8]? {
    guard let piece = try handle.read(upToCount: Self.pieceBytes), !piece.isEmpty else { return nil }
    return [UInt8](piece)
  }

  /// A hundred mebibytes through a slow line; a line that stands still ends by itself.
  private static let options = CallOptions(timeout: .seconds(3600))

  private func send<Request, Reply>(
    _ head: Request, _ first: [UInt8], to call: ClientStreamingCall<Request, Reply>, _ message: ([UInt8]) -> Request
  ) async throws -> Reply {
    let progress = AdminProgress(name, of: size)
    defer { progress.end() }
    var sent: Int64 = 0
    do {
      try await call.write(head)
      var next: [UInt8]? = first.isEmpty ? nil : first
      while let piece = next {
        try await call.write(message(piece))
        sent += Int64(piece.count)
        progress.show(sent)
        next = try self.piece()
      }
    } catch is RPCError {
      // The server has answered already; finish() says what.
    }
    return try await call.finish()
  }
}

/// How far an upload is, for whoever watches.
struct AdminProgress {
  private let name: String
  private let size: Int64?

  init(_ name: String, of size: Int64?) {
    self.name = name
    self.size = size
  }

  func show(_ sent: Int64) {
    guard Terminal.isWatched else { return }
    let amount = size.map { "\(sent * 100 / max($0, 1)) %" } ?? "\(sent >> 10) KiB"
    Terminal.status("\(name): \(amount)")
  }

  func end() { if Terminal.isWatched { Terminal.status("") } }
}
