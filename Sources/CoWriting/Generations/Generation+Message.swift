import CoWritingAPI
import Protobuf

extension CoWritingV1.Generation {
  init(_ generation: Generation) throws {
    self.init()
    id = generation.id
    documentID = generation.documentID
    userID = generation.userID
    status = generation.status.rawValue
    prompt = generation.prompt
    generationConfig = try JSONObject.object(generation.config)
    createdAt = GoogleProtobuf.Timestamp(microseconds: generation.createdAt)
  }
}

extension CoWritingV1.GetGenerationResponse {
  init(_ named: NamedGeneration) throws {
    self.init()
    let generation = named.generation
    id = generation.id
    documentID = generation.documentID
    documentTitle = named.documentTitle
    userID = generation.userID
    userName = named.userName
    status = generation.status.rawValue
    prompt = generation.prompt
    generatedContent = generation.text
    generationConfig = try JSONObject.object(generation.config)
    processingTime = generation.processingTime
    createdAt = GoogleProtobuf.Timestamp(microseconds: generation.createdAt)
    completedAt = generation.completedAt.map { GoogleProtobuf.Timestamp(microseconds: $0) }
    errorMessage = generation.errorMessage
  }
}

extension CoWritingV1.GenerationItem {
  init(_ named: NamedGeneration) {
    self.init()
    let generation = named.generation
    id = generation.id
    documentID = generation.documentID
    documentTitle = named.documentTitle
    userID = generation.userID
    userName = named.userName
    status = generation.status.rawValue
    prompt = generation.prompt
    processingTime = generation.processingTime
    createdAt = GoogleProtobuf.Timestamp(microseconds: generation.createdAt)
    completedAt = generation.completedAt.map { GoogleProtobuf.Timestamp(microseconds: $0) }
    errorMessage = generation.errorMessage
  }
}

extension CoWritingV1.DescribeGenerationResponse {
  init(_ generation: Generation) {
    self.init()
    id = generation.id
    status = generation.status.rawValue
    model = generation.model ?? ""
    promptTokens = generation.promptTokens
    completionTokens = generation.completionTokens
    finishReason = generation.finishReason ?? ""
    attempts = Int32(clamping: generation.attempt)
    templateID = generation.templateID
    context = generation.context
    section = generation.section
    appliedVersion = generation.appliedVersion
  }
}

extension CoWritingV1.GenerationEvent {
  init(_ news: GenerationService.News) {
    self.init()
    text = news.text
    position = news.place.position
    attempt = news.place.attempt
    status = news.status.rawValue
    errorMessage = news.errorMessage ?? ""
  }
}
