import ApplicationSupport
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

  private let links: SignedLinks
  private let blobs: any BlobStore
  private let publicURL: PublicURL

  init(secret: HashSecret, blobs: any BlobStore, publicURL: PublicURL, time: any TimeSource) {
    links = SignedLinks(secret: secret, for: "weft download links", time: time)
    self.blobs = blobs
    self.publicURL = publicURL
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
    return ("\(publicURL.value)/api/files/\(file.id)/content?\(links.query(for: file.id, lifetime: Self.lifetime))", Self.lifetime)
  }

  /// For how many seconds more a link holds, as its parts say.
  ///
  /// - Throws: `CustomerServiceError.invalidDownloadLink` whatever is wrong with it.
  func secondsLeft(fileID: String, expires: String, signature said: String) throws(CustomerServiceError) -> Int64 {
    guard let left = links.secondsLeft(of: fileID, expires: expires, signature: said) else { throw .invalidDownloadLink }
    return left
  }
}
