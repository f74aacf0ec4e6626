internal import Identity

/// Who takes what an archive holds. A member that was taken is not yet known to be right: that is known at the archive's end.
protocol MemberSink {
  func begin(_ member: ArchiveMember, size: Int64) async throws
  func write(_ bytes: ArraySlice<UInt8>) async throws
  func end(sha256: [UInt8]) async throws
}

/// Goes through an archive and checks all that can be known of it alone: that it is whole, that nothing is twice or out of order, and
/// that every byte is the one that was written.
struct ArchiveWalk {
  let reader: ArchiveReader
  /// A directory for a list of check sums, in a file without a name.
  let scratch: String

  /// - Throws: `BackupError.damaged`, `.newerArchive`, and whatever the sink throws.
  func run(_ sink: some MemberSink) async throws -> Manifest {
    let sums = try CheckSums(directory: scratch)
    var previous: ArchiveMember?
    var counts = (database: Int64(0), blobs: 0, blobBytes: Int64(0))
    var foundSums: [UInt8]?
    while let (member, size) = try reader.next() {
      if let previous, !member.mayFollow(previous) { throw BackupError.damaged("\(member.name) comes twice, or too late") }
      if previous == nil, member != .database { throw BackupError.damaged("it does not begin with the database") }
      previous = member
      switch member {
      case .sums: foundSums = try check(sums, size: size)
      case .manifest:
        guard let foundSums else { throw BackupError.damaged("it has no check sums") }
        let manifest = try manifest(size: size)
        guard manifest.sums == CheckSums.hexadecimal(foundSums) else { throw BackupError.damaged("its check sums are not the manifest's") }
        guard manifest.databaseBytes == counts.database, manifest.blobCount == counts.blobs, manifest.blobBytes == counts.blobBytes else {
          throw BackupError.damaged("it does not hold what the manifest says")
        }
        guard try reader.next() == nil else { throw BackupError.damaged("something comes after its end") }
        return manifest
      default:
        let digest = try await pass(member, size: size, to: sink)
        try sums.add(member.name, sha256: digest)
        if member == .database { counts.database = size }
        if case .blob = member { (counts.blobs, counts.blobBytes) = (counts.blobs + 1, counts.blobBytes + size) }
      }
    }
    throw BackupError.damaged("it ends before its manifest")
  }

  private func pass(_ member: ArchiveMember, size: Int64, to sink: some MemberSink) async throws -> [UInt8] {
    try await sink.begin(member, size: size)
    let hash = SHA256Stream()
    var count: Int64 = 0
    while let piece = try reader.read() {
      hash.update(piece)
      count += Int64(piece.count)
      try await sink.write(piece)
    }
    guard count == size else { throw BackupError.damaged("\(member.name) has \(count) bytes of \(size)") }
    let digest = hash.finish()
    try await sink.end(sha256: digest)
    return digest
  }

  /// Compares the member with the check sums that were found.
  private func check(_ sums: CheckSums, size: Int64) throws -> [UInt8] {
    guard size == sums.size else { throw BackupError.damaged("its check sums are of other members") }
    var rest: ArraySlice<UInt8> = []
    let hash = SHA256Stream()
    try sums.read { bytes throws(BackupError) in
      var expected = bytes
      while !expected.isEmpty {
        if rest.isEmpty {
          guard let piece = try self.reader.read() else { throw .damaged("it ends within its check sums") }
          hash.update(piece)
          rest = piece
        }
        let count = min(rest.count, expected.count)
        if let place = zip(rest.prefix(count), expected.prefix(count)).enumerated().first(where: { $1.0 != $1.1 })?.offset {
          throw .damaged("the check sum of \(Self.name(in: bytes, at: expected.startIndex + place)) is wrong")
        }
        rest = rest.dropFirst(count)
        expected = expected.dropFirst(count)
      }
    }
    guard rest.isEmpty, try reader.read() == nil else { throw BackupError.damaged("its check sums are of other members") }
    return hash.finish()
  }

  /// The name in the line around a place in the check sums.
  private static func name(in lines: ArraySlice<UInt8>, at place: Int) -> String {
    let newline = UInt8(ascii: "\n")
    let start = lines[..<place].lastIndex(of: newline).map { $0 + 1 } ?? lines.startIndex
    return String(decoding: lines[start...].prefix { $0 != newline }.dropFirst(66), as: UTF8.self)
  }

  private func manifest(size: Int64) throws -> Manifest {
    guard size <= Manifest.bytesMax else { throw BackupError.damaged("manifest.json has \(size) bytes") }
    var json: [UInt8] = []
    while let piece = try reader.read() { json += piece }
    return try Manifest(json: json)
  }
}
