import Glibc
import HTTP

/// What the protocol itself says in the head of a call; read in one walk over the headers.
///
/// Source: gRPC over HTTP/2, "Requests".
struct CallHead {
  /// `content-type` is `application/grpc`, with or without `+proto`.
  private(set) var isGRPC = false
  /// The value of `grpc-timeout`.
  private(set) var timeout: Duration?
  /// The value of `grpc-encoding`.
  private(set) var encoding = MessageEncoding.identity
  /// What the head is refused for, once it is known to be gRPC.
  private(set) var refusal: RPCError?

  init(_ headers: Headers) {
    // A loop would make a String of every name and value.
    // swift-format-ignore: ReplaceForEachWithForLoop
    headers.forEachField { name, value in
      // By length first: most names are settled by it.
      switch name.count {
      case 12 where name.equals("content-type"):
        isGRPC = CallHead.isGRPC(value)
      case 12 where name.equals("grpc-timeout"):
        timeout = TimeoutHeader.parse(value)
        if timeout == nil {
          refuse(RPCError(.invalidArgument, "grpc-timeout 的值无效：应为 1 到 8 位数字加单位 H、M、S、m、u 或 n"))
        }
      case 13 where name.equals("grpc-encoding"):
        if let known = MessageEncoding(value) {
          encoding = known
        } else {
          refuse(
            RPCError(
              .unimplemented, "不支持的 grpc-encoding：\(String(decoding: value, as: UTF8.self))，可用：\(MessageEncoding.accepted)"))
        }
      default:
        if name.count > 4, name[name.count - 4] == UInt8(ascii: "-"), name.suffix(3).elementsEqual("bin".utf8), !Metadata.isBinary(value) {
          refuse(RPCError(.invalidArgument, "元数据 \(String(decoding: name, as: UTF8.self)) 的值不是有效的 base64"))
        }
      }
    }
  }

  private mutating func refuse(_ error: RPCError) {
    if refusal == nil { refusal = error }
  }

  /// `application/grpc`, then nothing, `+proto`, or parameters.
  private static func isGRPC(_ value: UnsafeRawBufferPointer) -> Bool {
    if value.equals("application/grpc") { return true }
    let name = "application/grpc".utf8
    guard value.starts(with: name) else { return false }
    var rest = value.dropFirst(name.count)
    if rest.starts(with: "+proto".utf8) { rest = rest.dropFirst(6) }
    return rest.isEmpty || rest.first == UInt8(ascii: ";")
  }
}

extension UnsafeRawBufferPointer {
  /// Whether these are the bytes of `text`. (`elementsEqual` goes byte by byte through two iterators: half a microsecond a call.)
  @inline(__always)
  func equals(_ text: StaticString) -> Bool {
    equals(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  @inline(__always)
  func equals(_ other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count else { return false }
    guard let one = baseAddress, let another = other.baseAddress else { return true }
    return memcmp(one, another, count) == 0
  }
}
