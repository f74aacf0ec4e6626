"""The co-writing platform's part of the authorization matrix: who calls, what the options promise, and a valid request for each RPC."""
import base64
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import jwt
from authorization import ADMIN, DISABLED, OK, PUBLIC, Answer, Method, methods
from cowriting import PASSWORD, Person, admin, credit_code, new_person, ok, uniq
from document_images import png, upload_image
from generations import generate, wait_for_end
from rpc import Rpc
from server import wait_for

SECRET = "a-secret-that-the-matrix-signs-with-too"
PACKAGES = ("cowriting.v1.",)
# Who bears no token of this application that holds.
STRANGERS = ("no token", "garbage", "expired", "other application", "logged out", "replaced", "deleted")
CALLERS = (*STRANGERS, "disabled", "foreign", "owner", "administrator")
NO_TOKEN = Answer("UNAUTHENTICATED", "无效的认证凭据")
NOT_ADMIN = Answer("PERMISSION_DENIED", "权限不足")
# What is asked for is allowed, and too late.
GENERATION_ENDED = Answer("ALREADY_EXISTS", "AI生成任务已结束，不能取消", 409)
EXPORT_ENDED = Answer("ALREADY_EXISTS", "导出任务已结束，不能取消", 409)
ABSENT = 999_999_999
TEXTS = {"user_id": "用户不存在", "company_id": "企业不存在", "contact_id": "联系人不存在", "project_id": "项目不存在", "form_id": "表单不存在",
         "document_id": "文档不存在", "image_id": "图片不存在", "version_number": "文档版本不存在", "generation_id": "生成记录不存在", "export_id": "导出记录不存在",
         "template_id": "模板不存在"}


@dataclass
class Case:
    """One RPC of the matrix.

    - `request(world, who)`: a valid request, as a dict; it names the owner's things, whoever calls, but where it makes some.
    - `object`: the field that names the owner's object. Somebody else's is answered like nobody's; an administrator's it is.
    - `within`: another field that has to name something inside of it.
    - `answer`: what an allowed call comes to.
    - `answers`: where single callers get something else than the options say.
    - `fresh`: the call uses its caller up, so each allowed one is made by a new user.
    """
    request: object = lambda world, who: {}
    object: str = ""
    within: str = ""
    answer: Answer = OK
    answers: dict = field(default_factory=dict)
    fresh: bool = False


def expected(method: Method, caller: str, case: Case) -> Answer:
    """What a valid request of this caller's comes to."""
    if caller in case.answers:
        return case.answers[caller]
    if method.rule.access != PUBLIC:
        if caller in STRANGERS:
            return NO_TOKEN
        if caller == "disabled":
            return DISABLED
        if method.rule.access == ADMIN and caller != "administrator":
            return NOT_ADMIN
        if case.object and caller == "foreign":
            return absent(case.object)
    return case.answer


def absent(name: str) -> Answer:
    return Answer("NOT_FOUND", TEXTS[name])


