/// A password's Argon2id hash as it is stored: the text form of the PHC string format,
/// `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH` with base64 without padding.
struct PasswordHash: Equatable {
  /// The cost of a hash. Decision 14: 19 MiB, two passes, one lane, about 51 ms of one core.
  struct Cost: Equatable {
    /// KiB, 8 for each lane at least.
    var memoryKiB: UInt32
    var passes: UInt32
    var lanes: UInt32

    static let current = Cost(memoryKiB: 19_456, passes: 2, lanes: 1)

    /// What a stored hash may ask for; more would let a damaged row take the machine.
    var isAllowed: Bool {
      (8 * lanes...262_144).contains(memoryKiB) && (1...16).contains(passes)
    }
  }

  static let saltBytes = 16
  static let digestBytes = 32

  var cost: Cost
  var salt: [UInt8]
  var digest: [UInt8]

  var text: String {
    "$argon2id$v=19$m=\(cost.memoryKiB),t=\(cost.passes),p=\(cost.lanes)$\(Base64.encode(salt, .standard))$\(Base64.encode(digest, .standard))"
  }

  init(cost: Cost, salt: [UInt8], digest: [UInt8]) {
    self.cost = cost
    self.salt = salt
    self.digest = digest
  }

  /// Reads the text form; nil for anything else, other algorithms and versions included.
  init?(text: String) {
    let parts = Array(text.utf8).split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0].isEmpty, parts[1].elementsEqual("argon2id".utf8), parts[2].elementsEqual("v=19".utf8) else {
      return nil
    }
    let values = parts[3].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    guard values.count == 3, let memory = Self.number(values[0], name: "m"), let passes = Self.number(values[1], name: "t"),
      let lanes = Self.number(values[2], name: "p"), (1...16).contains(lanes)
    else { return nil }
    cost = Cost(memoryKiB: memory, passes: passes, lanes: lanes)
    guard cost.isAllowed, let salt = Base64.decode(parts[4], .standard), let digest = Base64.decode(parts[5], .standard),
      (8...64).contains(salt.count), (16...64).contains(digest.count)
    else { return nil }
    self.salt = salt
    self.digest = digest
  }

  private static func number(_ text: ArraySlice<UInt8>, name: Character) -> UInt32? {
    let text = String(decoding: text, as: UTF8.self)
    guard text.hasPrefix("\(name)="), let number = UInt32(text.dropFirst(2)), String(number) == text.dropFirst(2) else { return nil }
    return number
  }
}
