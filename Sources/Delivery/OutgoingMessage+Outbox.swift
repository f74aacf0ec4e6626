internal import Platform

extension OutgoingMessage {
  /// The message's line in the outbox, newline included; `code` is absent where there is none.
  func outboxLine(wallMicroseconds: Int64) -> [UInt8] {
    var line = Array(#"{"at":""#.utf8)
    Timestamp.append(wallMicroseconds: wallMicroseconds, to: &line)
    line.append(contentsOf: #"","channel":""#.utf8)
    line.append(contentsOf: channel.rawValue.utf8)
    line.append(contentsOf: #"","to":"#.utf8)
    JSONString.append(to, to: &line)
    line.append(contentsOf: #","purpose":"#.utf8)
    JSONString.append(purpose, to: &line)
    if let code {
      line.append(contentsOf: #","code":"#.utf8)
      JSONString.append(code, to: &line)
    }
    line.append(contentsOf: #","text":"#.utf8)
    JSONString.append(text, to: &line)
    line.append(contentsOf: "}\n".utf8)
    return line
  }
}
