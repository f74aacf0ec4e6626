import CustomerServiceAPI
import Protobuf
import RPC

extension OAuthPageService {
  /// POST /oauth/consent
  func decide(_ request: CSAv1.DecideRequest, _ call: ServerCall) async throws -> GoogleAPI.HttpBody {
    try await submitted(request, call) { form in
      let asked = form.asked
      // Whoever was signed in when the page was made may have been signed out since, here or elsewhere.
      guard let (session, _) = try await endpoint.sessions.current(form.cookie, call), !asked.prompts.contains(.login) else {
        return call.redirect(to: asked.parameters.nextURL, status: 303)
      }
      switch request.decision {
      case "allow":
        let code = try await endpoint.code(
          for: asked, userID: session.userID, signInID: session.signInID, authTime: session.authTime, isAgreed: true, call)
        guard let code else { return call.redirect(to: asked.parameters.nextURL, status: 303) }
        return endpoint.sendBack(code: code, for: asked, form.visit, call)
      case "deny":
        throw asked.failure(.accessDenied, "the user has refused")
      case "continue":
        return call.redirect(to: asked.parameters.without([.selectAccount]).nextURL, status: 303)
      case "switch":
        try await endpoint.sessions.end(form.cookie, call)
        return call.redirect(
          to: asked.parameters.without([.selectAccount]).nextURL, status: 303,
          setCookie: endpoint.cookie.header(endpoint.sessions.makeCookie()))
      default: throw CustomerServiceError.staleForm
      }
    }
  }
}
