import Protobuf

/// When the rows of a list were made: a range that every statement has, so that the usual order's index serves it too.
struct ListWindow: Equatable, Sendable {
  /// Rows of this time or later, in microseconds since 1970.
  var after = Int64.min
  /// Rows before this time.
  var before = Int64.max

  /// - Parameters: Nil: without that bound.
  init(after: GoogleProtobuf.Timestamp? = nil, before: GoogleProtobuf.Timestamp? = nil) {
    if let after { self.after = after.microseconds }
    if let before { self.before = before.microseconds }
  }

  var isOpen: Bool { self == ListWindow() }
}
