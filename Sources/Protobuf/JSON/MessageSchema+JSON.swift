extension MessageSchema {
  /// Appends the message in `wire` as JSON.
  ///
  /// - Throws: `JSONError.malformed` where `wire` is not the message's binary format or holds text that is not UTF-8,
  ///   `.unrepresentable` where a value has no JSON form, `.depth` beyond `BinaryReader.depthMax`. `out` is then as it was.
  public func writeJSON(
    wire: UnsafeRawBufferPointer, options: JSONWriteOptions = .protoJSON, into out: inout [UInt8]
  ) throws(JSONError) {
    var writer = JSONWriter(options: options, file: file, capacity: wire.count * 2 + 256)
    do throws(JSONFailure) {
      try writer.message(plan, WireRange(wire), depth: BinaryReader.depthMax)
    } catch {
      throw writer.error
    }
    out.append(contentsOf: writer.out.contents)
  }

  /// Appends the binary format of the message that the JSON describes (ProtoJSON; RFC 8259).
  ///
  /// Takes the proto names of fields as well as their JSON names. An object must not name a field twice.
  ///
  /// - Returns: Which fields the top level named.
  /// - Throws: `JSONError`, with the place; `wire` is then as it was.
  @discardableResult
  public func readJSON(
    _ json: UnsafeRawBufferPointer, options: JSONReadOptions = .init(), into wire: inout [UInt8]
  ) throws(JSONError) -> JSONPresence {
    var reader = JSONReader(WireRange(json), options: options, file: file)
    let seen: FieldSet
    do throws(JSONFailure) {
      seen = try reader.document(plan)
    } catch {
      throw reader.error
    }
    wire.append(contentsOf: reader.out.contents)
    return JSONPresence(schema: self, seen: seen)
  }
}

extension WireRange {
  /// All of a buffer. An empty one may have no address; nothing is read between equal pointers, so any will do.
  init(_ buffer: UnsafeRawBufferPointer) {
    guard let base = buffer.baseAddress else {
      self.init(UnsafePointer(bitPattern: 16).unsafelyUnwrapped)
      return
    }
    let start = base.assumingMemoryBound(to: UInt8.self)
    self.init(start: start, end: start + buffer.count)
  }

  private init(_ nowhere: UnsafePointer<UInt8>) {
    self.init(start: nowhere, end: nowhere)
  }
}

extension Message {
  /// Reads a message from JSON.
  ///
  /// - Throws: `JSONError` for what is no JSON or does not fit the message.
  public init(jsonUTF8Bytes json: [UInt8], options: JSONReadOptions = .init()) throws(JSONError) {
    var wire: [UInt8] = []
    try json.withUnsafeBufferPointer { (buffer) throws(JSONError) -> Void in
      try Self.schema.readJSON(UnsafeRawBufferPointer(buffer), options: options, into: &wire)
    }
    do throws(WireError) {
      try self.init(serializedBytes: wire)
    } catch {
      // What readJSON wrote is well-formed, so only an absent `required` field is left.
      throw .value(path: "", expected: "\(error)", offset: 0)
    }
  }

  /// The message as JSON.
  ///
  /// - Throws: `JSONError.unrepresentable` where a value has no JSON form.
  public func jsonUTF8Bytes(options: JSONWriteOptions = .protoJSON) throws(JSONError) -> [UInt8] {
    let wire = serializedBytes()
    var out: [UInt8] = []
    try wire.withUnsafeBufferPointer { (buffer) throws(JSONError) -> Void in
      try Self.schema.writeJSON(wire: UnsafeRawBufferPointer(buffer), options: options, into: &out)
    }
    return out
  }
}
