import Testing

@testable import HTTP

@Suite struct ReceiveBudgetTests {
  private let free = ReceiveBudget.freeBytes

  @Test func smallRequestsAreNotCounted() {
    let budget = ReceiveBudget(bytesMax: 1)
    let hold = ReceiveHold(budget)
    #expect(hold.grew(to: free))
    #expect(!hold.grew(to: free + 1))
  }

  @Test func aRequestIsCountedOnceHoweverItGrows() {
    let budget = ReceiveBudget(bytesMax: free * 4)
    let hold = ReceiveHold(budget)
    for size in [free * 2, free * 3, free * 4] { #expect(hold.grew(to: size)) }
    #expect(!hold.grew(to: free * 4 + 1))
  }

  @Test func whatEndsMakesRoomForOthers() {
    let budget = ReceiveBudget(bytesMax: free * 4)
    var first: ReceiveHold? = ReceiveHold(budget)
    #expect(first?.grew(to: free * 3) == true)
    let second = ReceiveHold(budget)
    #expect(!second.grew(to: free * 3))
    first = nil
    #expect(second.grew(to: free * 3))
  }
}
