/// One labelled input of a form, with what is wrong with it.
struct PageField: Sendable {
  var name: String
  var label: String
  var type = "text"
  var value = ""
  var autocomplete: String
  var inputMode: String?
  var maxLength: Int?
  var hint: String?
  /// Shown at the field; the summary on top leads here.
  var problem: String?
  /// Where typing starts.
  var hasFocus = false

  var html: HTML {
    let hintID = "\(name)-hint"
    let problemID = "\(name)-problem"
    var described: [String] = []
    if hint != nil { described.append(hintID) }
    if problem != nil { described.append(problemID) }
    let hintHTML: HTML? = hint.map { "<p class=\"hint\" id=\"\(hintID)\">\($0)</p>" }
    let problemHTML: HTML? = problem.map { "<p class=\"problem\" id=\"\(problemID)\">\($0)</p>" }
    // What was typed into a password or code field is not sent back.
    let isSecret = type == "password"
    return """
      <div class="field">
      <label for="\(name)">\(label)</label>
      \(hintHTML)\(problemHTML)<input id="\(name)" name="\(name)" type="\(type)" autocomplete="\(autocomplete)" required\
      \(attribute: "value", isSecret || value.isEmpty ? nil : value)\(attribute: "inputmode", inputMode)\
      \(attribute: "maxlength", maxLength.map(String.init))\(attribute: "aria-invalid", problem == nil ? nil : "true")\
      \(attribute: "aria-describedby", described.isEmpty ? nil : described.joined(separator: " "))\
      \(flag: "autofocus", if: hasFocus) autocapitalize="none" spellcheck="false">
      </div>
      """
  }
}

/// What went wrong, on top of a page.
struct PageProblem: Sendable, Equatable {
  /// One sentence.
  var text: String
  /// The name of the field that it is about; nil for the whole form.
  var field: String?

  init(_ text: String, at field: String? = nil) {
    self.text = text
    self.field = field
  }

  /// The summary, which takes the focus so that it is read out and in sight.
  static func summary(_ problems: [PageProblem], _ language: PageLanguage) -> HTML? {
    guard !problems.isEmpty else { return nil }
    let items: [HTML] = problems.map { problem in
      guard let field = problem.field else { return "<li>\(problem.text)</li>" }
      return "<li><a href=\"#\(field)\">\(problem.text)</a></li>"
    }
    return """
      <div class="alert" role="alert" tabindex="-1" autofocus aria-labelledby="problems">
      <h2 id="problems">\(language("请检查以下问题", "There is a problem"))</h2>
      <ul>\(items)</ul>
      </div>
      """
  }
}
