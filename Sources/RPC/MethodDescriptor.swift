public import Protobuf

/// Everything that the proto says about one RPC: its types, who may call it, its routes, its limits.
///
/// Generated code makes one for each RPC and keeps it; server, client and gateway read it.
public final class MethodDescriptor: Sendable {
  /// Who may call (`weft.v1.method.access`).
  public enum Access: Sendable {
    /// Anybody.
    case `public`
    /// Whoever bears a valid token of the application.
    case user
    /// Whoever bears a valid token of the application with the role `admin`.
    case admin
  }

  /// The path on the wire: `/csa.v1.TicketService/CreateTicket`.
  public let path: String
  /// The service that the RPC belongs to.
  public let service: ServiceSchema
  /// Name, message types, kind of call.
  public let schema: MethodSchema
  public let access: Access
  /// The application whose tokens, error style and rules hold: "csa"; empty for infrastructure, which knows no tokens.
  public let application: String
  /// Its REST routes, the main one first; empty for an RPC that has none.
  public let bindings: [HTTPBinding]
  /// Status of a successful REST answer.
  public let successStatus: Int
  /// Ceiling of the request in bytes, as the proto says; 0: the default of the face it comes through.
  public let bodyMax: Int
  /// Rate-limit class; empty: the application's default.
  public let rateLimit: String
  /// The `message` of the envelope around a successful REST answer; empty: none.
  public let envelopeMessage: String
  /// The REST route also takes `application/x-www-form-urlencoded`.
  public let acceptsForm: Bool
  /// Over REST a key of the body that names no field is refused.
  public let refusesUnknown: Bool
  /// Only somebody who signed in may call: a key that acts for its owner may not.
  public let managesCredentials: Bool
  /// What is read of a request beyond `bodyMax`, where the proto documents it word for word; nil: the limit and the size are named.
  public let tooLargeText: String?
  /// A browser navigates to the REST route, so no script of another origin may read the answer.
  public let isPage: Bool

  /// Reads the options of method number `index` of `service`.
  ///
  /// - Precondition: The options are sound: access is said where the service has an application, and every path template parses. The generator refuses
  ///   files of which that is not true.
  public init(_ service: ServiceSchema, method index: Int) {
    let schema = service.methods[index]
    let rule = schema.options.unknownFields.message(50501, as: WeftV1.MethodRule.self) ?? WeftV1.MethodRule()
    self.service = service
    self.schema = schema
    path = "/" + schema.fullName
    application = service.options.unknownFields.message(50501, as: WeftV1.ServiceRule.self)?.application ?? ""
    access =
      switch rule.access {
      case .user: .user
      case .admin: .admin
      default: .public
      }
    precondition(
      application.isEmpty || rule.access != .unspecified, "\(schema.fullName) does not say who may call it")
    let http = schema.options.unknownFields.message(72_295_728, as: GoogleAPI.HttpRule.self)
    bindings = http.map { HTTPBinding.all(of: $0, method: schema.fullName) } ?? []
    successStatus = rule.successStatus == 0 ? 200 : Int(rule.successStatus)
    bodyMax = Int(clamping: rule.bodyMax)
    rateLimit = rule.rateLimit
    envelopeMessage = rule.envelopeMessage
    acceptsForm = rule.form
    refusesUnknown = rule.refusesUnknown
    managesCredentials = rule.credentials
    isPage = rule.page
    tooLargeText = rule.errors.first { $0.status == 413 && !$0.detail.isEmpty }?.detail
  }
}

extension MethodDescriptor {
  /// Its requests are the pieces of a file, over REST a multipart form. `bodyMax` then bounds the whole, not each request.
  public var takesFile: Bool { schema.clientStreaming && schema.input.fields.contains { $0.filePart != nil } }

  /// Every RPC of the services of `files`, in their order: of an API module's generated list, for whoever has no services to ask.
  public static func all(in files: [FileDescriptor]) -> [MethodDescriptor] {
    files.flatMap(\.services).flatMap { service in service.methods.indices.map { MethodDescriptor(service, method: $0) } }
  }
}

extension HTTPBinding {
  /// The rule's own binding, then its additional ones.
  fileprivate static func all(of rule: GoogleAPI.HttpRule, method: String) -> [HTTPBinding] {
    ([rule] + rule.additionalBindings).map { rule in
      let (verb, path): (String, String) =
        switch rule.pattern {
        case .get(let path): ("GET", path)
        case .put(let path): ("PUT", path)
        case .post(let path): ("POST", path)
        case .delete(let path): ("DELETE", path)
        case .patch(let path): ("PATCH", path)
        case .custom(let custom): (custom.kind, custom.path)
        case nil: preconditionFailure("a route of \(method) has no path")
        }
      do throws(PathTemplateError) {
        return HTTPBinding(
          method: verb, template: try PathTemplate(path),
          body: rule.body.isEmpty ? .none : rule.body == "*" ? .all : .field(rule.body),
          responseBody: rule.responseBody.isEmpty ? nil : rule.responseBody)
      } catch {
        preconditionFailure("a route of \(method): \(error)")
      }
    }
  }
}
