/// What the audit trail knows of: every administrative act and every change of the means by which somebody signs in.
///
/// The texts are stored and read by programs: they are never changed.
enum AuditAction: String, Sendable {
  case registered = "register"
  case passwordChanged = "password.change"
}
