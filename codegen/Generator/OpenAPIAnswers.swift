import Protobuf

/// The answers of an operation: the message in the application's envelope, headers, and every documented error in the application's style.
struct OpenAPIAnswers {
  let registry: Registry
  let options: GeneratorOptions
  let schemas: OpenAPISchemas

  /// The application whose answers stand in an envelope (chapter 通用响应格式 of its document).
  private static let coWriting = "cowriting"
  /// Chapter 限流头信息 of that document.
  private static let limits = [
    ("X-RateLimit-Limit", "How many calls the window has."), ("X-RateLimit-Remaining", "How many are left of them."),
    ("X-RateLimit-Reset", "When the window ends, in seconds since 1970."),
  ]
  private static let moment = JSONValue.string("2024-01-01T00:00:00Z")

  private func hasEnvelope(_ route: Route) -> Bool { route.service.options?.weftV1Service?.application == Self.coWriting }

  // MARK: One operation

  func responses(_ route: Route, _ rule: WeftV1.MethodRule) -> [(String, JSONValue)] {
    let status = rule.successStatus == 0 ? 200 : rule.successStatus
    var result = [(String(status), success(route, rule, status))]
    if isEventStream(route) { result.append(("204", .object([("description", .string("The last event was the end."))]))) }
    var errors = rule.errors
    if hasEnvelope(route), !errors.contains(where: { $0.status == 429 }) {
      errors.append(
        .with {
          $0.status = 429
          $0.description = "请求频率超过限制"
        })
    }
    var statuses: [UInt32] = []
    for error in errors where !statuses.contains(error.status) { statuses.append(error.status) }
    for status in statuses {
      result.append((String(status), errorResponse(errors.filter { $0.status == status }, route)))
    }
    return result
  }

  private func success(_ route: Route, _ rule: WeftV1.MethodRule, _ status: UInt32) -> JSONValue {
    var description = status == 204 ? "Done." : "The answer."
    var headers = hasEnvelope(route) ? limitReferences : []
    var content: JSONValue?
    if status != 204, let output = registry.messages[route.method.outputType ?? ""] {
      let text = Documentation(output.comment).text
      if !text.isEmpty, output.fullName != ".google.protobuf.Empty" || !hasEnvelope(route) { description = text }
      content = self.content(output, route, rule)
      headers = replyHeaders(output) + headers
    }
    return .present([
      ("description", .string(description)), ("headers", headers.isEmpty ? nil : .object(headers)), ("content", content),
    ])
  }

  /// A stream of Server-Sent Events (WHATWG HTML, section 9.2) takes the id of the last one that was read.
  private func isEventStream(_ route: Route) -> Bool {
    registry.messages[route.method.inputType ?? ""]?.proto.field.contains { $0.options?.weftV1Field?.header == "last-event-id" } == true
  }

  private func content(_ output: MessageNode, _ route: Route, _ rule: WeftV1.MethodRule) -> JSONValue {
    if isEventStream(route) {
      return .object([("text/event-stream", .object([("schema", .object([("type", .string("string"))]))]))])
    }
    if output.fullName == ".google.api.HttpBody" {
      return .object([("*/*", .object([("schema", .object([("type", .string("string")), ("format", .string("binary"))]))]))])
    }
    var schema = schemas.reference(output, .answer)
    if !route.rule.responseBody.isEmpty, let field = output.proto.field.first(where: { $0.name == route.rule.responseBody }) {
      schema = schemas.property(field, comment: "", .answer)
    }
    if !rule.envelopeMessage.isEmpty {
      schema = envelope(output.fullName == ".google.protobuf.Empty" ? nil : schema, rule.envelopeMessage)
    }
    return .object([("application/json", .object([("schema", schema)]))])
  }

  /// Chapter 成功响应.
  private func envelope(_ data: JSONValue?, _ message: String) -> JSONValue {
    let time = JSONValue.object([("type", .string("string")), ("format", .string("date-time")), ("examples", .array([Self.moment]))])
    return .object([
      ("type", .string("object")),
      (
        "properties",
        .present([
          ("success", .object([("type", .string("boolean")), ("const", .bool(true))])), ("data", data),
          ("message", .object([("type", .string("string")), ("examples", .array([.string(message)]))])), ("timestamp", time),
        ])
      ),
      ("required", .array((["success"] + (data == nil ? [] : ["data"]) + ["message", "timestamp"]).map { .string($0) })),
    ])
  }

  // MARK: Headers

  private var limitReferences: [(String, JSONValue)] {
    Self.limits.map { ($0.0, .object([("$ref", .string("#/components/headers/" + $0.0))])) }
  }

  /// Fields of an answer that are headers.
  private func replyHeaders(_ output: MessageNode) -> [(String, JSONValue)] {
    output.proto.field.enumerated().compactMap { index, field in
      guard let name = field.options?.weftV1Field?.header, !name.isEmpty else { return nil }
      let documentation = Documentation(output.file.sources.comment(output.path + [2, Int32(index)]))
      return (Self.headerName(name), header(documentation, field))
    }
  }

  private func header(_ documentation: Documentation, _ field: GoogleProtobuf.FieldDescriptorProto) -> JSONValue {
    .present([
      ("description", documentation.text.isEmpty ? nil : .string(documentation.text)),
      ("schema", schemas.property(field, comment: "", .request)), ("example", documentation.example),
    ])
  }

