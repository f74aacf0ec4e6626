internal import Platform

/// Decides of what type an uploaded file is, by its name and its content together.
///
/// The name says which type is meant; the content must fit it. What the client says the content type is counts for nothing.
public final class FileTypes: Sendable {
  /// How much of a file is looked at.
  public static let headBytes = 64 << 10
  private static let threads = 2
  private static let filesMax = 1024

  /// Other kinds of ours: what is one of them does not pass as text, even where its head could be read as such.
  private static let notText: Set<String> = [
    "application/pdf", "application/zip", "application/x-rar", "application/vnd.rar", "application/x-7z-compressed",
    "application/gzip", "application/x-ole-storage", "application/x-dosexec", "application/vnd.microsoft.portable-executable",
    "application/x-executable", "application/x-pie-executable", "application/x-sharedlib", "application/x-mach-binary",
    "image/jpeg", "image/png", "image/gif", "image/webp",
  ]
  /// What libmagic says of a document of Office 97 whose kind it did not find.
  private static let compoundTypes: Set<String> = ["application/x-ole-storage", "application/cdfv2", "application/vnd.ms-office"]
  /// A document of Office 2007 behind a password is a compound document.
  private static let encrypted = "application/encrypted"

  private let pool: WorkerPool<MagicDatabase>

  /// Loads libmagic's database. Blocks for a moment: for the start of a process.
  public init() throws(BlobError) {
    var databases: [MagicDatabase] = []
    for _ in 0..<Self.threads { databases.append(try MagicDatabase()) }
    let loaded = databases
    pool = WorkerPool(
      options: .init(name: "file-types", threads: Self.threads, queueMax: Self.filesMax, waitMax: .seconds(10)),
      makeContext: { loaded[$0] })
  }

  /// Whether a name's extension is one of those supported, before any content is there.
  public static func isSupported(name: String) -> Bool { FileType.named(name) != nil }

  /// - Parameters:
  ///   - name: The file's name as the client gave it; only what follows the last dot counts.
  ///   - head: The first `headBytes` bytes of the file, or all of a shorter one.
  /// - Returns: Nil if the type is not supported, or if the content is not what the name says.
  public func decide(name: String, head: [UInt8]) async throws(BlobError) -> FileType? {
    guard let type = FileType.named(name) else { return nil }
    do {
      return try await pool.run { magic in Self.fits(type.content, head, magic) ? type : nil }
    } catch {
      throw BlobError(error)
    }
  }

  public func close() async { await pool.close() }

  private static func fits(_ content: FileType.Content, _ head: [UInt8], _ magic: MagicDatabase) -> Bool {
    switch content {
    case .oneOf(let types): return types.contains(magic.mediaType(head))
    case .compoundDocument(let own):
      let type = magic.mediaType(head)
      return type == own || compoundTypes.contains(type.lowercased())
    case .officePackage(let own, let directory): return isOfficePackage(magic.mediaType(head), own, directory, head)
    case .zip: return ZipHead.isArchive(head)
    case .text: return isText(head, magic)
    case .json: return isText(head, magic) && TextContent.isUTF8(head, isWhole: head.count < headBytes) && TextContent.mayBeJSON(head)
    }
  }

  private static func isText(_ head: [UInt8], _ magic: MagicDatabase) -> Bool {
    TextContent.isText(head) && !notText.contains(magic.mediaType(head))
  }

  private static func isOfficePackage(_ type: String, _ own: String, _ directory: String, _ head: [UInt8]) -> Bool {
    if type == own || type == encrypted { return true }
    // libmagic knows the usual order of entries only; ours is to see that it is such a package, and not one of another kind.
    guard type == "application/zip" || type == "application/octet-stream" else { return false }
    let names = ZipHead.entryNames(head)
    if names.contains(where: { $0.starts(with: directory.utf8) }) { return true }
    let others = ["word/", "xl/", "ppt/", "META-INF/"]
    return names.contains { $0.elementsEqual("[Content_Types].xml".utf8) }
      && !names.contains { name in others.contains { name.starts(with: $0.utf8) } }
  }
}
