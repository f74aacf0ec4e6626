import TestSupport
import Testing

@testable import Gateway

/// The structure of multipart forms: what is taken, what is refused, and that no cut changes either.
@Suite struct MultipartParserTests {
  struct Part: Equatable {
    var name: String
    var filename: String?
    var bytes: [UInt8] = []
  }

  /// The parts of a form that comes in `pieces`.
  private func parse(_ pieces: [[UInt8]], boundary: String = "XX") -> Result<[Part], MultipartError> {
    var parser = MultipartParser(boundary: Array(boundary.utf8))
    var parts: [Part] = []
    var isOpen = false
    do throws(MultipartError) {
      for piece in pieces {
        var at = 0
        loop: while true {
          switch try parser.next(piece.span, &at) {
          case .needsMore: break loop
          case .part(let head):
            parts.append(Part(name: head.name, filename: head.filename))
            isOpen = true
          case .data(let range): parts[parts.count - 1].bytes += piece[range]
          case .held(let range): parts[parts.count - 1].bytes += parser.delimiter[range]
          case .partEnd: isOpen = false
          }
        }
      }
      try parser.finish()
    } catch {
      return .failure(error)
    }
    return isOpen ? .failure(.truncated) : .success(parts)
  }

  private func parse(_ text: String) -> Result<[Part], MultipartError> { parse([Array(text.utf8)]) }

  private static let head = "content-disposition: form-data; name=a\r\n\r\n"

  @Test(arguments: [
    ("--XX\r\n\(head)1\r\n--XX--\r\n", ["1"]), ("--XX\r\n\(head)1\r\n--XX--", ["1"]),
    ("preamble\r\n--XX \t\r\n\(head)1\r\n--XX-- \r\nepilogue", ["1"]),
    ("\r\n--XX\r\n\(head)1\r\n--XX--", ["1"]), ("--XX\r\n\(head)\r\n--XX\r\n\(head)\r\n\r\n--XX--", ["", "\r\n"]),
    // RFC 2046: the empty line's end is the delimiter's as well.
    ("--XX\r\n\(head)--XX\r\n\(head)2\r\n--XX--", ["", "2"]),
    ("--XX\r\n\(head)\r\n--X\r\n-XX\n--XX--\r\r\n--XX--", ["\r\n--X\r\n-XX\n--XX--\r"]), ("--XX\r\n\(head)--X\r\n--XX--", ["--X"]),
  ])
  func bodies(text: String, expected: [String]) throws {
    #expect(try parse(text).get().map { String(decoding: $0.bytes, as: UTF8.self) } == expected)
  }

  @Test(arguments: [
    ("", MultipartError.truncated), ("--XX\r\n\(head)1", .truncated), ("--XX\r\n\(head)1\r\n--XX", .truncated),
    ("--XX\r\n\(head)1\r\n--XX-", .truncated),
    ("--XX\r\ncontent-disposition: form-data; name=a\r\n", .truncated), ("--YY--", .truncated),
    ("--XXY\r\n", .malformed("分隔符后有多余内容")), ("--XX\r\n\(head)\r\n--XX--x\r\n", .malformed("分隔符后有多余内容")),
    ("--XX\r\n\(head)\r\n--XX\(String(repeating: " ", count: 300))", .malformed("分隔符后有多余内容")),
    ("--XX\n\(head)", .malformed("行必须以CRLF结束")), ("--XX\r\ncontent-disposition: form-data; name=a\n\n", .malformed("行必须以CRLF结束")),
    ("--XX\r\ncontent-disposition: form-data;\rname=a\r\n\r\n", .malformed("行必须以CRLF结束")),
    ("--XX\r\na: \(String(repeating: "b", count: 8 * 1024))\r\n", .headTooLarge),
    ("--XX\r\n" + String(repeating: "a: b\r\n", count: 1366), .headTooLarge),
    (String(repeating: "p", count: 8 * 1024 + 1), .malformed("分隔符之外的内容过多")),
    ("--XX--\r\n" + String(repeating: "e", count: 8 * 1024 + 1), .malformed("分隔符之外的内容过多")),
    (String(repeating: "--XX\r\n\(head)\r\n", count: 65), .tooManyParts),
  ])
  func refusals(text: String, error: MultipartError) {
    #expect(parse(text) == .failure(error))
  }

