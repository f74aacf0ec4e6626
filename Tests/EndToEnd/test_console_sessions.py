"""csa.v1.ConsoleService: how `weft admin login` stays signed in for a working day."""
from datetime import datetime, timedelta, timezone

import pytest
from rpc import Rpc
from server import ADMIN, PASSWORD, Server

SERVICE = "csa.v1.ConsoleService"
USERS = "csa.admin.v1.UserAdminService"
REFUSED = ("UNAUTHENTICATED", "无效的认证凭据")


def begin(server, email=ADMIN[0], password=ADMIN[1]):
    return Rpc(server).call(SERVICE, "BeginConsoleSession", {"email": email, "password": password})


def renew(server, session):
    return Rpc(server).call(SERVICE, "RenewConsoleSession", {"session_key": session["session_key"]})


def renewal(server, session):
    return Rpc(server).code(SERVICE, "RenewConsoleSession", {"session_key": session["session_key"]})


def works(server, token):
    return Rpc(server).code(USERS, "ListUsers", {}, token)[0] == "OK"


def administrator(server):
    user = server.register()
    Rpc(server).call(USERS, "SetUserRole", {"user_id": user.id, "role": "admin"}, server.admin_token())
    return user


@pytest.fixture
def session(server):
    return begin(server)


def test_a_session_lasts_twelve_hours_and_gets_tokens_of_half_an_hour(server, session):
    assert session["token_type"] == "bearer" and session["expires_in"] == "1800" and session["session_key"].startswith("wcs_")
    end = datetime.fromisoformat(session["session_expires_at"])
    assert abs(end - datetime.now(timezone.utc) - timedelta(hours=12)) < timedelta(minutes=5)
    another = renew(server, session)
    assert another["session_expires_at"] == session["session_expires_at"] and another["expires_in"] == "1800"
    assert works(server, session["access_token"]) and works(server, another["access_token"])


def test_it_is_one_sign_in_that_ends_all_its_tokens(server):
    user = administrator(server)
    session = begin(server, user.email, PASSWORD)
    tokens = [session["access_token"], renew(server, session)["access_token"]]
    listed = [s for s in user.call("GET", "/api/users/me/sign-ins").json()["items"] if s["means"] == "console"]
    assert len(listed) == 1 and listed[0]["user_agent"].startswith("grpc-python")
    assert listed[0]["expires_at"] == session["session_expires_at"]
    current = server.call("GET", "/api/users/me/sign-ins", tokens[1]).json()["items"]
    assert [s["id"] for s in current if s["is_current"]] == [listed[0]["id"]]
    assert user.call("DELETE", f"/api/users/me/sign-ins/{listed[0]['id']}").status_code == 204
    assert [works(server, token) for token in tokens] == [False, False]
    assert renewal(server, session) == REFUSED


def test_its_key_ends_it_and_a_key_without_a_session_is_no_error(server, session):
    tokens = [session["access_token"], renew(server, session)["access_token"]]
    rpc, key = Rpc(server), {"session_key": session["session_key"]}
    for _ in range(2):
        assert rpc.code(SERVICE, "EndConsoleSession", key) == ("OK", "")
    assert [works(server, token) for token in tokens] == [False, False]
    assert renewal(server, session) == REFUSED
    assert renewal(server, {"session_key": "wcs_unknown"}) == REFUSED
    assert rpc.code(SERVICE, "RenewConsoleSession", {})[0] == "INVALID_ARGUMENT"
    assert rpc.code(SERVICE, "EndConsoleSession", {"session_key": "x" * 101})[0] == "INVALID_ARGUMENT"


@pytest.mark.parametrize("act", [
    ("SetUserActive", {"is_active": False}, REFUSED),
    ("SetUserRole", {"role": "user"}, ("PERMISSION_DENIED", "需要管理员权限")),
    ("EndUserSignIns", {}, REFUSED),
])
def test_what_is_done_to_the_account_ends_it(server, act):
    user, admin = administrator(server), server.admin_token()
    session = begin(server, user.email, PASSWORD)
    rpc, body = Rpc(server), {"user_id": user.id, **act[1]}
    rpc.call(USERS, act[0], body, admin)
    assert renewal(server, session) == act[2] and not works(server, session["access_token"])
    if act[0] == "SetUserActive":
        rpc.call(USERS, act[0], {**body, "is_active": True}, admin)
        assert renewal(server, session) == REFUSED
    rpc.call(USERS, "SetUserRole", {"user_id": user.id, "role": "user"}, admin)


def test_a_new_password_ends_it(server):
    user = administrator(server)
    session = begin(server, user.email, PASSWORD)
    answer = user.call("POST", "/api/users/me/change-password", json={"old_password": PASSWORD, "new_password": PASSWORD + "!"})
    assert answer.status_code == 200
    assert renewal(server, session) == REFUSED and not works(server, session["access_token"])


def test_only_administrators_with_the_right_password_get_one(server, user):
    code = Rpc(server).code
    assert code(SERVICE, "BeginConsoleSession", {"email": user.email, "password": PASSWORD}) == ("PERMISSION_DENIED", "需要管理员权限")
    for wrong in [{"email": user.email, "password": "wrong-password"}, {"email": ADMIN[0], "password": "wrong-password"},
                  {"email": "nobody@example.com", "password": PASSWORD}]:
        assert code(SERVICE, "BeginConsoleSession", wrong) == ("UNAUTHENTICATED", "邮箱或密码错误")
    assert code(SERVICE, "BeginConsoleSession", {"email": ADMIN[0]})[0] == "INVALID_ARGUMENT"
    disabled = administrator(server)
    Rpc(server).call(USERS, "SetUserActive", {"user_id": disabled.id, "is_active": False}, server.admin_token())
    assert code(SERVICE, "BeginConsoleSession", {"email": disabled.email, "password": PASSWORD}) == ("PERMISSION_DENIED", "账号已被禁用")


def test_neither_a_token_nor_another_key_is_a_session_key(server, session):
    for key in [session["access_token"], server.admin_token()]:
        assert Rpc(server).code(SERVICE, "RenewConsoleSession", {"session_key": key[:100]})[0] == "UNAUTHENTICATED"
    assert not works(server, session["session_key"])


def test_it_survives_a_restart_and_a_rotation_but_not_a_stolen_secret(tmp_path):
    with Server(tmp_path / "data") as server:
        session = begin(server)
        server.stop()
        server.start()
        token = renew(server, session)["access_token"]
        rotate = ("csa.admin.v1.SigningSecretAdminService", "RotateSigningSecret")
        Rpc(server).call(*rotate, {}, token)
        token = renew(server, session)["access_token"]
        assert works(server, token)
        Rpc(server).call(*rotate, {"at_once": True}, token)
        assert renewal(server, session) == REFUSED


def test_the_trail_has_it_and_no_log_or_table_has_its_key(tmp_path):
    with Server(tmp_path / "data") as server:
        session = begin(server)
        Rpc(server).call(SERVICE, "EndConsoleSession", {"session_key": session["session_key"]})
        entries = Rpc(server).call("csa.admin.v1.AuditAdminService", "ListAuditEntries", {}, server.admin_token())["items"]
        assert [e["action"] for e in entries][:2] == ["sign_in.end", "console.sign_in"]
        assert entries[0]["actor"] == entries[1]["actor"] == entries[1]["target"]
        server.stop()
        key = session["session_key"].encode()
        for file in [server.log, *(f for f in server.data.rglob("*") if f.is_file())]:
            assert key not in file.read_bytes(), file
