extension JSONReader {
  /// Reads a message that has a JSON form of its own; writes its content without its length.
  mutating func wellKnown(_ kind: WellKnownKind, _ plan: UnsafePointer<MessagePlan>, depth: Int) throws(JSONFailure) {
    guard depth > 0 else { throw tooDeep() }
    let field = UnsafePointer(plan.pointee.fields)
    switch kind {
    case .timestamp:
      let place = scanner.p
      guard scanner.peek() == 0x22 else { throw scanner.unexpected(.string) }
      guard let (seconds, nanos) = TimestampText.parse(try scanner.string()) else {
        throw invalid("a time as in RFC 3339, such as 2024-01-01T10:00:00Z", at: place)
      }
      secondsAndNanos(seconds, nanos)
    case .duration:
      let place = scanner.p
      guard scanner.peek() == 0x22 else { throw scanner.unexpected(.string) }
      guard let (seconds, nanos) = DurationText.parse(try scanner.string()) else {
        throw invalid("a duration in seconds, such as 1.5s", at: place)
      }
      secondsAndNanos(seconds, nanos)
    case .fieldMask: try fieldMask()
    case .structure: try map(field, depth: depth)
    case .listValue: try dynamicList(depth: depth)
    case .value: try dynamicValue(depth: depth)
    case .any: try any(depth: depth)
    default: try wrapped(field)
    }
  }

  private mutating func secondsAndNanos(_ seconds: Int64, _ nanos: Int32) {
    if seconds != 0 {
      out.byte(0x08)
      out.varint(UInt64(bitPattern: seconds))
    }
    if nanos != 0 {
      out.byte(0x10)
      out.varint(UInt64(bitPattern: Int64(nanos)))
    }
  }

  private mutating func fieldMask() throws(JSONFailure) {
    let place = scanner.p
    guard scanner.peek() == 0x22 else { throw scanner.unexpected(.string) }
    let text = try scanner.string()
    guard text.count > 0 else { return }
    var p = text.start
    while true {
      let comma = UnsafeBufferPointer(start: p, count: text.end - p).firstIndex(of: 0x2c).map { p + $0 } ?? text.end
      out.byte(0x0a)
      let mark = out.beginLength()
      guard FieldMaskText.appendPath(WireRange(start: p, end: comma), to: &out) else {
        throw invalid("paths in lowerCamelCase, joined by commas", at: place)
      }
      out.endLength(mark)
      guard comma < text.end else { return }
      p = comma + 1
    }
  }

  private mutating func wrapped(_ field: UnsafePointer<FieldPlan>) throws(JSONFailure) {
    let before = out.count
    out.varint(UInt64(field.pointee.tag))
    let start = out.count
    guard try value(field, depth: 1) else { return out.rewind(to: before) }
    if UnsafeBufferPointer(start: out.base + start, count: out.count - start).allSatisfy({ $0 == 0 }) { out.rewind(to: before) }
  }

  // MARK: Struct

  /// Reads any JSON value as the content of a google.protobuf.Value. The numbers are those of struct.proto.
  private mutating func dynamicValue(depth: Int) throws(JSONFailure) {
    guard depth > 0 else { throw tooDeep() }
    switch scanner.peek() {
    case 0x6e:
      guard scanner.takeNull() else { throw scanner.syntax("a value should stand here") }
      out.byte(0x08)
      out.byte(0)
    case 0x2d, 0x30...0x39:
      let place = scanner.p
      guard let value = try scanner.number(expected: .number).double() else { throw invalid("a number in the range of double", at: place) }
      out.byte(0x11)
      out.fixed64(value.bitPattern)
    case 0x22:
      out.byte(0x1a)
      try text()
    case 0x74, 0x66:
      out.byte(0x20)
      out.byte(try scanner.boolean() ? 1 : 0)
    case 0x7b:
      out.byte(0x2a)
      let mark = out.beginLength()
      guard depth > 1 else { throw tooDeep() }
      try dynamicObject(depth: depth - 1)
      out.endLength(mark)
    case 0x5b:
      out.byte(0x32)
      let mark = out.beginLength()
      guard depth > 1 else { throw tooDeep() }
      try dynamicList(depth: depth - 1)
      out.endLength(mark)
    default: throw scanner.syntax("a value should stand here")
    }
  }

