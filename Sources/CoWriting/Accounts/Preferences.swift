import CoWritingAPI

/// What somebody prefers; nil for what they never said, which is answered with the document's own value.
struct Preferences: Equatable, Sendable {
  var theme: String?
  var language: String?
  var timezone: String?
  var emailNotifications: Bool?
  var pushNotifications: Bool?
  var autoSave: Bool?
  var defaultDocumentFormat: String?
  var defaultExportFormat: String?

  /// Takes over what a request says; what is absent stays.
  mutating func take(_ request: CoWritingV1.UpdatePreferencesRequest) {
    theme = request.theme ?? theme
    language = request.language ?? language
    timezone = request.timezone ?? timezone
    emailNotifications = request.emailNotifications ?? emailNotifications
    pushNotifications = request.pushNotifications ?? pushNotifications
    autoSave = request.autoSave ?? autoSave
    defaultDocumentFormat = request.defaultDocumentFormat ?? defaultDocumentFormat
    defaultExportFormat = request.defaultExportFormat ?? defaultExportFormat
  }
}

extension CoWritingV1.Preferences {
  init(_ preferences: Preferences) {
    self.init()
    theme = preferences.theme ?? "light"
    language = preferences.language ?? "zh-CN"
    timezone = preferences.timezone ?? "Asia/Shanghai"
    emailNotifications = preferences.emailNotifications ?? true
    pushNotifications = preferences.pushNotifications ?? true
    autoSave = preferences.autoSave ?? true
    defaultDocumentFormat = preferences.defaultDocumentFormat ?? "markdown"
    defaultExportFormat = preferences.defaultExportFormat ?? "pdf"
  }
}
