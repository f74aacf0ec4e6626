import Testing

@testable import Typesetting

@Suite struct TableColumnsTests {
  @Test func tableFillsTheWidth() {
    let widths = TableColumns.widths(least: [10, 10], most: [30, 10], room: 80)
    #expect(widths == [60, 20])
  }

  @Test func shortColumnsDoNotWrapForLongOnes() {
    let widths = TableColumns.widths(least: [10, 10, 10], most: [30, 2_000, 500], room: 300)
    #expect(widths[0] == 30)
    #expect(widths[1] > widths[2] && widths[2] > 60)
    #expect(widths[1] < 3 * widths[2])
    #expect(abs(widths.reduce(0, +) - 300) < 0.01)
  }

  @Test func oneLongWordDoesNotStarveTheRest() {
    let widths = TableColumns.widths(least: [400, 20, 20, 20], most: [400, 90, 300, 60], room: 400)
    #expect(widths[0] <= 150 && widths.allSatisfy { $0 >= 40 })
  }

  @Test func longWordsGetRoomFromOthers() {
    let widths = TableColumns.widths(least: [100, 10], most: [160, 3_000], room: 300)
    #expect(widths[0] >= 99.9)
    #expect(abs(widths.reduce(0, +) - 300) < 0.01)
  }
}
