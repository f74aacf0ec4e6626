import Backup
import Blobs
import Glibc
import Identity
import Platform
import Storage
import Testing

/// A data directory with a table that names files, and archives of it.
@Suite struct BackupJobTests {
  static let application = BackedUpApplication(
    migrator: Migrator(
      application: "test",
      migrations: [
        Migration(
          number: 1, name: "files",
          sql: "CREATE TABLE files (id INTEGER PRIMARY KEY, key TEXT, size INTEGER, sha256 BLOB, content_type TEXT) STRICT"),
        Migration(number: 2, name: "copies", sql: "CREATE TABLE copies (key TEXT, size INTEGER, sha256 BLOB, type TEXT) STRICT"),
      ]),
    blobs: [
      BlobStatement(since: 1, sql: "SELECT key, size, sha256, content_type FROM files"),
      BlobStatement(since: 2, sql: "SELECT key, size, sha256, type FROM copies"),
      BlobStatement(since: 3, sql: "SELECT what FROM does_not_exist_yet"),
    ])

  struct Place {
    let root: String
    var data: String { root + "/data" }
    var archive: String { root + "/b.tar" }
    let database: Database
    let blobs: any BlobStore

    /// Stores a file and the row that names it.
    func add(_ key: String, _ content: [UInt8], claims: [UInt8]? = nil) async throws {
      let writer = try await blobs.create(try #require(BlobKey(key)), contentType: "text/plain")
      try await writer.write(content)
      _ = try await writer.finish()
      try await name(key, size: content.count, sha256: SHA256.digest(claims ?? content))
    }

    func name(_ key: String, size: Int, sha256: [UInt8]) async throws {
      try await database.write { transaction in
        try transaction.execute(
          "INSERT INTO files (key, size, sha256, content_type) VALUES ($key, $size, $sha256, 'text/plain')",
          ["key": .text(key), "size": .integer(Int64(size)), "sha256": .blob(sha256)])
      }
    }

    @discardableResult
    func backup(skipsDamaged: Bool = false, isCancelled: @escaping () -> Bool = { false }) async throws -> Manifest {
      let folder = data + "/blobs"
      var source = BackupJob.Source(
        dataDirectory: data, databasePath: data + "/weft.db", applications: [BackupJobTests.application], version: "1.2.3",
        openBlobs: { try DirectoryBlobStore(directory: folder) })
      source.skipsDamaged = skipsDamaged
      let job = BackupJob(source, time: ManualTime(wallMicroseconds: 1_704_067_200_000_000), isCancelled: isCancelled)
      return try await job.run(toFile: archive, replaces: true)
    }

    @discardableResult
    func restore(as name: String = "restored", into store: (any BlobStore)? = nil) async throws -> Manifest {
      let file = open(archive, O_RDONLY)
      defer { close(file) }
      let job = RestoreJob(applications: [BackupJobTests.application])
      var openBlobs: (@Sendable () async throws -> any BlobStore)?
      if let store { openBlobs = { store } }
      return try await job.run(from: file, into: root + "/" + name, openBlobs: openBlobs)
    }

    func content(_ key: String, below folder: String = "restored/blobs") -> [UInt8]? {
      let file = open(root + "/" + folder + "/" + key, O_RDONLY)
      guard file >= 0 else { return nil }
      defer { close(file) }
      var bytes = [UInt8](repeating: 0, count: 2_000_000)
      let count = read(file, &bytes, bytes.count)
      return Array(bytes.prefix(count))
    }
  }

  static func with(_ body: (Place) async throws -> Void) async throws {
    let root = (getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp") + "/weft-backup-\(getpid())-\(SystemRandom().word())"
    mkdir(root, 0o700)
    mkdir(root + "/data", 0o700)
    let database = try Database.open(path: root + "/data/weft.db")
    try await application.migrator.migrate(database)
    let blobs = try DirectoryBlobStore(directory: root + "/data/blobs")
    let place = Place(root: root, database: database, blobs: blobs)
    let result: Result<Void, any Error>
    do { result = .success(try await body(place)) } catch { result = .failure(error) }
    await blobs.close()
    await database.close()
    remove(root)
    try result.get()
  }

  private static func remove(_ path: String) {
    if let folder = opendir(path) {
      while let entry = readdir(folder) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if name != ".", name != ".." { remove(path + "/" + name) }
      }
      closedir(folder)
      rmdir(path)
    } else {
      unlink(path)
    }
  }

