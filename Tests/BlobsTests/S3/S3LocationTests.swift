import Testing

@testable import Blobs

@Suite struct S3LocationTests {
  @Test(arguments: [
    ("s3://files", "https://files.s3.us-east-1.amazonaws.com/k"),
    ("s3://files?region=cn-north-1", "https://files.s3.cn-north-1.amazonaws.com/k"),
    ("s3://my.files?region=eu-west-1", "https://s3.eu-west-1.amazonaws.com/my.files/k"),
    ("s3://files?endpoint=http%3A%2F%2F127.0.0.1%3A9000", "http://127.0.0.1:9000/files/k"),
    ("s3://files?endpoint=http://127.0.0.1:9000&region=us-west-2", "http://127.0.0.1:9000/files/k"),
    ("s3://files/?endpoint=https://minio.example.com:443", "https://minio.example.com/files/k"),
    ("s3://files?endpoint=http://[::1]:80", "http://[::1]/files/k"),
    (
      "s3://files?endpoint=https://oss-cn-hangzhou.aliyuncs.com&addressing=virtual",
      "https://files.oss-cn-hangzhou.aliyuncs.com/k"
    ),
  ])
  func objectsHaveTheirURL(setting: String, url: String) throws {
    let location = try #require(S3Location(url: setting))
    #expect(location.url(BlobKey("k")) == url)
  }

  @Test func theBucketHasOneToo() throws {
    let path = try #require(S3Location(url: "s3://files?endpoint=http://127.0.0.1:9000"))
    let virtual = try #require(S3Location(url: "s3://files"))
    #expect(path.url(nil, query: "uploads=") == "http://127.0.0.1:9000/files?uploads=")
    #expect(virtual.url(nil) == "https://files.s3.us-east-1.amazonaws.com/")
  }

  @Test(arguments: [
    "s3://", "s3://a", "s3://files/prefix", "s3://files:80", "s3://key:secret@files", "s3://files?endpoint=ftp://x",
    "s3://files?endpoint=x",
    "s3://files?endpoint=http://x/path", "s3://files?endpoint=http://u:p@x", "s3://files?zone=1", "s3://files?region=a&region=b",
    "s3://files?region=a/b", "s3://files?region=", "s3://files?addressing=other", "s3://files?links=maybe", "s3://fi_les", "s3://-/..",
  ])
  func isNone(setting: String) {
    #expect(S3Location(url: setting) == nil)
  }
}
