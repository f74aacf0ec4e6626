import Blobs
import Typesetting

/// A row of `cw_document_images`: an image that a document's text can show. Its contents lie in the blob store.
struct DocumentImage: Equatable, Sendable {
  /// 0 before it is inserted.
  var id: Int64 = 0
  var documentID: Int64
  /// Who uploaded it.
  var authorID: Int64
  /// As `DocumentImageName` has it.
  var fileName: String
  var contentType: String
  /// The text of a `BlobKey`.
  var key: String
  /// Bytes.
  var size: Int64
  /// 32 bytes.
  var sha256: [UInt8]
  /// In pixels.
  var width: Int64
  var height: Int64
  /// Microseconds since 1970.
  var createdAt: Int64

  static let bytesMax: Int64 = 10 << 20

  /// What the images of one document may be together.
  enum Quota {
    static let images: Int64 = 200
    static let bytes: Int64 = 200 << 20
  }

  /// What a text calls it: `weft-image:17`.
  var address: String { "\(DocumentImageAddress.scheme)\(id)" }

  /// What shows it in a text.
  var markdown: String { "![\(DocumentImageName.alternative(fileName))](\(address))" }
}

extension Image.Format {
  var contentType: String {
    switch self {
    case .png: "image/png"
    case .jpeg: "image/jpeg"
    }
  }

  /// How names of such files end; the first is what a key ends in.
  var fileExtensions: [String] {
    switch self {
    case .png: ["png"]
    case .jpeg: ["jpg", "jpeg"]
    }
  }
}
