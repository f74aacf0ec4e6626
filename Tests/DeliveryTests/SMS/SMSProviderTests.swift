import Outbound
import Testing

@testable import Delivery

@Suite struct SMSProviderTests {
  @Test(
    arguments: [
      ("https://example.com/sms?a=b", "https://example.com/sms?a=b", nil),
      ("https://user:p%40ss@example.com/", "https://example.com/", "Basic dXNlcjpwQHNz"),
      ("https://token@example.com/", "https://example.com/", "Bearer token"),
      ("http://:token@127.0.0.1:9/", "http://127.0.0.1:9/", "Bearer token"),
    ] as [(String, String, String?)])
  func aWebHookHasItsCredentialsInAHeader(url: String, called: String, authorization: String?) {
    guard case .webhook(let endpoint)? = SMSProvider(url: url) else {
      Issue.record("not a web hook")
      return
    }
    #expect(endpoint.url == called && endpoint.authorization == authorization)
  }

  @Test func anAliyunAccountIsReadFromItsURL() {
    guard case .aliyun(let account)? = SMSProvider(url: "aliyun://AK:s%2Fc@dysmsapi.aliyuncs.com/?sign=%E9%98%BF%E9%87%8C&template=SMS_1")
    else {
      Issue.record("not an account")
      return
    }
    #expect(account.url == "https://dysmsapi.aliyuncs.com/" && account.accessKey == "AK" && account.secret == "s/c" && account.sign == "阿里")
    #expect(account.template == "SMS_1" && account.region == "cn-hangzhou")
  }

  @Test func plainTextIsForThisMachine() {
    #expect(SMSProvider(url: "http://example.com/")?.isPlainText == true && SMSProvider(url: "http://localhost/")?.isPlainText == false)
    #expect(SMSProvider(url: "https://example.com/")?.isPlainText == false)
    guard case .aliyun(let account)? = SMSProvider(url: "aliyun://a:b@127.0.0.1:8080/?sign=s&template=t") else {
      Issue.record("not an account")
      return
    }
    #expect(account.url == "http://127.0.0.1:8080/")
  }

  @Test(arguments: [
    "", "example.com", "ftp://example.com/", "aliyun://host/?sign=s&template=t", "aliyun://a@host/?sign=s&template=t",
    "aliyun://a:b@host/?sign=s",
    "aliyun://a:b@host/?sign=&template=t", "aliyun://a:b@host/x?sign=s&template=t", "aliyun://a:b@host/?sign=s&template=t&x=y",
    "aliyun://a:b@host/?sign=%FF&template=t", "https://to%20ken@example.com/", "https://a:b%0d%0ac@example.com/",
  ])
  func whatIsNeitherIsRefused(url: String) {
    #expect(SMSProvider(url: url) == nil)
  }
}
