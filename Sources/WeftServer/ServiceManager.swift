import Glibc
import Logging
import Net

/// The service manager that started this process and asked to hear how it is (sd_notify(3), systemd's `Type=notify`).
final class ServiceManager: Sendable {
  private let socket: LocalDatagramSocket
  /// Without a sign of life for so long the service manager kills this process (`WatchdogSec=`).
  private let watchdogTime: Duration?

  /// Nil where there is none, or it cannot be reached; the latter is logged.
  init?(environment: [String: String], logger: Logger) {
    guard let path = environment["NOTIFY_SOCKET"], !path.isEmpty else { return nil }
    do {
      socket = try LocalDatagramSocket(path: path)
    } catch {
      logger.warning("the service manager cannot be told anything", metadata: ["socket": "\(path)", "error": "\(error)"])
      return nil
    }
    // Meant for another process: one of ours inherited it.
    let isOurs = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
    let microseconds = isOurs ? environment["WATCHDOG_USEC"].flatMap { Int64($0) } : nil
    watchdogTime = microseconds.flatMap { $0 > 0 ? .microseconds($0) : nil }
  }

  /// The start is over.
  func ready(_ status: String) { socket.send("READY=1\nSTATUS=\(status)") }

  /// The end has begun.
  func stopping() { socket.send("STOPPING=1\nSTATUS=letting calls in flight finish") }

  /// Gives signs of life, twice as often as they are asked for, as long as every loop comes round; nil if nobody asked.
  func watchdog(over loops: EventLoopGroup) -> RepeatingTask? {
    watchdogTime.map { time in
      RepeatingTask(loop: loops.loops[0], every: time / 2) { [socket] in
        await loops.roundTrip()
        socket.send("WATCHDOG=1")
      }
    }
  }
}
