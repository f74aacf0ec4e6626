import Testing

@testable import Delivery

/// The examples that Alibaba Cloud publishes with its signature.
@Suite struct AliyunSignatureTests {
  /// "Request signatures" of Short Message Service (document 56189): access key `testId`, secret `testSecret`.
  static let sendSms = [
    "AccessKeyId": "testId", "Action": "SendSms", "Format": "XML", "OutId": "123", "PhoneNumbers": "15300000001", "RegionId": "cn-hangzhou",
    "SignName": "阿里云短信测试专用", "SignatureMethod": "HMAC-SHA1", "SignatureNonce": "45e25e9b-0a6f-4070-8c85-2956eda1b466",
    "SignatureVersion": "1.0",
    "TemplateCode": "SMS_71390007", "TemplateParam": #"{"customer":"test"}"#, "Timestamp": "2017-07-12T02:42:19Z", "Version": "2017-05-25",
  ]

  @Test func sendSmsIsSignedAsPublished() {
    let query = AliyunSignature.canonicalQuery(Self.sendSms)
    #expect(
      query
        == "AccessKeyId=testId&Action=SendSms&Format=XML&OutId=123&PhoneNumbers=15300000001&RegionId=cn-hangzhou&SignName=%E9%98%BF%E9%87%8C%E4%BA%91%E7%9F%AD%E4%BF%A1%E6%B5%8B%E8%AF%95%E4%B8%93%E7%94%A8&SignatureMethod=HMAC-SHA1&SignatureNonce=45e25e9b-0a6f-4070-8c85-2956eda1b466&SignatureVersion=1.0&TemplateCode=SMS_71390007&TemplateParam=%7B%22customer%22%3A%22test%22%7D&Timestamp=2017-07-12T02%3A42%3A19Z&Version=2017-05-25"
    )
    #expect(
      AliyunSignature.stringToSign(method: "GET", canonicalQuery: query).hasPrefix("GET&%2F&AccessKeyId%3DtestId%26Action%3DSendSms%26"))
    #expect(AliyunSignature.signature(method: "GET", Self.sendSms, secret: "testSecret") == "zJDF+Lrzhj/ThnlvIToysFRq6t4=")
  }

  /// "Signature mechanism" of the RPC style (ECS): access key `testid`, secret `testsecret`.
  @Test func describeRegionsIsSignedAsPublished() {
    let parameters = [
      "AccessKeyId": "testid", "Action": "DescribeRegions", "Format": "XML", "SignatureMethod": "HMAC-SHA1",
      "SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf", "SignatureVersion": "1.0", "Timestamp": "2016-02-23T12:46:24Z",
      "Version": "2014-05-26",
    ]
    #expect(AliyunSignature.signature(method: "GET", parameters, secret: "testsecret") == "OLeaidS1JvxuMvnyHOwuJ+uX5qY=")
  }
}
