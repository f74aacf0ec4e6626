import Protobuf
import Testing

@Suite struct TextFormsTests {
  private func holds(_ text: String, _ fill: (inout BufValidate.StringRules) -> Void) throws -> Bool {
    var message = RuledMessage()
    message.string("text", fill)
    var wire: [UInt8] = []
    let schema = try message.schema()
    let json = try GoogleProtobuf.StringValue.with { $0.value = text }.jsonUTF8Bytes()
    try (Array("{\"text\":".utf8) + json + Array("}".utf8)).withUnsafeBytes { _ = try schema.readJSON($0, into: &wire) }
    return wire.withUnsafeBytes { schema.validate(wire: $0) }.isEmpty
  }

  @Test(arguments: [
    "user@example.com", "admin@localhost", "a.b+c_d-e@x-y.example", "!#$%&'*+/=?^_`{|}~-.@a.b", "1@2",
    "\(String(repeating: "a", count: 64))@b",
    "a..b@c", ".a@b",
  ])
  func takesAddresses(_ text: String) throws {
    #expect(try holds(text) { $0.wellKnown = .email(true) })
  }

  @Test(arguments: [
    "", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a@b c", "a@-b", "a@b-", "a@b..c", "a@.b", "a@b.", "中@b", "a@中", "a@b\n", "<a@b>",
    "\"a\"@b",
    "\(String(repeating: "a", count: 65))@b", "a@\(String(repeating: "b", count: 64))", "a@b_c", "a@[127.0.0.1]",
  ])
  func refusesWhatIsNoAddress(_ text: String) throws {
    #expect(try !holds(text) { $0.wellKnown = .email(true) })
  }

  @Test func checksUUIDs() throws {
    for good in ["00000000-0000-0000-0000-000000000000", "A987fbc9-4bed-3078-cf07-9141ba07c9f3"] {
      #expect(try holds(good) { $0.wellKnown = .uuid(true) })
    }
    for bad in [
      "", "a987fbc94bed3078cf079141ba07c9f3", "a987fbc9-4bed-3078-cf07-9141ba07c9fg", "a987fbc9-4bed-3078-cf07-9141ba07c9f33",
      "a987fbc9_4bed-3078-cf07-9141ba07c9f3",
    ] {
      #expect(try !holds(bad) { $0.wellKnown = .uuid(true) })
    }
  }

  @Test func checksURIs() throws {
    for good in ["https://example.com/a?b=c&d=%E4%B8%AD#e", "mailto:a@b", "urn:isbn:1", "http://[::1]:80/", "a+b.c-d:x"] {
      #expect(try holds(good) { $0.wellKnown = .uri(true) }, "\(good)")
    }
    for bad in [
      "", "example.com", "://x", "1a:b", "http://a b", "http://a/%zz", "http://a/%4", "http://中", "a:#b#c", "http://a/[b]", "ht tp:a",
    ] {
      #expect(try !holds(bad) { $0.wellKnown = .uri(true) }, "\(bad)")
    }
  }

  @Test func comparesBytesNotCanonicalForms() throws {
    #expect(try holds("é") { $0.in = ["é"] })
    #expect(try !holds("e\u{301}") { $0.in = ["é"] })
    #expect(try !holds("admin") { $0.notIn = ["admin", "root"] })
    #expect(
      try holds("ab") {
        $0.prefix = "a"
        $0.suffix = "b"
        $0.contains = "ab"
        $0.notContains = "ba"
        $0.lenBytes = 2
      })
    #expect(try !holds("ab") { $0.contains = "abc" })
  }
}
