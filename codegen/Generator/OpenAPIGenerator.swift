import Protobuf

/// Writes `openapi.json` (OpenAPI 3.1): every REST route with its parameters, bodies, answers and documented errors.
struct OpenAPIGenerator {
  private let files: [FileNode]
  private let registry: Registry
  private let options: GeneratorOptions
  private let schemas: OpenAPISchemas
  private let answers: OpenAPIAnswers

  init(_ files: [FileNode], registry: Registry, options: GeneratorOptions) {
    self.files = files
    self.registry = registry
    self.options = options
    schemas = OpenAPISchemas(registry: registry, prefixes: options.prefixes)
    answers = OpenAPIAnswers(registry: registry, options: options, schemas: schemas)
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
      ("components", components(routes)),
    ])
  }

  private func tags(_ routes: [Route]) -> [JSONValue] {
    files.flatMap { file in
      file.proto.service.enumerated().compactMap { index, service in
        guard routes.contains(where: { $0.file === file && $0.service.name == service.name }) else { return nil }
        let text = file.sources.comment([6, Int32(index)])
        return .present([("name", .string(tag(file, service))), ("description", text.isEmpty ? nil : .string(text))])
      }
    }
  }

  /// The service's name, apart from those of the same name in other packages.
  private func tag(_ file: FileNode, _ service: GoogleProtobuf.ServiceDescriptorProto) -> String {
    (options.prefixes[file.package] ?? "") + (service.name ?? "")
  }

  // MARK: Operations

  private func operation(_ route: Route, isFirst: Bool) -> JSONValue {
    let documentation = Documentation(route.file.sources.comment(route.path))
    let rule = route.method.options?.weftV1Method ?? .init()
    let name = tag(route.file, route.service) + "_" + (route.method.name ?? "")
    let parameters = parameters(route)
    return .present([
      ("operationId", .string(isFirst ? name : name + "_" + String(route.bindingIndex + 1))),
      ("tags", .array([.string(tag(route.file, route.service))])),
      ("summary", documentation.summary.isEmpty ? nil : .string(documentation.summary)),
      ("description", documentation.details.isEmpty ? nil : .string(documentation.details)),
      ("parameters", parameters.isEmpty ? nil : .array(parameters)),
      ("requestBody", requestBody(route, rule)),
      ("responses", .object(answers.responses(route, rule))),
      ("security", security(route, rule)),
      ("x-codeSamples", CodeSamples(registry: registry, schemas: schemas).samples(route, rule)),
    ])
  }

  private func security(_ route: Route, _ rule: WeftV1.MethodRule) -> JSONValue {
    guard rule.access == .user || rule.access == .admin else { return .array([]) }
    var names = [scheme("bearer", route)]
    if let token = tokenRoute, token.file.package == route.file.package { names.append(scheme("oauth2", token)) }
    return .array(names.map { .object([($0, .array([]))]) })
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
      let isText = field.type != .message || field.typeName == ".google.protobuf.Timestamp"
      let isInQuery = route.rule.body != "*" && route.rule.body != name && isText && !isInPath
      let path = input.path + [2, Int32(index)]
      let documentation = Documentation(input.file.sources.comment(path))
      if let header = answers.condition(field, documentation) { result.append(header) }
      guard isInPath || isInQuery, !schemas.isHeader(field) else { continue }
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

  // MARK: Components

  private func components(_ routes: [Route]) -> JSONValue {
    let headers = answers.headers(routes)
    return .present([
      ("schemas", .object(answers.schemas(routes) + schemas.components)), ("headers", headers.isEmpty ? nil : .object(headers)),
      ("securitySchemes", .object(securitySchemes(routes))),
    ])
  }

  /// The bearer token of each application, and the password flow at the route that takes a form of `username` and `password`.
  private func securitySchemes(_ routes: [Route]) -> [(String, JSONValue)] {
    let bearer = JSONValue.object([("type", .string("http")), ("scheme", .string("bearer")), ("bearerFormat", .string("JWT"))])
    var schemes: [(String, JSONValue)] = []
    for route in routes {
      let name = scheme("bearer", route)
      if !schemes.contains(where: { $0.0 == name }) { schemes.append((name, bearer)) }
      guard let token = tokenRoute, route.service.name == token.service.name, route.file === token.file,
        case let name = scheme("oauth2", token), !schemes.contains(where: { $0.0 == name })
      else { continue }
      let flow = JSONValue.object([("tokenUrl", .string(token.template)), ("scopes", .object([]))])
      schemes.append((name, .object([("type", .string("oauth2")), ("flows", .object([("password", flow)]))])))
    }
    return schemes
  }

  private var tokenRoute: Route? {
    Route.all(in: files).first { $0.method.options?.weftV1Method?.form == true && $0.verb == "POST" }
  }

  /// A scheme's name: each application has tokens of its own.
  private func scheme(_ name: String, _ route: Route) -> String {
    let prefix = options.prefixes[route.file.package] ?? ""
    return prefix.isEmpty ? name : prefix.prefix(1).lowercased() + prefix.dropFirst() + name.prefix(1).uppercased() + name.dropFirst()
  }
}
