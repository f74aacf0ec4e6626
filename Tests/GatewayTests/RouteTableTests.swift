import Testing

@testable import Gateway

struct RouteTableTests {
  private typealias Table = RouteTable<String>

  /// Routes written as in a proto: `*` for one segment, `**` for the rest.
  private static func table(_ routes: [(String, String)]) throws -> Table {
    var table = Table()
    for (method, path) in routes {
      let segments = path.split(separator: "/").map { piece -> Table.Segment in
        switch piece {
        case "*": .any
        case "**": .rest
        default: .literal(Array(piece.utf8))
        }
      }
      try table.insert(method: method, segments: segments, path: path, target: "\(method) \(path)")
    }
    return table
  }

  private static func tickets() throws -> Table {
    try table([
      ("GET", "/api/tickets"), ("POST", "/api/tickets"), ("GET", "/api/tickets/*"), ("PUT", "/api/tickets/*"), ("DELETE", "/api/tickets/*"),
      ("GET", "/api/projects/me"), ("GET", "/api/projects/*"), ("DELETE", "/api/projects/*"), ("POST", "/api/projects/*/files"),
      ("GET", "/files/**"), ("GET", "/"),
    ])
  }

  /// What a look-up says, as one line.
  private static func describe(_ table: Table, _ method: String, _ path: String) -> String {
    switch table.find(method: method, path: Array(path.utf8).span) {
    case .found(let target, _): target
    case .methodNotAllowed(let allow): "405 \(allow)"
    case .notFound: "404"
    }
  }

  @Test(arguments: [
    ("GET", "/api/tickets", "GET /api/tickets"),
    ("GET", "/api/tickets/", "GET /api/tickets"),
    ("POST", "/api/tickets", "POST /api/tickets"),
    ("HEAD", "/api/tickets", "GET /api/tickets"),
    ("GET", "/api/tickets/507f1f77bcf86cd799439012", "GET /api/tickets/*"),
    ("GET", "/api/tickets/507f1f77bcf86cd799439012/", "GET /api/tickets/*"),
    ("GET", "/api/tickets/a%2Fb", "GET /api/tickets/*"),
    ("GET", "/api/%74ickets", "GET /api/tickets"),
    ("GET", "/api/projects/me", "GET /api/projects/me"),
    ("GET", "/api/projects/you", "GET /api/projects/*"),
    ("DELETE", "/api/projects/me", "DELETE /api/projects/*"),
    ("POST", "/api/projects/me/files", "POST /api/projects/*/files"),
    ("GET", "/files", "GET /files/**"),
    ("GET", "/files/a/b/c", "GET /files/**"),
    ("GET", "/", "GET /"),
  ])
  func findsTheRoute(method: String, path: String, expected: String) throws {
    #expect(Self.describe(try Self.tickets(), method, path) == expected)
  }

  @Test(arguments: [
    "/api", "/api/ticket", "/api/ticketsx", "/API/tickets", "//api/tickets", "/api//tickets", "/api/tickets//", "/api/tickets/a/b", "",
    "api/tickets",
    "*", "/api/%zzickets", "/api/projects//files", "/" + String(repeating: "a/", count: 100),
  ])
  func knowsNoSuchPath(path: String) throws {
    #expect(Self.describe(try Self.tickets(), "GET", path) == "404")
  }

  @Test(arguments: [
    ("PATCH", "/api/tickets", "405 GET, HEAD, OPTIONS, POST"),
    ("POST", "/api/tickets/1", "405 DELETE, GET, HEAD, OPTIONS, PUT"),
    ("GET", "/api/projects/1/files", "405 OPTIONS, POST"),
    ("PUT", "/api/projects/me", "405 DELETE, GET, HEAD, OPTIONS"),
    ("HEAD", "/api/projects/1/files", "405 OPTIONS, POST"),
    ("get", "/api/tickets", "405 GET, HEAD, OPTIONS, POST"),
  ])
  func saysWhichMethodsThePathHas(method: String, path: String, expected: String) throws {
    #expect(Self.describe(try Self.tickets(), method, path) == expected)
  }

  @Test func givesTheRangesOfTheSegments() throws {
    let path = Array("/api/tickets/abc/".utf8)
    guard case .found(_, let segments) = try Self.tickets().find(method: "GET", path: path.span) else {
      Issue.record("not found")
      return
    }
    #expect(segments.map { String(decoding: path[$0], as: UTF8.self) } == ["api", "tickets", "abc"])
  }

  @Test func aVerbBehindAColonIsPartOfTheRoute() throws {
    var table = try Self.tickets()
    let segments: [Table.Segment] = [.literal(Array("api".utf8)), .literal(Array("tickets".utf8)), .any]
    try table.insert(method: "POST", segments: segments, verb: "close", path: "/api/tickets/*:close", target: "close")
    #expect(Self.describe(table, "POST", "/api/tickets/1:close") == "close")
    #expect(Self.describe(table, "GET", "/api/tickets/1:close") == "405 OPTIONS, POST")
    #expect(Self.describe(table, "GET", "/api/tickets/1:open") == "GET /api/tickets/*")
    #expect(Self.describe(table, "POST", "/api/tickets/:close") == "405 DELETE, GET, HEAD, OPTIONS, PUT")
  }

  @Test func refusesTwoRoutesThatAreOne() throws {
    #expect(throws: RouteTable<String>.Conflict.self) { try Self.table([("GET", "/a/*"), ("GET", "/a/*")]) }
    #expect(throws: RouteTable<String>.Conflict.self) { try Self.table([("GET", "/a/**"), ("GET", "/a/**")]) }
    #expect(throws: Never.self) { try Self.table([("GET", "/a/*"), ("PUT", "/a/*"), ("GET", "/a/b"), ("GET", "/a/**")]) }
  }
}
