import Console
import Foundation
import Testing

struct SignInFileTests {
  let base = FileManager.default.temporaryDirectory.appendingPathComponent("weft-\(UUID().uuidString)").path

  func file() throws -> SignInFile { try SignInFile(environment: ["XDG_CONFIG_HOME": base]) }

  static func signIn(_ email: String) -> StoredSignIn {
    StoredSignIn(email: email, sessionKey: "wcs_x", sessionExpiresAt: 2, accessToken: "t", accessExpiresAt: 1)
  }

  func mode(_ path: String) throws -> Int {
    try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }

  func set(_ mode: Int, _ path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  @Test("Nothing is kept before the first sign-in, and looking makes nothing")
  func empty() throws {
    #expect(try file().read() == SignInBook())
    #expect(!FileManager.default.fileExists(atPath: base))
  }

  @Test("What is kept is for its owner only")
  func kept() throws {
    defer { try? FileManager.default.removeItem(atPath: base) }
    let file = try file()
    try file.update { $0.servers["a:1"] = Self.signIn("a@example.com") }
    try file.update {
      $0.servers["b:2"] = Self.signIn("b@example.com")
      $0.standard = "b:2"
    }
    let book = try file.read()
    #expect(book.servers.keys.sorted() == ["a:1", "b:2"] && book.standard == "b:2")
    #expect(try mode(file.path) == 0o600 && mode(file.directory) == 0o700)
    #expect(try FileManager.default.contentsOfDirectory(atPath: file.directory).sorted() == ["admin.json", "admin.lock"])
  }

  @Test("A file or directory that others can open is refused, with what to do", arguments: [0o644, 0o640, 0o602, 0o604])
  func wide(_ mode: Int) throws {
    defer { try? FileManager.default.removeItem(atPath: base) }
    let file = try file()
    try file.update { $0.servers["a:1"] = Self.signIn("a@example.com") }
    try set(mode, file.path)
    let error = #expect(throws: SignInFileError.self) { try file.read() }
    #expect(error?.description.contains("chmod 600 \(file.path)") == true)
    #expect(throws: SignInFileError.self) { try file.update { $0.servers = [:] } }
    try set(0o600, file.path)
    try set(0o755, file.directory)
    let other = #expect(throws: SignInFileError.self) { try file.read() }
    #expect(other?.description.contains("chmod 700 \(file.directory)") == true)
    try set(0o700, file.directory)
    #expect(try file.read().servers.count == 1)
  }

  @Test("A link, a directory or a damaged file in its place is refused")
  func other() throws {
    defer { try? FileManager.default.removeItem(atPath: base) }
    let file = try file()
    try file.update { $0.standard = "a:1" }
    try FileManager.default.moveItem(atPath: file.path, toPath: file.path + ".moved")
    try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: file.path + ".moved")
    #expect(throws: SignInFileError.self) { try file.read() }
    try FileManager.default.removeItem(atPath: file.path)
    try FileManager.default.createDirectory(atPath: file.path, withIntermediateDirectories: false)
    #expect(throws: SignInFileError.self) { try file.read() }
    try FileManager.default.removeItem(atPath: file.path)
    #expect(FileManager.default.createFile(atPath: file.path, contents: Data("{".utf8), attributes: [.posixPermissions: 0o600]))
    let error = #expect(throws: SignInFileError.self) { try file.read() }
    #expect(error?.description.contains("damaged") == true)
  }

  @Test("What a killed command left does not stop the next one")
  func leftover() throws {
    defer { try? FileManager.default.removeItem(atPath: base) }
    let file = try file()
    try file.update { $0.standard = "a:1" }
    #expect(FileManager.default.createFile(atPath: file.path + ".new", contents: Data("half".utf8)))
    try file.update { $0.standard = "b:2" }
    #expect(try file.read().standard == "b:2")
  }

  @Test("Writers beside one another lose nothing")
  func concurrent() async throws {
    defer { try? FileManager.default.removeItem(atPath: base) }
    let file = try file()
    try await withThrowingTaskGroup { group in
      for n in 0..<20 { group.addTask { try file.update { $0.servers["host:\(n)"] = Self.signIn("x@example.com") } } }
      try await group.waitForAll()
    }
    #expect(try file.read().servers.count == 20)
  }

  @Test("Without a home there is no place; a relative XDG_CONFIG_HOME counts for nothing")
  func places() throws {
    #expect(throws: SignInFileError.self) { try SignInFile(environment: [:]) }
    #expect(try SignInFile(environment: ["XDG_CONFIG_HOME": "relative", "HOME": "/home/a"]).path == "/home/a/.config/weft/admin.json")
    #expect(try SignInFile(environment: ["XDG_CONFIG_HOME": "/x", "HOME": "/home/a"]).path == "/x/weft/admin.json")
  }
}
