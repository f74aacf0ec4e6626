import Testing

@testable import Gateway

struct MediaTypeTests {
  @Test(arguments: [
    (nil, MediaType.absent),
    ("application/json", .json),
    ("Application/JSON; charset=UTF-8", .json),
    ("application/json;charset=\"utf-8\"; profile=x", .json),
    ("application/merge-patch+json", .json),
    ("application/x-www-form-urlencoded", .form),
    ("application/x-www-form-urlencoded; charset=utf-8", .form),
    ("application/json; charset=gbk", .other),
    ("application/x-www-form-urlencoded; charset=latin1", .other),
    ("text/json", .other), ("text/plain", .other), ("multipart/form-data; boundary=x", .other), ("", .other), ("json", .other),
    ("application/jsonx", .other), (";", .other),
  ])
  func isReadFromTheHeader(header: String?, expected: MediaType) {
    #expect(MediaType(header: header) == expected)
  }

  @Test(arguments: [
    ("application/problem+json", true),
    ("text/html, application/Problem+JSON;q=0.5", true),
    ("application/json", false), ("*/*", false), ("application/*", false), ("", false),
    ("application/problem+json;q=0", false), ("application/problem+jsonx", false),
  ])
  func problemDetailsAreAskedForByName(accept: String, expected: Bool) {
    #expect(acceptsProblemDetails(accept) == expected)
  }
}
