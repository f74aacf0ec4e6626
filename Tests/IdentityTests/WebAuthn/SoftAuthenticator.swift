import COpenSSL

@testable import Identity

/// An authenticator in software whose every word can be changed: for ceremonies that no real one would make.
final class SoftAuthenticator {
  static let party = RelyingParty(id: "example.com", name: "Example", origins: ["https://example.com", "https://www.example.com:8443"])

  let algorithm: COSEAlgorithm
  let key: OpaquePointer
  var credentialID: [UInt8] = Array(0..<32)
  var modelID = [UInt8](repeating: 0, count: 16)
  var relyingPartyID = "example.com"
  var origin = "https://example.com"
  /// Further members of the client data, as JSON with a comma in front.
  var moreClientData = #","crossOrigin":false"#
  var type: String?
  var flags: UInt8 = 0x05
  var signCount: UInt32 = 1
  /// CBOR behind everything else; sets the flag by itself.
  var extensions: [UInt8] = []
  /// Behind the authenticator data, explained by nothing.
  var trailing: [UInt8] = []
  /// In place of the real key.
  var publicKey: [UInt8]?
  var format = "none"
  /// In place of the statement that goes with the format.
  var statement: [UInt8]?

  init(_ algorithm: COSEAlgorithm = .es256) {
    self.algorithm = algorithm
    key = SoftAuthenticator.makeKey(algorithm)
  }

  deinit { EVP_PKEY_free(key) }

  static func makeKey(_ algorithm: COSEAlgorithm) -> OpaquePointer {
    let context: OpaquePointer?
    switch algorithm {
    case .es256: context = EVP_PKEY_CTX_new_from_name(nil, "EC", nil)
    case .edDSA: context = EVP_PKEY_CTX_new_from_name(nil, "ED25519", nil)
    case .rs256: context = EVP_PKEY_CTX_new_from_name(nil, "RSA", nil)
    }
    defer { EVP_PKEY_CTX_free(context) }
    EVP_PKEY_keygen_init(context)
    if algorithm == .es256 { EVP_PKEY_CTX_set_group_name(context, "P-256") }
    var key: OpaquePointer?
    EVP_PKEY_keygen(context, &key)
    guard let key else { preconditionFailure("no key") }
    return key
  }

  // MARK: What it says

