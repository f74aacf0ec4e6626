import Protobuf
import Testing

@testable import RPC

@Suite struct MethodDescriptorTests {
  @Test func readsWhatTheProtoSays() {
    let method = TestNotes.BookMethods.write
    #expect(method.path == "/test.notes.Book/Write")
    #expect(method.access == .user)
    #expect(method.application == "test")
    #expect(method.successStatus == 201)
    #expect(method.bodyMax == 64)
    #expect(method.rateLimit == "pen")
    #expect(method.envelopeMessage == "written")
    #expect(method.acceptsForm)
    #expect(method.bindings.map(\.method) == ["POST", "GET"])
    #expect(method.bindings.map(\.template.text) == ["/notes/{count}", "/notes:write"])
    #expect(method.bindings.map(\.body) == [.all, .none])
  }

  @Test func whatIsNotSaidHasItsDefault() {
    let method = TestNotes.EchoMethods.expand
    #expect(method.access == .public && method.application.isEmpty)
    #expect(method.successStatus == 200 && method.bodyMax == 0 && method.bindings.isEmpty && !method.acceptsForm)
    #expect(method.schema.serverStreaming && !method.schema.clientStreaming)
  }

  @Test func theTableFindsExactPathsOnly() {
    let table = MethodTable(
      (EchoService().methods + BookService().methods).map { MethodTable.Entry(method: $0, policy: nil, messageBytesMax: 1) })
    #expect(table.entries.count == 9)
    for entry in table.entries { #expect(table.find(entry.descriptor.path) === entry) }
    for path in ["", "/", "/test.notes.Echo/Unar", "/test.notes.Echo/UnaryX", "/test.notes.echo/Unary", "test.notes.Echo/Unary"] {
      #expect(table.find(path) == nil)
    }
  }
}
