/// What a scope means, in words that somebody can decide by.
enum ScopeText {
  static func item(_ scope: String, _ language: PageLanguage) -> HTML {
    guard let (what, detail) = text(scope, language) else {
      // A scope of the client's own, that only its administrator knows the meaning of.
      return "<li><div><b>\(language("使用权限", "Use the permission")) <code><bdi>\(scope)</bdi></code></b></div></li>"
    }
    return "<li><div><b>\(what)</b><span>\(detail)</span></div></li>"
  }

  private static func text(_ scope: String, _ language: PageLanguage) -> (what: String, detail: String)? {
    switch scope {
    case "openid":
      (language("确认您的身份", "Know that it is you"), language("您的用户编号，不含其他资料", "Your user number and nothing else about you"))
    case "profile":
      (language("查看您的基本资料", "See your profile"), language("姓名、头像和资料更新时间", "Your name, your picture and when they changed"))
    case "email":
      (language("查看您的邮箱地址", "See your email address"), language("地址以及是否已验证", "The address, and whether it is verified"))
    case "phone":
      (language("查看您的手机号", "See your mobile number"), language("号码以及是否已验证", "The number, and whether it is verified"))
    case "address":
      (language("查看您的通讯地址", "See your postal address"), language("如果您填写过", "If you have given one"))
    case "offline_access":
      (language("在您离开后保持登录", "Stay signed in while you are away"), language("直到您撤销授权", "Until you take this back"))
    default: nil
    }
  }
}
