import Net
import Platform
import Testing

@testable import HTTP

@Suite struct AbuseBudgetTests {
  private let start = MonotonicInstant(nanoseconds: 1_000_000_000_000)

  @Test func theBurstIsAllowedAndTheNextIsNot() {
    var budget = AbuseBudget(burst: 10, perSecond: 1, now: start)
    for _ in 0..<10 { budget.count(.selfReset, start) }
    #expect(budget.exceeded == nil)
    budget.count(.priority, start)
    #expect(budget.exceeded == .priority)
  }

  @Test func timeRefillsUpToTheBurst() {
    var budget = AbuseBudget(burst: 10, perSecond: 5, now: start)
    for _ in 0..<10 { budget.count(.emptyData, start) }
    let later = start + .seconds(1)
    for _ in 0..<5 { budget.count(.emptyData, later) }
    #expect(budget.exceeded == nil)
    let muchLater = start + .seconds(1_000_000)
    for _ in 0..<10 { budget.count(.emptyData, muchLater) }
    #expect(budget.exceeded == nil)
    budget.count(.emptyData, muchLater)
    #expect(budget.exceeded == .emptyData)
  }

  @Test func answersToWhatWeSentAreFree() {
    var budget = AbuseBudget(burst: 1, perSecond: 1, now: start)
    for _ in 0..<1000 {
      budget.sentFrame(isData: true)
      budget.count(.ping, start)
      for _ in 0..<10 { budget.count(.windowUpdate, start) }
    }
    #expect(budget.exceeded == nil)
  }

  @Test func freeAnswersDoNotPileUpForEver() {
    var budget = AbuseBudget(burst: 10, perSecond: 1, now: start)
    for _ in 0..<100_000 { budget.sentFrame(isData: false) }
    for _ in 0..<200 { budget.count(.ping, start) }
    #expect(budget.exceeded == .ping)
  }
}
