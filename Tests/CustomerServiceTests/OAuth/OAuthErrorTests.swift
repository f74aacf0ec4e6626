import RPC
import Testing

@testable import CustomerService

/// RFC 6749, section 5.2.
@Suite struct OAuthErrorTests {
  @Test(arguments: [
    (OAuthError.invalidRequest(.grantTypeMissing), StatusCode.failedPrecondition, "invalid_request"),
    (.invalidRequest(.twoAuthentications), .failedPrecondition, "invalid_request"),
    (.invalidClient, .unauthenticated, "invalid_client"),
    (.invalidGrant, .failedPrecondition, "invalid_grant"),
    (.unauthorizedClient, .failedPrecondition, "unauthorized_client"),
    (.unsupportedGrantType, .failedPrecondition, "unsupported_grant_type"),
    (.invalidScope, .failedPrecondition, "invalid_scope"),
  ])
  func saysItForProgramsAndForPeople(_ error: OAuthError, _ code: StatusCode, _ name: String) throws {
    let answer = error.rpcError
    #expect(answer.code == code)
    #expect(answer.info["error"] == name)
    let description = try #require(answer.info["error_description"])
    // %x20-21 / %x23-5B / %x5D-7E
    #expect(!description.isEmpty && description.utf8.allSatisfy { $0 >= 0x20 && $0 <= 0x7e && $0 != 0x22 && $0 != 0x5c })
    #expect(!answer.message.isEmpty && answer.domain == "csa")
    #expect(answer.metadata["weft-http-header-cache-control"] == "no-store")
    #expect((answer.metadata["weft-http-header-www-authenticate"]?.hasPrefix("Basic ") ?? false) == (name == "invalid_client"))
  }

  /// RFC 6750, section 3.
  @Test func bearersAreToldInTheHeader() {
    #expect(BearerError.missing.rpcError.metadata["weft-http-header-www-authenticate"] == #"Bearer realm="oauth""#)
    #expect(BearerError.invalidToken.rpcError.code == .unauthenticated)
    #expect(BearerError.invalidToken.rpcError.metadata["weft-http-header-www-authenticate"]?.contains(#"error="invalid_token""#) == true)
    #expect(BearerError.insufficientScope.rpcError.code == .permissionDenied)
    #expect(BearerError.twice.rpcError.code == .failedPrecondition)
  }
}
