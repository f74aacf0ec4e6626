"""What holds for every answer of the co-writing platform: its envelope, its codes, its versions, over `weft serve` and `weft gateway`."""
import pytest
from cowriting import V1, error, login, new_person, ok, register, uniq
from test_gateway import raw
from test_remote_gateway import RemoteGateway


class Face:
    """A REST face: the server's own, or that of a gateway in front of it."""

    def __init__(self, server, url):
        self.server, self.url, self.ports = server, url, {"http": url.removeprefix("http://")}

    def call(self, method, path, token=None, **more):
        headers = dict(more.pop("headers", None) or {}) | ({"Authorization": f"Bearer {token}"} if token else {})
        with self.server.client() as client:
            return client.request(method, self.url + path, headers=headers, **more)


@pytest.fixture(scope="module", params=["serve", "gateway"])
def face(server, request):
    if request.param == "serve":
        yield Face(server, server.url)
        return
    gateway = RemoteGateway(server.grpc)
    yield Face(server, gateway.url)
    assert gateway.stop() == 0


@pytest.fixture(scope="module")
def person(server):
    return new_person(server)


# successes

def test_a_success_says_so(face, person):
    assert ok(face.call("GET", f"{V1}/auth/me", person.token), message="获取成功")["id"] == person.id


def test_what_has_nothing_to_tell_has_no_data(face, server):
    name = register(server)["username"]
    answer = face.call("POST", f"{V1}/auth/logout", login(server, name)["access_token"])
    assert ok(answer, message="登出成功") is None
    assert set(answer.json()) == {"success", "message", "timestamp"}


def test_a_trailing_slash_changes_nothing(face, person):
    assert ok(face.call("GET", f"{V1}/auth/me/", person.token))["id"] == person.id


# refusals

@pytest.mark.parametrize("path", ["/nothing", "", "/", "/auth", "/auth/me/x", "/users%2F1", "/AUTH/me"])
def test_paths_that_lead_nowhere(face, path):
    error(face.call("GET", V1 + path), 404, "接口不存在", "NOT_FOUND")


@pytest.mark.parametrize("path", ["/api/v2/auth/me", "/api/v2", "/api/v0/auth/me", "/api/v11/auth/me"])
def test_other_versions_hear_of_those_there_are(face, path):
    assert "可用的版本：v1" in error(face.call("GET", path), 404, code="NOT_FOUND")["message"]


@pytest.mark.parametrize(("method", "path", "allow"), [
    ("DELETE", "/auth/me", "GET, HEAD, OPTIONS"), ("GET", "/auth/login", "OPTIONS, POST"), ("PATCH", "/auth/password", "OPTIONS, PUT")])
def test_methods_that_a_path_has_not(face, method, path, allow):
    answer = face.call(method, V1 + path)
    error(answer, 405, "不支持的请求方法", "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == allow


@pytest.mark.parametrize("body", [b"{", b"[]", b"5", b'{"username":}', b'{"username":"a"} x', b"\xff\xfe", b"[" * 10_000])
def test_what_is_no_json_is_400(face, body):
    answer = face.call("POST", f"{V1}/auth/login", content=body, headers={"Content-Type": "application/json"})
    error(answer, 400, code="INVALID_REQUEST")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk", None])
def test_bodies_that_are_said_to_be_something_else_are_415(face, content_type):
    headers = {"Content-Type": content_type} if content_type else {}
    error(face.call("POST", f"{V1}/auth/login", content=b"{}", headers=headers), 415, code="UNSUPPORTED_MEDIA_TYPE")


def test_a_json_api_body_is_json(face, server):
    name = register(server)["username"]
    answer = face.call("POST", f"{V1}/auth/login", content=f'{{"username":"{name}","password":"password123"}}'.encode(),
                       headers={"Content-Type": "application/vnd.api+json;version=1"})
    ok(answer, message="登录成功")


def test_a_broken_rule_is_told_by_field(face):
    told = error(face.call("POST", f"{V1}/auth/register", json={"username": "", "email": "x", "password": "1234567"}), 422)
    assert set(told["details"]) == {"username", "email", "password"} and told["message"] in told["details"].values()
    told = error(face.call("POST", f"{V1}/auth/register", json={"username": 5}), 422)
    assert told["details"] == {"username": told["message"]}


def test_a_body_beyond_its_size_is_413(face, server):
    error(face.call("POST", f"{V1}/auth/login", json={"username": "x" * 1_100_000, "password": "x"}), 413, code="PAYLOAD_TOO_LARGE")
    # What is said of a length is believed before the body comes.
    answer = raw(face, b"POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 99999999\r\n\r\n")
    assert b" 413 " in answer.split(b"\r\n")[0] and b"PAYLOAD_TOO_LARGE" in answer


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer x", "Basic eDp5", "Bearer " + "a." * 3000])
def test_without_a_good_token_it_is_401(face, header):
    answer = face.call("GET", f"{V1}/auth/me", headers={"Authorization": header} if header else {})
    error(answer, 401, "无效的认证凭据", "UNAUTHORIZED")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_the_other_application_has_its_own_style(face):
    assert set(face.call("GET", "/api/nothing").json()) == {"detail"}


def test_problem_details_come_when_asked_for(face):
    answer = face.call("GET", f"{V1}/auth/me", headers={"Accept": "application/problem+json"})
    assert answer.status_code == 401 and answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "UNAUTHORIZED" and answer.json()["status"] == 401


# versions

@pytest.mark.parametrize("accept", [
    "application/vnd.api+json;version=1", 'application/vnd.api+json; version="1"', "application/vnd.api+json", "*/*",
    "text/html, application/vnd.api+json;version=1;q=0.9", "application/vnd.api+json;version=2, application/vnd.api+json;version=1;q=0.1",
    "application/vnd.api+json;version=2, application/json"])
def test_version_one_may_be_asked_for(face, person, accept):
    answer = face.call("GET", f"{V1}/auth/me", person.token, headers={"Accept": accept})
    assert ok(answer)["id"] == person.id
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("accept", [
    "application/vnd.api+json;version=2", "application/vnd.api+json; VERSION=0", "application/vnd.api+json;version=1.0",
    "application/vnd.api+json;version=", "text/html, application/vnd.api+json;version=3",
    "application/vnd.api+json;version=2, application/vnd.api+json;version=1;q=0"])
def test_any_other_version_is_406(face, person, accept):
    for token in (person.token, None):
        told = error(face.call("GET", f"{V1}/auth/me", token, headers={"Accept": accept}), 406, code="NOT_ACCEPTABLE")
        assert "version=1" in told["message"]


def test_the_other_application_has_no_versions(face):
    answer = face.call("POST", "/api/auth/login", json={}, headers={"Accept": "application/vnd.api+json;version=2"})
    assert answer.status_code == 422


def test_a_name_may_be_taken_once(face, server):
    profile = register(server)
    body = {"username": profile["username"], "email": f"{uniq()}@example.com", "password": "password123"}
    error(face.call("POST", f"{V1}/auth/register", json=body), 409, "用户名已被使用")
