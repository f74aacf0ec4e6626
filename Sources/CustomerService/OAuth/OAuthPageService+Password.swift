import CustomerServiceAPI
import Identity
import Protobuf
import RPC

extension OAuthPageService {
  /// POST /oauth/sign-in
  func signIn(_ request: CSAv1.SignInRequest, _ call: ServerCall) async throws -> GoogleAPI.HttpBody {
    try await submitted(request, call) { form in
      let language = form.visit.language
      var problems: [PageProblem] = []
      if request.email.isEmpty { problems.append(PageProblem(language("请输入邮箱", "Enter your email address"), at: "email")) }
      if request.password.isEmpty { problems.append(PageProblem(language("请输入密码", "Enter your password"), at: "password")) }
      guard problems.isEmpty else {
        return page(.password, for: form.asked, form.visit, status: 422, email: request.email, problems: problems, call)
      }
      do {
        try policy.admit("credential", from: call.peer)
        let user = try await passwords.user(email: request.email, password: request.password, call)
        return try await begin(user, by: .password, form, call)
      } catch let error as CustomerServiceError {
        // Which of the two is wrong is not said; the summary leads to the password, where a mistake is likelier.
        return try again(.password, after: error, at: error == .wrongCredentials ? "password" : nil, form, email: request.email, call)
      }
    }
  }
}
