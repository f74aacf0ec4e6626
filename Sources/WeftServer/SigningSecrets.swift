import Identity
import Platform

/// What signs tokens in a process, as the settings and the data directory say.
struct SigningSecrets {
  let current: SigningSecret
  let previous: [SigningKeys.Previous]
  /// Where a new secret would be kept; nil where `WEFT_JWT_SECRET` says which one it is.
  let files: SigningSecretFiles?

  init(_ settings: ServeSettings, random: any RandomSource) throws {
    if let secret = settings.jwtSecret {
      current = try SigningSecret(bytes: secret)
      previous = try settings.previousJWTSecret.map { [.init(secret: try SigningSecret(bytes: $0), acceptedUntil: nil)] } ?? []
      files = nil
    } else {
      let files = SigningSecretFiles(directory: settings.dataDirectory, random: random)
      (current, previous) = try files.load(at: SystemTime().wallSeconds)
      self.files = files
    }
  }
}
