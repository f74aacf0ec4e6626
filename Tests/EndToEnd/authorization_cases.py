"""What the descriptors cannot say of the authorization matrix: for each RPC a valid request on the owner's things, and which field names one."""
import base64
import itertools
import secrets
import time
from dataclasses import dataclass, field

import httpx
import jwt
from authenticator import Authenticator
from authorization import CALLERS, DISABLED, KEY_REFUSED, NO_TOKEN, OK, STRANGERS, Answer
from oauth import CALLBACK, authorize_url, make_client, parameters, pkce, query_of
from rpc import Rpc
from server import ADMIN as ADMINISTRATOR
from server import PASSWORD, User

SECRET = "a-secret-that-the-matrix-signs-with-too"
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
ABSENT_TEXTS = {"ticket_id": "工单不存在", "user_id": "用户不存在", "account_id": "业务账号不存在", "contract_id": "合同不存在",
                "project_id": "项目不存在", "file_id": "文件不存在", "contact_id": "联系表单不存在", "link_id": "链接不存在", "task_id": "任务不存在", "client_id": "客户端不存在"}


@dataclass
class Case:
    """One RPC of the matrix.

    - `request(world, who)`: a valid request, as a dict (a list of them for a stream); `who` is the user who calls, the owner in refused calls.
    - `object`: the field that names the owner's object; it decides who is foreign.
    - `answer`: what an allowed call comes to.
    - `answers`: where single callers get something else than the options say.
    - `fresh`: the call uses its caller up, so each allowed one is made by a new user.
    - `at_once`: answers take their time, so that all callers ask at once.
    - `absent`: an id that nobody has; `missing`: the text then, where it is not that of the document or of `ABSENT_TEXTS`.
    """
    request: object = lambda world, who: {}
    object: str = ""
    answer: Answer = OK
    answers: dict = field(default_factory=dict)
    fresh: bool = False
    at_once: bool = False
    absent: str = "0123456789abcdef01234567"
    missing: str = ""

    def absent_text(self, method):
        documented = method.documented(404)
        return self.missing or (documented[0] if documented else ABSENT_TEXTS[self.object])


