"""How often the co-writing platform may be called (chapter 接口限流): by account and class, by address before signing in, over both faces."""
import json
import threading
import time

import grpc
import httpx
import pytest
from cowriting import V1, Person, admin, error, login, new_person, ok, register
from google.rpc import error_details_pb2, status_pb2
from rpc import Rpc
from server import Server
from test_remote_gateway import RemoteGateway

NAMES = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")


@pytest.fixture(scope="module")
def limited(tmp_path_factory):
    # Addresses of the tests' own choice: each test is a client of its own.
    env = {"WEFT_RATE_LIMITS": "on", "WEFT_TRUSTED_PROXIES": "127.0.0.1", "WEFT_GATEWAY_SECRET": "secret-of-the-gateway-0123456789ab"}
    with Server(tmp_path_factory.mktemp("limited") / "data", env=env) as server:
        yield server


CLIENTS = {}


class From:
    """The server as somebody at an address sees it. One client for all: making one takes a good part of a window on a busy machine."""

    def __init__(self, server, address):
        self.url, self.address = server.url, address

    def call(self, method, path, token=None, **more):
        if self.url not in CLIENTS:
            CLIENTS[self.url] = httpx.Client(base_url=self.url, trust_env=False, timeout=30)
        headers = dict(more.pop("headers", None) or {}) | {"X-Forwarded-For": self.address}
        return CLIENTS[self.url].request(method, path, headers=headers | ({"Authorization": f"Bearer {token}"} if token else {}), **more)


def person_at(limited, address):
    return new_person(From(limited, address))


def limits(answer):
    """limit, remaining, reset; each of them once."""
    for name in NAMES:
        assert len(answer.headers.get_list(name)) == 1, (name, answer.headers)
    limit, remaining, reset = (int(answer.headers[name]) for name in NAMES)
    assert 0 <= remaining < limit and 0 < reset - time.time() <= 3601
    return limit, remaining, reset


def refused(answer, limit, reset):
    """A 429 as the document has it."""
    told = error(answer, 429, "请求频率超过限制", "RATE_LIMIT_EXCEEDED")
    assert set(told["details"]) == {"limit", "remaining", "reset_time"}
    assert told["details"]["limit"] == limit and told["details"]["remaining"] == 0 and type(told["details"]["limit"]) is int
    moment = time.strptime(told["details"]["reset_time"], "%Y-%m-%dT%H:%M:%SZ")
    assert limits(answer) == (limit, 0, reset)
    assert int(time.mktime(moment) - time.timezone) == reset
    assert 1 <= int(answer.headers["retry-after"]) <= 61


def test_a_user_has_a_hundred_a_minute(limited):
    person = person_at(limited, "10.0.1.1")
    first = person.get("/auth/me")
    limit, remaining, reset = limits(first)
    assert (limit, remaining) == (100, 99)
    for n in range(98, -1, -1):
        answer = person.get("/auth/me")
        assert limits(answer) == (100, n, reset)
    refused(person.get("/auth/me"), 100, reset)
    # The next is refused as well, by every path and from every address.
    refused(From(limited, "10.0.1.2").call("GET", f"{V1}/auth/me", person.token), 100, reset)
    # Somebody else is not.
    assert limits(person_at(limited, "10.0.1.3").get("/auth/me"))[:2] == (100, 99)


def test_a_new_token_brings_no_new_limit(limited):
    person = person_at(limited, "10.0.2.1")
    before = limits(person.get("/auth/me"))
    again = Person(From(limited, "10.0.2.2"), person.username)
    assert limits(again.get("/auth/me")) == (100, before[1] - 1, before[2])


def test_an_administrator_has_two_hundred(limited):
    root = admin(From(limited, "10.0.3.1"))
    assert limits(root.get("/auth/me"))[0] == 200


def test_signing_in_has_ten_a_minute_by_address(limited):
    there = From(limited, "10.0.4.1")
    answers = [there.call("POST", f"{V1}/auth/login", json={"username": f"nobody{n}", "password": "password123"}) for n in range(11)]
    reset = limits(answers[0])[2]
    for n, answer in enumerate(answers[:10]):
        error(answer, 401, code="INVALID_CREDENTIALS")
        assert limits(answer) == (10, 9 - n, reset)
    refused(answers[10], 10, reset)
    # Registering is the same class, and another address another client.
    refused(there.call("POST", f"{V1}/auth/register", json={}), 10, reset)
    error(From(limited, "10.0.4.2").call("POST", f"{V1}/auth/login", json={"username": "nobody", "password": "password123"}), 401)


