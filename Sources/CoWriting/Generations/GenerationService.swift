import ApplicationSupport
import CoWritingAPI
import Jobs
import LanguageModel
import Platform
import Protobuf
import RPC
import Storage

/// Texts that a language model writes for documents (chapter AI生成接口 of the document).
struct GenerationService: CoWritingV1.GenerationServiceServer {
  let database: Database
  let time: any TimeSource
  let jobs: JobQueue
  let progress: JobProgress
  let documents: DocumentService

  /// POST /api/v1/ai/generate
  func generate(_ request: CoWritingV1.GenerateRequest, _ call: ServerCall) async throws -> CoWritingV1.Generation {
    let owners = try call.owners()
    let caller = try call.callerID()
    guard request.templateID != nil || !request.prompt.allSatisfy(\.isWhitespace) else {
      throw CoWritingError.invalid(field: "prompt", "提示词不能为空")
    }
    // Forms may be megabytes of JSON: they are not read where everybody's changes wait.
    let wanted = try await database.read(for: call) { try described(request, caller, owners, $0) }
    let generation = try await database.write(for: call) { [wanted] transaction in
      _ = try DocumentService.readable(request.documentID, owners, transaction)
      var generation = wanted
      generation.createdAt = time.wallMicroseconds
      generation.id = try GenerationStore.insert(generation, transaction)
      try jobs.add(.generation, of: generation.id, owner: caller, transaction)
      return generation
    }
    return try CoWritingV1.Generation(generation)
  }

  /// What a request asks for, its template filled in.
  private func described(
    _ request: CoWritingV1.GenerateRequest, _ caller: Int64, _ owners: ListOwners, _ transaction: ReadTransaction
  ) throws -> Generation {
    let document = try DocumentService.readable(request.documentID, owners, transaction)
    var generation = Generation(
      userID: caller, documentID: document.id, prompt: request.prompt, context: request.context, section: request.section, config: "{}",
      createdAt: time.wallMicroseconds)
    var config = request.generationConfig
    if let id = request.templateID {
      guard let template = try GenerationTemplateStore.template(id, transaction), template.isActive else {
        throw CoWritingError.notFound(.template)
      }
      generation.templateID = id
      generation.prompt = try GenerationPrompt.text(of: template, variables: request.variables, for: generation, transaction)
      config = GenerationPrompt.merged(try JSONObject.object(template.config), config)
    }
    generation.config = try GenerationPrompt.checkedConfig(config, field: "generation_config")
    return generation
  }

  /// GET /api/v1/ai/generations/{generation_id}
  func getGeneration(_ request: CoWritingV1.GetGenerationRequest, _ call: ServerCall) async throws -> CoWritingV1.GetGenerationResponse {
    let owners = try call.owners()
    let found = try await database.read(for: call) { transaction -> NamedGeneration in
      guard var named = try GenerationStore.named(request.generationID, of: owners, transaction) else {
        throw CoWritingError.notFound(.generation)
      }
      if named.generation.status == .processing {
        named.generation.text = try GenerationStore.writtenText(of: named.generation.id, transaction)
      }
      return named
    }
    return try CoWritingV1.GetGenerationResponse(found)
  }

  /// GET /api/v1/ai/generations
  func listGenerations(
    _ request: CoWritingV1.ListGenerationsRequest, _ call: ServerCall
  ) async throws -> CoWritingV1.ListGenerationsResponse {
    let query = ListQuery(request)
    let selection = GenerationSelection(
      owners: try call.owners(of: request.userID), documentID: request.documentID, status: request.status)
    let (total, items) = try await database.read(for: call) { try GenerationStore.page(selection, query, $0) }
    return CoWritingV1.ListGenerationsResponse(items.map { CoWritingV1.GenerationItem($0) }, total: total, query.page)
  }

