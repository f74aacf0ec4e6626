internal import Storage

/// Which jobs are begun next: each time the oldest one of the owner who has the fewest running, so that one owner's thousand jobs do
/// not hold up another's one. Of owners with as many, the one whose last turn is the longest ago: with fewer slots than owners most have
/// none running, and the oldest job of all would always be the same owner's.
struct JobPlan: Equatable, Sendable {
  private struct Candidate {
    var owner: Int64
    var running: Int
    var turn: Int
    var next: JobStore.Place

    /// Whether it is this one's turn before `other`'s.
    func goes(before other: Candidate) -> Bool {
      (running, turn, next.runAfter, next.id) < (other.running, other.turn, other.next.runAfter, other.next.id)
    }
  }

  /// The ids of jobs that are due, in the order of their turns.
  private(set) var ids: [Int64] = []
  /// Those who have jobs, due or not.
  let owners: [Int64]

  /// - Parameter count: How many jobs at most.
  static func make(_ kind: JobKind, count: Int, after turns: JobTurns, _ moment: JobMoment, _ transaction: ReadTransaction) throws
    -> JobPlan
  {
    let running = try JobStore.runningCounts(kind, moment, transaction)
    var plan = JobPlan(owners: try JobStore.owners(kind, transaction))
    var turns = turns
    var candidates: [Candidate] = []
    for owner in plan.owners {
      guard let next = try JobStore.nextDue(kind, owner: owner, after: .first, moment, transaction) else { continue }
      candidates.append(Candidate(owner: owner, running: running[owner, default: 0], turn: turns[owner], next: next))
    }
    while plan.ids.count < count, let index = candidates.indices.min(by: { candidates[$0].goes(before: candidates[$1]) }) {
      var candidate = candidates[index]
      plan.ids.append(candidate.next.id)
      turns.note(candidate.owner)
      candidate.running += 1
      candidate.turn = turns[candidate.owner]
      if let next = try JobStore.nextDue(kind, owner: candidate.owner, after: candidate.next, moment, transaction) {
        candidate.next = next
        candidates[index] = candidate
      } else {
        candidates.remove(at: index)
      }
    }
    return plan
  }

  private init(owners: [Int64]) { self.owners = owners }
}

/// When owners had their last turns in this process.
struct JobTurns: Equatable, Sendable {
  private var turns: [Int64: Int] = [:]
  private var last = 0

  /// Grows from turn to turn; 0 for an owner of whom none is remembered.
  subscript(owner: Int64) -> Int { turns[owner, default: 0] }

  mutating func note(_ owner: Int64) {
    last += 1
    turns[owner] = last
  }

  /// Forgets everybody else: whoever has no jobs has nothing to wait for.
  mutating func keep(_ owners: [Int64]) {
    let owners = Set(owners)
    turns = turns.filter { owners.contains($0.key) }
  }
}
