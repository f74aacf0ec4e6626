import Glibc
internal import Protobuf

// weft-conformance: the testee of the published protobuf conformance runner. Reads requests from standard input and writes
// responses to standard output, each after its length in four bytes, little-endian.
//
// WEFT_CONFORMANCE_DESCRIPTORS names a descriptor set (protoc --include_imports) with the suite's messages; it serves JSON
// cases where no generated messages are built in.

/// Reads `count` bytes from standard input; nil at its end.
func receive(_ count: Int) -> [UInt8]? {
  var bytes = [UInt8](repeating: 0, count: count)
  var filled = 0
  while filled < count {
    let got = bytes.withUnsafeMutableBytes { unsafe in read(0, unsafe.baseAddress.map { $0 + filled }, count - filled) }
    guard got > 0 else { return nil }
    filled += got
  }
  return bytes
}

func send(_ bytes: [UInt8]) -> Bool {
  var sent = 0
  while sent < bytes.count {
    let done = bytes.withUnsafeBytes { unsafe in write(1, unsafe.baseAddress.map { $0 + sent }, bytes.count - sent) }
    guard done > 0 else { return false }
    sent += done
  }
  return true
}

let descriptors = getenv("WEFT_CONFORMANCE_DESCRIPTORS").map { String(cString: $0) }
let testee = Testee(messages: try TestMessages(generated: generatedMessages, descriptorSet: descriptors))
while let prefix = receive(4) {
  let count = prefix.reversed().reduce(0) { $0 << 8 | Int($1) }
  guard let bytes = receive(count) else { break }
  let response = testee.answer(try Conformance.ConformanceRequest(serializedBytes: bytes)).serializedBytes()
  let length = (0..<4).map { UInt8(truncatingIfNeeded: response.count >> ($0 * 8)) }
  guard send(length + response) else { break }
}
