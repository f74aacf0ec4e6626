import Protobuf

/// A file of the request, with the names its contents have in Swift.
final class FileNode {
  let proto: GoogleProtobuf.FileDescriptorProto
  let sources: SourceMap
  /// The Swift module that its types are in.
  let module: String
  /// The namespace enum: `CSAv1`.
  let namespace: String
  /// The static property of the namespace that holds the file: `ticketFile`.
  let property: String
  var messages: [MessageNode] = []
  var enums: [EnumNode] = []

  init(_ proto: GoogleProtobuf.FileDescriptorProto, module: String) {
    self.proto = proto
    self.module = module
    sources = SourceMap(proto.sourceCodeInfo)
    let prefix = proto.options?.swiftPrefix ?? ""
    namespace = prefix.isEmpty ? SwiftNames.namespace(proto.package ?? "") : prefix
    var stem = Substring(proto.name ?? "")
    if stem.hasSuffix(".proto") { stem = stem.dropLast(6) }
    let folder = (proto.package ?? "").split(separator: ".").joined(separator: "/") + "/"
    if stem.hasPrefix(folder) { stem = stem.dropFirst(folder.count) }
    property = SwiftNames.lowerCamel(stem.split(separator: "/").joined(separator: "_")) + "File"
  }

  var name: String { proto.name ?? "" }
  var package: String { proto.package ?? "" }
  var isProto3: Bool { proto.syntax == "proto3" }

  func error(_ path: [Int32], _ message: String) -> GeneratorError { GeneratorError(file: name, line: sources.line(path), message) }
}

/// A message of the request.
final class MessageNode {
  let proto: GoogleProtobuf.DescriptorProto
  unowned let file: FileNode
  /// `.csa.v1.Ticket`
  let fullName: String
  /// `CSAv1.Ticket`
  let swiftName: String
  /// Its last part: `Ticket`
  let swiftBaseName: String
  /// Where it is in the file: `[4, 0, 3, 1]`
  let path: [Int32]
  var messages: [MessageNode] = []
  var enums: [EnumNode] = []

  init(_ proto: GoogleProtobuf.DescriptorProto, file: FileNode, fullName: String, swiftName: String, swiftBaseName: String, path: [Int32]) {
    self.proto = proto
    self.file = file
    self.fullName = fullName
    self.swiftName = swiftName
    self.swiftBaseName = swiftBaseName
    self.path = path
  }

  var isMapEntry: Bool { proto.options?.mapEntry == true }
  var comment: String { file.sources.comment(path) }
}

/// An enum of the request.
final class EnumNode {
  let proto: GoogleProtobuf.EnumDescriptorProto
  unowned let file: FileNode
  let swiftName: String
  let swiftBaseName: String
  let path: [Int32]
  /// The Swift names of the values, in their order.
  let valueNames: [String]

  init(_ proto: GoogleProtobuf.EnumDescriptorProto, file: FileNode, swiftName: String, swiftBaseName: String, path: [Int32]) {
    self.proto = proto
    self.file = file
    self.swiftName = swiftName
    self.swiftBaseName = swiftBaseName
    self.path = path
    valueNames = SwiftNames.values(proto.value.map { $0.name ?? "" }, of: proto.name ?? "")
  }
}

/// All files of a request and the types in them, by name.
final class Registry {
  private(set) var files: [String: FileNode] = [:]
  /// In the order of the request: imports first.
  private(set) var allFiles: [FileNode] = []
  private(set) var messages: [String: MessageNode] = [:]
  private(set) var enums: [String: EnumNode] = [:]
  private var namespaces: Set<String> = []
  private var reachable: [String: Set<String>] = [:]
  private var requiring: [String: Bool] = [:]

  init(_ request: GoogleProtobufCompiler.CodeGeneratorRequest, options: GeneratorOptions) throws(GeneratorError) {
    let generated = Set(request.fileToGenerate)
    for proto in request.protoFile {
      let name = proto.name ?? ""
      let package = proto.package ?? ""
      guard let module = generated.contains(name) ? options.module : options.module(of: package) else {
        throw GeneratorError(file: name, "no Swift module is known for package \(package): say --weft_opt=package=\(package):MODULE")
      }
      let file = FileNode(proto, module: module)
      files[name] = file
      allFiles.append(file)
      namespaces.insert(file.namespace)
    }
    for file in allFiles { register(file) }
  }

  private func register(_ file: FileNode) {
    let package = file.package.isEmpty ? "" : "." + file.package
    for (index, proto) in file.proto.messageType.enumerated() {
      file.messages.append(register(proto, in: file, scope: package, swiftScope: file.namespace, path: [4, Int32(index)]))
    }
    for (index, proto) in file.proto.enumType.enumerated() {
      file.enums.append(register(proto, in: file, scope: package, swiftScope: file.namespace, path: [5, Int32(index)]))
    }
  }

  private func register(
    _ proto: GoogleProtobuf.DescriptorProto, in file: FileNode, scope: String, swiftScope: String, path: [Int32]
  ) -> MessageNode {
    let base = SwiftNames.type(proto.name ?? "", suffix: "Message", taken: namespaces)
    let fullName = scope + "." + (proto.name ?? "")
    let swiftName = swiftScope + "." + SwiftNames.escaped(base)
    let node = MessageNode(proto, file: file, fullName: fullName, swiftName: swiftName, swiftBaseName: base, path: path)
    messages[fullName] = node
    for (index, nested) in proto.nestedType.enumerated() {
      node.messages.append(register(nested, in: file, scope: fullName, swiftScope: swiftName, path: path + [3, Int32(index)]))
    }
    for (index, nested) in proto.enumType.enumerated() {
      node.enums.append(register(nested, in: file, scope: fullName, swiftScope: swiftName, path: path + [4, Int32(index)]))
    }
    return node
  }

  private func register(
    _ proto: GoogleProtobuf.EnumDescriptorProto, in file: FileNode, scope: String, swiftScope: String, path: [Int32]
  ) -> EnumNode {
    let base = SwiftNames.type(proto.name ?? "", suffix: "Enum", taken: namespaces)
    let swiftName = swiftScope + "." + SwiftNames.escaped(base)
    let node = EnumNode(proto, file: file, swiftName: swiftName, swiftBaseName: base, path: path)
    enums[scope + "." + (proto.name ?? "")] = node
    return node
  }

  /// Whether a value of `name` would contain, in its own storage, a value of `target`: by way of singular fields, since arrays and
  /// dictionaries keep their elements elsewhere.
  func message(_ name: String, contains target: String) -> Bool {
    name == target || reach(from: name, repeated: false).contains(target)
  }

  /// Whether `name`, or a message inside it, has a `required` field.
  func hasRequired(_ name: String) -> Bool {
    if let known = requiring[name] { return known }
    let inside = reach(from: name, repeated: true).union([name])
    let answer = inside.contains { messages[$0]?.proto.field.contains { $0.label == .required } ?? false }
    requiring[name] = answer
    return answer
  }

  /// The types of the message fields of `name`, of their fields, and so on.
  private func reach(from name: String, repeated: Bool) -> Set<String> {
    let key = repeated ? name + "*" : name
    if let known = reachable[key] { return known }
    var found: Set<String> = []
    var open = [name]
    while let next = open.popLast() {
      for field in messages[next]?.proto.field ?? [] where field.type == .message && (repeated || field.label != .repeated) {
        if let type = field.typeName, found.insert(type).inserted { open.append(type) }
      }
    }
    reachable[key] = found
    return found
  }
}
