import Platform
import Testing

@testable import CoWriting

struct PasswordTriesTests {
  private func isRefused(_ account: String, _ tries: PasswordTries) -> Bool {
    do throws(CoWritingError) {
      try tries.admit(account)
      return false
    } catch {
      guard case .rateLimited(let state) = error else { return false }
      return state.remaining == 0 && state.wait > .zero
    }
  }

  @Test func anAccountIsTriedSoOftenAndNoMore() {
    let time = ManualTime()
    let tries = PasswordTries(isOn: true, time: time)
    for _ in 0..<PasswordTries.limit { #expect(!isRefused("zhangsan", tries)) }
    #expect(isRefused("zhangsan", tries))
    #expect(!isRefused("lisi", tries))
    time.advance(by: .seconds(599))
    #expect(isRefused("zhangsan", tries))
    time.advance(by: .seconds(1))
    #expect(!isRefused("zhangsan", tries))
  }

  @Test func nothingIsRefusedWhereRatesAreNotLimited() {
    let tries = PasswordTries(isOn: false, time: ManualTime())
    for _ in 0..<PasswordTries.limit + 10 { #expect(!isRefused("zhangsan", tries)) }
  }
}
