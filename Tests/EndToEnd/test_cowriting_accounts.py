"""Accounts and tokens of the co-writing platform (chapter 用户认证接口): what is given out, what ends it, and who of many at once wins."""
import base64
import json
import secrets
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest

from cowriting import EIGHT_DAYS, PASSWORD, Person, V1, admin, error, login, new_person, ok, page, register, uniq
from rpc import Rpc
from server import Server

NEW_PASSWORD = "newpassword123"


@pytest.fixture(scope="module")
def person(server):
    return new_person(server)


@pytest.fixture(scope="module")
def boss(server):
    return admin(server)


@pytest.fixture(scope="module")
def rpc(server):
    return Rpc(server)


def claims(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def at_once(count, act):
    """What `act(number)` gives, for many at the same time."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(act, range(count)))


def sign_in(server, username, password, **more):
    return server.call("POST", f"{V1}/auth/login", json={"username": username, "password": password, **more})


def enroll(server, **body):
    whole = {"username": uniq("user-"), "email": f"{uniq('m-')}@example.com", "password": PASSWORD} | body
    return server.call("POST", f"{V1}/auth/register", json={k: v for k, v in whole.items() if v is not None})


def set_active(rpc, boss, id, is_active):
    return rpc.call("cowriting.v1.UserService", "SetUserActive", {"user_id": id, "is_active": is_active}, boss.token)


# registration and sign-in


def test_an_account_is_made_signed_in_and_signed_out(server):
    name = uniq("New.User@")
    made = register(server, name, phone="13800138000")
    assert set(made) == {"id", "username", "email", "full_name", "phone", "role", "is_active", "is_verified", "created_at"}
    assert (made["username"], made["phone"], made["role"], made["is_active"], made["is_verified"]) == (name, "13800138000", "user", True, False)
    answer = login(server, name.upper(), remember_me=False)
    assert set(answer) == {"access_token", "token_type", "expires_in", "user"} and answer["expires_in"] == EIGHT_DAYS
    assert set(answer["user"]) == {"id", "username", "full_name", "avatar_url", "role", "created_at"}
    assert answer["user"]["id"] == made["id"] and answer["user"]["avatar_url"] is None
    said = claims(answer["access_token"])
    assert (said["sub"], said["role"], said["exp"] - said["iat"]) == (str(made["id"]), "user", EIGHT_DAYS)
    person = Person(server, made["email"].upper())
    me = ok(person.get("/auth/me"))
    assert set(me) == {"id", "username", "email", "full_name", "phone", "avatar_url", "role", "is_active", "is_verified", "created_at",
                       "last_login_at"}
    assert me["id"] == made["id"] and me["last_login_at"] is not None
    ok(person.post("/auth/logout"), 200, "登出成功")
    error(person.get("/auth/me"), 401, "无效的认证凭据", code="UNAUTHORIZED")


def test_an_administrator_signs_in(boss):
    assert ok(boss.get("/auth/me"))["role"] == "admin"


@pytest.mark.parametrize("body, field", [
    ({"username": None}, "username"), ({"email": None}, "email"), ({"password": None}, "password"), ({"password": "1234567"}, "password"),
    ({"password": "密" * 7}, "password"), ({"password": "x" * 129}, "password"), ({"username": ""}, "username"),
    ({"username": "two words"}, "username"), ({"username": "tab\there"}, "username"), ({"username": "zero\u200bwidth"}, "username"),
    ({"username": "right\u202eleft"}, "username"), ({"username": "soft\u00adhyphen"}, "username"), ({"username": "\u3164"}, "username"),
    ({"username": "mark\u061c"}, "username"), ({"username": "a\ufe0f"}, "username"), ({"username": "tag\U000e0041"}, "username"),
    ({"username": "x" * 255}, "username"), ({"username": 7}, "username"),
    ({"username": "nul\0"}, "username"), ({"email": "no address"}, "email"), ({"email": "a@" + "b" * 254}, "email"),
    ({"full_name": "名" * 101}, "full_name"), ({"phone": "1" * 33}, "phone"), ({"username": ["a"]}, "username"),
])
def test_what_no_account_can_be_made_of(server, body, field):
    told = error(enroll(server, **body), 422)
    assert field in json.dumps(told.get("details"))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'"text"', b'{"username": "a"', b"\xff"])
def test_a_body_that_is_no_object(server, content):
    answer = server.call("POST", f"{V1}/auth/login", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    error(answer, answer.status_code)


def test_nobody_makes_themselves_more_than_they_are(server):
    made = ok(enroll(server, role="admin", is_active=False, is_verified=True, id=1, token_epoch=-5, created_at="2001-01-01T00:00:00Z"), 201)
    assert (made["role"], made["is_active"], made["is_verified"]) == ("user", True, False) and made["id"] > 1
    assert made["created_at"] > "2020" and made["full_name"] is None and made["phone"] is None
    person = Person(server, made["username"])
    ok(person.put(f"/users/{made['id']}", {"full_name": "甲", "role": "admin", "is_verified": True, "is_active": False, "email": "x@y.zz"}))
    me = ok(person.get("/auth/me"))
    assert (me["role"], me["is_verified"], me["email"], me["full_name"]) == ("user", False, made["email"], "甲")


def test_a_name_or_address_that_is_taken(server):
    name = uniq("Taken-")
    made = register(server, name)
    for body, text in [({"username": name}, "用户名已被使用"), ({"username": name.upper()}, "用户名已被使用"),
                       ({"email": made["email"]}, "邮箱已被使用"), ({"email": made["email"].upper()}, "邮箱已被使用"),
                       # Either signs in, so neither may be somebody else's other one.
                       ({"username": made["email"]}, "用户名已被使用")]:
        error(enroll(server, **body), 409, text)
    address = f"{uniq('n-')}@example.com"
    own = ok(enroll(server, username=address, email=address), 201)
    assert own["username"] == own["email"] == address
    error(enroll(server, email=address), 409)


def test_of_many_who_register_one_name_or_one_address_one_wins(server):
    name, address = uniq("race-"), f"{uniq('race-')}@example.com"
    answers = at_once(8, lambda n: enroll(server, username=name if n % 2 else name.upper()))
    assert sorted(a.status_code for a in answers) == [201] + [409] * 7
    answers = at_once(8, lambda n: enroll(server, email=address))
    assert sorted(a.status_code for a in answers) == [201] + [409] * 7
    for answer in answers:
        if answer.status_code == 409:
            error(answer, 409, "邮箱已被使用")


def test_sign_in_tells_nobody_which_accounts_there_are(server, person):
    for username, password in [(person.username, "wrong-password"), (uniq("nobody-"), PASSWORD), (person.username, PASSWORD + " "),
                               (person.username, PASSWORD.upper()), (f" {person.username}", PASSWORD), ("' OR 1=1 --", "x"), ("%", PASSWORD)]:
        error(sign_in(server, username, password), 401, "用户名或密码错误", code="INVALID_CREDENTIALS")
    for body in [{}, {"username": person.username}, {"password": PASSWORD}, {"username": "", "password": ""}]:
        error(server.call("POST", f"{V1}/auth/login", json=body), 422)


def test_all_of_a_long_password_counts(server):
    # 64 characters are 192 bytes, of which bcrypt alone would look at 72.
    password = "密" * 64
    person = new_person(server, password=password)
    error(sign_in(server, person.username, "密" * 63 + "码"), 401, code="INVALID_CREDENTIALS")
    error(sign_in(server, person.username, "密" * 24), 401, code="INVALID_CREDENTIALS")


def test_passwords_are_kept_as_bcrypt_of_cost_12(server, person):
    with sqlite3.connect(server.data / "weft.db") as database:
        kept = database.execute("SELECT password_hash FROM cw_users WHERE id = ?", (person.id,)).fetchone()[0]
    assert kept.startswith("$2b$12$") and len(kept) == 60


# tokens


def test_remember_me_lasts_four_times_as_long_and_so_does_what_it_begets(server, person):
    token = login(server, person.username, remember_me=True)
    assert token["expires_in"] == 4 * EIGHT_DAYS
    renewed = ok(person.post("/auth/refresh", token=token["access_token"]), 200, "令牌刷新成功")
    assert set(renewed) == {"access_token", "token_type", "expires_in"}
    assert renewed["expires_in"] == 4 * EIGHT_DAYS and renewed["token_type"] == "bearer"


def test_logout_ends_its_own_token_only(server, person):
    first, second = Person(server, person.username), Person(server, person.username)
    ok(first.post("/auth/logout"), 200, "登出成功")
    for method, path in [("GET", "/auth/me"), ("POST", "/auth/logout"), ("POST", "/auth/refresh")]:
        error(first.call(method, path), 401, code="UNAUTHORIZED")
    ok(second.get("/auth/me"))
    ok(person.get("/auth/me"))


def test_refresh_ends_the_token_it_is_called_with(server, person):
    one = Person(server, person.username)
    renewed = ok(one.post("/auth/refresh"))
    assert renewed["expires_in"] == EIGHT_DAYS and renewed["access_token"] != one.token
    error(one.get("/auth/me"), 401)
    assert ok(one.call("GET", "/auth/me", token=renewed["access_token"]))["id"] == person.id


def test_of_32_refreshes_at_once_one_wins(server, person):
    one = Person(server, person.username)
    answers = at_once(32, lambda n: one.post("/auth/refresh"))
    won = [a for a in answers if a.status_code == 200]
    assert len(won) == 1
    for answer in answers:
        if answer is not won[0]:
            error(answer, 401, code="UNAUTHORIZED")
    ok(one.call("GET", "/auth/me", token=ok(won[0])["access_token"]))


def test_of_refresh_and_logout_at_once_one_wins(server, person):
    one = Person(server, person.username)
    answers = at_once(16, lambda n: one.post("/auth/refresh" if n % 2 else "/auth/logout"))
    assert sorted(a.status_code for a in answers) == [200] + [401] * 15


def test_a_new_password_ends_every_other_token(server):
    person = new_person(server)
    other = Person(server, person.username)
    error(person.put("/auth/password", {"current_password": "wrong-password", "new_password": NEW_PASSWORD}), 400, "当前密码不正确")
    for body in [{}, {"current_password": PASSWORD}, {"current_password": PASSWORD, "new_password": "short"}, {"new_password": NEW_PASSWORD}]:
        error(person.put("/auth/password", body), 422)
    ok(other.get("/auth/me"))
    ok(person.put("/auth/password", {"current_password": PASSWORD, "new_password": NEW_PASSWORD}), 200, "密码修改成功")
    error(other.get("/auth/me"), 401)
    error(other.post("/auth/refresh"), 401)
    ok(person.get("/auth/me"))
    error(sign_in(server, person.username, PASSWORD), 401, code="INVALID_CREDENTIALS")
    login(server, person.username, NEW_PASSWORD)
    # The one that was spared can be renewed, and is gone then.
    renewed = ok(person.post("/auth/refresh"))["access_token"]
    error(person.get("/auth/me"), 401)
    ok(person.call("GET", "/auth/me", token=renewed))


def test_of_many_password_changes_at_once_one_wins(server):
    person = new_person(server)
    answers = at_once(4, lambda n: person.put("/auth/password", {"current_password": PASSWORD, "new_password": f"{NEW_PASSWORD}-{n}"}))
    assert sorted(a.status_code for a in answers) == [200, 400, 400, 400]
    won = [a.status_code for a in answers].index(200)
    login(server, person.username, f"{NEW_PASSWORD}-{won}")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer x.y.z", "Basic YTpi", "bearer", "Bearer a b"])
def test_what_is_no_token(server, header):
    headers = {} if header is None else {"Authorization": header}
    error(server.call("GET", f"{V1}/auth/me", headers=headers), 401, "无效的认证凭据", code="UNAUTHORIZED")


def test_tokens_are_of_one_application(server, person, user):
    error(person.call("GET", "/auth/me", token=user.token), 401, code="UNAUTHORIZED")
    error(person.call("GET", "/users", token=server.admin_token()), 401, code="UNAUTHORIZED")
    assert server.call("GET", "/api/users/me", person.token).status_code == 401
    assert server.call("GET", "/api/users/me", admin(server).token).status_code == 401


def test_forged_tokens(tmp_path):
    secret = secrets.token_hex(32)
    with Server(tmp_path / "data", env={"WEFT_JWT_SECRET": secret, "WEFT_TOKEN_DAYS": "1", "WEFT_APPS": "cowriting"}) as server:
        person = new_person(server)
        said = claims(person.token)
        assert said["exp"] - said["iat"] == 86_400
        assert login(server, person.username, remember_me=True)["expires_in"] == 4 * 86_400

        def answer(changes=None, key=secret, algorithm="HS256"):
            token = jwt.encode(said | (changes or {}), key, algorithm=algorithm, headers={"typ": "JWT"})
            return person.call("GET", "/auth/me", token=token)

        assert ok(answer())["id"] == person.id
        now = int(time.time())
        for changes in [{"aud": "csa"}, {"exp": now - 1}, {"iss": "other"}, {"nbf": now + 60}, {"typ": "refresh"}]:
            error(answer(changes), 401, code="UNAUTHORIZED")
        error(answer(key="x" * 64), 401)
        error(answer(algorithm="HS512"), 401)
        error(answer(key=None, algorithm="none"), 401)
        # What a token says of the role counts for nothing; an account that never was has none.
        error(person.call("GET", "/users", token=jwt.encode(said | {"role": "admin"}, secret, algorithm="HS256", headers={"typ": "JWT"})), 403)
        for sub in ["999999", "0", "-1", "9" * 30, "x", ""]:
            error(answer({"sub": sub, "jti": uniq()}), 401)


def test_the_limit_of_sign_ins_stands_before_the_hashes(tmp_path):
    with Server(tmp_path / "data", env={"WEFT_RATE_LIMITS": "on", "WEFT_APPS": "cowriting"}) as server:
        answers = at_once(40, lambda n: sign_in(server, uniq("nobody-"), PASSWORD))
        assert sorted(a.status_code for a in answers) == [401] * 10 + [429] * 30
        refused = [a for a in answers if a.status_code == 429]
        error(refused[0], 429, "请求频率超过限制")
        assert refused[0].headers["x-ratelimit-limit"] == "10" and refused[0].headers["x-ratelimit-remaining"] == "0"
        # Also where the body is wrong, and of registration: they are one class.
        error(server.call("POST", f"{V1}/auth/login", json={}), 429)
        error(enroll(server), 429)


# accounts that may not be used


def test_a_disabled_account_is_told_so_after_the_right_password_only(server, boss, rpc):
    person = new_person(server)
    assert set_active(rpc, boss, person.id, False)["is_active"] is False
    error(person.get("/auth/me"), 403, "账号已被禁用")
    error(person.post("/auth/refresh"), 403, "账号已被禁用")
    error(sign_in(server, person.username, PASSWORD), 403, "账号已被禁用")
    error(sign_in(server, person.username, "wrong-password"), 401, code="INVALID_CREDENTIALS")
    set_active(rpc, boss, person.id, True)
    # It can sign in again; what was given out before does not come back.
    error(person.get("/auth/me"), 401)
    ok(Person(server, person.username).get("/auth/me"))


def test_a_deleted_account_is_gone_but_its_name_is_not_free(server, boss):
    person = new_person(server)
    ok(boss.delete(f"/users/{person.id}"), 200, "用户删除成功")
    for method, path in [("GET", "/auth/me"), ("POST", "/auth/refresh"), ("POST", "/auth/logout"), ("GET", f"/users/{person.id}")]:
        error(person.call(method, path), 401, code="UNAUTHORIZED")
    error(sign_in(server, person.username, PASSWORD), 401, code="INVALID_CREDENTIALS")
    error(enroll(server, username=person.username), 409)
    error(enroll(server, email=person.profile["email"]), 409)


def test_what_ended_stays_ended_after_a_restart(tmp_path):
    with Server(tmp_path / "data") as server:
        boss, rpc = admin(server), Rpc(server)
        left, disabled, deleted, changed = (new_person(server) for _ in range(4))
        ok(left.post("/auth/logout"))
        set_active(rpc, boss, disabled.id, False)
        ok(boss.delete(f"/users/{deleted.id}"))
        other = Person(server, changed.username)
        ok(changed.put("/auth/password", {"current_password": PASSWORD, "new_password": NEW_PASSWORD}))
        server.stop()
        server.start()
        error(left.get("/auth/me"), 401)
        error(disabled.get("/auth/me"), 403)
        error(deleted.get("/auth/me"), 401)
        error(other.get("/auth/me"), 401)
        ok(changed.get("/auth/me"))
        assert ok(boss.get("/auth/me"))["role"] == "admin"


def test_the_administrator_of_the_settings_may_have_been_there(tmp_path):
    address = "operator@example.com"
    env = {"WEFT_APPS": "cowriting"}
    with Server(tmp_path / "data", env=env) as server:
        boss, early, gone = admin(server), new_person(server, email=address, password="early-password"), new_person(server)
        ok(boss.delete(f"/users/{gone.id}"))
        assert "was there" not in server.log.read_text()
    settings = env | {"WEFT_ADMIN_EMAIL": address.upper(), "WEFT_ADMIN_PASSWORD": "operators-own"}
    with Server(tmp_path / "data", env=settings) as server:
        # It keeps its password and its tokens; that it was there is in the log, because nobody checks addresses here.
        assert "account that was there" in server.log.read_text()
        assert ok(server.call("GET", f"{V1}/auth/me", early.token))["role"] == "admin"
        error(sign_in(server, address, "operators-own"), 401, code="INVALID_CREDENTIALS")
        page(Person(server, address, "early-password").get("/users"))
    with Server(tmp_path / "data", env=settings | {"WEFT_ADMIN_EMAIL": gone.profile["email"]}) as server:
        error(server.call("GET", f"{V1}/auth/me", gone.token), 401)
        assert ok(Person(server, gone.username).get("/auth/me"))["role"] == "admin"
    with Server(tmp_path / "data", env=settings | {"WEFT_ADMIN_EMAIL": "new@example.com"}) as server:
        me = ok(Person(server, "new@example.com", "operators-own").get("/auth/me"))
        assert (me["username"], me["email"], me["role"]) == ("new@example.com", "new@example.com", "admin")


# RPC


def test_the_same_over_rpc(server, rpc):
    service = "cowriting.v1.AuthService"
    name = uniq("rpc-")
    made = rpc.call(service, "Register", {"username": name, "email": f"{name}@example.com", "password": PASSWORD})
    assert made["username"] == name and made["role"] == "user"
    assert rpc.code(service, "Register", {"username": name, "email": "o@example.com", "password": PASSWORD}) == ("ALREADY_EXISTS", "用户名已被使用")
    assert rpc.code(service, "Register", {"username": name})[0] == "INVALID_ARGUMENT"
    assert rpc.code(service, "Login", {"username": name, "password": "wrong-password"}) == ("UNAUTHENTICATED", "用户名或密码错误")
    token = rpc.call(service, "Login", {"username": name, "password": PASSWORD})["access_token"]
    assert rpc.call(service, "GetMe", {}, token)["id"] == made["id"]
    renewed = rpc.call(service, "RefreshToken", {}, token)["access_token"]
    assert rpc.code(service, "GetMe", {}, token) == ("UNAUTHENTICATED", "无效的认证凭据")
    assert rpc.code(service, "ChangePassword", {"current_password": "wrong-password", "new_password": NEW_PASSWORD}, renewed) == (
        "FAILED_PRECONDITION", "当前密码不正确")
    rpc.call(service, "Logout", {}, renewed)
    assert rpc.code(service, "Logout", {}, renewed)[0] == "UNAUTHENTICATED"
