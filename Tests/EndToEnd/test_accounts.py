"""Chapters 1.1 to 1.7: every documented error, and what the document promises of codes, passwords and tokens."""
import base64
import hashlib
import hmac
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from rpc import Rpc
from server import PASSWORD, Server


def detail(answer, status, text=None):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].split(";")[0] == "application/json"
    body = answer.json()
    assert set(body) == {"detail"} and body["detail"], body
    if text:
        assert body["detail"] == text
    return body["detail"]


def register(server, email, code, password=PASSWORD):
    return server.call("POST", "/api/auth/register", json={"email": email, "password": password, "verification_code": code})


# 1.1

@pytest.mark.parametrize("email", ["", "plain", "a@", "@b.com", "a b@c.com", "a@b..com", "a@b.com\n", "a\u0000@b.com", "x" * 250 + "@b.com"])
def test_send_code_refuses_what_is_no_address(server, email):
    detail(server.call("POST", "/api/auth/send-code", json={"email": email}), 422)


def test_send_code_answers_alike_for_a_registered_address(server, user):
    answer = server.call("POST", "/api/auth/send-code", json={"email": user.email})
    assert answer.json() == {"message": "验证码已发送", "email": user.email}


def test_address_is_kept_in_lower_case(server):
    email = "Mixed.Case@Example.com"
    answer = register(server, email, server.code(email.lower()))
    assert answer.json()["email"] == email.lower()
    assert server.login("MIXED.case@example.COM")


# 1.2

def test_wrong_and_used_codes_are_refused(server):
    email = "codes@example.com"
    code = server.code(email)
    wrong = "000000" if code != "000000" else "000001"
    detail(register(server, email, wrong), 400, "验证码无效或已过期")
    assert register(server, email, code).status_code == 201
    detail(register(server, email, code), 400, "验证码无效或已过期")


def test_fifth_wrong_try_ends_a_code(server):
    email = "tries@example.com"
    code = server.code(email)
    for n in range(5):
        detail(register(server, email, f"{(int(code) + 1 + n) % 1000000:06d}"), 400, "验证码无效或已过期")
    detail(register(server, email, code), 400, "验证码无效或已过期")


def test_newer_code_ends_the_older(server):
    email = "newer@example.com"
    first, second = server.code(email), server.code(email)
    if first != second:
        detail(register(server, email, first), 400, "验证码无效或已过期")
    assert register(server, email, second).status_code == 201


def test_code_of_another_address_is_refused(server):
    code = server.code("one@example.com")
    server.code("two@example.com")
    detail(register(server, "two@example.com", code), 400) if code != server.messages("two@example.com")[-1]["code"] else None


def test_registered_address_is_told_after_the_code_was_checked(server, user):
    detail(register(server, user.email, "000000"), 400, "验证码无效或已过期")
    detail(register(server, user.email, server.code(user.email)), 400, "该邮箱已被注册")


def test_two_parallel_uses_of_one_code_one_wins(server):
    email = "parallel@example.com"
    code = server.code(email)
    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(lambda _: register(server, email, code).status_code, range(8)))
    assert statuses == [201] + [400] * 7


@pytest.mark.parametrize("password, status", [("1234567", 422), ("12345678", 201), ("密" * 128, 201), ("密" * 129, 422), ("", 422)])
def test_password_length_is_counted_in_characters(server, password, status):
    email = f"length{len(password)}-{status}@example.com"
    answer = register(server, email, server.code(email), password)
    assert answer.status_code == status
    if status == 422:
        detail(answer, 422, "密码长度至少为8位" if len(password) < 8 else "密码长度不能超过128位")
    else:
        assert server.login(email, password)


@pytest.mark.parametrize("code", ["12345", "1234567", "12345a", "１２３４５６", "", " 12345"])
def test_code_that_is_not_six_digits_is_422(server, code):
    assert "verification_code" in detail(register(server, "digits@example.com", code), 422)


# 1.3, 1.4

def test_unknown_address_and_wrong_password_cannot_be_told_apart(server, user):
    wrong = server.call("POST", "/api/auth/login", json={"email": user.email, "password": "wrong-password"})
    unknown = server.call("POST", "/api/auth/login", json={"email": "nobody@example.com", "password": "wrong-password"})
    detail(wrong, 401, "邮箱或密码错误")
    assert wrong.json() == unknown.json() and wrong.status_code == unknown.status_code
    assert set(wrong.headers) == set(unknown.headers)


def test_token_form_takes_the_address_as_username(server, user):
    answer = server.call("POST", "/api/auth/token", data={"grant_type": "password", "username": user.email, "password": user.password})
    assert answer.status_code == 200 and answer.json()["expires_in"] == 1800
    detail(server.call("POST", "/api/auth/token", data={"username": user.email, "password": "wrong"}), 401, "邮箱或密码错误")


def test_token_form_lacking_a_field_is_422(server):
    assert "password" in detail(server.call("POST", "/api/auth/token", data={"username": "a@example.com"}), 422)


# 1.5

def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def test_forged_tokens_are_refused(server, user):
    head, body, signature = user.token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    none = b64(json.dumps({"alg": "none", "typ": "JWT"}).encode())
    admin = b64(json.dumps({**claims, "role": "admin"}).encode())
    for forged in ["x", "a.b.c", f"{none}.{body}.", f"{head}.{admin}.{signature}", f"{head}.{body}.{signature[:-2]}AA",
                   user.token + "x", user.token[:-1], "." * 50, "e" * 20000]:
        answer = server.call("GET", "/api/auth/me", headers={"Authorization": f"Bearer {forged}"})
        if answer.status_code != 431:
            detail(answer, 401, "无效的认证凭据")
            assert answer.headers["www-authenticate"].startswith("Bearer")


