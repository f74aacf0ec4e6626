import RPC

/// What a page says of an error: the documented text in Chinese, the same in English.
enum PageErrorText {
  static func text(of error: RPCError, _ language: PageLanguage) -> String {
    switch language {
    case .chinese: error.message.isEmpty ? "服务器内部错误" : error.message
    case .english: english[error.reason ?? ""] ?? plain(error.code)
    }
  }

  /// By the reasons of `CustomerServiceError`.
  private static let english = [
    "UNKNOWN_CLIENT": "The application that sent you here is unknown or switched off.",
    "WRONG_REDIRECT_URI": "The application that sent you here asked to get you back at an address that it has not registered.",
    "STALE_FORM": "This page is out of date. Go back to the application and start again.",
    "INVALID_CREDENTIALS": "The email address or the password is wrong.",
    "ACCOUNT_DISABLED": "This account has been disabled.",
    "TOO_MANY_REQUESTS": "There were too many attempts. Try again later.",
    "SERVER_BUSY": "The server is busy. Try again in a moment.",
    "INVALID_TEXT_MESSAGE_CODE": "The code is wrong or no longer valid.",
    "TEXT_MESSAGE_TOO_SOON": "A code was sent a moment ago. Wait a minute before you ask for another.",
    "TEXT_MESSAGE_NOT_SENT": "The text message could not be sent. Try again later.",
    "PASSKEY_REFUSED": "The passkey did not work. Try again, or sign in another way.",
  ]

  private static func plain(_ code: StatusCode) -> String {
    switch code {
    case .resourceExhausted, .unavailable: "The server is busy. Try again in a moment."
    case .deadlineExceeded: "That took too long. Try again."
    case .invalidArgument, .failedPrecondition: "Something in the request is not as it should be."
    case .unauthenticated, .permissionDenied: "You may not do this."
    case .notFound: "There is no such page."
    default: "Something went wrong on the server."
    }
  }

  /// As the gateway has it for errors that it writes itself.
  static func status(of error: RPCError) -> Int {
    switch error.code {
    case .invalidArgument: 422
    case .failedPrecondition, .alreadyExists: 400
    case .unauthenticated: 401
    case .permissionDenied: 403
    case .notFound: 404
    case .resourceExhausted: error.reason == "SERVER_BUSY" ? 503 : 429
    case .unavailable: 503
    case .deadlineExceeded: 504
    default: 500
    }
  }
}

extension Duration {
  /// Whole seconds, rounded up, one at least: who waits as long as told finds the door open.
  var wholeSecondsUp: Int64 {
    let (seconds, attoseconds) = components
    return max(1, attoseconds > 0 && seconds < .max ? seconds + 1 : seconds)
  }
}
