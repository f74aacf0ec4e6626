/// The boundary that the content type of a multipart form names (RFC 2046, section 5.1.1; RFC 7578, section 4.1).
enum MultipartBoundary {
  /// - Parameter header: The value of `content-type`; nil where there is none.
  /// - Throws: `notMultipart`, `badBoundary`.
  static func parse(_ header: String?) throws(MultipartError) -> [UInt8] {
    let type = "multipart/form-data"
    guard let header, header.utf8.count >= type.utf8.count, header.prefix(type.utf8.count).lowercased() == type else {
      throw .notMultipart
    }
    let parsed: HeaderParameters
    let boundary: String?
    do throws(HeaderParameters.Malformed) {
      parsed = try HeaderParameters(header)
      boundary = try parsed.one("boundary")
    } catch {
      throw .badBoundary
    }
    guard parsed.value == type else { throw .notMultipart }
    guard let bytes = boundary.map({ Array($0.utf8) }), (1...70).contains(bytes.count), bytes.allSatisfy(isBoundary), bytes.last != 32
    else {
      throw .badBoundary
    }
    return bytes
  }

  private static func isBoundary(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
    default: "'()+_,-./:=? ".utf8.contains(byte)
    }
  }
}
