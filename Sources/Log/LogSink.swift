internal import Glibc

/// Where log lines end up. Handlers make a line; a sink takes it whole.
public protocol LogSink: Sendable {
  /// Takes one line, newline included.
  func write(_ line: [UInt8])
}

/// Standard error. One `write` a line, so that lines of several threads and processes do not mix.
public struct StandardErrorSink: LogSink {
  public init() {}

  public func write(_ line: [UInt8]) {
    var written = 0
    while written < line.count {
      let count = line.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress.map { $0 + written }, line.count - written) }
      if count > 0 {
        written += count
      } else if errno != EINTR {
        // Nowhere to say it: the line is lost, the work it speaks of is not.
        return
      }
    }
  }
}
