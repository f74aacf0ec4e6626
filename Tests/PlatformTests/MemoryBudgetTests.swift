import Platform
import Testing

@Suite struct MemoryBudgetTests {
  private let free = MemoryBudget.freeBytes

  @Test func smallOnesAreNotCounted() {
    let budget = MemoryBudget(bytesMax: 1)
    let hold = MemoryHold(budget)
    #expect(hold.grew(to: free))
    #expect(!hold.grew(to: free + 1))
    hold.set(to: free)
    #expect(budget.heldBytes == 0)
  }

  @Test func oneIsCountedOnceHoweverItGrows() {
    let budget = MemoryBudget(bytesMax: free * 4)
    let hold = MemoryHold(budget)
    for size in [free * 2, free * 3, free * 4] { #expect(hold.grew(to: size)) }
    #expect(!hold.grew(to: free * 4 + 1))
    #expect(budget.heldBytes == free * 4)
  }

  @Test func whatEndsMakesRoomForOthers() {
    let budget = MemoryBudget(bytesMax: free * 4)
    var first: MemoryHold? = MemoryHold(budget)
    #expect(first?.grew(to: free * 3) == true)
    let second = MemoryHold(budget)
    #expect(!second.grew(to: free * 3))
    first = nil
    #expect(second.grew(to: free * 3))
  }

  @Test func whatCannotBeRefusedIsCountedAllTheSame() {
    let budget = MemoryBudget(bytesMax: free * 4)
    var first: MemoryHold? = MemoryHold(budget)
    first?.set(to: free * 9)
    #expect(budget.heldBytes == free * 9)
    let second = MemoryHold(budget)
    #expect(!second.grew(to: free * 2))
    first?.set(to: free * 2)
    #expect(second.grew(to: free * 2))
    first = nil
    #expect(budget.heldBytes == free * 2)
  }
}
