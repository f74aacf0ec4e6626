/// Unpacks members into a directory.
final class RestoreSink: MemberSink {
  private let directory: String
  private var file: MemberFile?

  init(directory: String) { self.directory = directory }

  func begin(_ member: ArchiveMember, size: Int64) async throws {
    switch member {
    case .secret(let name): file = try MemberFile(path: directory + "/" + name)
    default: file = try MemberFile(path: directory + "/weft.db")
    }
  }

  func write(_ bytes: ArraySlice<UInt8>) async throws { try file?.write(bytes) }

  func end(sha256: [UInt8]) async throws {
    try file?.finish()
    file = nil
  }
}
