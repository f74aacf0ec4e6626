import Glibc
import LanguageModel
import Logging
import Outbound
import Platform
import Protobuf
import Synchronization
import Testing

@Suite struct ChatCompletionsTests {
  static let key = "sk-secret-0123456789"
  static let messages = [ChatMessage(.system, "规则"), ChatMessage(.user, "写\n\"引号\"")]

  /// What came of one generation.
  struct Outcome {
    var pieces: [String]
    var result: GenerationResult?
    var error: GenerationError?
    var text: String { pieces.joined() }
  }

  /// A provider that serves so, and a client for it.
  static func with(
    limits: ChatCompletions.Limits = .init(), path: String = "/v1",
    _ serve: @escaping @Sendable (ModelServer.Request, Int, ModelServer.Connection) -> Void,
    _ body: (ChatCompletions, ModelServer) async throws -> Void
  ) async throws {
    let server = ModelServer(serve)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let client = OutboundClient(options: ChatCompletions.outboundOptions(inFlight: 8), logger: logger)
    do {
      let time = ManualTime(wallMicroseconds: 1_700_000_000_000_000)
      let model = try ChatCompletions(
        baseURL: "http://127.0.0.1:\(server.port)\(path)", key: key, model: "stub", client: client, limits: limits, time: time,
        logger: logger)
      try await body(model, server)
    } catch {
      server.stop()
      await client.close(grace: .zero)
      throw error
    }
    server.stop()
    await client.close(grace: .zero)
  }

