internal import CZlib
import Protobuf

/// gzip (RFC 1952) of whole messages, by zlib: what `grpc-encoding: gzip` means.
enum Gzip {
  /// Smaller messages would hardly shrink, larger ones would keep the loop from its other calls.
  static let usefulBytes = 1024...(1 << 20)

  /// Why bytes cannot be unpacked.
  enum Failure: Error, Equatable {
    /// No gzip, cut short, damaged, or followed by something else.
    case malformed
    /// More comes out than is allowed.
    case tooLarge
  }

  /// The bytes in one gzip member; at zlib's fastest level, because a loop waits for it.
  static func compress(_ input: UnsafeRawBufferPointer) -> [UInt8] {
    var stream = z_stream()
    precondition(weft_gzip_begin(&stream, 1) == Z_OK, "zlib has no memory")
    defer { deflateEnd(&stream) }
    // deflateBound: never too small, so one call does it all. 18 bytes are gzip's own head and tail.
    let bound = Int(deflateBound(&stream, UInt(input.count))) + 18
    return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
      // zlib only reads through next_in, though its type says otherwise.
      stream.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
      stream.avail_in = UInt32(input.count)
      stream.next_out = output.baseAddress
      stream.avail_out = UInt32(bound)
      let result = deflate(&stream, Z_FINISH)
      precondition(result == Z_STREAM_END, "deflateBound was too small")
      count = bound - Int(stream.avail_out)
    }
  }

  /// What one gzip member holds.
  ///
  /// - Parameter bytesMax: More is never unpacked: a few bytes can stand for gigabytes.
  static func decompress(_ input: UnsafeRawBufferPointer, bytesMax: Int) throws(Failure) -> [UInt8] {
    var stream = z_stream()
    precondition(weft_gunzip_begin(&stream) == Z_OK, "zlib has no memory")
    defer { inflateEnd(&stream) }
    // zlib only reads through next_in, though its type says otherwise.
    stream.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
    stream.avail_in = UInt32(clamping: input.count)
    var whole: [UInt8] = []
    while true {
      // Room grows with what really comes out; one byte beyond the limit is enough to know that there is more.
      let room = min(max(4096, input.count * 4, whole.count), bytesMax + 1 - whole.count)
      guard room > 0 else { throw .tooLarge }
      var result = Z_OK
      let part = [UInt8](unsafeUninitializedCapacity: room) { output, count in
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(room)
        result = inflate(&stream, Z_NO_FLUSH)
        count = room - Int(stream.avail_out)
      }
      if whole.isEmpty { whole = part } else { whole.append(contentsOf: part) }
      guard whole.count <= bytesMax else { throw .tooLarge }
      switch result {
      case Z_STREAM_END:
        guard stream.avail_in == 0 else { throw .malformed }
        return whole
      case Z_OK where !part.isEmpty: continue
      default: throw .malformed
      }
    }
  }
}
