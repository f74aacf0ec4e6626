import Glibc
internal import Net

/// The connections of one server on one loop. Confined to that loop, hence `@unchecked Sendable`.
final class ConnectionHome: @unchecked Sendable {
  let loop: EventLoop
  let handler: any HTTPHandler
  let limits: HTTPLimits
  let counters: HTTPCounters
  private let tls: TLSContext?
  private var connections: [HTTPConnection] = []
  private var tick: TimerHandle?
  private(set) var isDraining = false
  private var whenEmpty: (() -> Void)?
  private var dateSecond = 0
  private var dateText: [UInt8] = []

  init(loop: EventLoop, handler: any HTTPHandler, limits: HTTPLimits, counters: HTTPCounters, tls: TLSContext?) {
    (self.loop, self.handler, self.limits, self.counters, self.tls) = (loop, handler, limits, counters, tls)
  }

  /// Takes a connection in that the listener dealt to this loop.
  func adopt(descriptor: Int32, peer: SocketAddress) {
    let open = counters.connectionOpened()
    let stream = tls.flatMap { try? TLSStream($0) }
    let transport = Transport(descriptor: descriptor, peer: peer.unmapped, loop: loop, tls: stream)
    // A few beyond the limit are told so in their protocol; more than that, and telling would cost as much as serving.
    guard open <= limits.connectionsMax + DetectingConnection.refusalsMax, !isDraining, (tls == nil) == (stream == nil) else {
      transport.close()
      counters.connectionClosed()
      counters.connectionRefused()
      loop.connectionEnded()
      return
    }
    let isRefused = open > limits.connectionsMax
    if isRefused { counters.connectionRefused() }
    let connection = DetectingConnection(transport: transport, home: self, isRefused: isRefused)
    add(connection)
    transport.delegate = connection
    transport.start()
  }

  private func add(_ connection: HTTPConnection) {
    connection.homeIndex = connections.count
    connections.append(connection)
    if tick == nil { startTicking() }
  }

  /// Puts the protocol's connection in the place of the one that found out which protocol it is.
  func replace(_ old: HTTPConnection, with new: HTTPConnection) {
    new.homeIndex = old.homeIndex
    connections[old.homeIndex] = new
    old.homeIndex = -1
    new.transport.delegate = new
  }

  func remove(_ connection: HTTPConnection) {
    let index = connection.homeIndex
    guard index >= 0 else { return }
    connection.homeIndex = -1
    let last = connections.removeLast()
    if last !== connection {
      connections[index] = last
      last.homeIndex = index
    }
    counters.connectionClosed()
    loop.connectionEnded()
    if connections.isEmpty { emptied() }
  }

  // MARK: Time

  /// One timer looks at all connections, a few times within the shortest timeout: cheaper than a timer for each.
  private func startTicking() {
    tick = loop.schedule(after: limits.tick) { [self] in
      tick = nil
      let now = loop.now
      // Backwards: a connection that closes is replaced by the last one, which was looked at already.
      for index in connections.indices.reversed() where index < connections.count {
        let connection = connections[index]
        if connection.isOverdue(now, limits) {
          counters.timedOut()
          connection.close()
        } else if connection.lingersSince == nil {
          connection.check(now)
        }
      }
      if !connections.isEmpty { startTicking() }
    }
  }

  /// The date as RFC 9110, 5.6.7 writes it; made once a second at most.
  func withDate(_ body: (UnsafeRawBufferPointer) -> Void) {
    let second = time(nil)
    if second != dateSecond {
      dateSecond = second
      dateText = HTTPDate.text(second)
    }
    dateText.withUnsafeBytes(body)
  }

  // MARK: Drain

  /// Ends every connection in good order; calls `done` once when none is left.
  func drain(_ done: @escaping () -> Void) {
    isDraining = true
    whenEmpty = done
    for connection in connections where connection.lingersSince == nil { connection.drain() }
    if connections.isEmpty { emptied() }
  }

  /// Ends every connection at once.
  func closeAll() {
    isDraining = true
    for connection in connections { connection.close() }
  }

  private func emptied() {
    let done = whenEmpty
    whenEmpty = nil
    done?()
  }
}

/// IMF-fixdate, the only date form that HTTP writes.
enum HTTPDate {
  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  static func text(_ seconds: Int) -> [UInt8] {
    var seconds = seconds
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let day = "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(parts.tm_year + 1900)"
    return Array("\(day) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT".utf8)
  }
}
