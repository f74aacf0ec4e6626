import ReferenceMessages

/// Messages at random, the same for the same seed.
struct RandomMessages: RandomNumberGenerator {
  private var state: UInt64
  private let keepsZeros: Bool

  /// - Parameter keepsZeros: Whether fields with explicit presence may be set to zero.
  init(seed: UInt64, keepsZeros: Bool) {
    state = seed &+ 0x9e37_79b9_7f4a_7c15
    self.keepsZeros = keepsZeros
  }

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }

  private mutating func flip(_ ones: Int = 1, of: Int = 2) -> Bool { Int.random(in: 0..<of, using: &self) < ones }

  private mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) -> Value {
    let edges: [Value] = [0, 1, 127, .max, .min]
    return flip()
      ? edges[Int.random(in: 0..<edges.count, using: &self)] : Value(truncatingIfNeeded: next() >> UInt64.random(in: 0..<64, using: &self))
  }

  private mutating func text() -> String {
    let characters: [Character] = ["a", "Z", "0", " ", "é", "工", "单", "😀", "\u{fffd}"]
    let count = [0, 1, 7, 15, 16, 40, 200][Int.random(in: 0..<7, using: &self)]
    return String((0..<count).map { _ in characters[Int.random(in: 0..<characters.count, using: &self)] })
  }

  private mutating func bytes() -> [UInt8] { (0..<Int.random(in: 0..<200, using: &self)).map { _ in integer() } }

  private mutating func number() -> Double {
    [0, keepsZeros ? -0.0 : 3, 1.5, -2.25e10, .infinity, Double.leastNonzeroMagnitude][Int.random(in: 0..<6, using: &self)]
  }

  private mutating func list<Value>(_ make: (inout Self) -> Value) -> [Value] {
    (0..<[0, 1, 2, 9][Int.random(in: 0..<4, using: &self)]).map { _ in make(&self) }
  }

  private mutating func color() -> Reference.Color { [.unspecified, .red, .ultraviolet, .far][Int.random(in: 0..<4, using: &self)] }

  mutating func implicit() -> Reference.Implicit {
    var message = Reference.Implicit()
    if flip() { message.doubleValue = number() }
    if flip() { message.floatValue = Float(number()) }
    if flip() { message.int32Value = integer() }
    if flip() { message.int64Value = integer() }
    if flip() { message.uint32Value = integer() }
    if flip() { message.uint64Value = integer() }
    if flip() { message.sint32Value = integer() }
    if flip() { message.sint64Value = integer() }
    if flip() { message.fixed32Value = integer() }
    if flip() { message.fixed64Value = integer() }
    if flip() { message.sfixed32Value = integer() }
    if flip() { message.sfixed64Value = integer() }
    if flip() { message.boolValue = flip() }
    if flip() { message.stringValue = text() }
    if flip() { message.bytesValue = bytes() }
    if flip() { message.color = color() }
    if flip() { message.message = explicit() }
    if flip() { message.far = text() }
    return message
  }

  private func kept<Value: Equatable>(_ value: Value, _ zero: Value) -> Value? { keepsZeros || value != zero ? value : nil }

  mutating func explicit() -> Reference.Explicit {
    var message = Reference.Explicit()
    if flip() { message.doubleValue = kept(number(), 0) }
    if flip() { message.floatValue = kept(Float(number()), 0) }
    if flip() { message.int32Value = kept(integer(), 0) }
    if flip() { message.int64Value = kept(integer(), 0) }
    if flip() { message.uint32Value = kept(integer(), 0) }
    if flip() { message.uint64Value = kept(integer(), 0) }
    if flip() { message.sint32Value = kept(integer(), 0) }
    if flip() { message.sint64Value = kept(integer(), 0) }
    if flip() { message.fixed32Value = kept(integer(), 0) }
    if flip() { message.fixed64Value = kept(integer(), 0) }
    if flip() { message.sfixed32Value = kept(integer(), 0) }
    if flip() { message.sfixed64Value = kept(integer(), 0) }
    if flip() { message.boolValue = kept(flip(), false) }
    if flip() { message.stringValue = kept(text(), "") }
    if flip() { message.bytesValue = kept(bytes(), []) }
    if flip() { message.color = kept(color(), .unspecified) }
    return message
  }

  mutating func lists() -> Reference.Lists {
    .with {
      $0.doubleValue = list { $0.number() }
      $0.floatValue = list { Float($0.number()) }
      $0.int32Value = list { $0.integer() }
      $0.int64Value = list { $0.integer() }
      $0.uint32Value = list { $0.integer() }
      $0.uint64Value = list { $0.integer() }
      $0.sint32Value = list { $0.integer() }
      $0.sint64Value = list { $0.integer() }
      $0.fixed32Value = list { $0.integer() }
      $0.fixed64Value = list { $0.integer() }
      $0.sfixed32Value = list { $0.integer() }
      $0.sfixed64Value = list { $0.integer() }
      $0.boolValue = list { $0.flip() }
      $0.stringValue = list { $0.text() }
      $0.bytesValue = list { $0.bytes() }
      $0.color = list { $0.color() }
      $0.message = list { $0.explicit() }
      $0.unpacked = list { $0.integer() }
      $0.unpackedColor = list { $0.color() }
    }
  }

  mutating func maps() -> Reference.Maps {
    .with {
      for _ in 0..<Int.random(in: 0..<5, using: &self) {
        $0.int32Map[integer()] = integer()
        $0.sint64Map[integer()] = integer()
        $0.fixed32Map[integer()] = integer()
        $0.boolMap[flip()] = flip()
        $0.stringMap[.init(text())] = text()
        $0.bytesMap[.init(text())] = bytes()
        $0.colorMap[.init(text())] = color()
        $0.messageMap[.init(text())] = explicit()
      }
    }
  }

  mutating func choice() -> Reference.Choice {
    .with {
      $0.before = integer()
      $0.between = integer()
      switch Int.random(in: 0..<8, using: &self) {
      case 0: $0.choice = .doubleValue(number())
      case 1: $0.choice = .int32Value(integer())
      case 2: $0.choice = .sint64Value(integer())
      case 3: $0.choice = .boolValue(flip())
      case 4: $0.choice = .stringValue(text())
      case 5: $0.choice = .bytesValue(bytes())
      case 6: $0.choice = .message(explicit())
      default: break
      }
    }
  }

  mutating func node(depth: Int) -> Reference.Node {
    .with {
      $0.value = integer()
      guard depth < 4 else { return }
      if flip() { $0.next = node(depth: depth + 1) }
      if flip(1, of: 3) { $0.children = list { $0.node(depth: depth + 2) } }
      if flip(1, of: 3) { $0.named[.init(text())] = node(depth: depth + 2) }
      if flip(1, of: 3) { $0.link = flip() ? .left(node(depth: depth + 1)) : .name(text()) }
    }
  }
}
