"""`weft gateway` in front of a remote server gives the answers of the gateway in process."""
import json
import subprocess
import threading

import httpx
import pytest
from server import BINARY, LISTENING
from test_tickets import detail


class RemoteGateway:
    def __init__(self, upstream):
        self.process = subprocess.Popen([BINARY, "gateway", "--upstream", upstream, "--http", "127.0.0.1:0"],
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