  func clientData(_ ceremony: PasskeyCeremony, challenge: [UInt8]) -> [UInt8] {
    let encoded = Base64.encode(challenge, .url)
    return Array(#"{"type":"\#(type ?? ceremony.type)","challenge":"\#(encoded)","origin":"\#(origin)"\#(moreClientData)}"#.utf8)
  }

  func authenticatorData(attested: Bool) -> [UInt8] {
    var bytes = SHA256.digest(Array(relyingPartyID.utf8))
    bytes.append(flags | (attested ? 0x40 : 0) | (extensions.isEmpty ? 0 : 0x80))
    bytes += Self.big(UInt64(signCount), 4)
    if attested { bytes += modelID + Self.big(UInt64(credentialID.count), 2) + credentialID + (publicKey ?? coseKey) }
    return bytes + extensions + trailing
  }

  func create(challenge: [UInt8]) -> AttestationResponse {
    let clientData = clientData(.create, challenge: challenge)
    let data = authenticatorData(attested: true)
    let statement = statement ?? (format == "packed" ? packed(data + SHA256.digest(clientData)) : CBOR.map([]))
    let object = CBOR.map([
      (CBOR.text("fmt"), CBOR.text(format)), (CBOR.text("attStmt"), statement), (CBOR.text("authData"), CBOR.bytes(data)),
    ])
    return AttestationResponse(credentialID: credentialID, clientDataJSON: clientData, attestationObject: object)
  }

  func get(challenge: [UInt8]) -> AssertionResponse {
    let clientData = clientData(.get, challenge: challenge)
    let data = authenticatorData(attested: false)
    return AssertionResponse(
      credentialID: credentialID, clientDataJSON: clientData, authenticatorData: data,
      signature: Self.sign(data + SHA256.digest(clientData), key, algorithm))
  }

  /// The statement of a self attestation.
  func packed(_ signed: [UInt8]) -> [UInt8] {
    CBOR.map([
      (CBOR.text("alg"), CBOR.integer(algorithm.rawValue)), (CBOR.text("sig"), CBOR.bytes(Self.sign(signed, key, algorithm))),
    ])
  }

  static func sign(_ message: [UInt8], _ key: OpaquePointer, _ algorithm: COSEAlgorithm) -> [UInt8] {
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    EVP_DigestSignInit_ex(context, nil, algorithm == .edDSA ? nil : "SHA256", nil, nil, key, nil)
    var count = 512
    var signature = [UInt8](repeating: 0, count: count)
    precondition(EVP_DigestSign(context, &signature, &count, message, message.count) == 1)
    return Array(signature[..<count])
  }

  // MARK: Its key

  /// x and y, the point, or the modulus.
  var material: [UInt8] {
    switch algorithm {
    case .es256:
      var point = [UInt8](repeating: 0, count: 65)
      var count = 0
      EVP_PKEY_get_octet_string_param(key, "pub", &point, 65, &count)
      return Array(point[1...])
    case .edDSA:
      var count = 32
      var point = [UInt8](repeating: 0, count: count)
      EVP_PKEY_get_raw_public_key(key, &point, &count)
      return point
    case .rs256:
      var number: OpaquePointer?
      EVP_PKEY_get_bn_param(key, "n", &number)
      defer { BN_free(number) }
      var modulus = [UInt8](repeating: 0, count: 256)
      BN_bn2binpad(number, &modulus, 256)
      return modulus
    }
  }

  var coseKey: [UInt8] { Self.coseKey(algorithm, material) }

  static func coseKey(_ algorithm: COSEAlgorithm, _ material: [UInt8], replacing: [Int64: [UInt8]] = [:]) -> [UInt8] {
    var members: [(Int64, [UInt8])]
    switch algorithm {
    case .es256:
      members = [
        (1, CBOR.integer(2)), (3, CBOR.integer(-7)), (-1, CBOR.integer(1)), (-2, CBOR.bytes(Array(material[..<32]))),
        (-3, CBOR.bytes(Array(material[32...]))),
      ]
    case .edDSA: members = [(1, CBOR.integer(1)), (3, CBOR.integer(-8)), (-1, CBOR.integer(6)), (-2, CBOR.bytes(material))]
    case .rs256: members = [(1, CBOR.integer(3)), (3, CBOR.integer(-257)), (-1, CBOR.bytes(material)), (-2, CBOR.bytes([1, 0, 1]))]
    }
    for index in members.indices { members[index].1 = replacing[members[index].0] ?? members[index].1 }
    return CBOR.map(members.map { (CBOR.integer($0.0), $0.1) })
  }

  static func big(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
  }
}

/// Writes CBOR, as authenticators do.
enum CBOR {
  static func integer(_ value: Int64) -> [UInt8] { value < 0 ? head(1, UInt64(-1 - value)) : head(0, UInt64(value)) }
  static func bytes(_ bytes: [UInt8]) -> [UInt8] { head(2, UInt64(bytes.count)) + bytes }
  static func text(_ text: String) -> [UInt8] { head(3, UInt64(text.utf8.count)) + Array(text.utf8) }
  static func array(_ items: [[UInt8]]) -> [UInt8] { head(4, UInt64(items.count)) + items.flatMap { $0 } }
  static func map(_ members: [([UInt8], [UInt8])]) -> [UInt8] { head(5, UInt64(members.count)) + members.flatMap { $0.0 + $0.1 } }

  static func head(_ major: UInt8, _ value: UInt64) -> [UInt8] {
    switch value {
    case 0..<24: [major << 5 | UInt8(value)]
    case 24..<256: [major << 5 | 24, UInt8(value)]
    case 256..<65536: [major << 5 | 25] + SoftAuthenticator.big(value, 2)
    default: [major << 5 | 26] + SoftAuthenticator.big(value, 4)
    }
  }
}
