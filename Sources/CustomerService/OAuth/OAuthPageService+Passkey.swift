import CustomerServiceAPI
import Identity
import Protobuf
import RPC

extension OAuthPageService {
  /// POST /oauth/sign-in/passkey
  func signInByPasskey(_ request: CSAv1.SignInByPasskeyRequest, _ call: ServerCall) async throws -> GoogleAPI.HttpBody {
    try await submitted(request, call) { form in
      let response = AssertionResponse(
        credentialID: request.credentialID, clientDataJSON: request.clientDataJson, authenticatorData: request.authenticatorData,
        signature: request.signature, userHandle: request.userHandle.isEmpty ? nil : request.userHandle)
      do {
        try policy.admit("credential", from: call.peer)
        let draft = endpoint.sessions.draft(by: .passkey, replacing: form.cookie, call)
        _ = try await passkeys.verify(response, call) { user, transaction in try BrowserSessions.begin(user, draft, transaction) }
        return proceed(form, draft, call)
      } catch let error as CustomerServiceError {
        return try again(.password, after: error, at: nil, form, call)
      }
    }
  }
}
