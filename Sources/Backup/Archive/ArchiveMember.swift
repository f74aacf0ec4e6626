internal import Blobs

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
        guard name.hasPrefix("blobs/"), BlobKey(String(name.dropFirst(6))) != nil else { return nil }
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
}
