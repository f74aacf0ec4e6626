import Storage

/// All SQL about preferences.
enum PreferencesStore {
  /// Of an account that may never have said any.
  static func preferences(of userID: Int64, _ transaction: ReadTransaction) throws -> Preferences {
    try transaction.first("SELECT * FROM cw_preferences WHERE user_id = $user_id", ["user_id": .integer(userID)]) { row in
      Preferences(
        theme: try row.optionalText("theme"), language: try row.optionalText("language"), timezone: try row.optionalText("timezone"),
        emailNotifications: try row.optionalInteger("email_notifications").map { $0 != 0 },
        pushNotifications: try row.optionalInteger("push_notifications").map { $0 != 0 },
        autoSave: try row.optionalInteger("auto_save").map { $0 != 0 },
        defaultDocumentFormat: try row.optionalText("default_document_format"),
        defaultExportFormat: try row.optionalText("default_export_format"))
    } ?? Preferences()
  }

  static func set(_ preferences: Preferences, of userID: Int64, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT OR REPLACE INTO cw_preferences (
        user_id, theme, language, timezone, email_notifications, push_notifications, auto_save, default_document_format,
        default_export_format)
      VALUES (
        $user_id, $theme, $language, $timezone, $email_notifications, $push_notifications, $auto_save, $default_document_format,
        $default_export_format)
      """,
      [
        "user_id": .integer(userID), "theme": .optionalText(preferences.theme), "language": .optionalText(preferences.language),
        "timezone": .optionalText(preferences.timezone),
        "email_notifications": preferences.emailNotifications.map { .bool($0) } ?? .null,
        "push_notifications": preferences.pushNotifications.map { .bool($0) } ?? .null,
        "auto_save": preferences.autoSave.map { .bool($0) } ?? .null,
        "default_document_format": .optionalText(preferences.defaultDocumentFormat),
        "default_export_format": .optionalText(preferences.defaultExportFormat),
      ])
  }
}
