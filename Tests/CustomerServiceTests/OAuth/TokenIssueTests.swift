import Identity
import Platform
import Storage
import Testing

@testable import CustomerService

/// Codes and refresh tokens: bound to what they were given for, used once, and what happens when they are not.
@Suite struct TokenIssueTests {
  private static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
  private static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
  private static let callback = "https://client.example.com/callback"

  /// A database with a user, a client with a secret, and a public one.
  private struct Stage: Sendable {
    let time = ManualTime()
    let database: Database
    let secrets: OAuthSecrets
    let issue: TokenIssue
    let codes: AuthorizationCodes
    let user = User.sample()
    let client = OAuthClient.sample("0000000000000000000000c1", scopes: ["openid", "email"])
    let publicClient = OAuthClient.sample("0000000000000000000000c2", scopes: ["openid"], isPublic: true)

    init(_ database: Database) throws {
      self.database = database
      let random = SystemRandom()
      secrets = OAuthSecrets(secret: try HashSecret(bytes: Array(repeating: 7, count: 32)), random: random)
      issue = TokenIssue(secrets: secrets, ids: ObjectIDGenerator(time: time, random: random), time: time)
      codes = AuthorizationCodes(secrets: secrets, time: time)
    }

    func request(_ client: OAuthClient, challenge: String? = TokenIssueTests.challenge) -> AuthorizationCodes.Request {
      .init(
        clientID: client.id, redirectURI: TokenIssueTests.callback, redirectURIGiven: true, scope: client.scopes, challenge: challenge,
        nonce: "n-0S6")
    }

    func code(_ request: AuthorizationCodes.Request? = nil) async throws -> String {
      let request = request ?? self.request(client)
      return try await database.write { try codes.issue(request, to: user, authTime: time.wallMicroseconds, $0) }
    }

    func redeem(
      _ code: String, by client: OAuthClient? = nil, redirectURI: String? = TokenIssueTests.callback,
      verifier: String? = TokenIssueTests.verifier
    ) async throws -> TokenOutcome {
      let use = TokenIssue.CodeUse(code: code, redirectURI: redirectURI, verifier: verifier)
      let client = client ?? self.client
      return try await database.write { try issue.redeem(use, by: client, $0) }
    }

    func refresh(_ token: String, by client: OAuthClient? = nil, scope: OAuthScope? = nil) async throws -> TokenOutcome {
      let client = client ?? self.client
      return try await database.write { try issue.refresh(token, by: client, requested: scope, $0) }
    }

    func tokens() async throws -> GrantedTokens { try granted(try await redeem(try await code())) }

    func refreshToken() async throws -> String {
      let tokens = try await tokens()
      return try #require(tokens.refreshToken)
    }

    func isLive(_ token: String, _ kind: OAuthSecrets.Kind = .access) async throws -> Bool {
      let now = time.wallMicroseconds
      return try await database.read { try OAuthTokenStore.live(digest: secrets.digest(token, kind), now: now, $0) } != nil
    }

    func change(_ alter: @escaping @Sendable (inout User) -> Void) async throws {
      var user = user
      alter(&user)
      try await database.write { [user] in try UserStore.update(user, $0) }
    }
  }

  private static func withStage(_ body: (Stage) async throws -> Void) async throws {
    try await TestDatabase.with { test in
      let stage = try Stage(test.database)
      try await test.database.write { transaction in
        try UserStore.insert(stage.user, transaction)
        try OAuthClientStore.insert(stage.client, transaction)
        try OAuthClientStore.insert(stage.publicClient, transaction)
      }
      try await body(stage)
    }
  }

  // MARK: Codes

  @Test func aCodeGivesTokensOfWhatWasGranted() async throws {
    try await Self.withStage { stage in
      let tokens = try await stage.tokens()
      #expect(tokens.scope.names == ["openid", "email"])
      #expect(tokens.accessLifetime == 1_800_000_000)
      #expect(tokens.signIn == SignInFacts(userID: stage.user.id, authTime: stage.time.wallMicroseconds, nonce: "n-0S6"))
      let isAccessLive = try await stage.isLive(tokens.accessToken)
      let refreshToken = try #require(tokens.refreshToken)
      let isRefreshLive = try await stage.isLive(refreshToken, .refresh)
      let passesAsRefresh = try await stage.isLive(tokens.accessToken, .refresh)
      #expect(isAccessLive && isRefreshLive && !passesAsRefresh)
    }
  }

