import Blobs
import Testing

@Suite struct BlobLocationTests {
  @Test(arguments: [
    ("file:/var/lib/weft/blobs", "/var/lib/weft/blobs"), ("file:blobs", "blobs"), ("file:///srv/文 件", "/srv/文 件"), ("file:a%20b", "a%20b"),
  ])
  func isDirectory(url: String, path: String) {
    #expect(BlobLocation(url: url) == .directory(path))
  }

  @Test(arguments: ["", "file:", "file://", "file://host/path", "/var/lib", "FILE:/x", "http://x/", "gs://bucket", "file:a\u{0}b"])
  func isNone(url: String) {
    #expect(BlobLocation(url: url) == nil)
  }
}
