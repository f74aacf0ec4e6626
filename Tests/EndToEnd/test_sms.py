"""Chapters 1.2.1 to 1.2.5: every documented error, the 60 seconds, and whose a number is."""
import http.server
import json
import random
import signal
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc
import httpx
import pytest
from google.protobuf import message_factory
from google.rpc import error_details_pb2, status_pb2
from rpc import Rpc
from server import PASSWORD, Server, wait_for
from test_accounts import detail
from test_remote_gateway import RemoteGateway

INVALID = "短信验证码无效或已过期"
TOO_SOON = "发送过于频繁，请稍后再试"
NEW_PASSWORD = "NewPassw0rd!"


def new_number():
    return f"1{random.choice('3456789')}{random.randrange(10**9):09d}"


def wrong(code):
    return "000000" if code != "000000" else "000001"


def send(server, number):
    return server.call("POST", "/api/auth/send-sms-code", json={"phone_number": number})


def sms_code(server, number):
    answer = send(server, number)
    assert answer.status_code == 200, answer.text
    return server.messages(number)[-1]["code"]


def a_minute_passes(server, number):
    """As if the last message to a number had left a minute earlier; waiting for it would make the tests slow."""
    with sqlite3.connect(server.data / "weft.db", timeout=10) as database:
        changed = database.execute("UPDATE csa_text_messages SET sent_at = sent_at - 60000000 WHERE phone_number = ?", [number])
        assert changed.rowcount == 1
    database.close()


def next_code(server, number):
    a_minute_passes(server, number)
    return sms_code(server, number)


def login(server, number, code):
    return server.call("POST", "/api/auth/login-by-sms", json={"phone_number": number, "verification_code": code})


def sign_in(server, number=None):
    number = number or new_number()
    answer = login(server, number, sms_code(server, number))
    assert answer.status_code == 200, answer.text
    return number, answer.json()


def bind(server, token, number, code):
    return server.call("POST", "/api/auth/bind-phone", token, json={"phone_number": number, "verification_code": code})


def change(server, token, number, code):
    return server.call("POST", "/api/auth/change-phone", token, json={"new_phone_number": number, "verification_code": code})


def reset(server, number, code, password=NEW_PASSWORD):
    return server.call("POST", "/api/auth/reset-password-by-sms",
                       json={"phone_number": number, "verification_code": code, "new_password": password})


def set_active(server, user_id, is_active):
    Rpc(server).call("csa.admin.v1.UserAdminService", "SetUserActive", {"user_id": user_id, "is_active": is_active}, server.admin_token())


def audit(server, target):
    with sqlite3.connect(server.data / "weft.db", timeout=10) as database:
        rows = database.execute("SELECT action, actor_id, detail FROM csa_audit WHERE target_id = ? ORDER BY at, id", [target]).fetchall()
    database.close()
    return rows


@contextmanager
def no_provider(server):
    """The outbox cannot be written: what a provider that is down looks like from above."""
    path, aside = server.data / "outbox.jsonl", server.data / "outbox.aside"
    if path.exists():
        path.rename(aside)
    path.mkdir()
    try:
        yield
    finally:
        path.rmdir()
        if aside.exists():
            aside.rename(path)


# 1.2.1

def test_code_goes_to_the_number(server):
    number = new_number()
    answer = send(server, number)
    assert answer.json() == {"message": "短信验证码已发送", "phone_number": number}
    message = server.messages(number)[-1]
    assert message["channel"] == "sms" and message["purpose"] == "sms" and message["code"] in message["text"]
    assert len(message["code"]) == 6


@pytest.mark.parametrize("number", ["", "1380000000", "138000000000", "23800000000", "12800000000", "+8613800000000", "1380000000a",
                                    "１３８００００００００", " 13800000000", "13800000000\n", "138\u000000000000", None, 13800000000])
def test_what_is_no_mobile_number_is_422(server, number):
    text = detail(send(server, number), 422)
    if isinstance(number, str) and "\u0000" not in number:
        assert text == "手机号格式不正确"


def test_missing_number_is_422(server):
    detail(server.call("POST", "/api/auth/send-sms-code", json={}), 422, "手机号格式不正确")