class World:
    """A server's users and what the owner has; everything is made when it is first asked for."""

    def __init__(self, server):
        self.server, self.rpc = server, Rpc(server)
        self.http = httpx.Client(base_url=server.url, trust_env=False, timeout=30)
        self.owner, self.foreign, disabled = server.register(), server.register(), server.register()
        self.admin = User(server, ADMINISTRATOR[0], ADMINISTRATOR[1], {})
        self.admin.profile = self.admin.call("GET", "/api/auth/me").json()
        self.made, self.numbers = {}, itertools.count(random_number())
        self.call("csa.admin.v1.UserAdminService/SetUserActive", {"user_id": disabled.id, "is_active": False})
        for user in (self.owner, self.foreign, self.admin):
            self.sign_up(user)
        claims = jwt.decode(self.owner.token, SECRET, algorithms=["HS256"], options={"verify_aud": False})
        now = int(time.time())
        self.tokens = {
            "no token": None, "garbage": "eyJhbGciOiJub25lIn0.e30.", "expired": signed({**claims, "iat": now - 7200, "exp": now - 60}),
            "other audience": signed({**claims, "aud": "cowriting"}), "OAuth token": self.oauth_token(),
            "disabled": disabled.token, "foreign": self.foreign.token, "owner": self.owner.token, "key": self.owner.key,
            "administrator": self.admin.token}

    def who(self, caller):
        return {"foreign": self.foreign, "administrator": self.admin}.get(caller, self.owner)

    def call(self, path, body, user=None):
        """An RPC, the administrator's unless said; the answer as a dict."""
        return self.rpc.call(*path.split("/"), body, token=(user or self.admin).token)

    def sign_up(self, user):
        """What calls about one's own things find."""
        user.key = self.key_of(user)
        user.passkey = Authenticator("dreamreflex.com", "https://dreamreflex.com")
        user.passkey_id = self.enroll(user, user.passkey)

    def key_of(self, user):
        """A new application key of a user who has none."""
        return self.call("csa.v1.ApplicationKeyService/CreateApplicationKey", {}, user)["application_key"]["key"]

    def newcomer(self, like):
        """A new user with the same role."""
        user = self.server.register()
        if like is self.admin:
            self.call("csa.admin.v1.UserAdminService/SetUserRole", {"user_id": user.id, "role": "admin"})
        return user

    def once(self, name, make):
        if name not in self.made:
            self.made[name] = make()
        return self.made[name]

    # chapter 1

    def enroll(self, user, authenticator=None):
        options = user.call("GET", "/api/passkey/registration-options").json()
        body = (authenticator or Authenticator("dreamreflex.com", "https://dreamreflex.com")).create(options)
        return user.call("POST", "/api/passkey/register", json=body).json()["credential"]["id"]

    def registration(self, who):
        body = Authenticator("dreamreflex.com", "https://dreamreflex.com").create(
            who.call("GET", "/api/passkey/registration-options").json())
        return {name: standard(value) for name, value in body.items()}

    def assertion(self):
        options = self.server.call("GET", "/api/passkey/authentication-options").json()
        return {name: standard(value) for name, value in self.owner.passkey.get(options).items()}

    def sign_in_to_end(self, who):
        """A further sign-in of the user's; the newest comes first."""
        self.server.login(who.email, who.password)
        return self.call("csa.v1.UserService/ListSignIns", {}, who)["items"][0]["id"]

    def number(self):
        return f"139{next(self.numbers) % 10**8:08d}"

    def client(self):
        return self.once("client", lambda: make_client(self.server, grant_types=("authorization_code", "refresh_token", "client_credentials")))

    def consent(self, who):
        """The user allows the client something; the answer is the code."""
        verifier, challenge = pkce()
        answer = self.server.call("GET", authorize_url("", parameters(self.client(), code_challenge=challenge)), who.token)
        return query_of(answer.headers["location"])["code"], verifier

    def oauth_token(self):
        code, verifier = self.consent(self.owner)
        client = self.client()
        answer = self.http.post("/oauth/token", auth=(client["client_id"], client["client_secret"]), data={
            "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": verifier})
        return answer.json()["access_token"]

    def new_client(self):
        return make_client(self.server)["client_id"]

    def console_session(self):
        return self.call("csa.v1.ConsoleService/BeginConsoleSession", {"email": ADMINISTRATOR[0], "password": ADMINISTRATOR[1]})["session_key"]

    def consented_client(self, who):
        self.consent(who)
        return self.client()["client_id"]

    def spare_user(self):
        return self.once("spare user", self.server.register)

    # chapter 2

    def ticket(self):
        return self.once("ticket", self.new_ticket)

    def new_ticket(self):
        return self.owner.ticket()["id"]

    # chapters 3 to 5

    def account(self, who=None):
        """A business account of the user's."""
        who = who or self.owner
        return self.once(f"account of {who.email}", lambda: self.call(
            "csa.v1.BusinessAccountService/ApplyBusinessAccount", {"company_name": "示例公司"}, who)["id"])

    def contract(self):
        return self.once("contract", self.new_contract)

    def new_contract(self):
        return self.call("csa.admin.v1.ContractAdminService/CreateContract", {
            "owner_email": self.owner.email, "title": "合同", "content_markdown": "# 正文"})["id"]

    def project(self):
        return self.once("project", self.new_project)

    def new_project(self):
        return self.call("csa.admin.v1.ProjectAdminService/CreateProject", {
            "owner_email": self.owner.email, "name": "项目", "overview_markdown": "# 概述"})["id"]

    def project_file(self):
        return self.once("project file", self.new_project_file)

    def new_project_file(self):
        return self.call("csa.admin.v1.ProjectAdminService/AddProjectFile", {
            "project_id": self.project(), "filename": "报告.pdf", "content_type": "application/pdf", "content": base64.b64encode(PDF).decode()})["id"]

    def new_link(self):
        return self.call("csa.admin.v1.ProjectAdminService/AddProjectLink", {
            "project_id": self.project(), "title": "链接", "url": "https://example.com/"})["id"]

    def task(self):
        return self.once("task", self.new_task)

    def new_task(self):
        return self.call("csa.admin.v1.ProjectAdminService/AddProjectTask", {"project_id": self.project(), "title": "任务"})["id"]

    # chapters 6 and 7

    def upload(self):
        return self.once("upload", lambda: self.call("csa.v1.FileService/UploadFile", pieces(tag="文档"), self.owner))

    def content(self):
        """The parts of a link to the upload's contents."""
        return {"file_id": self.upload()["id"], **query_of(self.upload()["download_url"])}

    def contact(self):
        return self.once("contact", lambda: self.call(
            "csa.v1.ContactService/SubmitContact", contact())["id"])


