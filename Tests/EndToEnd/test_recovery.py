"""A new password by e-mail code, and the secret that signs tokens replaced by another."""
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from rpc import Rpc
from server import PASSWORD, Server, wait_for

NEW = "another-password-456"
INVALID = "验证码无效或已过期"


def detail(answer, status, text=None):
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"detail"}
    if text:
        assert answer.json()["detail"] == text


def ask(server, email):
    return server.call("POST", "/api/auth/send-reset-code", json={"email": email})


def reset_code(server, email):
    before = len(server.messages(email))
    assert ask(server, email).status_code == 200
    messages = server.messages(email)
    assert len(messages) == before + 1 and messages[-1]["purpose"] == "reset" and messages[-1]["channel"] == "email"
    return messages[-1]["code"]


def reset(server, email, code, password=NEW):
    return server.call("POST", "/api/auth/reset-password-by-email",
                       json={"email": email, "verification_code": code, "new_password": password})


def other(code, n=1):
    return f"{(int(code) + n) % 1000000:06d}"


def test_reset_sets_the_password_and_ends_every_sign_in(server):
    user = server.register()
    second = server.login(user.email)
    answer = reset(server, user.email.upper(), reset_code(server, user.email))
    assert answer.status_code == 200 and answer.json() == {"message": "密码重置成功"}
    for token in (user.token, second):
        detail(server.call("GET", "/api/users/me", token), 401, "无效的认证凭据")
    detail(server.call("POST", "/api/auth/login", json={"email": user.email, "password": PASSWORD}), 401, "邮箱或密码错误")
    token = server.login(user.email, NEW)
    signs = server.call("GET", "/api/users/me/sign-ins", token).json()["items"]
    assert len(signs) == 1 and signs[0]["is_current"]


def test_unknown_and_disabled_addresses_get_the_same_answer_and_no_message(server):
    user = server.register()
    disabled = server.register()
    Rpc(server).call("csa.admin.v1.UserAdminService", "SetUserActive", {"user_id": disabled.id, "is_active": False}, server.admin_token())
    count = len(server.messages(disabled.email))
    answers = [ask(server, email) for email in (user.email, "nobody-at-all@example.com", disabled.email)]
    assert {a.status_code for a in answers} == {200}
    assert len({a.json()["message"] for a in answers}) == 1
    assert [set(a.headers) for a in answers] == [set(answers[0].headers)] * 3
    assert [a.json()["email"] for a in answers] == [user.email, "nobody-at-all@example.com", disabled.email]
    assert server.messages("nobody-at-all@example.com") == [] and len(server.messages(disabled.email)) == count


def test_an_address_that_the_server_made_up_gets_no_message(server):
    number = "13912340001"
    assert server.call("POST", "/api/auth/send-sms-code", json={"phone_number": number, "turnstileToken": "x"}).status_code == 200
    code = server.messages(number)[-1]["code"]
    login = server.call("POST", "/api/auth/login-by-sms", json={"phone_number": number, "verification_code": code})
    assert login.status_code == 200, login.text
    email = server.call("GET", "/api/users/me", login.json()["access_token"]).json()["email"]
    assert email.endswith("@dreamreflex.com")
    assert ask(server, email).status_code == 200 and server.messages(email) == []
    # An administrator is told that nobody would get it.
    user_id, admin = login.json()["user"]["id"], server.admin_token()
    refused = Rpc(server).code("csa.admin.v1.UserAdminService", "SendUserResetCode", {"user_id": user_id}, admin)
    assert refused == ("FAILED_PRECONDITION", "该账号没有可用的邮箱，请用户通过短信重置密码") and server.messages(email) == []
    assert ask(server, "zhang.san@dreamreflex.com").status_code == 200


def test_wrong_used_and_foreign_codes_are_refused_alike(server):
    user = server.register()
    code = reset_code(server, user.email)
    detail(reset(server, user.email, other(code)), 400, INVALID)
    detail(reset(server, "nobody-at-all@example.com", code), 400, INVALID)
    assert reset(server, user.email, code).status_code == 200
    detail(reset(server, user.email, code), 400, INVALID)


def test_a_code_for_registering_resets_nothing_and_the_other_way_round(server):
    user = server.register()
    detail(reset(server, user.email, server.code(user.email)), 400, INVALID)
    email = "never-registered@example.com"
    ask(server, email)
    # The code of an address that nobody has is never sent; whatever somebody guesses, no account comes of it.
    detail(server.call("POST", "/api/auth/register", json={"email": email, "password": PASSWORD, "verification_code": "123456"}), 400)


def test_a_disabled_account_is_not_opened_by_a_code(server):
    user = server.register()
    code = reset_code(server, user.email)
    rpc, admin = Rpc(server), server.admin_token()
    rpc.call("csa.admin.v1.UserAdminService", "SetUserActive", {"user_id": user.id, "is_active": False}, admin)
    detail(reset(server, user.email, code), 400, INVALID)


def test_fifth_wrong_try_ends_the_code(server):
    user = server.register()
    code = reset_code(server, user.email)
    for n in range(1, 6):
        detail(reset(server, user.email, other(code, n)), 400, INVALID)
    detail(reset(server, user.email, code), 400, INVALID)


def test_a_newer_code_ends_the_older(server):
    user = server.register()
    first, second = reset_code(server, user.email), reset_code(server, user.email)
    if first != second:
        detail(reset(server, user.email, first), 400, INVALID)
    assert reset(server, user.email, second).status_code == 200


def test_two_parallel_uses_of_one_code_one_wins(server):
    user = server.register()
    code = reset_code(server, user.email)
    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(lambda n: reset(server, user.email, code, f"password-number-{n}").status_code, range(6)))
    assert statuses == [200] + [400] * 5