def test_second_message_within_a_minute_is_429(server):
    number = new_number()
    sms_code(server, number)
    answer = send(server, number)
    detail(answer, 429, TOO_SOON)
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert len(server.messages(number)) == 1
    sms_code(server, new_number())
    next_code(server, number)
    assert len(server.messages(number)) == 2


def test_of_parallel_requests_one_sends(server):
    number = new_number()
    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(lambda _: send(server, number).status_code, range(8)))
    assert statuses == [200] + [429] * 7
    assert len(server.messages(number)) == 1


def test_a_crash_lifts_neither_the_minute_nor_the_code(tmp_path):
    with Server(tmp_path / "data") as server:
        number = new_number()
        code = sms_code(server, number)
        server.stop(signal.SIGKILL)
        server.start()
        detail(send(server, number), 429, TOO_SOON)
        assert login(server, number, code).status_code == 200


def test_message_that_could_not_be_sent_does_not_count(tmp_path):
    with Server(tmp_path / "data") as server:
        number = new_number()
        with no_provider(server):
            for _ in range(2):
                detail(send(server, number), 500, "短信发送失败")
        older = sms_code(server, number)
        a_minute_passes(server, number)
        with no_provider(server):
            detail(send(server, number), 500, "短信发送失败")
        assert login(server, number, older).status_code == 200
        assert send(server, number).status_code == 200


class Provider:
    """A web hook that takes messages; how it answers is its children's."""

    def __init__(self):
        self.messages = []
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                provider.messages.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                provider.answer(self)
                self.close_connection = True

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self):
        return "http://127.0.0.1:%d/" % self.server.server_port


class SlowProvider(Provider):
    """Never answers; says when its client hung up."""

    def __init__(self):
        self.lost = threading.Event()
        super().__init__()

    def answer(self, handler):
        handler.connection.settimeout(30)
        if handler.connection.recv(1) == b"":
            self.lost.set()


class BadProvider(Provider):
    """Answers an error, or with no status nothing at all."""
    status = 503

    def answer(self, handler):
        if self.status:
            handler.send_response(self.status)
            handler.end_headers()


def test_message_whose_client_hung_up_counts(tmp_path):
    with SlowProvider() as provider, Server(tmp_path / "data", env={"WEFT_SMS_URL": provider.url}) as server:
        number, rpc = new_number(), Rpc(server)
        descriptor = rpc.method("csa.v1.AuthService", "SendSmsCode")
        request = message_factory.GetMessageClass(descriptor.input_type)(phone_number=number)
        call = rpc.channel.unary_unary("/csa.v1.AuthService/SendSmsCode").future(request.SerializeToString(), timeout=30)
        wait_for(lambda: provider.messages, "the message at the provider")
        detail(send(server, number), 429, TOO_SOON)
        call.cancel()
        assert provider.lost.wait(15), "the server goes on for nobody"
        detail(send(server, number), 429, TOO_SOON)
        assert len(provider.messages) == 1
        assert login(server, number, provider.messages[0]["code"]).status_code == 200


def test_provider_that_refuses_does_not_count_and_one_that_breaks_off_does(tmp_path):
    with BadProvider() as provider, Server(tmp_path / "data", env={"WEFT_SMS_URL": provider.url}) as server:
        number = new_number()
        for _ in range(2):
            detail(send(server, number), 500, "短信发送失败")
        assert len(provider.messages) == 2
        detail(login(server, number, provider.messages[1]["code"]), 400, INVALID)
        provider.status = None
        detail(send(server, number), 500, "短信发送失败")
        detail(send(server, number), 429, TOO_SOON)
        assert login(server, number, provider.messages[2]["code"]).status_code == 200
        assert provider.messages[2]["code"] not in server.log.read_text()


def test_newer_code_ends_the_older(server):
    number = new_number()
    first = sms_code(server, number)
    second = next_code(server, number)
    if first != second:
        detail(login(server, number, first), 400, INVALID)
    assert login(server, number, second).status_code == 200


