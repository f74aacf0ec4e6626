import Protobuf

/// Writes `openapi.json` (OpenAPI 3.1): every REST route with its parameters, bodies, answers and documented errors.
struct OpenAPIGenerator {
  private let files: [FileNode]
  private let registry: Registry
  private let options: GeneratorOptions
  private let schemas: OpenAPISchemas

  init(_ files: [FileNode], registry: Registry, options: GeneratorOptions) {
    self.files = files
    self.registry = registry
    self.options = options
    schemas = OpenAPISchemas(registry: registry)
  }

  func document() -> JSONValue {
    let routes = Route.all(in: files)
    var paths: [(String, [(String, JSONValue)])] = []
    for route in routes {
      let path = RouteTemplate(route.template)?.plain ?? route.template
      let item = (route.verb.lowercased(), operation(route, isFirst: route.isPrimary))
      if let index = paths.firstIndex(where: { $0.0 == path }) {
        paths[index].1.append(item)
      } else {
        paths.append((path, [item]))
      }
    }
    return .object([
      ("openapi", .string("3.1.0")),
      ("info", .object([("title", .string(options.openAPITitle)), ("version", .string(options.openAPIVersion))])),
      ("tags", .array(tags(routes))),
      ("paths", .object(paths.map { ($0.0, .object($0.1)) })),
      (
        "components",
        .object([("schemas", .object([("Error", Self.errorSchema)] + schemas.components)), ("securitySchemes", securitySchemes(routes))])
      ),
    ])
  }

  private func tags(_ routes: [Route]) -> [JSONValue] {
    files.flatMap { file in
      file.proto.service.enumerated().compactMap { index, service in
        guard routes.contains(where: { $0.file === file && $0.service.name == service.name }) else { return nil }
        let text = file.sources.comment([6, Int32(index)])
        return .present([("name", .string(service.name ?? "")), ("description", text.isEmpty ? nil : .string(text))])
      }
    }
  }

  // MARK: Operations

  private func operation(_ route: Route, isFirst: Bool) -> JSONValue {
    let documentation = Documentation(route.file.sources.comment(route.path))
    let rule = route.method.options?.weftV1Method ?? .init()
    let name = (route.service.name ?? "") + "_" + (route.method.name ?? "")
    let parameters = parameters(route)
    return .present([
      ("operationId", .string(isFirst ? name : name + "_" + String(route.bindingIndex + 1))),
      ("tags", .array([.string(route.service.name ?? "")])),
      ("summary", documentation.summary.isEmpty ? nil : .string(documentation.summary)),
      ("description", documentation.details.isEmpty ? nil : .string(documentation.details)),
      ("parameters", parameters.isEmpty ? nil : .array(parameters)),
      ("requestBody", requestBody(route, rule)),
      ("responses", .object(responses(route, rule))),
      ("security", security(rule)),
      ("x-codeSamples", CodeSamples(registry: registry, schemas: schemas).samples(route, rule)),
    ])
  }

  private func security(_ rule: WeftV1.MethodRule) -> JSONValue {
    guard rule.access == .user || rule.access == .admin else { return .array([]) }
    return .array([.object([("bearer", .array([]))]), .object([("oauth2", .array([]))])])
  }

  private func input(_ route: Route) -> MessageNode? { registry.messages[route.method.inputType ?? ""] }

  private func boundFields(_ route: Route) -> Set<String> { Set(RouteTemplate(route.template)?.variables.map(\.field) ?? []) }

  /// Path variables, and in the query whatever neither path nor body binds.
  private func parameters(_ route: Route) -> [JSONValue] {
    guard let input = input(route) else { return [] }
    let inPath = boundFields(route)
    var result: [JSONValue] = []
    for (index, field) in input.proto.field.enumerated() {
      let name = field.name ?? ""
      let isInPath = inPath.contains(name)
      let isInQuery = route.rule.body != "*" && route.rule.body != name && field.type != .message && !isInPath
      guard isInPath || isInQuery, !schemas.isHeader(field) else { continue }
      let path = input.path + [2, Int32(index)]
      let comment = input.file.sources.comment(path)
      let documentation = Documentation(comment)
      let isRequired = isInPath || schemas.mustBeGiven(field)
      result.append(
        .present([
          ("name", .string(isInPath ? name : schemas.restName(field, path: path, in: input.file))),
          ("in", .string(isInPath ? "path" : "query")),
          ("required", isRequired ? .bool(true) : nil),
          ("description", documentation.text.isEmpty ? nil : .string(documentation.text)),
          ("schema", schemas.property(field, comment: "", .request)),
          ("example", documentation.example),
        ]))
    }
    for path in inPath.sorted() where path.contains(".") {
      guard let field = RouteCheck.field(path, in: input, registry) else { continue }
      result.append(
        .object([
          ("name", .string(path)), ("in", .string("path")), ("required", .bool(true)),
          ("schema", schemas.property(field, comment: "", .request)),
        ]))
    }
    return result
  }

