import CustomerServiceAPI
import Protobuf
import RPC

/// Signing in by text message: the number first, then the code. A number of nobody's makes a new account, as over REST.
extension OAuthPageService {
  /// POST /oauth/sign-in/send-code
  func sendSignInCode(_ request: CSAv1.SendSignInCodeRequest, _ call: ServerCall) async throws -> GoogleAPI.HttpBody {
    try await submitted(request, call) { form in
      let number = Self.number(request.phoneNumber)
      guard Self.isNumber(number) else {
        return page(
          .sms, for: form.asked, form.visit, status: 422, phone: request.phoneNumber, problems: [Self.wrongNumber(form.visit.language)],
          call)
      }
      do {
        try policy.admit("code", from: call.peer)
        try await phones.codes.send(to: number, call)
        return page(.code, for: form.asked, form.visit, phone: number, call)
      } catch let error as CustomerServiceError {
        // A code that was sent a moment ago is still to be typed.
        if case .textMessageTooSoon = error { return try again(.code, after: error, at: nil, form, phone: number, call) }
        return try again(.sms, after: error, at: "phone_number", form, phone: number, call)
      }
    }
  }

  /// POST /oauth/sign-in/code
  func signInByCode(_ request: CSAv1.SignInByCodeRequest, _ call: ServerCall) async throws -> GoogleAPI.HttpBody {
    try await submitted(request, call) { form in
      let language = form.visit.language
      let number = Self.number(request.phoneNumber)
      let code = request.verificationCode.filter { !$0.isWhitespace }
      guard Self.isNumber(number) else {
        return page(
          .sms, for: form.asked, form.visit, status: 422, phone: request.phoneNumber, problems: [Self.wrongNumber(language)], call)
      }
      guard code.utf8.count == 6, code.utf8.allSatisfy(Self.isDigit) else {
        let problem = PageProblem(language("请输入6位数字验证码", "Enter the six digits of the code"), at: "verification_code")
        return page(.code, for: form.asked, form.visit, status: 422, phone: number, problems: [problem], call)
      }
      do {
        try policy.admit("credential", from: call.peer)
        let user = try await phones.account(of: number, code: code, call)
        return try await begin(user, by: .sms, form, call)
      } catch let error as CustomerServiceError {
        let field = error == .invalidTextMessageCode ? "verification_code" : nil
        return try again(.code, after: error, at: field, form, phone: number, call)
      }
    }
  }

  /// People write numbers in groups, and with the country's code before them.
  private static func number(_ text: String) -> String {
    var digits = text.filter { !$0.isWhitespace && $0 != "-" }
    for prefix in ["+86", "0086"] where digits.hasPrefix(prefix) { digits.removeFirst(prefix.count) }
    return digits
  }

  /// `^1[3-9][0-9]{9}$`, as over REST (chapter 1.2.1).
  private static func isNumber(_ text: String) -> Bool {
    let digits = Array(text.utf8)
    return digits.count == 11 && digits[0] == UInt8(ascii: "1") && digits[1] >= UInt8(ascii: "3") && digits.allSatisfy(isDigit)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  private static func wrongNumber(_ language: PageLanguage) -> PageProblem {
    PageProblem(language("请输入11位手机号", "Enter a mobile number of 11 digits"), at: "phone_number")
  }
}
