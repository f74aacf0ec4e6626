import HTTP

extension Metadata {
  /// The metadata among `headers`: everything but the protocol's own names. Values of one `-bin` name joined with commas come apart; those that are no
  /// base64 are left out (a call that carries one is refused before, a server that sends one is not taken at its word).
  init(_ headers: Headers) {
    self.init()
    for (name, value) in headers where Metadata.isName(name) {
      guard name.hasSuffix("-bin") else {
        addReceived(name, value)
        continue
      }
      for part in value.utf8.split(separator: UInt8(ascii: ",")) {
        if let bytes = Base64.decode(Metadata.trimmed(part)) { add(name, binary: bytes) }
      }
    }
  }

  /// Whether a value of a `-bin` name is base64, or several joined with commas.
  static func isBinary(_ value: UnsafeRawBufferPointer) -> Bool {
    value.split(separator: UInt8(ascii: ",")).allSatisfy { Base64.decode(trimmed($0)) != nil }
  }

  private static func trimmed<Bytes: BidirectionalCollection<UInt8>>(_ part: Bytes) -> Bytes.SubSequence where Bytes.SubSequence == Bytes {
    var part = part
    while part.first == UInt8(ascii: " ") { part = part.dropFirst() }
    while part.last == UInt8(ascii: " ") { part = part.dropLast() }
    return part
  }
}

extension Headers {
  /// Adds metadata as it travels.
  mutating func append(_ metadata: Metadata) {
    for entry in metadata.entries {
      switch entry.value {
      case .text(let text): append(entry.name, text)
      case .binary(let bytes): append(entry.name, Base64.encode(bytes))
      }
    }
  }
}
