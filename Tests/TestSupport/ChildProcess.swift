internal import CSpawn
internal import Glibc

/// A program that we have started, with these three descriptors and no other.
struct ChildProcess {
  enum End: Equatable {
    case exited(Int32)
    case signalled(Int32)
    case missedDeadline
  }

  let id: pid_t

  /// - Parameters:
  ///   - command: The program (a path, or a name that PATH has) and its arguments.
  ///   - environment: Added to our own.
  ///   - files: What it has as standard input, output and error output.
  init(_ command: [String], environment: [String: String], folder: String?, files: [Int32]) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (index, file) in files.enumerated() {
      precondition(file > 2 || file == index, "would be written over before it is read")
      posix_spawn_file_actions_adddup2(&actions, file, Int32(index))
    }
    posix_spawn_file_actions_addclosefrom_np(&actions, Int32(files.count))
    if let folder { posix_spawn_file_actions_addchdir_np(&actions, folder) }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A group of its own, to be killed with what it starts; signals as a program expects them, whatever the tests have done to ours.
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)

    var arguments = command.map { strdup($0) } + [nil]
    var variables = Self.environment(adding: environment).map { strdup($0) } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var id: pid_t = 0
    let status = posix_spawnp(&id, command[0], &actions, &attributes, &arguments, &variables)
    guard status == 0 else { throw TestProgram.Failure(description: "\(command[0]) does not start: \(String(cString: strerror(status)))") }
    self.id = id
  }

  private static func environment(adding more: [String: String]) -> [String] {
    var result: [String] = []
    var at = weft_environment()
    // The array ends with a null pointer.
    while let text = at?.pointee {
      let variable = String(cString: text)
      if !more.keys.contains(where: { variable.hasPrefix($0 + "=") }) { result.append(variable) }
      at = at?.successor()
    }
    return result + more.map { "\($0)=\($1)" }
  }

  /// Kills it with what it has started.
  func kill() { Glibc.kill(-id, SIGKILL) }

  /// Blocks until the program has ended, which it is made to at the deadline.
  func wait(atMost deadline: Duration?) -> End {
    var isOver = true
    if let deadline {
      let handle = pidfd_open(id, 0)
      isOver = handle >= 0 && Self.isReady(handle, until: .now + deadline)
      if handle >= 0 { close(handle) }
      if !isOver { kill() }
    }
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    if !isOver { return .missedDeadline }
    let signal = status & 0x7f
    return signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
  }

  /// Blocks until there is something to read, or to learn.
  static func isReady(_ file: Int32, until end: ContinuousClock.Instant) -> Bool {
    while true {
      let left = max(.zero, ContinuousClock.now.duration(to: end))
      var poll = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
      let count = Glibc.poll(
        &poll, 1, Int32(clamping: left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1))
      if count > 0 { return true }
      if count == 0 || errno != EINTR { return false }
    }
  }
}
