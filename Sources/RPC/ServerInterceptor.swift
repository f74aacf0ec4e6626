/// Code of an application's own around its handlers. The built-in checks come first, in one synchronous function; interceptors only exist when added.
public protocol ServerInterceptor: Sendable {
  /// Runs `next` once, or throws the answer instead. The request is decoded and valid by then; the reply has not been sent when `next` of a unary call
  /// returns.
  func intercept(_ call: ServerCall, _ next: @Sendable (ServerCall) async throws -> Void) async throws
}
