import HTTP

/// The header blocks of an answer.
///
/// Source: gRPC over HTTP/2, "Responses".
enum ResponseHeaders {
  /// What nearly every call is answered with.
  static let plain = HeaderTable(status: 200, ["content-type": "application/grpc"])
  /// The same where replies may be compressed.
  static let gzip = HeaderTable(status: 200, ["content-type": "application/grpc", "grpc-encoding": "gzip"])
  static let ok = HeaderTable(["grpc-status": "0"])

  /// Before the first message.
  static func initial(_ metadata: Metadata, isCompressed: Bool = false) -> ResponseHead {
    var headers = isCompressed ? gzip.headers : plain.headers
    headers.append(metadata)
    return ResponseHead(status: 200, headers: headers)
  }

  /// After the last message.
  static func trailing(_ error: RPCError?, _ metadata: Metadata) -> Headers {
    var headers = Headers()
    headers.append("grpc-status", String((error?.code ?? .ok).rawValue))
    if let error {
      if !error.message.isEmpty { headers.append("grpc-message", StatusText.encode(error.message)) }
      if let details = StatusDetails.encode(error) { headers.append("grpc-status-details-bin", Base64.encode(details)) }
      if error.code == .unimplemented { headers.append("grpc-accept-encoding", MessageEncoding.accepted) }
    }
    headers.append(metadata)
    if let error { headers.append(error.metadata) }
    return headers
  }

  /// Head and status in one block, where no message was sent.
  static func trailersOnly(_ error: RPCError, initial metadata: Metadata, trailing: Metadata) -> ResponseHead {
    var head = initial(metadata)
    head.headers.append(contentsOf: self.trailing(error, trailing))
    return head
  }
}
