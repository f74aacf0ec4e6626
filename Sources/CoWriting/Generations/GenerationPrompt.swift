import LanguageModel
import Protobuf
import Storage

/// What a writer is told of a text that is wanted, put together from what the platform knows.
enum GenerationPrompt {
  /// How many of a project's forms are told: the newest.
  private static let formsMax: Int32 = 20
  /// What of their values is told, in code points; a prompt takes less.
  private static let formsCharactersMax = 100_000
  /// Of `generation_config`, as it is stored.
  private static let configBytesMax = 4_096

  // MARK: What a request brings

  /// - Throws: `CoWritingError.invalid` for a template that cannot be filled in.
  static func check(template: String) throws(CoWritingError) {
    do throws(PromptTemplate.Malformed) { _ = try PromptTemplate(parsing: template) } catch {
      throw .invalid(field: "prompt_template", error.description)
    }
  }

  /// - Returns: The JSON that is stored, with the numbers as they were given.
  /// - Throws: `CoWritingError.invalid`, with the member's name.
  static func checkedConfig(_ config: GoogleProtobuf.Struct?, field: String) throws(CoWritingError) -> String {
    do throws(GenerationConfig.Invalid) { _ = try GenerationConfig(parsing: config ?? .init()) } catch {
      guard let first = error.violations.first else { throw .invalid(field: field, "生成参数无效") }
      throw .invalid(field: "\(field).\(first.field)", "\(first.field)\(first.description)")
    }
    return try JSONObject.text(config, bytesMax: configBytesMax, field: (field, "生成参数"))
  }

  static func config(_ stored: String) throws -> GenerationConfig { try GenerationConfig(parsing: JSONObject.object(stored)) }

  /// The template's members, and those of the request in their place.
  static func merged(_ template: GoogleProtobuf.Struct, _ request: GoogleProtobuf.Struct?) -> GoogleProtobuf.Struct {
    var merged = template
    for (name, value) in request?.fields ?? [:] { merged.fields[name] = value }
    return merged
  }

  /// The prompt that a template makes: its placeholders stand for the request's variables, and else for what is known of the section, the
  /// project, its company and its forms. What the request wants besides follows.
  ///
  /// - Parameter generation: With the request's own prompt.
  /// - Throws: `CoWritingError.invalid`, which names every value that is missing.
  static func text(
    of template: GenerationTemplate, variables: GoogleProtobuf.Struct?, for generation: Generation, _ transaction: ReadTransaction
  ) throws -> String {
    var values = try brief(of: generation, transaction).placeholderValues
    for (name, value) in variables?.fields ?? [:] {
      switch value.kind {
      case .stringValue(let text)?: values[name.string] = text
      case .numberValue(let number)?:
        values[name.string] = number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number))" : "\(number)"
      default: throw CoWritingError.invalid(field: "variables.\(name.string)", "模板变量\(name.string)必须是文本或数字")
      }
    }
    let filled: String
    do {
      filled = try PromptTemplate(parsing: template.prompt).filled(with: values)
    } catch let error as PromptTemplate.MissingValues {
      throw CoWritingError.invalid(field: "variables", error.description)
    } catch let error as PromptTemplate.TooLong {
      throw CoWritingError.invalid(field: "variables", "填充后的提示词超过\(error.charactersMax)个字符")
    }
    let prompt = generation.prompt.isEmpty ? filled : filled + "\n\n" + generation.prompt
    guard !prompt.allSatisfy(\.isWhitespace) else { throw CoWritingError.invalid(field: "prompt", "提示词不能为空") }
    let count = [prompt, generation.context ?? "", generation.section ?? ""].reduce(0) { $0 + $1.unicodeScalars.count }
    guard count <= wishesMax else {
      throw CoWritingError.invalid(field: "variables", "填充后的提示词、上下文和章节共\(count)个字符，不能超过\(wishesMax)个字符")
    }
    return prompt
  }

  private static let wishesMax = PromptBuilder.Limits().wishesMax

  // MARK: What the platform knows

  static func brief(of generation: Generation, _ transaction: ReadTransaction) throws -> WritingBrief {
    var brief = WritingBrief(prompt: generation.prompt)
    brief.context = generation.context ?? ""
    brief.section = generation.section ?? ""
    if let id = generation.templateID, let template = try GenerationTemplateStore.template(id, transaction) {
      brief.template = .init(name: template.name, category: template.category ?? "", description: template.description ?? "")
    }
    // A document that was deleted meanwhile is not there: what was asked for is written without it.
    guard let document = try DocumentStore.document(id: generation.documentID, transaction) else { return brief }
    brief.documentTitle = document.title
    brief.document = DocumentDigest(of: try VersionStore.content(of: document, transaction))
    guard let project = try ProjectStore.project(document.projectID, of: .everybody, transaction) else { return brief }
    brief.project = .init(name: project.name, type: project.type, description: project.description ?? "")
    if let id = project.companyID, let company = try CompanyStore.company(id, of: .everybody, transaction) {
      brief.company = .init(
        name: company.name, industry: company.industry ?? "", businessScope: company.businessScope ?? "", address: company.address ?? "",
        legalRepresentative: company.legalRepresentative ?? "")
    }
    let forms = try FormStore.page(
      of: project.id, type: nil, ListQuery(page: ListPage(number: 1, size: formsMax)), transaction)
    var left = formsCharactersMax
    for form in forms.items where left > 0 {
      let told = WritingBrief.Form(type: form.type, data: try JSONObject.object(form.data))
      brief.forms.append(told)
      left -= told.charactersCount
    }
    // The oldest first: of two forms with the same name the later one counts.
    brief.forms.reverse()
    return brief
  }
}
