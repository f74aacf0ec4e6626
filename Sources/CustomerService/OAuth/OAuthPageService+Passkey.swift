import CustomerServiceAPI
import Identity
import Protobuf
import RPC

extension OAuthPageService {
  /// POST /oauth/sign-in/passkey
  func signInByPasskey(_ request: CSAv1.SignInByPasskeyRequest, _ call: ServerCall) async throws -> GoogleAPI.HttpBody {
    try await submitted(request, call) { form in
      do {
        try policy.admit("credential", from: call.peer)
        let response = AssertionResponse(
          credentialID: try Self.bytes(request.credentialID), clientDataJSON: try Self.bytes(request.clientDataJson),
          authenticatorData: try Self.bytes(request.authenticatorData), signature: try Self.bytes(request.signature),
          userHandle: request.userHandle.isEmpty ? nil : try Self.bytes(request.userHandle))
        let draft = endpoint.sessions.draft(by: .passkey, replacing: form.cookie, call)
        _ = try await passkeys.verify(response, call) { user, transaction in try BrowserSessions.begin(user, draft, transaction) }
        return proceed(form, draft, call)
      } catch let error as CustomerServiceError {
        return try again(.password, after: error, at: nil, form, call)
      }
    }
  }

  /// As our script writes them.
  private static func bytes(_ text: String) throws -> [UInt8] {
    guard let bytes = Base64URL.decode(text), !bytes.isEmpty else { throw CustomerServiceError.passkeyRefused }
    return bytes
  }
}
