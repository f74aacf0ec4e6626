import Testing

@testable import CustomerService

@Suite struct ContractTests {
  private var signed: Contract {
    var contract = Contract.sample("c", of: "a", createdAt: 1)
    contract.contentMarkdown = "caf\u{e9}"
    contract.isSigned = true
    return contract
  }

  @Test func otherWordsAreUnsigned() {
    var contract = signed
    let isChanged1 = contract.rewrite(title: nil, content: "other words")
    #expect(isChanged1)
    #expect(contract.contentMarkdown == "other words" && !contract.isSigned)
  }

  @Test func aNewTitleOrTheSameWordsLeaveTheSignature() {
    var contract = signed
    let isChanged2 = contract.rewrite(title: "新标题", content: contract.contentMarkdown)
    #expect(isChanged2)
    #expect(contract.title == "新标题" && contract.isSigned)
    let isChanged3 = contract.rewrite(title: "新标题", content: nil)
    #expect(!isChanged3)
    let isChanged4 = contract.rewrite(title: nil, content: nil)
    #expect(!isChanged4)
    #expect(contract.isSigned)
  }

  @Test func anotherSpellingIsOtherWords() {
    var contract = signed
    // Equal to Swift, not to whoever compares what was signed.
    let isChanged5 = contract.rewrite(title: nil, content: "cafe\u{301}")
    #expect(isChanged5)
    #expect(!contract.isSigned && contract.contentMarkdown.unicodeScalars.count == 5)
  }

  @Test func onlyItsOwnerMayRead() throws {
    try signed.require(owner: "a")
    #expect(throws: CustomerServiceError.foreignContract) { try signed.require(owner: "b") }
  }
}
