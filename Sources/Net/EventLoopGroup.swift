internal import Synchronization

/// The event loops of a process. New connections go to the loop with the fewest.
public final class EventLoopGroup: Sendable {
  public let loops: [EventLoop]

  /// Starts `count` loops (at least one), each on a thread of its own.
  public init(count: Int) {
    loops = (0..<max(1, count)).map { EventLoop(name: "weft-loop-\($0)") }
  }

  /// The loop with the fewest connections, the first of several.
  public func next() -> EventLoop {
    var best = loops[0]
    var fewest = Int.max
    for loop in loops {
      let count = loop.connectionCount.load(ordering: .relaxed)
      if count < fewest {
        best = loop
        fewest = count
      }
    }
    return best
  }

  /// Returns when every loop has come round once: never, if one of them is stuck.
  public func roundTrip() async {
    for loop in loops {
      await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in  // resumed once, by the loop
        loop.execute { continuation.resume() }
      }
    }
  }

  /// Ends the loops' threads. What still lives on them is abandoned: drain servers and close clients before.
  public func shutdown() {
    for loop in loops { loop.stop() }
  }
}
