import Glibc

/// Reads JSON straight into a message's binary format by walking its schema; no tree and no Swift message is made.
struct JSONReader: ~Copyable {
  var scanner: JSONScanner
  var out: ByteSink
  let options: JSONReadOptions
  let file: FileDescriptor
  private var steps: [JSONPathStep] = []
  /// Whether the last key was the name that the REST face writes; the next one most likely is, too.
  private var restNames = false

  init(_ json: WireRange, options: JSONReadOptions, file: FileDescriptor) {
    scanner = JSONScanner(json)
    out = ByteSink(capacity: json.count)
    self.options = options
    self.file = file
  }

  /// The error that the last JSONFailure stands for.
  var error: JSONError {
    let path = JSONPathStep.text(outerLast: steps)
    switch scanner.problem {
    case .type(_, let expected, let found, let offset): return .type(path: path, expected: expected, found: found, offset: offset)
    case .value(_, let expected, let offset): return .value(path: path, expected: expected, offset: offset)
    case .unknownField(let key, let offset): return .unknownField(path: path.isEmpty ? key : "\(path).\(key)", offset: offset)
    case .duplicateField(_, let offset): return .duplicateField(path: path, offset: offset)
    case .oneofConflict(_, let offset): return .oneofConflict(path: path, offset: offset)
    case .some(let other): return other
    case nil: return .syntax(offset: scanner.offset, what: "unknown")
    }
  }

  mutating func step(_ step: JSONPathStep) { steps.append(step) }

  /// Names the place that a failure passes through on its way out.
  @inline(never) mutating func located(_ failure: JSONFailure, _ field: UnsafePointer<FieldPlan>) -> JSONFailure {
    step(.field(field.pointee.name))
    return failure
  }

  mutating func invalid(_ expected: String, at place: UnsafePointer<UInt8>) -> JSONFailure {
    scanner.fail(.value(path: "", expected: expected, offset: place - scanner.start))
  }

  mutating func tooDeep() -> JSONFailure {
    scanner.fail(.depth(limit: options.depthMax, offset: scanner.offset))
  }

  /// Reads the whole input as one message; gives the fields that its top level names.
  mutating func document(_ plan: UnsafePointer<MessagePlan>) throws(JSONFailure) -> FieldSet {
    var seen = FieldSet()
    _ = scanner.peek()
    if let kind = plan.pointee.wellKnown {
      try wellKnown(kind, plan, depth: options.depthMax)
    } else {
      let hidden = options.hiddenNumber.map { plan.pointee.index(ofNumber: $0) } ?? -1
      try object(plan, depth: options.depthMax, seen: &seen, hidden: hidden)
    }
    _ = scanner.peek()
    guard scanner.p == scanner.end else { throw scanner.syntax("nothing should follow the document") }
    return seen
  }

  /// Reads a message's content, without its length; `depth` counts down to the limit.
  mutating func message(_ plan: UnsafePointer<MessagePlan>, depth: Int) throws(JSONFailure) {
    guard depth > 0 else { throw tooDeep() }
    if let kind = plan.pointee.wellKnown { return try wellKnown(kind, plan, depth: depth) }
    var seen = FieldSet()
    try object(plan, depth: depth, seen: &seen)
  }

  /// Reads an object as the fields of a message. `typed`: of an Any, whose `@type` stands among them.
  /// `hidden`: index of a field whose name is treated as unknown.
  mutating func object(
    _ plan: UnsafePointer<MessagePlan>, depth: Int, seen: inout FieldSet, typed: Bool = false, hidden: Int = -1
  ) throws(JSONFailure) {
    guard scanner.peek() == 0x7b else { throw scanner.unexpected(.object) }
    scanner.p += 1
    if scanner.take(0x7d) { return }
    let fields = UnsafePointer(plan.pointee.fields)
    var oneofs = FieldSet()
    var next = 0
    repeat {
      let keyStart = scanner.offset
      let i = try key(plan, next, typed: typed, depth: depth)
      if i < 0 { continue }
      next = i + 1
      if i == hidden {
        try scanner.skipValue(depth: depth, limit: options.depthMax)
        continue
      }
      let field = fields + i
      do throws(JSONFailure) {
        guard seen.insert(i) else { throw scanner.fail(.duplicateField(path: "", offset: keyStart)) }
        try self.field(field, &oneofs, depth: depth)
      } catch {
        throw located(error, field)
      }
    } while scanner.take(0x2c)
    guard scanner.take(0x7d) else { throw scanner.syntax("a comma or } should stand here") }
  }

