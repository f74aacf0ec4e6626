import Protobuf

/// buf's rules about one file: its name, package, imports and whatever it declares, and our own that everything is documented.
struct FileRules {
  let file: GoogleProtobuf.FileDescriptorProto
  let lines: SourceLines
  var findings: [Finding] = []

  // Field numbers in descriptor.proto, of which descriptor paths are made.
  private enum Path {
    static let package: Int32 = 2, dependency: Int32 = 3, message: Int32 = 4, enumeration: Int32 = 5, service: Int32 = 6, syntax: Int32 = 12
    static let field: Int32 = 2, nestedMessage: Int32 = 3, nestedEnum: Int32 = 4, oneof: Int32 = 8
    static let value: Int32 = 2, method: Int32 = 2
  }

  init(_ file: GoogleProtobuf.FileDescriptorProto) {
    self.file = file
    lines = SourceLines(file.sourceCodeInfo)
  }

  private var name: String { file.name ?? "" }
  private var package: String { file.package ?? "" }

  private mutating func find(_ rule: String, _ path: [Int32], _ symbol: String, _ text: String) {
    findings.append(Finding(file: name, line: lines.line(path), rule: rule, symbol: symbol, text: text))
  }

  private mutating func documented(_ path: [Int32], _ symbol: String) {
    if !lines.hasComment(path) { find("COMMENT", path, symbol, "\(symbol) has no comment") }
  }

  mutating func check(usedFiles: Set<String>) {
    checkFile()
    for (index, dependency) in file.dependency.enumerated() where !usedFiles.contains(dependency) {
      find("IMPORT_USED", [Path.dependency, Int32(index)], dependency, "import \"\(dependency)\" is not used")
    }
    if !file.publicDependency.isEmpty { find("IMPORT_NO_PUBLIC", [], name, "public imports hide where a type comes from") }
    for (index, message) in file.messageType.enumerated() { check(message, [Path.message, Int32(index)], package) }
    for (index, enumeration) in file.enumType.enumerated() { check(enumeration, [Path.enumeration, Int32(index)], package) }
    for (index, service) in file.service.enumerated() { check(service, [Path.service, Int32(index)]) }
  }

  private mutating func checkFile() {
    let base = name.split(separator: "/").last.map { String($0.dropLast(".proto".count)) } ?? ""
    if !NameStyle.isLowerSnakeCase(base) { find("FILE_LOWER_SNAKE_CASE", [], name, "file name \(base) is not lower_snake_case") }
    if file.syntax == nil { find("SYNTAX_SPECIFIED", [Path.syntax], name, "no syntax is given") }
    guard !package.isEmpty else { return find("PACKAGE_DEFINED", [], name, "no package is given") }
    let parts = package.split(separator: ".").map(String.init)
    if !parts.allSatisfy(NameStyle.isLowerSnakeCase) {
      find("PACKAGE_LOWER_SNAKE_CASE", [Path.package], package, "package \(package) is not lower_snake.case")
    }
    if let last = parts.last, !Self.isVersion(last) {
      find("PACKAGE_VERSION_SUFFIX", [Path.package], package, "package \(package) does not end with a version such as v1")
    }
    let directory = name.split(separator: "/").dropLast().joined(separator: "/")
    if directory != parts.joined(separator: "/") {
      find("PACKAGE_DIRECTORY_MATCH", [Path.package], package, "package \(package) is not in directory \(parts.joined(separator: "/"))")
    }
  }

  /// v1, v2, v1alpha, v1beta2 …
  private static func isVersion(_ part: String) -> Bool {
    guard part.first == "v" else { return false }
    var rest = part.dropFirst()
    let digits = rest.prefix { $0.isNumber }
    rest = rest.dropFirst(digits.count)
    guard !digits.isEmpty else { return false }
    return rest.isEmpty || ["alpha", "beta", "test"].contains { rest.hasPrefix($0) && rest.dropFirst($0.count).allSatisfy(\.isNumber) }
  }

