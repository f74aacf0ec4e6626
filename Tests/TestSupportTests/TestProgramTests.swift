import Glibc
import TestSupport
import Testing

/// What other tests rely on when they start programs.
@Suite struct TestProgramTests {
  /// More than Foundation's `Process` can count.
  @Test func aProgramHasThreeDescriptorsHoweverManyWeHave() async throws {
    let files = (0..<2000).map { _ in dup(STDERR_FILENO) }.filter { $0 >= 0 }
    defer { for file in files { close(file) } }
    // What the shell has: the listing itself has one more.
    let names = try await TestProgram.run("/bin/sh", ["-c", "ls /proc/$$/fd"])
    #expect(String(decoding: names, as: UTF8.self).split(separator: "\n") == ["0", "1", "2"])
  }

  @Test func inputAndOutputMayBeLargerThanAnyPipe() async throws {
    let input = [UInt8](repeating: UInt8(ascii: "x"), count: 3_000_000)
    #expect(try await TestProgram.run("cat", input: input) == input)
    #expect(try await TestProgram.run("sh", ["-c", "head -c 300000 /dev/zero >&2; cat"]).isEmpty)
  }

  @Test func environmentAndFolder() async throws {
    let text = try await TestProgram.run(
      "sh", ["-c", "echo $PWD $WEFT_TEST; test -n \"$PATH\""], environment: ["WEFT_TEST": "a b"], folder: "/usr")
    #expect(String(decoding: text, as: UTF8.self) == "/usr a b\n")
  }

  @Test(arguments: [
    ("echo said; echo shouted >&2; exit 3", "exited(3): said\nshouted\n"), ("kill -TERM $$", "signalled(15)"),
    ("echo begun; sleep 1000 & sleep 1000", "missedDeadline: begun\n"),
  ])
  func failuresSayEverything(script: String, expected: String) async {
    await #expect {
      try await TestProgram.run("sh", ["-c", script], deadline: script.contains("1000") ? .milliseconds(300) : .seconds(300))
    } throws: {
      "\($0)".contains(expected)
    }
  }

  @Test func whatIsNotThereDoesNotStart() async {
    await #expect(throws: TestProgram.Failure.self) { try await TestProgram.run("/nonexistent/program") }
  }

  @Test func aServerIsReadyWhenItSaysSo() async throws {
    #expect(try await TestProgram.startServer("sh", ["-c", "echo ready; cat"]) == "ready")
    await #expect(throws: TestProgram.Failure.self) { _ = try await TestProgram.startServer("sh", ["-c", "printf begun"]) }
  }
}
