import Platform
import Testing

@testable import Identity

@Suite struct OneTimeCodeTests {
  let time = ManualTime()
  let binding = CodeBinding(channel: "email", address: "user@example.com", purpose: "register")

  func codes(seed: UInt64 = 1) throws -> OneTimeCodes {
    let secret = try HashSecret(bytes: Array(repeating: UInt8(ascii: "s"), count: 32))
    return OneTimeCodes(secret: secret, time: time, random: SeededRandom(seed: seed))
  }

  @Test func sixDigitsAndTheyAreNotWhatIsStored() throws {
    let (digits, stored) = try codes().make(for: binding)
    #expect(digits.utf8.count == 6)
    #expect(digits.utf8.filter { !(48...57).contains($0) } == [])
    #expect(stored.digest.count == 32)
    #expect(stored.expiresAt == time.wallMicroseconds + 600_000_000)
  }

  @Test func theRightDigitsAreAccepted() throws {
    let codes = try codes()
    let (digits, stored) = codes.make(for: binding)
    #expect(codes.check(digits, against: stored, for: binding) == .accepted)
  }

  @Test func fiveWrongTriesEndIt() throws {
    let codes = try codes()
    let (digits, made) = codes.make(for: binding)
    let wrong = digits == "000000" ? "000001" : "000000"
    var stored = made
    for failures in 1...4 {
      guard case .wrong(let changed) = codes.check(wrong, against: stored, for: binding) else {
        Issue.record("try \(failures) was to be wrong")
        return
      }
      #expect(changed.failures == failures)
      stored = changed
    }
    #expect(codes.check(digits, against: stored, for: binding) == .accepted, "the fifth try may still be right")
    #expect(codes.check(wrong, against: stored, for: binding) == .ended)
    stored.failures = 5
    #expect(codes.check(digits, against: stored, for: binding) == .ended, "after five even the right digits are not")
  }

  @Test func tenMinutesEndIt() throws {
    let codes = try codes()
    let (digits, stored) = codes.make(for: binding)
    time.advance(by: .seconds(599))
    #expect(codes.check(digits, against: stored, for: binding) == .accepted)
    time.advance(by: .seconds(1))
    #expect(codes.check(digits, against: stored, for: binding) == .ended)
  }

  @Test(arguments: [
    CodeBinding(channel: "sms", address: "user@example.com", purpose: "register"),
    CodeBinding(channel: "email", address: "other@example.com", purpose: "register"),
    CodeBinding(channel: "email", address: "user@example.com", purpose: "contact"),
    CodeBinding(channel: "emailu", address: "ser@example.com", purpose: "register"),
  ])
  func itIsWorthNothingElsewhere(other: CodeBinding) throws {
    let codes = try codes()
    let (digits, stored) = codes.make(for: binding)
    guard case .wrong = codes.check(digits, against: stored, for: other) else {
      Issue.record("accepted for \(other)")
      return
    }
  }

  @Test(arguments: ["", "12345", "1234567", "abcdef", "１２３４５６", "000000\u{0}", " 000000"])
  func whatIsNoCodeIsWrong(digits: String) throws {
    let codes = try codes()
    let (_, stored) = codes.make(for: binding)
    guard case .wrong = codes.check(digits, against: stored, for: binding) else {
      Issue.record("\(digits) was not wrong")
      return
    }
  }

  @Test func anotherSecretHashesOtherwise() throws {
    let (digits, stored) = try codes().make(for: binding)
    let secret = try HashSecret(bytes: Array(repeating: UInt8(ascii: "t"), count: 32))
    let others = OneTimeCodes(secret: secret, time: time, random: SystemRandom())
    #expect(others.check(digits, against: stored, for: binding) != .accepted)
  }

  /// 20,000 draws into ten bins by the first digit: each within five standard deviations of a tenth.
  @Test func everyFirstDigitIsAsLikely() throws {
    let codes = try codes(seed: 42)
    var counts = [Int](repeating: 0, count: 10)
    for _ in 0..<20_000 { counts[Int(codes.make(for: binding).digits.utf8.first ?? 48) - 48] += 1 }
    for count in counts { #expect(abs(count - 2_000) < 5 * 43) }
  }
}