def test_changing_a_password_has_ten_a_minute_by_account(limited):
    person = person_at(limited, "10.0.5.1")
    body = {"current_password": "wrong-password", "new_password": "password456"}
    answers = [From(limited, f"10.0.5.{n}").call("PUT", f"{V1}/auth/password", person.token, json=body) for n in range(11)]
    assert [limits(answer)[:2] for answer in answers[:10]] == [(10, 9 - n) for n in range(10)]
    assert {answer.status_code for answer in answers[:10]} == {400}
    refused(answers[10], 10, limits(answers[0])[2])
    # Other calls have their own room.
    ok(person.get("/auth/me"))


@pytest.mark.parametrize(("status", "method", "path", "more"), [
    (401, "GET", "/auth/me", {"headers": {"Authorization": "Bearer nobody's"}}),
    (401, "GET", "/auth/me", {"headers": {"Authorization": ""}}),
    (422, "POST", "/auth/register", {"json": {"username": ""}}),
    (400, "POST", "/auth/register", {"content": b"{", "headers": {"Content-Type": "application/json"}}),
    (415, "POST", "/auth/register", {"content": b"{}", "headers": {"Content-Type": "text/plain"}}),
    (401, "POST", "/auth/login", {"json": {"username": "nobody", "password": "password123"}})])
def test_refusals_tell_the_limits_too(limited, status, method, path, more):
    answer = From(limited, f"10.0.6.{status % 100 + len(path)}").call(method, V1 + path, **more)
    error(answer, status)
    limits(answer)


def test_wrong_tokens_count_by_address(limited):
    there = From(limited, "10.0.7.1")
    answers = [there.call("GET", f"{V1}/auth/me", f"wrong{n}") for n in range(101)]
    assert [limits(answer)[1] for answer in answers[:100]] == list(range(99, -1, -1))
    assert {answer.status_code for answer in answers[:100]} == {401}
    refused(answers[100], 100, limits(answers[0])[2])
    # Whoever has a good token is known by it, wherever they are.
    person = person_at(limited, "10.0.7.2")
    ok(there.call("GET", f"{V1}/auth/me", person.token))


def test_what_a_role_refuses_counts_for_the_user(limited):
    person = person_at(limited, "10.0.8.1")
    before = limits(person.get("/auth/me"))[1]
    answer = person.get("/users")
    error(answer, 403)
    assert limits(answer)[1] == before - 1


def test_browsers_may_read_the_limits(limited):
    answer = person_at(limited, "10.0.9.1").call("GET", "/auth/me", headers={"Origin": "https://example.com"})
    exposed = {name.strip().lower() for name in answer.headers["access-control-expose-headers"].split(",")}
    assert {*NAMES, "etag", "retry-after"} <= exposed


