public import Protobuf

/// `grpc-status-details-bin`: a `google.rpc.Status` with what programs read about an error.
enum StatusDetails {
  /// The value for `error`, or nil if there is nothing beyond code and text to tell.
  static func encode(_ error: RPCError) -> [UInt8]? {
    error.details.isEmpty ? nil : status(error)
  }

  /// The error behind a whole `google.rpc.Status`; nil if `bytes` are none or say OK.
  static func error(_ bytes: [UInt8]) -> RPCError? {
    guard let status = try? GoogleRPC.Status(serializedBytes: bytes), let code = StatusCode(rawValue: Int(status.code)), code != .ok else {
      return nil
    }
    var error = RPCError(code, status.message)
    decode(bytes, into: &error)
    return error
  }

  /// The `google.rpc.Status` of `error`, also where it has no details.
  static func status(_ error: RPCError) -> [UInt8] {
    GoogleRPC.Status.with {
      $0.code = Int32(error.code.rawValue)
      $0.message = error.message
      $0.details = error.details
    }.serializedBytes()
  }

  /// Fills in what `bytes` tell. What cannot be read is left out: the status itself stands without it.
  static func decode(_ bytes: [UInt8], into error: inout RPCError) {
    guard let status = try? GoogleRPC.Status(serializedBytes: bytes) else { return }
    for detail in status.details {
      if let info = detail.unpacked(GoogleRPC.ErrorInfo.self, name: "google.rpc.ErrorInfo") {
        error.reason = info.reason
        error.domain = info.domain
        // Two keys that Swift holds equal, though their bytes differ, are somebody's mistake or attack; one of them is enough.
        error.info = Dictionary(info.metadata.map { ($0.key.string, $0.value) }) { first, _ in first }
      } else if let request = detail.unpacked(GoogleRPC.BadRequest.self, name: "google.rpc.BadRequest") {
        error.violations = request.fieldViolations.map { FieldViolation(path: $0.field, rule: "", message: $0.description) }
      } else if let retry = detail.unpacked(GoogleRPC.RetryInfo.self, name: "google.rpc.RetryInfo") {
        error.retryAfter = retry.retryDelay.flatMap(Self.duration)
      } else {
        error.otherDetails.append(detail)
      }
    }
  }
}

extension StatusDetails {
  /// The ten thousand years that duration.proto allows, in seconds.
  private static let secondsMax: Int64 = 315_576_000_000

  /// A delay that somebody else tells; nil for one that is negative or beyond duration.proto's range, which would overflow in arithmetic.
  private static func duration(_ delay: GoogleProtobuf.Duration) -> Duration? {
    guard (0...secondsMax).contains(delay.seconds), (0..<1_000_000_000).contains(delay.nanos) else { return nil }
    return .seconds(delay.seconds) + .nanoseconds(Int64(delay.nanos))
  }
}

extension RPCError {
  /// Everything that programs read, as it travels in `google.rpc.Status.details`.
  public var details: [GoogleProtobuf.`Any`] {
    var details: [GoogleProtobuf.`Any`] = []
    if let reason {
      let info = GoogleRPC.ErrorInfo.with {
        $0.reason = reason
        $0.domain = domain ?? ""
        $0.metadata = Dictionary(uniqueKeysWithValues: self.info.map { (MapKey($0.key), $0.value) })
      }
      details.append(.packed(info, name: "google.rpc.ErrorInfo"))
    }
    if !violations.isEmpty {
      let request = GoogleRPC.BadRequest.with { request in
        request.fieldViolations = violations.map { violation in
          GoogleRPC.BadRequest.FieldViolation.with {
            $0.field = violation.path
            $0.description = violation.message
          }
        }
      }
      details.append(.packed(request, name: "google.rpc.BadRequest"))
    }
    if let retryAfter {
      let (seconds, attoseconds) = retryAfter.components
      let retry = GoogleRPC.RetryInfo.with {
        $0.retryDelay = GoogleProtobuf.Duration.with {
          $0.seconds = seconds
          $0.nanos = Int32(attoseconds / 1_000_000_000)
        }
      }
      details.append(.packed(retry, name: "google.rpc.RetryInfo"))
    }
    return details + otherDetails
  }

  /// The answer to a message that is no protobuf, or not this one.
  init(malformed error: WireError) {
    self.init(.invalidArgument, "请求消息格式错误：\(error.explanation)", reason: "MALFORMED_MESSAGE")
  }

  /// The answer to broken rules where no application has words of its own.
  init(invalid violations: [FieldViolation]) {
    self.init(
      .invalidArgument, violations.map(\.message).joined(separator: "；"), reason: "INVALID_ARGUMENT", violations: violations)
  }
}

extension GoogleProtobuf.`Any` {
  fileprivate static func packed(_ message: some Message, name: String) -> GoogleProtobuf.`Any` {
    .with {
      $0.typeURL = "type.googleapis.com/" + name
      $0.value = message.serializedBytes()
    }
  }

  fileprivate func unpacked<Value: Message>(_ type: Value.Type, name: String) -> Value? {
    guard typeURL.utf8.split(separator: UInt8(ascii: "/")).last.map({ $0.elementsEqual(name.utf8) }) == true else { return nil }
    return try? Value(serializedBytes: value)
  }
}

extension WireError {
  /// What a caller is told.
  fileprivate var explanation: String {
    switch self {
    case .truncated: "消息不完整"
    case .varintOverflow: "变长整数超出 64 位"
    case .zeroFieldNumber: "字段编号为 0"
    case .unknownWireType(let type): "未知的线格式类型 \(type)"
    case .unmatchedGroup: "分组没有正确结束"
    case .invalidUTF8: "字符串不是有效的 UTF-8"
    case .tooDeep: "嵌套层数过多"
    case .missingRequired(let field): "缺少必需字段 \(field)"
    }
  }
}