class World:
    """A server's people and what the owner has."""

    def __init__(self, server):
        self.server, self.rpc = server, Rpc(server)
        self.admin = admin(server)
        self.owner, self.foreign = new_person(server), new_person(server)
        self.made = {}
        self.tokens = {"no token": None, "garbage": "eyJhbGciOiJub25lIn0.e30.", "expired": self.expired(),
                       "other application": server.register().token, "logged out": self.logged_out(), "replaced": self.replaced(),
                       "deleted": self.deleted(), "disabled": self.disabled(), "foreign": self.foreign.token, "owner": self.owner.token,
                       "administrator": self.admin.token}

    def call(self, method, body, who=None):
        return self.rpc.call("cowriting.v1." + method.split("/")[0], method.split("/")[1], body, token=(who or self.admin).token)

    def who(self, caller):
        return {"foreign": self.foreign, "administrator": self.admin}.get(caller, self.owner)

    def newcomer(self, like):
        person = new_person(self.server)
        if like is self.admin:
            self.call("UserService/SetUserRole", {"user_id": person.id, "role": "admin"})
        return person

    # tokens that hold no longer

    def expired(self):
        claims = jwt.decode(self.owner.token, SECRET, algorithms=["HS256"], options={"verify_aud": False})
        now = int(time.time())
        return jwt.encode({**claims, "iat": now - 7200, "exp": now - 60}, SECRET, algorithm="HS256", headers={"typ": "at+jwt"})

    def logged_out(self):
        token = Person(self.server, self.owner.username).token
        ok(self.owner.post("/auth/logout", token=token), message="登出成功")
        return token

    def replaced(self):
        token = Person(self.server, self.owner.username).token
        ok(self.owner.post("/auth/refresh", token=token))
        return token

    def deleted(self):
        person = new_person(self.server)
        ok(self.admin.delete(f"/users/{person.id}"))
        return person.token

    def disabled(self):
        person = new_person(self.server)
        self.call("UserService/SetUserActive", {"user_id": person.id, "is_active": False})
        return person.token

    # what the owner has

    def once(self, name, make):
        if name not in self.made:
            self.made[name] = make()
        return self.made[name]

    def spare(self):
        return self.once("spare", lambda: new_person(self.server).id)

    def company(self):
        return self.once("company", lambda: self.owner.company()["id"])

    def contact(self):
        return self.owner.contact(self.company())["id"]

    def project(self):
        return self.once("project", lambda: self.owner.project(self.company())["id"])

    def form(self):
        return self.owner.form(self.project())["id"]

    def document(self):
        return self.once("document", lambda: self.owner.document(self.project())["id"])

    def image(self):
        return self.once("image", self.new_image)

    def new_image(self):
        return ok(upload_image(self.owner, self.document()), 201)["id"]

    def generation(self):
        """A text that has ended, as all have a moment later: what waits or runs would change by itself."""
        return self.once("generation", lambda: wait_for_end(self.owner, generate(self.owner, self.document())["id"])["id"])

    def export(self):
        """One that has ended."""
        def make():
            id = ok(self.owner.post("/exports", {"document_id": self.document(), "format": "markdown"}), 202)["export_id"]
            wait_for(lambda: ok(self.owner.get(f"/exports/{id}"))["status"] == "completed", "the export")
            return id
        return self.once("export", make)

    def export_link(self):
        """What its signed link says."""
        query = parse_qs(urlsplit(ok(self.owner.get(f"/exports/{self.export()}"))["file_url"]).query)
        return {"export_id": self.export(), **{name: query[name][0] for name in ("expires", "signature")}}

    def export_template(self):
        body = {"name": uniq(), "format": "html", "options": {}}
        return self.once("export template", lambda: ok(self.admin.post("/exports/templates", body), 201)["id"])

    def prompt_template(self):
        body = {"name": uniq(), "prompt_template": "写"}
        return self.once("prompt template", lambda: ok(self.admin.post("/ai/templates", body), 201)["id"])


def new_project(world, who):
    body = {"name": uniq("项目"), "type": "emergency_plan", "company_id": world.company()}
    # An administrator makes it for the company's owner.
    return body | ({"user_id": world.owner.id} if who is world.admin else {})