def in_parallel(count, work):
    threads = [threading.Thread(target=work, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def test_eight_clients_get_exactly_a_hundred(limited):
    """Every count is given once: nothing is lost and nothing is given twice."""
    person = person_at(limited, "10.0.10.1")
    found = []
    lock = threading.Lock()

    def work(_):
        with httpx.Client(base_url=limited.url, trust_env=False, timeout=30) as client:
            for _ in range(20):
                answer = client.get(f"{V1}/auth/me", headers={"Authorization": f"Bearer {person.token}"})
                with lock:
                    found.append((answer.status_code, *limits(answer)))

    in_parallel(8, work)
    assert len(found) == 160 and len({reset for _, _, _, reset in found}) == 1
    good = sorted(remaining for status, _, remaining, _ in found if status == 200)
    assert good == list(range(100))
    assert all(status == 429 and remaining == 0 for status, _, remaining, _ in found if status != 200)


def test_eight_clients_try_ten_passwords(limited):
    there = From(limited, "10.0.11.1")
    found = []
    lock = threading.Lock()

    def work(n):
        for m in range(4):
            answer = there.call("POST", f"{V1}/auth/login", json={"username": f"nobody{n}{m}", "password": "password123"})
            with lock:
                found.append((answer.status_code, limits(answer)[1]))

    in_parallel(8, work)
    assert sorted(remaining for status, remaining in found if status == 401) == list(range(10))
    assert sum(status == 429 for status, _ in found) == 22


# over RPC

def details_of(failure):
    """RetryInfo and ErrorInfo of a status, by name."""
    rich = status_pb2.Status.FromString(dict(failure.trailing_metadata())["grpc-status-details-bin"])
    found = {}
    for packed in rich.details:
        for kind in (error_details_pb2.RetryInfo, error_details_pb2.ErrorInfo):
            if packed.Is(kind.DESCRIPTOR):
                found[kind.__name__] = kind.FromString(packed.value)
    return found


def test_rpc_and_rest_share_one_count(limited):
    person = person_at(limited, "10.0.12.1")
    before = limits(person.get("/auth/me"))
    calls = Rpc(limited)
    request = calls.pool.FindServiceByName("cowriting.v1.AuthService").FindMethodByName("GetMe")
    stub = calls.channel.unary_unary("/cowriting.v1.AuthService/GetMe", request_serializer=lambda x: x, response_deserializer=lambda x: x)
    assert request is not None
    metadata = [("authorization", f"Bearer {person.token}")]
    _, call = stub.with_call(b"", metadata=metadata, timeout=30)
    told = dict(call.initial_metadata())
    assert (int(told["x-ratelimit-limit"]), int(told["x-ratelimit-remaining"])) == (100, before[1] - 1)
    for _ in range(before[1] - 1):
        stub(b"", metadata=metadata, timeout=30)
    with pytest.raises(grpc.RpcError) as failure:
        stub(b"", metadata=metadata, timeout=30)
    failure = failure.value
    assert failure.code() == grpc.StatusCode.RESOURCE_EXHAUSTED and failure.details() == "请求频率超过限制"
    told = {name: value for name, value in [*failure.initial_metadata(), *failure.trailing_metadata()] if name in NAMES}
    assert (told["x-ratelimit-limit"], told["x-ratelimit-remaining"], int(told["x-ratelimit-reset"])) == ("100", "0", before[2])
    found = details_of(failure)
    assert 0 < found["RetryInfo"].retry_delay.seconds <= 60
    assert found["ErrorInfo"].reason == "RATE_LIMIT_EXCEEDED" and found["ErrorInfo"].domain == "cowriting"
    assert found["ErrorInfo"].metadata["limit"] == "100" and found["ErrorInfo"].metadata["remaining"] == "0"
    refused(person.get("/auth/me"), 100, before[2])


def test_a_gateway_tells_the_same(limited, monkeypatch):
    monkeypatch.setenv("WEFT_GATEWAY_SECRET", "secret-of-the-gateway-0123456789ab")
    monkeypatch.setenv("WEFT_TRUSTED_PROXIES", "127.0.0.1")
    person = person_at(limited, "10.0.13.1")
    before = limits(person.get("/auth/me"))
    with RemoteGateway(limited.grpc) as gateway, httpx.Client(base_url=gateway.url, trust_env=False, timeout=30) as client:
        headers = {"Authorization": f"Bearer {person.token}"}
        assert limits(client.get(f"{V1}/auth/me", headers=headers)) == (100, before[1] - 1, before[2])
        there = {"X-Forwarded-For": "10.0.13.2"}
        answers = [client.post(f"{V1}/auth/login", headers=there, json={"username": "nobody", "password": "password123"}) for _ in range(11)]
        assert [limits(answer)[:2] for answer in answers[:10]] == [(10, 9 - n) for n in range(10)]
        refused(answers[10], 10, limits(answers[0])[2])
        # The gateway's client is who counts, not the gateway.
        error(From(limited, "10.0.13.2").call("POST", f"{V1}/auth/login", json={"username": "nobody", "password": "password123"}), 429)
        error(From(limited, "10.0.13.3").call("POST", f"{V1}/auth/login", json={"username": "nobody", "password": "password123"}), 401)


# switched off

def test_off_counts_and_refuses_nobody(server):
    name = register(server)["username"]
    token = login(server, name)["access_token"]
    here = From(server, "127.0.0.1")
    answers = [here.call("GET", f"{V1}/auth/me", token) for _ in range(103)]
    assert {answer.status_code for answer in answers} == {200}
    assert [limits(answer)[1] for answer in answers] == [*range(99, -1, -1), 0, 0, 0]


def test_a_client_chooses_no_address_without_a_trusted_proxy(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("strict") / "data", env={"WEFT_RATE_LIMITS": "on"}) as server:
        body = {"username": "nobody", "password": "password123"}
        answers = [server.call("POST", f"{V1}/auth/login", json=body, headers={"X-Forwarded-For": f"1.2.3.{n}"}) for n in range(11)]
        assert [answer.status_code for answer in answers] == [401] * 10 + [429]
        assert json.loads(answers[10].content)["error"]["code"] == "RATE_LIMIT_EXCEEDED"
