import ApplicationSupport
import CustomerServiceAPI
import Platform
import RPC
import Storage

/// The OAuth 2.1 and OpenID Connect provider (chapters 1.4.1 to 1.4.4 of the document). The other endpoints are in files of their own.
struct OAuthService: CSAv1.OAuthServiceServer {
  let database: Database
  let time: any TimeSource
  let ids: ObjectIDGenerator
  let secrets: OAuthSecrets
  let publicURL: PublicURL
  let clients: ClientAuthentication
  let issue: TokenIssue
  let idTokens: IDTokens
  let keys: SigningKeyRing
  let limits: OAuthLimits
  let endpoint: AuthorizationEndpoint

  /// GET /.well-known/openid-configuration
  /// GET /.well-known/oauth-authorization-server
  func getConfiguration(_ request: CSAv1.GetConfigurationRequest, _ call: ServerCall) async throws -> CSAv1.GetConfigurationResponse {
    call.setHTTPHeader("cache-control", "public, max-age=300")
    return CSAv1.GetConfigurationResponse(issuer: publicURL.value)
  }

  /// GET /oauth/jwks
  func getKeys(_ request: CSAv1.GetKeysRequest, _ call: ServerCall) async throws -> CSAv1.GetKeysResponse {
    // Short, so that a new key is soon known; who meets an unknown `kid` asks again anyway.
    call.setHTTPHeader("cache-control", "public, max-age=300")
    return .with { $0.keys = keys.publicKeys.map { CSAv1.JsonWebKey($0.key, $0.record) } }
  }
}
