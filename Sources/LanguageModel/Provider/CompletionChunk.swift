internal import Protobuf

/// What one JSON object of a provider says: a chunk of a stream, or a whole answer.
struct CompletionChunk: Equatable {
  /// Text of the first choice; empty for none.
  var text = ""
  /// Such as `stop`; nil while it goes on.
  var finishReason: String?
  var model: String?
  var usage: TokenUsage?
  /// The provider reports an error in the place of an answer: its message.
  var errorMessage: String?
  var errorCode: String?
  /// The model refuses to write that.
  var refusal: String?

  /// Nil if it is no object of JSON.
  init?(_ json: [UInt8]) {
    guard let object = try? GoogleProtobuf.Struct(jsonUTF8Bytes: json) else { return nil }
    if let error = object["error"], error != nil as GoogleProtobuf.Value {
      errorMessage = error.text ?? error.object?["message"]?.text ?? "error"
      errorCode = error.object?["code"].flatMap { $0.text ?? $0.integer.map { "\($0)" } } ?? error.object?["type"]?.text
    }
    model = object["model"]?.text
    usage = object["usage"]?.object.flatMap(Self.usage)
    guard let choice = object["choices"]?.list?.first?.object, (choice["index"]?.integer ?? 0) == 0 else { return }
    finishReason = choice["finish_reason"]?.text
    guard let message = choice["delta"]?.object ?? choice["message"]?.object else {
      text = choice["text"]?.text ?? ""
      return
    }
    text = message["content"].map(Self.content) ?? ""
    refusal = message["refusal"]?.text
  }

  /// A text, or a list of parts some of which are text.
  private static func content(_ value: GoogleProtobuf.Value) -> String {
    value.text ?? (value.list ?? []).compactMap { $0.text ?? $0.object?["text"]?.text }.joined()
  }

  private static func usage(_ object: GoogleProtobuf.Struct) -> TokenUsage? {
    let prompt = object["prompt_tokens"]?.integer
    let completion = object["completion_tokens"]?.integer
    guard prompt != nil || completion != nil else { return nil }
    let sum = (prompt ?? 0) + (completion ?? 0)
    return TokenUsage(
      prompt: max(0, prompt ?? 0), completion: max(0, completion ?? 0), total: max(0, object["total_tokens"]?.integer ?? sum))
  }
}
