import ApplicationSupport
import CustomerServiceAPI
import Identity
import Platform
import Protobuf
import RPC
import Storage

/// Sign-ins of operators' consoles, which last for a working day. Over RPC only.
struct ConsoleService: CSAv1.ConsoleServiceServer {
  let database: Database
  let ids: ObjectIDGenerator
  let authentication: PasswordAuthentication
  let sessions: ConsoleSessions
  let validity: ValidityLog

  func beginConsoleSession(
    _ request: CSAv1.BeginConsoleSessionRequest, _ call: ServerCall
  ) async throws -> CSAv1.BeginConsoleSessionResponse {
    let user = try await authentication.user(email: request.email, password: request.password, call)
    // Said only after the right password, or anybody could ask who administrators are.
    guard user.role == User.Role.admin else { throw CustomerServiceError.administratorsOnly }
    let draft = sessions.draft(call)
    let entry = AuditEntry(.consoleSignedIn, of: user.id, by: user.id, call, ids: ids, now: draft.now)
    let token = try await database.write(for: call) { [sessions] transaction in
      // A change of the password since it was checked would leave a session on the list that never worked.
      guard let now = try UserStore.user(id: user.id, transaction), now.isActive else { throw CustomerServiceError.accountDisabled }
      guard now.tokenEpoch == user.tokenEpoch else { throw CustomerServiceError.wrongCredentials }
      guard now.role == User.Role.admin else { throw CustomerServiceError.administratorsOnly }
      let token = try sessions.begin(now, draft, transaction)
      try AuditStore.insert(entry, transaction)
      return token
    }
    return .with {
      $0.sessionKey = draft.key
      $0.sessionExpiresAt = GoogleProtobuf.Timestamp(microseconds: draft.expiresAt)
      $0.accessToken = token.text
      $0.tokenType = "bearer"
      $0.expiresIn = token.expiresIn
    }
  }

  func renewConsoleSession(
    _ request: CSAv1.RenewConsoleSessionRequest, _ call: ServerCall
  ) async throws -> CSAv1.RenewConsoleSessionResponse {
    guard let found = try await sessions.current(request.sessionKey, call) else { throw CustomerServiceError.invalidToken }
    guard found.user.role == User.Role.admin else { throw CustomerServiceError.administratorsOnly }
    guard let token = sessions.token(for: found) else { throw CustomerServiceError.invalidToken }
    return .with {
      $0.sessionExpiresAt = GoogleProtobuf.Timestamp(microseconds: found.signIn.expiresAt)
      $0.accessToken = token.text
      $0.tokenType = "bearer"
      $0.expiresIn = token.expiresIn
    }
  }

  func endConsoleSession(_ request: CSAv1.EndConsoleSessionRequest, _ call: ServerCall) async throws -> GoogleProtobuf.Empty {
    let digest = sessions.digest(request.sessionKey)
    let now = sessions.time.wallMicroseconds
    let entry = AuditEntry(.signInEnded, of: nil, call, ids: ids, now: now)
    try await database.write(for: call) { [validity] transaction in
      guard let found = try ConsoleSessions.current(digest, now: now, transaction) else { return }
      var entry = entry
      entry.actorID = found.user.id
      entry.targetID = found.signIn.id
      try validity.end(found.signIn, at: now, transaction)
      try BrowserSessionStore.end(digest: digest, now: now, transaction)
      try AuditStore.insert(entry, transaction)
    }
    return GoogleProtobuf.Empty()
  }
}
