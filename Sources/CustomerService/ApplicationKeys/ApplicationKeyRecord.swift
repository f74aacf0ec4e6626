/// An application key as it is stored: a keyed hash and the last four characters, never the key.
struct ApplicationKeyRecord: Equatable, Sendable {
  /// A UUID.
  var id: String
  var userID: String
  /// Keyed hash of the key, 32 bytes.
  var digest: [UInt8]
  /// The key's last characters, to show.
  var ending: String
  var isActive: Bool
  /// Microseconds since 1970, UTC. The memory of the server may know of a later use, of the last minute.
  var lastUsedAt: Int64?
  var createdAt: Int64
  var updatedAt: Int64?
}