  @Test func manyPartsAndLongHeadsWithinTheLimits() throws {
    #expect(try parse(String(repeating: "--XX\r\n\(Self.head)\r\n", count: 64) + "--XX--").get().count == 64)
    let long = "a: " + String(repeating: "b", count: 8 * 1024 - 60)
    #expect(try parse("--XX\r\n\(long)\r\n\(Self.head)1\r\n--XX--").get().count == 1)
  }

  /// Random forms, some of them broken, whose bytes are like delimiters more often than not.
  private static func form(_ random: inout some RandomNumberGenerator) -> [UInt8] {
    let scraps = [
      "\r", "\n", "\r\n", "--", "-", "XX", "\r\n--X", "\r\n--XX", "\r\n--XX--", "a", "\u{0}",
      "content-disposition: form-data; name=a\r\n\r\n",
    ]
    func noise(_ random: inout some RandomNumberGenerator) -> [UInt8] {
      (0..<Int.random(in: 0..<12, using: &random)).flatMap { _ in Array(scraps.randomElement(using: &random)!.utf8) }
    }
    var bytes: [UInt8] = []
    for _ in 0..<Int.random(in: 0..<4, using: &random) {
      bytes += Array("--XX\r\n\(head)".utf8) + noise(&random) + Array("\r\n".utf8)
    }
    bytes += Array("--XX--".utf8)
    if Bool.random(using: &random), !bytes.isEmpty { bytes.remove(at: Int.random(in: bytes.indices, using: &random)) }
    return bytes
  }

  @Test func noCutChangesWhatIsFound() {
    var random = SystemRandomNumberGenerator()
    var whole = 0
    for _ in 0..<4000 {
      let form = Self.form(&random)
      let expected = parse([form])
      if case .success = expected { whole += 1 }
      var pieces: [[UInt8]] = []
      var rest = form[...]
      while !rest.isEmpty {
        let count = Int.random(in: 1...rest.count, using: &random)
        pieces.append(Array(rest.prefix(min(count, 9))))
        rest = rest.dropFirst(min(count, 9))
      }
      let cut = parse(pieces)
      let single = parse(form.map { [$0] })
      guard cut == expected, single == expected else {
        Issue.record("\(String(reflecting: String(decoding: form, as: UTF8.self))): \(expected) \(cut) \(single)")
        return
      }
    }
    #expect(whole > 300)
  }

  /// Prints name, file name and bytes (hexadecimal) of each part of a form, as the standard library reads it.
  private static let reference = """
    import email, email.policy, sys
    form = b"content-type: multipart/form-data; boundary=XX\\r\\n\\r\\n" + sys.stdin.buffer.read()
    for part in email.message_from_bytes(form, policy=email.policy.HTTP).get_payload():
        name = part.get_param("name", header="content-disposition")
        print(name, part.get_filename() or "-", (part.get_payload(decode=True) or b"").hex() or "-", sep="|")
    """

  @Test(.enabled(if: TestPython.isAvailable, "WEFT_PYTHON is not set")) func findsWhatPythonFinds() async throws {
    for round in 0..<3 {
      var form = TestForm()
      for index in 0..<20 {
        // Without what either could take for a delimiter.
        let bytes = (0..<Int.random(in: 0..<4000)).map { _ in UInt8.random(in: 0...255) }
        if index % 3 == 0 {
          form.part("Content-Disposition: form-data; name=\"f\(index)\"", bytes)
        } else {
          form.file(bytes, name: "say \\\"\(index)\\\" \(round).bin", part: "f\(index)", type: "application/octet-stream")
        }
      }
      form.close()
      let parts = try parse([form.bytes]).get()
      let text = String(decoding: try await TestPython.run(Self.reference, input: form.bytes), as: UTF8.self)
      let ours = parts.map { part in
        let hex = part.bytes.map { String(UInt16($0) + 256, radix: 16).dropFirst() }.joined()
        return "\(part.name)|\(part.filename ?? "-")|\(hex.isEmpty ? "-" : hex)"
      }
      #expect(text.split(separator: "\n").map(String.init) == ours)
    }
  }
}
