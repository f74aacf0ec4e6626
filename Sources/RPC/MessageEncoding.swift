import HTTP

/// How the messages of one direction of a call are packed: the value of `grpc-encoding`.
enum MessageEncoding: Sendable {
  case identity, gzip

  /// What we can unpack, for `grpc-accept-encoding`.
  static let accepted = "identity, gzip"

  /// Nil for an encoding we do not know.
  init?(_ value: UnsafeRawBufferPointer) {
    if value.equals("identity") {
      self = .identity
    } else if value.equals("gzip") {
      self = .gzip
    } else {
      return nil
    }
  }

  /// Whether a list such as `identity,deflate,gzip` names gzip.
  static func listHoldsGzip(_ list: String) -> Bool {
    list.split(separator: ",").contains { $0.drop { $0 == " " }.prefix { $0 != " " && $0 != ";" } == "gzip" }
  }
}

/// Which replies of a call are sent compressed.
public enum ReplyCompression: Sendable {
  /// Those worth it, where the client sends its own requests compressed.
  case asRequested
  /// All, where the client can unpack them.
  case always
  case never
}
