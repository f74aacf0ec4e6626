/// The page on which somebody signs in, before a client learns anything.
struct SignInPage: Sendable {
  /// By what they sign in now; the page links to the others.
  enum Means: String, Sendable {
    case password, sms
    /// The second step of `sms`: the code was sent.
    case code
  }

  var form: PageForm
  var means: Means
  /// Who wants to know; as its administrator named it.
  var clientName: String
  var email = ""
  var phone = ""
  var problems: [PageProblem] = []

  private var language: PageLanguage { form.language }

  var html: HTML {
    let title = language("登录", "Sign in")
    return PageLayout(
      language: language, title: title, languageSwitch: form.languageSwitch, hasProblem: !problems.isEmpty, hasScript: means != .code
    ).document(
      """
      <div>
      <h1>\(title)</h1>
      <p class="lead">\(language("登录后继续前往", "to continue to")) <strong><bdi>\(clientName)</bdi></strong></p>
      </div>
      \(PageProblem.summary(problems, language))
      \(fields)
      \(others)
      """)
  }

  private var fields: HTML {
    switch means {
    case .password: password
    case .sms: number
    case .code: code
    }
  }

  private var password: HTML {
    form.html(
      action: "/oauth/sign-in",
      """
      \(field("email", language("邮箱", "Email"), "email", email, "username webauthn", "email", 254, isFirst: email.isEmpty).html)
      \(field("password", language("密码", "Password"), "password", "", "current-password", nil, 128, isFirst: !email.isEmpty).html)
      <div class="actions"><button class="primary" type="submit">\(language("登录", "Sign in"))</button></div>
      """)
  }

  private var number: HTML {
    form.html(
      action: "/oauth/sign-in/send-code",
      """
      \(field("phone_number", language("手机号", "Mobile number"), "tel", phone, "tel-national", "tel", 24, isFirst: true).html)
      <div class="actions"><button class="primary" type="submit">\(language("获取验证码", "Send me a code"))</button></div>
      """)
  }

  private var code: HTML {
    let sent = language("验证码已发送至 \(phone)，10分钟内有效。", "We sent a code of six digits to \(phone). It is valid for ten minutes.")
    var digits = field(
      "verification_code", language("验证码", "Code"), "text", "", "one-time-code", "numeric", 6, isFirst: true)
    digits.hint = sent
    let signIn = form.html(
      action: "/oauth/sign-in/code",
      """
      <input type="hidden" name="phone_number" value="\(phone)">
      \(digits.html)
      <div class="actions"><button class="primary" type="submit">\(language("登录", "Sign in"))</button></div>
      """)
    let again = form.html(
      action: "/oauth/sign-in/send-code",
      """
      <input type="hidden" name="phone_number" value="\(phone)">
      <button class="link" type="submit">\(language("重新发送验证码", "Send another code"))</button>
      """)
    return "\(signIn)\n\(again)"
  }

  private func field(
    _ name: String, _ label: String, _ type: String, _ value: String, _ autocomplete: String, _ inputMode: String?, _ maxLength: Int,
    isFirst: Bool = false
  ) -> PageField {
    PageField(
      name: name, label: label, type: type, value: value, autocomplete: autocomplete, inputMode: inputMode, maxLength: maxLength,
      problem: problems.first { $0.field == name }?.text, hasFocus: isFirst && problems.isEmpty)
  }

  /// Where the page is for other means.
  private func other(_ means: Means) -> String { Self.url(request: form.request, means: means) }

  /// - Parameter request: The client's, in its canonical form.
  static func url(request: String, means: Means) -> String {
    FormURL.url("/oauth/sign-in", adding: [("request", request), ("means", means.rawValue)])
  }

  /// The other ways in, the passkey hidden until the script has found that there can be one.
  private var others: HTML {
    let separator: HTML = "<p class=\"or\">\(language("或", "or"))</p>"
    let withPassword: HTML = "<a class=\"button\" href=\"\(other(.password))\">\(language("使用密码登录", "Use a password"))</a>"
    let withCode: HTML = "<a class=\"button\" href=\"\(other(.sms))\">\(language("使用短信验证码登录", "Use a text message"))</a>"
    switch means {
    case .password: return "\(separator)\n<div class=\"others\">\(passkey)\(withCode)</div>"
    case .sms: return "\(separator)\n<div class=\"others\">\(passkey)\(withPassword)</div>"
    case .code:
      let withAnother: HTML = "<a class=\"button\" href=\"\(other(.sms))\">\(language("更换手机号", "Use another number"))</a>"
      return "\(separator)\n<div class=\"others\">\(withAnother)\(withPassword)</div>"
    }
  }

  private var passkey: HTML {
    let failed = language("未能使用通行密钥，请重试或换一种方式登录。", "The passkey did not work. Try again, or sign in another way.")
    return form.html(
      action: "/oauth/sign-in/passkey",
      attributes: " hidden data-passkey=\"/api/passkey/authentication-options\" data-failed=\"\(failed)\"",
      """
      <input type="hidden" name="credential_id">
      <input type="hidden" name="client_data_json">
      <input type="hidden" name="authenticator_data">
      <input type="hidden" name="signature">
      <input type="hidden" name="user_handle">
      <button type="button">\(language("使用通行密钥登录", "Use a passkey"))</button>
      <p class="problem" role="status"></p>
      """)
  }
}
