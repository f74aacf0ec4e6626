/// What may be in an archive, and in which order: nothing else is written and nothing else is taken, so that no name leads anywhere.
enum ArchiveMember: Equatable {
  case database
  /// A file of the data directory by its name.
  case secret(String)
  /// An uploaded file by its key.
  case blob(String)
  case sums
  case manifest

  /// Files that the database is worth nothing without. The current signing secret comes before those that it replaced, as it is read in
  /// that order: a rotation in between then loses none that signed before.
  static let secretNames = ["hash.secret", "jwt.secret", "jwt.secret.previous"]

  var name: String {
    switch self {
    case .database: "weft.db"
    case .secret(let name): "secrets/" + name
    case .blob(let key): "blobs/" + key
    case .sums: "SHA256SUMS"
    case .manifest: "manifest.json"
    }
  }

  init?(name: String) {
    switch name {
    case "weft.db": self = .database
    case "SHA256SUMS": self = .sums
    case "manifest.json": self = .manifest
    default:
      if name.hasPrefix("secrets/") {
        guard let secret = Self.secretNames.first(where: { "secrets/" + $0 == name }) else { return nil }
        self = .secret(secret)
      } else {
        guard name.hasPrefix("blobs/"), Self.isKey(name.dropFirst(6)) else { return nil }
        self = .blob(String(name.dropFirst(6)))
      }
    }
  }

  /// Whether a member may stand behind another one: kinds in their order, then names, so that none comes twice.
  func mayFollow(_ previous: ArchiveMember) -> Bool {
    rank != previous.rank ? rank > previous.rank : Array(previous.name.utf8).lexicographicallyPrecedes(Array(name.utf8))
  }

  private var rank: Int {
    switch self {
    case .database: 0
    case .secret: 1
    case .blob: 2
    case .sums: 3
    case .manifest: 4
    }
  }

  /// Keys of the blob store: lower-case letters, digits and `._-` in segments of which none is empty or begins with a dot.
  static func isKey(_ text: Substring) -> Bool {
    (1...512).contains(text.utf8.count)
      && text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { segment in
        guard let first = segment.first, first != UInt8(ascii: ".") else { return false }
        return segment.allSatisfy { byte in
          (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || "._-".utf8.contains(byte)
        }
      }
  }
}
