"""The co-writing platform as its users call it: accounts, tokens, the envelope, and what most tests need made."""
import json
import re
import secrets

from server import ADMIN

V1 = "/api/v1"
PASSWORD = "password123"
EIGHT_DAYS = 8 * 86_400
UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")
# The document's table of codes, and INVALID_CREDENTIALS of its sign-in.
CODES = {400: ("INVALID_REQUEST",), 401: ("UNAUTHORIZED", "INVALID_CREDENTIALS"), 403: ("FORBIDDEN",), 404: ("NOT_FOUND",), 409: ("CONFLICT",),
         422: ("VALIDATION_ERROR",), 429: ("RATE_LIMIT_EXCEEDED",), 500: ("INTERNAL_ERROR",)}


def uniq(prefix=""):
    return prefix + secrets.token_hex(6)


def credit_code():
    """Of the form of the document's examples; its check digit is not right, as theirs are not."""
    return "91110000" + "".join(secrets.choice("0123456789") for _ in range(9)) + secrets.choice("XYABCDEFGH")


# answers

def ok(answer, status=200, message=None):
    """`data` of a success, whose envelope is checked. None where there is none."""
    assert answer.status_code == status, f"{answer.status_code} instead of {status}: {answer.text[:1000]}"
    body = json.loads(answer.content)
    assert set(body) <= {"success", "data", "message", "timestamp"} and body["success"] is True, answer.text
    assert body["message"] and UTC.fullmatch(body["timestamp"]), answer.text
    assert message is None or body["message"] == message, answer.text
    return body.get("data")


def page(answer):
    """`data` of a list, whose numbers are checked."""
    data = ok(answer)
    assert set(data) == {"items", "total", "page", "size", "pages"}, answer.text
    assert data["pages"] == -(-data["total"] // data["size"]) and len(data["items"]) <= data["size"], answer.text
    return data


def error(answer, status, message=None, code=None):
    """`error` of a refusal, whose envelope and documented code are checked."""
    assert answer.status_code == status, f"{answer.status_code} instead of {status}: {answer.text[:1000]}"
    body = json.loads(answer.content)
    assert set(body) == {"success", "error", "timestamp"} and body["success"] is False, answer.text
    assert UTC.fullmatch(body["timestamp"]), answer.text
    told = body["error"]
    assert set(told) <= {"code", "message", "details"} and told["message"], answer.text
    assert told["code"] in ((code,) if code else CODES.get(status, (told["code"],))), answer.text
    assert message is None or told["message"] == message, answer.text
    return told


# people

def register(server, username=None, password=PASSWORD, **more):
    """Makes an account and gives what the server says about it."""
    username = username or uniq("user-")
    body = {"username": username, "email": f"{uniq('m-')}@example.com", "password": password, "full_name": "新用户"} | more
    return ok(server.call("POST", f"{V1}/auth/register", json=body), 201, "注册成功")


def login(server, username, password=PASSWORD, **more):
    """What the server answers: `access_token`, `expires_in`, `user`."""
    return ok(server.call("POST", f"{V1}/auth/login", json={"username": username, "password": password, **more}), 200, "登录成功")


class Person:
    """Somebody with a token. Paths are those behind /api/v1."""

    def __init__(self, server, username, password=PASSWORD, profile=None):
        self.server, self.username, self.password = server, username, password
        answer = login(server, username, password)
        self.token, self.profile = answer["access_token"], profile or answer["user"]

    @property
    def id(self):
        return self.profile["id"]

    def call(self, method, path, body=None, **more):
        if body is not None:
            more["json"] = body
        return self.server.call(method, V1 + path, more.pop("token", self.token), **more)

    def get(self, path, **params):
        """Query parameters as keywords."""
        return self.call("GET", path, params=params or None)

    def post(self, path, body=None, **more):
        return self.call("POST", path, body, **more)

    def put(self, path, body=None, **more):
        return self.call("PUT", path, body, **more)

    def delete(self, path, **more):
        return self.call("DELETE", path, **more)

    # what most tests need; `more` goes into the body

    def company(self, **more):
        body = {"name": uniq("示例化工有限公司"), "unified_social_credit_code": credit_code(), "industry": "化工"} | more
        return ok(self.post("/companies", body), 201)

    def contact(self, company_id, **more):
        return ok(self.post(f"/companies/{company_id}/contacts", {"name": "赵六", "is_primary": False} | more), 201)

    def project(self, company_id=None, **more):
        company_id = company_id or self.company()["id"]
        body = {"name": uniq("环评报告"), "type": "environmental_assessment", "company_id": company_id} | more
        return ok(self.post("/projects", body), 201)

    def form(self, project_id, **more):
        body = {"form_type": "basic_info", "form_data": {"project_name": "新项目", "location": "北京"}} | more
        return ok(self.post(f"/projects/{project_id}/forms", body), 201)

    def document(self, project_id=None, **more):
        project_id = project_id or self.project()["id"]
        return ok(self.post("/documents", {"title": uniq("报告"), "content": "# 概述", "project_id": project_id} | more), 201)


def new_person(server, username=None, password=PASSWORD, **more):
    """A new account, signed in."""
    profile = register(server, username, password, **more)
    return Person(server, profile["username"], password, profile)


def admin(server):
    """The administrator of the settings, signed in."""
    return Person(server, *ADMIN)
