import Protobuf

/// The JSON schema keywords that say what a field's rules say.
enum OpenAPIRules {
  /// A number at one end of a range, and whether it belongs to the range.
  private struct Bound {
    let number: String
    let isAllowed: Bool
  }

  /// The JSON schema keywords of a field's rules.
  static func keywords(_ rules: BufValidate.FieldRules.TypeOneOf?) -> [(String, JSONValue?)] {
    switch rules {
    case .string(let rules): return keywords(of: rules)
    case .int32(let rules): return bounds(upper(rules.lessThan), lower(rules.greaterThan))
    case .int64(let rules): return bounds(upper(rules.lessThan), lower(rules.greaterThan))
    case .uint32(let rules): return bounds(upper(rules.lessThan), lower(rules.greaterThan))
    case .uint64(let rules): return bounds(upper(rules.lessThan), lower(rules.greaterThan))
    case .sint32(let rules): return bounds(upper(rules.lessThan), lower(rules.greaterThan))
    case .sint64(let rules): return bounds(upper(rules.lessThan), lower(rules.greaterThan))
    case .float(let rules): return bounds(upper(rules.lessThan), lower(rules.greaterThan))
    case .double(let rules): return bounds(upper(rules.lessThan), lower(rules.greaterThan))
    default: return []
    }
  }

  private static func keywords(of rules: BufValidate.StringRules) -> [(String, JSONValue?)] {
    let format: String? =
      switch rules.wellKnown {
      case .email(true): "email"
      case .hostname(true): "hostname"
      case .ipv4(true): "ipv4"
      case .ipv6(true): "ipv6"
      case .uri(true): "uri"
      case .uriRef(true): "uri-reference"
      case .uuid(true): "uuid"
      default: nil
      }
    return [
      ("format", format.map { .string($0) }), ("minLength", (rules.minLen ?? rules.len).map { .number(String($0)) }),
      ("maxLength", (rules.maxLen ?? rules.len).map { .number(String($0)) }), ("pattern", rules.pattern.map { .string($0) }),
      ("enum", rules.in.isEmpty ? nil : .array(rules.in.map { .string($0) })),
    ]
  }

  private static func bounds(_ upper: Bound?, _ lower: Bound?) -> [(String, JSONValue?)] {
    [
      (lower?.isAllowed == true ? "minimum" : "exclusiveMinimum", lower.map { .number($0.number) }),
      (upper?.isAllowed == true ? "maximum" : "exclusiveMaximum", upper.map { .number($0.number) }),
    ]
  }

  private static func upper(_ bound: BufValidate.Int32Rules.LessThan?) -> Bound? {
    switch bound {
    case .lt(let number): Bound(number: String(number), isAllowed: false)
    case .lte(let number): Bound(number: String(number), isAllowed: true)
    case nil: nil
    }
  }

  private static func lower(_ bound: BufValidate.Int32Rules.GreaterThan?) -> Bound? {
    switch bound {
    case .gt(let number): Bound(number: String(number), isAllowed: false)
    case .gte(let number): Bound(number: String(number), isAllowed: true)
    case nil: nil
    }
  }

  private static func upper(_ bound: BufValidate.Int64Rules.LessThan?) -> Bound? {
    switch bound {
    case .lt(let number): Bound(number: String(number), isAllowed: false)
    case .lte(let number): Bound(number: String(number), isAllowed: true)
    case nil: nil
    }
  }

  private static func lower(_ bound: BufValidate.Int64Rules.GreaterThan?) -> Bound? {
    switch bound {
    case .gt(let number): Bound(number: String(number), isAllowed: false)
    case .gte(let number): Bound(number: String(number), isAllowed: true)
    case nil: nil
    }
  }

  private static func upper(_ bound: BufValidate.UInt32Rules.LessThan?) -> Bound? {
    switch bound {
    case .lt(let number): Bound(number: String(number), isAllowed: false)
    case .lte(let number): Bound(number: String(number), isAllowed: true)
    case nil: nil
    }
  }

  private static func lower(_ bound: BufValidate.UInt32Rules.GreaterThan?) -> Bound? {
    switch bound {
    case .gt(let number): Bound(number: String(number), isAllowed: false)
    case .gte(let number): Bound(number: String(number), isAllowed: true)
    case nil: nil
    }
  }

  private static func upper(_ bound: BufValidate.UInt64Rules.LessThan?) -> Bound? {
    switch bound {
    case .lt(let number): Bound(number: String(number), isAllowed: false)
    case .lte(let number): Bound(number: String(number), isAllowed: true)
    case nil: nil
    }
  }

  private static func lower(_ bound: BufValidate.UInt64Rules.GreaterThan?) -> Bound? {
    switch bound {
    case .gt(let number): Bound(number: String(number), isAllowed: false)
    case .gte(let number): Bound(number: String(number), isAllowed: true)
    case nil: nil
    }
  }

  private static func upper(_ bound: BufValidate.SInt32Rules.LessThan?) -> Bound? {
    switch bound {
    case .lt(let number): Bound(number: String(number), isAllowed: false)
    case .lte(let number): Bound(number: String(number), isAllowed: true)
    case nil: nil
    }
  }

  private static func lower(_ bound: BufValidate.SInt32Rules.GreaterThan?) -> Bound? {
    switch bound {
    case .gt(let number): Bound(number: String(number), isAllowed: false)
    case .gte(let number): Bound(number: String(number), isAllowed: true)
    case nil: nil
    }
  }

  private static func upper(_ bound: BufValidate.SInt64Rules.LessThan?) -> Bound? {
    switch bound {
    case .lt(let number): Bound(number: String(number), isAllowed: false)
    case .lte(let number): Bound(number: String(number), isAllowed: true)
    case nil: nil
    }
  }

  private static func lower(_ bound: BufValidate.SInt64Rules.GreaterThan?) -> Bound? {
    switch bound {
    case .gt(let number): Bound(number: String(number), isAllowed: false)
    case .gte(let number): Bound(number: String(number), isAllowed: true)
    case nil: nil
    }
  }

  private static func upper(_ bound: BufValidate.FloatRules.LessThan?) -> Bound? {
    switch bound {
    case .lt(let number): Bound(number: String(number), isAllowed: false)
    case .lte(let number): Bound(number: String(number), isAllowed: true)
    case nil: nil
    }
  }

  private static func lower(_ bound: BufValidate.FloatRules.GreaterThan?) -> Bound? {
    switch bound {
    case .gt(let number): Bound(number: String(number), isAllowed: false)
    case .gte(let number): Bound(number: String(number), isAllowed: true)
    case nil: nil
    }
  }

  private static func upper(_ bound: BufValidate.DoubleRules.LessThan?) -> Bound? {
    switch bound {
    case .lt(let number): Bound(number: String(number), isAllowed: false)
    case .lte(let number): Bound(number: String(number), isAllowed: true)
    case nil: nil
    }
  }

  private static func lower(_ bound: BufValidate.DoubleRules.GreaterThan?) -> Bound? {
    switch bound {
    case .gt(let number): Bound(number: String(number), isAllowed: false)
    case .gte(let number): Bound(number: String(number), isAllowed: true)
    case nil: nil
    }
  }
}
