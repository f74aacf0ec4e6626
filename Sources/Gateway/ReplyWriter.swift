import HTTP
import Platform
import Protobuf

/// Writes the body of a successful answer.
enum ReplyWriter {
  /// A field of the reply that is to be one of these headers holds control characters.
  private struct UnsendableHeader: Error { let names: [String] }

  /// The reply as JSON, in the envelope where its RPC has one.
  ///
  /// - Parameters:
  ///   - wallMicroseconds: Now, since 1970; asked only for an envelope.
  ///   - headers: A reply that is a `google.api.HttpBody` puts its own content type in; fields that are headers go in.
  /// - Throws: Where the reply is no message of its type, or a field that is a header cannot be one.
  static func write(
    _ message: [UInt8], of route: RESTRoute, wallMicroseconds: () -> Int64, headers: inout Headers
  ) throws -> [UInt8] {
    let output = route.method.schema.output
    if output.fullName == "google.api.HttpBody" {
      return try httpBody(message, headers: &headers)
    }
    var message = message
    if !route.replyHeaders.isEmpty { try takeHeaders(of: route, from: &message, into: &headers) }
    var body: [UInt8] = []
    // JSON of a message is about twice its binary form; keys make up the difference in small ones.
    body.reserveCapacity(message.count * 2 + 256)
    let hasEnvelope = !route.method.envelopeMessage.isEmpty
    if hasEnvelope { body.append("{\"success\":true") }
    // The document's answers that say nothing but that it was done have no `data`.
    let hasData = !hasEnvelope || output.fullName != "google.protobuf.Empty"
    if hasEnvelope, hasData { body.append(",\"data\":") }
    if !hasData {
      // Nothing to write.
    } else if let key = route.responseKey {
      var whole: [UInt8] = []
      try writeJSON(message, output, into: &whole)
      body.append(contentsOf: whole[JSONMember.range(of: Array(key.utf8), in: whole.span) ?? 0..<0])
    } else {
      try writeJSON(message, output, into: &body)
    }
    if hasEnvelope {
      body.append(",\"message\":")
      body.append(jsonString: route.method.envelopeMessage)
      body.append(",\"timestamp\":\"")
      Timestamp.append(wallMicroseconds: wallMicroseconds(), to: &body)
      body.append("\"}")
    }
    return body
  }

  /// Fields that travel as headers leave the message.
  private static func takeHeaders(of route: RESTRoute, from message: inout [UInt8], into headers: inout Headers) throws {
    let texts = try WireTexts.take(route.replyHeaders.map(\.field.number), from: &message)
    for (header, text) in zip(route.replyHeaders, texts) {
      guard let text, !text.isEmpty else { continue }
      headers.set(header.name, text)
    }
    guard headers.isSendable else { throw UnsendableHeader(names: route.replyHeaders.map(\.name)) }
  }

  private static func writeJSON(_ message: [UInt8], _ schema: MessageSchema, into json: inout [UInt8]) throws(JSONError) {
    try message.withUnsafeBufferPointer { (wire: UnsafeBufferPointer<UInt8>) throws(JSONError) in
      try schema.writeJSON(wire: UnsafeRawBufferPointer(wire), options: .rest, into: &json)
    }
  }

  /// Bytes of any type, as they are.
  private static func httpBody(_ message: [UInt8], headers: inout Headers) throws -> [UInt8] {
    let reply = try GoogleAPI.HttpBody(serializedBytes: message)
    headers.set("content-type", reply.contentType.isEmpty ? "application/octet-stream" : reply.contentType)
    return reply.data
  }
}
