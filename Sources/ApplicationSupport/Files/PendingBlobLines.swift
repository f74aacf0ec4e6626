package import Storage

/// A table of objects of the blob store that belong to nothing: one is being written, or what it was of is gone.
///
/// A row stands here before the first byte is written and until the row that names the object is committed, so whatever a crash leaves is
/// known by name. A lease in the future says that somebody is writing; 0 says that the object is to be deleted, and nothing brings it back.
package protocol PendingBlobLines: UnwantedBlobLines {
  static var statements: PendingBlobStatements { get }
  /// Whether an object belongs to something.
  static func isOwned(_ key: String, _ transaction: ReadTransaction) throws -> Bool
}

/// What is asked of such a table, with `$key` throughout: the same in each application but for its name.
package struct PendingBlobStatements: Sendable {
  /// With `$created_at` and `$lease_until`.
  package var insert: StaticString
  /// Sets `$lease_until` where there is a lease.
  package var extend: StaticString
  /// Deletes the row where there is a lease.
  package var settle: StaticString
  /// Ends the lease.
  package var giveUp: StaticString
  /// Ends the leases that ran out before `$time`; no `$key`.
  package var giveUpAll: StaticString
  /// At most 100 keys without a lease behind `$after`, in order; no `$key`.
  package var givenUp: StaticString
  /// Deletes the row where there is no lease.
  package var forget: StaticString

  package init(
    insert: StaticString, extend: StaticString, settle: StaticString, giveUp: StaticString, giveUpAll: StaticString,
    givenUp: StaticString, forget: StaticString
  ) {
    self.insert = insert
    self.extend = extend
    self.settle = settle
    self.giveUp = giveUp
    self.giveUpAll = giveUpAll
    self.givenUp = givenUp
    self.forget = forget
  }
}

extension PendingBlobLines {
  /// - Parameters:
  ///   - time: Now, microseconds since 1970.
  ///   - leaseUntil: Until when nobody else deletes the object.
  package static func insert(_ key: String, at time: Int64, leaseUntil: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      statements.insert, ["key": .text(key), "created_at": .integer(time), "lease_until": .integer(leaseUntil)])
  }

  /// - Returns: False if the object has been given up meanwhile.
  package static func extend(_ key: String, leaseUntil: Int64, _ transaction: Transaction) throws -> Bool {
    try transaction.execute(statements.extend, ["key": .text(key), "lease_until": .integer(leaseUntil)]) == 1
  }

  /// The object belongs to what this transaction inserts.
  ///
  /// - Returns: False if the object has been given up meanwhile: it may be gone.
  package static func settle(_ key: String, _ transaction: Transaction) throws -> Bool {
    try transaction.execute(statements.settle, ["key": .text(key)]) == 1
  }

  /// The object of what this transaction deletes.
  package static func discard(_ key: String, at time: Int64, _ transaction: Transaction) throws {
    try insert(key, at: time, leaseUntil: 0, transaction)
  }

  /// The object is not wanted any more, by whoever was writing it.
  ///
  /// - Returns: False if it belongs to something after all.
  package static func giveUp(_ key: String, at time: Int64, _ transaction: Transaction) throws -> Bool {
    if try transaction.execute(statements.giveUp, ["key": .text(key)]) == 1 { return true }
    guard try !isOwned(key, transaction) else { return false }
    // Housekeeping has deleted what was there then, and forgot it; what its writer ended after that is there now.
    try discard(key, at: time, transaction)
    return true
  }

  /// Gives up what nobody can be writing any more: whose lease ran out before `time`. From then on it cannot belong to anything.
  package static func giveUpAll(leasedUntil time: Int64, _ transaction: Transaction) throws {
    try transaction.execute(statements.giveUpAll, ["time": .integer(time)])
  }

  package static func givenUp(after: String, _ transaction: ReadTransaction) throws -> [String] {
    try transaction.query(statements.givenUp, ["after": .text(after)]) { row in try row.text(0) }
  }

  package static func forget(_ keys: [String], _ transaction: Transaction) throws {
    for key in keys { try transaction.execute(statements.forget, ["key": .text(key)]) }
  }
}
