public import Platform

/// UUIDs of version 4 (RFC 9562, section 5.4) as text: 122 bits of chance.
public struct UUIDGenerator: Sendable {
  private let random: any RandomSource

  public init(random: any RandomSource) { self.random = random }

  /// A new one, in lower case, such as `0b8e7d1c-3f5a-4c2e-9b1d-6a7f8e9d0c1b`.
  public func next() -> String {
    var bytes = random.bytes(16)
    bytes[6] = bytes[6] & 0x0f | 0x40
    bytes[8] = bytes[8] & 0x3f | 0x80
    var text = ""
    text.reserveCapacity(36)
    for (index, byte) in bytes.enumerated() {
      if [4, 6, 8, 10].contains(index) { text += "-" }
      if byte < 16 { text += "0" }
      text += String(byte, radix: 16)
    }
    return text
  }
}
