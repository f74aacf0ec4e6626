extension JSONReader {
  /// Reads one value and writes it without its tag; false for an enum name that is unknown and may be ignored.
  @inline(__always) mutating func value(_ field: UnsafePointer<FieldPlan>, depth: Int) throws(JSONFailure) -> Bool {
    switch field.pointee.type {
    case .string: try text()
    case .message:
      guard let plan = field.pointee.message else { throw scanner.unexpected(.object) }
      let mark = out.beginLength()
      try message(plan, depth: depth - 1)
      out.endLength(mark)
    case .enumeration: return try enumeration(field)
    default: try scalar(field.pointee.type)
    }
    return true
  }

  /// Reads a string and writes it with its length.
  @inline(__always) mutating func text() throws(JSONFailure) {
    guard scanner.peek() == 0x22 else { throw scanner.unexpected(.string) }
    let first = scanner.p + 1
    let stop = TextScan.ordinary(first, scanner.end)
    if stop < scanner.end, stop.pointee == 0x22 {
      out.varint(UInt64(stop - first))
      out.append(first, stop - first)
      scanner.p = stop + 1
      return
    }
    let mark = out.beginLength()
    try scanner.unescape(first, stop, into: &out)
    out.endLength(mark)
  }

  /// What an error says that the field takes.
  func expectedKind(_ field: UnsafePointer<FieldPlan>) -> JSONKind {
    switch field.pointee.type {
    case .string, .bytes, .enumeration: .string
    case .bool: .boolean
    case .double, .float: .number
    case .message, .group: expectedKind(field.pointee.message?.pointee.wellKnown)
    default: .integer
    }
  }

  private func expectedKind(_ wellKnown: WellKnownKind?) -> JSONKind {
    switch wellKnown {
    case .timestamp, .duration, .fieldMask, .stringValue, .bytesValue: .string
    case .listValue: .array
    case .doubleValue, .floatValue: .number
    case .int32Value, .int64Value, .uint32Value, .uint64Value: .integer
    case .boolValue: .boolean
    default: .object
    }
  }

  /// Reads a value that is neither text, message nor enum.
  mutating func scalar(_ type: FieldType) throws(JSONFailure) {
    switch type {
    case .bool: out.byte(try scanner.boolean() ? 1 : 0)
    case .bytes: try bytes()
    case .double: out.fixed64(try double().bitPattern)
    case .float: out.fixed32(try float().bitPattern)
    case .int32: out.varint(UInt64(bitPattern: try signed(32)))
    case .int64: out.varint(UInt64(bitPattern: try signed(64)))
    case .uint32: out.varint(try unsigned(32))
    case .uint64: out.varint(try unsigned(64))
    case .sint32, .sint64:
      let value = try signed(type == .sint32 ? 32 : 64)
      out.varint(UInt64(bitPattern: value &<< 1) ^ UInt64(bitPattern: value >> 63))
    case .fixed32: out.fixed32(UInt32(truncatingIfNeeded: try unsigned(32)))
    case .sfixed32: out.fixed32(UInt32(truncatingIfNeeded: try signed(32)))
    case .fixed64: out.fixed64(try unsigned(64))
    case .sfixed64: out.fixed64(UInt64(bitPattern: try signed(64)))
    case .group: throw invalid("nothing: ProtoJSON has no form for a group", at: scanner.p)
    case .string, .message, .enumeration: throw scanner.unexpected(.string)
    }
  }

  private mutating func bytes() throws(JSONFailure) {
    guard scanner.peek() == 0x22 else { throw scanner.unexpected(.string) }
    let place = scanner.p
    let text = try scanner.string()
    let mark = out.beginLength()
    guard Base64.decode(text, to: &out) else { throw invalid("base64", at: place) }
    out.endLength(mark)
  }

  /// Reads an enum value by name or number.
  private mutating func enumeration(_ field: UnsafePointer<FieldPlan>) throws(JSONFailure) -> Bool {
    let place = scanner.p
    guard let plan = field.pointee.enumeration else { throw scanner.unexpected(.string) }
    if scanner.peek() == 0x22 {
      let name = try scanner.string()
      if let number = plan.pointee.number(name) {
        out.varint(UInt64(bitPattern: Int64(number)))
        return true
      }
      if options.ignoreUnknown { return false }
      throw invalid("the name of one of its values", at: place)
    }
    if plan.pointee.isNullValue, scanner.takeNull() {
      out.byte(0)
      return true
    }
    guard let number = try scanner.number(expected: .string).signed(), let value = Int32(exactly: number) else {
      throw invalid("an enum value", at: place)
    }
    out.varint(UInt64(bitPattern: Int64(value)))
    return true
  }

  // MARK: Numbers

  /// Reads a number, bare or in quotes.
  private mutating func number(_ expected: JSONKind) throws(JSONFailure) -> NumberText {
    guard scanner.peek() == 0x22 else { return try scanner.number(expected: expected) }
    let place = scanner.p
    let text = try scanner.string()
    guard let number = NumberText.scan(text.start, text.end), number.text.end == text.end else {
      throw invalid(expected.rawValue, at: place)
    }
    return number
  }

  @inline(__always) private mutating func signed(_ bits: Int64) throws(JSONFailure) -> Int64 {
    let place = scanner.p
    let number = try number(.integer)
    guard let value = number.signed(), bits == 64 || Int64(Int32(truncatingIfNeeded: value)) == value else {
      throw notInteger(number, "int\(bits)", at: place)
    }
    return value
  }

  @inline(__always) private mutating func unsigned(_ bits: UInt64) throws(JSONFailure) -> UInt64 {
    let place = scanner.p
    let number = try number(.integer)
    guard let value = number.unsigned(), bits == 64 || value >> 32 == 0 else { throw notInteger(number, "uint\(bits)", at: place) }
    return value
  }

  private mutating func notInteger(_ number: NumberText, _ type: String, at place: UnsafePointer<UInt8>) -> JSONFailure {
    if number.exponent < 0, number.digits != 0 || number.overflow {
      return scanner.fail(.type(path: "", expected: .integer, found: .number, offset: place - scanner.start))
    }
    return invalid("an integer in the range of \(type)", at: place)
  }

  mutating func double() throws(JSONFailure) -> Double {
    let place = scanner.p
    if let special = try specialNumber() { return special }
    guard let value = try number(.number).double() else { throw invalid("a number in the range of double", at: place) }
    return value
  }

  private mutating func float() throws(JSONFailure) -> Float {
    let place = scanner.p
    if let special = try specialNumber() { return Float(special) }
    guard let value = try number(.number).float() else { throw invalid("a number in the range of float", at: place) }
    return value
  }

  /// NaN and the infinities are strings in ProtoJSON.
  private mutating func specialNumber() throws(JSONFailure) -> Double? {
    guard scanner.peek() == 0x22 else { return nil }
    let back = scanner.p
    let text = try scanner.string()
    if text.bytes.elementsEqual("NaN".utf8) { return .nan }
    if text.bytes.elementsEqual("Infinity".utf8) { return .infinity }
    if text.bytes.elementsEqual("-Infinity".utf8) { return -.infinity }
    scanner.p = back
    return nil
  }

  // MARK: Keys of maps

  /// Reads a map's key, always a string in JSON, as a value of the key's type.
  mutating func mapKey(_ field: UnsafePointer<FieldPlan>) throws(JSONFailure) {
    switch field.pointee.type {
    case .string: try text()
    case .bool:
      let place = scanner.p
      let text = try scanner.string()
      if text.bytes.elementsEqual("true".utf8) {
        out.byte(1)
      } else if text.bytes.elementsEqual("false".utf8) {
        out.byte(0)
      } else {
        throw invalid("true or false as a key", at: place)
      }
    default: try scalar(field.pointee.type)
    }
  }
}
