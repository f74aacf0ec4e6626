/// What `--weft_opt` says, such as `module=CustomerServiceAPI,package=cowriting:CoWritingAPI`.
struct GeneratorOptions {
  /// The Swift module that the files to generate are part of.
  var module = ""
  /// `Visibility=Public | Package | Internal`, as protoc-gen-swift has it.
  var visibility = "public"
  /// `package=NAME:MODULE`: where the types of a package, and of packages below it, are found.
  var modules: [String: String] = [
    "google.protobuf": "Protobuf", "google.api": "Protobuf", "buf.validate": "Protobuf", "weft.v1": "Protobuf",
    "google.rpc": "RPC", "grpc": "RPC",
  ]
  /// `swift=false`: no Swift, only what the options below ask for.
  var emitsSwift = true
  /// `openapi=FILE`: the OpenAPI description of every REST route goes there, as JSON.
  var openAPIFile: String?
  /// `openapi_swift=FILE`: the same as Swift source.
  var openAPISwiftFile: String?
  /// `openapi_title=TEXT` and `openapi_version=TEXT`.
  var openAPITitle = "API"
  var openAPIVersion = "1.0"
  /// `prefix=PACKAGE:PREFIX`: what the description puts before the names of a package's services and messages, so that two packages may use
  /// one name.
  var prefixes: [String: String] = [:]
  /// `routes=FILE`: the page of routes goes there.
  var routesFile: String?
  /// `handlers=SERVICE:FOLDER`: in which folder the page of routes says that a service, named with or without its package, is implemented.
  var handlerFolders: [String: String] = [:]

  init(_ parameter: String) throws(GeneratorError) {
    for option in parameter.split(separator: ",") {
      let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, !parts[1].isEmpty else { throw GeneratorError("--weft_opt=\(option): write NAME=VALUE") }
      try set(parts[0], parts[1])
    }
    guard !module.isEmpty else { throw GeneratorError("--weft_opt: say module=NAME, the Swift module to generate for") }
  }

  private mutating func set(_ name: String, _ value: String) throws(GeneratorError) {
    switch name {
    case "module": module = value
    case "Visibility":
      guard ["Public", "Package", "Internal"].contains(value) else {
        throw GeneratorError("--weft_opt=Visibility=\(value): one of Public, Package, Internal")
      }
      visibility = value.lowercased()
    case "package":
      let (package, module) = try Self.pair(name, value)
      modules[package] = module
    case "swift":
      guard ["true", "false"].contains(value) else { throw GeneratorError("--weft_opt=swift=\(value): true or false") }
      emitsSwift = value == "true"
    case "openapi": openAPIFile = value
    case "openapi_swift": openAPISwiftFile = value
    case "openapi_title": openAPITitle = value
    case "openapi_version": openAPIVersion = value
    case "prefix":
      let (package, prefix) = try Self.pair(name, value)
      prefixes[package] = prefix
    case "routes": routesFile = value
    case "handlers":
      let (service, folder) = try Self.pair(name, value)
      handlerFolders[service] = folder
    default: throw GeneratorError("--weft_opt=\(name): there is no such option")
    }
  }

  private static func pair(_ name: String, _ value: String) throws(GeneratorError) -> (String, String) {
    let parts = value.split(separator: ":").map(String.init)
    guard parts.count == 2 else { throw GeneratorError("--weft_opt=\(name)=\(value): write \(name)=NAME:VALUE") }
    return (parts[0], parts[1])
  }

  /// The module of `package`, by its longest prefix that is known.
  func module(of package: String) -> String? {
    var name = Substring(package)
    while true {
      if let module = modules[String(name)] { return module }
      guard let dot = name.lastIndex(of: ".") else { return nil }
      name = name[..<dot]
    }
  }
}
