import Net
import Testing

@testable import RPC

/// Calls of every kind whose messages are bytes.
@Suite struct BytesCallTests {
  private func bytes(_ note: TestNotes.Note) -> [UInt8] { note.serializedBytes() }

  @Test func everyKindIsRequestsThenReplies() async throws {
    let server = try Loopback()
    for (method, requests, replies) in [
      (TestNotes.EchoMethods.unary, ["a"], 1), (TestNotes.EchoMethods.collect, ["a", "b", "c"], 1),
      (TestNotes.EchoMethods.update, ["a", "b"], 2),
    ] {
      // On the loop: in a whole run, half a minute can pass before a task has its next turn elsewhere, and then the server gives up.
      let count = try await server.onLoop {
        let call = server.client.bytes(method.schema)
        for text in requests { try await call.write(bytes(note(text))) }
        call.finishWriting()
        var count = 0
        while try await call.next() != nil { count += 1 }
        return count
      }
      #expect(count == replies, "\(method.path)")
    }
  }

  @Test func theStatusIsThrown() async throws {
    let server = try Loopback()
    let call = server.client.bytes(TestNotes.BookMethods.write.schema)
    try await call.write(bytes(note("x")))
    call.finishWriting()
    #expect(await rpcError { _ = try await call.next() }?.code == .unauthenticated)
  }

  @Test func aCancelledCallSaysSo() async throws {
    let server = try Loopback()
    let call = server.client.bytes(TestNotes.EchoMethods.update.schema, options: CallOptions(timeout: .seconds(300)))
    call.cancel()
    #expect(await rpcError { _ = try await call.next() }?.code == .cancelled)
    #expect(await rpcError { try await call.write([]) }?.code == .cancelled)
  }
}
