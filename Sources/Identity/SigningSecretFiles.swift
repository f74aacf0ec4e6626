internal import Glibc
public import Platform

/// The signing secret of a data directory, `DIR/jwt.secret`, and beside it in `DIR/jwt.secret.previous` those that it has replaced:
/// a line each, the second until which its tokens are taken and the secret in hexadecimal digits, newest first.
public struct SigningSecretFiles: Sendable {
  /// Whoever rotates more often than this while tokens live ends the oldest ones early.
  static let previousMax = 8
  /// So many secrets of 4 KiB, two digits a byte.
  private static let previousBytesMax = 128 * 1024

  private let directory: String
  private let random: any RandomSource

  public init(directory: String, random: any RandomSource) {
    self.directory = directory
    self.random = random
  }

  private var path: String { directory + "/jwt.secret" }
  private var previousPath: String { path + ".previous" }

  /// What signs and what verifies at `second`; the secret is made at random the first time. Blocks.
  ///
  /// - Throws: `IdentityError.secret` if a file cannot be read or made, or holds something else.
  public func load(at second: Int64) throws(IdentityError) -> (current: SigningSecret, previous: [SigningKeys.Previous]) {
    let current = try SigningSecret.loadOrCreate(directory: directory, random: random)
    return (current, try previous(at: second))
  }

  /// Replaces the secret by a new one made at random. Blocks.
  ///
  /// - Parameter acceptedUntil: How long tokens of the one before are still taken, in seconds since 1970; nil: no longer, nor those of
  ///   still older ones.
  /// - Returns: The new secret; the process that signs has to be told of it.
  public func rotate(at second: Int64, acceptedUntil: Int64?) throws(IdentityError) -> SigningSecret {
    let (current, previous) = try load(at: second)
    if let acceptedUntil {
      // First the old one, then the new: after a crash in between the old one is there twice, which harms nobody.
      let kept = [SigningKeys.Previous(secret: current, acceptedUntil: acceptedUntil)] + previous
      let lines = kept.prefix(Self.previousMax).map { "\($0.acceptedUntil ?? 0) \(Hexadecimal.text($0.secret.bytes))\n" }
      try SecretFile.replace(previousPath, text: lines.joined(), directory: directory, random: random)
    }
    try SecretFile.replace(path, text: SecretFile.random(SigningSecret.bytesMin, random) + "\n", directory: directory, random: random)
    if acceptedUntil == nil { try SecretFile.remove(previousPath, directory: directory) }
    return try SigningSecret.loadOrCreate(directory: directory, random: random)
  }

  /// Removes secrets from the disk that verify nothing any more. Blocks.
  public func forgetPrevious(at second: Int64) throws(IdentityError) {
    if try previous(at: second).isEmpty { try SecretFile.remove(previousPath, directory: directory) }
  }

  private func previous(at second: Int64) throws(IdentityError) -> [SigningKeys.Previous] {
    guard let bytes = try SecretFile.load(previousPath, bytesMax: Self.previousBytesMax) else { return [] }
    var kept: [SigningKeys.Previous] = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let parts = line.split(separator: UInt8(ascii: " "))
      guard parts.count == 2, let until = Int64(String(decoding: parts[0], as: UTF8.self)), let secret = Hexadecimal.bytes(parts[1]) else {
        throw .secret(
          "\(previousPath) holds something else than a second and a secret in each line; without it older tokens are refused")
      }
      if second < until { kept.append(.init(secret: try SigningSecret(bytes: secret), acceptedUntil: until)) }
    }
    return kept
  }
}
