/// What the audit trail knows of: every administrative act and every change of the means by which somebody signs in.
///
/// The texts are stored and read by programs: they are never changed.
enum AuditAction: String, Sendable {
  case registered = "register"
  case passwordChanged = "password.change"
  /// By a code or an operator; `detail` says which.
  case passwordReset = "password.reset"
  case phoneBound = "phone.bind"
  case phoneChanged = "phone.change"
  case applicationKeyCreated = "application_key.create"
  case applicationKeyRotated = "application_key.rotate"
  case applicationKeyEnabled = "application_key.enable"
  case applicationKeyDisabled = "application_key.disable"
  case signInEnded = "sign_in.end"
  /// An administrator's console, for a working day.
  case consoleSignedIn = "console.sign_in"
  case otherSignInsEnded = "sign_in.end_others"
  case passkeyRegistered = "passkey.register"
  case passkeyRenamed = "passkey.rename"
  case passkeyMadePrimary = "passkey.primary"
  case passkeyDeleted = "passkey.delete"
  /// Refused because it counted backwards: two authenticators may have one key.
  case passkeyCloned = "passkey.clone"
  case passkeysSwitchedOn = "passkeys.on"
  case passkeysSwitchedOff = "passkeys.off"

  // Administration
  case userEnabled = "user.enable"
  case userDisabled = "user.disable"
  case userRoleChanged = "user.role"
  case userSignInsEnded = "user.end_sign_ins"
  case userResetCodeSent = "user.reset_code"
  /// By the settings, at start.
  case administratorMade = "user.make_admin"
  case ticketReplied = "ticket.reply"
  case businessAccountActivated = "business_account.activate"
  case businessAccountDisabled = "business_account.disable"
  case contractCreated = "contract.create"
  case contractUpdated = "contract.update"
  case contractDeleted = "contract.delete"
  /// By its owner too: what was agreed to, when and from where.
  case contractSigned = "contract.sign"
  case contractUnsigned = "contract.unsign"
  case projectCreated = "project.create"
  case projectUpdated = "project.update"
  case projectDeleted = "project.delete"
  case projectFileAdded = "project_file.add"
  case projectFileDeleted = "project_file.delete"
  case projectLinkAdded = "project_link.add"
  case projectLinkDeleted = "project_link.delete"
  case projectTaskAdded = "project_task.add"
  case projectTaskStatusSet = "project_task.status"
  case projectTaskDeleted = "project_task.delete"
  case contactProcessed = "contact.process"
  case secretRotated = "signing_secret.rotate"
  case oauthClientCreated = "oauth_client.create"
  case oauthClientEnabled = "oauth_client.enable"
  case oauthClientDisabled = "oauth_client.disable"
  case oauthClientSecretRotated = "oauth_client.rotate_secret"
  case oauthClientDeleted = "oauth_client.delete"
  case oauthConsentGiven = "oauth_consent.give"
  case oauthAuthorizationRevoked = "oauth_authorization.revoke"
  /// A client gave back what it had of a user.
  case oauthTokenRevoked = "oauth_token.revoke"
  /// A code or refresh token was used twice, and what was made of it ended; the actor is the user whose it was.
  case oauthReuseDetected = "oauth_token.reuse"
  case signingKeysRotated = "signing_keys.rotate"
}
