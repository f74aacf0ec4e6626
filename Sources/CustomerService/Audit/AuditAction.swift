/// What the audit trail knows of: every administrative act and every change of the means by which somebody signs in.
///
/// The texts are stored and read by programs: they are never changed.
enum AuditAction: String, Sendable {
  case registered = "register"
  case passwordChanged = "password.change"
  case passwordReset = "password.reset"
  case phoneBound = "phone.bind"
  case phoneChanged = "phone.change"
  case applicationKeyCreated = "application_key.create"
  case applicationKeyRotated = "application_key.rotate"
  case applicationKeyEnabled = "application_key.enable"
  case applicationKeyDisabled = "application_key.disable"
}
