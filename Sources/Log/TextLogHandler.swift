public import Logging
public import Platform

/// Log lines for people: `2024-01-01T00:00:00.000Z info weft: message key=value`.
///
/// Values with spaces, quotes or equals signs stand in quotation marks; control characters are escaped, so nothing that a
/// client sends can look like a line of ours.
public struct TextLogHandler: LogHandler {
  public var logLevel: Logger.Level
  public var metadata: Logger.Metadata = [:]
  public var metadataProvider: Logger.MetadataProvider?
  private let label: String
  private let sink: any LogSink
  private let time: any TimeSource

  public init(label: String, level: Logger.Level, sink: any LogSink = StandardErrorSink(), time: any TimeSource = SystemTime()) {
    self.label = label
    logLevel = level
    self.sink = sink
    self.time = time
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    var line: [UInt8] = []
    line.reserveCapacity(256)
    Timestamp.append(wallMicroseconds: time.wallMicroseconds, fractionDigits: 3, to: &line)
    line.append(UInt8(ascii: " "))
    line.append(contentsOf: event.level.rawValue.utf8)
    line.append(UInt8(ascii: " "))
    LogLine.append(label, to: &line)
    line.append(contentsOf: ": ".utf8)
    LogLine.append(event.message.description, to: &line)
    let metadata = LogLine.merged(metadata, metadataProvider, event.metadata)
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      line.append(UInt8(ascii: " "))
      LogLine.append(key, to: &line)
      line.append(UInt8(ascii: "="))
      Self.append(value: value.description, to: &line)
    }
    LogLine.cut(&line)
    line.append(UInt8(ascii: "\n"))
    sink.write(line)
  }

  private static func append(value: String, to line: inout [UInt8]) {
    let isPlain = !value.isEmpty && !value.utf8.contains { $0 <= 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "=") }
    if isPlain { return LogLine.append(value, to: &line) }
    line.append(UInt8(ascii: "\""))
    var escaped = ""
    for character in value.unicodeScalars {
      if character == "\"" || character == "\\" { escaped.unicodeScalars.append("\\") }
      escaped.unicodeScalars.append(character)
    }
    LogLine.append(escaped, to: &line)
    line.append(UInt8(ascii: "\""))
  }
}
