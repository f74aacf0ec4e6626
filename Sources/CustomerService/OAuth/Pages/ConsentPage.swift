/// The page on which somebody decides what a client may know.
struct ConsentPage: Sendable {
  var form: PageForm
  var clientName: String
  /// The host, or the scheme of an application, that the browser is sent to.
  var destination: String
  var scopes: [String]
  /// How the account is called: its address.
  var account: String
  var accountName: String?
  var problems: [PageProblem] = []

  private var language: PageLanguage { form.language }

  var html: HTML {
    let title = language("授权登录", "Allow access")
    let items: [HTML] = scopes.map { ScopeText.item($0, language) }
    return PageLayout(language: language, title: title, languageSwitch: form.languageSwitch, hasProblem: !problems.isEmpty).document(
      """
      <div>
      <h1>\(title)</h1>
      <p class="lead"><strong><bdi>\(clientName)</bdi></strong> \(language("希望使用您的账号登录", "wants to sign you in with your account"))</p>
      </div>
      \(PageProblem.summary(problems, language))
      \(AccountCard(account: account, name: accountName, language: language, switching: form).html)
      <section aria-labelledby="scopes">
      <h2 id="scopes">\(language("允许后，该应用可以：", "If you allow it, this application can:"))</h2>
      <ul class="scopes">\(items)</ul>
      </section>
      <p class="fine">\(language("您将返回", "You will be sent back to")) <b><bdi>\(destination)</bdi></b>\(language("。请确认您信任该应用；您可以随时撤销授权。", ". Make sure that you trust it; you can take this back at any time."))</p>
      \(form.html(
        action: "/oauth/consent",
        """
        <div class="actions pair">
        <button class="primary" type="submit" name="decision" value="allow">\(language("允许", "Allow"))</button>
        <button type="submit" name="decision" value="deny">\(language("拒绝", "Cancel"))</button>
        </div>
        """))
      """)
  }
}
