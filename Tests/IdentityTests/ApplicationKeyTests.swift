import Platform
import Testing

@testable import Identity

@Suite struct ApplicationKeyTests {
  private func hash(_ byte: UInt8) throws -> ApplicationKeyHash {
    ApplicationKeyHash(secret: try HashSecret(bytes: [UInt8](repeating: byte, count: 32)))
  }

  @Test func aKeyIsReadAsItWasMade() throws {
    for seed in 0..<100 as Range<UInt64> {
      let key = ApplicationKey(random: SeededRandom(seed: seed))
      #expect(key.text.utf8.count == 52)
      #expect(key.text.hasPrefix("sk-"))
      #expect(key.text.utf8.dropFirst(3).allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "z") ~= $0 })
      #expect(try #require(ApplicationKey(key.text)) == key)
    }
  }

  @Test func noTwoKeysAreAlike() {
    let random = SystemRandom()
    #expect(Set((0..<1000).map { _ in ApplicationKey(random: random).text }).count == 1000)
  }

  @Test func everyWrongCharacterIsNoticed() {
    let text = Array(ApplicationKey(random: SeededRandom(seed: 7)).text.utf8)
    for index in text.indices {
      for other in [UInt8(ascii: "0"), UInt8(ascii: "z"), UInt8(ascii: "-"), 0, 0xff] where other != text[index] {
        var wrong = text
        wrong[index] = other
        #expect(ApplicationKey(String(decoding: wrong, as: UTF8.self)) == nil)
      }
    }
    for index in 4..<text.count where text[index] != text[index - 1] {
      var swapped = text
      swapped.swapAt(index, index - 1)
      #expect(ApplicationKey(String(decoding: swapped, as: UTF8.self)) == nil)
    }
  }

  @Test(arguments: ["", "sk-", "sk-1234567890abcdef", String(repeating: "s", count: 52), "sk-" + String(repeating: "0", count: 49)])
  func whatCannotBeAKeyIsNone(text: String) {
    #expect(ApplicationKey(text) == nil)
  }

  @Test func aMaskShowsTheEndingOnly() {
    let key = ApplicationKey(random: SeededRandom(seed: 1))
    let masked = ApplicationKey.masked(ending: key.ending)
    #expect(masked == "sk-************" + key.text.suffix(4))
    #expect(ApplicationKey(masked) == nil)
  }

  @Test func theHashDependsOnKeyAndSecret() throws {
    let (first, second) = (ApplicationKey(random: SeededRandom(seed: 1)), ApplicationKey(random: SeededRandom(seed: 2)))
    let hash = try hash(1)
    #expect(hash.digest(of: first).count == 32)
    #expect(hash.digest(of: first) == (try self.hash(1)).digest(of: first))
    #expect(hash.digest(of: first) != hash.digest(of: second))
    #expect(hash.digest(of: first) != (try self.hash(2)).digest(of: first))
  }

  /// The check value that catalogues of such codes give for "123456789".
  @Test func theCheckIsTheOneOfZIP() {
    #expect(CyclicRedundancyCheck.crc32("123456789".utf8) == 0xcbf4_3926)
  }
}
