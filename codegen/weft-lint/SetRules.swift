import Protobuf

/// buf's rules about files together: packages and directories, imports that are used, requests of one RPC each.
struct SetRules {
  let files: [GoogleProtobuf.FileDescriptorProto]

  /// Everything that is wrong with `files`, of those whose name `isOurs`.
  func findings(where isOurs: (String) -> Bool) -> [Finding] {
    var findings: [Finding] = []
    let owners = typeOwners()
    for file in files where isOurs(file.name ?? "") {
      var rules = FileRules(file)
      rules.check(usedFiles: usedFiles(of: file, owners: owners))
      findings += rules.findings
    }
    let ours = files.filter { isOurs($0.name ?? "") }
    return findings + packages(ours) + requests(ours)
  }

  /// Full type name with its leading dot, to the file that declares it. Extensions stand under their option's number.
  private func typeOwners() -> [String: String] {
    var owners: [String: String] = [:]
    func add(_ message: GoogleProtobuf.DescriptorProto, _ scope: String, _ file: String) {
      let name = "\(scope).\(message.name ?? "")"
      owners[name] = file
      for nested in message.nestedType { add(nested, name, file) }
      for nested in message.enumType { owners["\(name).\(nested.name ?? "")"] = file }
    }
    for file in files {
      let scope = (file.package ?? "").isEmpty ? "" : "." + (file.package ?? "")
      for message in file.messageType { add(message, scope, file.name ?? "") }
      for enumeration in file.enumType { owners["\(scope).\(enumeration.name ?? "")"] = file.name ?? "" }
    }
    return owners
  }

  private func usedFiles(of file: GoogleProtobuf.FileDescriptorProto, owners: [String: String]) -> Set<String> {
    var used: Set<String> = []
    func use(_ type: String?) {
      if let type, let owner = owners[type] { used.insert(owner) }
    }
    func use(_ unknown: UnknownFields?, extending options: String) {
      for other in files {
        for field in other.extension where field.extendee == options {
          if let unknown, unknown.contains(UInt32(field.number ?? 0)) { used.insert(other.name ?? "") }
        }
      }
    }
    func use(_ field: GoogleProtobuf.FieldDescriptorProto) {
      use(field.typeName)
      use(field.extendee)
      use(field.options?.unknownFields, extending: ".google.protobuf.FieldOptions")
    }
    func use(_ message: GoogleProtobuf.DescriptorProto) {
      message.field.forEach(use)
      message.extension.forEach(use)
      message.nestedType.forEach(use)
      use(message.options?.unknownFields, extending: ".google.protobuf.MessageOptions")
    }
    file.messageType.forEach(use)
    file.extension.forEach(use)
    for service in file.service {
      use(service.options?.unknownFields, extending: ".google.protobuf.ServiceOptions")
      for method in service.method {
        use(method.inputType)
        use(method.outputType)
        use(method.options?.unknownFields, extending: ".google.protobuf.MethodOptions")
      }
    }
    return used
  }

  private func packages(_ ours: [GoogleProtobuf.FileDescriptorProto]) -> [Finding] {
    var findings: [Finding] = []
    for (package, members) in Dictionary(grouping: ours, by: { $0.package ?? "" }) {
      let prefixes = Set(members.map { $0.options?.swiftPrefix ?? "" })
      if prefixes.count > 1, let first = members.first?.name {
        findings.append(
          Finding(
            file: first, line: 0, rule: "PACKAGE_SAME_SWIFT_PREFIX", symbol: package,
            text: "package \(package) has several swift_prefix values: \(prefixes.sorted().joined(separator: ", "))"))
      }
    }
    return findings
  }

  private func requests(_ ours: [GoogleProtobuf.FileDescriptorProto]) -> [Finding] {
    var findings: [Finding] = []
    var users: [String: [(file: String, line: Int, symbol: String)]] = [:]
    for file in ours {
      let lines = SourceLines(file.sourceCodeInfo)
      for (serviceIndex, service) in file.service.enumerated() {
        for (index, method) in service.method.enumerated() {
          let symbol = "\(file.package ?? "").\(service.name ?? "").\(method.name ?? "")"
          let place = (file.name ?? "", lines.line([6, Int32(serviceIndex), 2, Int32(index)]), symbol)
          users[method.inputType ?? "", default: []].append(place)
          users[method.outputType ?? "", default: []].append(place)
        }
      }
    }
    // Bytes of any type are nobody's message: pages and files answer with them.
    for (type, places) in users where places.count > 1 && type != ".google.api.HttpBody" {
      for place in places {
        findings.append(
          Finding(
            file: place.file, line: place.line, rule: "RPC_REQUEST_RESPONSE_UNIQUE", symbol: place.symbol,
            text: "\(place.symbol) shares \(type.dropFirst()) with another RPC"))
      }
    }
    return findings
  }
}
