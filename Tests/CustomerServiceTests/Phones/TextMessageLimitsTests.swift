import Identity
import Logging
import Platform
import Testing

@testable import CustomerService

@Suite struct TextMessageLimitsTests {
  private let time = ManualTime()
  private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  /// How many of `tries` are let through.
  private func sent(_ tries: Int, _ limits: TextMessageLimits, number: (Int) -> String, address: (Int) -> String) -> Int {
    (0..<tries).count { index in
      do throws(CustomerServiceError) {
        try limits.check(number(index), from: address(index), logger)
      } catch {
        return false
      }
      limits.count(number(index), from: address(index))
      return true
    }
  }

  @Test func aNumberGetsTenAnHour() {
    let limits = TextMessageLimits(isOn: true, time: time)
    #expect(sent(20, limits, number: { _ in "13800000000" }, address: { "192.0.2.\($0)" }) == 10)
    time.advance(by: .seconds(361))
    #expect(sent(20, limits, number: { _ in "13800000000" }, address: { "192.0.2.\($0)" }) == 1)
  }

  @Test func anAddressCausesThirtyAnHour() {
    let limits = TextMessageLimits(isOn: true, time: time)
    #expect(sent(50, limits, number: { "138\($0)" }, address: { _ in "192.0.2.1" }) == 30)
    // A network of IPv6 is one address.
    #expect(sent(50, limits, number: { "139\($0)" }, address: { "2001:db8::\($0)" }) == 30)
  }

  @Test func allTogetherCauseAThousandAnHour() {
    let limits = TextMessageLimits(isOn: true, time: time)
    #expect(sent(1100, limits, number: { "138\($0)" }, address: { "10.0.\($0 / 250).\($0 % 250)" }) == 1000)
  }

  @Test func offLiftsThemAll() {
    let limits = TextMessageLimits(isOn: false, time: time)
    #expect(sent(1100, limits, number: { _ in "13800000000" }, address: { _ in "192.0.2.1" }) == 1100)
  }

  @Test func whatIsCheckedOnlyDoesNotCount() throws {
    let limits = TextMessageLimits(isOn: true, time: time)
    for _ in 0..<100 { try limits.check("13800000000", from: "192.0.2.1", logger) }
  }
}
