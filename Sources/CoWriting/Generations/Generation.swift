/// A row of `cw_generations`: a text that is, was or is to be written for a document.
struct Generation: Equatable, Sendable {
  /// 0 before it is inserted.
  var id: Int64 = 0
  var userID: Int64
  var documentID: Int64
  var status: JobStatus = .processing
  /// What was asked for; made of the template where there is one.
  var prompt: String
  var context: String?
  var section: String?
  var templateID: Int64?
  /// A JSON object: what is passed on to the model.
  var config: String
  /// Counts how often the text was begun; a text that was begun anew has nothing of the one before.
  var attempt: Int64 = 0
  var model: String?
  var promptTokens: Int64?
  var completionTokens: Int64?
  var finishReason: String?
  var errorMessage: String?
  var appliedVersion: Int64?
  /// Microseconds since 1970.
  var createdAt: Int64
  var startedAt: Int64?
  var completedAt: Int64?
  /// The whole text once it has ended; what is written so far lies in `cw_generation_pieces`.
  var text = ""

  /// Seconds from the first attempt's beginning to the end.
  var processingTime: Double? {
    guard let startedAt, let completedAt else { return nil }
    return Double(max(0, completedAt - startedAt)) / 1_000_000
  }
}

/// How a piece of work stands that is asked for and done later.
enum JobStatus: String, Sendable {
  case processing, completed, failed, cancelled
}
