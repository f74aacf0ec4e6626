internal import CCrypt
internal import Glibc

/// bcrypt by libcrypt, over a hash of the password: bcrypt itself looks at 72 bytes, and 64 Chinese characters are 192.
///
/// One object for each thread: libcrypt works in a block of 32 KiB that its caller provides.
final class Bcrypt {
  /// Two to the power of this many rounds: about a quarter of a second.
  static let cost = 12
  /// What new hashes begin with.
  static let prefix = "$2b$12$"
  static let saltBytes = 16
  /// Characters of the hash itself, behind the prefix and 22 characters of salt.
  static let digestCharacters = 31
  private static let textBytes = 60

  /// Allocated once and given back with the object, which one thread uses.
  private let data = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)

  init() { data.initialize(to: crypt_data()) }

  deinit {
    explicit_bzero(data, MemoryLayout<crypt_data>.size)
    data.deallocate()
  }

  /// Whether `text` is a hash that `digest` can check a password against.
  static func isHash(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count == textBytes, bytes.starts(with: "$2b$".utf8), bytes[6] == UInt8(ascii: "$") else { return false }
    guard let cost = Int(String(decoding: bytes[4..<6], as: UTF8.self)), (4...15).contains(cost) else { return false }
    return bytes[7...].allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"):
        true
      default: false
      }
    }
  }

  /// The setting, `$2b$12$` and a salt, under which a new password is hashed.
  ///
  /// - Parameter salt: 16 random bytes.
  static func setting(salt: [UInt8]) -> String {
    var output = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
    let random = salt.map { CChar(bitPattern: $0) }
    let isMade = crypt_gensalt_rn("$2b$", UInt(cost), random, Int32(random.count), &output, Int32(output.count)) != nil
    precondition(isMade, "libcrypt has no bcrypt")
    return String(decoding: output.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The hash of a password.
  ///
  /// - Parameters:
  ///   - password: UTF-8, of any length, with any bytes: what bcrypt sees is the base64 of its SHA-256.
  ///   - setting: Of `setting(salt:)`, or a hash made earlier, whose salt and cost are then used.
  /// - Returns: The text to store; nil for a setting that is none.
  func digest(password: [UInt8], setting: String) -> String? {
    // 32 bytes leave one character of padding, which other implementations write.
    let prehash = Base64.encode(SHA256.digest(password), .standard) + "="
    guard let result = crypt_rn(prehash, setting, data, Int32(MemoryLayout<crypt_data>.size)) else { return nil }
    return String(cString: result)
  }
}
