/// Finds errors of typing and transport; nothing that somebody means to forge.
enum CyclicRedundancyCheck {
  /// CRC-32 as in Ethernet and ZIP (ISO/IEC 8802-3, section 3.2.8): polynomial 0x04C11DB7, reflected.
  static func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var register = UInt32.max
    for byte in bytes {
      register ^= UInt32(byte)
      for _ in 0..<8 { register = register >> 1 ^ (register & 1 == 1 ? 0xedb8_8320 : 0) }
    }
    return ~register
  }
}
