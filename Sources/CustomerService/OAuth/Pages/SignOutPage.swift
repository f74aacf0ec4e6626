/// The page on which somebody ends what this browser may do in their name.
struct SignOutPage: Sendable {
  var form: PageForm
  /// Nil: nobody is signed in, or nobody is any more.
  var account: String?

  var html: HTML {
    let language = form.language
    guard let account else {
      let title = language("已退出登录", "You are signed out")
      return PageLayout(language: language, title: title, languageSwitch: form.languageSwitch).document(
        """
        <div>
        <h1>\(title)</h1>
        <p class="lead">\(language("此浏览器中没有已登录的账号。其他应用中的登录需在该应用中退出。", "No account is signed in with this browser. Applications that you went on to have sign-ins of their own."))</p>
        </div>
        """)
    }
    let title = language("退出登录", "Sign out")
    return PageLayout(language: language, title: title, languageSwitch: form.languageSwitch).document(
      """
      <div>
      <h1>\(title)</h1>
      <p class="lead">\(language("当前账号", "You are signed in as")) <strong><bdi>\(account)</bdi></strong></p>
      </div>
      \(form.html(
        action: "/oauth/sign-out",
        """
        <input type="hidden" name="ui_locales" value="\(language.tag)">
        <div class="actions"><button class="primary" type="submit">\(language("退出登录", "Sign out"))</button></div>
        """))
      """)
  }
}
