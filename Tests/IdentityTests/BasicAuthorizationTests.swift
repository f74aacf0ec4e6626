import Testing

@testable import Identity

@Suite struct BasicAuthorizationTests {
  /// RFC 7617, sections 2 and 2.1.
  @Test(arguments: [
    ("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"), ("basic dGVzdDoxMjPCow==", "test", "123£"),
    ("BASIC YTpiOmM=", "a", "b:c"),
    ("Basic Og==", "", ""),
  ])
  func readsWhatTheStandardShows(_ header: String, _ user: String, _ password: String) throws {
    let read = try #require(BasicAuthorization(header))
    #expect(read.user == user && read.password == password)
  }

  @Test(arguments: ["", "Basic", "Basic ", "Bearer QTpi", "Basic QQ==", "Basic QTpi=x", "Basic Q Tpi", "Basic QTr/", "Basic QQA6Yg=="])
  func refusesWhatIsMalformed(_ header: String) {
    #expect(BasicAuthorization(header) == nil)
  }

  @Test func knowsItsScheme() {
    #expect(BasicAuthorization.isMeant(by: "basic x") && BasicAuthorization.isMeant(by: "Basic"))
    #expect(!BasicAuthorization.isMeant(by: "Basically x") && !BasicAuthorization.isMeant(by: "Bearer x"))
  }
}