  @Test func aSecondUseOfACodeEndsWhatTheFirstGave() async throws {
    try await Self.withStage { stage in
      let code = try await stage.code()
      let tokens = try granted(try await stage.redeem(code))
      stage.time.advance(by: .seconds(70))
      guard case .reused = try await stage.redeem(code) else {
        Issue.record("not noticed")
        return
      }
      let isLive = try await stage.isLive(tokens.accessToken)
      #expect(!isLive)
      let refreshToken = try #require(tokens.refreshToken)
      let answer = try await stage.refresh(refreshToken)
      #expect(answer == .refused(.invalidGrant, reason: "grant ended"))
    }
  }

  @Test func ofTwoParallelUsesOfACodeOneIsAnswered() async throws {
    try await Self.withStage { stage in
      let code = try await stage.code()
      async let first = stage.redeem(code)
      async let second = stage.redeem(code)
      let answers = [try await first, try await second]
      #expect(answers.filter { if case .issued = $0 { true } else { false } }.count == 1)
      #expect(answers.filter { if case .reused = $0 { true } else { false } }.count == 1)
    }
  }

  @Test func aCodeIsBoundToItsRequest() async throws {
    try await Self.withStage { stage in
      let wrongs: [(String, (String) async throws -> TokenOutcome)] = [
        ("another client's code", { try await stage.redeem($0, by: stage.publicClient) }),
        ("another redirect_uri", { try await stage.redeem($0, redirectURI: "https://client.example.com/callback2") }),
        ("another redirect_uri", { try await stage.redeem($0, redirectURI: nil) }),
        ("wrong code_verifier", { try await stage.redeem($0, verifier: String(repeating: "a", count: 43)) }),
        ("no code_verifier", { try await stage.redeem($0, verifier: nil) }),
      ]
      for (reason, use) in wrongs {
        let code = try await stage.code()
        let answer = try await use(code)
        #expect(answer == .refused(.invalidGrant, reason: reason))
        // There is no second guess.
        let again = try await stage.redeem(code)
        #expect(again == .refused(.invalidGrant, reason: "code used before"))
      }
      let unknown = try await stage.redeem("nothing")
      #expect(unknown == .refused(.invalidGrant, reason: "unknown code"))
    }
  }

  @Test func aVerifierWithoutAChallengeIsADowngrade() async throws {
    try await Self.withStage { stage in
      let code = try await stage.code(stage.request(stage.client, challenge: nil))
      let answer = try await stage.redeem(code)
      #expect(answer == .refused(.invalidGrant, reason: "code_verifier without a challenge"))
      let other = try await stage.code(stage.request(stage.client, challenge: nil))
      _ = try granted(try await stage.redeem(other, verifier: nil))
      let ofPublic = try await stage.code(stage.request(stage.publicClient, challenge: nil))
      let refused = try await stage.redeem(ofPublic, by: stage.publicClient, verifier: nil)
      #expect(refused == .refused(.invalidGrant, reason: "public client without a challenge"))
    }
  }

  @Test func sixtySecondsEndACode() async throws {
    try await Self.withStage { stage in
      let code = try await stage.code()
      stage.time.advance(by: .seconds(60))
      let answer = try await stage.redeem(code)
      #expect(answer == .refused(.invalidGrant, reason: "code expired"))
    }
  }

  @Test func aChangedPasswordAndADisabledUserEndACode() async throws {
    try await Self.withStage { stage in
      for alter in [{ $0.tokenEpoch += 1 }, { $0.isActive = false }] as [@Sendable (inout User) -> Void] {
        let code = try await stage.code()
        try await stage.change(alter)
        let answer = try await stage.redeem(code)
        #expect(answer == .refused(.invalidGrant, reason: "the user's sign-ins were ended"))
        try await stage.change { _ in }
      }
    }
  }

