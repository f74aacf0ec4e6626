import Foundation
import Glibc

/// How a console is signed in at one server.
public struct StoredSignIn: Codable, Sendable, Equatable {
  /// How the server is reached, as it was at the sign-in; absent means plain text.
  public struct TLS: Codable, Sendable, Equatable {
    public var authorities: String?
    public var certificate: String?
    public var key: String?

    public init(authorities: String? = nil, certificate: String? = nil, key: String? = nil) {
      self.authorities = authorities
      self.certificate = certificate
      self.key = key
    }
  }

  public var email: String
  /// What gets access tokens until `sessionExpiresAt`.
  public var sessionKey: String
  /// Seconds since 1970, UTC.
  public var sessionExpiresAt: Int64
  public var accessToken: String
  public var accessExpiresAt: Int64
  public var tls: TLS?

  public init(
    email: String, sessionKey: String, sessionExpiresAt: Int64, accessToken: String, accessExpiresAt: Int64, tls: TLS? = nil
  ) {
    self.email = email
    self.sessionKey = sessionKey
    self.sessionExpiresAt = sessionExpiresAt
    self.accessToken = accessToken
    self.accessExpiresAt = accessExpiresAt
    self.tls = tls
  }
}

/// How a console is signed in to the co-writing platform of one server.
public struct StoredToken: Codable, Sendable, Equatable {
  /// User name or address, as it was typed.
  public var name: String
  public var accessToken: String
  /// Seconds since 1970, UTC.
  public var accessExpiresAt: Int64
  public var tls: StoredSignIn.TLS?

  public init(name: String, accessToken: String, accessExpiresAt: Int64, tls: StoredSignIn.TLS? = nil) {
    self.name = name
    self.accessToken = accessToken
    self.accessExpiresAt = accessExpiresAt
    self.tls = tls
  }
}

/// Every server that a console is signed in at.
public struct SignInBook: Codable, Sendable, Equatable {
  /// Which server is meant where none is named.
  public var standard: String?
  /// To the customer service, by `HOST:PORT` as it was typed.
  public var servers: [String: StoredSignIn] = [:]
  /// To the co-writing platform; nil rather than empty, as in files of before there was one.
  public var coWriting: [String: StoredToken]?

  public init() {}

  /// Every server that is signed in at, in order.
  public var names: [String] { Set(servers.keys).union(coWriting?.keys ?? [:].keys).sorted() }

  /// Keeps a sign-in to the co-writing platform, or forgets it.
  public mutating func setCoWriting(_ token: StoredToken?, at server: String) {
    var tokens = coWriting ?? [:]
    tokens[server] = token
    coWriting = tokens.isEmpty ? nil : tokens
  }

  /// Means another server where nobody is signed in any more at the one that was meant.
  public mutating func chooseStandard() {
    if let standard, !names.contains(standard) { self.standard = names.first }
  }
}

/// Why the file of sign-ins cannot be used, and what to do.
public struct SignInFileError: Error, CustomStringConvertible {
  public let description: String
}

/// Where a console keeps its sign-ins: `$XDG_CONFIG_HOME/weft/admin.json` or `~/.config/weft/admin.json`, mode 0600 in a directory of mode
/// 0700. Whatever others could read or change is refused: a key in it may be known already, and it would be used all the same.
///
/// Source: XDG Base Directory Specification; its paths are absolute, others are ignored.
public struct SignInFile: Sendable {
  public let directory: String
  public var path: String { directory + "/admin.json" }
  private var lockPath: String { directory + "/admin.lock" }
  /// A hundred servers are a tenth of it.
  private static let bytesMax = 1 << 20

  public init(environment: [String: String]) throws(SignInFileError) {
    if let base = environment["XDG_CONFIG_HOME"], base.hasPrefix("/") {
      directory = base + "/weft"
    } else if let home = environment["HOME"], home.hasPrefix("/") {
      directory = home + "/.config/weft"
    } else {
      throw SignInFileError(description: "neither XDG_CONFIG_HOME nor HOME says where sign-ins are kept")
    }
  }

