"""Chapters 1.5.1 to 1.5.5: every error, what a key opens and what it does not, and where it must never be read."""
import signal
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from rpc import Rpc
from server import ADMIN, PASSWORD, Server
from test_accounts import detail
from test_sms import audit, new_number, set_active, sms_code

UNKNOWN = "无效的认证凭据"


def create(server, user):
    answer = user.call("POST", "/api/application-key/create")
    assert answer.status_code == 200, answer.text
    return answer.json()["application_key"]


def is_valid(server, key):
    answer = server.call("GET", "/api/application-key/validate", params={"key": key})
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    return answer.json()


def opens(server, key):
    return server.call("GET", "/api/auth/me", key).status_code


@pytest.fixture
def owner(server):
    user = server.register()
    user.key = create(server, user)
    return user


# 1.5.1

def test_key_is_shown_whole_once(server):
    user = server.register()
    answer = user.call("POST", "/api/application-key/create")
    body = answer.json()
    assert body["message"] == "应用密钥创建成功"
    assert set(body["application_key"]) == {"id", "key", "is_active", "created_at"}
    key = body["application_key"]["key"]
    assert len(key) == 52 and key.startswith("sk-") and key[3:].isalnum() and body["application_key"]["is_active"] is True
    assert answer.headers["cache-control"] == "no-store"
    info = user.call("GET", "/api/application-key/info").json()
    assert info["key"] == "sk-************" + key[-4:]
    assert audit(server, user.id)[-1][0] == "application_key.create"


def test_body_is_not_asked_for(server):
    for more in ({"json": {}}, {"json": {"is_active": False}}, {"content": b""}):
        assert server.register().call("POST", "/api/application-key/create", **more).status_code == 200


def test_second_key_is_400(server, owner):
    detail(owner.call("POST", "/api/application-key/create"), 400, "应用密钥已存在")


def test_of_parallel_creations_one_wins(server):
    user = server.register()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: user.call("POST", "/api/application-key/create"), range(6)))
    assert sorted(a.status_code for a in answers) == [200] + [400] * 5
    assert opens(server, next(a for a in answers if a.status_code == 200).json()["application_key"]["key"]) == 200


@pytest.mark.parametrize("method, path", [("POST", "create"), ("GET", "info"), ("POST", "rotate"), ("PUT", "status")])
def test_without_a_token_401(server, method, path):
    detail(server.call(method, f"/api/application-key/{path}", json={"is_active": True}), 401, UNKNOWN)


# 1.5.2

def test_info_is_the_model(server, owner):
    info = owner.call("GET", "/api/application-key/info").json()
    assert info == {"id": owner.key["id"], "user_id": owner.id, "key": info["key"], "is_active": True, "last_used_at": None,
                    "created_at": owner.key["created_at"], "updated_at": None}


@pytest.mark.parametrize("method, path", [("GET", "info"), ("POST", "rotate"), ("PUT", "status")])
def test_without_a_key_404(server, user, method, path):
    more = {"json": {"is_active": True}} if method == "PUT" else {}
    detail(user.call(method, f"/api/application-key/{path}", **more), 404, "应用密钥不存在")


# 1.5.3

def test_rotation_ends_the_old_key_at_once(server, owner):
    old = owner.key["key"]
    assert opens(server, old) == 200
    body = owner.call("POST", "/api/application-key/rotate").json()
    new = body["application_key"]["key"]
    assert body["message"] == "应用密钥轮转成功" and set(body["application_key"]) == {"id", "key", "is_active", "created_at"}
    assert new != old and body["application_key"]["id"] == owner.key["id"]
    assert (opens(server, old), opens(server, new)) == (401, 200)
    assert (is_valid(server, old), is_valid(server, new)) == ({"valid": False}, {"valid": True})
    info = owner.call("GET", "/api/application-key/info").json()
    assert info["updated_at"] and info["key"].endswith(new[-4:])
    assert audit(server, owner.id)[-1][0] == "application_key.rotate"


def test_of_parallel_rotations_one_key_is_left(server, owner):
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: owner.call("POST", "/api/application-key/rotate"), range(6)))
    assert [a.status_code for a in answers] == [200] * 6
    keys = [a.json()["application_key"]["key"] for a in answers]
    assert sorted(opens(server, k) for k in keys + [owner.key["key"]]) == [200] + [401] * 6


