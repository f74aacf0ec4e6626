import Testing

@testable import Generator

@Suite struct SwiftNamesTests {
  @Test(arguments: [
    ("ticket_id", "ticketID"), ("id", "id"), ("avatar_url", "avatarURL"), ("url_list", "urlList"), ("HTTP_status", "httpStatus"),
    ("MixedCase", "mixedCase"), ("SHOUTING", "shouting"), ("_leading", "leading"), ("trailing_", "trailing"), ("number_2_go", "number2Go"),
    ("a__b", "aB"), ("HTMLText", "htmlText"), ("identity", "identity"), ("2d", "_2d"),
  ])
  func fieldsAreLowerCamel(name: String, swift: String) {
    #expect(SwiftNames.lowerCamel(name) == swift)
  }

  @Test(arguments: [
    ("self", "selfField"), ("init", "initField"), ("unknown_fields", "unknownFieldsField"), ("description", "description"),
    ("class", "class"),
  ])
  func membersThatEveryMessageHasAreRenamed(name: String, swift: String) {
    #expect(SwiftNames.member(name) == swift)
  }

  @Test func keywordsStandBetweenBackticks() {
    #expect(SwiftNames.escaped("class") == "`class`")
    #expect(SwiftNames.escaped("klass") == "klass")
  }

  @Test func valuesLoseTheNameOfTheirEnum() {
    #expect(SwiftNames.values(["ACCESS_UNSPECIFIED", "ACCESS_PUBLIC"], of: "Access") == ["unspecified", "public"])
    #expect(SwiftNames.values(["TYPE_INT32", "TYPE_2D", "OTHER"], of: "Type") == ["int32", "type2d", "other"])
    #expect(SwiftNames.values(["financial", "TICKET_TYPE_UNSPECIFIED"], of: "TicketType") == ["financial", "unspecified"])
  }

  @Test func valuesThatWouldBeOneStayApart() {
    let names = SwiftNames.values(["TWICE_ONE", "ONE", "one_more", "ONE_MORE"], of: "Twice")
    #expect(Set(names).count == 4)
  }

  @Test(arguments: [("csa.v1", "CsaV1"), ("google.protobuf", "GoogleProtobuf"), ("", "Root")])
  func packagesWithoutPrefixAreUpperCamel(package: String, namespace: String) {
    #expect(SwiftNames.namespace(package) == namespace)
  }
}