CASES = {
    "cowriting.v1.AuthService/Login": Case(lambda w, who: {"username": w.owner.username, "password": PASSWORD}),
    "cowriting.v1.AuthService/Register": Case(
        lambda w, who: {"username": uniq("u-"), "email": f"{uniq()}@example.com", "password": PASSWORD}),
    "cowriting.v1.AuthService/Logout": Case(fresh=True),
    "cowriting.v1.AuthService/GetMe": Case(),
    "cowriting.v1.AuthService/RefreshToken": Case(fresh=True),
    "cowriting.v1.AuthService/ChangePassword": Case(lambda w, who: {"current_password": PASSWORD, "new_password": "another-password"}, fresh=True),

    "cowriting.v1.UserService/ListUsers": Case(),
    "cowriting.v1.UserService/GetUser": Case(lambda w, who: {"user_id": w.owner.id}, object="user_id"),
    "cowriting.v1.UserService/UpdateUser": Case(lambda w, who: {"user_id": w.owner.id, "full_name": uniq()}, object="user_id"),
    "cowriting.v1.UserService/DeleteUser": Case(lambda w, who: {"user_id": new_person(w.server).id}, object="user_id"),
    "cowriting.v1.UserService/GetPreferences": Case(lambda w, who: {"user_id": w.owner.id}, object="user_id"),
    "cowriting.v1.UserService/UpdatePreferences": Case(lambda w, who: {"user_id": w.owner.id, "theme": "dark"}, object="user_id"),
    "cowriting.v1.UserService/SetUserRole": Case(lambda w, who: {"user_id": w.spare(), "role": "user"}, object="user_id"),
    "cowriting.v1.UserService/SetUserActive": Case(lambda w, who: {"user_id": w.spare(), "is_active": True}, object="user_id"),

    "cowriting.v1.CompanyService/ListCompanies": Case(lambda w, who: w.company() and {}),
    "cowriting.v1.CompanyService/CreateCompany": Case(lambda w, who: {"name": uniq("公司"), "unified_social_credit_code": credit_code()}),
    "cowriting.v1.CompanyService/GetCompany": Case(lambda w, who: {"company_id": w.company()}, object="company_id"),
    "cowriting.v1.CompanyService/UpdateCompany": Case(lambda w, who: {"company_id": w.company(), "address": uniq()}, object="company_id"),
    "cowriting.v1.CompanyService/DeleteCompany": Case(lambda w, who: {"company_id": w.owner.company()["id"]}, object="company_id"),
    "cowriting.v1.CompanyService/ListContacts": Case(lambda w, who: w.contact() and {"company_id": w.company()}, object="company_id"),
    "cowriting.v1.CompanyService/CreateContact": Case(lambda w, who: {"company_id": w.company(), "name": "赵六"}, object="company_id"),
    "cowriting.v1.CompanyService/UpdateContact": Case(
        lambda w, who: {"company_id": w.company(), "contact_id": w.contact(), "position": uniq()}, object="company_id", within="contact_id"),
    "cowriting.v1.CompanyService/DeleteContact": Case(
        lambda w, who: {"company_id": w.company(), "contact_id": w.contact()}, object="company_id", within="contact_id"),

    "cowriting.v1.ProjectService/ListProjects": Case(lambda w, who: w.project() and {}),
    "cowriting.v1.ProjectService/CreateProject": Case(new_project, object="company_id"),
    "cowriting.v1.ProjectService/GetProject": Case(lambda w, who: {"project_id": w.project()}, object="project_id"),
    "cowriting.v1.ProjectService/UpdateProject": Case(lambda w, who: {"project_id": w.project(), "name": uniq()}, object="project_id"),
    "cowriting.v1.ProjectService/DeleteProject": Case(
        lambda w, who: {"project_id": w.owner.project(w.company())["id"]}, object="project_id"),
    "cowriting.v1.ProjectService/ListForms": Case(lambda w, who: w.form() and {"project_id": w.project()}, object="project_id"),
    "cowriting.v1.ProjectService/CreateForm": Case(
        lambda w, who: {"project_id": w.project(), "form_type": "basic_info", "form_data": {"a": 1}}, object="project_id"),
    "cowriting.v1.ProjectService/UpdateForm": Case(
        lambda w, who: {"project_id": w.project(), "form_id": w.form(), "form_data": {"b": uniq()}}, object="project_id", within="form_id"),
    "cowriting.v1.ProjectService/DeleteForm": Case(
        lambda w, who: {"project_id": w.project(), "form_id": w.form()}, object="project_id", within="form_id"),

    "cowriting.v1.DocumentService/ListDocuments": Case(lambda w, who: w.document() and {}),
    "cowriting.v1.DocumentService/CreateDocument": Case(lambda w, who: {"title": uniq(), "project_id": w.project()}, object="project_id"),
    "cowriting.v1.DocumentService/GetDocument": Case(lambda w, who: {"document_id": w.document()}, object="document_id"),
    "cowriting.v1.DocumentService/UpdateDocument": Case(lambda w, who: {"document_id": w.document(), "content": uniq()}, object="document_id"),
    "cowriting.v1.DocumentService/DeleteDocument": Case(
        lambda w, who: {"document_id": w.owner.document(w.project())["id"]}, object="document_id"),
    "cowriting.v1.DocumentService/ListVersions": Case(lambda w, who: {"document_id": w.document()}, object="document_id"),
    "cowriting.v1.DocumentService/CreateVersion": Case(lambda w, who: {"document_id": w.document(), "content": uniq()}, object="document_id"),
    "cowriting.v1.DocumentService/GetVersion": Case(
        lambda w, who: {"document_id": w.document(), "version_number": 1}, object="document_id", within="version_number"),
    "cowriting.v1.DocumentService/RestoreVersion": Case(
        lambda w, who: {"document_id": w.document(), "version_number": 1}, object="document_id", within="version_number"),
    "cowriting.v1.DocumentService/CompareVersions": Case(
        lambda w, who: {"document_id": w.document(), "from_version": 1, "to_version": 1}, object="document_id"),
    "cowriting.v1.DocumentService/UploadImage": Case(
        lambda w, who: [{"document_id": w.document(), "file_name": "图.png", "content_type": "image/png"}, {"data": base64.b64encode(png()).decode()}],
        object="document_id"),
    "cowriting.v1.DocumentService/ListImages": Case(lambda w, who: w.image() and {"document_id": w.document()}, object="document_id"),
    "cowriting.v1.DocumentService/GetImage": Case(
        lambda w, who: {"document_id": w.document(), "image_id": w.image()}, object="document_id", within="image_id"),
    "cowriting.v1.DocumentService/DeleteImage": Case(
        lambda w, who: {"document_id": w.document(), "image_id": w.new_image()}, object="document_id", within="image_id"),

    "cowriting.v1.GenerationService/Generate": Case(lambda w, who: {"document_id": w.document(), "prompt": "写"}, object="document_id"),
    "cowriting.v1.GenerationService/GetGeneration": Case(lambda w, who: {"generation_id": w.generation()}, object="generation_id"),
    "cowriting.v1.GenerationService/ListGenerations": Case(lambda w, who: w.generation() and {}),
    "cowriting.v1.GenerationService/DescribeGeneration": Case(lambda w, who: {"generation_id": w.generation()}, object="generation_id"),
    "cowriting.v1.GenerationService/WatchGeneration": Case(lambda w, who: {"generation_id": w.generation()}, object="generation_id"),
    "cowriting.v1.GenerationService/StreamGeneration": Case(lambda w, who: {"generation_id": w.generation()}, object="generation_id"),
    "cowriting.v1.GenerationService/CancelGeneration": Case(
        lambda w, who: {"generation_id": w.generation()}, object="generation_id", answer=GENERATION_ENDED),
    "cowriting.v1.GenerationService/ApplyGeneration": Case(lambda w, who: {"generation_id": w.generation()}, object="generation_id"),
    "cowriting.v1.GenerationService/ListGenerationTemplates": Case(lambda w, who: w.prompt_template() and {}),
    "cowriting.v1.GenerationService/CreateGenerationTemplate": Case(lambda w, who: {"name": uniq("模板"), "prompt_template": "写"}),
    "cowriting.v1.GenerationService/SetGenerationTemplateActive": Case(
        lambda w, who: {"template_id": w.prompt_template(), "is_active": True}, object="template_id"),

    "cowriting.v1.ExportService/CreateExport": Case(lambda w, who: {"document_id": w.document(), "format": "markdown"}, object="document_id"),
    "cowriting.v1.ExportService/GetExport": Case(lambda w, who: {"export_id": w.export()}, object="export_id"),
    "cowriting.v1.ExportService/ListExports": Case(lambda w, who: w.export() and {}),
    "cowriting.v1.ExportService/DownloadExport": Case(lambda w, who: {"export_id": w.export()}, object="export_id"),
    "cowriting.v1.ExportService/GetExportFile": Case(lambda w, who: w.export_link()),
    "cowriting.v1.ExportService/WatchExport": Case(lambda w, who: {"export_id": w.export()}, object="export_id"),
    "cowriting.v1.ExportService/StreamExport": Case(lambda w, who: {"export_id": w.export()}, object="export_id"),
    "cowriting.v1.ExportService/CancelExport": Case(lambda w, who: {"export_id": w.export()}, object="export_id", answer=EXPORT_ENDED),
    "cowriting.v1.ExportService/ListExportTemplates": Case(lambda w, who: w.export_template() and {}),
    "cowriting.v1.ExportService/CreateExportTemplate": Case(lambda w, who: {"name": uniq("模板"), "format": "pdf", "options": {}}),
    "cowriting.v1.ExportService/SetExportTemplateActive": Case(
        lambda w, who: {"template_id": w.export_template(), "is_active": True}, object="template_id"),
}