def test_no_token_is_401_on_both_paths(server):
    for path in ("/api/auth/me", "/api/users/me", "/api/users/me/"):
        detail(server.call("GET", path), 401, "无效的认证凭据")


def test_expired_token_is_refused(tmp_path):
    secret = "a-secret-of-at-least-thirty-two-bytes"
    with Server(tmp_path / "data", env={"WEFT_JWT_SECRET": secret}) as server:
        user = server.register()
        head, body, _ = user.token.split(".")
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))

        def signed(**changes):
            text = head + "." + b64(json.dumps({**claims, **changes}).encode())
            return text + "." + b64(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest())

        now = int(time.time())
        assert server.call("GET", "/api/auth/me", signed()).status_code == 200
        for changes in ({"exp": now - 1}, {"aud": "cowriting"}, {"iss": "other"}, {"sub": "0" * 24}):
            detail(server.call("GET", "/api/auth/me", signed(**changes)), 401, "无效的认证凭据")


def test_disabled_account_stops_at_once(server):
    user, rpc = server.register(), Rpc(server)
    admin = server.admin_token()
    rpc.call("csa.admin.v1.UserAdminService", "SetUserActive", {"user_id": user.id, "is_active": False}, admin)
    detail(user.call("GET", "/api/auth/me"), 403, "账号已被禁用")
    detail(user.call("POST", "/api/tickets", content=b"{"), 403, "账号已被禁用")
    detail(server.call("POST", "/api/auth/login", json={"email": user.email, "password": user.password}), 403, "账号已被禁用")
    detail(server.call("POST", "/api/auth/login", json={"email": user.email, "password": "wrong-password"}), 401, "邮箱或密码错误")
    rpc.call("csa.admin.v1.UserAdminService", "SetUserActive", {"user_id": user.id, "is_active": True}, admin)
    assert user.call("GET", "/api/auth/me").status_code == 200


# 1.6

def test_profile_null_clears_and_absent_keeps(server):
    user = server.register()
    assert user.call("PATCH", "/api/users/me", json={"full_name": "张三", "bio": "甲"}).json()["full_name"] == "张三"
    after = user.call("PATCH", "/api/users/me", json={"bio": None}).json()
    assert after["bio"] is None and after["full_name"] == "张三" and after["updated_at"]


def test_profile_without_a_known_field_is_400(server, user):
    for body in ({}, {"unknown": 1}, {"email": "x@example.com"}):
        detail(user.call("PATCH", "/api/users/me", json=body), 400, "未提供任何需要更新的字段")


@pytest.mark.parametrize("field, longest", [("full_name", 64), ("phone_number", 32), ("bio", 256)])
def test_profile_limits_count_code_points(server, user, field, longest):
    assert user.call("PATCH", "/api/users/me", json={field: "🙂" * longest}).status_code == 200
    assert field in detail(user.call("PATCH", "/api/users/me", json={field: "字" * (longest + 1)}), 422)
    assert field in detail(user.call("PATCH", "/api/users/me", json={field: 5}), 422)
    assert field in detail(user.call("PATCH", "/api/users/me", json={field: "a\u0000b"}), 422)


@pytest.mark.parametrize("body", [{"update_mask": "full_name", "bio": "x"}, {"updateMask": "fullName", "bio": "x"}])
def test_mask_in_a_body_is_no_key(server, user, body):
    user.call("PATCH", "/api/users/me", json={"full_name": "张三"})
    assert user.call("PATCH", "/api/users/me", json=body).json()["full_name"] == "张三"
    del body["bio"]
    detail(user.call("PATCH", "/api/users/me", json=body), 400, "未提供任何需要更新的字段")


def test_picture_must_be_a_web_address(server, user):
    for bad in ("javascript:alert(1)", "data:text/html,x", "//host", "ftp://host/x"):
        assert "avatar_url" in detail(user.call("PATCH", "/api/users/me", json={"avatar_url": bad}), 422)
    for good in ("https://cdn.example.com/avatar.png", "http://localhost:3000/a?b=c#d", ""):
        assert user.call("PATCH", "/api/users/me", json={"avatar_url": good}).json()["avatar_url"] == good


def test_role_and_address_cannot_be_assigned(server, user):
    after = user.call("PATCH", "/api/users/me", json={"full_name": "李四", "role": "admin", "email": "x@example.com", "id": "1"}).json()
    assert after["role"] == "user" and after["email"] == user.email and after["id"] == user.id


# 1.7

def test_new_password_ends_older_tokens(server):
    user = server.register()
    older = user.token
    answer = user.call("POST", "/api/users/me/change-password", json={"old_password": PASSWORD, "new_password": "NewPassw0rd!"})
    assert answer.json() == {"message": "密码修改成功"}
    detail(server.call("GET", "/api/auth/me", older), 401, "无效的认证凭据")
    detail(server.call("POST", "/api/auth/login", json={"email": user.email, "password": PASSWORD}), 401, "邮箱或密码错误")
    assert server.call("GET", "/api/auth/me", server.login(user.email, "NewPassw0rd!")).status_code == 200


def test_change_password_errors(server, user):
    def change(old, new):
        return user.call("POST", "/api/users/me/change-password", json={"old_password": old, "new_password": new})
    detail(change("wrong-password", "NewPassw0rd!"), 400, "当前密码不正确")
    detail(change(user.password, user.password), 400, "新密码不能与当前密码相同")
    detail(change(user.password, "short"), 422, "密码长度至少为8位")
    detail(server.call("POST", "/api/users/me/change-password", json={}), 401, "无效的认证凭据")
