import HTTP
import Protobuf
import RPC

/// One encoded `google.api.HttpBody`, whose bytes are sent from where they lie in it.
struct HTTPBodyPiece {
  private let message: [UInt8]
  private let data: Range<Int>
  /// The media type; empty where the message names none.
  let contentType: String

  /// - Throws: INTERNAL for what is no such message.
  init(_ message: [UInt8]) throws(RPCError) {
    do throws(WireError) {
      (contentType, data) = try message.withUnsafeBytes { bytes in Result { () throws(WireError) in try Self.read(bytes) } }.get()
    } catch {
      throw RPCError(.internalError, "服务器内部错误")
    }
    self.message = message
  }

  private static func read(_ bytes: UnsafeRawBufferPointer) throws(WireError) -> (String, Range<Int>) {
    var contentType = ""
    var data = 0..<0
    var reader = BinaryReader(bytes)
    while true {
      switch try reader.tag() {
      case 0: return (contentType, data)
      case 10: contentType = try reader.string()
      case 18:
        let slice = try reader.slice()
        // The offset of a slice in what it is cut from.
        let start = slice.baseAddress.flatMap { place in bytes.baseAddress.map { place - $0 } } ?? 0
        data = start..<start + slice.count
      case let tag: try reader.skip(tag)
      }
    }
  }

  /// Bytes of the body.
  var count: Int { data.count }

  func send(on stream: HTTPStream) {
    // The data is the last field that services write: then the array is handed over as it is.
    if data.upperBound == message.count {
      stream.send(message, dropping: data.lowerBound)
    } else {
      message.withUnsafeBytes { stream.send(UnsafeRawBufferPointer(rebasing: $0[data])) }
    }
  }
}
