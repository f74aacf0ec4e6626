/// A request method. Case-sensitive (RFC 9110, 9.1); unknown ones are carried, for a 405 to name what is allowed.
public enum HTTPMethod: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
  case get, head, post, put, patch, delete, options, trace, connect
  case other(String)

  public init(_ name: String) {
    var name = name
    self = name.withUTF8 { HTTPMethod(bytes: UnsafeRawBufferPointer($0)) }
  }

  public init(stringLiteral name: String) {
    self.init(name)
  }

  init(bytes: UnsafeRawBufferPointer) {
    func equals(_ text: StaticString) -> Bool {
      bytes.elementsEqual(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
    switch bytes.count {
    case 3 where equals("GET"): self = .get
    case 4 where equals("POST"): self = .post
    case 3 where equals("PUT"): self = .put
    case 4 where equals("HEAD"): self = .head
    case 5 where equals("PATCH"): self = .patch
    case 6 where equals("DELETE"): self = .delete
    case 7 where equals("OPTIONS"): self = .options
    case 5 where equals("TRACE"): self = .trace
    case 7 where equals("CONNECT"): self = .connect
    default: self = .other(String(decoding: bytes, as: UTF8.self))
    }
  }

  public var name: String {
    switch self {
    case .get: "GET"
    case .head: "HEAD"
    case .post: "POST"
    case .put: "PUT"
    case .patch: "PATCH"
    case .delete: "DELETE"
    case .options: "OPTIONS"
    case .trace: "TRACE"
    case .connect: "CONNECT"
    case .other(let name): name
    }
  }

  public var description: String { name }
}
