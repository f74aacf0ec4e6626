public import Protobuf

/// The answer to a call that did not succeed: a code, a text that the caller may read, and details that programs read.
public struct RPCError: Error, Sendable, Equatable {
  public var code: StatusCode
  /// For people: the documented text where there is one.
  public var message: String
  /// The stable name of the case, such as `INVALID_CREDENTIALS` (`google.rpc.ErrorInfo.reason`).
  public var reason: String?
  /// Whose reason that is, such as `csa` (`google.rpc.ErrorInfo.domain`).
  public var domain: String?
  /// What else programs are told of the case (`google.rpc.ErrorInfo.metadata`); travels only beside a `reason`.
  public var info: [String: String]
  /// When to try again (`google.rpc.RetryInfo`).
  public var retryAfter: Duration?
  /// The rules that the request breaks (`google.rpc.BadRequest`).
  public var violations: [FieldViolation]
  /// Details of other types, as they travel.
  public var otherDetails: [GoogleProtobuf.`Any`]
  /// Trailing metadata.
  public var metadata: Metadata

  public init(
    _ code: StatusCode, _ message: String, reason: String? = nil, domain: String? = nil, info: [String: String] = [:],
    retryAfter: Duration? = nil, violations: [FieldViolation] = [], otherDetails: [GoogleProtobuf.`Any`] = [],
    metadata: Metadata = Metadata()
  ) {
    self.code = code
    self.message = message
    self.reason = reason
    self.domain = domain
    self.info = info
    self.retryAfter = retryAfter
    self.violations = violations
    self.otherDetails = otherDetails
    self.metadata = metadata
  }
}

/// An application's own error that knows which answer it is. Whatever else a handler throws is answered as a bare INTERNAL.
public protocol RPCErrorConvertible: Error {
  var rpcError: RPCError { get }
}

extension RPCError: RPCErrorConvertible {
  public var rpcError: RPCError { self }
}

extension RPCError: CustomStringConvertible {
  public var description: String {
    reason.map { "\(code) \($0): \(message)" } ?? "\(code): \(message)"
  }
}
