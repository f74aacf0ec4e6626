import Protobuf

/// The commands that call an operation from a shell, for `x-codeSamples`: curl for its route, `weft call` for its RPC. They are made of the examples in the
/// comments and work as they stand; where a token is needed it is `$TOKEN`.
struct CodeSamples {
  let registry: Registry
  let schemas: OpenAPISchemas

  /// Where `weft serve` listens unless told otherwise; the page puts its own address in.
  private static let rest = "http://127.0.0.1:8000"
  private static let grpc = "127.0.0.1:50051"
  /// Messages inside messages are shown so deep; a recursive type would have no end.
  private static let depthMax = 4

  func samples(_ route: Route, _ rule: WeftV1.MethodRule) -> JSONValue {
    .array([
      .object([("lang", .string("Shell")), ("label", .string("curl")), ("source", .string(curl(route, rule)))]),
      .object([("lang", .string("Shell")), ("label", .string("weft call")), ("source", .string(weftCall(route, rule)))]),
    ])
  }

  private func needsToken(_ rule: WeftV1.MethodRule) -> Bool { rule.access == .user || rule.access == .admin }

  // MARK: curl

  private func curl(_ route: Route, _ rule: WeftV1.MethodRule) -> String {
    var words: [String] = []
    let hasBody = !route.rule.body.isEmpty
    if route.verb != "GET", !(hasBody && route.verb == "POST") { words.append("-X " + route.verb) }
    if needsToken(rule) { words.append("-H \"Authorization: Bearer $TOKEN\"") }
    if route.method.clientStreaming == true {
      words += formParts(route)
    } else if hasBody, let body = body(route) {
      if rule.form, case .members(let members) = body {
        words += members.map { "--data-urlencode " + Self.quoted($0.name + "=" + $0.value.plainText) }
      } else {
        words.append("-H 'Content-Type: application/json'")
        words.append("-d " + Self.quoted(body.line))
      }
    }
    return (["curl " + Self.word(Self.rest + target(route))] + words).joined(separator: " \\\n  ")
  }

  /// A multipart form's file, by the example of its name, and fields.
  private func formParts(_ route: Route) -> [String] {
    guard let input = registry.messages[route.method.inputType ?? ""], let (_, file, part) = FilePartCheck.field(of: input) else {
      return []
    }
    var name = "FILE"
    if let index = input.proto.field.firstIndex(where: { $0.name == part.filenameField }),
      let example = Documentation(input.file.sources.comment(input.path + [2, Int32(index)])).example
    {
      name = example.plainText
    }
    var bound = Set(RouteTemplate(route.template)?.variables.map(\.field) ?? [])
    bound.formUnion([file.name ?? "", part.filenameField, part.contentTypeField])
    var words = ["-F " + Self.quoted("\(part.name)=@\(name)")]
    if case .members(let fields) = object(input, without: bound, depth: 1, usesRESTNames: true) {
      words += fields.map { "-F " + Self.quoted($0.name + "=" + $0.value.plainText) }
    }
    return words
  }

  /// Path with its variables filled in, and query.
  private func target(_ route: Route) -> String {
    let template = RouteTemplate(route.template)
    var path = template?.plain ?? route.template
    var query: [String] = []
    guard let input = registry.messages[route.method.inputType ?? ""] else { return path }
    let inPath = Set(template?.variables.map(\.field) ?? [])
    for (index, field) in input.proto.field.enumerated() {
      let name = field.name ?? ""
      let isInPath = inPath.contains(name)
      guard isInPath || (route.rule.body != "*" && route.rule.body != name) else { continue }
      guard
        let value = example(field, at: input.path + [2, Int32(index)], in: input.file, isNeeded: isInPath, depth: 1, usesRESTNames: true)
      else { continue }
      let text = Self.percentEncoded(value.plainText)
      if isInPath {
        path = path.replacing("{\(name)}", with: text)
      } else if field.type != .message {
        query.append(schemas.restName(field, path: input.path + [2, Int32(index)], in: input.file) + "=" + text)
      }
    }
    return query.isEmpty ? path : path + "?" + query.joined(separator: "&")
  }

  private func body(_ route: Route) -> JSONValue? {
    guard let input = registry.messages[route.method.inputType ?? ""] else { return nil }
    let bound = Set(RouteTemplate(route.template)?.variables.map(\.field) ?? [])
    if route.rule.body == "*" { return object(input, without: bound, depth: 1, usesRESTNames: true) }
    guard let index = input.proto.field.firstIndex(where: { $0.name == route.rule.body }) else { return nil }
    return example(
      input.proto.field[index], at: input.path + [2, Int32(index)], in: input.file, isNeeded: true, depth: 1, usesRESTNames: true)
  }

  // MARK: weft call

