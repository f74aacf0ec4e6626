import ApplicationSupport
import Identity
import Synchronization

/// The relying party as settings and public URL make it, put together once: the URL is known only once the listener is bound.
final class CurrentRelyingParty: Sendable {
  private let settings: PasskeySettings
  private let publicURL: PublicURL
  private let known = Mutex<(url: String, party: RelyingParty)?>(nil)

  init(_ settings: PasskeySettings, publicURL: PublicURL) {
    self.settings = settings
    self.publicURL = publicURL
  }

  var party: RelyingParty {
    let url = publicURL.value
    return known.withLock { known in
      if let known, known.url == url { return known.party }
      let party = settings.party(publicURL: url)
      known = (url, party)
      return party
    }
  }
}
