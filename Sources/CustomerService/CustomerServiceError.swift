public import ApplicationSupport
public import RPC

/// Every answer of the customer service application that is not a success: its code, a stable reason and the documented text.
///
/// The gateway renders it as `{"detail": message}` (chapter 错误响应 of the document).
public enum CustomerServiceError: Error, Equatable, Sendable {
  // Who is calling
  case invalidToken
  case accountDisabled
  case administratorsOnly
  case tooManyRequests(retryAfter: Duration)

  // Accounts (1.1 to 1.7)
  case invalidCode
  case emailTaken
  case wrongCredentials
  case mailNotSent
  case nothingToUpdate
  case wrongOldPassword
  case samePassword
  case userNotFound
  case lastAdministrator
  /// Said to administrators, of somebody else's account.
  case accountIsDisabled
  /// Said to administrators: the account's address was made up for it, so no mail can go there.
  case accountHasNoAddress
  case signInNotFound
  case foreignSignIn
  case secretInSettings

  // Text messages (1.2.1 to 1.2.5)
  case textMessageTooSoon(retryAfter: Duration)
  case textMessageNotSent
  case invalidTextMessageCode
  case phoneTaken
  case phoneNotRegistered

  // Application keys (1.5.1 to 1.5.5)
  case applicationKeyExists
  case applicationKeyNotFound
  case keysManageNoCredentials

  // Tickets (2.1 to 2.5)
  case ticketNotFound
  case foreignTicket(TicketAct)
  case ticketAlreadyReplied
  case noTicketField
  case attachmentNotFound

  // Passkeys (1.3.1 to 1.3.9)
  case passkeyNotRegistered
  case passkeyRefused
  case passkeyNotFound
  case foreignPasskey
  case tooManyPasskeys
  case incompletePasskey(String)

  // Authorization requests and pages (1.4.1)
  case unknownClient
  case wrongRedirectURI
  case staleForm

  // OAuth clients and what users have allowed them (1.4)
  case oauthClientNotFound
  case invalidOAuthClient(OAuthClientProblem)
  case publicOAuthClient
  case authorizationNotFound

  // Business accounts, contracts and projects (3.1 to 5.6)
  case businessAccountNotFound
  case businessAccountExists
  case foreignBusinessAccount
  case contractNotFound
  case foreignContract
  case foreignSignature
  case projectNotFound
  case foreignProject
  case projectLinkNotFound
  case projectTaskNotFound

  // The contact form (7)
  case notShownToBeAPerson
  case contactNotFound

  // Files (5.3, 5.4, 6.1, 6.2)
  case fileNotFound
  case foreignFile
  case missingFile
  case secondFileName
  case invalidFileName(FileNameProblem)
  case invalidContentType
  case fileTypeUnsupported
  case fileTooLarge
  case uploadTooSlow
  /// The user's own uploads are too many at once.
  case tooManyUploads
  /// Forged, expired, or of another file.
  case invalidDownloadLink
}

/// Why a client cannot be registered as it was asked for.
public enum OAuthClientProblem: String, Sendable {
  case redirectURI = "redirect_uris 必须是 https、本机 http 或私有协议（如 com.example.app:/callback）的绝对地址，不含片段和用户信息"
  case noRedirectURI = "授权码模式（authorization_code）至少需要一个 redirect_uris"
  case scope = "scopes 只能包含不带空格、引号和反斜杠的可打印 ASCII 字符，每项不超过64个字符"
  case publicWithCredentials = "公开客户端没有密钥，不能使用 client_credentials"
}

/// What somebody wanted to do with a ticket that is not theirs.
public enum TicketAct: String, Sendable {
  case read = "访问"
  case update = "更新"
  case delete = "删除"
}

extension CustomerServiceError: RPCErrorConvertible {
  /// The name of the application in `google.rpc.ErrorInfo.domain`.
  static let domain = "csa"

