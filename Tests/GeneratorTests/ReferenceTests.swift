import Foundation
import Generator
import Protobuf
import Testing

/// What the generator makes of the awkward protos is reviewed and committed. On a difference the new output is written over the old one, to be looked at
/// with `git diff`, and the test fails.
@Suite struct ReferenceTests {
  private static let folder = ProtocRequest.root.appendingPathComponent("codegen/Reference")

  @Test(arguments: [
    (
      [
        "reference/legacy.proto", "reference/names.proto", "reference/other/imported.proto", "reference/recursive.proto",
        "reference/scalars.proto",
      ],
      "module=ReferenceMessages", "."
    ),
    (["services/kinds.proto", "services/rest.proto"], "module=ReferenceServices,openapi=openapi.json,routes=routes.md", "Services"),
  ])
  func outputIsAsReviewed(protos: [String], parameter: String, subfolder: String) async throws {
    let request = try await ProtocRequest.make(folder: Self.folder.appendingPathComponent("Protos"), files: protos, parameter: parameter)
    let response = Plugin.respond(to: request)
    #expect(response.error == nil)
    #expect(response.file.count >= protos.count)
    for file in response.file {
      let name = try #require(file.name)
      let committed = Self.folder.appendingPathComponent(subfolder).appendingPathComponent(name)
      let content = try #require(file.content)
      let old = try? String(contentsOf: committed, encoding: .utf8)
      guard old != content else { continue }
      try Data(content.utf8).write(to: committed)
      Issue.record("\(name) was not as reviewed and has been rewritten: look at the difference")
    }
  }
}
