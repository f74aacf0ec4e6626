import Testing

@testable import Backup

@Suite struct ArchiveMemberTests {
  @Test(arguments: [
    "weft.db", "secrets/hash.secret", "secrets/jwt.secret", "secrets/jwt.secret.previous", "blobs/uploads/2026/11/a-b_c.pdf", "SHA256SUMS",
    "manifest.json",
  ])
  func whatWeWriteIsTaken(name: String) { #expect(ArchiveMember(name: name)?.name == name) }

  @Test(arguments: [
    "", ".", "/weft.db", "./weft.db", "weft.db/", "WEFT.DB", "secrets/", "secrets/other", "secrets/../weft.db", "blobs/", "blobs/.",
    "blobs/..", "blobs/a/../b", "blobs/a//b", "blobs//a", "blobs/a/", "blobs/.part", "blobs/A", "blobs/a b", "blobs/ä", "blobs/a\n",
    "blobs/" + String(repeating: "a", count: 513), "manifest.json\0", "outbox.jsonl",
  ])
  func nothingElseIs(name: String) { #expect(ArchiveMember(name: name) == nil) }

  @Test func membersComeInOneOrderAndOnce() {
    let order: [ArchiveMember] = [
      .database, .secret("hash.secret"), .secret("jwt.secret"), .secret("jwt.secret.previous"), .blob("a"), .blob("a-b"), .blob("a/b"),
      .blob("b"), .sums, .manifest,
    ]
    for (i, first) in order.enumerated() {
      for (j, second) in order.enumerated() { #expect(second.mayFollow(first) == (i < j), "\(first.name), \(second.name)") }
    }
    #expect(ArchiveMember.secretNames == ArchiveMember.secretNames.sorted())
  }
}
