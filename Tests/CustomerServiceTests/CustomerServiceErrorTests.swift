import RPC
import Testing

@testable import CustomerService

@Suite struct CustomerServiceErrorTests {
  @Test(arguments: [
    (CustomerServiceError.invalidToken, StatusCode.unauthenticated, "无效的认证凭据"),
    (.accountDisabled, .permissionDenied, "账号已被禁用"),
    (.invalidCode, .failedPrecondition, "验证码无效或已过期"),
    (.emailTaken, .alreadyExists, "该邮箱已被注册"),
    (.wrongCredentials, .unauthenticated, "邮箱或密码错误"),
    (.textMessageTooSoon(retryAfter: .seconds(60)), .resourceExhausted, "发送过于频繁，请稍后再试"),
    (.textMessageNotSent, .internalError, "短信发送失败"),
    (.invalidTextMessageCode, .failedPrecondition, "短信验证码无效或已过期"),
    (.phoneTaken, .alreadyExists, "手机号已被其他用户使用"),
    (.phoneNotRegistered, .notFound, "该手机号未注册"),
    (.accountHasNoAddress, .failedPrecondition, "该账号没有可用的邮箱，请用户通过短信重置密码"),
    (.keysManageNoCredentials, .permissionDenied, "应用密钥不能管理登录凭据"),
    (.ticketNotFound, .notFound, "工单不存在"),
    (.foreignTicket(.read), .permissionDenied, "无权访问此工单"),
    (.ticketAlreadyReplied, .failedPrecondition, "工单已被回复，不能再更新"),
    (.businessAccountNotFound, .notFound, "业务账号不存在"),
    (.businessAccountExists, .alreadyExists, "已存在申请或已激活账号"),
    (.foreignBusinessAccount, .permissionDenied, "无权访问此业务账号"),
    (.contractNotFound, .notFound, "合同不存在"),
    (.foreignContract, .permissionDenied, "无权访问此合同"),
    (.foreignSignature, .permissionDenied, "无权更新此合同的签署状态"),
    (.projectNotFound, .notFound, "项目不存在"),
    (.foreignProject, .permissionDenied, "无权访问此项目"),
    (.notShownToBeAPerson, .failedPrecondition, "Turnstile验证失败"),
  ])
  func documentedTextsAreExact(_ error: CustomerServiceError, _ code: StatusCode, _ text: String) {
    let answer = error.rpcError
    #expect(answer.code == code)
    #expect(answer.message == text)
    #expect(answer.domain == "csa")
    #expect(answer.reason?.isEmpty == false)
  }
}