  private mutating func check(_ message: GoogleProtobuf.DescriptorProto, _ path: [Int32], _ scope: String) {
    let symbol = "\(scope).\(message.name ?? "")"
    guard message.options?.mapEntry != true else { return }
    if !NameStyle.isPascalCase(message.name ?? "") { find("MESSAGE_PASCAL_CASE", path, symbol, "\(symbol) is not PascalCase") }
    documented(path, symbol)
    for (index, field) in message.field.enumerated() {
      let path = path + [Path.field, Int32(index)]
      let symbol = "\(symbol).\(field.name ?? "")"
      if !NameStyle.isLowerSnakeCase(field.name ?? "") { find("FIELD_LOWER_SNAKE_CASE", path, symbol, "\(symbol) is not lower_snake_case") }
      if field.label == .required { find("FIELD_NOT_REQUIRED", path, symbol, "\(symbol) is required") }
      documented(path, symbol)
    }
    for (index, oneof) in message.oneofDecl.enumerated() where !NameStyle.isLowerSnakeCase(oneof.name?.trimmingUnderscore ?? "") {
      find("ONEOF_LOWER_SNAKE_CASE", path + [Path.oneof, Int32(index)], symbol, "oneof \(oneof.name ?? "") is not lower_snake_case")
    }
    for (index, nested) in message.nestedType.enumerated() { check(nested, path + [Path.nestedMessage, Int32(index)], symbol) }
    for (index, nested) in message.enumType.enumerated() { check(nested, path + [Path.nestedEnum, Int32(index)], symbol) }
  }

  private mutating func check(_ enumeration: GoogleProtobuf.EnumDescriptorProto, _ path: [Int32], _ scope: String) {
    let symbol = "\(scope).\(enumeration.name ?? "")"
    let prefix = NameStyle.upperSnakeCase(pascal: enumeration.name ?? "") + "_"
    if !NameStyle.isPascalCase(enumeration.name ?? "") { find("ENUM_PASCAL_CASE", path, symbol, "\(symbol) is not PascalCase") }
    if enumeration.options?.allowAlias == true { find("ENUM_NO_ALLOW_ALIAS", path, symbol, "\(symbol) allows aliases") }
    documented(path, symbol)
    for (index, value) in enumeration.value.enumerated() {
      let path = path + [Path.value, Int32(index)]
      let name = value.name ?? ""
      let symbol = "\(symbol).\(name)"
      if !NameStyle.isUpperSnakeCase(name) { find("ENUM_VALUE_UPPER_SNAKE_CASE", path, symbol, "\(symbol) is not UPPER_SNAKE_CASE") }
      if !name.hasPrefix(prefix) { find("ENUM_VALUE_PREFIX", path, symbol, "\(symbol) does not begin with \(prefix)") }
      if index == 0, value.number != 0 { find("ENUM_FIRST_VALUE_ZERO", path, symbol, "\(symbol) is first and not 0") }
      if value.number == 0, !name.hasSuffix("_UNSPECIFIED") {
        find("ENUM_ZERO_VALUE_SUFFIX", path, symbol, "\(symbol) is 0 and does not end with _UNSPECIFIED")
      }
      documented(path, symbol)
    }
  }

  private mutating func check(_ service: GoogleProtobuf.ServiceDescriptorProto, _ path: [Int32]) {
    let name = service.name ?? ""
    let symbol = "\(package).\(name)"
    if !NameStyle.isPascalCase(name) { find("SERVICE_PASCAL_CASE", path, symbol, "\(symbol) is not PascalCase") }
    if !name.hasSuffix("Service") { find("SERVICE_SUFFIX", path, symbol, "\(symbol) does not end with Service") }
    documented(path, symbol)
    for (index, method) in service.method.enumerated() {
      let path = path + [Path.method, Int32(index)]
      let rpc = method.name ?? ""
      let symbol = "\(symbol).\(rpc)"
      if !NameStyle.isPascalCase(rpc) { find("RPC_PASCAL_CASE", path, symbol, "\(symbol) is not PascalCase") }
      documented(path, symbol)
      let input = method.inputType?.split(separator: ".").last.map(String.init) ?? ""
      let output = method.outputType?.split(separator: ".").last.map(String.init) ?? ""
      if ![rpc + "Request", name + rpc + "Request"].contains(input) {
        find("RPC_REQUEST_STANDARD_NAME", path, symbol, "\(symbol) takes \(input), not \(rpc)Request")
      }
      if method.outputType != ".google.api.HttpBody", ![rpc + "Response", name + rpc + "Response"].contains(output) {
        find("RPC_RESPONSE_STANDARD_NAME", path, symbol, "\(symbol) gives \(output), not \(rpc)Response")
      }
    }
  }
}

extension String {
  /// protoc names the oneof of a proto3 `optional` field `_field`.
  fileprivate var trimmingUnderscore: String { first == "_" ? String(dropFirst()) : self }
}
