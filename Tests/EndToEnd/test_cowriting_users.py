"""Accounts as their owners and administrators see them, and preferences (chapter 用户管理接口)."""
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from cowriting import V1, admin, error, login, new_person, ok, page, register, uniq
from rpc import Rpc
from server import Server

SERVICE = "cowriting.v1.UserService"
ITEM = {"id", "username", "email", "full_name", "role", "is_active", "is_verified", "created_at", "last_login_at", "projects_count",
        "documents_count"}
UPDATED = {"id", "username", "email", "full_name", "phone", "avatar_url", "role", "is_active", "is_verified", "created_at", "updated_at"}
WHOLE = UPDATED | {"last_login_at", "projects_count", "documents_count", "ai_generations_count"}
DEFAULTS = {"theme": "light", "language": "zh-CN", "timezone": "Asia/Shanghai", "email_notifications": True, "push_notifications": True,
            "auto_save": True, "default_document_format": "markdown", "default_export_format": "pdf"}
# What a path says of no account: refused or not found, never an error of the server's.
NO_ID = ["abc", "1.5", "%00", "9223372036854775808", "99999999999999999999999", "-9223372036854775809", "0x1", "1%20"]
ABSENT = ["0", "-1", "999999999", "9223372036854775807"]


@pytest.fixture(scope="module")
def boss(server):
    return admin(server)


@pytest.fixture(scope="module")
def person(server):
    return new_person(server)


@pytest.fixture(scope="module")
def other(server):
    return new_person(server)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """A server of its own with accounts that differ, put into its database: passwords take their time."""
    with Server(tmp_path_factory.mktemp("crowd") / "data", env={"WEFT_APPS": "cowriting"}) as server:
        # id, username, email, full_name, role, is_active, is_verified, created_at, last_login_at
        rows = [
            (11, "Alpha", "alpha@example.com", "张三", "user", 1, 0, 1_700_000_001, 1_700_000_900),
            (12, "beta", "beta@example.com", "100% 李四", "user", 0, 1, 1_700_000_002, None),
            (13, "Gamma", "gamma_x@example.com", "Bob SMITH", "admin", 1, 1, 1_700_000_003, 1_700_000_800),
            (14, "delta", "delta@example.com", None, "user", 1, 1, 1_700_000_003, None),
        ]
        with sqlite3.connect(server.data / "weft.db") as database:
            for id, name, email, full_name, role, active, verified, made, seen in rows:
                database.execute(
                    "INSERT INTO cw_users (id, username, username_key, email, password_hash, full_name, role, is_active, is_verified,"
                    " created_at, updated_at, last_login_at) VALUES (?, ?, ?, ?, '', ?, ?, ?, ?, ?, ?, ?)",
                    (id, name, name.lower(), email, full_name, role, active, verified, made * 1_000_000, made * 1_000_000,
                     seen and seen * 1_000_000))
        yield admin(server)


# lists


def names(boss, **params):
    """Of the accounts that were put there: not the administrator of the settings, who is newer."""
    listed = page(boss.get("/users", **({"created_before": "2024-01-01T00:00:00Z"} | params)))
    return [item["username"] for item in listed["items"]]


def test_the_newest_come_first(crowd):
    assert names(crowd) == ["delta", "Gamma", "beta", "Alpha"]
    whole = page(crowd.get("/users/"))
    assert whole["total"] == 5 and (whole["page"], whole["size"], whole["pages"]) == (1, 20, 1)
    assert set(whole["items"][0]) == ITEM
    alpha = whole["items"][-1]
    assert alpha == {"id": 11, "username": "Alpha", "email": "alpha@example.com", "full_name": "张三", "role": "user", "is_active": True,
                     "is_verified": False, "created_at": alpha["created_at"], "last_login_at": alpha["last_login_at"], "projects_count": 0,
                     "documents_count": 0}
    assert alpha["created_at"].startswith("2023-11-14T22:13:21") and whole["items"][1]["last_login_at"] is None


