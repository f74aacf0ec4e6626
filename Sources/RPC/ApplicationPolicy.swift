public import Protobuf

/// What an application decides about a call before its handler sees it. One policy for each application that a server serves.
///
/// All of it but `catchUp` is synchronous and does no I/O: it runs on the loop, for every call.
public protocol ApplicationPolicy: Sendable {
  /// The application's name in `weft.v1.service.application`, such as "csa".
  var application: String { get }

  /// Whether what the policy knows of tokens is what everybody knows. A look at memory, for every call; usually true.
  var isCurrent: Bool { get }

  /// Learns what others have changed, such as another process on the same database; awaited before a call is judged, if `isCurrent` is not.
  ///
  /// - Throws: The answer to the call where it cannot be learned: nobody is let in on old knowledge.
  func catchUp(deadline: Deadline?) async throws(RPCError)

  /// Whose token that is. Called for RPCs with access `user` or `admin`.
  ///
  /// - Parameter bearerToken: What follows `Bearer ` in the metadata `authorization`; nil if there is none.
  /// - Throws: UNAUTHENTICATED for no, an unknown, an outdated or a revoked token; PERMISSION_DENIED for a disabled account.
  func authenticate(bearerToken: String?) throws(RPCError) -> Caller

  /// Whether `caller` may call `method`, by role.
  ///
  /// - Throws: PERMISSION_DENIED.
  func authorize(_ caller: Caller, _ method: MethodDescriptor) throws(RPCError)

  /// Whether there is room for one more call of this class (`method.rateLimit`) from this caller or address.
  ///
  /// - Throws: RESOURCE_EXHAUSTED with a time to retry after.
  func admit(_ call: ServerCall) throws(RPCError)

  /// The answer to a call that `authenticate` or `authorize` refuses with `error`: that, unless whoever is refused has also come too often.
  func refuse(_ call: ServerCall, _ error: RPCError) -> RPCError

  /// The application's answer to a request that breaks these rules of the proto; never empty.
  func invalidArgument(_ violations: [FieldViolation]) -> RPCError
}

/// A policy that knows everything itself, and counts only those it lets in.
extension ApplicationPolicy {
  public var isCurrent: Bool { true }
  public func catchUp(deadline: Deadline?) async throws(RPCError) {}
  public func refuse(_ call: ServerCall, _ error: RPCError) -> RPCError { error }
}