  /// What is kept; nothing where there is no file.
  public func read() throws(SignInFileError) -> SignInBook {
    guard try checkDirectory() else { return SignInBook() }
    // The file itself may be no link: it would lead to what another user prepared.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else {
      if errno == ENOENT { return SignInBook() }
      throw failure("cannot read \(path)")
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw failure("cannot read \(path)") }
    try check(status, path, kind: S_IFREG, mode: 0o600, advice: "then run weft admin login again if others may have read it")
    guard status.st_size <= Self.bytesMax else { throw SignInFileError(description: "\(path) is too large; remove it and sign in again") }
    do {
      let data = try FileHandle(fileDescriptor: file, closeOnDealloc: false).readToEnd() ?? Data()
      return try JSONDecoder().decode(SignInBook.self, from: data)
    } catch {
      throw SignInFileError(description: "\(path) is damaged; remove it and sign in again")
    }
  }

  /// Changes what is kept: one command at a time, and whole or not at all.
  public func update(_ change: (inout SignInBook) -> Void) throws(SignInFileError) {
    if try !checkDirectory() { try makeDirectory() }
    let lock = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard lock >= 0 else { throw failure("cannot open \(lockPath)") }
    // Closing gives the lock back.
    defer { close(lock) }
    while flock(lock, LOCK_EX) != 0 { guard errno == EINTR else { throw failure("cannot lock \(lockPath)") } }
    var book = try read()
    let before = book
    change(&book)
    if book != before { try write(book) }
  }

  private func write(_ book: SignInBook) throws(SignInFileError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(book) else { throw SignInFileError(description: "cannot write \(path)") }
    let temporary = path + ".new"
    // Left by a command that was killed; the lock says that nobody writes it.
    unlink(temporary)
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw failure("cannot write \(temporary)") }
    do {
      defer { close(file) }
      guard fchmod(file, 0o600) == 0 else { throw failure("cannot write \(temporary)") }
      do {
        try FileHandle(fileDescriptor: file, closeOnDealloc: false).write(contentsOf: data)
      } catch {
        throw SignInFileError(description: "cannot write \(temporary): \(error.localizedDescription)")
      }
      guard fsync(file) == 0 else { throw failure("cannot write \(temporary)") }
    }
    guard rename(temporary, path) == 0 else { throw failure("cannot write \(path)") }
    let folder = open(directory, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// - Returns: Whether it is there.
  private func checkDirectory() throws(SignInFileError) -> Bool {
    var status = stat()
    guard stat(directory, &status) == 0 else {
      if errno == ENOENT { return false }
      throw failure("cannot look at \(directory)")
    }
    try check(status, directory, kind: S_IFDIR, mode: 0o700, advice: "and run the command again")
    return true
  }

  private func makeDirectory() throws(SignInFileError) {
    do {
      let parent = (directory as NSString).deletingLastPathComponent
      try FileManager.default.createDirectory(
        atPath: parent, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw SignInFileError(description: "cannot make \(directory): \(error.localizedDescription)")
    }
    // Another command may have made it meanwhile.
    guard mkdir(directory, 0o700) == 0 || errno == EEXIST else { throw failure("cannot make \(directory)") }
    _ = try checkDirectory()
  }

  private func check(_ status: stat, _ path: String, kind: mode_t, mode: mode_t, advice: String) throws(SignInFileError) {
    guard status.st_mode & S_IFMT == kind else {
      throw SignInFileError(description: "\(path) is not a \(kind == S_IFDIR ? "directory" : "file")")
    }
    guard status.st_uid == geteuid() else { throw SignInFileError(description: "\(path) belongs to another user") }
    let wider = status.st_mode & 0o7777 & ~mode
    guard wider & 0o077 == 0 else {
      throw SignInFileError(
        description: "\(path) is open to other users (mode \(String(status.st_mode & 0o777, radix: 8))): "
          + "run chmod \(String(mode, radix: 8)) \(path), \(advice)")
    }
  }

  private func failure(_ what: String) -> SignInFileError {
    SignInFileError(description: "\(what): \(String(cString: strerror(errno)))")
  }
}
