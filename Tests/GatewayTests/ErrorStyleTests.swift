import Testing

@testable import Gateway

struct ErrorStyleTests {
  @Test(arguments: [
    ("/api/v1", ErrorStyle.envelope), ("/api/v1/", .envelope), ("/api/v2/projects", .envelope), ("/api/v10/x/y", .envelope),
    ("/api/v", .detail), ("/api/vx/projects", .detail), ("/api/v1x/projects", .detail), ("/api/tickets", .detail), ("/", .detail),
    ("", .detail),
    ("/api/visits", .detail), ("/v1/projects", .detail),
    ("/oauth/token", .oauth), ("/oauth/token/", .oauth), ("/oauth/revoke", .oauth), ("/oauth/introspect", .oauth),
    ("/oauth/userinfo", .detail),
    ("/oauth/authorize", .detail), ("/oauth/tokens", .detail), ("/oauth/token/x", .detail), ("/api/oauth/token", .detail),
  ])
  func followsThePathAlone(path: String, expected: ErrorStyle) {
    #expect(ErrorStyle(path: Array(path.utf8).span) == expected)
  }
}
