public import Logging
public import Platform

/// Log lines for programs: one JSON object a line with `at`, `level`, `logger`, `message` and, where there is any, `metadata`.
public struct JSONLogHandler: LogHandler {
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
    line.reserveCapacity(384)
    line.append(contentsOf: #"{"at":""#.utf8)
    Timestamp.append(wallMicroseconds: time.wallMicroseconds, fractionDigits: 3, to: &line)
    line.append(contentsOf: #"","level":""#.utf8)
    line.append(contentsOf: event.level.rawValue.utf8)
    line.append(contentsOf: #"","logger":"#.utf8)
    JSONString.append(label, to: &line)
    line.append(contentsOf: #","message":"#.utf8)
    JSONString.append(Self.cut(event.message.description), to: &line)
    let metadata = LogLine.merged(metadata, metadataProvider, event.metadata)
    if !metadata.isEmpty {
      line.append(contentsOf: #","metadata":"#.utf8)
      Self.append(dictionary: metadata, to: &line)
    }
    line.append(contentsOf: "}\n".utf8)
    sink.write(line)
  }

  private static func append(dictionary: Logger.Metadata, to line: inout [UInt8]) {
    line.append(UInt8(ascii: "{"))
    for (index, (key, value)) in dictionary.sorted(by: { $0.key < $1.key }).enumerated() {
      if index > 0 { line.append(UInt8(ascii: ",")) }
      JSONString.append(key, to: &line)
      line.append(UInt8(ascii: ":"))
      append(value, to: &line)
    }
    line.append(UInt8(ascii: "}"))
  }

  private static func append(_ value: Logger.Metadata.Value, to line: inout [UInt8]) {
    switch value {
    case .dictionary(let members): append(dictionary: members, to: &line)
    case .array(let values):
      line.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { line.append(UInt8(ascii: ",")) }
        append(value, to: &line)
      }
      line.append(UInt8(ascii: "]"))
    default: JSONString.append(cut(value.description), to: &line)
    }
  }

  /// A text of bounded length; cutting the finished line would leave no JSON.
  private static func cut(_ text: String) -> String {
    guard text.utf8.count > LogLine.bytesMax else { return text }
    return String(decoding: text.utf8.prefix(LogLine.bytesMax), as: UTF8.self) + "…"
  }
}
