import Testing

@testable import ApplicationSupport

struct UploadSlotsTests {
  @Test func aUserHasEight() throws {
    let slots = UploadSlots()
    for _ in 0..<UploadSlots.userMax { try slots.enter("a") }
    #expect(throws: UploadSlots.Full.ofUser) { try slots.enter("a") }
    try slots.enter("b")
    slots.leave("a")
    try slots.enter("a")
  }

  @Test func everybodyTogetherHasSixtyFour() throws {
    let slots = UploadSlots()
    for index in 0..<UploadSlots.processMax { try slots.enter("\(index / UploadSlots.userMax)") }
    #expect(throws: UploadSlots.Full.ofAll) { try slots.enter("another") }
    slots.leave("0")
    try slots.enter("another")
  }

  @Test func leavingTwiceGivesNothing() throws {
    let slots = UploadSlots()
    slots.leave("a")
    for _ in 0..<UploadSlots.userMax { try slots.enter("a") }
    #expect(throws: UploadSlots.Full.ofUser) { try slots.enter("a") }
  }
}