  func describeGeneration(
    _ request: CoWritingV1.DescribeGenerationRequest, _ call: ServerCall
  ) async throws -> CoWritingV1.DescribeGenerationResponse {
    let owners = try call.owners()
    let found = try await database.read(for: call) { try GenerationStore.generation(request.generationID, of: owners, $0) }
    guard let found else { throw CoWritingError.notFound(.generation) }
    return CoWritingV1.DescribeGenerationResponse(found)
  }

  /// POST /api/v1/ai/generations/{generation_id}/cancel
  func cancelGeneration(_ request: CoWritingV1.CancelGenerationRequest, _ call: ServerCall) async throws -> CoWritingV1.Generation {
    let owners = try call.owners()
    let generation = try await database.write(for: call) { transaction -> Generation in
      guard var generation = try GenerationStore.generation(request.generationID, of: owners, transaction) else {
        throw CoWritingError.notFound(.generation)
      }
      guard generation.status == .processing else { throw CoWritingError.generationEnded }
      generation.status = .cancelled
      // A run hears of it within a second; what it still brings meanwhile finds a text that has ended.
      _ = try jobs.cancel(.generation, reference: generation.id, transaction)
      let text = try GenerationStore.writtenText(of: generation.id, transaction)
      _ = try GenerationStore.end(generation.id, .init(status: .cancelled, text: text), at: time.wallMicroseconds, transaction)
      transaction.afterCommit { [progress, id = generation.id] in progress.changed(.generation(id)) }
      return generation
    }
    return try CoWritingV1.Generation(generation)
  }

  /// POST /api/v1/ai/generations/{generation_id}/apply
  func applyGeneration(_ request: CoWritingV1.ApplyGenerationRequest, _ call: ServerCall) async throws -> CoWritingV1.Version {
    let owners = try call.owners()
    let author = try call.callerID()
    for _ in 0..<Self.placingsMax {
      let (document, generation, old) = try await database.read(for: call) { try Self.applicable(request, owners, $0) }
      // A document may be megabytes: neither readers nor the writer wait until it is known where the text goes.
      let content = try await documents.comparisons.run(for: call) {
        Result { () throws(CoWritingError) in try Self.placed(generation, into: old, mode: request.mode) }
      }.get()
      let version = try await database.write(for: call) { transaction -> DocumentVersion? in
        let now = try DocumentService.changeable(document.id, owners, condition: request.etag, transaction)
        guard now.versionsCount == document.versionsCount else { return nil }
        let version = try documents.append(
          content, summary: DocumentVersion.generationSummary(request.generationID), to: now, author: author, transaction)
        try GenerationStore.setApplied(request.generationID, version: version.number, transaction)
        return version
      }
      if let version { return try CoWritingV1.Version(version) }
    }
    throw CoWritingError.documentChanged
  }

  /// How often a text is given a place: somebody else may be faster with a new version of the document.
  private static let placingsMax = 32

  /// The document that a text is for, the text, and what the document says without it.
  private static func applicable(
    _ request: CoWritingV1.ApplyGenerationRequest, _ owners: ListOwners, _ transaction: ReadTransaction
  ) throws -> (document: Document, generation: Generation, content: String) {
    guard let generation = try GenerationStore.generation(request.generationID, of: owners, transaction) else {
      throw CoWritingError.notFound(.generation)
    }
    guard generation.status != .processing, !generation.text.isEmpty else { throw CoWritingError.generationUnfinished }
    let document = try DocumentService.readable(generation.documentID, owners, transaction)
    try document.requireUnchanged(request.etag)
    return (document, generation, try VersionStore.content(of: document, transaction))
  }

  /// What a document says with the text in it.
  private static func placed(_ generation: Generation, into content: String, mode: String?) throws(CoWritingError) -> String {
    let content = try SectionText.place(
      generation.text, into: content, mode: .init(rawValue: mode ?? "append") ?? .append, section: generation.section)
    guard content.utf8.count <= Document.contentBytesMax else {
      throw .invalid(field: "mode", "写入后的文档内容超过\(Document.contentBytesMax)字节")
    }
    return content
  }
}
