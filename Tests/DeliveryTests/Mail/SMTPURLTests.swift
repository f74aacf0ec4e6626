import Delivery
import Outbound
import Testing

@Suite struct SMTPURLTests {
  typealias Server = OutboundMail.Server

  @Test(arguments: [
    (
      "smtps://user:pass@mail.example.com:465",
      Server(host: "mail.example.com", port: 465, security: .implicitTLS, credentials: .init(user: "user", password: "pass"))
    ),
    ("smtps://mail.example.com", Server(host: "mail.example.com", port: 465, security: .implicitTLS)),
    (
      "smtp://u%40example.com:p%3A%2F%40%E5%AF%86@mail.example.com",
      Server(host: "mail.example.com", port: 587, security: .startTLS, credentials: .init(user: "u@example.com", password: "p:/@密"))
    ),
    ("smtp://mail.example.com:2525/", Server(host: "mail.example.com", port: 2525, security: .startTLS)),
    ("smtp://mail.example.com:25?tls=never", Server(host: "mail.example.com", port: 25, security: .none)),
    ("smtp://localhost", Server(host: "localhost", port: 25, security: .none)),
    ("smtp://127.0.0.1:2525", Server(host: "127.0.0.1", port: 2525, security: .none)),
    ("smtp://[::1]:2525?tls=require", Server(host: "::1", port: 2525, security: .startTLS)),
  ])
  func aServerIsReadFromItsURL(url: String, server: Server) {
    #expect(Server(smtpURL: url) == server)
  }

  @Test(arguments: [
    "", "mail.example.com", "http://mail.example.com", "smtp://", "smtp://user@host", "smtp://:pass@host", "smtp://host/path",
    "smtp://host?tls=maybe",
    "smtp://host?x=y", "smtps://host?tls=never", "smtp://u:p%0d%0aRCPT@host", "smtp://host:0x", "smtp://host?tls=never&tls=require",
  ])
  func whatIsNoneIsRefused(url: String) {
    #expect(Server(smtpURL: url) == nil)
  }
}
