"""`weft gateway` in front of a remote server gives the answers of the gateway in process."""
import json
import signal
import subprocess
import threading

import httpx
import pytest
from certificates import Authority
from server import ADMIN, BINARY, LISTENING, Server, wait_for
from test_tickets import detail


class RemoteGateway:
    def __init__(self, upstream, *arguments):
        self.process = subprocess.Popen([BINARY, "gateway", "--upstream", upstream, "--http", "127.0.0.1:0", *arguments],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        guard = threading.Timer(60, self.process.kill)
        guard.start()
        found = LISTENING.match(self.process.stdout.readline().rstrip("\n"))
        guard.cancel()
        assert found, "the gateway did not start"
        self.url = "http://" + found[2]

    def stop(self):
        self.process.terminate()
        return self.process.wait(30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def health(self):
        with httpx.Client(trust_env=False, timeout=30) as c:
            answer = c.get(self.url + "/healthz")
            return answer.status_code, answer.json()

    def wait_for_health(self, *wanted):
        wait_for(lambda: self.health() == wanted, f"/healthz to say {wanted}")


@pytest.fixture(scope="module")
def remote(server):
    gateway = RemoteGateway(server.grpc)
    yield gateway
    assert gateway.stop() == 0


def requests(token):
    auth = {"Authorization": f"Bearer {token}"}
    good = {"title": "标题", "ticket_type": "technical", "content": "内容"}
    yield "GET", "/healthz", {}
    yield "GET", "/nothing", {}
    yield "PATCH", "/api/tickets", {}
    yield "GET", "/api/auth/me", {}
    yield "GET", "/api/auth/me", {"headers": auth}
    yield "HEAD", "/api/auth/me", {"headers": auth}
    yield "GET", "/api/auth/me", {"headers": {"Authorization": "Bearer x"}}
    yield "POST", "/api/auth/send-code", {"json": {"email": "x"}}
    yield "POST", "/api/auth/login", {"json": {"email": "a@example.com", "password": "x"}}
    yield "POST", "/api/auth/token", {"data": {"username": "a@example.com", "password": "x"}}
    for body in (b"{", b"", b"[]", b'{"title":5}', json.dumps({**good, "title": "x" * 201}).encode()):
        yield "POST", "/api/tickets", {"headers": {**auth, "Content-Type": "application/json"}, "content": body}
        yield "POST", "/api/tickets", {"headers": {"Content-Type": "application/json"}, "content": body}
    yield "POST", "/api/tickets", {"headers": auth, "json": {**good, "content": "x" * (1 << 20)}}
    yield "GET", "/api/tickets?limit=0", {"headers": auth}
    yield "GET", "/api/tickets?skip=x", {"headers": auth}
    yield "GET", "/api/tickets/507f1f77bcf86cd799439012", {"headers": auth}
    yield "DELETE", "/api/tickets/x", {"headers": auth}
    yield "PATCH", "/api/users/me", {"headers": auth, "json": {}}
    yield "PATCH", "/api/users/me", {"headers": auth, "json": {"full_name": None}}
    for path in ("/.well-known/openid-configuration", "/oauth/jwks", "/oauth/userinfo", "/api/oauth/authorizations"):
        yield "GET", path, {}
        yield "GET", path, {"headers": auth}
    for path in ("/oauth/token", "/oauth/revoke", "/oauth/introspect", "/oauth/userinfo"):
        yield "POST", path, {"data": {"grant_type": "client_credentials"}}
        yield "POST", path, {"auth": ("507f1f77bcf86cd799439012", "x"), "data": {"token": "x"}}
        yield "POST", path, {"content": b"a=%FF&token=%FF&access_token=%FF", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}
        yield "POST", path, {"content": b"x", "headers": {"Content-Type": "text/plain"}}


# What differs from answer to answer.
OWN = {"date", "x-request-id"}


def test_answers_are_the_same(server, remote):
    user = server.register()
    with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as near, \
            httpx.Client(base_url=remote.url, trust_env=False, timeout=30) as far:
        for method, path, more in requests(user.token):
            one, other = near.request(method, path, **more), far.request(method, path, **more)
            where = f"{method} {path} {more}"
            assert one.status_code == other.status_code, where
            assert {k: v for k, v in one.headers.items() if k not in OWN} == {k: v for k, v in other.headers.items() if k not in OWN}, where
            if "updated_at" not in one.text or one.status_code >= 400:
                assert one.content == other.content, where


def test_a_ticket_through_the_remote_gateway(server, remote):
    user = server.register()
    with httpx.Client(base_url=remote.url, trust_env=False, timeout=30, headers={"Authorization": f"Bearer {user.token}"}) as c:
        made = c.post("/api/tickets", json={"title": "标题", "ticket_type": "technical", "content": "内容"})
        assert made.status_code == 201
        path = f"/api/tickets/{made.json()['id']}"
        assert c.get(path).json() == user.call("GET", path).json() == made.json()
        assert c.delete(path).status_code == 204


def test_an_upstream_that_is_away_is_503_and_stays_private(tmp_path):
    gateway = RemoteGateway("127.0.0.1:9")
    try:
        with httpx.Client(base_url=gateway.url, trust_env=False, timeout=60) as c:
            text = detail(c.post("/api/auth/login", json={"email": "a@example.com", "password": "x"}), 503)
            assert "127.0.0.1" not in text
    finally:
        gateway.stop()


UNREACHABLE = 503, {"status": "unavailable", "upstream": "unreachable"}


def test_health_follows_the_upstream(tmp_path):
    with Server(tmp_path / "data") as upstream, RemoteGateway(upstream.grpc) as gateway:
        assert gateway.health() == (200, {"status": "ok"})
        # It holds the connection and answers nothing, as a machine that has gone away.
        upstream.process.send_signal(signal.SIGSTOP)
        gateway.wait_for_health(*UNREACHABLE)
        upstream.process.send_signal(signal.SIGCONT)
        gateway.wait_for_health(200, {"status": "ok"})
        upstream.stop(signal.SIGKILL)
        gateway.wait_for_health(*UNREACHABLE)
        again = Server(tmp_path / "data", "--grpc", upstream.grpc)
        with again:
            gateway.wait_for_health(200, {"status": "ok"})


def test_a_gateway_starts_without_its_upstream_and_says_so():
    with RemoteGateway("127.0.0.1:9") as gateway:
        assert gateway.health() == UNREACHABLE


def test_a_client_certificate_towards_the_upstream(tmp_path):
    ours, others = Authority(tmp_path), Authority(tmp_path, "another-ca")
    certificate, key = ours.issue("server")
    env = {"WEFT_TLS_CERT": certificate, "WEFT_TLS_KEY": key, "WEFT_TLS_CLIENT_CA": str(ours.ca)}
    trust = ["--upstream-ca", str(ours.ca)]
    good, foreign = ours.issue("gateway"), others.issue("foreign")
    with Server(tmp_path / "data", env=env, tls=True) as upstream:
        with RemoteGateway(upstream.grpc, *trust, "--upstream-cert", good[0], "--upstream-key", good[1]) as gateway:
            assert gateway.health() == (200, {"status": "ok"})
            with httpx.Client(base_url=gateway.url, trust_env=False, timeout=30) as c:
                assert c.post("/api/auth/login", json={"email": ADMIN[0], "password": ADMIN[1]}).status_code == 200
        for arguments in (trust, trust + ["--upstream-cert", foreign[0], "--upstream-key", foreign[1]]):
            with RemoteGateway(upstream.grpc, *arguments) as gateway:
                assert gateway.health() == UNREACHABLE


@pytest.mark.parametrize("arguments, said", [
    (["--upstream-cert", "a.pem"], "--upstream-key"),
    (["--upstream-cert", "a.pem", "--upstream-key", "a.key"], "a.pem"),
    (["--upstream", "nothing"], "HOST:PORT"),
])
def test_mistakes_are_named(arguments, said):
    done = subprocess.run([BINARY, "gateway", "--upstream", "127.0.0.1:9", "--http", "127.0.0.1:0", *arguments],
                          capture_output=True, text=True, timeout=30)
    assert done.returncode != 0 and said in done.stderr
