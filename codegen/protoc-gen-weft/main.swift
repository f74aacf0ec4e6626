import Generator
import Glibc
import Protobuf

// The plugin as protoc starts it: a CodeGeneratorRequest on standard input, a CodeGeneratorResponse on standard output.

func readAll() -> [UInt8] {
  var input: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = read(STDIN_FILENO, &chunk, chunk.count)
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { return input }
    input += chunk[..<count]
  }
}

func writeAll(_ bytes: [UInt8], to descriptor: Int32 = STDOUT_FILENO) -> Bool {
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { return false }
    rest = rest.dropFirst(count)
  }
  return true
}

do {
  let request = try GoogleProtobufCompiler.CodeGeneratorRequest(serializedBytes: readAll())
  guard writeAll(Plugin.respond(to: request).serializedBytes()) else { exit(1) }
} catch {
  _ = writeAll(
    Array("protoc-gen-weft: standard input is no CodeGeneratorRequest (\(error)); protoc starts this program\n".utf8), to: STDERR_FILENO)
  exit(1)
}
