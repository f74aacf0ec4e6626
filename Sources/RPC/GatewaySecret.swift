/// The credential that a remote gateway shows (`WEFT_GATEWAY_SECRET`), as metadata `weft-gateway-secret`.
struct GatewaySecret: Sendable {
  private let bytes: [UInt8]

  /// - Returns: nil for an empty secret: nobody is trusted then.
  init?(_ secret: String?) {
    guard let secret, !secret.isEmpty else { return nil }
    bytes = Array(secret.utf8)
  }

  /// Compares in a time that depends on the length of `shown` alone.
  func matches(_ shown: String) -> Bool {
    var difference = UInt64(bytes.count ^ shown.utf8.count)
    for (index, byte) in shown.utf8.enumerated() { difference |= UInt64(byte ^ bytes[index % bytes.count]) }
    return difference == 0
  }
}
