import CustomerServiceAPI
import Identity

/// Requests of both ceremonies come in two forms: the document's flat one, and `PublicKeyCredential.toJSON()` of browsers. Here they
/// become one; where both are given, they must say the same.
extension AttestationResponse {
  /// - Throws: `incompletePasskey` if neither form has a part; `PasskeyFailure.malformedResponse` if the forms disagree.
  init(_ request: CSAv1.RegisterPasskeyRequest) throws {
    try requirePublicKey(request.type)
    self.init(
      credentialID: try part("credential_id", request.credentialID, request.id, request.rawID),
      clientDataJSON: try part("client_data_json", request.clientDataJson, request.response?.clientDataJson),
      attestationObject: try part("attestation_object", request.attestationObject, request.response?.attestationObject))
  }
}

extension AssertionResponse {
  /// - Throws: `incompletePasskey` if neither form has a part; `PasskeyFailure.malformedResponse` if the forms disagree.
  init(_ request: CSAv1.AuthenticatePasskeyRequest) throws {
    try requirePublicKey(request.type)
    let handles = [request.userHandle, request.response?.userHandle].compactMap { $0 }
    self.init(
      credentialID: try part("credential_id", request.credentialID, request.id, request.rawID),
      clientDataJSON: try part("client_data_json", request.clientDataJson, request.response?.clientDataJson),
      authenticatorData: try part("authenticator_data", request.authenticatorData, request.response?.authenticatorData),
      signature: try part("signature", request.signature, request.response?.signature),
      userHandle: handles.isEmpty ? nil : try part("user_handle", handles.first, handles.last))
  }
}

/// The one value that a part has in all the places where it may stand.
private func part(_ name: String, _ places: [UInt8]?...) throws -> [UInt8] {
  let values = places.compactMap { $0 }
  guard let value = values.first else { throw CustomerServiceError.incompletePasskey(name) }
  guard values.allSatisfy({ $0 == value }) else { throw PasskeyFailure.malformedResponse("two values of \(name)") }
  return value
}

private func requirePublicKey(_ type: String?) throws(PasskeyFailure) {
  if let type, type != "public-key" { throw .malformedResponse("type") }
}
