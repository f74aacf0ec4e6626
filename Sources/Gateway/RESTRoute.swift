import Protobuf
import RPC

/// A binding of the proto files that the gateway cannot serve: a mistake of ours, found at start.
public struct RouteError: Error, Equatable, CustomStringConvertible {
  /// The RPC, such as `csa.v1.TicketService/GetTicket`.
  public let method: String
  /// What is wrong with its route.
  public let reason: String

  public var description: String { "the route of \(method): \(reason)" }
}

/// One REST binding of an RPC with everything looked up that a request needs.
final class RESTRoute: Sendable {
  /// Where the body goes.
  enum Body: Sendable {
    case none
    case whole
    /// Into this field, a message.
    case field(FieldSchema)
  }

  /// What goes over the wire, beside JSON.
  enum Kind: Sendable {
    /// One request, one reply.
    case unary
    /// A multipart form comes in and is a stream of requests.
    case upload(Upload)
    /// Bytes go out as they come, a stream of `google.api.HttpBody`.
    case download
  }

  /// The fields that the file of a multipart form fills.
  struct Upload: Sendable {
    /// The name of the file's part.
    let partName: String
    let content: FieldSchema
    let filename: FieldSchema?
    let contentType: FieldSchema?
  }

  /// A variable of the path: which segments go into which field.
  struct Variable: Sendable {
    /// From the outermost message to the field itself.
    let fields: [FieldSchema]
    let segments: Range<Int>
    /// The last segment takes all that is left.
    let isOpen: Bool
  }

  let method: MethodDescriptor
  let kind: Kind
  let body: Body
  let variables: [Variable]
  /// Fields that request headers fill, with the headers' names.
  let headers: [(field: FieldSchema, name: String)]
  /// Fields of the reply that are headers of the answer, with the headers' names.
  let replyHeaders: [(field: FieldSchema, name: String)]
  /// `update_mask` of a PATCH, which the keys of the body fill.
  let updateMask: FieldSchema?
  /// The key of the reply's JSON that is the answer; nil: all of it.
  let responseKey: String?
  /// Ceiling of the body in bytes.
  let bodyBytesMax: Int
  /// The version of the interface that the path names, "1" of `/api/v1/…`; nil where it names none.
  let version: String?
  let metrics: RouteMetrics

  /// - Parameter bodyBytesDefault: The ceiling where the proto names none.
  init(method: MethodDescriptor, binding: HTTPBinding, bodyBytesDefault: Int) throws(RouteError) {
    func wrong(_ reason: String) -> RouteError { RouteError(method: method.schema.fullName, reason: reason) }
    let input = method.schema.input
    switch (method.schema.clientStreaming, method.schema.serverStreaming) {
    case (false, false): kind = .unary
    case (true, false):
      guard let upload = Upload(input) else { throw wrong("it takes a stream of messages without a file_part") }
      guard case .all = binding.body else { throw wrong("a multipart form is the whole body") }
      kind = .upload(upload)
    case (false, true):
      guard method.schema.output.fullName == "google.api.HttpBody", binding.method == "GET" else {
        throw wrong("it answers a stream of messages; only GET of google.api.HttpBody may")
      }
      kind = .download
    case (true, true): throw wrong("it streams messages both ways")
    }
    self.method = method
    version = ErrorStyle.version(inPath: Array(binding.template.text.utf8).span)
    metrics = RouteMetrics(verb: binding.method, template: binding.template.text)
    switch binding.body {
    case .none: body = .none
    case .all: body = .whole
    case .field(let name):
      guard let field = input.field(name: name), !field.isRepeated, field.message != nil else {
        throw wrong("the body \(name) is no message field of \(input.fullName)")
      }
      body = .field(field)
    }
    var variables: [Variable] = []
    for variable in binding.template.variables {
      guard let fields = Self.resolve(variable.fieldPath, in: input) else {
        throw wrong("the variable \(variable.fieldPath.joined(separator: ".")) is no single field of \(input.fullName)")
      }
      variables.append(
        Variable(fields: fields, segments: variable.segments, isOpen: binding.template.segments[variable.segments].contains(.rest)))
    }
    self.variables = variables
    headers = Self.headers(of: input)
    replyHeaders = Self.headers(of: method.schema.output)
    if let bound = (headers + replyHeaders).first(where: { $0.field.type != .string || $0.field.isRepeated }) {
      throw wrong("the header \(bound.name) cannot be \(bound.field.name), which is no single string")
    }
    let mask = input.field(name: "update_mask")
    updateMask = binding.method == "PATCH" && mask?.message?.wellKnown == .fieldMask ? mask : nil
    if let name = binding.responseBody {
      guard let field = method.schema.output.field(name: name) else { throw wrong("\(method.schema.output.fullName) has no field \(name)") }
      responseKey = field.restName
    } else {
      responseKey = nil
    }
    bodyBytesMax = method.bodyMax > 0 ? method.bodyMax : bodyBytesDefault
  }

  private static func headers(of message: MessageSchema) -> [(field: FieldSchema, name: String)] {
    message.fields.compactMap { field in field.text.flatMap { $0.header.isEmpty ? nil : (field, $0.header) } }
  }

  /// The fields that a query parameter or form field names: `skip`, or `filter.status` inside a message; nil where no field bears the name.
  func parameterFields(_ name: String) -> [FieldSchema]? {
    let path = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    return Self.resolve(path, in: method.schema.input, lastMayRepeat: true)
  }

  /// The fields of a path of names; nil where a name is unknown or leads through something that is no single message.
  private static func resolve(_ path: [String], in message: MessageSchema, lastMayRepeat: Bool = false) -> [FieldSchema]? {
    var fields: [FieldSchema] = []
    var current: MessageSchema? = message
    for (index, name) in path.enumerated() {
      guard let field = current?.fields.first(where: { $0.restName == name || $0.name == name }), field.cardinality != .map
      else { return nil }
      guard !field.isRepeated || lastMayRepeat && index == path.count - 1 else { return nil }
      fields.append(field)
      current = field.message
    }
    return fields
  }
}

extension RESTRoute.Upload {
  /// - Returns: nil where no field, or more than one, takes a file, or what it names is not there.
  init?(_ message: MessageSchema) {
    let files = message.fields.filter { $0.filePart != nil }
    guard files.count == 1, let content = files.first, let part = content.filePart, content.type == .bytes, !content.isRepeated,
      !part.name.isEmpty
    else { return nil }
    func text(_ name: String) -> FieldSchema?? {
      if name.isEmpty { return .some(nil) }
      guard let field = message.field(name: name), field.type == .string, !field.isRepeated else { return nil }
      return field
    }
    guard let filename = text(part.filenameField), let contentType = text(part.contentTypeField) else { return nil }
    self.init(partName: part.name, content: content, filename: filename, contentType: contentType)
  }
}

extension FieldSchema {
  var isRepeated: Bool { cardinality == .repeated || cardinality == .map }
}
