public import Protobuf

/// Everything that is known about a text that is to be written. All of it comes from users, and none of it is to be believed.
public struct WritingBrief: Sendable {
  /// What is wanted, in the user's words; a template is already filled in.
  public var prompt: String
  /// More about the circumstances, in the user's words; empty for nothing.
  public var context = ""
  /// The heading of the section to write; empty for none.
  public var section = ""
  /// The template that the prompt was made with; nil for none.
  public var template: Template?
  public var documentTitle = ""
  /// What the document says so far.
  public var document = DocumentDigest()
  public var project: Project?
  public var company: Company?
  public var forms: [Form] = []

  public init(prompt: String) { self.prompt = prompt }

  public struct Template: Sendable {
    public var name: String
    public var category: String
    public var description: String

    public init(name: String, category: String = "", description: String = "") {
      self.name = name
      self.category = category
      self.description = description
    }
  }

  public struct Project: Sendable {
    public var name: String
    /// As the API has it, such as `emergency_plan`.
    public var type: String
    public var description: String

    public init(name: String, type: String, description: String = "") {
      self.name = name
      self.type = type
      self.description = description
    }
  }

  /// What of a company belongs into a report. No telephone numbers or addresses of people: no provider needs them.
  public struct Company: Sendable {
    public var name: String
    public var industry: String
    public var businessScope: String
    public var address: String
    public var legalRepresentative: String

    public init(
      name: String, industry: String = "", businessScope: String = "", address: String = "", legalRepresentative: String = ""
    ) {
      self.name = name
      self.industry = industry
      self.businessScope = businessScope
      self.address = address
      self.legalRepresentative = legalRepresentative
    }
  }

  public struct Form: Sendable {
    /// As the API has it, such as `environmental_info`.
    public var type: String
    let entries: [FormFacts.Entry]
    /// How many characters its values have.
    public var charactersCount: Int { entries.reduce(0) { $0 + $1.path.unicodeScalars.count + $1.value.unicodeScalars.count } }

    /// Takes at most 200 values, each of at most 500 characters: forms may be large, and a writer holds on to what it is told.
    public init(type: String, data: GoogleProtobuf.Struct) {
      self.type = type
      entries = FormFacts.flatten(data)
    }
  }
}

extension WritingBrief {
  /// What a template's placeholders may stand for, besides what the request itself gives: the section, the company, the project and every
  /// value of the forms by its name. Of two forms with the same name the later one counts.
  public var placeholderValues: [String: String] {
    var values: [String: String] = [:]
    for form in forms {
      for entry in form.entries { values[entry.path] = entry.value }
    }
    values["section"] = section
    values["context"] = context
    values["document_title"] = documentTitle
    values["document_type"] = project.map { ProjectTypes.label($0.type) } ?? documentTitle
    values["project_name"] = project?.name
    values["project_type"] = project.map { ProjectTypes.label($0.type) }
    values["company_name"] = company?.name
    values["company_address"] = company?.address
    values["industry"] = company?.industry
    values["business_scope"] = company?.businessScope
    if values["industry_type"] == nil { values["industry_type"] = company?.industry }
    return values.filter { !$0.value.isEmpty }
  }
}

/// What the document's types of projects are called.
enum ProjectTypes {
  static func label(_ type: String) -> String {
    switch type {
    case "emergency_plan": "环保应急预案"
    case "environmental_assessment": "环境影响评价报告"
    default: type
    }
  }
}