def test_rates_of_one_number(tmp_path):
    with Server(tmp_path / "data", env={"WEFT_RATE_LIMITS": "on"}) as server:
        number = new_number()
        sms_code(server, number)
        for _ in range(9):
            next_code(server, number)
        a_minute_passes(server, number)
        answer = send(server, number)
        detail(answer, 429, TOO_SOON)
        assert int(answer.headers["retry-after"]) >= 60
        # Beside it, what one address may ask for in a minute.
        answers = [send(server, new_number()) for _ in range(15)]
        detail(next(a for a in answers if a.status_code == 429), 429, "请求过于频繁，请稍后再试")


# 1.2.2

def test_login_makes_an_account(server):
    number, body = sign_in(server)
    assert body["token_type"] == "bearer" and body["expires_in"] == 1800
    assert body["user"] == {"id": body["user"]["id"], "email": f"{number}@dreamreflex.com", "role": "user", "is_active": True,
                            "full_name": None, "phone_number": number, "avatar_url": None, "bio": None}
    me = server.call("GET", "/api/auth/me", body["access_token"]).json()
    assert me["id"] == body["user"]["id"] and me["created_at"] and me["updated_at"] is None
    assert audit(server, me["id"]) == [("register", me["id"], "sms")]
    again = login(server, number, next_code(server, number)).json()
    assert again["user"] == body["user"]


def test_wrong_and_used_codes_are_refused(server):
    number = new_number()
    code = sms_code(server, number)
    detail(login(server, number, wrong(code)), 400, INVALID)
    assert login(server, number, code).status_code == 200
    detail(login(server, number, code), 400, INVALID)
    detail(login(server, new_number(), code), 400, INVALID)


def test_fifth_wrong_try_ends_a_code(server):
    number = new_number()
    code = sms_code(server, number)
    for n in range(5):
        detail(login(server, number, f"{(int(code) + 1 + n) % 1000000:06d}"), 400, INVALID)
    detail(login(server, number, code), 400, INVALID)


def test_wrong_tries_count_together_whatever_they_are_for(server, user):
    number = new_number()
    code = sms_code(server, number)
    for attempt in (lambda c: login(server, number, c), lambda c: reset(server, number, c), lambda c: bind(server, user.token, number, c),
                    lambda c: change(server, user.token, number, c), lambda c: login(server, number, c)):
        detail(attempt(wrong(code)), 400, INVALID)
    detail(login(server, number, code), 400, INVALID)


def test_two_parallel_uses_of_one_code_one_wins(server):
    number = new_number()
    code = sms_code(server, number)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: login(server, number, code), range(8)))
    assert sorted(a.status_code for a in answers) == [200] + [400] * 7


def test_code_for_e_mail_is_none_for_a_number(server):
    code = server.code("13811112222@example.com")
    detail(login(server, "13811112222", code), 400, INVALID)


@pytest.mark.parametrize("code", ["12345", "1234567", "12345a", "１２３４５６", "", None])
def test_code_that_is_not_six_digits_is_422(server, code):
    assert "verification_code" in detail(login(server, new_number(), code), 422)


def test_disabled_account_is_403_after_the_right_code(server):
    number, body = sign_in(server)
    set_active(server, body["user"]["id"], False)
    code = next_code(server, number)
    detail(login(server, number, wrong(code)), 400, INVALID)
    detail(login(server, number, code), 403, "账号已被禁用")
    detail(reset(server, number, next_code(server, number)), 403, "账号已被禁用")


def test_made_up_address_leads_into_nobodys_account(server):
    for count in (1, 2):
        number = new_number()
        taken = [server.register(f"{name}@dreamreflex.com") for name in (number, f"user{number}")[:count]]
        _, body = sign_in(server, number)
        assert body["user"]["id"] not in [u.id for u in taken]
        email = body["user"]["email"]
        if count == 1:
            assert email == f"user{number}@dreamreflex.com"
        else:
            assert email.startswith(f"user{number}-") and email.endswith("@dreamreflex.com")


def test_contact_number_is_no_login(server):
    user, number = server.register(), new_number()
    assert user.call("PATCH", "/api/users/me", json={"phone_number": number}).status_code == 200
    _, body = sign_in(server, number)
    assert body["user"]["id"] != user.id


