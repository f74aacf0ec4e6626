public import Logging
public import Outbound
public import Platform
internal import Synchronization

/// A language model behind any OpenAI-compatible API: `POST {base}/chat/completions` with a stream of events as its answer.
///
/// Where it is comes from the operator's settings alone, so private addresses are allowed; redirects are not followed, certificates are
/// verified. Nothing is sent again once text has come. The tries before that are the caller's: `GenerationError.isRetriable` and
/// `retryAfter` say whether and when, so that a job that waits holds no slot and survives a restart.
public final class ChatCompletions: TextGenerator {
  public struct Limits: Sendable {
    /// From the call to the first sign of life; models that think first take a while.
    public var firstMax = Duration.seconds(120)
    /// Between two signs of life.
    public var idleMax = Duration.seconds(60)
    public var totalMax = Duration.seconds(600)
    /// Of one event.
    public var lineBytesMax = 1 << 20
    /// Of everything that comes.
    public var answerBytesMax = 64 << 20
    /// Of the text.
    public var textBytesMax = 4 << 20
    /// Of an answer that is one JSON object: it is taken apart at once.
    public var jsonBytesMax = 2 << 20
    public var prompt = PromptBuilder.Limits()

    public init() {}
  }

  /// The settings cannot be used.
  public struct Unusable: Error, CustomStringConvertible {
    public let description: String
  }

  /// What is taken apart at a stretch: some milliseconds' worth of the smallest events.
  private static let turnBytesMax = 32 << 10
  /// What of an error's body is read.
  private static let errorBytesMax = 64 << 10
  /// A provider that wants to be left alone for longer has no quota left: that is no wait but an answer.
  private static let retryAfterMax = Duration.seconds(600)
  /// How long one answer that says so keeps everybody from asking: it may have been about its own request alone.
  private static let pauseMax = Duration.seconds(10)

  private let url: String
  private let key: String
  private let model: String
  private let client: OutboundClient
  private let limits: Limits
  private let prompts: PromptBuilder
  private let time: any TimeSource
  private let logger: Logger
  private let watch = StreamWatch()
  private let dialect = Mutex(CompletionRequest.Dialect())
  private let pausedUntil = Mutex(MonotonicInstant(nanoseconds: 0))

