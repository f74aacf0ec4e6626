"""Accounts and tokens of the co-writing platform (chapter 用户认证接口)."""
from cowriting import EIGHT_DAYS, Person, admin, error, login, ok, register, uniq


def test_an_account_is_made_signed_in_and_signed_out(server):
    name = uniq("New.User@")
    made = register(server, name, phone="13800138000")
    assert set(made) == {"id", "username", "email", "full_name", "phone", "role", "is_active", "is_verified", "created_at"}
    assert (made["username"], made["phone"], made["role"], made["is_active"], made["is_verified"]) == (name, "13800138000", "user", True, False)
    answer = login(server, name.upper(), remember_me=False)
    assert set(answer) == {"access_token", "token_type", "expires_in", "user"} and answer["expires_in"] == EIGHT_DAYS
    assert set(answer["user"]) == {"id", "username", "full_name", "avatar_url", "role", "created_at"}
    assert answer["user"]["id"] == made["id"] and answer["user"]["avatar_url"] is None
    person = Person(server, made["email"].upper())
    me = ok(person.get("/auth/me"))
    assert set(me) == {"id", "username", "email", "full_name", "phone", "avatar_url", "role", "is_active", "is_verified", "created_at",
                       "last_login_at"}
    assert me["id"] == made["id"] and me["last_login_at"] > me["created_at"]
    ok(person.post("/auth/logout"), 200, "登出成功")
    error(person.get("/auth/me"), 401, code="UNAUTHORIZED")


def test_an_administrator_signs_in(server):
    assert ok(admin(server).get("/auth/me"))["role"] == "admin"