@pytest.mark.parametrize("params, found", [
    ({"keyword": "ALPHA"}, ["Alpha"]), ({"keyword": "gamma_"}, ["Gamma"]), ({"keyword": "_"}, ["Gamma"]), ({"keyword": "%"}, ["beta"]),
    ({"keyword": "张"}, ["Alpha"]), ({"keyword": "bob smith"}, ["Gamma"]), ({"keyword": "example.com"}, ["delta", "Gamma", "beta", "Alpha"]),
    ({"keyword": "a*"}, []), ({"keyword": "' OR 1=1 --"}, []), ({"keyword": ""}, ["delta", "Gamma", "beta", "Alpha"]),
    ({"role": "admin"}, ["Gamma"]), ({"role": "user"}, ["delta", "beta", "Alpha"]), ({"is_active": "false"}, ["beta"]),
    ({"is_active": "true"}, ["delta", "Gamma", "Alpha"]), ({"is_verified": "false"}, ["Alpha"]),
    ({"role": "user", "is_active": "true", "is_verified": "true"}, ["delta"]),
    ({"created_after": "2023-11-14T22:13:23Z"}, ["delta", "Gamma"]), ({"created_before": "2023-11-14T22:13:22Z"}, ["Alpha"]),
    ({"created_after": "2023-11-14T22:13:22Z", "role": "user"}, ["delta", "beta"]),
    ({"sort_by": "created_at", "sort_order": "asc"}, ["Alpha", "beta", "Gamma", "delta"]),
    ({"sort_by": "username", "sort_order": "asc"}, ["Alpha", "beta", "delta", "Gamma"]),
    ({"sort_by": "email"}, ["Gamma", "delta", "beta", "Alpha"]), ({"sort_by": "last_login_at"}, ["Alpha", "Gamma", "delta", "beta"]),
    ({"sort_by": "last_login_at", "sort_order": "asc"}, ["beta", "delta", "Gamma", "Alpha"]), ({"sort_order": "asc"}, ["Alpha", "beta", "Gamma", "delta"]),
])
def test_filters_and_orders(crowd, params, found):
    assert names(crowd, **params) == found


def test_pages(crowd):
    window = {"created_before": "2024-01-01T00:00:00Z"}
    seen = []
    for number in (1, 2, 3):
        listed = page(crowd.get("/users", page=number, size=2, **window))
        assert (listed["total"], listed["pages"], listed["page"], listed["size"]) == (4, 2, number, 2)
        seen += [item["username"] for item in listed["items"]]
    assert seen == ["delta", "Gamma", "beta", "Alpha"]
    nobody = page(crowd.get("/users", keyword="nobody-has-this"))
    assert (nobody["items"], nobody["total"], nobody["pages"]) == ([], 0, 0)
    assert page(crowd.get("/users", page=2**31 - 1, size=100))["items"] == []


@pytest.mark.parametrize("params", [
    {"page": 0}, {"page": -1}, {"page": "x"}, {"page": 2**31}, {"size": 0}, {"size": 101}, {"size": "1.5"}, {"sort_by": "password_hash"},
    {"sort_by": "id; DROP TABLE cw_users"}, {"sort_by": ""}, {"sort_order": "up"}, {"role": "root"}, {"is_active": "maybe"},
    {"created_after": "yesterday"}, {"keyword": "x" * 101},
])
def test_what_no_list_takes(crowd, params):
    error(crowd.get("/users", **params), 422)


def test_only_administrators_list(server, person):
    error(person.get("/users"), 403, "权限不足")
    error(server.call("GET", f"{V1}/users"), 401, "无效的认证凭据", code="UNAUTHORIZED")


# one account


def test_ones_own_account(person):
    whole = ok(person.get(f"/users/{person.id}"))
    assert set(whole) == WHOLE
    assert (whole["id"], whole["projects_count"], whole["documents_count"], whole["ai_generations_count"]) == (person.id, 0, 0, 0)
    assert whole["last_login_at"] is not None and whole["updated_at"] == whole["created_at"]