  private mutating func dynamicObject(depth: Int) throws(JSONFailure) {
    scanner.p += 1
    if scanner.take(0x7d) { return }
    repeat {
      guard scanner.peek() == 0x22 else { throw scanner.syntax("a key in double quotes should stand here") }
      out.byte(0x0a)
      let entry = out.beginLength()
      out.byte(0x0a)
      try text()
      guard scanner.take(0x3a) else { throw scanner.syntax("a colon should stand here") }
      out.byte(0x12)
      let mark = out.beginLength()
      try dynamicValue(depth: depth - 1)
      out.endLength(mark)
      out.endLength(entry)
    } while scanner.take(0x2c)
    guard scanner.take(0x7d) else { throw scanner.syntax("a comma or } should stand here") }
  }

  private mutating func dynamicList(depth: Int) throws(JSONFailure) {
    guard scanner.peek() == 0x5b else { throw scanner.unexpected(.array) }
    scanner.p += 1
    if scanner.take(0x5d) { return }
    repeat {
      out.byte(0x0a)
      let mark = out.beginLength()
      try dynamicValue(depth: depth - 1)
      out.endLength(mark)
    } while scanner.take(0x2c)
    guard scanner.take(0x5d) else { throw scanner.syntax("a comma or ] should stand here") }
  }

  // MARK: Any

  /// Reads an Any. `@type` may stand anywhere in the object, so the object is read twice: for its type, then for its content.
  private mutating func any(depth: Int) throws(JSONFailure) {
    guard scanner.peek() == 0x7b else { throw scanner.unexpected(.object) }
    let start = scanner.p
    guard let schema = try anyType(depth: depth) else { return }
    let end = scanner.p
    scanner.p = start
    out.byte(0x12)
    let mark = out.beginLength()
    guard depth > 1 else { throw tooDeep() }
    if let kind = schema.wellKnown {
      try anyValue(kind, schema.plan, depth: depth - 1)
      scanner.p = end
    } else {
      var seen = FieldSet()
      try object(schema.plan, depth: depth - 1, seen: &seen, typed: true)
    }
    out.endLength(mark)
  }

  /// Finds the type, writes its address, and leaves the place behind the object; nil for an object without members.
  private mutating func anyType(depth: Int) throws(JSONFailure) -> MessageSchema? {
    let place = scanner.p
    scanner.p += 1
    if scanner.take(0x7d) { return nil }
    var schema: MessageSchema?
    repeat {
      guard scanner.peek() == 0x22 else { throw scanner.syntax("a key in double quotes should stand here") }
      let isType = try scanner.string().bytes.elementsEqual("@type".utf8)
      guard scanner.take(0x3a) else { throw scanner.syntax("a colon should stand here") }
      guard isType else {
        try scanner.skipValue(depth: depth, limit: options.depthMax)
        continue
      }
      _ = scanner.peek()
      let valuePlace = scanner.p
      if schema != nil { throw scanner.fail(.duplicateField(path: "", offset: scanner.offset)) }
      let url = try scanner.string()
      schema = AnyType.resolve(url, options.types, file)
      if schema == nil { throw invalid("the address of a type that is known here", at: valuePlace) }
      if url.count > 0 {
        out.byte(0x0a)
        out.varint(UInt64(url.count))
        out.append(url.start, url.count)
      }
    } while scanner.take(0x2c)
    guard scanner.take(0x7d) else { throw scanner.syntax("a comma or } should stand here") }
    guard let schema else { throw invalid("an object with @type", at: place) }
    return schema
  }

  /// Reads the member `value`, where the message inside has a JSON form of its own.
  private mutating func anyValue(_ kind: WellKnownKind, _ plan: UnsafePointer<MessagePlan>, depth: Int) throws(JSONFailure) {
    scanner.p += 1
    var found = false
    repeat {
      let place = scanner.p
      let key = try scanner.string()
      let isValue = key.bytes.elementsEqual("value".utf8)
      let isType = key.bytes.elementsEqual("@type".utf8)
      let unknown = isValue || isType || options.ignoreUnknown ? nil : String(decoding: key.bytes, as: UTF8.self)
      guard scanner.take(0x3a) else { throw scanner.syntax("a colon should stand here") }
      if let unknown { throw scanner.fail(.unknownField(path: unknown, offset: place - scanner.start)) }
      if isValue {
        if found { throw scanner.fail(.duplicateField(path: "", offset: place - scanner.start)) }
        found = true
        _ = scanner.peek()
        try wellKnown(kind, plan, depth: depth)
      } else {
        try scanner.skipValue(depth: depth, limit: options.depthMax)
      }
    } while scanner.take(0x2c)
    guard found else { throw invalid("a member named value", at: scanner.p) }
  }
}
