public import Protobuf

/// Makes the files that protoc asks for: what `protoc-gen-weft` does between its input and its output.
public enum Plugin {
  /// Answers a request. What is wrong with the files is said in the response's `error`, one line for each mistake, and then nothing is written.
  public static func respond(to request: GoogleProtobufCompiler.CodeGeneratorRequest) -> GoogleProtobufCompiler.CodeGeneratorResponse {
    var response = GoogleProtobufCompiler.CodeGeneratorResponse()
    response.supportedFeatures = UInt64(GoogleProtobufCompiler.CodeGeneratorResponse.Feature.proto3Optional.rawValue)
    do {
      response.file = try files(for: request)
    } catch {
      response.error = error.map(\.description).joined(separator: "\n")
    }
    return response
  }

  /// Every mistake of a request.
  private struct Mistakes: Error {
    let all: [GeneratorError]
    func map<T>(_ transform: (GeneratorError) -> T) -> [T] { all.map(transform) }
  }

  private static func files(
    for request: GoogleProtobufCompiler.CodeGeneratorRequest
  ) throws(Mistakes) -> [GoogleProtobufCompiler.CodeGeneratorResponse.File] {
    do {
      let options = try GeneratorOptions(request.parameter ?? "")
      let registry = try Registry(request, options: options)
      let files = request.fileToGenerate.compactMap { registry.files[$0] }
      let mistakes =
        AccessCheck.mistakes(in: files) + RouteCheck.mistakes(in: files, registry: registry)
        + RuleCheck.mistakes(in: files, registry: registry)
      guard mistakes.isEmpty else { throw Mistakes(all: mistakes) }
      let unusable = SchemaCheck.mistakes(in: files, of: request)
      guard unusable.isEmpty else { throw Mistakes(all: unusable) }
      return try outputs(files, registry: registry, options: options)
    } catch let error as GeneratorError {
      throw Mistakes(all: [error])
    } catch let error as Mistakes {
      throw error
    } catch {
      throw Mistakes(all: [GeneratorError("\(error)")])
    }
  }

  private static func outputs(
    _ files: [FileNode], registry: Registry, options: GeneratorOptions
  ) throws(GeneratorError) -> [GoogleProtobufCompiler.CodeGeneratorResponse.File] {
    var outputs: [GoogleProtobufCompiler.CodeGeneratorResponse.File] = []
    func add(_ name: String, _ content: String) {
      outputs.append(
        .with {
          $0.name = name
          $0.content = content
        })
    }
    if options.emitsSwift {
      var declared: Set<String> = []
      for file in files.sorted(by: { $0.name < $1.name }) {
        let generator = FileGenerator(
          file: file, registry: registry, options: options, declaresNamespace: declared.insert(file.namespace).inserted)
        add(FileGenerator.fileName(file.name), try generator.source())
      }
    }
    if options.openAPIFile != nil || options.openAPISwiftFile != nil {
      let document = OpenAPIGenerator(files, registry: registry, options: options).document().text
      if let name = options.openAPIFile { add(name, document) }
      if let name = options.openAPISwiftFile { add(name, OpenAPISource(document: document, files: files, options: options).text) }
    }
    if let name = options.routesFile { add(name, RouteGenerator(files: files, options: options).page()) }
    return outputs
  }
}
