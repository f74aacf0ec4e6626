internal import COpenSSL

/// Whether 32 bytes are a point of edwards25519 (RFC 8032, section 5.1.3): OpenSSL and libfido2 take any bytes for a key and say so only
/// when a signature is wrong.
enum Ed25519Point {
  private static let prime = "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed"
  /// -121665/121666.
  private static let d = "52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3"

  static func isOnCurve(_ bytes: [UInt8]) -> Bool {
    guard bytes.count == 32, let context = BN_CTX_new() else { return false }
    defer { BN_CTX_free(context) }
    var little = bytes
    little[31] &= 0x7f
    var numbers: [OpaquePointer?] = [BN_lebin2bn(little, 32, nil), nil, nil, BN_new(), BN_new(), BN_new()]
    BN_hex2bn(&numbers[1], prime)
    BN_hex2bn(&numbers[2], d)
    defer { for number in numbers { BN_free(number) } }
    let (y, p, d, u, v, power) = (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5])
    guard BN_cmp(y, p) < 0 else { return false }
    // x² = (y² - 1) / (d y² + 1) = u / v, and u / v is a square where u v is one: (u v)^((p - 1) / 2) is 1, or 0 for x = 0.
    var isDone = BN_mod_sqr(u, y, p, context) == 1
    isDone = isDone && BN_mod_mul(v, d, u, p, context) == 1 && BN_add_word(v, 1) == 1
    isDone = isDone && BN_mod_sub(u, u, BN_value_one(), p, context) == 1 && BN_mod_mul(u, u, v, p, context) == 1
    isDone = isDone && BN_rshift1(power, p) == 1 && BN_mod_exp(v, u, power, p, context) == 1
    guard isDone else { return false }
    // RFC 8032, section 5.1.3, step 4: there is no minus zero.
    if BN_is_zero(v) == 1 { return bytes[31] & 0x80 == 0 }
    return BN_is_one(v) == 1
  }
}
