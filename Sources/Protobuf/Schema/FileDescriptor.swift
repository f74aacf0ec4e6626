/// A `.proto` file at run time: its messages, enums and services, and the bytes that reflection serves.
///
/// Generated code holds one for each file and makes it on first use; the remote gateway and `weft call` make them of
/// what a server's reflection tells. Everything in it refers to everything else, so a descriptor is never given back:
/// a program makes as many as it knows files.
public final class FileDescriptor: @unchecked Sendable {  // SchemaBuilder fills it before init returns; nothing writes afterwards
  /// Path of the file, such as "csa/v1/ticket.proto".
  public let name: String
  /// Package, such as "csa.v1"; empty where the file names none.
  public let package: String
  /// The encoded google.protobuf.FileDescriptorProto.
  public let bytes: [UInt8]
  /// What `bytes` say.
  public let proto: GoogleProtobuf.FileDescriptorProto
  /// The files that this one imports.
  public let dependencies: [FileDescriptor]
  /// The messages at the top of the file, in its order.
  public internal(set) var messages: [MessageSchema] = []
  /// The enums at the top of the file, in its order.
  public internal(set) var enums: [EnumSchema] = []
  /// The services of the file, in its order.
  public internal(set) var services: [ServiceSchema] = []

  /// Every message and enum of the file by full name, nested ones too.
  var messagesByName: [String: MessageSchema] = [:]
  var enumsByName: [String: EnumSchema] = [:]

  /// The file that generated code embeds. A `json_name` in it is one that the `.proto` wrote.
  ///
  /// - Precondition: The text is what the generator wrote, with everything it imports in `dependencies`.
  public convenience init(base64: StaticString, dependencies: [FileDescriptor]) {
    let text = WireRange(start: base64.utf8Start, end: base64.utf8Start + base64.utf8CodeUnitCount)
    var decoded = ByteSink(capacity: text.count)
    guard Base64.decode(text, to: &decoded) else { preconditionFailure("an embedded descriptor is not base64") }
    do {
      try self.init(bytes: Array(decoded.contents), dependencies: dependencies, jsonNamesAreExplicit: true, readsRules: true)
    } catch {
      // The generator builds the same schemas before it writes them, so this is a mistake of ours, not of any input.
      preconditionFailure("an embedded descriptor is not usable: \(error)")
    }
  }

  /// A file that was read at run time: from reflection, or from a descriptor set that protoc wrote.
  ///
  /// - Parameter readsRules: Whether its fields' rules are to be checked here. A caller leaves that to the server, which may have rules (CEL) or options
  ///   of the same numbers that this program does not know.
  /// - Throws: `SchemaError` where the bytes are no descriptor, refer to what neither the file nor its `dependencies`
  ///   declare, or bear a rule that this program cannot check.
  public convenience init(proto bytes: [UInt8], dependencies: [FileDescriptor], readsRules: Bool = true) throws(SchemaError) {
    try self.init(bytes: bytes, dependencies: dependencies, jsonNamesAreExplicit: false, readsRules: readsRules)
  }

  private init(bytes: [UInt8], dependencies: [FileDescriptor], jsonNamesAreExplicit: Bool, readsRules: Bool) throws(SchemaError) {
    let proto: GoogleProtobuf.FileDescriptorProto
    do {
      proto = try GoogleProtobuf.FileDescriptorProto(serializedBytes: bytes)
    } catch {
      throw SchemaError(element: "", problem: "not a FileDescriptorProto: \(error)")
    }
    name = proto.name ?? ""
    package = proto.package ?? ""
    self.bytes = bytes
    self.proto = proto
    self.dependencies = dependencies
    var builder = SchemaBuilder(file: self, jsonNamesAreExplicit: jsonNamesAreExplicit, readsRules: readsRules)
    try builder.build()
  }

  /// The message at a path of indices: `[3]` is the fourth of the file, `[3, 0]` the first inside that one.
  public func message(at path: [Int]) -> MessageSchema {
    var message = messages[path[0]]
    for index in path.dropFirst() { message = message.nestedMessages[index] }
    return message
  }

  /// The message with the full name, here or in anything imported, directly or not.
  public func findMessage(_ fullName: String) -> MessageSchema? {
    var seen: Set<ObjectIdentifier> = []
    return search(&seen) { $0.messagesByName[fullName] }
  }

  func findEnum(_ fullName: String) -> EnumSchema? {
    var seen: Set<ObjectIdentifier> = []
    return search(&seen) { $0.enumsByName[fullName] }
  }

  private func search<Found>(_ seen: inout Set<ObjectIdentifier>, _ look: (FileDescriptor) -> Found?) -> Found? {
    guard seen.insert(ObjectIdentifier(self)).inserted else { return nil }
    if let found = look(self) { return found }
    for dependency in dependencies {
      if let found = dependency.search(&seen, look) { return found }
    }
    return nil
  }
}

/// Why a descriptor cannot become a schema.
public struct SchemaError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Full name of the message, field or method that is at fault.
  public let element: String
  /// What is wrong with it.
  public let problem: String

  public var description: String { element.isEmpty ? problem : "\(element): \(problem)" }
}
