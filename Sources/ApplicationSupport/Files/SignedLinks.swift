package import Identity
package import Platform

/// Links under which something can be fetched for a while by whoever has them.
///
/// A link holds for one thing until one moment: both are under its signature.
package struct SignedLinks: Sendable {
  private let authenticator: MessageAuthenticator
  private let time: any TimeSource

  /// - Parameter purpose: Keeps the signatures of one kind of link from being good for another.
  package init(secret: HashSecret, for purpose: String, time: any TimeSource) {
    authenticator = secret.derived(for: purpose)
    self.time = time
  }

  /// The query of a link.
  ///
  /// - Parameter lifetime: Seconds.
  /// - Returns: Such as `expires=1704110400&signature=5f1d…`.
  package func query(for id: String, lifetime: Int64) -> String {
    let expires = time.wallSeconds + lifetime
    return "expires=\(expires)&signature=\(Hexadecimal.text(signature(id, expires)))"
  }

  /// For how many seconds more a link holds, as its parts say; nil if it does not, whatever is wrong with it.
  package func secondsLeft(of id: String, expires: String, signature said: String) -> Int64? {
    // As it was written: another spelling of the same number is another text, and no link of ours.
    guard let moment = Int64(expires), String(moment) == expires, let said = Hexadecimal.bytes(said.utf8),
      constantTimeEquals(said, signature(id, moment)), moment > time.wallSeconds
    else { return nil }
    return moment - time.wallSeconds
  }

  /// The number ends the message and holds no line break, so no other pair reads the same.
  private func signature(_ id: String, _ expires: Int64) -> [UInt8] { authenticator.code(Array("\(id)\n\(expires)".utf8)) }
}
