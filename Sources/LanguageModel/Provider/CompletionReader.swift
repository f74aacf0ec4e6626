/// Makes text of a provider's answer as its bytes come: of a stream of events, or of the plain JSON that some send though asked to
/// stream. No I/O: bytes in, text out.
struct CompletionReader {
  struct Limits: Sendable {
    var lineBytesMax = 1 << 20
    var answerBytesMax = 64 << 20
    var textBytesMax = 4 << 20
    var jsonBytesMax = 2 << 20
  }

  private enum Shape {
    /// Nothing but white space came.
    case unknown
    case events
    case json
  }

  private let limits: Limits
  private var shape = Shape.unknown
  private var parser: EventStreamParser
  private var json: [UInt8] = []
  private var bytesCount = 0
  private var textBytesCount = 0
  private(set) var model: String?
  private(set) var usage: TokenUsage?
  private(set) var finishReason: String?
  /// Why there is no use in further bytes.
  private(set) var failure: GenerationError?
  /// The provider said that nothing follows.
  private(set) var isDone = false
  /// Everything that matters has come; the usage may follow.
  var isWhole: Bool { isDone || finishReason != nil }
  var hasText: Bool { textBytesCount > 0 }

  init(limits: Limits) {
    self.limits = limits
    parser = EventStreamParser(bytesMax: limits.lineBytesMax)
  }

  /// - Returns: The text that these bytes brought, perhaps none; also that before a `failure`.
  mutating func feed(_ bytes: [UInt8]) -> String {
    var text = ""
    guard failure == nil else { return text }
    do throws(GenerationError) { try feed(bytes, into: &text) } catch { failure = error }
    return text
  }

  private mutating func feed(_ bytes: [UInt8], into text: inout String) throws(GenerationError) {
    bytesCount += bytes.count
    guard bytesCount <= limits.answerBytesMax else { throw Self.tooLong }
    if shape == .unknown, let first = bytes.first(where: { $0 > 0x20 }) { shape = try Self.shape(first, bytes) }
    switch shape {
    case .unknown: break
    case .json:
      json.append(contentsOf: bytes)
      guard json.count <= limits.jsonBytesMax else { throw Self.tooLong }
    case .events:
      let events: [EventStreamParser.Event]
      do throws(EventStreamParser.TooLong) { events = try parser.feed(bytes) } catch { throw Self.tooLong }
      for event in events where !isDone { text += try take(event) }
    }
  }

  /// The end of the answer's body.
  ///
  /// - Returns: The text that was held back until now.
  /// - Throws: `GenerationError` if the answer is no whole one.
  mutating func finish() throws(GenerationError) -> String {
    var text = ""
    switch shape {
    case .unknown: break
    case .events:
      let event: EventStreamParser.Event?
      do throws(EventStreamParser.TooLong) { event = try parser.finish() } catch { throw Self.tooLong }
      // What is cut off in the middle is no JSON, and no reason to complain beyond that the answer broke off.
      if let event, !isWhole, event.data.elementsEqual("[DONE]".utf8) || CompletionChunk(event.data) != nil { text = try take(event) }
      guard isWhole else {
        throw Self.interrupted(hasText || !text.isEmpty ? "the stream ended before its end" : "the stream ended at once")
      }
    case .json:
      guard let chunk = CompletionChunk(json) else {
        throw GenerationError(.notUnderstood, Self.notUnderstoodReason, detail: "neither events nor JSON")
      }
      text = try take(chunk)
      if finishReason == nil { finishReason = "stop" }
    }
    return text
  }

  /// How the generation ended, once its text has come.
  func result(model asked: String) throws(GenerationError) -> GenerationResult {
    if finishReason == "content_filter" {
      throw GenerationError(
        .filtered, hasText ? "AI 服务的内容审核截断了输出，已生成的部分予以保留，请调整写作要求后重试" : "AI 服务的内容审核拒绝了这次生成，请调整写作要求后重试",
        hasText: hasText)
    }
    guard hasText else {
      let reason =
        finishReason == "length"
        ? "模型在写出正文之前就用完了 max_tokens，请调大 max_tokens 后重试" : "AI 服务返回了空内容，请稍后重试或调整写作要求"
      throw GenerationError(.empty, reason, detail: "finish_reason \(finishReason ?? "none")", isRetriable: finishReason != "length")
    }
    return GenerationResult(finish: finishReason == "length" ? .length : .whole, model: model ?? asked, usage: usage)
  }

  private mutating func take(_ event: EventStreamParser.Event) throws(GenerationError) -> String {
    if event.data.elementsEqual("[DONE]".utf8) {
      isDone = true
      return ""
    }
    guard let chunk = CompletionChunk(event.data) else {
      throw GenerationError(.notUnderstood, Self.notUnderstoodReason, detail: "an event that is no JSON object")
    }
    if event.type == "error", chunk.errorMessage == nil {
      throw GenerationError(.providerFailed, Self.failedReason, detail: "an error event", isRetriable: true)
    }
    return try take(chunk)
  }

  private mutating func take(_ chunk: CompletionChunk) throws(GenerationError) -> String {
    if let message = chunk.errorMessage {
      let code = chunk.errorCode.map { "\($0): " } ?? ""
      throw GenerationError(
        .providerFailed, Self.failedReason, detail: code + PlainText.line(message, charactersMax: 300), isRetriable: true)
    }
    if let model = chunk.model, !model.isEmpty { self.model = PlainText.line(model, charactersMax: 200) }
    if let usage = chunk.usage { self.usage = usage }
    if let reason = chunk.finishReason { finishReason = PlainText.line(reason, charactersMax: 50) }
    if let refusal = chunk.refusal, !refusal.isEmpty, !hasText, chunk.text.isEmpty {
      throw GenerationError(.filtered, "模型拒绝了这次生成，请调整写作要求后重试", detail: PlainText.line(refusal, charactersMax: 300))
    }
    // A CR is nothing but half of a line's end, and the rest of the control characters have no place in a document.
    let text = PlainText.lines(chunk.text)
    textBytesCount += text.utf8.count
    guard textBytesCount <= limits.textBytesMax else { throw Self.tooLong }
    return text
  }

  private static func shape(_ first: UInt8, _ bytes: [UInt8]) throws(GenerationError) -> Shape {
    switch first {
    case UInt8(ascii: "{"): return .json
    // data, event, id, retry, a comment, a byte order mark.
    case UInt8(ascii: "d"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "r"), UInt8(ascii: ":"), 0xef: return .events
    default:
      let start = PlainText.line(String(decoding: bytes.prefix(80), as: UTF8.self), charactersMax: 40)
      throw GenerationError(.notUnderstood, notUnderstoodReason, detail: "the answer begins with \(start)")
    }
  }

  static let notUnderstoodReason = "AI 服务的返回内容无法识别，请联系管理员检查 WEFT_AI_BASE_URL 是否指向 OpenAI 兼容接口"
  static let failedReason = "AI 服务处理失败，请稍后重试"

  static func interrupted(_ detail: String) -> GenerationError {
    GenerationError(.interrupted, "AI 服务的输出中途中断，请重试", detail: detail, isRetriable: true)
  }

  private static let tooLong = GenerationError(.tooLong, "AI 服务的输出超过长度上限，请调小 max_tokens 或拆分写作要求后重试")
}
