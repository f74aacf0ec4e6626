"""Rates, whose word about an address counts, and what strangers may not make the server do."""
import subprocess

import pytest
from rpc import Rpc
from server import BINARY, PASSWORD, Server
from test_accounts import detail
from test_gateway import raw


@pytest.fixture(scope="module")
def limited(tmp_path_factory):
    env = {"WEFT_RATE_LIMITS": "on", "WEFT_TRUSTED_PROXIES": "127.0.0.1"}
    with Server(tmp_path_factory.mktemp("limited") / "data", env=env) as server:
        yield server


def login(server, email, *forwarded, password="wrong-password"):
    with server.client(headers=[("X-Forwarded-For", f) for f in forwarded]) as c:
        return c.post("/api/auth/login", json={"email": email, "password": password})


def until_limited(attempt, most=200):
    """Tokens come back while we try, one a second, so the number of the first 429 is not exact."""
    for n in range(most):
        answer = attempt(n)
        if answer.status_code == 429:
            return n, answer
    raise AssertionError(f"{most} tries and no limit")


def test_tries_of_one_address_are_limited(limited):
    count, answer = until_limited(lambda n: login(limited, f"nobody{n}@example.com", "9.9.9.1"))
    assert count >= 60
    detail(answer, 429)
    assert int(answer.headers["retry-after"]) >= 1
    assert login(limited, "nobody@example.com", "9.9.9.2").status_code == 401


def test_a_client_cannot_choose_its_address(limited):
    until_limited(lambda n: login(limited, f"nobody{n}@example.com", f"1.2.3.{n}", "9.9.9.3"))


def test_one_network_of_ipv6_is_one_client(limited):
    until_limited(lambda n: login(limited, f"nobody{n}@example.com", f"2001:db8::{n:x}"))


def test_one_account_is_limited_and_its_owner_gets_in(limited):
    user = limited.register()
    answers = [login(limited, user.email, "9.9.9.4") for _ in range(21)]
    assert answers[-2].status_code == 401 and answers[-1].status_code == 429
    assert login(limited, user.email, "9.9.9.5", password=PASSWORD).status_code == 200


def test_changing_a_password_counts_as_trying_it(limited):
    user = limited.register()
    body = {"old_password": "wrong-password", "new_password": "NewPassw0rd!"}
    answers = [user.call("POST", "/api/users/me/change-password", json=body, headers={"X-Forwarded-For": "9.9.9.6"}) for _ in range(21)]
    assert answers[-2].status_code == 400 and answers[-1].status_code == 429


def test_untrusted_peers_are_not_believed(server):
    answer = server.call("GET", "/healthz", headers={"X-Forwarded-For": "1.2.3.4"})
    assert answer.status_code == 200


@pytest.mark.parametrize("count", [15, 16, 17, 33, 200])
def test_every_pipelined_request_is_answered(server, count):
    request = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    out = raw(server, request * (count - 1) + request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert out.count(b"HTTP/1.1 200") == count


# google.rpc.Status with a RetryInfo of 2^63 - 1 seconds, and one that claims to be an internal error.
HUGE_RETRY = bytes.fromhex("0804120362 6f6f1a3e0a28747970652e676f6f676c65617069732e636f6d2f676f6f676c652e7270632e5265747279496e666f"
                           "12120a1008ffffffffffffffff7f10ffffffff07".replace(" ", ""))


@pytest.mark.parametrize("status", [HUGE_RETRY, b"\x08\x0d\x12\x03abc", b"\xff\xff", b""])
def test_a_stranger_does_not_speak_for_a_gateway(server, status):
    rpc = Rpc(server)
    code, text = rpc.code("csa.v1.AuthService", "Login", {"email": "a@example.com", "password": "x"},
                          metadata=[("weft-gateway-error-bin", status)])
    assert code == "UNAUTHENTICATED" and "abc" not in text
    assert server.call("GET", "/healthz").status_code == 200


@pytest.mark.parametrize("header", [":", "x-bin: a", "Foo Bar: a", "name", ""])
def test_call_refuses_what_is_no_metadata(server, header):
    out = subprocess.run([BINARY, "call", "-H", header, server.grpc, "list"], capture_output=True, text=True, timeout=30)
    assert out.returncode == 64 and ('a header is "name: value"' in out.stderr or "x-bin takes base64" in out.stderr)


def test_proxy_that_can_never_match_is_a_mistake(tmp_path):
    server = Server(tmp_path / "data", env={"WEFT_TRUSTED_PROXIES": "10.0.0.1, proxy.example.com"})
    out = subprocess.run([BINARY, "serve", "--data-dir", str(server.data), "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"],
                         env=server.env, capture_output=True, text=True, timeout=60)
    assert out.returncode != 0 and "WEFT_TRUSTED_PROXIES" in out.stderr
