/// What travels beside the messages of a call: names with text, or with bytes where the name ends in `-bin`.
///
/// Names are lower-case and may repeat; order within a name is kept. Names that the protocol itself uses (`grpc-*`, `content-type`, `te`, `:path`, …)
/// never appear here.
///
/// Source: gRPC over HTTP/2, "Custom-Metadata".
public struct Metadata: Sendable, Equatable {
  /// One value under its name.
  public struct Entry: Sendable, Equatable {
    public var name: String
    public var value: Value
  }

  /// Text in printable ASCII, or bytes of any kind.
  public enum Value: Sendable, Equatable {
    case text(String)
    case binary([UInt8])
  }

  /// Every value, in order.
  public private(set) var entries: [Entry] = []

  public init() {}

  public var isEmpty: Bool { entries.isEmpty }

  /// Adds text under `name`. What is not printable ASCII is percent-encoded, because no header can carry it.
  ///
  /// - Precondition: `name` is a metadata name (`isName`) that does not end in `-bin`.
  public mutating func add(_ name: String, _ text: String) {
    precondition(Metadata.isName(name) && !name.hasSuffix("-bin"), "no name for text metadata: \(name)")
    let plain = text.utf8.allSatisfy { $0 >= 0x20 && $0 <= 0x7e }
    entries.append(Entry(name: name, value: .text(plain ? text : StatusText.encode(text))))
  }

  /// Adds text as it was received.
  mutating func addReceived(_ name: String, _ text: String) {
    entries.append(Entry(name: name, value: .text(text)))
  }

  /// Adds bytes under `name`.
  ///
  /// - Precondition: `name` is a metadata name (`isName`) that ends in `-bin`.
  public mutating func add(_ name: String, binary bytes: [UInt8]) {
    precondition(Metadata.isName(name) && name.hasSuffix("-bin"), "no name for binary metadata: \(name)")
    entries.append(Entry(name: name, value: .binary(bytes)))
  }

  /// The first text under `name`.
  public subscript(name: String) -> String? {
    for entry in entries where entry.name == name {
      if case .text(let text) = entry.value { return text }
    }
    return nil
  }

  /// Every text under `name`.
  public func texts(_ name: String) -> [String] {
    entries.compactMap { entry in
      guard entry.name == name, case .text(let text) = entry.value else { return nil }
      return text
    }
  }

  /// The first bytes under `name`.
  public func binary(_ name: String) -> [UInt8]? {
    for entry in entries where entry.name == name {
      if case .binary(let bytes) = entry.value { return bytes }
    }
    return nil
  }

  /// Everything under `name` goes.
  public mutating func removeAll(_ name: String) {
    entries.removeAll { $0.name == name }
  }

  /// Adds all of `other`.
  public mutating func append(_ other: Metadata) {
    entries.append(contentsOf: other.entries)
  }

  /// Whether `name` may name metadata: lower-case letters, digits, `_`, `-`, `.`, and none of the names that the protocol keeps to itself.
  public static func isName(_ name: String) -> Bool {
    guard !name.isEmpty, !isReserved(name) else { return false }
    return name.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
      case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): true
      default: false
      }
    }
  }

  /// Whether the protocol keeps `name` to itself.
  static func isReserved(_ name: String) -> Bool {
    if name.utf8.first == UInt8(ascii: ":") || name.hasPrefix("grpc-") { return true }
    switch name {
    case "content-type", "content-length", "te", "host", "connection", "transfer-encoding", "upgrade", "keep-alive", "proxy-connection",
      "trailer":
      return true
    default: return false
    }
  }
}
