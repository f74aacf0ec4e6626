"""What every REST answer has in common, whatever the endpoint."""
import json
import socket

import httpx
import pytest
from test_accounts import detail


def test_healthz(server):
    answer = server.call("GET", "/healthz")
    assert answer.status_code == 200 and answer.json() == {"status": "ok"}


def test_unknown_path_and_wrong_method(server, user):
    for path in ("/", "/nothing", "/api", "/api/tickets/a/b", "/api/%2e%2e/etc/passwd", "//api/tickets"):
        detail(server.call("GET", path), 404)
    answer = server.call("PATCH", "/api/tickets")
    detail(answer, 405)
    assert set(answer.headers["allow"].replace(" ", "").split(",")) >= {"GET", "POST", "HEAD", "OPTIONS"}
    other = server.call("GET", "/api/v1/nothing")
    assert other.status_code == 404 and other.json()["success"] is False and other.json()["error"]["code"]


def test_trailing_slash_and_unknown_parameters_are_tolerated(server, user):
    assert user.call("GET", "/api/tickets/?unknown=1&unknown=2").status_code == 200


def test_head_and_options(server, user):
    got, head = user.call("GET", "/api/auth/me"), user.call("HEAD", "/api/auth/me")
    assert head.status_code == 200 and head.content == b"" and head.headers["content-length"] == got.headers["content-length"]
    options = server.call("OPTIONS", "/api/tickets")
    assert options.status_code in (200, 204) and "POST" in options.headers["allow"]


def test_cors(server):
    origin = {"Origin": "https://app.example.com"}
    answer = server.call("GET", "/healthz", headers=origin)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    preflight = server.call("OPTIONS", "/api/tickets", headers={**origin, "Access-Control-Request-Method": "POST",
                                                                "Access-Control-Request-Headers": "authorization,content-type"})
    assert preflight.status_code in (200, 204)
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "authorization" in preflight.headers["access-control-allow-headers"].lower()


def test_request_id_is_kept_or_made(server):
    assert server.call("GET", "/healthz", headers={"X-Request-Id": "abc-123"}).headers["x-request-id"] == "abc-123"
    for unfit in ("", "x" * 300):
        made = server.call("GET", "/nothing", headers={"X-Request-Id": unfit}).headers["x-request-id"]
        assert made and made != unfit
    assert server.call("GET", "/nothing").headers["x-request-id"] != server.call("GET", "/nothing").headers["x-request-id"]


def test_answers_are_not_cached_nor_sniffed(server, user):
    answer = user.call("GET", "/api/auth/me")
    assert "no-store" in answer.headers["cache-control"] and answer.headers["x-content-type-options"] == "nosniff"


def raw(server, data, end=b"", limit=1 << 20):
    """Bytes in, bytes out, over a plain socket until the server closes."""
    host, port = server.ports["http"].split(":")
    with socket.create_connection((host, int(port)), 10) as s:
        s.sendall(data)
        out = b""
        while len(out) < limit:
            part = s.recv(65536)
            if not part or (end and end in out + part):
                return out + part
            out += part
        return out


@pytest.mark.parametrize("request_bytes, status", [
    (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\nHost: a\r\nA: b\r\n folded\r\n\r\n", 400),
    (b"GET  /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (b"GET /healthz HTTP/2.7\r\nHost: a\r\n\r\n", 505),
    (b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    (b"GET /healthz HTTP/1.1\r\nHost: a\r\nA: " + b"b" * 40000 + b"\r\n\r\n", 431),
    (b"POST /api/tickets HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    (b"POST /api/tickets HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400),
    (b"POST /api/tickets HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
    (b"POST /api/tickets HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", 400),
    (b"POST /api/tickets HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
])
def test_broken_framing_is_refused_in_the_documented_form(server, request_bytes, status):
    out = raw(server, request_bytes)
    assert out.startswith(b"HTTP/1.1 %d " % status), out[:200]
    assert json.loads(out.split(b"\r\n\r\n", 1)[1])["detail"]


def test_pipelined_requests_are_answered_in_order(server):
    out = raw(server, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert out.index(b"HTTP/1.1 200") < out.index(b"HTTP/1.1 404")


def test_expect_continue(server, user):
    body = json.dumps({"title": "t", "ticket_type": "technical", "content": "c"}).encode()
    head = (f"POST /api/tickets HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {user.token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n").encode()
    host, port = server.ports["http"].split(":")
    with socket.create_connection((host, int(port)), 10) as s:
        s.sendall(head)
        assert s.recv(100).startswith(b"HTTP/1.1 100 ")
        s.sendall(body)
        assert s.recv(65536).startswith(b"HTTP/1.1 201 ")


def test_http2_without_tls_on_the_rest_port(server, user, tmp_path):
    import subprocess
    out = subprocess.run(["nghttp", "-v", f"{server.url}/healthz"], capture_output=True, text=True, timeout=20).stdout
    assert ":status: 200" in out and '"ok"' in out


def test_openapi_and_docs(server):
    api = server.call("GET", "/openapi.json").json()
    assert api["openapi"].startswith("3.1") and "/api/tickets/{ticket_id}" in api["paths"]
    assert api["components"]["securitySchemes"]
    page = server.call("GET", "/docs", follow_redirects=True)
    assert page.status_code in (200, 503)
    if page.status_code == 200:
        assert "script-src" in page.headers["content-security-policy"] or "default-src" in page.headers["content-security-policy"]
        assert "unsafe-inline" not in page.headers["content-security-policy"].split("style-src")[0]
    else:
        assert "make setup" in page.text


def test_slow_client_does_not_hold_up_others(server):
    host, port = server.ports["http"].split(":")
    with socket.create_connection((host, int(port)), 10) as s:
        s.sendall(b"POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
        with httpx.Client(base_url=server.url, trust_env=False, timeout=5) as c:
            assert c.get("/healthz").status_code == 200