# 1.5.4

def test_disabled_key_opens_nothing_until_it_is_enabled(server, owner):
    def status(is_active):
        return owner.call("PUT", "/api/application-key/status", json={"is_active": is_active})
    body = status(False).json()
    assert body["message"] == "应用密钥已禁用" and body["application_key"]["is_active"] is False
    assert body["application_key"]["key"] == "sk-************" + owner.key["key"][-4:]
    detail(server.call("GET", "/api/auth/me", owner.key["key"]), 401, UNKNOWN)
    assert is_valid(server, owner.key["key"]) == {"valid": False}
    assert owner.call("GET", "/api/application-key/info").json()["is_active"] is False
    rotated = owner.call("POST", "/api/application-key/rotate").json()["application_key"]
    assert rotated["is_active"] is False and opens(server, rotated["key"]) == 401
    body = status(True).json()
    assert body["message"] == "应用密钥已启用" and body["application_key"]["is_active"] is True
    assert opens(server, rotated["key"]) == 200
    assert status(True).status_code == 200
    assert [row[0] for row in audit(server, owner.id)][-3:] == [
        "application_key.disable", "application_key.rotate", "application_key.enable"]


@pytest.mark.parametrize("body", [{}, {"is_active": None}, {"is_active": "true"}, {"is_active": 1}, []])
def test_status_needs_true_or_false(server, owner, body):
    detail(owner.call("PUT", "/api/application-key/status", json=body), 422)


# 1.5.5

def test_validate_answers_for_any_text(server, owner):
    key = owner.key["key"]
    assert is_valid(server, key) == {"valid": True}
    for text in ("sk-", "sk-1234567890abcdef", key[:-1], key + "x", key.lower(), key.replace("sk-", "SK-"), "x" * 4000, "密钥", owner.token):
        assert is_valid(server, text) == {"valid": False}




@pytest.mark.parametrize("query", ["", "?key=", "?other=1"])
def test_validate_needs_a_key(server, query):
    detail(server.call("GET", "/api/application-key/validate" + query), 422, "应用密钥（key）不能为空")


def test_key_of_a_disabled_owner(server, owner):
    set_active(server, owner.id, False)
    assert is_valid(server, owner.key["key"]) == {"valid": False}
    detail(server.call("GET", "/api/auth/me", owner.key["key"]), 403, "账号已被禁用")
    set_active(server, owner.id, True)
    assert is_valid(server, owner.key["key"]) == {"valid": True}


def test_guesses_are_limited(tmp_path):
    with Server(tmp_path / "data", env={"WEFT_RATE_LIMITS": "on"}) as server:
        answers = [server.call("GET", "/api/application-key/validate", params={"key": "sk-x"}) for _ in range(70)]
        refused = next(a for a in answers if a.status_code == 429)
        detail(refused, 429, "请求过于频繁，请稍后再试")
        assert int(refused.headers["retry-after"]) >= 1


# What a key opens

def test_key_acts_for_its_owner(server, owner, other):
    key = owner.key["key"]
    ticket = server.call("POST", "/api/tickets", key, json={"title": "标题", "ticket_type": "technical", "content": "内容"})
    assert ticket.status_code == 201 and ticket.json()["creator_email"] == owner.email
    assert owner.call("GET", f"/api/tickets/{ticket.json()['id']}").status_code == 200
    assert server.call("GET", f"/api/tickets/{other.ticket()['id']}", key).status_code == 403
    assert Rpc(server).call("csa.v1.UserService", "GetMe", {}, key)["id"] == owner.id
    assert server.call("GET", "/api/application-key/info", key).status_code == 200


def test_key_manages_no_means_of_signing_in(server, owner):
    key, number = owner.key["key"], new_number()
    code = sms_code(server, number)
    refused = "应用密钥不能管理登录凭据"
    for method, path, body in [
        ("POST", "/api/users/me/change-password", {"old_password": PASSWORD, "new_password": "NewPassw0rd!"}),
        ("POST", "/api/auth/bind-phone", {"phone_number": number, "verification_code": code}),
        ("POST", "/api/auth/change-phone", {"new_phone_number": number, "verification_code": code}),
        ("POST", "/api/application-key/create", {}),
        ("POST", "/api/application-key/rotate", {}),
        ("PUT", "/api/application-key/status", {"is_active": False}),
        ("PUT", "/api/application-key/status", {"is_active": "no boolean"}),
    ]:
        detail(server.call(method, path, key, json=body), 403, refused)
    assert Rpc(server).code("csa.v1.ApplicationKeyService", "RotateApplicationKey", {}, key) == ("PERMISSION_DENIED", refused)
    assert opens(server, key) == 200
    assert server.login(owner.email, PASSWORD)


