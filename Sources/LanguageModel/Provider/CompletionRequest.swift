internal import Platform

/// The JSON of `POST {base}/chat/completions`.
struct CompletionRequest {
  /// What providers of this API differ in.
  struct Dialect: Sendable, Equatable {
    /// Whether `stream_options` is sent, which brings the usage.
    var asksForUsage = true
    /// Newer models take `max_completion_tokens` in its place.
    var tokensName = "max_tokens"
  }

  var model: String
  var messages: [ChatMessage]
  var config: GenerationConfig
  var dialect: Dialect

  var json: [UInt8] {
    var json: [UInt8] = Array(#"{"model":"#.utf8)
    JSONString.append(model, to: &json)
    json.append(contentsOf: #","messages":["#.utf8)
    for (index, message) in messages.enumerated() {
      if index > 0 { json.append(UInt8(ascii: ",")) }
      json.append(contentsOf: #"{"role":"\#(message.role.rawValue)","content":"#.utf8)
      JSONString.append(message.content, to: &json)
      json.append(UInt8(ascii: "}"))
    }
    json.append(contentsOf: #"],"stream":true"#.utf8)
    if dialect.asksForUsage { json.append(contentsOf: #","stream_options":{"include_usage":true}"#.utf8) }
    let numbers = [
      ("temperature", config.temperature), ("top_p", config.topP), ("frequency_penalty", config.frequencyPenalty),
      ("presence_penalty", config.presencePenalty), (dialect.tokensName, config.maxTokens.map { Double($0) }),
    ]
    for case (let name, let number?) in numbers { json.append(contentsOf: ",\"\(name)\":\(Self.text(number))".utf8) }
    if !config.stop.isEmpty {
      json.append(contentsOf: #","stop":["#.utf8)
      for (index, stop) in config.stop.enumerated() {
        if index > 0 { json.append(UInt8(ascii: ",")) }
        JSONString.append(stop, to: &json)
      }
      json.append(UInt8(ascii: "]"))
    }
    json.append(UInt8(ascii: "}"))
    return json
  }

  /// Whole numbers without a fraction: some providers take `2000.0` for no count.
  private static func text(_ number: Double) -> String {
    number == number.rounded() && number.magnitude < 1e9 ? "\(Int64(number))" : "\(number)"
  }
}
