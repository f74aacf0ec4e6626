/// What a brief says that an outline can put in: names in sentences, a table of what may be quoted, what may happen in the plant.
struct OutlineFacts {
  struct Fact: Equatable {
    var label: String
    var value: String
    var source: String
  }

  enum Subject {
    case emergencyPlan
    case assessment
    case other
  }

  private static let factsMax = 40
  private static let valueCharactersMax = 120
  /// Of what is searched for things that may happen.
  private static let searchedBytesMax = 60_000

  let subject: Subject
  /// In the order company, project, forms.
  let facts: [Fact]
  /// What the texts speak of; those that nobody mentions are left out.
  let scenarios: [OutlineScenario]
  private let names: [(hole: String, value: String)]

  init(_ brief: WritingBrief) {
    let entries = brief.forms.flatMap { form in form.entries.map { (form: form.type, entry: $0) } }
    let texts = [
      brief.prompt, brief.context, brief.section, brief.documentTitle, brief.project?.name ?? "", brief.project?.description ?? "",
    ]
    let wishes = texts.joined(separator: "\n")
    var all = wishes
    for (_, entry) in entries where all.utf8.count < Self.searchedBytesMax { all += "\n" + entry.value }
    subject = Self.subject(brief, wishes)
    let searched = all
    scenarios = EmergencyTopics.scenarios.filter { scenario in scenario.keys.contains { searched.contains($0) } }
    var facts: [Fact] = []
    func add(_ label: String, _ value: String?, _ source: String) {
      guard let value, !value.isEmpty, facts.count < Self.factsMax else { return }
      facts.append(
        Fact(
          label: PlainText.line(label, charactersMax: 60), value: PlainText.line(value, charactersMax: Self.valueCharactersMax),
          source: source))
    }
    add("企业名称", brief.company?.name, "企业资料")
    add("所属行业", brief.company?.industry, "企业资料")
    add("经营范围", brief.company?.businessScope, "企业资料")
    add("地址", brief.company?.address, "企业资料")
    add("法定代表人", brief.company?.legalRepresentative, "企业资料")
    add("项目名称", brief.project?.name, "项目资料")
    add("项目说明", brief.project?.description, "项目资料")
    for (form, entry) in entries {
      add(entry.path, entry.value, "表单 \(PlainText.line(form, charactersMax: 40))")
    }
    self.facts = facts
    func known(_ candidates: String?..., otherwise: String) -> String {
      candidates.compactMap { $0.map { PlainText.line($0, charactersMax: 100) } }.first { !$0.isEmpty } ?? otherwise
    }
    func value(_ path: String) -> String? { entries.last { $0.entry.path == path }?.entry.value }
    names = [
      ("{企业}", known(brief.company?.name, value("company_name"), otherwise: "【企业名称】")),
      ("{项目}", known(brief.project?.name, brief.documentTitle, otherwise: "【项目名称】")),
      ("{行业}", known(brief.company?.industry, value("industry_type"), otherwise: "【行业】")),
      ("{地址}", known(brief.company?.address, value("address"), otherwise: "【补充】")),
      ("{事件}", scenarios.isEmpty ? "突发环境事件" : scenarios.map(\.name).joined(separator: "、")),
    ]
  }

  /// The text with what is known in the place of its holes.
  func filled(_ text: String) -> String {
    names.reduce(text) { $0.contains($1.hole) ? $0.replacing($1.hole, with: $1.value) : $0 }
  }

  private static func subject(_ brief: WritingBrief, _ wishes: String) -> Subject {
    switch brief.project?.type {
    case "emergency_plan": return .emergencyPlan
    case "environmental_assessment": return .assessment
    default: break
    }
    let text = wishes + (brief.template.map { $0.name + $0.category } ?? "")
    if ["应急", "预案"].contains(where: text.contains) { return .emergencyPlan }
    if ["环评", "环境影响", "评价报告"].contains(where: text.contains) { return .assessment }
    return .other
  }
}
