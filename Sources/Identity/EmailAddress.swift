/// How e-mail addresses are kept and compared.
public enum EmailAddress {
  /// The address with ASCII capitals made small, and nothing else changed: no trimming, no folding of other scripts.
  public static func normalised(_ address: String) -> String {
    guard address.utf8.contains(where: isCapital) else { return address }
    return String(decoding: address.utf8.map { isCapital($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
  }

  private static func isCapital(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
}