  private func weftCall(_ route: Route, _ rule: WeftV1.MethodRule) -> String {
    let service = (route.file.package.isEmpty ? "" : route.file.package + ".") + (route.service.name ?? "")
    var head = "weft call"
    if needsToken(rule) { head += " -H \"authorization: Bearer $TOKEN\"" }
    head += " \(Self.grpc) \(service)/\(route.method.name ?? "")"
    guard let input = registry.messages[route.method.inputType ?? ""] else { return head }
    let request = object(input, without: [], depth: 1, usesRESTNames: false)
    if case .members(let members) = request, members.isEmpty { return head }
    if route.method.clientStreaming == true, case .members(let members) = request {
      // As the gateway sends a form: a message for each field, the file's bytes last.
      let bytes = FilePartCheck.field(of: input)?.field.name
      let ordered = members.filter { $0.name != bytes } + members.filter { $0.name == bytes }
      return head + " \\\n  " + Self.quoted(ordered.map { JSONValue.members([$0]).line }.joined(separator: " "))
    }
    return head + " \\\n  " + Self.quoted(request.line)
  }

  // MARK: Examples

  private func object(_ message: MessageNode, without: Set<String>, depth: Int, usesRESTNames: Bool) -> JSONValue {
    var members: [JSONMember] = []
    var mask: [String] = []
    var oneofs: Set<Int32> = []
    for (index, field) in message.proto.field.enumerated() {
      let name = field.name ?? ""
      guard !without.contains(name), !schemas.isMask(field), !schemas.isHeader(field) else { continue }
      // Of a oneof's members one may be there.
      if let oneof = field.oneofIndex, field.proto3Optional != true, !oneofs.insert(oneof).inserted { continue }
      let path = message.path + [2, Int32(index)]
      guard
        let value = example(
          field, at: path, in: message.file, isNeeded: schemas.mustBeGiven(field), depth: depth, usesRESTNames: usesRESTNames)
      else { continue }
      members.append(JSONMember(name: usesRESTNames ? schemas.restName(field, path: path, in: message.file) : name, value: value))
      mask.append(Self.maskPath(name))
    }
    // The gateway fills the mask from the keys; over RPC it says what is to change.
    if !usesRESTNames, let field = message.proto.field.first(where: schemas.isMask), !mask.isEmpty {
      members.append(JSONMember(name: field.name ?? "", value: .string(mask.joined(separator: ","))))
    }
    return .members(members)
  }

  /// A value for the field: what its comment gives, or where one is needed something of its type; nil for a field that may as well be left out.
  private func example(
    _ field: GoogleProtobuf.FieldDescriptorProto, at path: [Int32], in file: FileNode, isNeeded: Bool, depth: Int, usesRESTNames: Bool
  ) -> JSONValue? {
    guard !schemas.isHeader(field) else { return nil }
    let given = Documentation(file.sources.comment(path)).example
    guard given != nil || isNeeded, depth <= Self.depthMax else { return nil }
    if let message = registry.messages[field.typeName ?? ""], message.isMapEntry { return .members([]) }
    let one = given ?? placeholder(field, depth: depth, usesRESTNames: usesRESTNames)
    return field.label == .repeated ? .array([one]) : one
  }

  private func placeholder(_ field: GoogleProtobuf.FieldDescriptorProto, depth: Int, usesRESTNames: Bool) -> JSONValue {
    switch field.type ?? .init() {
    case .message:
      guard let message = registry.messages[field.typeName ?? ""] else { return .members([]) }
      return object(message, without: [], depth: depth + 1, usesRESTNames: usesRESTNames)
    case .enum: return .string(registry.enums[field.typeName ?? ""]?.proto.value.first?.name ?? "")
    case .string:
      if case .string(let rules)? = field.options?.bufValidateField?.type, let first = rules.in.first { return .string(first) }
      return .string("text")
    case .bytes: return .string("AAAA")
    case .bool: return .bool(true)
    default: return .number("1")
    }
  }

  /// FieldMask's JSON form of a path: lowerCamelCase.
  private static func maskPath(_ name: String) -> String {
    let parts = name.split(separator: "_")
    return parts.prefix(1).joined() + parts.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  // MARK: The shell

  /// In single quotes, in which the shell changes nothing.
  private static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }

  /// As it is where the shell leaves it alone.
  private static func word(_ text: String) -> String {
    text.utf8.allSatisfy { isUnreserved($0) || "/:%".utf8.contains($0) } ? text : quoted(text)
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: "-._~".utf8.contains(byte)
    }
  }

  private static func percentEncoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return text.utf8.map { byte in
      isUnreserved(byte) ? String(UnicodeScalar(byte)) : "%" + String(digits[Int(byte >> 4)]) + String(digits[Int(byte & 15)])
    }.joined()
  }
}
