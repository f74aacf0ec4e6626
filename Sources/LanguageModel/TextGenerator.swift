/// Something that writes text: a language model behind an API, or the built-in outline writer.
public protocol TextGenerator: Sendable {
  /// How long it wants to be left alone yet; nil if it takes briefs.
  var pause: Duration? { get }

  /// Writes what the brief asks for.
  ///
  /// - Parameter onText: Takes the text piece by piece, in order, none empty; the next is read when it has returned. What it throws
  ///   ends the writing and is thrown on.
  /// - Returns: How it ended, and what it cost.
  /// - Throws: `GenerationError`; `hasText` says whether pieces had come. When the task is cancelled, `.cancelled`.
  func generate(
    _ brief: WritingBrief, config: GenerationConfig, onText: @escaping @Sendable (String) async throws -> Void
  ) async throws -> GenerationResult
}

extension TextGenerator {
  public var pause: Duration? { nil }
}

/// What is known when all text has come.
public struct GenerationResult: Sendable, Equatable {
  public enum Finish: Sendable, Equatable {
    /// The text is whole.
    case whole
    /// It was cut off at `max_tokens`, or at the model's own limit.
    case length
  }

  public var finish: Finish
  /// The model that answered, by its own word; of the outline writer its name.
  public var model: String
  /// Nil where nobody said.
  public var usage: TokenUsage?

  public init(finish: Finish, model: String, usage: TokenUsage?) {
    self.finish = finish
    self.model = model
    self.usage = usage
  }
}

/// What a generation cost, in the model's tokens.
public struct TokenUsage: Sendable, Equatable {
  public var prompt: Int64
  public var completion: Int64
  public var total: Int64

  public init(prompt: Int64, completion: Int64, total: Int64) {
    self.prompt = prompt
    self.completion = completion
    self.total = total
  }
}
