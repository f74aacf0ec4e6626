internal import Storage

/// All SQL about jobs. Times are microseconds since 1970.
enum JobStore {
  static func insert(
    _ kind: JobKind, reference: Int64, owner: Int64, now: Int64, runAfter: Int64, _ transaction: Transaction
  ) throws -> Int64 {
    let id = try transaction.integer(
      """
      INSERT INTO cw_jobs (kind, reference, owner, created_at, run_after, attempts, lease_until, lease_holder, fence, is_cancelled)
      VALUES ($kind, $reference, $owner, $now, $run_after, 0, 0, '', 0, 0)
      RETURNING id
      """,
      [
        "kind": .text(kind.name), "reference": .integer(reference), "owner": .integer(owner), "now": .integer(now),
        "run_after": .integer(runAfter),
      ])
    guard let id else { preconditionFailure("an insertion returns its row") }
    return id
  }

  /// Whether there are `count` jobs of a kind or more; of one owner, if one is given.
  static func hasAtLeast(_ count: Int, _ kind: JobKind, owner: Int64?, _ transaction: ReadTransaction) throws -> Bool {
    guard let owner else {
      return try transaction.integer(
        "SELECT 1 FROM cw_jobs WHERE kind = $kind LIMIT 1 OFFSET $count", ["kind": .text(kind.name), "count": .integer(count - 1)]) != nil
    }
    return try transaction.integer(
      "SELECT 1 FROM cw_jobs WHERE kind = $kind AND owner = $owner LIMIT 1 OFFSET $count",
      ["kind": .text(kind.name), "owner": .integer(owner), "count": .integer(count - 1)]) != nil
  }

  // MARK: Whose turn it is

  /// How many jobs of a kind run now, by owner, in all processes.
  static func runningCounts(_ kind: JobKind, _ moment: JobMoment, _ transaction: ReadTransaction) throws -> [Int64: Int] {
    let counts = try transaction.query(
      """
      SELECT owner, count(*) FROM cw_jobs
      WHERE kind = $kind AND lease_until > 0 AND lease_until >= $now AND lease_until <= $horizon
      GROUP BY owner
      """, ["kind": .text(kind.name), "now": .integer(moment.now), "horizon": .integer(moment.horizon)]
    ) { row in (try row.integer(0), Int(try row.integer(1))) }
    return Dictionary(uniqueKeysWithValues: counts)
  }

  /// Those who have jobs of a kind: one step in the index for each of them, however many jobs they have.
  static func owners(_ kind: JobKind, _ transaction: ReadTransaction) throws -> [Int64] {
    try transaction.query(
      """
      WITH RECURSIVE owners (owner) AS (
        SELECT min(owner) FROM cw_jobs WHERE kind = $kind
        UNION ALL
        SELECT (SELECT min(owner) FROM cw_jobs WHERE kind = $kind AND owner > owners.owner) FROM owners WHERE owners.owner IS NOT NULL
      )
      SELECT owner FROM owners WHERE owner IS NOT NULL
      """, ["kind": .text(kind.name)]
    ) { row in try row.integer(0) }
  }

  /// A job that is due, and its place in its owner's row.
  struct Place: Sendable, Equatable {
    var runAfter: Int64
    var id: Int64
    /// Before all.
    static let first = Place(runAfter: .min, id: .min)
  }

  /// An owner's oldest job that is due and that nobody runs, behind `place`.
  static func nextDue(
    _ kind: JobKind, owner: Int64, after place: Place, _ moment: JobMoment, _ transaction: ReadTransaction
  ) throws -> Place? {
    try transaction.first(
      """
      SELECT run_after, id FROM cw_jobs
      WHERE kind = $kind AND owner = $owner AND run_after <= $now AND (lease_until < $now OR lease_until > $horizon)
        AND (run_after, id) > ($place_time, $place_id)
      ORDER BY run_after, id LIMIT 1
      """,
      [
        "kind": .text(kind.name), "owner": .integer(owner), "now": .integer(moment.now), "horizon": .integer(moment.horizon),
        "place_time": .integer(place.runAfter), "place_id": .integer(place.id),
      ]
    ) { row in Place(runAfter: try row.integer(0), id: try row.integer(1)) }
  }

  // MARK: Leases

  /// Takes a job, unless somebody was faster.
  static func take(id: Int64, holder: String, _ moment: JobMoment, _ transaction: Transaction) throws -> (Job, JobLease)? {
    try transaction.first(
      """
      UPDATE cw_jobs SET lease_until = $lease_until, lease_holder = $holder, fence = fence + 1, attempts = attempts + 1
      WHERE id = $id AND run_after <= $now AND (lease_until < $now OR lease_until > $horizon)
      RETURNING id, kind, reference, owner, created_at, attempts, is_cancelled, fence
      """,
      [
        "lease_until": .integer(moment.leaseUntil), "holder": .text(holder), "id": .integer(id), "now": .integer(moment.now),
        "horizon": .integer(moment.horizon),
      ]
    ) { row in
      let job = Job(
        id: try row.integer(0), kind: JobKind(try row.text(1)), reference: try row.integer(2), owner: try row.integer(3),
        createdAt: try row.integer(4), attempts: Int(try row.integer(5)), isCancelled: try row.bool(6))
      return (job, JobLease(jobID: job.id, fence: try row.integer(7), holder: holder))
    }
  }

