import Protobuf
import RPC

/// Why a body is no multipart form that can be used: 422, in words that name the field where there is one.
enum MultipartError: Error, Equatable {
  /// The content type is another one, or none.
  case notMultipart
  /// The content type names no boundary, or one that cannot be one.
  case badBoundary
  /// What is wrong with the form's structure, in Chinese.
  case malformed(String)
  /// The body ends before its closing delimiter.
  case truncated
  case tooManyParts
  case headTooLarge
  case fieldTooLarge(String)
  case duplicate(String)
  /// The value is none of the field's type.
  case wrongValue(String, String)
  /// The part with this name is to be a file.
  case noFile(String)
  case missingFile(String)

  /// A part's head may be so long.
  static let headBytesMax = 8 * 1024
  /// A form may have so many parts.
  static let partsMax = 64
  /// The value of a plain field may be so long.
  static let fieldBytesMax = 64 * 1024

  var rpcError: RPCError {
    switch self {
    case .notMultipart: form("请求的Content-Type应为multipart/form-data")
    case .badBoundary: form("Content-Type中的boundary无效")
    case .malformed(let what): form("表单数据格式错误：\(what)")
    case .truncated: form("表单数据不完整：缺少结束分隔符")
    case .tooManyParts: form("表单字段不能超过\(Self.partsMax)个")
    case .headTooLarge: form("表单字段的头部不能超过\(Self.headBytesMax)字节")
    case .fieldTooLarge(let name): field(name, "max_bytes", "\(name) 不能超过\(Self.fieldBytesMax)字节")
    case .duplicate(let name): field(name, "type", "\(name) 重复出现")
    case .wrongValue(let name, let text): field(name, "type", text)
    case .noFile(let name): field(name, "type", "\(name) 应为文件")
    case .missingFile(let name): field(name, "required", "\(name) 不能为空")
    }
  }

  private func form(_ text: String) -> RPCError {
    RPCError(.invalidArgument, text, reason: StatusMapping.Reason.invalidRequest, domain: StatusMapping.Reason.domain)
  }

  private func field(_ name: String, _ rule: String, _ text: String) -> RPCError {
    RPCError(
      .invalidArgument, text, reason: StatusMapping.Reason.invalidValue, domain: StatusMapping.Reason.domain,
      violations: [FieldViolation(path: name, rule: rule, message: text)])
  }
}
