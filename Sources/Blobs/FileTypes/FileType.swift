/// A type of file that may be uploaded (chapter 6.1 of the customer service document).
public struct FileType: Sendable, Equatable {
  /// The canonical extension, such as `jpg` for both `.jpg` and `.jpeg`.
  public let fileExtension: String
  /// What is stored and answered, whatever the client said it was.
  public let contentType: String
  let content: Content

  /// What the bytes must be.
  enum Content: Sendable, Equatable {
    /// One of these, as libmagic names them.
    case oneOf(Set<String>)
    /// A document of Office 97, whose kind may stand further behind than we look.
    case compoundDocument(String)
    /// A document of Office 2007, in a ZIP archive with entries below this directory.
    case officePackage(String, directory: String)
    case zip
    case text
    /// Text in UTF-8 that may be JSON by its first character.
    case json
  }

  /// By extension in lower case.
  static let all: [String: FileType] = {
    let jpeg = FileType("jpg", "image/jpeg", .oneOf(["image/jpeg"]))
    let openXML = "application/vnd.openxmlformats-officedocument."
    let types = [
      FileType("pdf", "application/pdf", .oneOf(["application/pdf"])),
      FileType("doc", "application/msword", .compoundDocument("application/msword")),
      FileType("xls", "application/vnd.ms-excel", .compoundDocument("application/vnd.ms-excel")),
      FileType("ppt", "application/vnd.ms-powerpoint", .compoundDocument("application/vnd.ms-powerpoint")),
      package("docx", openXML + "wordprocessingml.document", "word/"),
      package("xlsx", openXML + "spreadsheetml.sheet", "xl/"),
      package("pptx", openXML + "presentationml.presentation", "ppt/"),
      jpeg,
      FileType("png", "image/png", .oneOf(["image/png"])),
      FileType("gif", "image/gif", .oneOf(["image/gif"])),
      FileType("webp", "image/webp", .oneOf(["image/webp"])),
      FileType("zip", "application/zip", .zip),
      FileType("rar", "application/vnd.rar", .oneOf(["application/x-rar", "application/vnd.rar"])),
      FileType("7z", "application/x-7z-compressed", .oneOf(["application/x-7z-compressed"])),
      FileType("txt", "text/plain", .text),
      FileType("log", "text/plain", .text),
      FileType("csv", "text/csv", .text),
      FileType("md", "text/markdown", .text),
      FileType("json", "application/json", .json),
    ]
    var all = Dictionary(uniqueKeysWithValues: types.map { ($0.fileExtension, $0) })
    all["jpeg"] = jpeg
    return all
  }()

  private init(_ fileExtension: String, _ contentType: String, _ content: Content) {
    self.fileExtension = fileExtension
    self.contentType = contentType
    self.content = content
  }

  private static func package(_ fileExtension: String, _ contentType: String, _ directory: String) -> FileType {
    FileType(fileExtension, contentType, .officePackage(contentType, directory: directory))
  }

  /// The type that a file name claims by what follows its last dot, in any case; nil if it is not supported.
  static func named(_ name: String) -> FileType? {
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) else { return nil }
    return all[name[name.utf8.index(after: dot)...].lowercased()]
  }
}
