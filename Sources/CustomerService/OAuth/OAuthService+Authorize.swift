import CustomerServiceAPI
import Protobuf
import RPC

extension CSAv1.AuthorizeRequest: PageRequest {}

extension OAuthService {
  /// GET /oauth/authorize
  /// POST /oauth/authorize
  func authorize(_ request: CSAv1.AuthorizeRequest, _ call: ServerCall) async throws -> GoogleAPI.HttpBody {
    let parameters = AuthorizationParameters(request)
    var visit = endpoint.visit(request, uiLocales: parameters[.uiLocales])
    let bearer = call.bearerToken
    // Who bears a token is a program.
    if bearer != nil { visit.wantsHTML = false }
    return try await endpoint.answering(visit, call) {
      if let bearer { return try await endpoint.proceed(parameters, bearer: bearer, call) }
      let asked = try await endpoint.read(parameters, call)
      // A form of the client's page does not bring the cookie along (`SameSite`); the redirection that it is answered with does.
      if request.contentType.hasPrefix("application/x-www-form-urlencoded") {
        return call.redirect(to: asked.parameters.url, status: 303)
      }
      return try await endpoint.proceed(asked, visit, call)
    }
  }
}

extension AuthorizationParameters {
  init(_ request: CSAv1.AuthorizeRequest) {
    self.init([
      (.responseType, request.responseType), (.clientID, request.clientID), (.redirectURI, request.redirectUri), (.scope, request.scope),
      (.state, request.state), (.responseMode, request.responseMode), (.nonce, request.nonce), (.display, request.display),
      (.prompt, request.prompt), (.maxAge, request.maxAge), (.uiLocales, request.uiLocales), (.idTokenHint, request.idTokenHint),
      (.loginHint, request.loginHint), (.acrValues, request.acrValues), (.codeChallenge, request.codeChallenge),
      (.codeChallengeMethod, request.codeChallengeMethod), (.request, request.request), (.requestURI, request.requestUri),
      (.registration, request.registration),
    ])
  }
}