  static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) } }

  @Test func filesOfAnySizeComeBackAndTheManifestCountsThem() async throws {
    try await Self.with { place in
      let files = ["a/empty": 0, "a/one": 1, "a-b": 511, "b/2026/11/big.pdf": 1_000_001, "z": 262_144]
      for (key, size) in files { try await place.add(key, Self.bytes(size)) }
      // A second row for one file.
      try await place.name("z", size: 262_144, sha256: SHA256.digest(Self.bytes(262_144)))
      let manifest = try await place.backup()
      #expect(manifest.blobCount == 5 && manifest.blobBytes == Int64(files.values.reduce(0, +)))
      #expect(manifest.weft == "1.2.3" && manifest.madeAt == "2024-01-01T00:00:00Z" && manifest.schema == ["test": 2])
      #expect(try await place.restore() == manifest)
      for (key, size) in files { #expect(place.content(key) == Self.bytes(size), "\(key)") }
    }
  }

  @Test func aFileThatNoRowNamesStaysOut() async throws {
    try await Self.with { place in
      try await place.add("named", [1])
      let writer = try await place.blobs.create(try #require(BlobKey("orphan")), contentType: "text/plain")
      _ = try await writer.finish()
      #expect(try await place.backup().blobCount == 1)
      try await place.restore()
      #expect(place.content("orphan") == nil && place.content("named") == [1])
    }
  }

  @Test func aFileThatTheStoreLacksIsNamedOrLeftOut() async throws {
    try await Self.with { place in
      try await place.add("here", [1])
      try await place.name("gone", size: 3, sha256: SHA256.digest([1]))
      try await place.name("other/size", size: 3, sha256: SHA256.digest([1]))
      await #expect(throws: BackupError.missingFile(key: "gone")) { try await place.backup() }
      #expect(access(place.archive, F_OK) != 0)
      let manifest = try await place.backup(skipsDamaged: true)
      #expect(manifest.missingBlobs == ["gone", "other/size"] && manifest.blobCount == 1)
      #expect(try await place.restore() == manifest)
    }
  }

  @Test func aFileThatIsNotWhatWasStoredIsNamedOrTakenAsItIs() async throws {
    try await Self.with { place in
      try await place.add("rotten", [1, 2, 3], claims: [1, 2, 4])
      await #expect(throws: BackupError.damagedFile(key: "rotten")) { try await place.backup() }
      let manifest = try await place.backup(skipsDamaged: true)
      #expect(manifest.damagedBlobs == ["rotten"])
      #expect(try await place.restore() == manifest)
      #expect(place.content("rotten") == [1, 2, 3])
    }
  }

  @Test func whatIsNoKeyIsRefused() async throws {
    try await Self.with { place in
      try await place.name("../../etc/passwd", size: 1, sha256: SHA256.digest([1]))
      await #expect(throws: BackupError.damaged("the database names a file \"../../etc/passwd\"")) {
        try await place.backup(skipsDamaged: true)
      }
    }
  }

  @Test func nothingIsDeletedWhileABackupRuns() async throws {
    try await Self.with { place in
      try await place.add("a", [1])
      let data = place.data
      var refused = 0
      try await place.backup(isCancelled: {
        if (try? BackupLock.exclusiveForDeletion(directory: data)) == nil { refused += 1 }
        return false
      })
      #expect(refused > 3)
      #expect(try BackupLock.exclusiveForDeletion(directory: data) != nil)
    }
  }

  @Test func aStoreElsewhereIsFilledAndWhatItHasIsKept() async throws {
    try await Self.with { place in
      try await place.add("a", Self.bytes(300_000))
      try await place.add("b", [2])
      try await place.backup()
      for name in ["first", "second"] {
        let elsewhere = try DirectoryBlobStore(directory: place.root + "/elsewhere")
        try await place.restore(as: name, into: elsewhere)
      }
      #expect(place.content("a", below: "elsewhere") == Self.bytes(300_000))
      #expect(access(place.root + "/first/blobs", F_OK) != 0)
      // Another file under that name is nobody's to overwrite.
      let file = open(place.root + "/elsewhere/b", O_WRONLY | O_TRUNC)
      #expect(write(file, [UInt8]([3]), 1) == 1)
      close(file)
      await #expect(throws: BackupError.file(path: "b", reason: "the blob store has another file of that name")) {
        try await place.restore(as: "third", into: try DirectoryBlobStore(directory: place.root + "/elsewhere"))
      }
      #expect(access(place.root + "/third", F_OK) != 0 && place.content("b", below: "elsewhere") == [3])
    }
  }

  @Test(arguments: [0, 1, 2, 3, 4, 5, 6]) func anInterruptionAtAnyMomentLeavesNothing(moment: Int) async throws {
    try await Self.with { place in
      for n in 0..<3 { try await place.add("f\(n)", Self.bytes(600_000)) }
      var looks = 0
      await #expect(throws: BackupError.interrupted) {
        try await place.backup(isCancelled: {
          looks += 1
          return looks > moment
        })
      }
      for name in ["b.tar", "b.tar.part", "b.tar.db-part"] { #expect(access(place.root + "/" + name, F_OK) != 0, "\(name)") }
    }
  }
}