  public var rpcError: RPCError {
    switch self {
    case .invalidToken: error(.unauthenticated, "INVALID_TOKEN", "无效的认证凭据")
    case .accountDisabled: error(.permissionDenied, "ACCOUNT_DISABLED", "账号已被禁用")
    case .administratorsOnly: error(.permissionDenied, "ADMINISTRATORS_ONLY", "需要管理员权限")
    case .tooManyRequests(let retryAfter):
      RPCError(.resourceExhausted, "请求过于频繁，请稍后再试", reason: "TOO_MANY_REQUESTS", domain: Self.domain, retryAfter: retryAfter)
    case .invalidCode: error(.failedPrecondition, "INVALID_CODE", "验证码无效或已过期")
    case .emailTaken: error(.alreadyExists, "EMAIL_TAKEN", "该邮箱已被注册")
    case .wrongCredentials: error(.unauthenticated, "INVALID_CREDENTIALS", "邮箱或密码错误")
    case .mailNotSent: error(.internalError, "MAIL_NOT_SENT", "邮件发送失败")
    case .nothingToUpdate: error(.failedPrecondition, "NOTHING_TO_UPDATE", "未提供任何需要更新的字段")
    case .wrongOldPassword: error(.failedPrecondition, "WRONG_OLD_PASSWORD", "当前密码不正确")
    case .samePassword: error(.failedPrecondition, "SAME_PASSWORD", "新密码不能与当前密码相同")
    case .userNotFound: error(.notFound, "USER_NOT_FOUND", "用户不存在")
    case .lastAdministrator: error(.failedPrecondition, "LAST_ADMINISTRATOR", "不能停用或降级最后一个管理员")
    case .accountIsDisabled: error(.failedPrecondition, "ACCOUNT_IS_DISABLED", "该账号已被禁用")
    case .accountHasNoAddress: error(.failedPrecondition, "ACCOUNT_HAS_NO_ADDRESS", "该账号没有可用的邮箱，请用户通过短信重置密码")
    case .signInNotFound: error(.notFound, "SIGN_IN_NOT_FOUND", "登录会话不存在")
    case .foreignSignIn: error(.permissionDenied, "FOREIGN_SIGN_IN", "无权结束此登录会话")
    case .secretInSettings: error(.failedPrecondition, "SECRET_IN_SETTINGS", "签名密钥由WEFT_JWT_SECRET指定，请通过配置更换")
    case .textMessageTooSoon(let retryAfter):
      RPCError(.resourceExhausted, "发送过于频繁，请稍后再试", reason: "TEXT_MESSAGE_TOO_SOON", domain: Self.domain, retryAfter: retryAfter)
    case .textMessageNotSent: error(.internalError, "TEXT_MESSAGE_NOT_SENT", "短信发送失败")
    case .invalidTextMessageCode: error(.failedPrecondition, "INVALID_TEXT_MESSAGE_CODE", "短信验证码无效或已过期")
    case .phoneTaken: error(.alreadyExists, "PHONE_TAKEN", "手机号已被其他用户使用")
    case .phoneNotRegistered: error(.notFound, "PHONE_NOT_REGISTERED", "该手机号未注册")
    case .applicationKeyExists: error(.alreadyExists, "APPLICATION_KEY_EXISTS", "应用密钥已存在")
    case .applicationKeyNotFound: error(.notFound, "APPLICATION_KEY_NOT_FOUND", "应用密钥不存在")
    case .keysManageNoCredentials: error(.permissionDenied, "KEYS_MANAGE_NO_CREDENTIALS", "应用密钥不能管理登录凭据")
    case .ticketNotFound: error(.notFound, "TICKET_NOT_FOUND", "工单不存在")
    case .foreignTicket(let act): error(.permissionDenied, "FOREIGN_TICKET", "无权\(act.rawValue)此工单")
    case .ticketAlreadyReplied: error(.failedPrecondition, "TICKET_ALREADY_REPLIED", "工单已被回复，不能再更新")
    case .passkeyNotRegistered: error(.failedPrecondition, "PASSKEY_NOT_REGISTERED", "通行密钥注册失败")
    case .passkeyRefused: error(.unauthenticated, "PASSKEY_REFUSED", "通行密钥认证失败")
    case .passkeyNotFound: error(.notFound, "PASSKEY_NOT_FOUND", "通行密钥不存在")
    case .foreignPasskey: error(.permissionDenied, "FOREIGN_PASSKEY", "无权操作此通行密钥")
    case .tooManyPasskeys: error(.failedPrecondition, "TOO_MANY_PASSKEYS", "通行密钥数量已达上限")
    case .incompletePasskey(let field): error(.invalidArgument, "INCOMPLETE_PASSKEY", "缺少通行密钥数据：\(field)")
    case .attachmentNotFound: error(.failedPrecondition, "ATTACHMENT_NOT_FOUND", "附件不存在或不属于当前用户")
    case .noTicketField: error(.invalidArgument, "NO_TICKET_FIELD", "至少提供一个字段：title、content")
    case .oauthClientNotFound: error(.notFound, "OAUTH_CLIENT_NOT_FOUND", "客户端不存在")
    case .invalidOAuthClient(let problem): error(.invalidArgument, "INVALID_OAUTH_CLIENT", problem.rawValue)
    case .publicOAuthClient: error(.failedPrecondition, "PUBLIC_OAUTH_CLIENT", "公开客户端没有密钥")
    case .authorizationNotFound: error(.notFound, "AUTHORIZATION_NOT_FOUND", "授权不存在")
    case .unknownClient: error(.failedPrecondition, "UNKNOWN_CLIENT", "客户端不存在或已停用")
    case .wrongRedirectURI: error(.failedPrecondition, "WRONG_REDIRECT_URI", "redirect_uri与客户端登记的地址不一致")
    case .staleForm: error(.permissionDenied, "STALE_FORM", "页面已过期，请返回应用重新开始")
    case .businessAccountNotFound: error(.notFound, "BUSINESS_ACCOUNT_NOT_FOUND", "业务账号不存在")
    case .businessAccountExists: error(.alreadyExists, "BUSINESS_ACCOUNT_EXISTS", "已存在申请或已激活账号")
    case .foreignBusinessAccount: error(.permissionDenied, "FOREIGN_BUSINESS_ACCOUNT", "无权访问此业务账号")
    case .contractNotFound: error(.notFound, "CONTRACT_NOT_FOUND", "合同不存在")
    case .foreignContract: error(.permissionDenied, "FOREIGN_CONTRACT", "无权访问此合同")
    case .foreignSignature: error(.permissionDenied, "FOREIGN_CONTRACT", "无权更新此合同的签署状态")
    case .projectNotFound: error(.notFound, "PROJECT_NOT_FOUND", "项目不存在")
    case .foreignProject: error(.permissionDenied, "FOREIGN_PROJECT", "无权访问此项目")
    case .projectLinkNotFound: error(.notFound, "PROJECT_LINK_NOT_FOUND", "链接不存在")
    case .projectTaskNotFound: error(.notFound, "PROJECT_TASK_NOT_FOUND", "任务不存在")
    case .notShownToBeAPerson: error(.failedPrecondition, "TURNSTILE_FAILED", "Turnstile验证失败")
    case .contactNotFound: error(.notFound, "CONTACT_NOT_FOUND", "联系表单不存在")
    case .fileNotFound: error(.notFound, "FILE_NOT_FOUND", "文件不存在")
    case .foreignFile: error(.permissionDenied, "FOREIGN_FILE", "无权访问此文件")
    case .missingFile: error(.invalidArgument, "MISSING_FILE", "file 不能为空")
    case .secondFileName: error(.invalidArgument, "SECOND_FILE_NAME", "文件名只能提供一次")
    case .invalidFileName(let problem): error(.invalidArgument, "INVALID_FILE_NAME", problem.rawValue)
    case .invalidContentType: error(.invalidArgument, "INVALID_CONTENT_TYPE", "文件类型不是有效的媒体类型")
    case .fileTypeUnsupported: error(.failedPrecondition, "FILE_TYPE_UNSUPPORTED", "文件类型不支持")
    case .fileTooLarge:
      RPCError(
        .resourceExhausted, "文件过大", reason: "MESSAGE_TOO_LARGE", domain: Self.domain, info: ["limit_bytes": "\(FileRecord.sizeMax)"])
    case .uploadTooSlow: error(.deadlineExceeded, "UPLOAD_TOO_SLOW", "上传超时，请重试", status: 408)
    case .tooManyUploads:
      RPCError(
        .resourceExhausted, "同时上传的文件过多，请稍后再试", reason: "TOO_MANY_UPLOADS", domain: Self.domain, retryAfter: .seconds(5))
    case .invalidDownloadLink: error(.permissionDenied, "INVALID_DOWNLOAD_LINK", "下载链接无效或已过期")
    }
  }

  /// - Parameters:
  ///   - status: Of the REST answer, where the code does not say it.
  ///   - headers: Of the REST answer.
  private func error(
    _ code: StatusCode, _ reason: String, _ message: String, status: Int? = nil, headers: [(name: String, value: String)] = []
  ) -> RPCError {
    var error = RPCError(code, message, reason: reason, domain: Self.domain)
    if let status { error.metadata.add("weft-http-status", String(status)) }
    for header in headers { error.metadata.add("weft-http-header-" + header.name, header.value) }
    return error
  }
}
