import Testing

@testable import CustomerService

@Suite struct PageLanguageTests {
  @Test(arguments: [
    ("", "", PageLanguage.chinese),
    ("", "en", .english),
    ("", "en-GB,en;q=0.9,zh;q=0.8", .english),
    ("", "fr, zh-TW;q=0.7, en;q=0.5", .chinese),
    ("", "zh;q=0.3, en;q=0.31", .english),
    ("", "en;q=0, zh;q=0.001", .chinese),
    ("", "en;q=0", .chinese),
    ("", "*;q=0.5, de", .chinese),
    ("", "english", .chinese),
    ("", "EN-us", .english),
    ("", "en ; q=0.2 , zh ; q=1.0", .chinese),
    ("en", "zh", .english),
    ("fr-CA zh-Hans en", "en", .chinese),
    ("fr", "en", .english),
  ])
  func isTheOneThatWasAskedFor(uiLocales: String, acceptLanguage: String, language: PageLanguage) {
    #expect(PageLanguage(uiLocales: uiLocales, acceptLanguage: acceptLanguage) == language)
  }

  @Test func survivesAnyHeader() {
    for header in [",,,;;;q=,", "en;q=9999999999999999", String(repeating: "en,", count: 10_000), ";", "q=1", "en;q=0.5;q=1", "\u{0}"] {
      #expect(PageLanguage(uiLocales: header, acceptLanguage: header).tag.isEmpty == false)
    }
  }
}