  static func outcome(
    _ model: ChatCompletions, config: GenerationConfig = .init(), onText: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws -> Outcome {
    let pieces = Mutex<[String]>([])
    do {
      let result = try await model.complete(messages, config: config) { piece in
        pieces.withLock { $0.append(piece) }
        onText(piece)
      }
      return Outcome(pieces: pieces.withLock { $0 }, result: result)
    } catch let error as GenerationError {
      // Neither text ever holds the key.
      #expect(!"\(error) \(error.reason)".contains(key))
      #expect(!error.reason.isEmpty)
      return Outcome(pieces: pieces.withLock { $0 }, error: error)
    }
  }

  /// One generation against a provider that answers so.
  static func outcome(
    limits: ChatCompletions.Limits = .init(), _ serve: @escaping @Sendable (ModelServer.Connection) -> Void
  ) async throws -> Outcome {
    let found = Mutex<Outcome?>(nil)
    let whole: @Sendable (ModelServer.Request, Int, ModelServer.Connection) -> Void = { _, _, connection in serve(connection) }
    try await with(limits: limits, whole) { model, _ in
      let outcome = try await Self.outcome(model)
      found.withLock { $0 = outcome }
    }
    return try #require(found.withLock { $0 })
  }

  // MARK: What goes well

  @Test func textComesWhileItIsWritten() async throws {
    let isRead = Flag()
    let serve: @Sendable (ModelServer.Request, Int, ModelServer.Connection) -> Void = { _, _, connection in
      connection.stream(": hello\n\n" + chunk("# 应急"))
      // The rest is written when the beginning has been read.
      while !isRead.isSet { usleep(1_000) }
      connection.write(chunk("响应") + ending("stop") + usageChunk + doneChunk)
    }
    try await Self.with(serve) { model, server in
      var config = GenerationConfig()
      config.temperature = 0.7
      config.maxTokens = 2_000
      config.presencePenalty = -1.5
      config.stop = ["终"]
      let outcome = try await Self.outcome(model, config: config) { _ in isRead.set() }
      #expect(outcome.text == "# 应急响应")
      #expect(outcome.pieces.count == 2)
      #expect(outcome.result == GenerationResult(finish: .whole, model: "stub-1", usage: TokenUsage(prompt: 11, completion: 7, total: 18)))
      let request = try #require(server.requests.first)
      #expect(request.line == "POST /v1/chat/completions HTTP/1.1")
      #expect(request.headers.contains { $0.lowercased() == "authorization: bearer \(Self.key)" })
      #expect(
        request.body
          == #"{"model":"stub","messages":[{"role":"system","content":"规则"},{"role":"user","content":"写\n\"引号\""}],"stream":true,"#
          + #""stream_options":{"include_usage":true},"temperature":0.7,"presence_penalty":-1.5,"max_tokens":2000,"stop":["终"]}"#)
    }
  }

  @Test func everyByteMayComeAlone() async throws {
    let outcome = try await Self.outcome { connection in
      connection.stream("")
      for byte in (chunk("环境😀") + ending("stop")).replacing("\n", with: "\r\n").utf8 { connection.write([byte]) }
    }
    #expect(outcome.text == "环境😀" && outcome.result?.finish == .whole)
  }

  @Test func plainJSONInPlaceOfAStreamIsTaken() async throws {
    let outcome = try await Self.outcome { connection in
      connection.answer(
        "200 OK", "application/json",
        #"{"model":"m","choices":[{"message":{"role":"assistant","content":"全文"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"#
          + #""completion_tokens":2}}"#)
    }
    #expect(outcome.pieces == ["全文"])
    #expect(outcome.result == GenerationResult(finish: .whole, model: "m", usage: TokenUsage(prompt: 1, completion: 2, total: 3)))
  }

  @Test func aStreamWithoutItsLastMarkIsWholeIfItSaysWhyItEnded() async throws {
    let outcome = try await Self.outcome { $0.stream(chunk("文") + ending("stop")) }
    #expect(outcome.text == "文" && outcome.result != nil)
  }

  @Test func whatFollowsTheEndIsNotWaitedFor() async throws {
    let outcome = try await Self.outcome { connection in
      connection.stream(chunk("文") + ending("stop") + doneChunk + chunk("more"))
      connection.waitForEnd()
    }
    #expect(outcome.text == "文" && outcome.result != nil)
  }

  @Test func aTextCutOffAtItsLimitSaysSo() async throws {
    let outcome = try await Self.outcome { $0.stream(chunk("半") + ending("length") + doneChunk) }
    #expect(outcome.result?.finish == .length && outcome.text == "半")
  }

  @Test func controlCharactersDoNotGetIntoADocument() async throws {
    let outcome = try await Self.outcome { $0.stream(chunk(#"一\u0000\u001b[2J\r\n二\t\u202e"#) + ending("stop") + doneChunk) }
    #expect(outcome.text == "一[2J\n二\t")
  }

  // MARK: Providers that want it otherwise

  @Test func aProviderThatTakesNoStreamOptionsIsAskedWithout() async throws {
    let serve: @Sendable (ModelServer.Request, Int, ModelServer.Connection) -> Void = { request, _, connection in
      if request.body.contains("stream_options") {
        return connection.answer("400 Bad Request", "application/json", #"{"error":{"message":"Unknown parameter: stream_options"}}"#)
      }
      connection.stream(chunk("文") + ending("stop") + doneChunk)
    }
    try await Self.with(serve) { model, server in
      for _ in 0..<2 {
        let outcome = try await Self.outcome(model)
        #expect(outcome.text == "文")
      }
      // It was told once and has learnt it.
      #expect(server.requests.count == 3)
    }
  }

  @Test func nothingIsLearntOfARefusalForSomethingElse() async throws {
    let serve: @Sendable (ModelServer.Request, Int, ModelServer.Connection) -> Void = { _, number, connection in
      if number <= 2 { return connection.answer("400 Bad Request", "application/json", #"{"error":{"message":"Unknown model"}}"#) }
      connection.stream(chunk("文") + ending("stop") + doneChunk)
    }
    try await Self.with(serve) { model, server in
      let refused = try await Self.outcome(model)
      let written = try await Self.outcome(model)
      #expect(refused.error?.kind == .requestRefused && written.text == "文")
      #expect(server.requests.map { $0.body.contains("stream_options") } == [true, false, true])
    }
  }

  @Test func theOtherNameOfMaxTokensIsLearnt() async throws {
    let serve: @Sendable (ModelServer.Request, Int, ModelServer.Connection) -> Void = { request, _, connection in
      if request.body.contains("\"max_tokens\"") {
        return connection.answer(
          "400 Bad Request", "application/json", #"{"error":{"message":"Unsupported parameter. Use 'max_completion_tokens' instead."}}"#)
      }
      connection.stream(chunk("文") + ending("stop") + doneChunk)
    }
    try await Self.with(serve) { model, server in
      var config = GenerationConfig()
      config.maxTokens = 5
      let outcome = try await Self.outcome(model, config: config)
      #expect(outcome.text == "文" && server.requests.count == 2)
      #expect(server.requests.last?.body.contains(#""max_completion_tokens":5"#) == true)
    }
  }

  // MARK: Refusals

  struct Refusal: Sendable {
    var status: String
    var headers = ""
    var body = ""
    var kind: GenerationError.Kind
    var isRetriable = false
    var after: Duration?
  }

  @Test(arguments: [
    Refusal(status: "429 Too Many", headers: "Retry-After: 7\r\n", kind: .busy, isRetriable: true, after: .seconds(7)),
    Refusal(
      status: "429 Too Many", headers: "Retry-After: Tue, 14 Nov 2023 22:14:20 GMT\r\n", kind: .busy, isRetriable: true, after: .seconds(60)
    ),
    Refusal(status: "429 Too Many", headers: "retry-after-ms: 1500\r\n", kind: .busy, isRetriable: true, after: .milliseconds(1_500)),
    Refusal(status: "429 Too Many", headers: "Retry-After: soon\r\n", kind: .busy, isRetriable: true),
    Refusal(status: "429 Too Many", headers: "Retry-After: 86400\r\n", kind: .busy, after: .seconds(86_400)),
    Refusal(status: "503 Down", kind: .busy, isRetriable: true),
    Refusal(status: "500 Oops", body: "<html>oops</html>", kind: .providerFailed, isRetriable: true),
    Refusal(status: "502 Bad", kind: .providerFailed, isRetriable: true),
    Refusal(status: "401 No", body: #"{"error":{"message":"Incorrect API key: sk-secret-0123456789"}}"#, kind: .keyRefused),
    Refusal(status: "403 No", kind: .keyRefused),
    Refusal(status: "404 No", kind: .requestRefused),
    Refusal(status: "400 Bad", body: #"{"error":{"message":"sk-secret-0123456789 context too long"}}"#, kind: .requestRefused),
    Refusal(status: "302 Found", headers: "Location: http://127.0.0.1:1/\r\n", kind: .notUnderstood),
    Refusal(status: "204 None", kind: .notUnderstood),
  ])
  func aRefusalIsSaid(refusal: Refusal) async throws {
    let serve: @Sendable (ModelServer.Request, Int, ModelServer.Connection) -> Void = { _, _, connection in
      connection.answer(refusal.status, "application/json", headers: refusal.headers, refusal.body)
    }
    try await Self.with(serve) { model, server in
      let error = try #require(try await Self.outcome(model).error)
      #expect(error.kind == refusal.kind && error.isRetriable == refusal.isRetriable && !error.hasText)
      #expect(error.retryAfter == refusal.after)
      #expect(server.requests.count == 1)
    }
  }

  @Test(
    arguments: [
      ("429 Too Many Requests", "5", 5), ("503 Service Unavailable", "300", 10), ("429 Too Many Requests", "0", nil),
      ("429 Too Many Requests", "3600", nil), ("500 Internal Server Error", "5", nil), ("429 Too Many Requests", nil, nil),
    ] as [(String, String?, Int?)])
  func aBusyProviderIsLeftAlone(status: String, after: String?, seconds: Int?) async throws {
    let head = after.map { "Retry-After: \($0)\r\n" } ?? ""
    let serve: @Sendable (ModelServer.Request, Int, ModelServer.Connection) -> Void = { _, _, connection in
      connection.answer(status, "application/json", headers: head, "{}")
    }
    try await Self.with(serve) { model, _ in
      #expect(model.pause == nil)
      _ = try await Self.outcome(model)
      let pause = model.pause
      #expect((pause == nil) == (seconds == nil))
      if let pause, let seconds { #expect(pause <= .seconds(seconds)) }
    }
  }

  @Test func whatTheProviderSaysIsPassedOnWithoutTheKey() async throws {
    let outcome = try await Self.outcome {
      $0.answer("400 Bad", "application/json", #"{"error":{"message":"key sk-secret-0123456789: prompt\nis too long"}}"#)
    }
    #expect(outcome.error?.reason == "AI 服务拒绝了这次请求：key ******: prompt is too long")
  }

  @Test func nobodyThereIsSaid() async throws {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let client = OutboundClient(logger: logger)
    // Where nobody listens (tcpmux).
    let model = try ChatCompletions(baseURL: "http://127.0.0.1:1", key: nil, model: "m", client: client, logger: logger)
    let outcome = try await Self.outcome(model)
    #expect(outcome.error?.kind == .unreachable && outcome.error?.isRetriable == true)
    await client.close(grace: .zero)
  }

  // MARK: Answers that go wrong

  struct Broken: Sendable {
    var body: String
    var kind: GenerationError.Kind
    var text = ""
    var isRetriable = false
  }

  @Test(arguments: [
    Broken(body: "<!DOCTYPE html><html>portal</html>", kind: .notUnderstood),
    Broken(body: "data: {\"choices\": nonsense}\n\n", kind: .notUnderstood),
    Broken(body: chunk("前") + "data: [1,2]\n\n", kind: .notUnderstood, text: "前"),
    Broken(body: "", kind: .empty, isRetriable: true),
    Broken(body: doneChunk, kind: .empty, isRetriable: true),
    Broken(body: ending("stop") + doneChunk, kind: .empty, isRetriable: true),
    Broken(body: ending("length") + doneChunk, kind: .empty),
    Broken(body: chunk("前") + chunk("后"), kind: .interrupted, text: "前后"),
    Broken(body: ": ping\n\n", kind: .interrupted, isRetriable: true),
    Broken(body: chunk("前") + "data: {\"choices\":[{\"delta\":{\"con", kind: .interrupted, text: "前"),
    Broken(body: ending("content_filter") + doneChunk, kind: .filtered),
    Broken(body: chunk("前") + ending("content_filter") + doneChunk, kind: .filtered, text: "前"),
    Broken(body: chunk("前") + #"data: {"error":{"message":"overloaded","code":529}}"# + "\n\n", kind: .providerFailed, text: "前"),
    Broken(body: "event: error\ndata: {\"type\":\"x\"}\n\n", kind: .providerFailed, isRetriable: true),
    Broken(body: #"data: {"choices":[{"delta":{"refusal":"I cannot"}}]}"# + "\n\n", kind: .filtered),
    Broken(body: #"{"error":{"message":"no"}}"#, kind: .providerFailed, isRetriable: true),
    Broken(body: #"{"choices":[{"message":{"content":"x"}"#, kind: .notUnderstood),
  ])
  func whatCameBeforeAFailureStays(broken: Broken) async throws {
    let outcome = try await Self.outcome { $0.stream(broken.body) }
    let error = try #require(outcome.error)
    #expect(error.kind == broken.kind && error.isRetriable == broken.isRetriable && error.hasText == !broken.text.isEmpty)
    #expect(outcome.text == broken.text)
  }

  @Test func aConnectionThatBreaksOffIsAnInterruption() async throws {
    let outcome = try await Self.outcome { connection in
      connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 100000\r\n\r\n" + chunk("前"))
    }
    #expect(outcome.error?.kind == .interrupted && outcome.text == "前" && outcome.error?.isRetriable == false)
    let nothing = try await Self.outcome { _ in }
    #expect(nothing.error?.kind == .interrupted && nothing.error?.isRetriable == true)
  }

  @Test func tooMuchIsBrokenOff() async throws {
    var limits = ChatCompletions.Limits()
    limits.lineBytesMax = 1_000
    limits.textBytesMax = 300
    let line = try await Self.outcome(limits: limits) { connection in
      connection.stream("data: ")
      for _ in 0..<100 { connection.write(String(repeating: "x", count: 1_000)) }
    }
    #expect(line.error?.kind == .tooLong)
    let text = try await Self.outcome(limits: limits) { connection in
      connection.stream("")
      for _ in 0..<100 { connection.write(chunk("123456789")) }
    }
    #expect(text.error?.kind == .tooLong && text.text.utf8.count <= 300)
    limits.jsonBytesMax = 2_000
    let object = try await Self.outcome(limits: limits) {
      $0.answer("200 OK", "application/json", "{" + String(repeating: " ", count: 3_000))
    }
    #expect(object.error?.kind == .tooLong)
    limits.answerBytesMax = 5_000
    let comments = try await Self.outcome(limits: limits) { connection in
      connection.stream("")
      for _ in 0..<1_000 { connection.write(": nothing to say\n") }
    }
    #expect(comments.error?.kind == .tooLong)
  }

  // MARK: Time

  @Test func aProviderThatNeverAnswersIsGivenUp() async throws {
    var limits = ChatCompletions.Limits()
    limits.firstMax = .milliseconds(300)
    let silent = try await Self.outcome(limits: limits) { $0.waitForEnd() }
    #expect(silent.error?.kind == .tooSlow && silent.error?.isRetriable == true)
    let headOnly = try await Self.outcome(limits: limits) { connection in
      connection.stream("")
      connection.waitForEnd()
    }
    #expect(headOnly.error?.kind == .tooSlow && headOnly.error?.isRetriable == true)
  }

  @Test func silenceInTheMiddleIsAFailureThatKeepsWhatCame() async throws {
    var limits = ChatCompletions.Limits()
    limits.idleMax = .milliseconds(300)
    let outcome = try await Self.outcome(limits: limits) { connection in
      connection.stream(chunk("前"))
      connection.waitForEnd()
    }
    #expect(outcome.error?.kind == .tooSlow && outcome.error?.isRetriable == false && outcome.text == "前")
  }

  @Test func silenceAfterTheEndOfTheTextIsNone() async throws {
    var limits = ChatCompletions.Limits()
    limits.idleMax = .milliseconds(300)
    let outcome = try await Self.outcome(limits: limits) { connection in
      connection.stream(chunk("文") + ending("stop"))
      connection.waitForEnd()
    }
    #expect(outcome.text == "文" && outcome.result?.finish == .whole)
  }

  @Test func anEndlessDripEnds() async throws {
    var limits = ChatCompletions.Limits()
    limits.totalMax = .milliseconds(400)
    let outcome = try await Self.outcome(limits: limits) { connection in
      connection.stream("")
      for _ in 0..<1_000 {
        connection.write(chunk("滴"))
        usleep(10_000)
      }
    }
    #expect(outcome.error?.kind == .timeLimit)
  }

  // MARK: Ends that are wanted

  @Test func aCancelledTaskLetsGoOfTheProvider() async throws {
    try await Self.with(
      { _, _, connection in
        connection.stream(chunk("前"))
        connection.waitForEnd()
      },
      { model, server in
        let came = Flag()
        let error = await withTaskGroup(of: GenerationError?.self) { group in
          group.addTask {
            do {
              _ = try await model.complete(Self.messages, config: .init()) { _ in came.set() }
              return nil
            } catch { return error as? GenerationError }
          }
          while !came.isSet { try? await Task.sleep(for: .milliseconds(5)) }
          group.cancelAll()
          return await group.next() ?? nil
        }
        #expect(error?.kind == .cancelled && error?.hasText == true)
        while server.openCount > 0 { try await Task.sleep(for: .milliseconds(5)) }
      })
  }

  final class Flag: Sendable {
    private let flag = Atomic<Bool>(false)
    var isSet: Bool { flag.load(ordering: .sequentiallyConsistent) }
    func set() { flag.store(true, ordering: .sequentiallyConsistent) }
  }

  struct Enough: Error {}

  @Test func aReaderThatThrowsLetsGoOfTheProvider() async throws {
    try await Self.with(
      { _, _, connection in
        connection.stream(chunk("前"))
        connection.waitForEnd()
      },
      { model, server in
        await #expect(throws: Enough.self) { try await model.complete(Self.messages, config: .init()) { _ in throw Enough() } }
        while server.openCount > 0 { try await Task.sleep(for: .milliseconds(5)) }
      })
  }

  // MARK: Settings

  @Test(arguments: [
    ("ftp://example.com", "k", "m"), ("example.com", "k", "m"), ("https://user:pw@example.com", "k", "m"),
    ("https://example.com/v1?x=1", "k", "m"), ("https://example.com/v1#x", "k", "m"), ("https://example.com", "two words", "m"),
    ("https://example.com", "line\nend", "m"), ("https://example.com", "k", ""),
  ])
  func settingsThatCannotBeUsedAreNamed(url: String, key: String, model: String) async throws {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let client = OutboundClient(logger: logger)
    let error = #expect(throws: ChatCompletions.Unusable.self) {
      try ChatCompletions(baseURL: url, key: key, model: model, client: client, logger: logger)
    }
    #expect(error?.description.hasPrefix("WEFT_AI_") == true && error?.description.contains(key) == false || key == "k")
    await client.close()
  }

  @Test func theBaseMayEndWithASlash() async throws {
    let serve: @Sendable (ModelServer.Request, Int, ModelServer.Connection) -> Void = { _, _, connection in
      connection.stream(chunk("文") + ending("stop") + doneChunk)
    }
    try await Self.with(path: "/openai/v1/", serve) { model, server in
      _ = try await Self.outcome(model)
      #expect(server.requests.first?.line == "POST /openai/v1/chat/completions HTTP/1.1")
      #expect(!model.isPlainText)
    }
  }
}
