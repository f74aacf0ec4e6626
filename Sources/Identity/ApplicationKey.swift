public import Platform

/// The text of an application key: `sk-`, 43 characters of chance (256 bits) and six that check the others.
///
/// With the check a mistyped or invented key is refused without a look anywhere, and tools that search code for secrets
/// know one when they see it.
public struct ApplicationKey: Sendable, Equatable {
  public static let prefix = "sk-"
  /// Characters of the whole text.
  public static let length = prefix.utf8.count + randomDigits + checkDigits
  /// How many characters at the end are shown of a key that is no longer known.
  public static let shownDigits = 4

  private static let randomDigits = 43
  private static let checkDigits = 6
  private static let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

  /// The whole key: for its owner's eyes, once.
  public let text: String

  /// A new key.
  public init(random: any RandomSource) {
    var bytes = Array(Self.prefix.utf8)
    for _ in 0..<Self.randomDigits { bytes.append(Self.digits[Int(random.number(below: UInt64(Self.digits.count)))]) }
    bytes.append(contentsOf: Self.check(of: bytes[...]))
    text = String(decoding: bytes, as: UTF8.self)
  }

  /// A key that somebody shows; nil for a text that cannot be one.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == Self.length, bytes.starts(with: Self.prefix.utf8) else { return nil }
    let checked = bytes.count - Self.checkDigits
    guard bytes[checked...].elementsEqual(Self.check(of: bytes[..<checked])) else { return nil }
    self.text = text
  }

  /// Whether a bearer token means to be a key; no other token of ours begins so.
  public static func isMeant(by token: String) -> Bool { token.utf8.starts(with: prefix.utf8) }

  /// What may be kept in the clear to tell keys apart.
  public var ending: String { String(decoding: text.utf8.suffix(Self.shownDigits), as: UTF8.self) }

  /// How a key is shown of which only the ending is known.
  public static func masked(ending: String) -> String { prefix + String(repeating: "*", count: 12) + ending }

  private static func check(of bytes: ArraySlice<UInt8>) -> [UInt8] {
    var rest = CyclicRedundancyCheck.crc32(bytes)
    var check: [UInt8] = []
    for _ in 0..<checkDigits {
      check.append(digits[Int(rest % UInt32(digits.count))])
      rest /= UInt32(digits.count)
    }
    return check
  }
}

/// Finds keys by a keyed hash, so that neither the database nor the memory of the server holds a key, and a look-up takes
/// no time that tells anything about keys that exist.
public struct ApplicationKeyHash: Sendable {
  private let authenticator: MessageAuthenticator

  public init(secret: HashSecret) { authenticator = secret.derived(for: "weft application keys") }

  /// 32 bytes.
  public func digest(of key: ApplicationKey) -> [UInt8] { authenticator.code(Array(key.text.utf8)) }
}
