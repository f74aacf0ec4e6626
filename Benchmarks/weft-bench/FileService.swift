import Protobuf
import RPC

/// `bench.Files`: bytes that come from nowhere and go nowhere.
struct FileService: Bench.FilesServer {
  private static let piece = [UInt8](repeating: 0x61, count: 256 * 1024)

  /// POST /file
  func postFile(_ requests: RequestStream<Bench.PostFileRequest>, _ call: ServerCall) async throws -> Bench.PostFileReply {
    var reply = Bench.PostFileReply()
    for try await request in requests { reply.size += Int64(request.data.count) }
    return reply
  }

  /// GET /file
  func getFile(
    _ request: Bench.GetFileRequest, _ responses: ResponseStream<GoogleAPI.HttpBody>, _ call: ServerCall
  ) async throws {
    call.setHTTPHeader("content-length", String(request.size))
    var left = Int(request.size)
    while left > 0 {
      let piece = GoogleAPI.HttpBody.with {
        $0.contentType = "application/octet-stream"
        $0.data = left >= Self.piece.count ? Self.piece : Array(Self.piece.prefix(left))
      }
      try await responses.write(piece)
      left -= piece.data.count
    }
  }
}
