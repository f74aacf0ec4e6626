import LanguageModel
import Logging
import Outbound
import Platform

/// Who writes texts: `WEFT_AI_BASE_URL`, `WEFT_AI_API_KEY`, `WEFT_AI_MODEL`.
struct LanguageModelSettings {
  let baseURL: String
  /// Nil for a provider that asks for none.
  let key: String?
  let model: String
  let authorityFile: String?

  /// - Returns: Nil without a base URL: the built-in outline writer writes then.
  init?(_ source: SettingSource) throws {
    let baseURL = try source.text("WEFT_AI_BASE_URL")
    key = try source.text("WEFT_AI_API_KEY")
    let model = try source.text("WEFT_AI_MODEL")
    authorityFile = try MessagingSettings.authorityFile(source)
    guard let baseURL else { return nil }
    guard let model else {
      throw SettingError(setting: "WEFT_AI_MODEL", takes: "the provider's name of a model, as WEFT_AI_BASE_URL is set", got: nil)
    }
    self.baseURL = baseURL
    self.model = model
  }

  /// - Parameter inFlight: How many texts may be written at once.
  /// - Returns: The writer, and the client that it calls the provider with.
  /// - Throws: `StartError`, which names the setting.
  func writer(inFlight: Int, random: any RandomSource, logger: Logger) throws -> (writer: ChatCompletions, client: OutboundClient) {
    var options = ChatCompletions.outboundOptions(inFlight: inFlight)
    options.authorityFile = authorityFile
    let client = OutboundClient(options: options, logger: logger)
    do {
      let writer = try ChatCompletions(baseURL: baseURL, key: key, model: model, client: client, random: random, logger: logger)
      if writer.isPlainText { logger.warning("the language model's key and all prompts go to another machine in plain text: use https") }
      return (writer, client)
    } catch {
      throw StartError(description: "\(error)")
    }
  }
}