# The document

HEAD = """# The co-writing platform

| column | the caller |
| --- | --- |
| stranger | no token, garbage, an expired token, one of the customer service application, one that was logged out or replaced, one of a deleted account |
| disabled | a user whose account was disabled after the token was made |
| foreign | another user, who names the owner's object |
| owner | the user whose object it is; where no object is named, whoever calls |
| administrator | somebody with the role `admin`, who names the owner's object |
| absent | what an allowed caller reads who names an object that nobody has; whoever names somebody else's reads the same |

`401` is UNAUTHENTICATED 无效的认证凭据, "403 disabled" 账号已被禁用, "403 admins" 权限不足, `404` NOT_FOUND. "own" is about the caller's own things,
"all" about everybody's. A refused call changes nothing.
"""


def row(method: Method, case: Case) -> str:
    short = {NO_TOKEN: "401", DISABLED: "403 disabled", NOT_ADMIN: "403 admins"}

    def cell(caller):
        answer = expected(method, caller, case)
        if answer == case.answer:
            if method.rule.access == PUBLIC or case.object:
                return "yes"
            return "all" if caller == "administrator" and method.name.startswith("List") else "own" if method.rule.access != ADMIN else "yes"
        return short.get(answer) or f"{answer.status} {answer.text}"

    assert len({cell(caller) for caller in STRANGERS}) == 1
    cells = [cell(caller) for caller in ("no token", "disabled", "foreign", "owner", "administrator")]
    missing = f"404 {TEXTS[case.object]}" if case.object else ""
    routes = "<br>".join(f"{b.verb} {b.path}" for b in method.bindings)
    return "| " + " | ".join([method.name, routes, *cells, missing]) + " |"


def part(rpc) -> str:
    text, service = HEAD, None
    for method in methods(rpc, PACKAGES):
        if method.service != service:
            service = method.service
            text += f"\n## {service}\n\n| RPC | REST | stranger | disabled | foreign | owner | administrator | absent |\n"
            text += "| --- | --- | --- | --- | --- | --- | --- | --- |\n"
        text += row(method, CASES[method.path]) + "\n"
    return text
