import Testing

@testable import HTTP

struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}

/// However a stream of bytes is cut, the parser must say the same: a proxy's reads and ours are never cut alike.
@Suite struct HTTP1ParserFuzzTests {
  private static let seeds =
    HTTP1ParserTests.good.map(\.input) + HTTP1ParserTests.bad.map { $0.0 + "\r\n\r\n" } + [
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n"
    ]

  @Test func everyCutGivesTheSameEvents() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SplitMix(state: seed)
    var limits = HTTPLimits()
    limits.requestLineBytesMax = 60
    limits.headerBytesMax = 120
    limits.headerFieldsMax = 4
    for round in 0..<3000 {
      let bytes = mutated(&random)
      let whole = parsed([bytes], limits: limits)
      let cut = parsed(pieces(bytes, &random), limits: limits)
      let single = parsed(bytes.map { [$0] }, limits: limits)
      guard cut == whole, single == whole else {
        Issue.record("seed \(seed) round \(round): \(String(reflecting: String(decoding: bytes, as: UTF8.self))) \(whole) \(cut) \(single)")
        return
      }
    }
  }

  private func mutated(_ random: inout SplitMix) -> [UInt8] {
    var bytes = Array((Self.seeds.randomElement(using: &random) ?? "").utf8)
    if random.next() % 3 == 0 { bytes += Array((Self.seeds.randomElement(using: &random) ?? "").utf8) }
    let interesting: [UInt8] = [0, 9, 10, 13, 32, 44, 58, 59, 48, 49, 97, 127, 255]
    for _ in 0..<(random.next() % 4) where !bytes.isEmpty {
      let at = Int(random.next() % UInt64(bytes.count))
      switch random.next() % 4 {
      case 0: bytes[at] = interesting.randomElement(using: &random) ?? 0
      case 1: bytes.insert(interesting.randomElement(using: &random) ?? 0, at: at)
      case 2: bytes.remove(at: at)
      default: bytes.insert(contentsOf: bytes[at...].prefix(Int(random.next() % 80)), at: at)
      }
    }
    return bytes
  }

  private func pieces(_ bytes: [UInt8], _ random: inout SplitMix) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var at = 0
    while at < bytes.count {
      let count = min(bytes.count - at, 1 + Int(random.next() % 12))
      pieces.append(Array(bytes[at..<at + count]))
      at += count
    }
    return pieces
  }
}