def random_number():
    return secrets.randbelow(10**8)


def contact():
    return {"name": "王先生", "email": "wang@example.com", "message": "请联系我。", "turnstile_token": "token"}


def pieces(**first):
    """A file as a stream: first what it is, then its contents."""
    half = len(PDF) // 2
    return [{**first, "filename": "文档.pdf", "content_type": "application/pdf"},
            *({"data": base64.b64encode(part).decode()} for part in (PDF[:half], PDF[half:]))]


def signed(claims):
    return jwt.encode(claims, SECRET, algorithm="HS256", headers={"typ": "at+jwt"})


def standard(value):
    """Base64 as the proto's JSON takes it."""
    if not isinstance(value, str):
        return value
    return base64.b64encode(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))).decode()


WRONG_CODE = Answer("FAILED_PRECONDITION", "验证码无效或已过期")
WRONG_SMS_CODE = Answer("FAILED_PRECONDITION", "短信验证码无效或已过期")
KEY_EXISTS = Answer("ALREADY_EXISTS", "应用密钥已存在")
NO_CLIENT = Answer("FAILED_PRECONDITION", "客户端不存在或已停用")
OAUTH_TOKEN_ONLY = {caller: NO_TOKEN for caller in CALLERS if caller != "OAuth token"}

CASES = {
    "csa.v1.AuthService/SendCode": Case(lambda w, who: {"email": f"{secrets.token_hex(8)}@example.com"}),
    "csa.v1.AuthService/Register": Case(
        lambda w, who: {"email": "nobody@example.com", "password": PASSWORD, "verification_code": "000000"}, answer=WRONG_CODE),
    "csa.v1.AuthService/Login": Case(lambda w, who: {"email": w.owner.email, "password": PASSWORD}),
    "csa.v1.AuthService/Token": Case(lambda w, who: {"username": w.owner.email, "password": PASSWORD}),
    "csa.v1.AuthService/SendSmsCode": Case(lambda w, who: {"phone_number": w.number()}),
    "csa.v1.AuthService/LoginBySms": Case(
        lambda w, who: {"phone_number": w.number(), "verification_code": "000000"}, answer=WRONG_SMS_CODE),
    "csa.v1.AuthService/BindPhone": Case(
        lambda w, who: {"phone_number": w.number(), "verification_code": "000000"}, answer=WRONG_SMS_CODE),
    "csa.v1.AuthService/ChangePhone": Case(
        lambda w, who: {"new_phone_number": w.number(), "verification_code": "000000"}, answer=WRONG_SMS_CODE),
    "csa.v1.AuthService/ResetPasswordBySms": Case(
        lambda w, who: {"phone_number": w.number(), "verification_code": "000000", "new_password": PASSWORD}, answer=WRONG_SMS_CODE),
    "csa.v1.RecoveryService/SendResetCode": Case(lambda w, who: {"email": f"{secrets.token_hex(8)}@example.com"}, at_once=True),
    "csa.v1.RecoveryService/ResetPasswordByEmail": Case(
        lambda w, who: {"email": w.owner.email, "verification_code": "000000", "new_password": PASSWORD}, answer=WRONG_CODE),

    # An operator's own: by password, then by the key of the session.
    "csa.v1.ConsoleService/BeginConsoleSession": Case(lambda w, who: {"email": ADMINISTRATOR[0], "password": ADMINISTRATOR[1]}),
    "csa.v1.ConsoleService/RenewConsoleSession": Case(lambda w, who: {"session_key": w.once("console", w.console_session)}),
    "csa.v1.ConsoleService/EndConsoleSession": Case(lambda w, who: {"session_key": w.console_session()}),

    "csa.v1.UserService/GetMe": Case(),
    "csa.v1.UserService/UpdateMe": Case(lambda w, who: {"bio": secrets.token_hex(4), "update_mask": "bio"}),
    "csa.v1.UserService/ChangePassword": Case(lambda w, who: {"old_password": PASSWORD, "new_password": "another-password"}, fresh=True),
    "csa.v1.UserService/ListSignIns": Case(),
    "csa.v1.UserService/EndSignIn": Case(lambda w, who: {"sign_in_id": w.sign_in_to_end(w.owner)}, object="sign_in_id"),
    "csa.v1.UserService/EndOtherSignIns": Case(fresh=True),

    "csa.v1.PasskeyService/GetRegistrationOptions": Case(),
    "csa.v1.PasskeyService/RegisterPasskey": Case(lambda w, who: w.registration(who)),
    "csa.v1.PasskeyService/GetAuthenticationOptions": Case(),
    "csa.v1.PasskeyService/AuthenticatePasskey": Case(lambda w, who: w.assertion()),
    "csa.v1.PasskeyService/ListPasskeys": Case(),
    "csa.v1.PasskeyService/UpdatePasskeyNickname": Case(
        lambda w, who: {"credential_id": w.owner.passkey_id, "nickname": secrets.token_hex(4)}, object="credential_id"),
    "csa.v1.PasskeyService/SetPrimaryPasskey": Case(lambda w, who: {"credential_id": w.owner.passkey_id}, object="credential_id"),
    "csa.v1.PasskeyService/DeletePasskey": Case(lambda w, who: {"credential_id": w.enroll(w.owner)}, object="credential_id"),
    "csa.v1.PasskeyService/TogglePasskeys": Case(lambda w, who: {"enabled": True}),

    "csa.v1.ApplicationKeyService/CreateApplicationKey": Case(answer=KEY_EXISTS),
    "csa.v1.ApplicationKeyService/GetApplicationKey": Case(),
    "csa.v1.ApplicationKeyService/RotateApplicationKey": Case(
        fresh=True, answer=Answer("NOT_FOUND", "应用密钥不存在")),
    "csa.v1.ApplicationKeyService/SetApplicationKeyStatus": Case(lambda w, who: {"is_active": True}),
    "csa.v1.ApplicationKeyService/ValidateApplicationKey": Case(lambda w, who: {"key": w.owner.key}),

    "csa.v1.OAuthService/IssueToken": Case(lambda w, who: {
        "grant_type": "client_credentials", "client_id": w.client()["client_id"], "client_secret": w.client()["client_secret"]}),
    "csa.v1.OAuthService/RevokeToken": Case(lambda w, who: {
        "token": "unknown", "client_id": w.client()["client_id"], "client_secret": w.client()["client_secret"]}),
    # Opened by OAuth access tokens alone, this one by the client's own credentials too.
    "csa.v1.OAuthService/IntrospectToken": Case(
        lambda w, who: {"token": "unknown"}, answers={**OAUTH_TOKEN_ONLY, "no token": Answer("UNAUTHENTICATED", "客户端认证失败")}),
    "csa.v1.OAuthService/GetUserInfo": Case(answers=OAUTH_TOKEN_ONLY),
    "csa.v1.OAuthService/PostUserInfo": Case(answers=OAUTH_TOKEN_ONLY),
    # Without a token it shows a page to sign in on; a token that is there has to be a user's own.
    "csa.v1.OAuthService/Authorize": Case(
        lambda w, who: {name: [value] for name, value in parameters(w.client()).items()},
        answers={**{caller: NO_TOKEN for caller in STRANGERS if caller != "no token"}, "disabled": DISABLED, "key": KEY_REFUSED}),
    "csa.v1.OAuthService/GetConfiguration": Case(),
    "csa.v1.OAuthService/GetKeys": Case(),
    "csa.v1.OAuthService/ListAuthorizations": Case(),
    "csa.v1.OAuthService/RevokeAuthorization": Case(lambda w, who: {"client_id": w.consented_client(who)}),

    # What browsers navigate to: by cookies and the forms' own tokens, no matter which bearer token comes along.
    "csa.v1.OAuthPageService/ShowSignIn": Case(answer=NO_CLIENT),
    "csa.v1.OAuthPageService/SignIn": Case(answer=NO_CLIENT),
    "csa.v1.OAuthPageService/SendSignInCode": Case(answer=NO_CLIENT),
    "csa.v1.OAuthPageService/SignInByCode": Case(answer=NO_CLIENT),
    "csa.v1.OAuthPageService/SignInByPasskey": Case(answer=NO_CLIENT),
    "csa.v1.OAuthPageService/Decide": Case(answer=NO_CLIENT),
    "csa.v1.OAuthPageService/Proceed": Case(answer=NO_CLIENT),
    "csa.v1.OAuthPageService/ShowSignOut": Case(),
    "csa.v1.OAuthPageService/SignOut": Case(answer=Answer("PERMISSION_DENIED", "页面已过期，请返回应用重新开始")),
    "csa.v1.OAuthPageService/GetStyleSheet": Case(),
    "csa.v1.OAuthPageService/GetScript": Case(),
    "csa.v1.OAuthPageService/GetIcon": Case(),

    "csa.v1.TicketService/CreateTicket": Case(lambda w, who: {"title": "标题", "ticket_type": "technical", "content": "内容"}),
    "csa.v1.TicketService/ListTickets": Case(lambda w, who: {"skip": 0, "limit": 10}),
    "csa.v1.TicketService/GetTicket": Case(lambda w, who: {"ticket_id": w.ticket()}, object="ticket_id"),
    "csa.v1.TicketService/UpdateTicket": Case(lambda w, who: {"ticket_id": w.new_ticket(), "title": "新标题"}, object="ticket_id"),
    "csa.v1.TicketService/DeleteTicket": Case(lambda w, who: {"ticket_id": w.new_ticket()}, object="ticket_id"),
    "csa.v1.TicketService/ListTicketMessages": Case(lambda w, who: {"ticket_id": w.ticket()}, object="ticket_id"),
    "csa.v1.TicketService/AddTicketMessage": Case(lambda w, who: {"ticket_id": w.ticket(), "content": "补充"}, object="ticket_id"),
    "csa.v1.TicketService/SearchTickets": Case(lambda w, who: {"query": "财务"}),

    "csa.v1.BusinessAccountService/GetMyBusinessAccount": Case(lambda w, who: w.account(who) and {}),
    "csa.v1.BusinessAccountService/ApplyBusinessAccount": Case(lambda w, who: {"company_name": "示例公司"}, fresh=True),
    "csa.v1.BusinessAccountService/UpdateMyBusinessAccount": Case(
        lambda w, who: w.account(who) and {"company_name": secrets.token_hex(4), "update_mask": "companyName"}),
    "csa.v1.BusinessAccountService/GetBusinessAccount": Case(lambda w, who: {"account_id": w.account()}, object="account_id"),
    "csa.v1.ContractService/ListMyContracts": Case(lambda w, who: w.contract() and {"skip": 0, "limit": 10}),
    "csa.v1.ContractService/GetContract": Case(lambda w, who: {"contract_id": w.contract()}, object="contract_id"),
    # An administrator may sign for anybody (decisions.md, 23).
    "csa.v1.ContractService/UpdateContractSignStatus": Case(
        lambda w, who: {"contract_id": w.new_contract(), "is_signed": True}, object="contract_id", answers={"administrator": OK}),
    "csa.v1.ProjectService/ListMyProjects": Case(lambda w, who: w.project() and {"skip": 0, "limit": 10}),
    "csa.v1.ProjectService/GetProject": Case(lambda w, who: {"project_id": w.project()}, object="project_id"),
    "csa.v1.ProjectService/ListProjectFiles": Case(lambda w, who: {"project_id": w.project(), "limit": 500}, object="project_id"),
    "csa.v1.ProjectService/CreateProjectFileDownloadUrl": Case(lambda w, who: {"file_id": w.project_file()}, object="file_id"),
    "csa.v1.ProjectService/ListProjectLinks": Case(lambda w, who: {"project_id": w.project()}, object="project_id"),
    "csa.v1.ProjectService/ListProjectTasks": Case(lambda w, who: {"project_id": w.project(), "status": "pending"}, object="project_id"),
    "csa.v1.FileService/UploadFile": Case(lambda w, who: pieces(tag="文档")),
    "csa.v1.FileService/CreateFileDownloadUrl": Case(
        lambda w, who: {"file_id": w.upload()["id"]}, object="file_id", absent="00000000-0000-4000-8000-000000000000"),
    # Whoever has the link.
    "csa.v1.FileService/GetFileContent": Case(lambda w, who: w.content()),
    "csa.v1.ContactService/SubmitContact": Case(lambda w, who: contact()),

    "csa.admin.v1.AuditAdminService/ListAuditEntries": Case(),
    "csa.admin.v1.BusinessAccountAdminService/ListBusinessAccounts": Case(),
    "csa.admin.v1.BusinessAccountAdminService/GetBusinessAccount": Case(lambda w, who: {"account_id": w.account()}, object="account_id"),
    "csa.admin.v1.BusinessAccountAdminService/ActivateBusinessAccount": Case(
        lambda w, who: {"account_id": w.account(), "assigned_email": "user@company.com", "user_code": "USER001"}, object="account_id"),
    "csa.admin.v1.BusinessAccountAdminService/DisableBusinessAccount": Case(lambda w, who: {"account_id": w.account()}, object="account_id"),
    "csa.admin.v1.ContactAdminService/ListContacts": Case(),
    "csa.admin.v1.ContactAdminService/ProcessContact": Case(
        lambda w, who: {"contact_id": w.contact(), "admin_notes": "已回电"}, object="contact_id"),
    "csa.admin.v1.ContractAdminService/ListContracts": Case(),
    "csa.admin.v1.ContractAdminService/GetContract": Case(lambda w, who: {"contract_id": w.contract()}, object="contract_id"),
    "csa.admin.v1.ContractAdminService/CreateContract": Case(
        lambda w, who: {"owner_email": w.owner.email, "title": "合同", "content_markdown": "# 正文"}),
    "csa.admin.v1.ContractAdminService/UpdateContract": Case(
        lambda w, who: {"contract_id": w.contract(), "title": secrets.token_hex(4)}, object="contract_id"),
    "csa.admin.v1.ContractAdminService/DeleteContract": Case(lambda w, who: {"contract_id": w.new_contract()}, object="contract_id"),
    "csa.admin.v1.ProjectAdminService/ListProjects": Case(),
    "csa.admin.v1.ProjectAdminService/GetProject": Case(lambda w, who: {"project_id": w.project()}, object="project_id"),
    "csa.admin.v1.ProjectAdminService/CreateProject": Case(
        lambda w, who: {"owner_email": w.owner.email, "name": "项目", "overview_markdown": "# 概述"}),
    "csa.admin.v1.ProjectAdminService/UpdateProject": Case(
        lambda w, who: {"project_id": w.project(), "name": secrets.token_hex(4)}, object="project_id"),
    "csa.admin.v1.ProjectAdminService/DeleteProject": Case(lambda w, who: {"project_id": w.new_project()}, object="project_id"),
    "csa.admin.v1.ProjectAdminService/ListProjectFiles": Case(lambda w, who: {"project_id": w.project()}, object="project_id"),
    "csa.admin.v1.ProjectAdminService/AddProjectFile": Case(
        lambda w, who: {"project_id": w.project(), "filename": "报告.pdf", "content": base64.b64encode(PDF).decode()}, object="project_id"),
    "csa.admin.v1.ProjectAdminService/UploadProjectFile": Case(lambda w, who: pieces(project_id=w.project()), object="project_id"),
    "csa.admin.v1.ProjectAdminService/CreateProjectFileDownloadUrl": Case(
        lambda w, who: {"file_id": w.project_file()}, object="file_id"),
    "csa.admin.v1.ProjectAdminService/DeleteProjectFile": Case(lambda w, who: {"file_id": w.new_project_file()}, object="file_id"),
    "csa.admin.v1.ProjectAdminService/ListProjectLinks": Case(lambda w, who: {"project_id": w.project()}, object="project_id"),
    "csa.admin.v1.ProjectAdminService/AddProjectLink": Case(
        lambda w, who: {"project_id": w.project(), "title": "链接", "url": "https://example.com/"}, object="project_id"),
    "csa.admin.v1.ProjectAdminService/DeleteProjectLink": Case(lambda w, who: {"link_id": w.new_link()}, object="link_id"),
    "csa.admin.v1.ProjectAdminService/ListProjectTasks": Case(lambda w, who: {"project_id": w.project()}, object="project_id"),
    "csa.admin.v1.ProjectAdminService/AddProjectTask": Case(
        lambda w, who: {"project_id": w.project(), "title": "任务"}, object="project_id"),
    "csa.admin.v1.ProjectAdminService/SetProjectTaskStatus": Case(
        lambda w, who: {"task_id": w.task(), "status": "completed"}, object="task_id"),
    "csa.admin.v1.ProjectAdminService/DeleteProjectTask": Case(lambda w, who: {"task_id": w.new_task()}, object="task_id"),
    "csa.admin.v1.OAuthClientAdminService/CreateOAuthClient": Case(
        lambda w, who: {"client_name": "应用", "redirect_uris": [CALLBACK], "scopes": ["openid"], "grant_types": ["authorization_code"]}),
    "csa.admin.v1.OAuthClientAdminService/ListOAuthClients": Case(),
    "csa.admin.v1.OAuthClientAdminService/SetOAuthClientActive": Case(
        lambda w, who: {"client_id": w.once("spare client", w.new_client), "is_active": True}, object="client_id"),
    "csa.admin.v1.OAuthClientAdminService/DeleteOAuthClient": Case(lambda w, who: {"client_id": w.new_client()}, object="client_id"),
    "csa.admin.v1.OAuthClientAdminService/RotateOAuthClientSecret": Case(lambda w, who: {"client_id": w.new_client()}, object="client_id"),
    "csa.admin.v1.SigningKeyAdminService/ListSigningKeys": Case(),
    "csa.admin.v1.SigningKeyAdminService/RotateSigningKeys": Case(),
    "csa.admin.v1.SigningSecretAdminService/RotateSigningSecret": Case(
        answer=Answer("FAILED_PRECONDITION", "签名密钥由WEFT_JWT_SECRET指定，请通过配置更换")),
    "csa.admin.v1.TicketAdminService/ListTickets": Case(),
    "csa.admin.v1.TicketAdminService/GetTicket": Case(lambda w, who: {"ticket_id": w.ticket()}, object="ticket_id"),
    "csa.admin.v1.TicketAdminService/ReplyTicket": Case(
        lambda w, who: {"ticket_id": w.new_ticket(), "feedback": "已处理"}, object="ticket_id"),
    "csa.admin.v1.TicketAdminService/ListTicketMessages": Case(lambda w, who: {"ticket_id": w.ticket()}, object="ticket_id"),
    "csa.admin.v1.TicketAdminService/SearchTickets": Case(lambda w, who: {"query": "财务"}),
    "csa.admin.v1.UserAdminService/ListUsers": Case(),
    "csa.admin.v1.UserAdminService/GetUser": Case(lambda w, who: {"user_id": w.owner.id}, object="user_id"),
    "csa.admin.v1.UserAdminService/SetUserActive": Case(
        lambda w, who: {"user_id": w.spare_user().id, "is_active": True}, object="user_id"),
    "csa.admin.v1.UserAdminService/SetUserRole": Case(lambda w, who: {"user_id": w.spare_user().id, "role": "user"}, object="user_id"),
    "csa.admin.v1.UserAdminService/ListUserSignIns": Case(lambda w, who: {"user_id": w.owner.id}, object="user_id"),
    "csa.admin.v1.UserAdminService/EndUserSignIns": Case(lambda w, who: {"user_id": w.spare_user().id}, object="user_id"),
    "csa.admin.v1.UserAdminService/SendUserResetCode": Case(lambda w, who: {"user_id": w.spare_user().id}, object="user_id"),
}
