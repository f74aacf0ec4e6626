import Blobs
import Identity
import Platform

/// Links under which a file can be fetched for an hour by whoever has them.
///
/// A link holds for one file until one moment: both are under its signature. Where the blob store gives links of its own, those are
/// given out.
struct FileLinks: Sendable {
  /// How long a link holds, in seconds (5.4).
  static let lifetime: Int64 = 3600

  private let authenticator: MessageAuthenticator
  private let blobs: any BlobStore
  private let publicURL: PublicURL
  private let time: any TimeSource

  init(secret: HashSecret, blobs: any BlobStore, publicURL: PublicURL, time: any TimeSource) {
    authenticator = secret.derived(for: "weft download links")
    self.blobs = blobs
    self.publicURL = publicURL
    self.time = time
  }

  /// A link, and for how many seconds it holds.
  func url(for file: FileRecord) throws -> (url: String, expiresIn: Int64) {
    if let key = BlobKey(file.key),
      let url = try blobs.downloadURL(
        key, contentType: file.contentType, contentDisposition: ContentDisposition.attachment(file.filename),
        lifetime: .seconds(Self.lifetime))
    {
      return (url, Self.lifetime)
    }
    let expires = time.wallSeconds + Self.lifetime
    let signature = Hexadecimal.text(signature(file.id, expires))
    return ("\(publicURL.value)/api/files/\(file.id)/content?expires=\(expires)&signature=\(signature)", Self.lifetime)
  }

  /// For how many seconds more a link holds, as its parts say.
  ///
  /// - Throws: `CustomerServiceError.invalidDownloadLink` whatever is wrong with it.
  func secondsLeft(fileID: String, expires: String, signature said: String) throws(CustomerServiceError) -> Int64 {
    // As it was written: another spelling of the same number is another text, and no link of ours.
    guard let moment = Int64(expires), String(moment) == expires, let said = Hexadecimal.bytes(said.utf8),
      constantTimeEquals(said, signature(fileID, moment)), moment > time.wallSeconds
    else { throw .invalidDownloadLink }
    return moment - time.wallSeconds
  }

  /// The number ends the message and holds no line break, so no other pair reads the same.
  private func signature(_ id: String, _ expires: Int64) -> [UInt8] { authenticator.code(Array("\(id)\n\(expires)".utf8)) }
}