  /// - Parameters:
  ///   - baseURL: Such as `https://api.example.com/v1`.
  ///   - key: Nil for none. It goes into one header and nowhere else.
  ///   - client: With `outboundOptions(inFlight:)`, or generations wait for each other.
  /// - Throws: `Unusable`, which names the setting.
  public init(
    baseURL: String, key: String?, model: String, client: OutboundClient, limits: Limits = Limits(), time: any TimeSource = SystemTime(),
    random: any RandomSource = SystemRandom(), logger: Logger
  ) throws(Unusable) {
    guard let url = OutboundURL(baseURL), url.scheme == "http" || url.scheme == "https", url.user == nil, url.password == nil,
      url.query == nil, !baseURL.contains("#")
    else { throw Unusable(description: "WEFT_AI_BASE_URL is no http or https URL without user, query and fragment") }
    guard (key ?? "").utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw Unusable(description: "WEFT_AI_API_KEY holds spaces, line ends or characters beyond ASCII")
    }
    guard !model.isEmpty, model.utf8.count <= 200 else { throw Unusable(description: "WEFT_AI_MODEL is empty or too long") }
    var base = url.text
    while base.hasSuffix("/") { base.removeLast() }
    self.url = base + "/chat/completions"
    self.key = key ?? ""
    self.model = model
    self.client = client
    self.limits = limits
    prompts = PromptBuilder(limits: limits.prompt, random: random)
    self.time = time
    self.logger = logger
  }

  /// Whether the key would cross a network in plain text.
  public var isPlainText: Bool { OutboundURL(url).map { $0.scheme == "http" && !$0.isLoopback } ?? false }

  /// Options of a client that lets so many generations run at once.
  public static func outboundOptions(inFlight: Int) -> OutboundOptions {
    var options = OutboundOptions()
    options.activeMax = inFlight
    options.activePerHostMax = inFlight
    options.idleConnectionsMax = inFlight
    return options
  }

  /// A provider that is busy and says until when is not asked by others meanwhile: a thousand texts would use up their tries on it.
  public var pause: Duration? {
    let left = pausedUntil.withLock { $0 } - MonotonicInstant.now()
    return left > .zero ? left : nil
  }

  public func generate(
    _ brief: WritingBrief, config: GenerationConfig, onText: @escaping @Sendable (String) async throws -> Void
  ) async throws -> GenerationResult {
    try await complete(try prompts.messages(for: brief), config: config, onText: onText)
  }

  /// The same with messages of the caller's own.
  public func complete(
    _ messages: [ChatMessage], config: GenerationConfig, onText: @escaping @Sendable (String) async throws -> Void
  ) async throws -> GenerationResult {
    let start = MonotonicInstant.now()
    // Twice another dialect at most: without `stream_options`, with the other name of `max_tokens`.
    var dialect = dialect.withLock { $0 }
    for _ in 0..<3 {
      let request = CompletionRequest(model: model, messages: messages, config: config, dialect: dialect)
      let stream = try await open(request, start)
      // A stream that is let go of is broken off.
      defer { stream.cancel() }
      if stream.status == 200 {
        // Learnt once it is taken: what was refused may have been refused for something else.
        self.dialect.withLock { [dialect] in $0 = dialect }
        return try await read(stream, start, onText)
      }
      let body = await errorBody(stream)
      guard let other = Self.dialect(after: dialect, status: stream.status, body: body) else { throw refusal(stream, body) }
      dialect = other
    }
    throw GenerationError(.requestRefused, "AI 服务拒绝了请求参数", detail: "no dialect is taken")
  }

  private func open(_ request: CompletionRequest, _ start: MonotonicInstant) async throws -> OutboundStream {
    var headers = [("Content-Type", "application/json"), ("Accept", "text/event-stream, application/json")]
    if !key.isEmpty { headers.append(("Authorization", "Bearer \(key)")) }
    let outbound = OutboundRequest(
      // Ours are the exact limits; curl's, an average over seconds, stands behind them.
      method: .post, url: url, headers: headers, body: request.json, timeout: limits.firstMax + limits.idleMax,
      addresses: .operatorConfigured)
    // The head of an answer may come with its first text only, so this is where a provider thinks.
    let result = await withTaskGroup(of: Result<OutboundStream, OutboundError>?.self) { [client, watch, limits] group in
      group.addTask {
        do throws(OutboundError) { return .success(try await client.stream(outbound)) } catch { return .failure(error) }
      }
      group.addTask {
        await watch.wait(until: start + limits.firstMax)
        return nil
      }
      defer { group.cancelAll() }
      return await group.next() ?? nil
    }
    switch result {
    case .success(let stream)?: return stream
    case .failure(let error)?: throw Self.failure(error, hasText: false)
    case nil: throw Task.isCancelled ? Self.failure(.cancelled, hasText: false) : Self.slow(hasText: false)
    }
  }

  /// Reads the text of an answer.
  private func read(
    _ stream: OutboundStream, _ start: MonotonicInstant, _ onText: @Sendable (String) async throws -> Void
  ) async throws -> GenerationResult {
    var reader = CompletionReader(
      limits: .init(
        lineBytesMax: limits.lineBytesMax, answerBytesMax: limits.answerBytesMax, textBytesMax: limits.textBytesMax,
        jsonBytesMax: limits.jsonBytesMax))
    let guarded = StreamGuard(firstAt: start + limits.firstMax, idleMax: limits.idleMax, totalAt: start + limits.totalMax) {
      stream.cancel()
    }
    watch.begin(guarded)
    defer { guarded.end() }
    return try await withTaskCancellationHandler {
      var unyielded = 0
      do {
        while !reader.isDone, let bytes = try await next(stream, guarded, &reader) {
          guarded.touch()
          var rest = bytes[...]
          while !rest.isEmpty, !reader.isDone {
            // What came before a failure is handed on before it.
            let part = rest.prefix(Self.turnBytesMax)
            rest = rest[part.endIndex...]
            let text = reader.feed(Array(part))
            if !text.isEmpty { try await onText(text) }
            if let failure = reader.failure { throw failure }
            unyielded += part.count
            guard unyielded >= Self.turnBytesMax else { continue }
            unyielded = 0
            // Bytes may come faster than they are taken apart: others on the executor have a turn, which a yield would not give them.
            await watch.wait(until: .now())
          }
          // The time that `onText` takes is not the provider's.
          guarded.touch()
        }
        if !reader.isDone {
          let text = try reader.finish()
          if !text.isEmpty { try await onText(text) }
        }
        return try reader.result(model: model)
      } catch let error as GenerationError {
        throw error.withText(error.hasText || reader.hasText)
      }
    } onCancel: {
      stream.cancel()
    }
  }

  /// The next bytes; nil at the end, or where what follows the end of the text does not come.
  private func next(_ stream: OutboundStream, _ guarded: StreamGuard, _ reader: inout CompletionReader) async throws -> [UInt8]? {
    do throws(OutboundError) {
      return try await stream.next()
    } catch {
      if Task.isCancelled { throw Self.failure(.cancelled, hasText: reader.hasText) }
      if reader.isWhole { return nil }
      switch guarded.expiry {
      case .silent: throw Self.slow(hasText: reader.hasText)
      case .total: throw Self.totalError
      case nil: throw Self.failure(error, hasText: reader.hasText)
      }
    }
  }

  private func errorBody(_ stream: OutboundStream) async -> [UInt8] {
    var body: [UInt8] = []
    let guarded = StreamGuard(firstAt: .now() + .seconds(10), idleMax: .seconds(10), totalAt: .now() + .seconds(20)) { stream.cancel() }
    watch.begin(guarded)
    defer { guarded.end() }
    return await withTaskCancellationHandler {
      while body.count < Self.errorBytesMax, let bytes = try? await stream.next() { body.append(contentsOf: bytes) }
      return body
    } onCancel: {
      stream.cancel()
    }
  }

  /// How to ask a provider that does not take a request as it is; nil if that is not why.
  static func dialect(after dialect: CompletionRequest.Dialect, status: Int, body: [UInt8]) -> CompletionRequest.Dialect? {
    guard status == 400 || status == 422 else { return nil }
    let text = String(decoding: body.prefix(4_096), as: UTF8.self)
    var other = dialect
    if text.contains("max_completion_tokens"), dialect.tokensName == "max_tokens" {
      other.tokensName = "max_completion_tokens"
    } else if dialect.asksForUsage, ["stream_options", "include_usage", "xtra", "nknown", "nrecognized"].contains(where: text.contains) {
      other.asksForUsage = false
    }
    return other == dialect ? nil : other
  }

  // MARK: Errors

  private func refusal(_ stream: OutboundStream, _ body: [UInt8]) -> GenerationError {
    let status = stream.status
    let said = CompletionChunk(body)?.errorMessage ?? String(decoding: body.prefix(1_000), as: UTF8.self)
    // A provider may repeat what it was sent.
    let message = PlainText.line(key.isEmpty ? said : said.replacing(key, with: "******"), charactersMax: 300)
    let detail = "status \(status): \(message)"
    switch status {
    case 401, 403:
      // What they say here may hold the beginning and the end of a key.
      return GenerationError(.keyRefused, "AI 服务拒绝了访问密钥，请联系管理员检查 WEFT_AI_API_KEY", detail: "status \(status)")
    case 404:
      return GenerationError(
        .requestRefused, "AI 服务没有这个接口或模型，请联系管理员检查 WEFT_AI_BASE_URL 和 WEFT_AI_MODEL", detail: detail)
    case 408, 409, 425, 429, 500...599: return busy(stream, status, detail)
    case 300..<400:
      return GenerationError(.notUnderstood, "AI 服务返回了重定向，系统不会跟随，请联系管理员检查 WEFT_AI_BASE_URL", detail: "status \(status)")
    case 402: return GenerationError(.requestRefused, "AI 服务的账户余额不足，请联系管理员", detail: detail)
    case 200..<300: return GenerationError(.notUnderstood, CompletionReader.notUnderstoodReason, detail: "status \(status)")
    default: return GenerationError(.requestRefused, "AI 服务拒绝了这次请求：\(message)", detail: detail)
    }
  }

  private func busy(_ stream: OutboundStream, _ status: Int, _ detail: String) -> GenerationError {
    let milliseconds = stream.header("retry-after-ms").flatMap { Int64($0) }.map { Duration.milliseconds(max(0, min($0, 1_000_000_000))) }
    let after = milliseconds ?? stream.header("retry-after").flatMap { RetryAfter.parse($0, now: time.wallMicroseconds) }
    let isBusy = status == 429 || status == 503
    if let after, after > Self.retryAfterMax {
      let cause = status == 429 ? "AI 服务的调用额度已用完" : "AI 服务暂停服务"
      return GenerationError(
        isBusy ? .busy : .providerFailed, "\(cause)，约\((after.secondsRoundedUp + 59) / 60)分钟后恢复，请届时重试", detail: detail,
        retryAfter: after)
    }
    if isBusy, let after {
      let until = MonotonicInstant.now() + min(after, Self.pauseMax)
      pausedUntil.withLock { $0 = max($0, until) }
    }
    return GenerationError(
      isBusy ? .busy : .providerFailed, isBusy ? "AI 服务繁忙，请稍后重试" : CompletionReader.failedReason, detail: detail, isRetriable: true,
      retryAfter: after)
  }

  private static func slow(hasText: Bool) -> GenerationError {
    GenerationError(
      .tooSlow, hasText ? "AI 服务长时间没有继续输出，已生成的部分予以保留，请重试" : "AI 服务长时间没有响应，请稍后重试", hasText: hasText, isRetriable: true)
  }

  private static let totalError = GenerationError(.timeLimit, "生成用时超过上限，请调小 max_tokens 或拆分写作要求后重试")

  private static func failure(_ error: OutboundError, hasText: Bool) -> GenerationError {
    switch error {
    case .cancelled: GenerationError(.cancelled, "生成已取消", hasText: hasText)
    case .timeout: slow(hasText: hasText)
    case .insecure:
      GenerationError(.unreachable, "无法与 AI 服务建立安全连接，请联系管理员检查其证书", detail: "\(error)", hasText: hasText)
    case .unreachable, .overloaded, .closed:
      GenerationError(.unreachable, "无法连接 AI 服务，请稍后重试", detail: "\(error)", hasText: hasText, isRetriable: true)
    case .interrupted: CompletionReader.interrupted("\(error)").withText(hasText)
    default: GenerationError(.notUnderstood, CompletionReader.notUnderstoodReason, detail: "\(error)", hasText: hasText)
    }
  }
}
