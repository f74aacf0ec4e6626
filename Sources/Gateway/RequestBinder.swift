import Protobuf
import RPC

/// Makes the request message of an RPC, encoded, from path, query and body.
///
/// The pieces are written one behind the other: on the wire what comes later wins for a single field, so the order body, query, path lets the path
/// win over the body, and nothing has to be decoded (protobuf encoding guide, "Last One Wins").
struct RequestBinder {
  let route: RESTRoute

  /// Unknown keys are ignored unless the RPC refuses them, and `update_mask` is one: over REST the keys are the mask.
  private var readOptions: JSONReadOptions {
    var options = JSONReadOptions(ignoreUnknown: !route.method.refusesUnknown)
    options.hiddenNumber = route.updateMask.map { UInt32($0.number) }
    return options
  }

  /// - Parameters:
  ///   - query: Without the question mark; empty if there is none.
  ///   - contentType: Of the body; looked at only where there is one.
  ///   - header: The value of a request header by its lower-case name.
  /// - Throws: INVALID_ARGUMENT that names the field, NOT_FOUND for a path variable of the wrong type.
  func bind(
    path: Span<UInt8>, segments: [Range<Int>], query: Span<UInt8>, contentType: String?, body: UnsafeRawBufferPointer,
    header: (String) -> String? = { _ in nil }
  ) throws(RPCError) -> [UInt8] {
    var wire: [UInt8] = []
    if case .none = route.body {
      try bindQuery(query, into: &wire)
    } else {
      try bindBody(body, contentType: contentType, into: &wire)
      if case .field = route.body { try bindQuery(query, into: &wire) }
    }
    for variable in route.variables {
      guard let value = PathVariables.decode(variable, path: path, segments: segments) else {
        throw RPCError(.notFound, "接口不存在", reason: StatusMapping.Reason.routeNotFound, domain: StatusMapping.Reason.domain)
      }
      do throws(FieldValueWriter.Mismatch) {
        try FieldValueWriter.append(value, to: variable.fields, into: &wire)
      } catch {
        // An id that cannot be one names nothing.
        throw RPCError(.notFound, "资源不存在", reason: StatusMapping.Reason.malformedID, domain: StatusMapping.Reason.domain)
      }
    }
    for bound in route.headers {
      // Also where the header is absent: the empty value wins over whatever path, query or body put there.
      FieldValueWriter.append(delimited: Array((header(bound.name) ?? "").utf8), number: bound.field.number, into: &wire)
    }
    return wire
  }

  // MARK: Body

  private func bindBody(_ body: UnsafeRawBufferPointer, contentType: String?, into wire: inout [UInt8]) throws(RPCError) {
    // No body is an empty object: the rules then name the fields that are missing.
    guard !body.isEmpty else { return try fillUpdateMask([], into: &wire) }
    switch MediaType(header: contentType) {
    case .json: try bindJSON(body, into: &wire)
    case .form where route.method.acceptsForm: try bindForm(body, into: &wire)
    default:
      let expected = route.method.acceptsForm ? "application/x-www-form-urlencoded或application/json" : "application/json"
      let text = "请求的Content-Type应为\(expected)，字符集应为UTF-8"
      guard route.method.application == StatusMapping.coWriting else { throw invalidRequest(text) }
      throw RPCError(
        .invalidArgument, text, reason: StatusMapping.Reason.unsupportedMediaType, domain: StatusMapping.Reason.domain)
    }
  }

  private func bindJSON(_ body: UnsafeRawBufferPointer, into wire: inout [UInt8]) throws(RPCError) {
    let schema = bodySchema
    let presence: JSONPresence
    var message: [UInt8] = []
    message.reserveCapacity(body.count + 64)
    do throws(JSONError) {
      presence = try schema.readJSON(body, options: readOptions, into: &message)
    } catch {
      throw JSONErrorText(schema: schema).rpcError(error)
    }
    if NULSearch.mayHold(json: body), let path = NULSearch.path(in: message, of: schema) {
      throw mismatch(path, "\(path) 不能包含空字符（U+0000）")
    }
    if case .field(let field) = route.body {
      FieldValueWriter.append(delimited: message, number: field.number, into: &wire)
    } else {
      wire = message
    }
    try fillUpdateMask(presence.names, into: &wire)
  }

  private func bindForm(_ body: UnsafeRawBufferPointer, into wire: inout [UInt8]) throws(RPCError) {
    let parameters = try read(body.assumingMemoryBound(to: UInt8.self).span, what: "表单字段")
    var seen: Set<[UInt8]> = []
    for parameter in parameters {
      // RFC 6749, section 3.2: which of two values is meant, two programs would answer differently. A list is meant to repeat.
      if !seen.insert(parameter.name).inserted, let field = route.parameterFields(String(decoding: parameter.name, as: UTF8.self))?.last,
        !field.isRepeated
      {
        throw mismatch(field.name, "\(field.name) 重复出现")
      }
      try bind(parameter, into: &wire)
    }
  }

  /// Fills `update_mask` with the fields that the body names, whatever their values: a null is a change too.
  private func fillUpdateMask(_ names: [String], into wire: inout [UInt8]) throws(RPCError) {
    guard let mask = route.updateMask else { return }
    var paths: [UInt8] = []
    for name in names where !route.variables.contains(where: { $0.fields.first?.name == name }) {
      FieldValueWriter.append(delimited: Array(name.utf8), number: 1, into: &paths)
    }
    FieldValueWriter.append(delimited: paths, number: mask.number, into: &wire)
  }

  // MARK: Query

  private func bindQuery(_ query: Span<UInt8>, into wire: inout [UInt8]) throws(RPCError) {
    guard query.count > 0 else { return }
    for parameter in try read(query, what: "查询参数") { try bind(parameter, into: &wire) }
  }

  private func read(_ bytes: Span<UInt8>, what: String) throws(RPCError) -> [QueryParameters.Parameter] {
    do throws(QueryParameters.Failure) {
      return try QueryParameters(parsing: bytes).parameters
    } catch {
      let problem =
        switch error.reason {
        case .tooMany: "\(what)不能超过\(QueryParameters.countMax)个"
        case .coding(.badEscape): "\(error.name) 的百分号编码无效"
        case .coding(.badUTF8): "\(error.name) 不是有效的UTF-8文本"
        case .coding(.nul): "\(error.name) 不能包含空字符（U+0000）"
        }
      throw mismatch(error.name, problem)
    }
  }

  /// Writes one parameter; a name that no field bears is ignored.
  private func bind(_ parameter: QueryParameters.Parameter, into wire: inout [UInt8]) throws(RPCError) {
    let name = String(decoding: parameter.name, as: UTF8.self)
    guard let fields = route.parameterFields(name) else { return }
    do throws(FieldValueWriter.Mismatch) {
      try FieldValueWriter.append(parameter.value, to: fields, into: &wire)
    } catch {
      throw mismatch(name, "\(name) 应为\(error.expected)")
    }
  }

  private var bodySchema: MessageSchema {
    if case .field(let field) = route.body, let message = field.message { return message }
    return route.method.schema.input
  }

  // MARK: Errors

  private func mismatch(_ path: String, _ text: String) -> RPCError {
    RPCError(
      .invalidArgument, text, reason: StatusMapping.Reason.invalidValue, domain: StatusMapping.Reason.domain,
      violations: path.isEmpty ? [] : [FieldViolation(path: path, rule: "type", message: text)])
  }

  private func invalidRequest(_ text: String) -> RPCError {
    RPCError(.invalidArgument, text, reason: StatusMapping.Reason.invalidRequest, domain: StatusMapping.Reason.domain)
  }
}
