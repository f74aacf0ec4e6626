/// The requests of a call with many, and its one reply: a task sends, another waits for the reply, both on the loop of the call's context.
///
/// Dropping it cancels the call.
public protocol RPCRequestStream: AnyObject, Sendable {
  /// Sends one encoded request; suspends while more than a bounded amount (256 KiB in this process) waits to be read. By one task at a time.
  ///
  /// - Throws: The call's status, or FAILED_PRECONDITION where it ended well: nobody reads any more.
  func send(_ request: [UInt8]) async throws(RPCError)

  /// Says that there are no more requests.
  func finish()

  /// Breaks the call off: its handler sees an error where it waits for a request, never an end, and `reply()` throws `error`. Does nothing once the
  /// call has ended.
  func abandon(_ error: RPCError)

  /// Waits for the call's end, which may come before all requests were sent. To be called once; the cancellation of its task is the call's.
  func reply() async throws(RPCError) -> RPCReply
}
