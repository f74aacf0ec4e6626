import Glibc

/// An entry of a map field where it lies in the wire bytes.
private struct MapEntry {
  /// The key's value bytes, empty for the default.
  var key: WireRange
  /// The value's bytes, nil for the default: what follows the tag, of a message the content alone.
  var value: WireRange?
  var order: Int
}

extension JSONWriter {
  /// Writes a map field: this occurrence, and those of it that follow.
  mutating func entries(_ field: UnsafePointer<FieldPlan>, _ cursor: inout WireCursor, depth: Int) throws(JSONFailure) {
    var ranges: [WireRange] = []
    while true {
      guard let range = cursor.delimited() else { throw malformed() }
      ranges.append(range)
      let back = cursor.p
      guard !cursor.atEnd else { break }
      guard let following = cursor.tag() else { throw malformed() }
      guard following == field.pointee.tag else {
        cursor.p = back
        break
      }
    }
    key(field)
    try map(field, ranges, depth: depth)
  }

  /// Writes the entries as an object, by key; of those with the same key the last counts.
  mutating func map(_ field: UnsafePointer<FieldPlan>, _ ranges: [WireRange], depth: Int) throws(JSONFailure) {
    guard let plan = field.pointee.message else { throw malformed() }
    let keyField = UnsafePointer(plan.pointee.fields)
    let valueField = keyField + 1
    var entries: [MapEntry] = []
    entries.reserveCapacity(ranges.count)
    for range in ranges { entries.append(try mapEntry(keyField, valueField, range, order: entries.count)) }
    sortByKey(&entries, keyField)
    let start = out.count
    for (i, entry) in entries.enumerated() {
      if i + 1 < entries.count, compare(entry.key, entries[i + 1].key, keyField) == 0 { continue }
      out.byte(0x2c)
      try mapKey(keyField, entry.key)
      out.byte(0x3a)
      do throws(JSONFailure) {
        try mapValue(valueField, entry.value, depth: depth)
      } catch {
        step(.field(field.pointee.name))
        throw error
      }
    }
    close(start)
  }

  private mutating func mapEntry(
    _ keyField: UnsafePointer<FieldPlan>, _ valueField: UnsafePointer<FieldPlan>, _ range: WireRange, order: Int
  ) throws(JSONFailure) -> MapEntry {
    var entry = MapEntry(key: WireRange(start: range.start, end: range.start), value: nil, order: order)
    var earlier: [WireRange] = []
    var cursor = WireCursor(range.start, range.end)
    while !cursor.atEnd {
      guard let tag = cursor.tag() else { throw malformed() }
      var value = WireRange(start: cursor.p, end: cursor.p)
      if tag == valueField.pointee.tag, valueField.pointee.message != nil {
        guard let content = cursor.delimited() else { throw malformed() }
        if let before = entry.value { earlier.append(before) }
        entry.value = content
        continue
      }
      guard cursor.skip(tag) else { throw malformed() }
      value.end = cursor.p
      if tag == keyField.pointee.tag {
        entry.key = value
      } else if tag == valueField.pointee.tag {
        entry.value = value
      }
    }
    if let last = entry.value, !earlier.isEmpty { entry.value = joined(earlier + [last]) }
    return entry
  }

  private func sortByKey(_ entries: inout [MapEntry], _ keyField: UnsafePointer<FieldPlan>) {
    var ascending = true
    for i in entries.indices.dropFirst() where compare(entries[i - 1].key, entries[i].key, keyField) >= 0 {
      ascending = false
      break
    }
    if ascending { return }
    entries.sort { left, right in
      let order = compare(left.key, right.key, keyField)
      return order == 0 ? left.order < right.order : order < 0
    }
  }

  /// Less than, equal to or greater than 0, as the keys compare: text by its bytes, integers by value, false before true.
  private func compare(_ left: WireRange, _ right: WireRange, _ keyField: UnsafePointer<FieldPlan>) -> Int {
    if keyField.pointee.type == .string {
      let (a, b) = (text(left), text(right))
      let order = memcmp(a.start, b.start, min(a.count, b.count))
      return order == 0 ? a.count - b.count : Int(order)
    }
    let (a, b) = (integer(left, keyField.pointee.type), integer(right, keyField.pointee.type))
    return a == b ? 0 : a < b ? -1 : 1
  }

  private func text(_ value: WireRange) -> WireRange {
    var cursor = WireCursor(value.start, value.end)
    return cursor.delimited() ?? WireRange(start: value.start, end: value.start)
  }

  /// The key as a number that compares as the key does; unsigned ones are moved down to fit.
  private func integer(_ value: WireRange, _ type: FieldType) -> Int64 {
    var cursor = WireCursor(value.start, value.end)
    let shift: UInt64 = 1 << 63
    switch type {
    case .fixed32: return Int64(cursor.fixed32() ?? 0)
    case .sfixed32: return Int64(Int32(bitPattern: cursor.fixed32() ?? 0))
    case .fixed64: return Int64(bitPattern: (cursor.fixed64() ?? 0) ^ shift)
    case .sfixed64: return Int64(bitPattern: cursor.fixed64() ?? 0)
    default: break
    }
    let raw = cursor.varint() ?? 0
    switch type {
    case .bool: return raw == 0 ? 0 : 1
    case .int32: return Int64(Int32(truncatingIfNeeded: raw))
    case .uint32: return Int64(UInt32(truncatingIfNeeded: raw))
    case .uint64: return Int64(bitPattern: raw ^ shift)
    case .sint32, .sint64: return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
    default: return Int64(bitPattern: raw)
    }
  }

  /// Writes a key as a string.
  private mutating func mapKey(_ keyField: UnsafePointer<FieldPlan>, _ key: WireRange) throws(JSONFailure) {
    var cursor = WireCursor(key.start, key.end)
    let start = out.count
    if key.count == 0 { zero(keyField) } else { try value(keyField, &cursor, depth: 1) }
    if out.base[start] == 0x22 { return }
    // Numbers and booleans are written bare elsewhere.
    let count = out.count - start
    out.need(2)
    memmove(out.base + start + 1, out.base + start, count)
    out.base[start] = 0x22
    out.q += 1
    out.byte(0x22)
  }

  private mutating func mapValue(_ valueField: UnsafePointer<FieldPlan>, _ range: WireRange?, depth: Int) throws(JSONFailure) {
    if let plan = valueField.pointee.message {
      // An entry without a value holds an empty message.
      let nothing = WireRange(start: UnsafePointer(out.base), end: UnsafePointer(out.base))
      try message(plan, range ?? nothing, depth: depth - 1)
    } else if let range {
      var cursor = WireCursor(range.start, range.end)
      try value(valueField, &cursor, depth: depth)
    } else {
      zero(valueField)
    }
  }
}
