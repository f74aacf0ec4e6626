/// Writes a message in binary format as JSON by walking its schema; no Swift message is made.
///
/// Encoders write fields in ascending order, which mostly is declaration order, so a message is first written straight
/// from front to back. Where its fields turn out to be in disorder, what was written of it is taken back and its
/// occurrences are sorted first.
struct JSONWriter: ~Copyable {
  var out: ByteSink
  let rest: Bool
  let types: TypeRegistry?
  let file: FileDescriptor
  /// What a thrown JSONFailure means.
  private(set) var problem: JSONError?
  private var steps: [JSONPathStep] = []
  /// Merged messages, kept until the end.
  private var merged: [UnsafeMutablePointer<UInt8>] = []

  init(options: JSONWriteOptions, file: FileDescriptor, capacity: Int) {
    out = ByteSink(capacity: capacity)
    rest = options.rest
    types = options.types
    self.file = file
  }

  deinit {
    for memory in merged { memory.deallocate() }
  }

  /// One message of several occurrences: encodings one after the other are the encoding of the merged message.
  mutating func joined(_ parts: [WireRange]) -> WireRange {
    let count = parts.reduce(0) { $0 + $1.count }
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: max(count, 1))
    merged.append(memory)
    var q = memory
    for part in parts {
      q.update(from: part.start, count: part.count)
      q += part.count
    }
    return WireRange(start: memory, end: q)
  }

  /// The error that the last JSONFailure stands for.
  var error: JSONError {
    let path = JSONPathStep.text(outerLast: steps)
    switch problem {
    case .unrepresentable(_, let what): return .unrepresentable(path: path, what: what)
    case .depth(let limit, let offset): return .depth(limit: limit, offset: offset)
    default: return .malformed(path: path)
    }
  }

  mutating func malformed() -> JSONFailure {
    problem = .malformed(path: "")
    return JSONFailure()
  }

  mutating func tooDeep() -> JSONFailure {
    problem = .depth(limit: BinaryReader.depthMax, offset: 0)
    return JSONFailure()
  }

  mutating func unrepresentable(_ what: String) -> JSONFailure {
    problem = .unrepresentable(path: "", what: what)
    return JSONFailure()
  }

  mutating func step(_ step: JSONPathStep) { steps.append(step) }

  /// Writes the message in `range`; `depth` counts down to the limit.
  mutating func message(_ plan: UnsafePointer<MessagePlan>, _ range: WireRange, depth: Int) throws(JSONFailure) {
    guard depth > 0 else { throw tooDeep() }
    if let kind = plan.pointee.wellKnown { return try wellKnown(kind, plan, range, depth: depth) }
    let start = out.count
    try fields(plan, range, depth: depth)
    close(start)
  }

  /// Ends an object whose fields were written from `start` on: the comma before the first becomes the brace.
  @inline(__always) mutating func close(_ start: Int) {
    if out.count == start {
      out.append("{}")
    } else {
      out.base[start] = 0x7b
      out.byte(0x7d)
    }
  }

  /// Writes the fields of a message, each after a comma.
  mutating func fields(_ plan: UnsafePointer<MessagePlan>, _ range: WireRange, depth: Int) throws(JSONFailure) {
    let start = out.count
    if try !ordered(plan, range, depth: depth) {
      out.rewind(to: start)
      try disordered(plan, range, depth: depth)
    }
  }

  /// Writes fields that come in declaration order, each singular one once; false as soon as they do not.
  private mutating func ordered(_ plan: UnsafePointer<MessagePlan>, _ range: WireRange, depth: Int) throws(JSONFailure) -> Bool {
    let fields = UnsafePointer(plan.pointee.fields)
    let count = plan.pointee.count
    var cursor = WireCursor(range.start, range.end)
    var next = 0
    var oneofs = FieldSet()
    while !cursor.atEnd {
      guard let tag = cursor.tag() else { throw malformed() }
      var i = next
      if i >= count || fields[i].tag != tag {
        i = plan.pointee.index(ofNumber: tag >> 3)
        guard i >= 0, accepts(fields + i, tag) else {
          guard cursor.skip(tag) else { throw malformed() }
          continue
        }
      }
      guard i >= next else { return false }
      let field = fields + i
      if rest, i > next { unset(fields, next, i) }
      next = i + 1
      switch field.pointee.cardinality {
      case .repeated: try items(field, tag, &cursor, depth: depth)
      case .map: try entries(field, &cursor, depth: depth)
      case .oneof:
        guard oneofs.insert(Int(field.pointee.oneof)) else { return false }
        try singular(field, &cursor, depth: depth)
      default: try singular(field, &cursor, depth: depth)
      }
    }
    if rest, next < count { unset(fields, next, count) }
    return true
  }

  /// Whether the tag's wire type is one that the field may have; other ones are unknown fields.
  @inline(__always) func accepts(_ field: UnsafePointer<FieldPlan>, _ tag: UInt32) -> Bool {
    if field.pointee.tag == tag { return true }
    return field.pointee.cardinality == .repeated && tag & 7 == WireType.lengthDelimited && field.pointee.type.isPackable
  }

  /// Writes what the REST face shows for the unset fields from `first` up to `end`.
  @inline(__always) private mutating func unset(_ fields: UnsafePointer<FieldPlan>, _ first: Int, _ end: Int) {
    for i in first..<end {
      let text = fields[i].restUnset
      out.append(text.start, text.count)
    }
  }

  @inline(__always) mutating func key(_ field: UnsafePointer<FieldPlan>) {
    let key = rest ? field.pointee.restKey : field.pointee.jsonKey
    out.append(key.start, key.count)
  }

  /// Writes a singular field whose value the cursor stands at.
  @inline(__always) mutating func singular(_ field: UnsafePointer<FieldPlan>, _ cursor: inout WireCursor, depth: Int) throws(JSONFailure) {
    let start = out.count
    let from = cursor.p
    key(field)
    try value(field, &cursor, depth: depth)
    // A plain field that holds its default is unset, even if its sender wrote it.
    if !rest, field.pointee.cardinality == .implicit, from.pointee & 0x7f == 0, isZero(field, from, cursor.p) { out.rewind(to: start) }
  }

  /// Whether the value's bytes encode 0 or nothing; a varint of 0 may be longer than it need be.
  private func isZero(_ field: UnsafePointer<FieldPlan>, _ from: UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>) -> Bool {
    let wire = field.pointee.type.wireType
    let mask: UInt8 = wire == WireType.fixed32 || wire == WireType.fixed64 ? 0xff : 0x7f
    return UnsafeBufferPointer(start: from, count: to - from).allSatisfy { $0 & mask == 0 }
  }

  /// Writes a repeated field: this occurrence, and those of it that follow.
  mutating func items(_ field: UnsafePointer<FieldPlan>, _ first: UInt32, _ cursor: inout WireCursor, depth: Int) throws(JSONFailure) {
    let start = out.count
    key(field)
    out.byte(0x5b)
    let open = out.count
    var tag = first
    var index = 0
    while true {
      try occurrence(field, tag, &cursor, &index, depth: depth)
      let back = cursor.p
      guard !cursor.atEnd else { break }
      guard let following = cursor.tag() else { throw malformed() }
      if following != tag {
        guard following >> 3 == field.pointee.number, accepts(field, following) else {
          cursor.p = back
          break
        }
        tag = following
      }
    }
    finishItems(start, open)
  }

  /// Writes the items of one occurrence, each with a comma behind it.
  mutating func occurrence(
    _ field: UnsafePointer<FieldPlan>, _ tag: UInt32, _ cursor: inout WireCursor, _ index: inout Int, depth: Int
  ) throws(JSONFailure) {
    if tag == field.pointee.tag {
      try item(field, &cursor, &index, depth: depth)
      return
    }
    guard let packed = cursor.delimited() else { throw malformed() }
    var inner = WireCursor(packed.start, packed.end)
    while !inner.atEnd { try item(field, &inner, &index, depth: depth) }
  }

  @inline(__always) private mutating func item(
    _ field: UnsafePointer<FieldPlan>, _ cursor: inout WireCursor, _ index: inout Int, depth: Int
  ) throws(JSONFailure) {
    try value(field, &cursor, depth: depth, inside: .index(index))
    out.byte(0x2c)
    index += 1
  }

  /// Turns the last comma into the bracket; a field of no items is unset.
  mutating func finishItems(_ start: Int, _ open: Int) {
    if out.count > open {
      out.q[-1] = 0x5d
    } else if rest {
      out.byte(0x5d)
    } else {
      out.rewind(to: start)
    }
  }
}
