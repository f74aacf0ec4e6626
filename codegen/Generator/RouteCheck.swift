import Protobuf

/// Routes can be served: their templates are well formed, they bind fields that exist, and no two take the same requests.
enum RouteCheck {
  static func mistakes(in files: [FileNode], registry: Registry) -> [GeneratorError] {
    var mistakes: [GeneratorError] = []
    var seen: [String: Route] = [:]
    for route in Route.all(in: files) {
      guard !route.template.isEmpty, let template = RouteTemplate(route.template) else {
        let text = route.template.isEmpty ? "a route needs a method and a path" : "\"\(route.template)\" is no path template"
        mistakes.append(route.file.error(route.optionPath, "\(route.name): \(text), as in {get: \"/api/things/{thing_id}\"}"))
        continue
      }
      let key = route.verb + " " + template.shape
      if let other = seen[key] {
        mistakes.append(
          route.file.error(
            route.optionPath,
            "\(route.name): \(route.verb) \(route.template) takes the same requests as \(other.name) (\(other.verb) \(other.template))"))
      }
      seen[key] = seen[key] ?? route
      mistakes += bindingMistakes(route, template, registry)
    }
    return mistakes
  }

  private static func bindingMistakes(_ route: Route, _ template: RouteTemplate, _ registry: Registry) -> [GeneratorError] {
    guard let input = registry.messages[route.method.inputType ?? ""], let output = registry.messages[route.method.outputType ?? ""] else {
      return []
    }
    var texts: [String] = []
    for variable in template.variables {
      guard let field = field(variable.field, in: input, registry) else {
        texts.append("{\(variable.field)} names no field of \(input.proto.name ?? "")")
        continue
      }
      if field.type == .message || field.label == .repeated {
        texts.append("{\(variable.field)} is a \(field.label == .repeated ? "repeated" : "message") field; a path binds single values only")
      }
    }
    if !route.rule.body.isEmpty, route.rule.body != "*", field(route.rule.body, in: input, registry) == nil {
      texts.append("body \"\(route.rule.body)\" names no field of \(input.proto.name ?? "")")
    }
    if !route.rule.responseBody.isEmpty, field(route.rule.responseBody, in: output, registry) == nil {
      texts.append("response_body \"\(route.rule.responseBody)\" names no field of \(output.proto.name ?? "")")
    }
    if !route.rule.body.isEmpty, route.verb == "GET" { texts.append("GET has no body") }
    texts += FilePartCheck.problems(route, input: input)
    return texts.map { route.file.error(route.optionPath, "\(route.name): \($0)") }
  }

  /// The field at a path such as `ticket.id`.
  static func field(_ path: String, in message: MessageNode, _ registry: Registry) -> GoogleProtobuf.FieldDescriptorProto? {
    var message: MessageNode? = message
    var field: GoogleProtobuf.FieldDescriptorProto?
    for name in path.split(separator: ".") {
      field = message?.proto.field.first { $0.name == String(name) }
      guard let found = field else { return nil }
      message = found.type == .message && found.label != .repeated ? registry.messages[found.typeName ?? ""] : nil
    }
    return field
  }
}
