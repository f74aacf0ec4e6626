extension JSONWriter {
  /// Writes the one value that the cursor stands at, whatever its type.
  @inline(__always) mutating func value(
    _ field: UnsafePointer<FieldPlan>, _ cursor: inout WireCursor, depth: Int, inside: JSONPathStep? = nil
  ) throws(JSONFailure) {
    switch field.pointee.type {
    case .string:
      guard let text = cursor.delimited() else { throw malformed(at: field, inside) }
      guard JSONText.appendQuoted(text, to: &out) else { throw malformed(at: field, inside) }
    case .message:
      guard let range = cursor.delimited(), let plan = field.pointee.message else { throw malformed(at: field, inside) }
      do throws(JSONFailure) {
        try message(plan, range, depth: depth - 1)
      } catch {
        throw located(error, field, inside)
      }
    default:
      do throws(JSONFailure) {
        try scalar(field, &cursor)
      } catch {
        throw located(error, field, inside)
      }
    }
  }

  private mutating func malformed(at field: UnsafePointer<FieldPlan>, _ inside: JSONPathStep?) -> JSONFailure {
    located(malformed(), field, inside)
  }

  @inline(never) mutating func located(_ failure: JSONFailure, _ field: UnsafePointer<FieldPlan>, _ inside: JSONPathStep?) -> JSONFailure {
    if let inside { step(inside) }
    step(.field(field.pointee.name))
    return failure
  }

  /// Writes a value that is neither text nor a message.
  private mutating func scalar(_ field: UnsafePointer<FieldPlan>, _ cursor: inout WireCursor) throws(JSONFailure) {
    switch field.pointee.type {
    case .bytes:
      guard let bytes = cursor.delimited() else { throw malformed() }
      out.byte(0x22)
      Base64.encode(bytes, to: &out)
      out.byte(0x22)
    case .bool, .int32, .uint32, .sint32, .int64, .uint64, .sint64, .enumeration:
      guard let raw = cursor.varint() else { throw malformed() }
      varint(field, raw)
    case .fixed32, .sfixed32, .float:
      guard let raw = cursor.fixed32() else { throw malformed() }
      switch field.pointee.type {
      case .fixed32: NumberFormat.append(UInt64(raw), to: &out)
      case .sfixed32: NumberFormat.append(Int64(Int32(bitPattern: raw)), to: &out)
      default: NumberFormat.append(Float(bitPattern: raw), to: &out)
      }
    case .fixed64, .sfixed64, .double:
      guard let raw = cursor.fixed64() else { throw malformed() }
      switch field.pointee.type {
      case .fixed64: wide(raw)
      case .sfixed64: wide(Int64(bitPattern: raw))
      default: NumberFormat.append(Double(bitPattern: raw), to: &out)
      }
    case .group:
      throw unrepresentable("ProtoJSON has no form for a group")
    case .string, .message:
      throw malformed()
    }
  }

  @inline(__always) private mutating func varint(_ field: UnsafePointer<FieldPlan>, _ raw: UInt64) {
    switch field.pointee.type {
    case .bool:
      if raw != 0 { out.append("true") } else { out.append("false") }
    case .int32: NumberFormat.append(Int64(Int32(truncatingIfNeeded: raw)), to: &out)
    case .uint32: NumberFormat.append(UInt64(UInt32(truncatingIfNeeded: raw)), to: &out)
    case .sint32:
      let folded = UInt32(truncatingIfNeeded: raw)
      NumberFormat.append(Int64(Int32(bitPattern: folded >> 1) ^ -Int32(bitPattern: folded & 1)), to: &out)
    case .int64: wide(Int64(bitPattern: raw))
    case .uint64: wide(raw)
    case .sint64: wide(Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1))
    default: enumeration(field, Int32(truncatingIfNeeded: raw))
    }
  }

  /// 64-bit integers are strings in ProtoJSON, because JavaScript would round them; the REST face writes numbers.
  private mutating func wide(_ value: Int64) {
    if !rest { out.byte(0x22) }
    NumberFormat.append(value, to: &out)
    if !rest { out.byte(0x22) }
  }

  private mutating func wide(_ value: UInt64) {
    if !rest { out.byte(0x22) }
    NumberFormat.append(value, to: &out)
    if !rest { out.byte(0x22) }
  }

  private mutating func enumeration(_ field: UnsafePointer<FieldPlan>, _ number: Int32) {
    guard let plan = field.pointee.enumeration else { return NumberFormat.append(Int64(number), to: &out) }
    if plan.pointee.isNullValue {
      out.append("null")
    } else if let name = plan.pointee.quoted(number) {
      out.append(name.start, name.count)
    } else {
      NumberFormat.append(Int64(number), to: &out)
    }
  }

  /// Writes the default of a scalar type.
  mutating func zero(_ field: UnsafePointer<FieldPlan>) {
    switch field.pointee.type {
    case .string, .bytes: out.append("\"\"")
    case .bool: out.append("false")
    case .int64, .uint64, .sint64, .fixed64, .sfixed64: wide(UInt64(0))
    case .enumeration: enumeration(field, 0)
    default: out.byte(0x30)
    }
  }
}
