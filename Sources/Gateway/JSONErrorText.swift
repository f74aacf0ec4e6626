import Protobuf
import RPC

/// What a client reads about JSON that is no request: in Chinese, naming the field or the place.
struct JSONErrorText {
  /// The message that the JSON was to become.
  let schema: MessageSchema

  /// INVALID_ARGUMENT: `INVALID_REQUEST` for what is no JSON at all, otherwise naming the field that does not fit.
  func rpcError(_ error: JSONError) -> RPCError {
    switch error {
    case .syntax(let offset, _):
      return noJSON("请求体不是有效的JSON（第\(offset + 1)字节）")
    case .depth(let limit, _):
      return noJSON("请求体嵌套过深，最多\(limit)层")
    case .type(let path, let expected, _, _):
      guard !path.isEmpty else { return noJSON("请求体应为JSON对象") }
      return wrong(path, "\(shown(path)) 应为\(Self.name(of: expected, field: field(at: path)))")
    case .value(let path, _, _):
      return wrong(path, "\(shown(path)) \(Self.demand(of: field(at: path)))")
    case .duplicateField(let path, _):
      return wrong(path, "\(shown(path)) 重复")
    case .oneofConflict(let path, _):
      return wrong(path, "\(shown(path)) 与另一个字段不能同时提供")
    case .unknownField(let path, _):
      let path = String(path.prefix(100))
      return wrong(path, "没有名为 \(path) 的字段")
    case .unrepresentable(let path, _), .malformed(let path):
      return wrong(path, "\(shown(path)) 的值无效")
    }
  }

  private func wrong(_ path: String, _ text: String) -> RPCError {
    RPCError(
      .invalidArgument, text, reason: StatusMapping.Reason.invalidValue, domain: StatusMapping.Reason.domain,
      violations: [FieldViolation(path: path, rule: "type", message: text)])
  }

  private func noJSON(_ text: String) -> RPCError {
    RPCError(.invalidArgument, text, reason: StatusMapping.Reason.invalidRequest, domain: StatusMapping.Reason.domain)
  }

  /// The field at a path such as `items[2].title`; nil inside maps and free-form objects.
  private func field(at path: String) -> FieldSchema? {
    var message: MessageSchema? = schema
    var field: FieldSchema?
    for step in path.split(separator: ".") {
      let name = step.prefix { $0 != "[" }
      guard let next = message?.fields.first(where: { $0.restName == name || $0.name == name || $0.jsonName == name }) else { return nil }
      field = next
      message = next.message
    }
    return field
  }

  /// The path as clients write it: a field that the document names otherwise has that name in JSON.
  private func shown(_ path: String) -> String {
    var message: MessageSchema? = schema
    var steps: [String] = []
    for step in path.split(separator: ".") {
      let name = step.prefix { $0 != "[" }
      let field = message?.fields.first { $0.name == name || $0.jsonName == name }
      steps.append("\(field?.restName ?? String(name))\(step[name.endIndex...])")
      message = field?.message
    }
    return steps.joined(separator: ".")
  }

  private static func name(of kind: JSONKind, field: FieldSchema?) -> String {
    switch kind {
    case .object: "对象"
    case .array: "数组"
    // A time, a duration or bytes are strings of a form of their own.
    case .string: field.flatMap { form(of: $0) } ?? "字符串"
    case .number: "数字"
    case .integer: "整数"
    case .boolean: "布尔值"
    case .null: "null"
    }
  }

  /// What a value of the right JSON type lacks.
  private static func demand(of field: FieldSchema?) -> String {
    guard let field else { return "的值无效" }
    switch field.type {
    case .enumeration:
      let names = field.enumeration?.values.map(\.name) ?? []
      return "应为以下值之一：" + names.joined(separator: "、")
    case .int32, .sint32, .sfixed32: return "应为整数（32位）"
    case .int64, .sint64, .sfixed64: return "应为整数（64位）"
    case .uint32, .fixed32: return "应为非负整数（32位）"
    case .uint64, .fixed64: return "应为非负整数（64位）"
    case .double, .float: return "应为数字"
    default: return form(of: field).map { "应为" + $0 } ?? "的值无效"
    }
  }

  private static func form(of field: FieldSchema) -> String? {
    if field.type == .bytes { return "Base64编码的字符串" }
    switch field.message?.wellKnown {
    case .timestamp: return "RFC 3339格式的时间，如2024-01-01T00:00:00Z"
    case .duration: return "以秒为单位的时长，如1.5s"
    default: return nil
    }
  }
}
