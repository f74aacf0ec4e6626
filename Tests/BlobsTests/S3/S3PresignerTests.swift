import Platform
import Testing

@testable import Blobs

@Suite struct S3PresignerTests {
  /// The example of "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)" in Amazon's documentation.
  @Test func theDocumentedExampleComesOut() throws {
    let location = try #require(S3Location(url: "s3://examplebucket?endpoint=https%3A%2F%2Fs3.amazonaws.com&addressing=virtual"))
    let presigner = S3Presigner(
      location: location,
      credentials: S3Credentials(accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))
    let url = presigner.url(try #require(BlobKey("test.txt")), now: 1_369_353_600, lifetime: .seconds(86_400), parameters: [])
    #expect(
      url == "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
        + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z"
        + "&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
  }

  @Test(arguments: [
    (0, "19700101T000000Z"), (951_782_399, "20000228T235959Z"), (951_782_400, "20000229T000000Z"), (1_709_164_800, "20240229T000000Z"),
    (1_709_251_200, "20240301T000000Z"), (1_735_689_599, "20241231T235959Z"), (4_107_542_400, "21000301T000000Z"),
  ])
  func timesAreWrittenAsAmazonWantsThem(seconds: Int64, text: String) {
    #expect(S3Presigner.time(seconds) == text)
  }

  @Test func aLifetimeHasItsBounds() throws {
    let location = try #require(S3Location(url: "s3://bucket"))
    let presigner = S3Presigner(location: location, credentials: S3Credentials(accessKey: "a", secretKey: "b"))
    let key = try #require(BlobKey("k"))
    #expect(presigner.url(key, now: 0, lifetime: .seconds(10_000_000), parameters: []).contains("X-Amz-Expires=604800&"))
    #expect(presigner.url(key, now: 0, lifetime: .zero, parameters: []).contains("X-Amz-Expires=1&"))
  }
}