  /// The parameter of a request field that is a precondition (RFC 9110, section 13.1) or where to go on. Others are the browser's own.
  func condition(_ field: GoogleProtobuf.FieldDescriptorProto, _ documentation: Documentation) -> JSONValue? {
    guard let name = field.options?.weftV1Field?.header, name.hasPrefix("if-") || name == "last-event-id",
      case .members(let members) = header(documentation, field)
    else { return nil }
    return .members(
      [JSONMember(name: "name", value: .string(Self.headerName(name))), JSONMember(name: "in", value: .string("header"))] + members)
  }

  /// As documents write it: `If-Match`, but `ETag` and `Last-Event-ID`.
  private static func headerName(_ name: String) -> String {
    if name == "etag" { return "ETag" }
    if name == "last-event-id" { return "Last-Event-ID" }
    return name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: "-")
  }

  /// Components that operations of `routes` refer to.
  func headers(_ routes: [Route]) -> [(String, JSONValue)] {
    guard routes.contains(where: hasEnvelope) else { return [] }
    return Self.limits.map { name, text in
      (name, .object([("description", .string(text)), ("schema", .object([("type", .string("integer")), ("format", .string("int64"))]))]))
    }
  }

  // MARK: Errors

  private func errorResponse(_ errors: [WeftV1.ErrorCase], _ route: Route) -> JSONValue {
    let examples = errors.filter { !$0.detail.isEmpty }.map { error -> (String, JSONValue) in
      (error.detail, .object([("summary", .string(error.description)), ("value", example(error, route))]))
    }
    let schema = JSONValue.object([("$ref", .string("#/components/schemas/" + errorName(route)))])
    let body = JSONValue.present([("schema", schema), ("examples", examples.isEmpty ? nil : .object(examples))])
    return .present([
      ("description", .string(errors.map(\.description).joined(separator: "；"))),
      // They are on the other refusals too; said of each it would be half of the description.
      ("headers", hasEnvelope(route) && errors.contains { $0.status == 429 } ? .object(limitReferences) : nil),
      ("content", .object([("application/json", body)])),
    ])
  }

  private func errorName(_ route: Route) -> String { (options.prefixes[route.file.package] ?? "") + "Error" }

  private func example(_ error: WeftV1.ErrorCase, _ route: Route) -> JSONValue {
    guard hasEnvelope(route) else { return .object([("detail", .string(error.detail))]) }
    return .object([
      ("success", .bool(false)),
      (
        "error",
        .object([
          ("code", .string(Self.code(error))), ("message", .string(error.detail)), ("details", .object([])),
        ])
      ),
      ("timestamp", Self.moment),
    ])
  }

  /// Chapter 常见错误码; a description may name a code of its own in brackets.
  private static func code(_ error: WeftV1.ErrorCase) -> String {
    if let named = error.description.split(whereSeparator: { "（）()".contains($0) }).first(where: isCode) { return String(named) }
    switch error.status {
    case 400: return "INVALID_REQUEST"
    case 401: return "UNAUTHORIZED"
    case 403: return "FORBIDDEN"
    case 404: return "NOT_FOUND"
    case 408: return "REQUEST_TIMEOUT"
    case 409: return "CONFLICT"
    case 413: return "PAYLOAD_TOO_LARGE"
    case 416: return "RANGE_NOT_SATISFIABLE"
    case 422: return "VALIDATION_ERROR"
    case 429: return "RATE_LIMIT_EXCEEDED"
    case 503: return "SERVICE_UNAVAILABLE"
    case 507: return "STORAGE_FULL"
    default: return "INTERNAL_ERROR"
    }
  }

  private static func isCode(_ text: Substring) -> Bool {
    text.utf8.count > 3 && text.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || $0 == UInt8(ascii: "_") }
  }

  /// The error of each style in use.
  func schemas(_ routes: [Route]) -> [(String, JSONValue)] {
    var found: [(String, JSONValue)] = []
    for route in routes where !found.contains(where: { $0.0 == errorName(route) }) {
      found.append((errorName(route), hasEnvelope(route) ? Self.envelopeError : Self.detailError))
    }
    return found
  }

  private static let detailError = JSONValue.object([
    ("type", .string("object")), ("description", .string("What went wrong.")),
    ("properties", .object([("detail", .object([("type", .string("string")), ("description", .string("For people."))]))])),
    ("required", .array([.string("detail")])),
  ])

  /// Chapter 错误响应格式.
  private static let envelopeError: JSONValue = {
    func type(_ name: String, _ more: [(String, JSONValue)]) -> JSONValue { .object([("type", .string(name))] + more) }
    func text(_ description: String) -> JSONValue { type("string", [("description", .string(description))]) }
    let error = type(
      "object",
      [
        (
          "properties",
          .object([
            ("code", text("The name of the case.")), ("message", text("For people.")),
            ("details", type("object", [("description", .string("For programs: by field what is wrong with it, or where a limit is."))])),
          ])
        ), ("required", .array([.string("code"), .string("message")])),
      ])
    return type(
      "object",
      [
        ("description", .string("What went wrong.")),
        (
          "properties",
          .object([
            ("success", type("boolean", [("const", .bool(false))])), ("error", error),
            ("timestamp", type("string", [("format", .string("date-time"))])),
          ])
        ), ("required", .array([.string("success"), .string("error"), .string("timestamp")])),
      ])
  }()
}
