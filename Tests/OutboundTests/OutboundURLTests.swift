import Outbound
import Testing

@Suite struct OutboundURLTests {
  @Test func partsAreDecodedOnceAndTheTextHasNoSecret() throws {
    let url = try #require(OutboundURL("ALIYUN://AK%3A:s%40c%2Fret@Host.example:8443/p?sign=%E9%98%BF%E9%87%8C&template=SMS_1&e#f"))
    #expect(url.scheme == "aliyun" && url.user == "AK:" && url.password == "s@c/ret" && url.host == "Host.example" && url.port == 8443)
    #expect(url.path == "/p" && url.text == "aliyun://Host.example:8443/p?sign=%E9%98%BF%E9%87%8C&template=SMS_1&e")
    let items = try #require(url.queryItems)
    #expect(items.map(\.name) == ["sign", "template", "e"] && items.map(\.value) == ["阿里", "SMS_1", ""])
  }

  @Test func whatIsNotThereIsNil() throws {
    let url = try #require(OutboundURL("http://[::1]"))
    #expect(url.user == nil && url.password == nil && url.port == nil && url.query == nil && url.path == "/" && url.host == "::1")
    #expect(url.isLoopback && url.authority == "[::1]" && url.queryItems?.isEmpty == true)
  }

  @Test func anEmptyUserIsThereButEmpty() throws {
    let url = try #require(OutboundURL("https://:token@example.com/"))
    #expect(url.user == "" && url.password == "token" && !url.isLoopback)
  }

  @Test(arguments: [
    "", "example", "/path", "http://", "smtp://u:p%0d%0a@host", "http://host:99999/", "http://ho st/", "http://h/\r\nx", "http://h/\u{0}",
  ])
  func thisIsNoURL(text: String) {
    #expect(OutboundURL(text) == nil)
  }

  @Test func onlyUnreservedCharactersStayAsTheyAre() {
    #expect(OutboundURL.percentEncoded("aZ09-_.~ *+/=&%阿") == "aZ09-_.~%20%2A%2B%2F%3D%26%25%E9%98%BF")
    #expect(OutboundURL.percentEncoded("") == "")
  }
}