def test_an_account_is_changed_in_part(server):
    person = new_person(server, phone="13800138000", full_name="原名")
    answer = ok(person.put(f"/users/{person.id}", {"phone": "13900139000"}), 200, "用户信息更新成功")
    assert set(answer) == UPDATED and (answer["phone"], answer["full_name"]) == ("13900139000", "原名")
    assert answer["updated_at"] != answer["created_at"]
    answer = ok(person.put(f"/users/{person.id}", {"full_name": "新名", "avatar_url": "https://example.com/a.jpg", "phone": None}))
    assert (answer["phone"], answer["full_name"], answer["avatar_url"]) == ("13900139000", "新名", "https://example.com/a.jpg")
    assert ok(person.put(f"/users/{person.id}", {}))["full_name"] == "新名"
    answer = ok(person.put(f"/users/{person.id}", {"full_name": "", "avatar_url": "", "phone": ""}))
    assert (answer["full_name"], answer["avatar_url"], answer["phone"]) == (None, None, None)
    assert login(server, person.username)["user"]["full_name"] is None
    for body in [{"full_name": "名" * 101}, {"phone": "1" * 33}, {"avatar_url": "javascript:alert(1)"}, {"avatar_url": "https://a b"},
                 {"full_name": 5}, {"full_name": "nul\0"}]:
        error(person.put(f"/users/{person.id}", body), 422)


def test_somebody_elses_account_is_like_nobodys(person, other):
    for method, path, body in [("GET", "", None), ("PUT", "", {"full_name": "x"}), ("GET", "/preferences", None), ("PUT", "/preferences", {"theme": "x"})]:
        for id in [other.id, *ABSENT]:
            error(person.call(method, f"/users/{id}{path}", body), 404, "用户不存在")
        for id in NO_ID:
            answer = person.call(method, f"/users/{id}{path}", body)
            assert answer.status_code in (404, 422), answer.text
            error(answer, answer.status_code)
    assert ok(other.get(f"/users/{other.id}"))["full_name"] == "新用户"
    # Who may not delete at all is told so, whoever it is about.
    for id in [other.id, person.id, 999999999]:
        error(person.delete(f"/users/{id}"), 403, "权限不足")


def test_administrators_reach_every_account(boss, server):
    person = new_person(server)
    assert ok(boss.get(f"/users/{person.id}"))["username"] == person.username
    assert ok(boss.put(f"/users/{person.id}", {"full_name": "由管理员改"}))["full_name"] == "由管理员改"
    assert ok(boss.put(f"/users/{person.id}/preferences", {"theme": "dark"}))["theme"] == "dark"
    assert ok(person.get(f"/users/{person.id}/preferences"))["theme"] == "dark"
    for method, path, body in [("GET", "", None), ("PUT", "", {"full_name": "x"}), ("DELETE", "", None), ("GET", "/preferences", None),
                               ("PUT", "/preferences", {"theme": "x"})]:
        for id in ABSENT:
            error(boss.call(method, f"/users/{id}{path}", body), 404, "用户不存在")


def test_a_deleted_account_is_nowhere_and_its_history_stays(server, boss):
    person = new_person(server)
    with sqlite3.connect(server.data / "weft.db") as database:
        database.execute("INSERT INTO cw_preferences (user_id, theme) VALUES (?, 'dark')", (person.id,))
    before = page(boss.get("/users"))["total"]
    ok(boss.delete(f"/users/{person.id}"), 200, "用户删除成功")
    for method, path, body in [("GET", "", None), ("PUT", "", {"full_name": "x"}), ("DELETE", "", None), ("GET", "/preferences", None)]:
        error(boss.call(method, f"/users/{person.id}{path}", body), 404, "用户不存在")
    assert page(boss.get("/users"))["total"] == before - 1
    assert page(boss.get("/users", keyword=person.username))["items"] == []
    with sqlite3.connect(server.data / "weft.db") as database:
        kept = database.execute("SELECT username, deleted_at IS NOT NULL FROM cw_users WHERE id = ?", (person.id,)).fetchone()
        assert kept == (person.username, 1)
        assert database.execute("SELECT theme FROM cw_preferences WHERE user_id = ?", (person.id,)).fetchone() == ("dark",)


def test_of_two_who_delete_one_account_one_is_told_that_it_is_gone(server, boss):
    person = register(server)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: boss.delete(f"/users/{person['id']}").status_code, range(6)))
    assert sorted(answers) == [200] + [404] * 5


# preferences


