/// One occurrence of a known field in the wire bytes.
private struct Occurrence {
  var field: Int
  var tag: UInt32
  /// Where its value starts.
  var start: UnsafePointer<UInt8>
}

extension JSONWriter {
  /// Writes the fields of a message whose encoding repeats or reorders them: last value wins, messages merge.
  mutating func disordered(_ plan: UnsafePointer<MessagePlan>, _ range: WireRange, depth: Int) throws(JSONFailure) {
    let fields = UnsafePointer(plan.pointee.fields)
    let sorted = try occurrences(plan, range)
    var position = 0
    for i in 0..<plan.pointee.count {
      let first = position
      while position < sorted.count, sorted[position].field == i { position += 1 }
      if first == position {
        if rest { out.append(fields[i].restUnset.start, fields[i].restUnset.count) }
      } else {
        try write(fields + i, sorted[first..<position], range.end, depth: depth)
      }
    }
  }

  /// Every occurrence that counts, by declaration order of the fields.
  private mutating func occurrences(_ plan: UnsafePointer<MessagePlan>, _ range: WireRange) throws(JSONFailure) -> [Occurrence] {
    let fields = UnsafePointer(plan.pointee.fields)
    var found: [Occurrence] = []
    // For each oneof the member that is set, and where its occurrences start: another member clears it.
    var members = [(field: Int, from: Int)](repeating: (-1, 0), count: plan.pointee.oneofCount)
    var cursor = WireCursor(range.start, range.end)
    while !cursor.atEnd {
      guard let tag = cursor.tag() else { throw malformed() }
      let i = plan.pointee.index(ofNumber: tag >> 3)
      if i >= 0, accepts(fields + i, tag) {
        let oneof = Int(fields[i].oneof)
        if oneof >= 0, members[oneof].field != i { members[oneof] = (i, found.count) }
        found.append(Occurrence(field: i, tag: tag, start: cursor.p))
      }
      guard cursor.skip(tag) else { throw malformed() }
    }
    let counting = found.enumerated().filter { position, occurrence in
      let oneof = Int(fields[occurrence.field].oneof)
      return oneof < 0 || members[oneof].field == occurrence.field && members[oneof].from <= position
    }
    // Positions break ties: Swift promises no stable sort.
    return counting.sorted { ($0.element.field, $0.offset) < ($1.element.field, $1.offset) }.map(\.element)
  }

  private mutating func write(
    _ field: UnsafePointer<FieldPlan>, _ found: ArraySlice<Occurrence>, _ end: UnsafePointer<UInt8>, depth: Int
  ) throws(JSONFailure) {
    switch field.pointee.cardinality {
    case .repeated:
      let start = out.count
      key(field)
      out.byte(0x5b)
      let open = out.count
      var index = 0
      for occurrence in found {
        var cursor = WireCursor(occurrence.start, end)
        try self.occurrence(field, occurrence.tag, &cursor, &index, depth: depth)
      }
      finishItems(start, open)
    case .map:
      key(field)
      try map(field, contents(of: found, end), depth: depth)
    default:
      if let plan = field.pointee.message, found.count > 1 {
        let whole = joined(try contents(of: found, end))
        key(field)
        do throws(JSONFailure) {
          try message(plan, whole, depth: depth - 1)
        } catch {
          throw located(error, field, nil)
        }
      } else if let last = found.last {
        var cursor = WireCursor(last.start, end)
        try singular(field, &cursor, depth: depth)
      }
    }
  }

  private mutating func contents(of found: ArraySlice<Occurrence>, _ end: UnsafePointer<UInt8>) throws(JSONFailure) -> [WireRange] {
    var ranges: [WireRange] = []
    for occurrence in found {
      var cursor = WireCursor(occurrence.start, end)
      guard let range = cursor.delimited() else { throw malformed() }
      ranges.append(range)
    }
    return ranges
  }
}