  private func requestBody(_ route: Route, _ rule: WeftV1.MethodRule) -> JSONValue? {
    guard let input = input(route), !route.rule.body.isEmpty else { return nil }
    if route.method.clientStreaming == true {
      let form = schemas.form(input, without: boundFields(route))
      return .object([("required", .bool(true)), ("content", .object([("multipart/form-data", .object([("schema", form)]))]))])
    }
    let schema: JSONValue
    if route.rule.body == "*" {
      let bound = boundFields(route)
      schema = bound.isEmpty ? schemas.reference(input, .request) : schemas.object(input, .request, without: bound)
    } else {
      guard let index = input.proto.field.firstIndex(where: { $0.name == route.rule.body }) else { return nil }
      schema = schemas.property(input.proto.field[index], comment: input.file.sources.comment(input.path + [2, Int32(index)]), .request)
    }
    var content: [(String, JSONValue)] = [("application/json", .object([("schema", schema)]))]
    if rule.form { content.insert(("application/x-www-form-urlencoded", .object([("schema", schema)])), at: 0) }
    return .object([("required", .bool(true)), ("content", .object(content))])
  }

  private func responses(_ route: Route, _ rule: WeftV1.MethodRule) -> [(String, JSONValue)] {
    let status = rule.successStatus == 0 ? 200 : rule.successStatus
    var success: [(String, JSONValue)] = [("description", .string(status == 204 ? "Done." : "The answer."))]
    if status != 204, let output = registry.messages[route.method.outputType ?? ""] {
      success[0].1 = .string(Documentation(output.comment).text.isEmpty ? "The answer." : Documentation(output.comment).text)
      success.append(("content", content(output, route)))
    }
    var result = [(String(status), JSONValue.object(success))]
    var statuses: [UInt32] = []
    for error in rule.errors where !statuses.contains(error.status) { statuses.append(error.status) }
    for status in statuses {
      result.append((String(status), errorResponse(rule.errors.filter { $0.status == status })))
    }
    return result
  }

  private func content(_ output: MessageNode, _ route: Route) -> JSONValue {
    if output.fullName == ".google.api.HttpBody" {
      return .object([("*/*", .object([("schema", .object([("type", .string("string")), ("format", .string("binary"))]))]))])
    }
    var schema = schemas.reference(output, .answer)
    if !route.rule.responseBody.isEmpty, let field = output.proto.field.first(where: { $0.name == route.rule.responseBody }) {
      schema = schemas.property(field, comment: "", .answer)
    }
    return .object([("application/json", .object([("schema", schema)]))])
  }

  // MARK: Errors

  private static let errorSchema = JSONValue.object([
    ("type", .string("object")), ("description", .string("What went wrong.")),
    ("properties", .object([("detail", .object([("type", .string("string")), ("description", .string("For people."))]))])),
    ("required", .array([.string("detail")])),
  ])

  private func errorResponse(_ errors: [WeftV1.ErrorCase]) -> JSONValue {
    let examples = errors.filter { !$0.detail.isEmpty }.map { error -> (String, JSONValue) in
      (error.detail, .object([("summary", .string(error.description)), ("value", .object([("detail", .string(error.detail))]))]))
    }
    let schema = JSONValue.object([("$ref", .string("#/components/schemas/Error"))])
    return .object([
      ("description", .string(errors.map(\.description).joined(separator: "；"))),
      (
        "content",
        .object([("application/json", .present([("schema", schema), ("examples", examples.isEmpty ? nil : .object(examples))]))])
      ),
    ])
  }

  /// The bearer token, and the password flow at the route that takes a form of `username` and `password`.
  private func securitySchemes(_ routes: [Route]) -> JSONValue {
    let bearer = JSONValue.object([("type", .string("http")), ("scheme", .string("bearer")), ("bearerFormat", .string("JWT"))])
    let token = routes.first { $0.method.options?.weftV1Method?.form == true && $0.verb == "POST" }
    guard let token else { return .object([("bearer", bearer)]) }
    let flow = JSONValue.object([("tokenUrl", .string(token.template)), ("scopes", .object([]))])
    let oauth2 = JSONValue.object([("type", .string("oauth2")), ("flows", .object([("password", flow)]))])
    return .object([("bearer", bearer), ("oauth2", oauth2)])
  }
}
