/// What the authenticator says and signs (Web Authentication, section 6.1).
struct AuthenticatorData: Equatable, Sendable {
  struct Flags: OptionSet, Sendable {
    let rawValue: UInt8
    static let userPresent = Flags(rawValue: 1 << 0)
    static let userVerified = Flags(rawValue: 1 << 2)
    static let backupEligible = Flags(rawValue: 1 << 3)
    static let backedUp = Flags(rawValue: 1 << 4)
    static let attestedCredential = Flags(rawValue: 1 << 6)
    static let extensions = Flags(rawValue: 1 << 7)
  }

  /// A credential that was just made (section 6.5.1).
  struct AttestedCredential: Equatable, Sendable {
    /// Model of the authenticator, 16 bytes; zeros where it does not say.
    var modelID: [UInt8]
    var id: [UInt8]
    /// COSE_Key, as it came.
    var publicKey: [UInt8]
    var key: CBORValue
  }

  private static let headBytes = 37
  /// A key and extensions of everything known stay far below.
  static let bytesMax = 8 << 10

  /// SHA-256 of the relying party's id.
  var relyingPartyHash: [UInt8]
  var flags: Flags
  var signCount: UInt32
  var credential: AttestedCredential?

  /// - Throws: `malformedAuthenticatorData`, or `malformedExtensions` for what follows the rest and is no map.
  init(_ bytes: [UInt8]) throws(PasskeyFailure) {
    guard bytes.count >= Self.headBytes, bytes.count <= Self.bytesMax else {
      throw .malformedAuthenticatorData("\(bytes.count) bytes")
    }
    relyingPartyHash = Array(bytes[..<32])
    flags = Flags(rawValue: bytes[32])
    signCount = bytes[33..<37].reduce(0) { $0 << 8 | UInt32($1) }
    var position = Self.headBytes
    if flags.contains(.attestedCredential) { credential = try Self.credential(bytes, &position) }
    if flags.contains(.extensions) {
      var reader = CBORReader(bytes, at: position)
      guard case .map? = try? reader.next() else { throw .malformedExtensions }
      position = reader.position
    }
    guard position == bytes.count else { throw .malformedAuthenticatorData("\(bytes.count - position) bytes too many") }
  }

  private static func credential(_ bytes: [UInt8], _ position: inout Int) throws(PasskeyFailure) -> AttestedCredential {
    guard bytes.count >= position + 18 else { throw .malformedAuthenticatorData("no credential") }
    let modelID = Array(bytes[position..<position + 16])
    let count = Int(bytes[position + 16]) << 8 | Int(bytes[position + 17])
    position += 18
    guard bytes.count >= position + count else { throw .malformedAuthenticatorData("no credential id") }
    let id = Array(bytes[position..<position + count])
    position += count
    var reader = CBORReader(bytes, at: position)
    guard let key = try? reader.next(), key.pairs != nil else { throw .malformedAuthenticatorData("no key") }
    defer { position = reader.position }
    return AttestedCredential(modelID: modelID, id: id, publicKey: Array(bytes[position..<reader.position]), key: key)
  }
}