  /// Takes a key and its colon, and gives the field's index. For an unknown key that may be ignored its value is passed
  /// over, and the result is -1.
  @inline(__always) private mutating func key(
    _ plan: UnsafePointer<MessagePlan>, _ next: Int, typed: Bool, depth: Int
  ) throws(JSONFailure) -> Int {
    guard scanner.peek() == 0x22 else { throw scanner.syntax("a key in double quotes should stand here") }
    // Most writers keep the order of the fields, so look whether the next one comes before searching for it.
    if next < plan.pointee.count {
      let field = UnsafePointer(plan.pointee.fields) + next
      if takeKey(restNames ? field.pointee.restKey : field.pointee.jsonKey) { return next }
      if takeKey(restNames ? field.pointee.jsonKey : field.pointee.restKey) {
        restNames.toggle()
        return next
      }
    }
    return try searchedKey(plan, typed: typed, depth: depth)
  }

  /// Takes a key if it is the one that a writer would put here; `key` is `,"name":`, of which the comma is gone already.
  @inline(__always) private mutating func takeKey(_ key: PlanBytes) -> Bool {
    let count = key.count - 1
    guard scanner.end - scanner.p > count, memcmp(scanner.p, key.start + 1, count - 1) == 0 else { return false }
    if scanner.p[count - 1] == 0x3a {
      scanner.p += count
      return true
    }
    let back = scanner.p
    scanner.p += count - 1
    if scanner.take(0x3a) { return true }
    scanner.p = back
    return false
  }

  @inline(never) private mutating func searchedKey(
    _ plan: UnsafePointer<MessagePlan>, typed: Bool, depth: Int
  ) throws(JSONFailure) -> Int {
    let place = scanner.offset
    let name = try scanner.string()
    let i = plan.pointee.names.find(name.start, name.count)
    var unknown: String?
    if i < 0 {
      let isType = typed && name.bytes.elementsEqual("@type".utf8)
      if !isType, !options.ignoreUnknown { unknown = String(decoding: name.bytes, as: UTF8.self) }
    } else {
      let rest = plan.pointee.fields[i].restKey
      restNames = rest.count == name.count + 4 && memcmp(rest.start + 2, name.start, name.count) == 0
    }
    guard scanner.take(0x3a) else { throw scanner.syntax("a colon should stand here") }
    if let unknown { throw scanner.fail(.unknownField(path: unknown, offset: place)) }
    if i < 0 { try scanner.skipValue(depth: depth, limit: options.depthMax) }
    return i
  }

  /// Reads the value of a field, null included.
  @inline(__always) private mutating func field(
    _ field: UnsafePointer<FieldPlan>, _ oneofs: inout FieldSet, depth: Int
  ) throws(JSONFailure) {
    let place = scanner.offset
    if scanner.peek() == 0x6e, !takesNull(field) {
      guard scanner.takeNull() else { throw scanner.syntax("a value should stand here") }
      return
    }
    switch field.pointee.cardinality {
    case .repeated: return try list(field, depth: depth)
    case .map: return try map(field, depth: depth)
    case .oneof:
      guard oneofs.insert(Int(field.pointee.oneof)) else { throw scanner.fail(.oneofConflict(path: "", offset: place)) }
      fallthrough
    default: try single(field, depth: depth)
    }
  }

  /// Whether null is a value of the field's type instead of its absence.
  @inline(__always) private func takesNull(_ field: UnsafePointer<FieldPlan>) -> Bool {
    guard field.pointee.cardinality != .repeated, field.pointee.cardinality != .map else { return false }
    return isNullType(field)
  }

