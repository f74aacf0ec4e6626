/// How an RPC is reached as JSON over HTTP: one rule of `google.api.http`, or one of its `additional_bindings`.
public struct HTTPBinding: Sendable, Equatable {
  /// Where the body of the request goes. Fields bound by neither path nor body come from the query.
  public enum Body: Sendable, Equatable {
    /// No body is read.
    case none
    /// `*`: the body is the request message, less what the path binds.
    case all
    /// The body is this field of the request message.
    case field(String)
  }

  /// GET, PUT, POST, DELETE, PATCH, or what a custom pattern says (`*`: any).
  public let method: String
  public let template: PathTemplate
  public let body: Body
  /// The field of the reply that is the body of the answer; nil: the whole reply.
  public let responseBody: String?

  public init(method: String, template: PathTemplate, body: Body, responseBody: String? = nil) {
    self.method = method
    self.template = template
    self.body = body
    self.responseBody = responseBody
  }
}
