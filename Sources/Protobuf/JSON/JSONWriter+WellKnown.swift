extension JSONWriter {
  /// Writes a message that has a JSON form of its own.
  mutating func wellKnown(_ kind: WellKnownKind, _ plan: UnsafePointer<MessagePlan>, _ range: WireRange, depth: Int) throws(JSONFailure) {
    let field = UnsafePointer(plan.pointee.fields)
    switch kind {
    case .timestamp:
      let (seconds, nanos) = try secondsAndNanos(range)
      out.byte(0x22)
      guard TimestampText.append(seconds: seconds, nanos: nanos, to: &out) else {
        throw unrepresentable("a time outside the years 1 to 9999")
      }
      out.byte(0x22)
    case .duration:
      let (seconds, nanos) = try secondsAndNanos(range)
      out.byte(0x22)
      guard DurationText.append(seconds: seconds, nanos: nanos, to: &out) else {
        throw unrepresentable("a duration beyond 10,000 years, or of two signs")
      }
      out.byte(0x22)
    case .fieldMask: try fieldMask(field, range)
    case .structure: try map(field, occurrences(of: field, in: range), depth: depth)
    case .listValue:
      let open = out.count
      for (i, item) in try occurrences(of: field, in: range).enumerated() {
        out.byte(0x2c)
        try nested(field, item, .index(i), depth: depth)
      }
      closeList(open)
    case .value: try dynamicValue(plan, range, depth: depth)
    case .any: try any(range, depth: depth)
    default: try wrapped(field, range)
    }
  }

  /// Ends an array whose items were each written after a comma.
  private mutating func closeList(_ open: Int) {
    if out.count == open {
      out.append("[]")
    } else {
      out.base[open] = 0x5b
      out.byte(0x5d)
    }
  }

  private mutating func nested(_ field: UnsafePointer<FieldPlan>, _ range: WireRange, _ inside: JSONPathStep?, depth: Int)
    throws(JSONFailure)
  {
    guard let plan = field.pointee.message else { throw malformed() }
    do throws(JSONFailure) {
      try message(plan, range, depth: depth - 1)
    } catch {
      if let inside { step(inside) }
      throw error
    }
  }

  /// The contents of a length-delimited field, in the order of the encoding.
  private mutating func occurrences(of field: UnsafePointer<FieldPlan>, in range: WireRange) throws(JSONFailure) -> [WireRange] {
    var found: [WireRange] = []
    var cursor = WireCursor(range.start, range.end)
    while !cursor.atEnd {
      guard let tag = cursor.tag() else { throw malformed() }
      if tag == field.pointee.tag {
        guard let content = cursor.delimited() else { throw malformed() }
        found.append(content)
      } else if !cursor.skip(tag) {
        throw malformed()
      }
    }
    return found
  }

  private mutating func secondsAndNanos(_ range: WireRange) throws(JSONFailure) -> (Int64, Int32) {
    var cursor = WireCursor(range.start, range.end)
    var seconds: Int64 = 0
    var nanos: Int32 = 0
    while !cursor.atEnd {
      guard let tag = cursor.tag() else { throw malformed() }
      if tag == 8 {
        guard let raw = cursor.varint() else { throw malformed() }
        seconds = Int64(bitPattern: raw)
      } else if tag == 16 {
        guard let raw = cursor.varint() else { throw malformed() }
        nanos = Int32(truncatingIfNeeded: raw)
      } else if !cursor.skip(tag) {
        throw malformed()
      }
    }
    return (seconds, nanos)
  }

  private mutating func fieldMask(_ field: UnsafePointer<FieldPlan>, _ range: WireRange) throws(JSONFailure) {
    out.byte(0x22)
    for (i, path) in try occurrences(of: field, in: range).enumerated() {
      if i > 0 { out.byte(0x2c) }
      guard FieldMaskText.append(path, to: &out) else { throw unrepresentable("a field mask path that is not snake_case") }
    }
    out.byte(0x22)
  }

  private mutating func wrapped(_ field: UnsafePointer<FieldPlan>, _ range: WireRange) throws(JSONFailure) {
    var last: UnsafePointer<UInt8>?
    var cursor = WireCursor(range.start, range.end)
    while !cursor.atEnd {
      guard let tag = cursor.tag() else { throw malformed() }
      if tag == field.pointee.tag { last = cursor.p }
      guard cursor.skip(tag) else { throw malformed() }
    }
    guard let last else { return zero(field) }
    cursor = WireCursor(last, range.end)
    try value(field, &cursor, depth: 1)
  }

  /// Writes a google.protobuf.Value: the last of its kinds that is set; null if none is.
  private mutating func dynamicValue(_ plan: UnsafePointer<MessagePlan>, _ range: WireRange, depth: Int) throws(JSONFailure) {
    let fields = UnsafePointer(plan.pointee.fields)
    var kind = -1
    var parts: [WireRange] = []
    var cursor = WireCursor(range.start, range.end)
    while !cursor.atEnd {
      guard let tag = cursor.tag() else { throw malformed() }
      let start = cursor.p
      guard cursor.skip(tag) else { throw malformed() }
      let i = plan.pointee.index(ofNumber: tag >> 3)
      guard i >= 0, fields[i].tag == tag else { continue }
      if i != kind || fields[i].message == nil { parts.removeAll(keepingCapacity: true) }
      kind = i
      parts.append(WireRange(start: start, end: cursor.p))
    }
    guard kind >= 0, let first = parts.first else { return out.append("null") }
    if fields[kind].message != nil {
      var contents: [WireRange] = []
      for part in parts {
        var inner = WireCursor(part.start, part.end)
        guard let content = inner.delimited() else { throw malformed() }
        contents.append(content)
      }
      return try nested(fields + kind, contents.count == 1 ? contents[0] : joined(contents), nil, depth: depth)
    }
    var inner = WireCursor(first.start, first.end)
    if fields[kind].type == .double {
      guard let raw = inner.fixed64(), Double(bitPattern: raw).isFinite else {
        throw unrepresentable("a JSON value that is NaN or infinite")
      }
      return NumberFormat.append(Double(bitPattern: raw), to: &out)
    }
    try value(fields + kind, &inner, depth: 1)
  }

  /// Writes a google.protobuf.Any: the message inside with its type beside its fields, or beside `value` where it has a form of its own.
  private mutating func any(_ range: WireRange, depth: Int) throws(JSONFailure) {
    var url = WireRange(start: range.start, end: range.start)
    var content = url
    var cursor = WireCursor(range.start, range.end)
    while !cursor.atEnd {
      guard let tag = cursor.tag() else { throw malformed() }
      guard tag == 10 || tag == 18 else {
        guard cursor.skip(tag) else { throw malformed() }
        continue
      }
      guard let found = cursor.delimited() else { throw malformed() }
      if tag == 10 { url = found } else { content = found }
    }
    if url.count == 0, content.count == 0 { return out.append("{}") }
    guard let schema = AnyType.resolve(url, types, file) else {
      throw unrepresentable("an Any of a type that is not known here: \(String(decoding: url.bytes, as: UTF8.self))")
    }
    let start = out.count
    out.append(",\"@type\":")
    guard JSONText.appendQuoted(url, to: &out) else { throw malformed() }
    if schema.wellKnown == nil {
      guard depth > 1 else { throw tooDeep() }
      try fields(schema.plan, content, depth: depth - 1)
    } else {
      out.append(",\"value\":")
      try message(schema.plan, content, depth: depth - 1)
    }
    close(start)
  }
}

/// Types of google.protobuf.Any by their address, such as "type.googleapis.com/google.rpc.ErrorInfo".
enum AnyType {
  /// The message that follows the last slash, or nil where there is no slash or no such message.
  static func resolve(_ url: WireRange, _ types: TypeRegistry?, _ file: FileDescriptor) -> MessageSchema? {
    guard let slash = url.bytes.lastIndex(of: 0x2f) else { return nil }
    let name = String(decoding: url.bytes[(slash + 1)...], as: UTF8.self)
    return types?.message(name) ?? file.findMessage(name)
  }
}
