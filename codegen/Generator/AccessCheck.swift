import Protobuf

/// Every RPC says who may call it, so that nothing is open by accident.
enum AccessCheck {
  static func mistakes(in files: [FileNode]) -> [GeneratorError] {
    files.filter { !isInfrastructure($0.package) }.flatMap { file in
      file.proto.service.enumerated().flatMap { index, service in
        service.method.enumerated().compactMap { position, method in
          mistake(method, of: service, path: [6, Int32(index), 2, Int32(position)], in: file)
        }
      }
    }
  }

  /// Published services, which we may not annotate: health, reflection, interop tests.
  static func isInfrastructure(_ package: String) -> Bool { package.hasPrefix("grpc.") }

  private static func mistake(
    _ method: GoogleProtobuf.MethodDescriptorProto, of service: GoogleProtobuf.ServiceDescriptorProto, path: [Int32], in file: FileNode
  ) -> GeneratorError? {
    let access = method.options?.weftV1Method?.access ?? .unspecified
    let name = "\(service.name ?? "").\(method.name ?? "")"
    if access == .unspecified {
      return file.error(
        path, "\(name) does not say who may call it: option (weft.v1.method) = {access: ACCESS_PUBLIC | ACCESS_USER | ACCESS_ADMIN}")
    }
    if access != .public, service.options?.weftV1Service?.application.isEmpty ?? true {
      return file.error(
        path, "\(name) asks for a token, but its service does not say whose: option (weft.v1.service) = {application: \"…\"}")
    }
    return nil
  }
}
