import CustomerServiceAPI
import Protobuf

extension CSAAdminV1.OAuthClient {
  /// - Parameter secret: In clear, for the answer that makes the client; nil everywhere else.
  init(_ client: OAuthClient, secret: String? = nil) {
    self.init()
    id = client.id
    clientID = client.id
    clientSecret = secret
    clientName = client.name
    redirectUris = client.redirectURIs
    scopes = client.scopes.names
    grantTypes = client.grantTypes
    responseTypes = client.may(OAuthClient.GrantType.authorizationCode) ? ["code"] : []
    isActive = client.isActive
    createdAt = GoogleProtobuf.Timestamp(microseconds: client.createdAt)
    `public` = client.isPublic
    idTokenSignedResponseAlg = client.idTokenAlgorithm
  }
}