def test_account_without_a_password_cannot_be_entered_by_one(server):
    number, _ = sign_in(server)
    for password in ("", " ", "None", "mypassword123"):
        answer = server.call("POST", "/api/auth/login", json={"email": f"{number}@dreamreflex.com", "password": password})
        assert answer.status_code == (401 if password else 422)


# 1.2.3, 1.2.4

def test_bound_number_signs_in(server):
    user, number = server.register(), new_number()
    answer = bind(server, user.token, number, sms_code(server, number))
    assert answer.status_code == 200 and answer.json() == {"message": "手机号绑定成功", "phone_number": number}
    assert user.call("GET", "/api/auth/me").json()["phone_number"] == number
    body = login(server, number, next_code(server, number)).json()
    assert body["user"]["id"] == user.id and body["user"]["email"] == user.email
    assert [row[:2] for row in audit(server, user.id)][-1] == ("phone.bind", user.id)


def test_binding_again_takes_the_new_number_and_frees_the_old(server):
    user, first, second = server.register(), new_number(), new_number()
    assert bind(server, user.token, first, sms_code(server, first)).status_code == 200
    assert bind(server, user.token, first, next_code(server, first)).status_code == 200
    assert bind(server, user.token, second, sms_code(server, second)).status_code == 200
    a_minute_passes(server, first)
    assert sign_in(server, first)[1]["user"]["id"] != user.id
    a_minute_passes(server, second)
    assert sign_in(server, second)[1]["user"]["id"] == user.id


def test_number_of_another_user_is_400_for_who_has_its_code(server, user):
    number, body = sign_in(server)
    for act in (bind, change):
        code = next_code(server, number)
        detail(act(server, user.token, number, wrong(code)), 400, INVALID)
        detail(act(server, user.token, number, code), 400, "手机号已被其他用户使用")
        assert login(server, number, code).json()["user"]["id"] == body["user"]["id"]


def test_changed_number_signs_in(server):
    old, body = sign_in(server)
    new = new_number()
    answer = change(server, body["access_token"], new, sms_code(server, new))
    assert answer.status_code == 200 and answer.json() == {"message": "手机号码修改成功", "phone_number": new}
    assert login(server, new, next_code(server, new)).json()["user"]["id"] == body["user"]["id"]
    assert login(server, old, next_code(server, old)).json()["user"]["id"] != body["user"]["id"]
    assert audit(server, body["user"]["id"])[-1][0] == "phone.change"


@pytest.mark.parametrize("path, field", [("bind-phone", "phone_number"), ("change-phone", "new_phone_number")])
def test_binding_needs_a_token_before_anything_else(server, user, path, field):
    for body in ({}, {field: "1"}, {field: "13800000000", "verification_code": "123456"}):
        detail(server.call("POST", f"/api/auth/{path}", json=body), 401, "无效的认证凭据")
    detail(user.call("POST", f"/api/auth/{path}", json={field: "1", "verification_code": "123456"}), 422, "手机号格式不正确")


def test_two_users_one_code_one_wins(server, user, other):
    number = new_number()
    code = sms_code(server, number)
    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(lambda n: bind(server, (user, other)[n % 2].token, number, code).status_code, range(8)))
    assert statuses == [200] + [400] * 7


# 1.2.5

def test_reset_ends_what_was_before(server):
    user, number = server.register(), new_number()
    assert bind(server, user.token, number, sms_code(server, number)).status_code == 200
    answer = reset(server, number, next_code(server, number))
    assert answer.status_code == 200 and answer.json() == {"message": "密码重置成功"}
    detail(user.call("GET", "/api/auth/me"), 401, "无效的认证凭据")
    detail(server.call("POST", "/api/auth/login", json={"email": user.email, "password": PASSWORD}), 401, "邮箱或密码错误")
    assert server.call("GET", "/api/auth/me", server.login(user.email, NEW_PASSWORD)).status_code == 200
    assert audit(server, user.id)[-1] == ("password.reset", user.id, "sms")
    with sqlite3.connect(server.data / "weft.db", timeout=10) as database:
        live = database.execute("SELECT count(*) FROM csa_sign_ins WHERE user_id = ? AND ended_at IS NULL", [user.id]).fetchone()
    database.close()
    assert live == (1,)


