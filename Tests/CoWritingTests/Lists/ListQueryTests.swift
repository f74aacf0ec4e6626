import CoWritingAPI
import Protobuf
import Testing

@testable import CoWriting

@Suite struct ListQueryTests {
  @Test func whatIsAbsentHasTheDocumentedDefault() {
    let query = ListQuery(CoWritingV1.ListProjectsRequest())
    #expect(query == ListQuery())
    #expect(query.page.number == 1 && query.page.size == 20 && query.page.skip == 0)
    #expect(query.sort.text == "created_at desc" && query.window.isOpen)
  }

  @Test func aDirectionAloneIsOfTheUsualColumn() {
    let request = CoWritingV1.ListProjectsRequest.with { $0.sortOrder = "asc" }
    #expect(ListQuery(request).sort.text == "created_at asc")
    let other = CoWritingV1.ListProjectsRequest.with { $0.sortBy = "name" }
    #expect(ListQuery(other).sort.text == "name desc")
  }

  @Test(arguments: [(0, 20, 0), (1, 20, 1), (20, 20, 1), (21, 20, 2), (100, 1, 100), (.max - 100, 100, .max)] as [(Int64, Int32, Int32)])
  func pagesAreRoundedUp(total: Int64, size: Int32, pages: Int32) {
    #expect(ListPage(number: 1, size: size).pages(of: total) == pages)
  }

  @Test func theFarthestPageIsANumber() {
    #expect(ListPage(number: .max, size: 100).skip == (Int64(Int32.max) - 1) * 100)
  }

  @Test func aWindowHasItsFirstMomentAndNotItsLast() {
    let window = ListWindow(after: GoogleProtobuf.Timestamp(microseconds: 5), before: GoogleProtobuf.Timestamp(microseconds: 9))
    #expect(window.after == 5 && window.before == 9 && !window.isOpen)
  }

  @Test func keywordsLoseTheCaseOfASCIIOnly() {
    #expect(ListKeyword.folded("ABC%_É应急") == "abc%_É应急")
    #expect(ListKeyword.folded("") == nil && ListKeyword.folded(nil) == nil)
  }

  @Test func ownersAreARange() {
    #expect(ListOwners.everybody.contains(7) && ListOwners.only(7).contains(7))
    #expect(!ListOwners.only(7).contains(8) && !ListOwners.nobody.contains(7))
    #expect(ListOwners.only(7).one == 7 && ListOwners.everybody.one == nil && ListOwners.nobody.one == nil)
  }
}
