internal import CCBOR

/// One data item of CBOR (RFC 8949), as far as WebAuthn uses it.
enum CBORValue: Equatable, Sendable {
  case unsigned(UInt64)
  /// -1 - n.
  case negative(UInt64)
  case bytes([UInt8])
  case text(String)
  case array([CBORValue])
  case map([CBORPair])
  /// A boolean, null, undefined or a floating-point number: well-formed, and nothing that we read.
  case simple

  var integer: Int64? {
    switch self {
    case .unsigned(let value): Int64(exactly: value)
    case .negative(let value): Int64(exactly: value).map { -1 - $0 }
    default: nil
    }
  }

  var byteString: [UInt8]? { if case .bytes(let bytes) = self { bytes } else { nil } }
  var pairs: [CBORPair]? { if case .map(let pairs) = self { pairs } else { nil } }

  /// The value under a key of a map.
  subscript(key: CBORValue) -> CBORValue? { pairs?.first { $0.key == key }?.value }
  subscript(key: String) -> CBORValue? { self[.text(key)] }
  subscript(key: Int64) -> CBORValue? { self[key < 0 ? .negative(UInt64(-1 - key)) : .unsigned(UInt64(key))] }
}

/// One key of a map and its value.
struct CBORPair: Equatable, Sendable {
  let key: CBORValue
  let value: CBORValue
}

/// What is no item as WebAuthn wants it; the position is the byte where it begins.
struct CBORError: Error, Equatable {
  let position: Int
}

/// Reads items one after another, by libcbor's streaming decoder: it allocates nothing, so that bounds are ours.
///
/// CTAP2's canonical form (section 8 of CTAP 2.1) has lengths in front, no tags and no key twice; what has not is refused. How
/// numbers are written and keys are ordered is not looked at.
struct CBORReader {
  /// Nesting of what WebAuthn defines is 3.
  private static let depthMax = 8
  /// Of one array or map.
  private static let countMax = 64

  private let bytes: [UInt8]
  private(set) var position: Int
  private let head = Head()
  private var callbacks = Head.callbacks()

  /// - Parameter position: Where the first item begins.
  init(_ bytes: [UInt8], at position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  var isAtEnd: Bool { position == bytes.count }

  /// The item that is all of `bytes`: nothing may follow it.
  static func read(_ bytes: [UInt8]) throws(CBORError) -> CBORValue {
    var reader = CBORReader(bytes)
    let value = try reader.next()
    guard reader.isAtEnd else { throw CBORError(position: reader.position) }
    return value
  }

  /// The next item, with everything in it.
  mutating func next() throws(CBORError) -> CBORValue { try item(depth: 0) }

  private mutating func item(depth: Int) throws(CBORError) -> CBORValue {
    let start = position
    switch try nextHead() {
    case .item(let value): return value
    case .array(let count):
      guard depth < Self.depthMax, count <= Self.countMax else { throw CBORError(position: start) }
      var items: [CBORValue] = []
      for _ in 0..<count { items.append(try item(depth: depth + 1)) }
      return .array(items)
    case .map(let count):
      guard depth < Self.depthMax, count <= Self.countMax else { throw CBORError(position: start) }
      var pairs: [CBORPair] = []
      for _ in 0..<count {
        let key = try item(depth: depth + 1)
        guard !pairs.contains(where: { $0.key == key }) else { throw CBORError(position: start) }
        pairs.append(CBORPair(key: key, value: try item(depth: depth + 1)))
      }
      return .map(pairs)
    case .refused: throw CBORError(position: start)
    }
  }

  private mutating func nextHead() throws(CBORError) -> Head.Event {
    head.event = .refused
    let start = position
    let result = bytes.withUnsafeBufferPointer { buffer in
      // `head` outlives the call, which calls back on this thread only.
      cbor_stream_decode(
        buffer.baseAddress.map { $0 + start }, buffer.count - start, &callbacks, Unmanaged.passUnretained(head).toOpaque())
    }
    guard result.status == CBOR_DECODER_FINISHED, result.read > 0 else { throw CBORError(position: start) }
    position += result.read
    return head.event
  }
}

/// Receives what libcbor found at the front: a whole item, or the head of one that holds others.
private final class Head {
  enum Event {
    case item(CBORValue)
    case array(Int)
    case map(Int)
    /// Tags and everything of indefinite length.
    case refused
  }

  var event = Event.refused

  private static func set(_ context: UnsafeMutableRawPointer?, _ event: Event) {
    guard let context else { return }
    Unmanaged<Head>.fromOpaque(context).takeUnretainedValue().event = event
  }

  private static func bytes(_ data: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
    Array(UnsafeBufferPointer(start: data, count: count))
  }

  static func callbacks() -> cbor_callbacks {
    // What is not named here keeps libcbor's callback that does nothing: the event stays `refused`.
    var table = cbor_empty_callbacks
    table.uint8 = { Head.set($0, .item(.unsigned(UInt64($1)))) }
    table.uint16 = { Head.set($0, .item(.unsigned(UInt64($1)))) }
    table.uint32 = { Head.set($0, .item(.unsigned(UInt64($1)))) }
    table.uint64 = { Head.set($0, .item(.unsigned($1))) }
    table.negint8 = { Head.set($0, .item(.negative(UInt64($1)))) }
    table.negint16 = { Head.set($0, .item(.negative(UInt64($1)))) }
    table.negint32 = { Head.set($0, .item(.negative(UInt64($1)))) }
    table.negint64 = { Head.set($0, .item(.negative($1))) }
    table.byte_string = { Head.set($0, .item(.bytes(Head.bytes($1, $2)))) }
    table.string = { context, data, count in
      // RFC 8949, section 3.1: text that is no UTF-8 is not valid.
      guard let text = String(validating: Head.bytes(data, count), as: UTF8.self) else { return }
      Head.set(context, .item(.text(text)))
    }
    // Swift sees C's size_t as Int, so a length from 2^63 on is below zero; such an event stays `refused`.
    table.array_start = { if $1 >= 0 { Head.set($0, .array($1)) } }
    table.map_start = { if $1 >= 0 { Head.set($0, .map($1)) } }
    table.float2 = { context, _ in Head.set(context, .item(.simple)) }
    table.float4 = { context, _ in Head.set(context, .item(.simple)) }
    table.float8 = { context, _ in Head.set(context, .item(.simple)) }
    table.boolean = { context, _ in Head.set(context, .item(.simple)) }
    table.null = { Head.set($0, .item(.simple)) }
    table.undefined = { Head.set($0, .item(.simple)) }
    return table
  }
}
