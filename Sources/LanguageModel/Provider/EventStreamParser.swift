/// Takes a stream of server-sent events apart as its bytes come, wherever they are cut (HTML Living Standard, 9.2.6).
///
/// Lines end with LF, CR or CRLF; comments and unknown fields are passed over; the `data` lines of an event are joined by LF.
struct EventStreamParser {
  struct Event: Equatable {
    /// Empty for a plain one.
    var type: String
    var data: [UInt8]
  }

  /// A line or an event is longer than allowed.
  struct TooLong: Error {}

  private let bytesMax: Int
  private var line: [UInt8] = []
  private var data: [UInt8] = []
  private var hasData = false
  private var type = ""
  /// The last byte was a CR: an LF right behind it belongs to it.
  private var endsWithReturn = false
  private var isAtStart = true

  /// - Parameter bytesMax: Of one line, and of one event.
  init(bytesMax: Int) { self.bytesMax = bytesMax }

  /// - Returns: The events that these bytes made whole.
  mutating func feed(_ bytes: [UInt8]) throws(TooLong) -> [Event] {
    var events: [Event] = []
    for byte in bytes {
      let followsReturn = endsWithReturn
      endsWithReturn = byte == 0x0d
      switch byte {
      case 0x0a where followsReturn: continue
      case 0x0a, 0x0d: if let event = try endLine() { events.append(event) }
      default:
        guard line.count < bytesMax else { throw TooLong() }
        line.append(byte)
      }
    }
    return events
  }

  /// To be called at the end of the stream.
  ///
  /// - Returns: What stood there without the empty line that should end it: some providers leave that out.
  mutating func finish() throws(TooLong) -> Event? {
    if !line.isEmpty, let event = try endLine() { return event }
    return takeEvent()
  }

  private mutating func endLine() throws(TooLong) -> Event? {
    defer {
      line.removeAll(keepingCapacity: true)
      isAtStart = false
    }
    if isAtStart, line.starts(with: [0xef, 0xbb, 0xbf]) { line.removeFirst(3) }
    if line.isEmpty { return takeEvent() }
    let colon = line.firstIndex(of: UInt8(ascii: ":"))
    let name = line[..<(colon ?? line.endIndex)]
    var value = line[(colon.map { $0 + 1 } ?? line.endIndex)...]
    if value.first == 0x20 { value = value.dropFirst() }
    if name.elementsEqual("data".utf8) {
      guard data.count + value.count < bytesMax else { throw TooLong() }
      if hasData { data.append(0x0a) }
      data.append(contentsOf: value)
      hasData = true
    } else if name.elementsEqual("event".utf8) {
      type = String(decoding: value, as: UTF8.self)
    }
    return nil
  }

  private mutating func takeEvent() -> Event? {
    defer {
      data = []
      hasData = false
      type = ""
    }
    return hasData ? Event(type: type, data: data) : nil
  }
}
