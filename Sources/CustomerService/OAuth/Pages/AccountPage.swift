/// The page that asks as whom to go on (`prompt=select_account`; OpenID Connect Core 1.0, section 3.1.2.1).
struct AccountPage: Sendable {
  var form: PageForm
  var clientName: String
  var account: String
  var accountName: String?

  var html: HTML {
    let language = form.language
    let title = language("选择账号", "Choose an account")
    return PageLayout(language: language, title: title, languageSwitch: form.languageSwitch).document(
      """
      <div>
      <h1>\(title)</h1>
      <p class="lead">\(language("继续前往", "to continue to")) <strong><bdi>\(clientName)</bdi></strong></p>
      </div>
      \(AccountCard(account: account, name: accountName, language: language).html)
      \(form.html(
        action: "/oauth/consent",
        """
        <div class="actions">
        <button class="primary" type="submit" name="decision" value="continue">\(language("以此账号继续", "Continue with this account"))</button>
        <button type="submit" name="decision" value="switch">\(language("使用其他账号", "Use another account"))</button>
        </div>
        """))
      """)
  }
}