def test_preferences_are_changed_in_part(server):
    person = new_person(server)
    path = f"/users/{person.id}/preferences"
    assert ok(person.get(path)) == DEFAULTS
    changed = DEFAULTS | {"theme": "dark", "language": "en-US", "email_notifications": False}
    sent = {"theme": "dark", "language": "en-US", "email_notifications": False}
    assert ok(person.put(path, sent), 200, "偏好设置更新成功") == changed
    assert ok(person.put(path, {})) == changed
    assert ok(person.put(path, {"auto_save": False, "user_id": 1, "default_export_format": "word"})) == changed | {
        "auto_save": False, "default_export_format": "word"}
    assert ok(person.put(path, {"email_notifications": True}))["email_notifications"] is True
    for body in [{"theme": ""}, {"theme": "x" * 65}, {"theme": 1}, {"auto_save": "yes"}, {"auto_save": 1}, {"default_export_format": "x" * 33}]:
        error(person.put(path, body), 422)
    assert ok(person.get(path)) == changed | {"auto_save": False, "default_export_format": "word", "email_notifications": True}


def test_parts_that_are_changed_at_once_are_all_there(server):
    person = new_person(server)
    path = f"/users/{person.id}/preferences"
    wanted = {"theme": "a", "language": "b", "timezone": "c", "default_document_format": "d", "default_export_format": "e", "auto_save": False,
              "email_notifications": False, "push_notifications": False}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda part: ok(person.put(path, dict([part]))), wanted.items()))
    assert ok(person.get(path)) == wanted


# roles, over RPC only


def test_roles_hold_at_once_and_there_is_always_an_administrator(tmp_path):
    with Server(tmp_path / "data", env={"WEFT_APPS": "cowriting"}) as server:
        boss, rpc, person = admin(server), Rpc(server), new_person(server)
        error(person.get("/users"), 403)
        refused = ("FAILED_PRECONDITION", "不能停用、删除或降级最后一个管理员")
        assert rpc.code(SERVICE, "SetUserRole", {"user_id": boss.id, "role": "user"}, boss.token) == refused
        assert rpc.code(SERVICE, "SetUserActive", {"user_id": boss.id, "is_active": False}, boss.token) == refused
        error(boss.delete(f"/users/{boss.id}"), 400, "不能停用、删除或降级最后一个管理员")
        answer = rpc.call(SERVICE, "SetUserRole", {"user_id": person.id, "role": "admin"}, boss.token)
        assert set(answer) == WHOLE - {"full_name", "phone", "avatar_url"} | (set(answer) & {"full_name", "phone", "avatar_url"})
        assert answer["role"] == "admin"
        page(person.get("/users"))
        # Of two administrators who would each be rid of the other one is left.
        with ThreadPoolExecutor(2) as pool:
            codes = list(pool.map(lambda pair: rpc.code(SERVICE, "SetUserRole", {"user_id": pair[0].id, "role": "user"}, pair[1].token)[0],
                                  [(boss, person), (person, boss)]))
        assert sorted(codes) in (["FAILED_PRECONDITION", "OK"], ["OK", "PERMISSION_DENIED"]), codes
        left = boss if codes[1] == "OK" else person
        page(left.get("/users"))
        error((person if left is boss else boss).get("/users"), 403)
        assert rpc.code(SERVICE, "SetUserRole", {"user_id": left.id, "role": "root"}, left.token)[0] == "INVALID_ARGUMENT"
        assert rpc.code(SERVICE, "SetUserRole", {"user_id": 999999, "role": "user"}, left.token) == ("NOT_FOUND", "用户不存在")
        assert rpc.code(SERVICE, "SetUserActive", {"user_id": 999999}, left.token) == ("NOT_FOUND", "用户不存在")


def test_the_same_over_rpc(server, person, other):
    rpc = Rpc(server)
    assert rpc.call(SERVICE, "GetUser", {"user_id": person.id}, person.token)["username"] == person.username
    assert rpc.code(SERVICE, "GetUser", {"user_id": other.id}, person.token) == ("NOT_FOUND", "用户不存在")
    assert rpc.code(SERVICE, "ListUsers", {}, person.token) == ("PERMISSION_DENIED", "权限不足")
    assert rpc.code(SERVICE, "ListUsers", {}) == ("UNAUTHENTICATED", "无效的认证凭据")
    assert rpc.call(SERVICE, "UpdatePreferences", {"user_id": person.id, "theme": "rpc"}, person.token)["theme"] == "rpc"
    assert rpc.call(SERVICE, "UpdateUser", {"user_id": person.id, "full_name": "经RPC"}, person.token)["full_name"] == "经RPC"
    # These have no route.
    assert person.post(f"/users/{person.id}/role", {"role": "admin"}).status_code in (404, 405)
