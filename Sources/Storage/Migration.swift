/// One step of an application's schema. Once released it is never edited: a correction is a new one.
public struct Migration: Sendable {
  /// 1 for the first, then each one more.
  public let number: Int
  /// What it does, in a few words.
  public let name: String
  /// Any number of statements, run in one transaction.
  public let sql: String

  public init(number: Int, name: String, sql: String) {
    self.number = number
    self.name = name
    self.sql = sql
  }

  /// A fingerprint of the SQL (FNV-1a, 64 bits), to notice an edit; nobody has to be kept from forging it.
  var checksum: String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in sql.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
