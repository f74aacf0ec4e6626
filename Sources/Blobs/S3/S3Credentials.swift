/// Who we are to the object store.
public struct S3Credentials: Sendable, Equatable {
  public var accessKey: String
  public var secretKey: String
  /// Goes with keys that hold for a while only.
  public var sessionToken: String?

  public init(accessKey: String, secretKey: String, sessionToken: String? = nil) {
    self.accessKey = accessKey
    self.secretKey = secretKey
    self.sessionToken = sessionToken
  }
}