  /// - Returns: Whether the lease was still held.
  static func extend(_ lease: JobLease, until: Int64, _ transaction: Transaction) throws -> Bool {
    try transaction.execute(
      "UPDATE cw_jobs SET lease_until = $until WHERE id = $id AND fence = $fence AND lease_holder = $holder",
      ["until": .integer(until), "id": .integer(lease.jobID), "fence": .integer(lease.fence), "holder": .text(lease.holder)]) == 1
  }

  /// What the table says of the jobs that `holder` has: fence and whether they are to end, by id.
  static func held(by holder: String, _ transaction: ReadTransaction) throws -> [Int64: (fence: Int64, isCancelled: Bool)] {
    let rows = try transaction.query(
      "SELECT id, fence, is_cancelled FROM cw_jobs WHERE lease_holder = $holder AND lease_until > 0", ["holder": .text(holder)]
    ) { row in (try row.integer(0), (fence: try row.integer(1), isCancelled: try row.bool(2))) }
    return Dictionary(uniqueKeysWithValues: rows)
  }

  /// Whether the job is to end; nil if the lease is lost.
  static func isCancelled(_ lease: JobLease, _ transaction: ReadTransaction) throws -> Bool? {
    try transaction.first(
      "SELECT is_cancelled FROM cw_jobs WHERE id = $id AND fence = $fence AND lease_holder = $holder",
      ["id": .integer(lease.jobID), "fence": .integer(lease.fence), "holder": .text(lease.holder)]
    ) { row in try row.bool(0) }
  }

  /// - Returns: Whether the lease was still held.
  static func remove(_ lease: JobLease, _ transaction: Transaction) throws -> Bool {
    try transaction.execute(
      "DELETE FROM cw_jobs WHERE id = $id AND fence = $fence AND lease_holder = $holder",
      ["id": .integer(lease.jobID), "fence": .integer(lease.fence), "holder": .text(lease.holder)]) == 1
  }

  /// Gives a job back, to be begun again at `runAfter`.
  ///
  /// - Parameter counts: Whether the run that ends counts among its attempts.
  /// - Returns: Whether the lease was still held.
  static func giveBack(
    _ lease: JobLease, runAfter: Int64?, counts: Bool, error: String?, _ transaction: Transaction
  ) throws -> Bool {
    try transaction.execute(
      """
      UPDATE cw_jobs
      SET lease_until = 0, lease_holder = '', run_after = coalesce($run_after, run_after), attempts = attempts - $uncounted,
        last_error = coalesce($error, last_error)
      WHERE id = $id AND fence = $fence AND lease_holder = $holder
      """,
      [
        "run_after": .optionalInteger(runAfter), "uncounted": .integer(counts ? 0 : 1), "error": .optionalText(error),
        "id": .integer(lease.jobID), "fence": .integer(lease.fence), "holder": .text(lease.holder),
      ]) == 1
  }

  /// Ends the leases of all holders whose name begins with `prefix` and a dash.
  static func releaseAll(prefix: String, _ transaction: Transaction) throws -> Int {
    try transaction.execute(
      """
      UPDATE cw_jobs SET lease_until = 0, lease_holder = '' WHERE lease_until > 0 AND lease_holder >= $first AND lease_holder < $end
      """,
      // The full stop follows the dash.
      ["first": .text(prefix + "-"), "end": .text(prefix + ".")])
  }

  // MARK: For the application

  /// Forgets a job that nobody runs. (One whose lease ran out may still be running, in a process that was held up.)
  static func removeWaiting(_ kind: JobKind, reference: Int64, _ transaction: Transaction) throws -> Bool {
    try transaction.execute(
      "DELETE FROM cw_jobs WHERE kind = $kind AND reference = $reference AND lease_until = 0",
      ["kind": .text(kind.name), "reference": .integer(reference)]) == 1
  }

  static func setCancelled(_ kind: JobKind, reference: Int64, _ transaction: Transaction) throws -> Bool {
    try transaction.execute(
      "UPDATE cw_jobs SET is_cancelled = 1 WHERE kind = $kind AND reference = $reference",
      ["kind": .text(kind.name), "reference": .integer(reference)]) == 1
  }

  static func state(
    _ kind: JobKind, reference: Int64, _ moment: JobMoment, _ transaction: ReadTransaction
  ) throws -> JobState? {
    try transaction.first(
      "SELECT attempts, lease_until, is_cancelled FROM cw_jobs WHERE kind = $kind AND reference = $reference",
      ["kind": .text(kind.name), "reference": .integer(reference)]
    ) { row in
      let attempts = Int(try row.integer(0))
      let leaseUntil = try row.integer(1)
      if try row.bool(2) { return .ending }
      return leaseUntil >= moment.now && leaseUntil <= moment.horizon ? .running(attempts: attempts) : .waiting(attempts: attempts)
    }
  }

  /// How many jobs of each kind there are, and how many of them run.
  static func counts(_ moment: JobMoment, _ transaction: ReadTransaction) throws -> [(kind: JobKind, waiting: Int, running: Int)] {
    try transaction.query(
      """
      SELECT kind, count(*), coalesce(sum(CASE WHEN lease_until >= $now AND lease_until <= $horizon THEN 1 ELSE 0 END), 0)
      FROM cw_jobs GROUP BY kind ORDER BY kind
      """, ["now": .integer(moment.now), "horizon": .integer(moment.horizon)]
    ) { row in
      let (all, running) = (Int(try row.integer(1)), Int(try row.integer(2)))
      return (JobKind(try row.text(0)), all - running, running)
    }
  }
}
