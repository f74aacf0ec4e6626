/// Bytes that live as long as the program.
struct PlanBytes {
  let start: UnsafePointer<UInt8>
  let count: Int

  init(_ text: String) {
    let bytes = Array(text.utf8)
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: max(bytes.count, 1))
    memory.update(from: bytes, count: bytes.count)
    start = UnsafePointer(memory)
    count = bytes.count
  }
}

/// What the JSON and rule loops know of a message: plain memory with raw pointers, so that walking it counts no references.
///
/// It belongs to its MessageSchema, which is never given back (see FileDescriptor), so the pointers stay valid.
struct MessagePlan {
  /// In declaration order.
  private(set) var fields: UnsafeMutablePointer<FieldPlan>
  private(set) var count = 0
  let wellKnown: WellKnownKind?
  private(set) var oneofCount = 0
  /// JSON names, proto names.
  private(set) var names: NameTable
  /// Index by number for numbers below `denseCount`, -1 where there is none.
  private var dense: UnsafeMutablePointer<Int16>
  private var denseCount: UInt32 = 0
  /// The other numbers in ascending order.
  private var sparse: UnsafeMutablePointer<(number: UInt32, index: Int32)>
  private var sparseCount = 0
  /// Whether the message, or one inside it, may break a rule: it has rules or text.
  var checked = false

  init(wellKnown: WellKnownKind?) {
    self.wellKnown = wellKnown
    fields = .allocate(capacity: 0)
    names = NameTable(capacity: 0)
    dense = .allocate(capacity: 0)
    sparse = .allocate(capacity: 0)
  }

  /// Takes the fields; called once, when every message of the file has a plan.
  mutating func fill(_ plans: [FieldPlan], names fieldNames: [(PlanBytes, Int)], oneofs: Int) {
    count = plans.count
    oneofCount = oneofs
    fields = .allocate(capacity: plans.count)
    fields.initialize(from: plans, count: plans.count)
    names = NameTable(capacity: fieldNames.count)
    for (name, index) in fieldNames { names.add(name, index) }
    let numbers = plans.enumerated().map { (number: $1.number, index: Int32($0)) }.sorted { $0.number < $1.number }
    let small = numbers.prefix { $0.number < 1024 }
    denseCount = small.last.map { $0.number + 1 } ?? 0
    dense = .allocate(capacity: Int(denseCount))
    dense.initialize(repeating: -1, count: Int(denseCount))
    // A message has fewer than 1024 fields with numbers below 1024, but more may precede them in the file.
    for entry in small where entry.index <= Int32(Int16.max) { dense[Int(entry.number)] = Int16(entry.index) }
    let large = Array(numbers.dropFirst(small.count)) + small.filter { $0.index > Int32(Int16.max) }
    sparseCount = large.count
    sparse = .allocate(capacity: large.count)
    sparse.initialize(from: large.sorted { $0.number < $1.number }, count: large.count)
  }

  /// The declaration index of the field with the number, or -1.
  @inline(__always) func index(ofNumber number: UInt32) -> Int {
    if number < denseCount {
      let index = dense[Int(number)]
      if index >= 0 { return Int(index) }
    }
    return sparseCount == 0 ? -1 : sparseIndex(number)
  }

  private func sparseIndex(_ number: UInt32) -> Int {
    var low = 0
    var high = sparseCount
    while low < high {
      let middle = (low + high) / 2
      if sparse[middle].number < number { low = middle + 1 } else { high = middle }
    }
    return low < sparseCount && sparse[low].number == number ? Int(sparse[low].index) : -1
  }
}

/// What the loops know of a field.
struct FieldPlan {
  var number: UInt32
  var type: FieldType
  var cardinality: FieldSchema.Cardinality
  var isPacked: Bool
  /// Left out of REST answers while unset, instead of written as null.
  var omitUnset: Bool
  /// Index of its oneof, or -1.
  var oneof: Int32
  /// Number and wire type of one value.
  var tag: UInt32
  /// `,"ticketType":` and `,"ticket_type":`, for ProtoJSON and the REST face.
  var jsonKey: PlanBytes
  var restKey: PlanBytes
  /// What the REST face writes while the field is unset, such as `,"feedback":null`; empty where it writes nothing.
  var restUnset: PlanBytes
  /// The name for paths.
  var name: PlanBytes
  /// The message's plan; for a map that of its entries.
  var message: UnsafeMutablePointer<MessagePlan>?
  var enumeration: UnsafeMutablePointer<EnumPlan>?
}

/// What the loops know of an enum.
struct EnumPlan {
  let names: NameTable
  let isNullValue: Bool
  /// Number by index into the values.
  private let numbers: UnsafeMutablePointer<Int32>
  /// Number and quoted name, ascending by number, the first name of each.
  private let sorted: UnsafeMutablePointer<(number: Int32, quoted: PlanBytes)>
  private let count: Int

  init(values: [EnumSchema.Value], isNullValue: Bool) {
    self.isNullValue = isNullValue
    names = NameTable(capacity: values.count)
    numbers = .allocate(capacity: values.count)
    var first: [Int32: PlanBytes] = [:]
    for (i, value) in values.enumerated() {
      names.add(PlanBytes(value.name), i)
      (numbers + i).initialize(to: value.number)
      if first[value.number] == nil { first[value.number] = PlanBytes("\"\(value.name)\"") }
    }
    let ascending = first.sorted { $0.key < $1.key }.map { (number: $0.key, quoted: $0.value) }
    count = ascending.count
    sorted = .allocate(capacity: ascending.count)
    sorted.initialize(from: ascending, count: ascending.count)
  }

  /// The quoted name of the number, or nil if it has none.
  func quoted(_ number: Int32) -> PlanBytes? {
    // Most enums count from 0 without gaps.
    if number >= 0, Int(number) < count, sorted[Int(number)].number == number { return sorted[Int(number)].quoted }
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle].number < number { low = middle + 1 } else { high = middle }
    }
    return low < count && sorted[low].number == number ? sorted[low].quoted : nil
  }

  /// The number of the name, or nil if no value bears it.
  func number(_ name: WireRange) -> Int32? {
    let index = names.find(name.start, name.count)
    return index < 0 ? nil : numbers[index]
  }
}