def test_account_made_by_text_message_gets_a_password(server):
    number, body = sign_in(server)
    assert reset(server, number, next_code(server, number)).status_code == 200
    assert server.login(body["user"]["email"], NEW_PASSWORD)


def test_number_of_nobody_is_404_for_who_has_its_code(server):
    number = new_number()
    code = sms_code(server, number)
    detail(reset(server, number, wrong(code)), 400, INVALID)
    detail(reset(server, number, code), 404, "该手机号未注册")


def test_reset_uses_the_code_up(server):
    number, _ = sign_in(server)
    code = next_code(server, number)
    assert reset(server, number, code).status_code == 200
    detail(reset(server, number, code), 400, INVALID)


def test_of_parallel_resets_with_one_code_one_wins(server):
    number, body = sign_in(server)
    code = next_code(server, number)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda n: reset(server, number, code, f"password-number-{n}").status_code, range(6)))
    assert sorted(answers) == [200] + [400] * 5
    assert server.login(body["user"]["email"], f"password-number-{answers.index(200)}")


@pytest.mark.parametrize("password, text", [("1234567", "密码长度至少为8位"), ("密" * 129, "密码长度不能超过128位"), ("", "密码长度至少为8位")])
def test_length_of_the_new_password(server, password, text):
    detail(reset(server, new_number(), "123456", password), 422, text)


# RPC

def test_the_same_over_rpc(server):
    rpc, service, number = Rpc(server), "csa.v1.AuthService", new_number()
    assert rpc.call(service, "SendSmsCode", {"phone_number": number})["phone_number"] == number
    with pytest.raises(grpc.RpcError) as refused:
        rpc.call(service, "SendSmsCode", {"phone_number": number})
    assert refused.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED and refused.value.details() == TOO_SOON
    status = status_pb2.Status.FromString(dict(refused.value.trailing_metadata())["grpc-status-details-bin"])
    retry = error_details_pb2.RetryInfo()
    assert any(d.Unpack(retry) for d in status.details if d.Is(error_details_pb2.RetryInfo.DESCRIPTOR))
    assert 0 < retry.retry_delay.seconds <= 60
    login_request = {"phone_number": number, "verification_code": server.messages(number)[-1]["code"]}
    body = rpc.call(service, "LoginBySms", login_request)
    assert body["user"]["email"] == f"{number}@dreamreflex.com"
    assert rpc.code(service, "LoginBySms", login_request) == ("FAILED_PRECONDITION", INVALID)
    assert rpc.code(service, "BindPhone", {**login_request}) == ("UNAUTHENTICATED", "无效的认证凭据")
    assert rpc.code(service, "SendSmsCode", {"phone_number": "1"}) == ("INVALID_ARGUMENT", "手机号格式不正确")


def test_the_same_through_a_remote_gateway(server):
    number = new_number()
    with RemoteGateway(server.grpc) as gateway, httpx.Client(base_url=gateway.url, trust_env=False, timeout=30) as c:
        assert c.post("/api/auth/send-sms-code", json={"phone_number": number}).status_code == 200
        refused = c.post("/api/auth/send-sms-code", json={"phone_number": number})
        detail(refused, 429, TOO_SOON)
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        login_request = {"phone_number": number, "verification_code": server.messages(number)[-1]["code"]}
        token = c.post("/api/auth/login-by-sms", json=login_request).json()["access_token"]
        detail(c.post("/api/auth/login-by-sms", json=login_request), 400, INVALID)
        bearer = {"Authorization": f"Bearer {token}"}
        key = c.post("/api/application-key/create", headers=bearer).json()["application_key"]["key"]
        assert c.get("/api/application-key/validate", params={"key": key}).json() == {"valid": True}
        detail(c.post("/api/application-key/rotate", headers={"Authorization": f"Bearer {key}"}), 403, "应用密钥不能管理登录凭据")
