import Testing

@testable import RPC

/// google/api/http.proto, "Path template syntax".
@Suite struct PathTemplateTests {
  @Test func aPathOfLiterals() throws {
    let template = try PathTemplate("/api/auth/send-code")
    #expect(template.segments == [.literal("api"), .literal("auth"), .literal("send-code")])
    #expect(template.variables.isEmpty)
    #expect(template.verb == nil)
  }

  @Test func theRoot() throws {
    #expect(try PathTemplate("/").segments.isEmpty)
  }

  @Test func aVariableIsOneSegment() throws {
    let template = try PathTemplate("/api/tickets/{ticket_id}")
    #expect(template.segments == [.literal("api"), .literal("tickets"), .any])
    #expect(template.variables == [.init(fieldPath: ["ticket_id"], segments: 2..<3)])
  }

  @Test func aVariableCoversItsSegments() throws {
    let template = try PathTemplate("/v1/{book.name=shelves/*/books/*}/pages/{page}:archive")
    #expect(
      template.segments == [.literal("v1"), .literal("shelves"), .any, .literal("books"), .any, .literal("pages"), .any])
    #expect(
      template.variables == [
        .init(fieldPath: ["book", "name"], segments: 1..<5), .init(fieldPath: ["page"], segments: 6..<7),
      ])
    #expect(template.verb == "archive")
  }

  @Test func twoStarsTakeTheRest() throws {
    let template = try PathTemplate("/files/{path=**}")
    #expect(template.segments == [.literal("files"), .rest])
    #expect(template.variables.map(\.segments) == [1..<2])
    #expect(try PathTemplate("/files/**:download").verb == "download")
  }

  @Test(arguments: [
    "", "api", "//", "/api/", "/api//x", "/{}", "/{x", "/{x}y", "/x}", "/{x=}", "/{x={y}}", "/{1x}", "/{x.}", "/**/x", "/a/***", "/a:",
    "/a:b:c", "/a b", "/a?x=1", "/{x}/{x}", "/工单", "/a%20b", "/a:b/c",
  ])
  func refuses(template: String) {
    #expect(throws: PathTemplateError.self) { try PathTemplate(template) }
  }

  @Test func theErrorSaysWhere() {
    #expect(throws: PathTemplateError(template: "/a/{x", offset: 5, reason: "} is missing")) { try PathTemplate("/a/{x") }
  }
}
