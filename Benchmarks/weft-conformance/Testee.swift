internal import Protobuf

/// Does what one case of the suite asks.
struct Testee {
  let messages: TestMessages

  func answer(_ request: Conformance.ConformanceRequest) -> Conformance.ConformanceResponse {
    .with { $0.result = result(request) }
  }

  private func result(_ request: Conformance.ConformanceRequest) -> Conformance.ConformanceResponse.Result {
    if request.messageType == "conformance.FailureSet" { return .protobufPayload([]) }
    guard let entry = messages[request.messageType] else { return .skipped("\(request.messageType) is not built in") }
    guard request.requestedOutputFormat == .protobuf || request.requestedOutputFormat == .json else {
      return .skipped("only protobuf and JSON are written")
    }
    var wire: [UInt8]
    switch request.payload {
    case .protobufPayload(let payload): wire = payload
    case .jsonPayload(let payload):
      let options = JSONReadOptions(ignoreUnknown: request.testCategory == .jsonIgnoreUnknownParsingTest)
      do throws(JSONError) {
        wire = try read(payload, entry.schema, options)
      } catch {
        return .parseError("\(error)")
      }
    default: return .skipped("only protobuf and JSON are read")
    }
    if let type = entry.type {
      do throws(WireError) {
        wire = try again(wire, type)
      } catch {
        return .parseError("\(error)")
      }
    } else if request.requestedOutputFormat == .protobuf, case .protobufPayload? = request.payload {
      return .skipped("binary to binary needs generated code")
    }
    return request.requestedOutputFormat == .protobuf ? .protobufPayload(wire) : json(wire, entry)
  }

  /// The message decoded and encoded by generated code.
  private func again(_ wire: [UInt8], _ type: any Message.Type) throws(WireError) -> [UInt8] {
    try type.init(serializedBytes: wire).serializedBytes()
  }

  private func read(_ json: String, _ schema: MessageSchema, _ options: JSONReadOptions) throws(JSONError) -> [UInt8] {
    var wire: [UInt8] = []
    try Array(json.utf8).withUnsafeBufferPointer { (buffer) throws(JSONError) -> Void in
      try schema.readJSON(UnsafeRawBufferPointer(buffer), options: options, into: &wire)
    }
    return wire
  }

  private func json(_ wire: [UInt8], _ entry: TestMessages.Entry) -> Conformance.ConformanceResponse.Result {
    var json: [UInt8] = []
    do throws(JSONError) {
      try wire.withUnsafeBufferPointer { (buffer) throws(JSONError) -> Void in
        try entry.schema.writeJSON(wire: UnsafeRawBufferPointer(buffer), into: &json)
      }
    } catch {
      // Without generated code it is only here that malformed input is noticed.
      if case .malformed = error { return .parseError("\(error)") }
      return .serializeError("\(error)")
    }
    return .jsonPayload(String(decoding: json, as: UTF8.self))
  }
}
