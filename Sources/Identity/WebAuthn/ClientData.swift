/// What the browser says about a ceremony: which, where, and for which challenge (Web Authentication, section 5.8.1).
public struct ClientData: Sendable, Equatable {
  /// Browsers write about 150 bytes.
  static let bytesMax = 16 << 10
  private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

  let ceremony: PasskeyCeremony
  /// The bytes that the options carried.
  public let challenge: [UInt8]
  let origin: String
  let isCrossOrigin: Bool
  let hasTopOrigin: Bool
  /// SHA-256 of the text as it came, which is what authenticators sign.
  let hash: [UInt8]

  /// Reads client data strictly: one JSON object in UTF-8, no name twice; a byte order mark is passed over, and so are members
  /// that nobody knows.
  ///
  /// - Throws: `malformedClientData`, or `wrongType` for another ceremony than `ceremony`.
  public init(_ bytes: [UInt8], of ceremony: PasskeyCeremony) throws(PasskeyFailure) {
    guard bytes.count <= Self.bytesMax else { throw .malformedClientData("\(bytes.count) bytes") }
    let text = bytes.starts(with: Self.byteOrderMark) ? Array(bytes.dropFirst(Self.byteOrderMark.count)) : bytes
    guard let members = JSONObjectReader.read(text) else { throw .malformedClientData("no JSON object") }
    guard case .string(let type)? = members["type"] else { throw .malformedClientData("type") }
    guard type == ceremony.type else { throw .wrongType }
    guard case .string(let challenge)? = members["challenge"], let decoded = Base64.decode(challenge.utf8, .url) else {
      throw .malformedClientData("challenge")
    }
    guard case .string(let origin)? = members["origin"] else { throw .malformedClientData("origin") }
    switch members["crossOrigin"] {
    case nil: isCrossOrigin = false
    case .boolean(let value)?: isCrossOrigin = value
    default: throw .malformedClientData("crossOrigin")
    }
    self.ceremony = ceremony
    self.challenge = decoded
    self.origin = origin
    hasTopOrigin = members["topOrigin"] != nil
    hash = SHA256.digest(bytes)
  }
}
