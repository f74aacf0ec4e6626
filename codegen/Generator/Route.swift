import Protobuf

/// One way to call an RPC over REST: its `google.api.http` rule, or one of the additional bindings.
struct Route {
  let file: FileNode
  let service: GoogleProtobuf.ServiceDescriptorProto
  let method: GoogleProtobuf.MethodDescriptorProto
  /// Of the RPC in its file.
  let path: [Int32]
  /// GET, POST, …
  let verb: String
  let template: String
  let rule: GoogleAPI.HttpRule
  /// 0 for the rule itself, then its additional bindings.
  let bindingIndex: Int

  var isPrimary: Bool { bindingIndex == 0 }
  var name: String { "\(service.name ?? "").\(method.name ?? "")" }
  var optionPath: [Int32] { path + [4, 72_295_728] }

  /// Every route of the files, in their order.
  static func all(in files: [FileNode]) -> [Route] {
    files.flatMap { file in
      file.proto.service.enumerated().flatMap { index, service in
        service.method.enumerated().flatMap { position, method -> [Route] in
          guard let rule = method.options?.googleApiHTTP else { return [] }
          return ([rule] + rule.additionalBindings).enumerated().map { binding, rule in
            let (verb, template) = target(of: rule)
            return Route(
              file: file, service: service, method: method, path: [6, Int32(index), 2, Int32(position)], verb: verb, template: template,
              rule: rule,
              bindingIndex: binding)
          }
        }
      }
    }
  }

  private static func target(of rule: GoogleAPI.HttpRule) -> (String, String) {
    switch rule.pattern {
    case .get(let path): ("GET", path)
    case .put(let path): ("PUT", path)
    case .post(let path): ("POST", path)
    case .delete(let path): ("DELETE", path)
    case .patch(let path): ("PATCH", path)
    case .custom(let custom): (custom.kind, custom.path)
    case nil: ("", "")
    }
  }
}