@pytest.mark.parametrize("body, text", [
    ({"email": "plain", "verification_code": "123456", "new_password": NEW}, None),
    ({"email": "a@example.com", "verification_code": "12345", "new_password": NEW}, "验证码（verification_code）必须是6位数字"),
    ({"email": "a@example.com", "verification_code": "123456", "new_password": "short"}, "密码长度至少为8位"),
    ({"email": "a@example.com", "verification_code": "123456", "new_password": "密" * 129}, "密码长度不能超过128位"),
    ({}, None),
])
def test_bad_requests_are_422(server, body, text):
    detail(server.call("POST", "/api/auth/reset-password-by-email", json=body), 422, text)
    if "email" in body and "@" not in body["email"]:
        detail(server.call("POST", "/api/auth/send-reset-code", json={"email": body["email"]}), 422, "邮箱格式不正确")


def test_an_address_gets_ten_codes_an_hour_whether_it_exists_or_not(tmp_path):
    with Server(tmp_path / "data", env={"WEFT_RATE_LIMITS": "on"}) as server:
        for email in ("admin@example.com", "nobody@example.com"):
            answers = [ask(server, email).status_code for _ in range(10)]
            assert answers[:9] == [200] * 9, answers
            last = ask(server, email)
            assert last.status_code == 429 and int(last.headers["retry-after"]) > 0


def test_a_code_outlives_a_restart_and_a_rotation_of_the_signing_secret(tmp_path):
    with Server(tmp_path / "data") as server:
        user = server.register()
        code = reset_code(server, user.email)
        Rpc(server).call("csa.admin.v1.SigningSecretAdminService", "RotateSigningSecret", {}, server.admin_token())
        server.stop()
        server.start()
        assert reset(server, user.email, code).status_code == 200


# Rotation of the signing secret

SECRETS = "csa.admin.v1.SigningSecretAdminService"


def test_rotation_keeps_tokens_and_signs_with_another_secret(tmp_path):
    with Server(tmp_path / "data") as server:
        user, rpc = server.register(), Rpc(server)
        old = (server.data / "jwt.secret").read_text()
        answer = rpc.call(SECRETS, "RotateSigningSecret", {}, server.admin_token())
        assert answer["previous_accepted_until"]
        assert (server.data / "jwt.secret").read_text() != old
        assert user.call("GET", "/api/users/me").status_code == 200
        new = server.login(user.email)
        server.stop()
        server.start()
        for token in (user.token, new):
            assert server.call("GET", "/api/users/me", token).status_code == 200
        # Without the file of the old secret only the new one's tokens are taken: it is the new one that signs.
        server.stop()
        (server.data / "jwt.secret.previous").unlink()
        server.start()
        detail(server.call("GET", "/api/users/me", user.token), 401, "无效的认证凭据")
        assert server.call("GET", "/api/users/me", new).status_code == 200


def test_rotation_at_once_ends_every_token_here_and_after_a_restart(tmp_path):
    with Server(tmp_path / "data") as server:
        user, rpc = server.register(), Rpc(server)
        admin = server.admin_token()
        rpc.call(SECRETS, "RotateSigningSecret", {}, admin)
        answer = rpc.call(SECRETS, "RotateSigningSecret", {"at_once": True}, server.admin_token())
        assert "previous_accepted_until" not in answer
        for token in (user.token, admin):
            detail(server.call("GET", "/api/users/me", token), 401, "无效的认证凭据")
        assert not (server.data / "jwt.secret.previous").exists()
        token = server.login(user.email)
        assert len(server.call("GET", "/api/users/me/sign-ins", token).json()["items"]) == 1
        server.stop()
        server.start()
        detail(server.call("GET", "/api/users/me", user.token), 401)
        assert server.call("GET", "/api/users/me", token).status_code == 200


def test_a_secret_of_the_settings_is_changed_in_the_settings(tmp_path):
    first, second = "first-secret-" * 4, "second-secret-" * 4
    server = Server(tmp_path / "data", env={"WEFT_JWT_SECRET": first}).start()
    user = server.register()
    assert Rpc(server).code(SECRETS, "RotateSigningSecret", {}, server.admin_token())[0] == "FAILED_PRECONDITION"
    server.stop()
    server.env |= {"WEFT_JWT_SECRET": second, "WEFT_JWT_SECRET_PREVIOUS": first}
    server.start()
    assert user.call("GET", "/api/users/me").status_code == 200
    new = server.login(user.email)
    server.stop()
    server.env.pop("WEFT_JWT_SECRET_PREVIOUS")
    server.start()
    detail(user.call("GET", "/api/users/me"), 401)
    assert server.call("GET", "/api/users/me", new).status_code == 200
    server.stop()


def test_only_administrators_rotate(server, user):
    assert Rpc(server).code(SECRETS, "RotateSigningSecret", {}, user.token)[0] == "PERMISSION_DENIED"
    assert Rpc(server).code(SECRETS, "RotateSigningSecret", {})[0] == "UNAUTHENTICATED"


def test_a_failing_outbox_is_not_told_to_whoever_asks(tmp_path):
    with Server(tmp_path / "data") as server:
        user = server.register()
        (server.data / "outbox.jsonl").unlink()
        (server.data / "outbox.jsonl").mkdir()
        assert ask(server, user.email).status_code == 200
        with sqlite3.connect(server.data / "weft.db") as db:
            # A code that nobody received does not stay.
            assert db.execute("SELECT count(*) FROM csa_codes WHERE purpose = 'reset'").fetchone()[0] == 0
        wait_for(lambda: "the code could not be sent" in server.log.read_text(), "the reason in the log")