  func isNullType(_ field: UnsafePointer<FieldPlan>) -> Bool {
    if let message = field.pointee.message { return message.pointee.wellKnown == .value }
    return field.pointee.enumeration?.pointee.isNullValue ?? false
  }

  /// Reads the value of a singular field, with its tag.
  @inline(__always) private mutating func single(_ field: UnsafePointer<FieldPlan>, depth: Int) throws(JSONFailure) {
    let before = out.count
    out.varint(UInt64(field.pointee.tag))
    let start = out.count
    guard try value(field, depth: depth) else { return out.rewind(to: before) }
    // A plain field's default is not written: it is the same as unset.
    if field.pointee.cardinality == .implicit, isZero(from: start) { out.rewind(to: before) }
  }

  @inline(__always) private func isZero(from start: Int) -> Bool {
    guard out.base[start] == 0 else { return false }
    let count = out.count - start
    return count == 1 || UnsafeBufferPointer(start: out.base + start, count: count).allSatisfy { $0 == 0 }
  }

  // MARK: Repeated fields and maps

  private mutating func list(_ field: UnsafePointer<FieldPlan>, depth: Int) throws(JSONFailure) {
    guard scanner.peek() == 0x5b else { throw scanner.unexpected(.array) }
    scanner.p += 1
    if scanner.take(0x5d) { return }
    let isPacked = field.pointee.isPacked
    let before = out.count
    var mark = 0
    if isPacked {
      out.varint(UInt64(field.pointee.number) << 3 | UInt64(WireType.lengthDelimited))
      mark = out.beginLength()
    }
    var index = 0
    repeat {
      do throws(JSONFailure) {
        if scanner.peek() == 0x6e, !isNullType(field) { throw scanner.unexpected(expectedKind(field)) }
        let start = out.count
        if !isPacked { out.varint(UInt64(field.pointee.tag)) }
        if try !value(field, depth: depth) { out.rewind(to: start) }
      } catch {
        step(.index(index))
        throw error
      }
      index += 1
    } while scanner.take(0x2c)
    guard scanner.take(0x5d) else { throw scanner.syntax("a comma or ] should stand here") }
    guard isPacked else { return }
    if out.count == mark { return out.rewind(to: before) }
    out.endLength(mark)
  }

  /// Reads an object as the entries of a map field; of those with the same key the last counts, as in binary.
  mutating func map(_ field: UnsafePointer<FieldPlan>, depth: Int) throws(JSONFailure) {
    guard scanner.peek() == 0x7b else { throw scanner.unexpected(.object) }
    guard let plan = field.pointee.message else { throw scanner.unexpected(.object) }
    scanner.p += 1
    if scanner.take(0x7d) { return }
    let keyField = UnsafePointer(plan.pointee.fields)
    let valueField = keyField + 1
    repeat {
      guard scanner.peek() == 0x22 else { throw scanner.syntax("a key in double quotes should stand here") }
      let place = scanner.p
      let start = out.count
      out.varint(UInt64(field.pointee.tag))
      let mark = out.beginLength()
      out.varint(UInt64(keyField.pointee.tag))
      try mapKey(keyField)
      guard scanner.take(0x3a) else { throw scanner.syntax("a colon should stand here") }
      do throws(JSONFailure) {
        if scanner.peek() == 0x6e, !isNullType(valueField) { throw scanner.unexpected(expectedKind(valueField)) }
        out.varint(UInt64(valueField.pointee.tag))
        if try value(valueField, depth: depth) { out.endLength(mark) } else { out.rewind(to: start) }
      } catch {
        step(.key(keyText(at: place)))
        throw error
      }
    } while scanner.take(0x2c)
    guard scanner.take(0x7d) else { throw scanner.syntax("a comma or } should stand here") }
  }

  /// The key that starts at `place`, as it was written.
  private func keyText(at place: UnsafePointer<UInt8>) -> String {
    let stop = TextScan.ordinary(place + 1, scanner.end)
    return String(decoding: UnsafeBufferPointer(start: place + 1, count: stop - place - 1), as: UTF8.self)
  }
}