  @Test func aClientWithoutTheRefreshGrantGetsNoRefreshToken() async throws {
    try await Self.withStage { stage in
      var client = stage.client
      client.grantTypes = [OAuthClient.GrantType.authorizationCode]
      let code = try await stage.code()
      let tokens = try granted(try await stage.redeem(code, by: client))
      #expect(tokens.refreshToken == nil)
    }
  }

  // MARK: Refresh tokens

  @Test func refreshTokensRotate() async throws {
    try await Self.withStage { stage in
      var tokens = try await stage.tokens()
      for _ in 0..<3 {
        stage.time.advance(by: .seconds(1800))
        let next = try granted(try await stage.refresh(try #require(tokens.refreshToken)))
        #expect(next.refreshToken != tokens.refreshToken && next.accessToken != tokens.accessToken)
        #expect(next.signIn?.authTime == tokens.signIn?.authTime && next.signIn?.nonce == nil)
        let oldIsLive = try await stage.isLive(tokens.accessToken)
        let newIsLive = try await stage.isLive(next.accessToken)
        #expect(!oldIsLive && newIsLive)
        tokens = next
      }
    }
  }

  @Test func aRepeatedUseWithinTheGraceGetsTheSameSuccessor() async throws {
    try await Self.withStage { stage in
      let refreshToken = try await stage.refreshToken()
      let first = try granted(try await stage.refresh(refreshToken))
      stage.time.advance(by: .seconds(10))
      let second = try granted(try await stage.refresh(refreshToken))
      #expect(second.refreshToken == first.refreshToken && second.accessToken == first.accessToken)
      #expect(second.accessLifetime == first.accessLifetime - 10_000_000)
      _ = try granted(try await stage.refresh(try #require(first.refreshToken)))
    }
  }

  @Test func parallelUsesMakeOneFamily() async throws {
    try await Self.withStage { stage in
      let refreshToken = try await stage.refreshToken()
      let answers = try await withThrowingTaskGroup(of: TokenOutcome.self) { group in
        for _ in 0..<8 { group.addTask { try await stage.refresh(refreshToken) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      let successors = Set(try answers.map { try granted($0).refreshToken })
      #expect(successors.count == 1 && !successors.contains(nil))
    }
  }

  @Test func aUseAfterTheGraceEndsTheFamily() async throws {
    try await Self.withStage { stage in
      let refreshToken = try await stage.refreshToken()
      let next = try granted(try await stage.refresh(refreshToken))
      stage.time.advance(by: .milliseconds(10_001))
      guard case .reused = try await stage.refresh(refreshToken) else {
        Issue.record("not noticed")
        return
      }
      let isLive = try await stage.isLive(next.accessToken)
      #expect(!isLive)
      let answer = try await stage.refresh(try #require(next.refreshToken))
      #expect(answer == .refused(.invalidGrant, reason: "grant ended"))
    }
  }

  @Test func inTheHandsOfAnotherClientItEndsTheFamily() async throws {
    try await Self.withStage { stage in
      let tokens = try await stage.tokens()
      guard case .reused = try await stage.refresh(try #require(tokens.refreshToken), by: stage.publicClient) else {
        Issue.record("not noticed")
        return
      }
      let isLive = try await stage.isLive(tokens.accessToken)
      #expect(!isLive)
    }
  }

  @Test func aNarrowerScopeIsForTheAccessTokenAlone() async throws {
    try await Self.withStage { stage in
      let refreshToken = try await stage.refreshToken()
      let wider = try await stage.refresh(refreshToken, scope: OAuthScope(["openid", "phone"]))
      #expect(wider == .refused(.invalidScope, reason: "more scope than granted"))
      let narrow = try granted(try await stage.refresh(refreshToken, scope: OAuthScope(["openid"])))
      #expect(narrow.scope.names == ["openid"])
      let whole = try granted(try await stage.refresh(try #require(narrow.refreshToken)))
      #expect(whole.scope.names == ["openid", "email"])
    }
  }

  @Test func thirtyDaysWithoutUseAndHalfAYearAtAllEndIt() async throws {
    try await Self.withStage { stage in
      let unused = try await stage.refreshToken()
      stage.time.advance(by: .seconds(30 * 86_400))
      let late = try await stage.refresh(unused)
      #expect(late == .refused(.invalidGrant, reason: "refresh token expired"))

      var refreshToken = try await stage.refreshToken()
      for _ in 0..<7 {
        stage.time.advance(by: .seconds(29 * 86_400))
        guard case .issued(let next) = try await stage.refresh(refreshToken) else { break }
        refreshToken = try #require(next.refreshToken)
      }
      let last = try await stage.refresh(refreshToken)
      #expect(last == .refused(.invalidGrant, reason: "refresh token expired"))
    }
  }

  @Test func userAndClientDecideWhetherTokensAreInForce() async throws {
    try await Self.withStage { stage in
      let tokens = try await stage.tokens()
      func isLive() async throws -> Bool { try await stage.isLive(tokens.accessToken) }
      for alter in [{ $0.isActive = false }, { $0.tokenEpoch += 1 }] as [@Sendable (inout User) -> Void] {
        try await stage.change(alter)
        let whenChanged = try await isLive()
        let refused = try await stage.refresh(try #require(tokens.refreshToken))
        #expect(!whenChanged && refused == .refused(.invalidGrant, reason: "the user's sign-ins were ended"))
        try await stage.change { _ in }
      }
      try await stage.database.write { try OAuthClientStore.setActive(false, id: stage.client.id, $0) }
      let whenDisabled = try await isLive()
      try await stage.database.write { try OAuthClientStore.setActive(true, id: stage.client.id, $0) }
      let whenEnabled = try await isLive()
      #expect(!whenDisabled && whenEnabled)
      stage.time.advance(by: .seconds(1800))
      let whenOld = try await isLive()
      #expect(!whenOld)
    }
  }

  // MARK: Housekeeping

  @Test func expiredRowsAreForgottenAndUsedOnesKeptUntilThen() async throws {
    try await Self.withStage { stage in
      func counts() async throws -> [Int64?] {
        try await stage.database.read { transaction in
          [
            try transaction.integer("SELECT count(*) FROM csa_oauth_codes"),
            try transaction.integer("SELECT count(*) FROM csa_oauth_tokens"),
            try transaction.integer("SELECT count(*) FROM csa_oauth_grants"),
          ]
        }
      }
      func forget() async throws {
        let now = stage.time.wallMicroseconds
        try await stage.database.write { transaction in
          try OAuthCodeStore.forgetExpired(now: now, transaction)
          try OAuthTokenStore.forgetExpired(now: now, transaction)
          try OAuthGrantStore.forgetExpired(now: now, transaction)
        }
      }
      let refreshToken = try await stage.refreshToken()
      _ = try granted(try await stage.refresh(refreshToken))
      try await forget()
      let before = try await counts()
      #expect(before == [1, 4, 1])
      stage.time.advance(by: .seconds(2 * 86_400))
      try await forget()
      let later = try await counts()
      #expect(later == [0, 2, 1])
      stage.time.advance(by: .seconds(30 * 86_400))
      try await forget()
      let last = try await counts()
      #expect(last == [0, 0, 0])
    }
  }

  @Test func clientCredentialsLeaveNoHeap() async throws {
    try await Self.withStage { stage in
      for _ in 0..<50 {
        for _ in 0..<4 { _ = try await stage.database.write { try stage.issue.issue(to: stage.client, scope: OAuthScope(), $0) } }
        stage.time.advance(by: .seconds(1800))
      }
      let count = try await stage.database.read { try $0.integer("SELECT count(*) FROM csa_oauth_tokens") ?? 0 }
      #expect(count <= 8)
    }
  }
}

/// The tokens of an outcome that was to be good.
func granted(_ outcome: TokenOutcome) throws -> GrantedTokens {
  guard case .issued(let tokens) = outcome else {
    Issue.record("\(outcome)")
    throw CancellationError()
  }
  return tokens
}

extension OAuthClient {
  static func sample(_ id: String = "0000000000000000000000c1", scopes: [String] = ["openid"], isPublic: Bool = false) -> OAuthClient {
    OAuthClient(
      id: id, name: "报表助手", secretDigest: isPublic ? nil : [1, 2, 3], redirectURIs: ["https://client.example.com/callback"],
      scopes: OAuthScope(scopes), grantTypes: GrantType.all, idTokenAlgorithm: "RS256", isActive: true, createdAt: 1)
  }
}
