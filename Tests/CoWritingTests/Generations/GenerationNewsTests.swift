import Storage
import Testing

@testable import CoWriting

/// What a watcher is told, from any place in a text.
@Suite struct GenerationNewsTests {
  private static let pieces = ["应急", "", "响应，", "a", "😀 end"]
  private static var whole: String { pieces.joined() }

  private static func write(_ id: Int64, _ database: Database) async throws {
    try await database.write { transaction in
      _ = try GenerationStore.begin(id, at: 5, transaction)
      var position: Int64 = 0
      for piece in pieces where !piece.isEmpty {
        try GenerationStore.append(piece, at: position, of: id, transaction)
        position += Int64(piece.utf8.count)
      }
    }
  }

  @Test func eachPlaceIsFollowedByTheRest() async throws {
    try await TestDatabase.with { test in
      let shelf = GenerationShelf(test.database)
      let id = try await shelf.generation(of: try await shelf.document(of: "a"))
      #expect(try await shelf.news(of: id) == .init(place: GenerationPlace(attempt: 0, position: 0), status: .processing))
      try await Self.write(id, test.database)
      let end = GenerationPlace(attempt: 1, position: Int64(Self.whole.utf8.count))
      func check(_ status: JobStatus) async throws {
        for index in Self.whole.unicodeScalars.indices + [Self.whole.endIndex] {
          let position = Self.whole.utf8.distance(from: Self.whole.startIndex, to: index)
          let news = try await shelf.news(of: id, since: GenerationPlace(attempt: 1, position: Int64(position)))
          #expect(news == .init(place: end, text: String(Self.whole[index...]), status: status))
        }
        // Of another attempt: all of it.
        let anew = try await shelf.news(of: id, since: GenerationPlace(attempt: 7, position: 9))
        #expect(anew == .init(place: end, isAnew: true, text: Self.whole, status: status))
        // Beyond the end there is nothing.
        #expect(try await shelf.news(of: id, since: GenerationPlace(attempt: 1, position: 1 << 40)).text == "")
      }
      try await check(.processing)
      try await test.database.write { _ = try GenerationStore.end(id, .init(status: .completed, text: Self.whole), at: 9, $0) }
      try await check(.completed)
      // Nothing that comes late changes it.
      let again = try await test.database.write { try GenerationStore.end(id, .init(status: .failed, text: "x"), at: 10, $0) }
      #expect(!again)
      #expect(try await test.database.write { try GenerationStore.begin(id, at: 11, $0) } == nil)
      try await check(.completed)
    }
  }

  @Test func anotherAttemptBeginsWithNothing() async throws {
    try await TestDatabase.with { test in
      let shelf = GenerationShelf(test.database)
      let id = try await shelf.generation(of: try await shelf.document(of: "a"))
      try await Self.write(id, test.database)
      #expect(try await test.database.write { try GenerationStore.begin(id, at: 6, $0) } == 2)
      let news = try await shelf.news(of: id, since: GenerationPlace(attempt: 1, position: 6))
      #expect(news == .init(place: GenerationPlace(attempt: 2, position: 0), isAnew: true, status: .processing))
    }
  }

  /// Transactions of one commit bring the same beginning, as nobody has heard yet that it is in.
  @Test func aPieceThatIsWrittenTwiceIsThereOnce() async throws {
    try await TestDatabase.with { test in
      let shelf = GenerationShelf(test.database)
      let id = try await shelf.generation(of: try await shelf.document(of: "a"))
      try await test.database.write { try GenerationStore.append("一", at: 0, of: id, $0) }
      try await test.database.write { try GenerationStore.append("一二", at: 0, of: id, $0) }
      try await test.database.write { try GenerationStore.append("三", at: 6, of: id, $0) }
      #expect(try await test.database.read { try GenerationStore.writtenText(of: id, $0) } == "一二三")
    }
  }

  /// However long a text is, a watcher that reads slowly holds a passage of it.
  @Test func aLongTextIsToldInPassages() async throws {
    try await TestDatabase.with { test in
      let shelf = GenerationShelf(test.database)
      let id = try await shelf.generation(of: try await shelf.document(of: "a"))
      let text = String(repeating: "应急😀a", count: 100_000)
      _ = try await test.database.write { try GenerationStore.begin(id, at: 5, $0) }
      try await test.database.write { transaction in
        var (rest, position) = (text[...], Int64(0))
        while !rest.isEmpty {
          let piece = rest.prefix(utf8: GenerationStore.pieceBytesMax)
          try GenerationStore.append(String(piece), at: position, of: id, transaction)
          position += Int64(piece.utf8.count)
          rest = rest[piece.endIndex...]
        }
      }
      func check(_ status: JobStatus) async throws {
        var told = ""
        var news = GenerationService.News(place: GenerationPlace(attempt: 0, position: 0), hasMore: true, status: .processing)
        var count = 0
        while news.hasMore {
          #expect(news.status == .processing)
          news = try await shelf.news(of: id, since: news.place)
          #expect(news.text.utf8.count <= GenerationStore.passageBytesMax && (!news.text.isEmpty || !news.hasMore))
          told += news.text
          count += 1
        }
        #expect(told == text && count > 4 && news.status == status && news.place.position == Int64(text.utf8.count))
      }
      try await check(.processing)
      _ = try await test.database.write { try GenerationStore.end(id, .init(status: .failed, text: text, errorMessage: "断"), at: 9, $0) }
      try await check(.failed)
    }
  }

  @Test func longNewsComeInParts() {
    let text = String(repeating: "应急😀a", count: 10_000)
    let place = GenerationPlace(attempt: 3, position: Int64(text.utf8.count) + 100)
    let news = GenerationService.News(place: place, isAnew: true, text: text, status: .failed, errorMessage: "断")
    let parts = news.parts()
    #expect(parts.count > 6 && parts.map(\.text).joined() == text)
    #expect(parts.allSatisfy { $0.text.utf8.count <= 16_384 && !$0.text.contains("\u{fffd}") })
    var position = place.position - Int64(text.utf8.count)
    for part in parts {
      position += Int64(part.text.utf8.count)
      #expect(part.place == GenerationPlace(attempt: 3, position: position))
    }
    #expect(parts.map(\.isAnew) == [true] + parts.dropFirst().map { _ in false })
    #expect(parts.dropLast().allSatisfy { $0.status == .processing && $0.errorMessage == nil })
    #expect(parts.last?.status == .failed && parts.last?.errorMessage == "断")
    let short = GenerationService.News(place: GenerationPlace(attempt: 1, position: 0), status: .completed)
    #expect(short.parts() == [short])
  }
}

@Suite struct GenerationPlaceTests {
  @Test(arguments: ["", "0-0", "1-2048", "3-9-end"])
  func eventIDsComeBack(_ id: String) throws {
    let place = try #require(GenerationPlace(eventID: id))
    #expect(id.isEmpty ? place == GenerationPlace(attempt: 0, position: 0) : (place.isEnd ? place.endID : place.eventID) == id)
  }

  @Test(arguments: ["1", "-", "1-", "-1", "1--2", "-1-2", "1-2-", "1-2-End", "1-2-end-3", "a-b", "1-9999999999999999999", " 1-2"])
  func whatIsNoneIsRefused(_ id: String) { #expect(GenerationPlace(eventID: id) == nil) }
}
