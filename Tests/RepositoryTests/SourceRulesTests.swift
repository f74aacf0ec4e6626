import Foundation
import Testing

/// House rules that a machine can see. Each finding says what to write instead.
@Suite struct SourceRules {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  struct SourceFile {
    /// From the root, such as `Sources/Net/EventLoop.swift`.
    let path: String
    let lines: [String]
    var isGenerated: Bool { path.hasSuffix(".pb.swift") }
    var module: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }
  }

  static func swiftFiles(below folder: String) -> [SourceFile] {
    let base = root.appending(path: folder)
    let found = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil)
    var files: [SourceFile] = []
    while let url = found?.nextObject() as? URL {
      guard url.pathExtension == "swift", let text = try? String(contentsOf: url, encoding: .utf8) else { continue }
      let path = url.path().replacingOccurrences(of: root.path(), with: "")
      files.append(SourceFile(path: path, lines: text.components(separatedBy: "\n")))
    }
    return files
  }

  static func findings(_ folder: String, where isFinding: (SourceFile, Int) -> Bool) -> [String] {
    swiftFiles(below: folder).filter { !$0.isGenerated }.flatMap { file in
      file.lines.indices.filter { isFinding(file, $0) }.map { "\(file.path):\($0 + 1): \(file.lines[$0])" }
    }
  }

  /// The line without its comment, so that prose may name what code may not.
  static func code(_ line: String) -> String {
    line.range(of: "//").map { String(line[..<$0.lowerBound]) } ?? line
  }

  static func commented(_ file: SourceFile, _ line: Int) -> Bool {
    file.lines[line].contains("//") || (line > 0 && file.lines[line - 1].trimmingCharacters(in: .whitespaces).hasPrefix("//"))
  }

  @Test func sourcesAreThere() {
    #expect(Self.swiftFiles(below: "Sources").count > 50)
  }

  @Test("Outside Net no task starts but through the loop: say Task.immediate(executorPreference:), a timer of the loop, a pool")
  func tasksHaveOwners() {
    // `ProjectTask {` begins a task of another kind.
    let forbidden = /\bTask( \{|\.detached|\.sleep)|@MainActor/
    let found = Self.findings("Sources") { file, line in
      file.module != "Net" && Self.code(file.lines[line]).contains(forbidden)
    }
    #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
  }

  @Test("Escapes from the compiler's checks carry their reason on the same line or the one above")
  func escapesHaveReasons() {
    let escapes = ["@unchecked Sendable", "nonisolated(unsafe)", "try!", "as! "]
    let found = Self.findings("Sources") { file, line in
      escapes.contains { Self.code(file.lines[line]).contains($0) } && !Self.commented(file, line)
    }
    #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
  }

  @Test("The core stands without Foundation: use Glibc")
  func coreHasNoFoundation() {
    let core: Set = [
      "Protobuf", "Net", "HTTP", "RPC", "Gateway", "Storage", "Identity", "Outbound", "Blobs", "Delivery", "Jobs", "LanguageModel",
    ]
    let found = Self.findings("Sources") { file, line in
      core.contains(file.module) && Self.code(file.lines[line]).contains("import Foundation")
    }
    #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
  }

  @Test("The two applications never import each other, nor HTTP or Gateway")
  func applicationsStandAlone() {
    let forbidden = ["import HTTP", "import Gateway", "import CoWriting", "import Net"]
    let found = Self.findings("Sources/CustomerService") { file, line in
      forbidden.contains { Self.code(file.lines[line]).hasSuffix($0) }
    }
    #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
  }

  @Test("Nothing is left for later in the sources: finish it, or name it in an issue")
  func nothingIsLeftUnfinished() {
    let marks = ["TO" + "DO", "FIX" + "ME", "fatalError("]
    let found = Self.findings("Sources") { file, line in
      marks.contains { file.lines[line].contains($0) }
    }
    #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
  }

  @Test("Only HTTP2Session.swift calls nghttp2; HeaderTable.swift keeps fields in its layout")
  func nghttp2HasOneCaller() {
    let allowed: Set = ["Sources/HTTP/HTTP2Session.swift", "Sources/HTTP/HeaderTable.swift"]
    let found = Self.findings("Sources") { file, line in
      Self.code(file.lines[line]).contains("import CNghttp2") && !allowed.contains(file.path)
    }
    #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
  }

  @Test("Only Sources/Outbound/Curl calls libcurl: say OutboundClient")
  func libcurlHasOneCaller() {
    let found = Self.findings("Sources") { file, line in
      Self.code(file.lines[line]).contains("import CCurl") && !file.path.hasPrefix("Sources/Outbound/Curl/")
    }
    #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
  }

  @Test("Only Sources/Backup/Archive calls libarchive: say ArchiveReader, ArchiveWriter")
  func libarchiveHasOneCaller() {
    let found = Self.findings("Sources") { file, line in
      Self.code(file.lines[line]).contains("import CArchive") && !file.path.hasPrefix("Sources/Backup/Archive/")
    }
    #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
  }

  @Test("Black-box tests wait for conditions: use wait_for")
  func testsDoNotSleep() throws {
    let folder = Self.root.appending(path: "Tests/EndToEnd")
    for url in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) where url.pathExtension == "py" {
      let text = try String(contentsOf: url, encoding: .utf8)
      #expect(!text.contains("time." + "sleep("), "\(url.lastPathComponent)")
    }
  }

  @Test("Unit tests start programs with TestProgram: Foundation's Process crashes when a whole run has thousands of descriptors open")
  func testsStartNoProgramsWithFoundation() {
    let found = Self.findings("Tests") { file, line in
      Self.code(file.lines[line]).contains(/= Process\(\)/)
    }
    #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
  }
}
