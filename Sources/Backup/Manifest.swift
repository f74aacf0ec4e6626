internal import Foundation

/// `manifest.json`, the last member of an archive: an archive without it was not written to its end.
public struct Manifest: Codable, Sendable, Equatable {
  static let formatKnown = "weft-backup"
  public static let versionKnown = 1
  /// A million keys of files that were left out, more or less.
  static let bytesMax = 64 * 1024 * 1024

  /// `weft-backup`.
  public var format = Self.formatKnown
  /// Of the archive's layout.
  public var version = Self.versionKnown
  /// The program that wrote it, such as `0.1.0`.
  public var weft: String
  /// When the copy of the database was made, as RFC 3339 writes it.
  public var madeAt: String
  /// The number of the last migration of each application.
  public var schema: [String: Int]
  /// Bytes of `weft.db`.
  public var databaseBytes: Int64
  /// Uploaded files, and their bytes.
  public var blobCount: Int
  public var blobBytes: Int64
  /// Files that the database names and the archive lacks, as the blob store did (`--skip-damaged`).
  public var missingBlobs: [String]
  /// Files that are in the archive as the blob store had them, which is not what the database says about them.
  public var damagedBlobs: [String]
  /// SHA-256 of the member `SHA256SUMS`, which has that of all others.
  public var sums: String

  enum CodingKeys: String, CodingKey {
    case format, version, weft, schema, sums
    case madeAt = "made_at"
    case databaseBytes = "database_bytes"
    case blobCount = "blob_count"
    case blobBytes = "blob_bytes"
    case missingBlobs = "missing_blobs"
    case damagedBlobs = "damaged_blobs"
  }

  var json: [UInt8] {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }
  }

  /// - Throws: `BackupError.damaged`, `.newerArchive`.
  init(json: [UInt8]) throws(BackupError) {
    struct Head: Decodable {
      var format: String
      var version: Int
    }
    let data = Data(json)
    // The version first: the rest may look different in a newer one.
    guard let head = try? JSONDecoder().decode(Head.self, from: data), head.format == Self.formatKnown else {
      throw .damaged("manifest.json is not a manifest of Weft's")
    }
    guard head.version == Self.versionKnown else { throw .newerArchive(version: head.version) }
    guard let manifest = try? JSONDecoder().decode(Manifest.self, from: data) else {
      throw .damaged("manifest.json lacks something")
    }
    self = manifest
  }

  init(
    weft: String, madeAt: String, schema: [String: Int], databaseBytes: Int64, blobCount: Int, blobBytes: Int64,
    missingBlobs: [String], damagedBlobs: [String], sums: String
  ) {
    self.weft = weft
    self.madeAt = madeAt
    self.schema = schema
    self.databaseBytes = databaseBytes
    self.blobCount = blobCount
    self.blobBytes = blobBytes
    self.missingBlobs = missingBlobs
    self.damagedBlobs = damagedBlobs
    self.sums = sums
  }
}
