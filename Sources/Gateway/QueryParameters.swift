/// The names and values of a query or a form body, decoded, in the order they came.
///
/// Source: URL Standard, "application/x-www-form-urlencoded parsing", except that broken escapes and broken UTF-8 are refused.
struct QueryParameters: Equatable {
  /// One name with its value.
  struct Parameter: Equatable {
    var name: [UInt8]
    var value: [UInt8]
  }

  /// What cannot be read, and in which parameter.
  struct Failure: Error, Equatable {
    /// The name as far as it can be shown: decoded, or as it came where it is the name that is broken.
    var name: String
    var reason: Reason

    enum Reason: Equatable {
      case coding(PercentCoding.Failure)
      /// More than `countMax` parameters.
      case tooMany
    }
  }

  /// The ceiling on parameters in one request: the widest documented list has a dozen.
  static let countMax = 256

  private(set) var parameters: [Parameter] = []

  /// Reads `name=value&name=value`; empty pieces (`&&`) are skipped and a missing `=` means an empty value.
  ///
  /// - Throws: `Failure` for a broken escape, broken UTF-8, NUL, or more than `countMax` parameters.
  init(parsing bytes: Span<UInt8>) throws(Failure) {
    var start = 0
    while start < bytes.count {
      var end = start
      var equals = -1
      while end < bytes.count, bytes[end] != UInt8(ascii: "&") {
        if equals < 0 && bytes[end] == UInt8(ascii: "=") { equals = end }
        end += 1
      }
      if end > start {
        let nameEnd = equals < 0 ? end : equals
        let valueStart = equals < 0 ? end : equals + 1
        try append(name: bytes.extracting(start..<nameEnd), value: bytes.extracting(valueStart..<end))
      }
      start = end + 1
    }
  }

  private mutating func append(name: Span<UInt8>, value: Span<UInt8>) throws(Failure) {
    guard parameters.count < Self.countMax else { throw Failure(name: "", reason: .tooMany) }
    let decodedName: [UInt8]
    do {
      decodedName = try PercentCoding.decode(name, plusIsSpace: true)
    } catch {
      throw Failure(name: Self.printable(name), reason: .coding(error))
    }
    do {
      parameters.append(Parameter(name: decodedName, value: try PercentCoding.decode(value, plusIsSpace: true)))
    } catch {
      throw Failure(name: String(decoding: decodedName, as: UTF8.self), reason: .coding(error))
    }
  }

  /// A raw name cut to what a sentence can hold.
  private static func printable(_ raw: Span<UInt8>) -> String {
    var text = ""
    for index in 0..<min(raw.count, 64) {
      let byte = raw[index]
      text.unicodeScalars.append(byte > 0x20 && byte < 0x7F ? UnicodeScalar(byte) : "?")
    }
    return text
  }
}
