import Foundation
import Protobuf

// weft-lint DESCRIPTOR_SET EXCEPTIONS: buf's STANDARD rules over a set that protoc wrote with --include_imports --include_source_info.
//
// EXCEPTIONS has a line for each finding that is meant: `RULE SYMBOL reason`. A line that excuses nothing is an error too.

struct Exceptions {
  private var wanted: [String: Int] = [:]
  private(set) var unused: Set<String> = []

  init(_ text: String) {
    for (index, line) in text.components(separatedBy: "\n").enumerated() where !line.isEmpty && !line.hasPrefix("#") {
      let words = line.split(separator: " ", maxSplits: 2).map(String.init)
      guard words.count == 3 else { continue }
      wanted["\(words[0]) \(words[1])"] = index + 1
      unused.insert("\(words[0]) \(words[1])")
    }
  }

  mutating func excuse(_ finding: Finding) -> Bool {
    let key = "\(finding.rule) \(finding.symbol)"
    unused.remove(key)
    return wanted[key] != nil
  }
}

func fail(_ text: String) -> Never {
  FileHandle.standardError.write(Data((text + "\n").utf8))
  exit(2)
}

guard CommandLine.arguments.count == 3 else { fail("usage: weft-lint DESCRIPTOR_SET EXCEPTIONS") }
guard let data = FileManager.default.contents(atPath: CommandLine.arguments[1]) else { fail("cannot read \(CommandLine.arguments[1])") }
guard let text = try? String(contentsOfFile: CommandLine.arguments[2], encoding: .utf8) else {
  fail("cannot read \(CommandLine.arguments[2])")
}

do {
  let set = try GoogleProtobuf.FileDescriptorSet(serializedBytes: [UInt8](data))
  var exceptions = Exceptions(text)
  // Published packages keep their published names.
  let published = ["google/", "buf/", "grpc/", "bench/", "conformance/"]
  let findings = SetRules(files: set.file).findings { name in !published.contains { name.hasPrefix($0) } }
    .filter { !exceptions.excuse($0) }.sorted()
  for finding in findings { print(finding) }
  for unused in exceptions.unused.sorted() { print("\(CommandLine.arguments[2]): \(unused): excuses nothing; remove it") }
  exit(findings.isEmpty && exceptions.unused.isEmpty ? 0 : 1)
} catch {
  fail("\(CommandLine.arguments[1]): \(error)")
}
