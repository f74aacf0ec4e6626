public import Logging

/// How log lines look.
public enum LogFormat: String, Sendable, CaseIterable {
  case text, json

  /// A handler that writes to `sink` in this format: what `LoggingSystem.bootstrap` is given.
  public func handler(label: String, level: Logger.Level, sink: any LogSink = StandardErrorSink()) -> any LogHandler {
    switch self {
    case .text: TextLogHandler(label: label, level: level, sink: sink)
    case .json: JSONLogHandler(label: label, level: level, sink: sink)
    }
  }
}