def test_key_of_an_administrator_administers_nothing(server):
    token = server.admin_token()
    answer = server.call("POST", "/api/application-key/create", token)
    if answer.status_code == 400:
        answer = server.call("POST", "/api/application-key/rotate", token)
    key = answer.json()["application_key"]["key"]
    assert server.call("GET", "/api/auth/me", key).json()["email"] == ADMIN[0]
    rpc = Rpc(server)
    assert rpc.code("csa.admin.v1.UserAdminService", "ListUsers", {}, key) == ("PERMISSION_DENIED", "需要管理员权限")
    assert rpc.code("csa.admin.v1.UserAdminService", "ListUsers", {}, token)[0] == "OK"


def test_key_outlives_a_change_of_password(server, owner):
    answer = owner.call("POST", "/api/users/me/change-password", json={"old_password": PASSWORD, "new_password": "NewPassw0rd!"})
    assert answer.status_code == 200
    assert (opens(server, owner.token), opens(server, owner.key["key"])) == (401, 200)


def test_a_key_is_no_password_and_no_code(server, owner):
    detail(server.call("POST", "/api/auth/login", json={"email": owner.email, "password": owner.key["key"]}), 401, "邮箱或密码错误")


# Last use, restarts, and where a key must not be

def last_used(database):
    with sqlite3.connect(database, timeout=10) as connection:
        row = connection.execute("SELECT last_used_at FROM csa_application_keys").fetchone()
    connection.close()
    return row[0]


def test_last_use_is_known_at_once_and_written_down_at_the_stop(tmp_path):
    with Server(tmp_path / "data") as server:
        user = server.register()
        key = create(server, user)["key"]
        is_valid(server, key)
        assert user.call("GET", "/api/application-key/info").json()["last_used_at"] is None
        assert opens(server, key) == 200
        used = user.call("GET", "/api/application-key/info").json()["last_used_at"]
        assert datetime.fromisoformat(used.replace("Z", "+00:00"))
        assert server.stop() == 0
        assert last_used(server.data / "weft.db") is not None
        server.start()
        token = server.login(user.email)
        assert server.call("GET", "/api/application-key/info", token).json()["last_used_at"] == used
        assert opens(server, key) == 200


def test_a_crash_loses_no_key_and_revives_none(tmp_path):
    with Server(tmp_path / "data") as server:
        user = server.register()
        old = create(server, user)["key"]
        new = user.call("POST", "/api/application-key/rotate").json()["application_key"]["key"]
        disabled = server.register()
        gone = create(server, disabled)["key"]
        disabled.call("PUT", "/api/application-key/status", json={"is_active": False})
        server.stop(signal.SIGKILL)
        server.start()
        assert (opens(server, old), opens(server, new), opens(server, gone)) == (401, 200, 401)


def test_a_key_is_in_no_file_and_no_log(tmp_path):
    with Server(tmp_path / "data", env={"WEFT_LOG_LEVEL": "trace"}) as server:
        user = server.register()
        first = create(server, user)["key"]
        second = user.call("POST", "/api/application-key/rotate").json()["application_key"]["key"]
        for key in (first, second):
            is_valid(server, key)
            opens(server, key)
            server.call("POST", "/api/application-key/rotate", key)
            server.call("GET", f"/api/nothing?key={key}")
        Rpc(server).call("csa.v1.ApplicationKeyService", "ValidateApplicationKey", {"key": second})
        server.stop()
        files = [server.log] + [f for f in server.data.iterdir() if f.is_file()]
        assert server.log.stat().st_size > 0 and len(files) > 3
        for file in files:
            content = file.read_bytes()
            for key in (first, second):
                assert key.encode() not in content and key[3:40].encode() not in content, file
