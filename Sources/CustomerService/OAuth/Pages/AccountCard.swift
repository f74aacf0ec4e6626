import ApplicationSupport

/// Who is signed in, with the way to be somebody else.
struct AccountCard: Sendable {
  var account: String
  var name: String?
  var language: PageLanguage
  /// What a form to switch the account carries; nil leaves it out.
  var switching: PageForm?

  var html: HTML {
    let shown = name?.nilIfEmpty
    let second: HTML? = shown == nil ? nil : "<small><bdi>\(account)</bdi></small>"
    let initial = String((shown ?? account).prefix(1))
    let form = switching?.html(
      action: "/oauth/consent",
      "<button class=\"link\" type=\"submit\" name=\"decision\" value=\"switch\">\(language("切换账号", "Use another account"))</button>")
    return """
      <div class="who">
      <span class="face" aria-hidden="true">\(initial)</span>
      <div>
      <p><span class="visually-hidden">\(language("当前账号：", "Signed in as "))</span><bdi>\(shown ?? account)</bdi>\(second)</p>
      \(form)
      </div>
      </div>
      """
  }
}
