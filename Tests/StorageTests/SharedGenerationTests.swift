import Glibc
import Storage
import Testing

@Suite struct SharedGenerationTests {
  @Test func everybodyWhoMapsTheFileSeesOneNumber() async throws {
    try await TestDatabase.withDirectory { directory in
      let path = directory + "/test.db"
      let first = try SharedGeneration(path: path)
      let second = try SharedGeneration(path: path)
      #expect(first.value == 0)
      #expect(second.raise() == 0)
      #expect(first.raise() == 1)
      #expect(first.value == 2 && second.value == 2)
      var status = stat()
      #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }
  }

  @Test func theNumberOutlivesItsProcesses() async throws {
    try await TestDatabase.withDirectory { directory in
      try SharedGeneration(path: directory + "/test.db").raise()
      #expect(try SharedGeneration(path: directory + "/test.db").value == 1)
    }
  }

  @Test func aFolderThatIsNotThereIsNamed() {
    let error = #expect(throws: StorageError.self) { try SharedGeneration(path: "/nonexistent/weft.generation") }
    guard case .cannotOpen(let path, _)? = error else {
      Issue.record("another error")
      return
    }
    #expect(path == "/nonexistent/weft.generation")
  }

  @Test func oneWithoutAFileIsItsOwn() {
    let first = SharedGeneration()
    first.raise()
    #expect(first.value == 1 && SharedGeneration().value == 0)
  }
}
