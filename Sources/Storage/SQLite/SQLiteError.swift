internal import CSQLite

extension StorageError {
  /// The error behind a result code of SQLite.
  ///
  /// - Parameters:
  ///   - code: An extended result code.
  ///   - message: `sqlite3_errmsg` right after the call.
  init(code: Int32, message: String) {
    switch code & 0xff {
    case SQLITE_CONSTRAINT: self = .constraint(Constraint(code: code), detail: Self.detail(message))
    case SQLITE_FULL: self = .full
    case SQLITE_BUSY, SQLITE_LOCKED: self = .busy
    case SQLITE_CORRUPT, SQLITE_NOTADB: self = .corrupt(message)
    case SQLITE_IOERR: self = .io("\(message) (\(code))")
    case SQLITE_INTERRUPT: self = .timeLimit
    default: self = .statement(code: code, message: message)
    }
  }

  /// The columns in "UNIQUE constraint failed: csa_users.email".
  private static func detail(_ message: String) -> String {
    guard let colon = message.utf8.lastIndex(of: UInt8(ascii: ":")) else { return message }
    return String(message[message.utf8.index(after: colon)...].drop { $0 == " " })
  }
}

extension StorageError.Constraint {
  // SQLite builds these with macros that Swift does not import: the kind stands in bits 8 and up.
  fileprivate init(code: Int32) {
    switch code >> 8 {
    case 6, 8, 10: self = .unique  // PRIMARYKEY, UNIQUE, ROWID
    case 3: self = .foreignKey
    case 5: self = .notNull
    case 1: self = .check
    case 12: self = .type  // DATATYPE, of a STRICT table
    default: self = .other
    }
  }
}
