import CustomerServiceAPI

extension CSAv1.GetConfigurationResponse {
  /// What this provider says of itself.
  ///
  /// Source: OpenID Connect Discovery 1.0, section 3; RFC 8414, section 2; RFC 9207, section 3.
  ///
  /// - Parameter issuer: The public URL, without a slash at the end.
  init(issuer: String) {
    self.init()
    let clientAuthentication = ["client_secret_basic", "client_secret_post"]
    self.issuer = issuer
    authorizationEndpoint = issuer + "/oauth/authorize"
    tokenEndpoint = issuer + "/oauth/token"
    userinfoEndpoint = issuer + "/oauth/userinfo"
    jwksUri = issuer + "/oauth/jwks"
    revocationEndpoint = issuer + "/oauth/revoke"
    introspectionEndpoint = issuer + "/oauth/introspect"
    scopesSupported = OAuthScope.ofUsers
    responseTypesSupported = ["code"]
    responseModesSupported = ["query"]
    grantTypesSupported = OAuthClient.GrantType.all
    subjectTypesSupported = ["public"]
    idTokenSigningAlgValuesSupported = ["RS256", "ES256"]
    tokenEndpointAuthMethodsSupported = clientAuthentication + ["none"]
    revocationEndpointAuthMethodsSupported = clientAuthentication + ["none"]
    introspectionEndpointAuthMethodsSupported = clientAuthentication
    codeChallengeMethodsSupported = [PKCE.method]
    claimsSupported = [
      "sub", "iss", "aud", "azp", "exp", "iat", "auth_time", "nonce", "at_hash", "name", "picture", "updated_at", "email", "email_verified",
      "phone_number", "phone_number_verified",
    ]
    promptValuesSupported = ["none", "login", "consent", "select_account"]
    displayValuesSupported = ["page"]
    uiLocalesSupported = ["zh-CN", "en"]
    // `request_uri` counts unless a provider says no (Discovery 1.0, section 3), so all three say it.
    claimsParameterSupported = false
    requestParameterSupported = false
    requestUriParameterSupported = false
    authorizationResponseIssParameterSupported = true
  }
}
