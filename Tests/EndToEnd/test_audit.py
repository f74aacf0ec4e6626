"""Who did what, when and from where: readable by administrators, without secrets, kept for a declared time."""
import json
import sqlite3
import time

import pytest
from rpc import Rpc
from server import ADMIN, PASSWORD, Server, moment, wait_for

AUDIT = "csa.admin.v1.AuditAdminService"
USERS = "csa.admin.v1.UserAdminService"


def entries(server, **selection):
    """All that match, page by page: other tests have left entries too."""
    items, rpc, token = [], Rpc(server), server.admin_token()
    while True:
        page = rpc.call(AUDIT, "ListAuditEntries", {"limit": 100, "skip": len(items), **selection}, token)
        items += page["items"]
        if not page["items"] or len(items) >= int(page["total"]):
            return items


@pytest.fixture(scope="module")
def acts(server):
    """Every act that leaves an entry, done once."""
    rpc, admin = Rpc(server), server.admin_token()
    user = server.register()
    me = rpc.call("csa.v1.UserService", "GetMe", {}, admin)["id"]
    ticket = user.ticket()
    rpc.call("csa.admin.v1.TicketAdminService", "ReplyTicket", {"ticket_id": ticket["id"], "feedback": "secret-feedback"}, admin)
    rpc.call(USERS, "SetUserRole", {"user_id": user.id, "role": "admin"}, admin)
    rpc.call(USERS, "SetUserRole", {"user_id": user.id, "role": "admin"}, admin)  # changes nothing, and says nothing
    rpc.call(USERS, "SetUserRole", {"user_id": user.id, "role": "user"}, admin)
    rpc.call(USERS, "SetUserActive", {"user_id": user.id, "is_active": False}, admin)
    rpc.call(USERS, "SetUserActive", {"user_id": user.id, "is_active": True}, admin)
    server.login(user.email)
    user.call("POST", "/api/users/me/sign-ins/end-others", json={})
    second = server.login(user.email)
    other = next(i for i in server.call("GET", "/api/users/me/sign-ins", second).json()["items"] if not i["is_current"])
    server.call("DELETE", f"/api/users/me/sign-ins/{other['id']}", second)
    server.call("POST", "/api/users/me/change-password", second, json={"old_password": PASSWORD, "new_password": "another-password-456"})
    rpc.call(USERS, "EndUserSignIns", {"user_id": user.id}, admin)
    rpc.call(USERS, "SendUserResetCode", {"user_id": user.id}, admin)
    code = server.messages(user.email)[-1]["code"]
    answer = server.call("POST", "/api/auth/reset-password-by-email",
                         json={"email": user.email, "verification_code": code, "new_password": "third-password-789"})
    assert answer.status_code == 200
    return {"user": user.id, "admin": me, "ticket": ticket["id"], "sign_in": other["id"], "code": code}


def test_every_act_is_told_with_actor_target_address_and_request(server, acts):
    found = [(e["action"], e["actor"]) for e in reversed(entries(server, target=acts["user"]))]
    user, admin = acts["user"], acts["admin"]
    assert found == [
        ("register", user), ("user.role", admin), ("user.role", admin), ("user.disable", admin), ("user.enable", admin),
        ("sign_in.end_others", user), ("password.change", user), ("user.end_sign_ins", admin), ("user.reset_code", admin),
        ("password.reset", user)]
    for entry in entries(server, target=acts["user"]):
        assert entry["address"] == "127.0.0.1" and entry["request_id"] and entry["at"].endswith("Z") and len(entry["id"]) == 24
    assert [e["actor"] for e in entries(server, target=acts["ticket"], action="ticket.reply")] == [admin]
    assert [e["actor"] for e in entries(server, target=acts["sign_in"], action="sign_in.end")] == [user]
    assert [e["detail"] for e in reversed(entries(server, action="user.role", target=user))] == ["user → admin", "admin → user"]


def test_the_request_id_is_the_one_that_the_answer_bore(server):
    user = server.register()
    answer = user.call("POST", "/api/users/me/change-password", json={"old_password": PASSWORD, "new_password": "another-password-456"})
    entry = entries(server, target=user.id, action="password.change")[0]
    assert entry["request_id"] == answer.headers["x-request-id"]


def test_no_secret_and_no_code_is_in_it(server, acts):
    everything = json.dumps(entries(server), ensure_ascii=False)
    for secret in (PASSWORD, "another-password-456", "third-password-789", "secret-feedback", "$argon2", "eyJ"):
        assert secret not in everything
    assert f'"{acts["code"]}"' not in everything


def test_the_administrator_of_the_settings_is_told(server):
    made = [e for e in entries(server, actor="operator", action="user.make_admin") if e["detail"] == ADMIN[0]]
    assert [e["address"] for e in made] == ["local"]


def test_selection_and_pages(server, acts):
    rpc, admin = Rpc(server), server.admin_token()
    everything = entries(server)
    times = [moment(e["at"]) for e in everything]
    assert times == sorted(times, reverse=True)
    page = rpc.call(AUDIT, "ListAuditEntries", {"skip": 1, "limit": 2, "actor": acts["admin"]}, admin)
    matching = entries(server, actor=acts["admin"])
    assert [e for e in everything if e["actor"] == acts["admin"]] == [e for e in matching if e in everything]
    assert int(page["total"]) == len(matching) and page["items"] == matching[1:3]
    middle = everything[len(everything) // 2]
    assert entries(server, since=middle["at"])[-1] == middle
    assert middle not in entries(server, until=middle["at"])
    assert entries(server, action="no.such") == [] and entries(server, actor="x' OR 1=1 --") == []
    assert entries(server, since="9999-01-01T00:00:00Z") == [] and len(entries(server, since="0001-01-01T00:00:00Z")) == len(everything)
    for bad in ({"limit": 0}, {"limit": 101}, {"skip": -1}, {"actor": "x" * 101}):
        assert rpc.code(AUDIT, "ListAuditEntries", bad, admin)[0] == "INVALID_ARGUMENT"


def test_only_administrators_read_it(server, user):
    assert Rpc(server).code(AUDIT, "ListAuditEntries", {}, user.token)[0] == "PERMISSION_DENIED"
    assert Rpc(server).code(AUDIT, "ListAuditEntries", {})[0] == "UNAUTHENTICATED"
    assert server.call("GET", "/api/audit", user.token).status_code == 404


def test_failed_sign_ins_are_in_the_log_and_not_in_the_table(server):
    before = len(entries(server))
    for _ in range(3):
        server.call("POST", "/api/auth/login", json={"email": "stranger@example.com", "password": "wrong"})
    assert len(entries(server)) == before
    assert "login refused" in server.log.read_text()


def test_throttled_tries_are_in_the_log(tmp_path):
    with Server(tmp_path / "data", env={"WEFT_RATE_LIMITS": "on"}) as server:
        statuses = [server.call("POST", "/api/auth/login", json={"email": "a@example.com", "password": "wrong"}).status_code
                    for _ in range(22)]
        assert statuses.count(429) == 2
        wait_for(lambda: "too many tries" in server.log.read_text(), "the refusal in the log")


def test_a_refused_act_leaves_no_entry(tmp_path):
    # A server of its own: on the one that all tests share, somebody else may be an administrator too, and the act would be none refused.
    with Server(tmp_path / "data") as server:
        rpc, admin = Rpc(server), server.admin_token()
        me = rpc.call("csa.v1.UserService", "GetMe", {}, admin)["id"]
        before = len(entries(server, target=me))
        assert rpc.code(USERS, "SetUserActive", {"user_id": me, "is_active": False}, admin)[0] == "FAILED_PRECONDITION"
        assert len(entries(server, target=me)) == before


def test_entries_are_forgotten_after_their_time(tmp_path):
    with Server(tmp_path / "data", env={"WEFT_AUDIT_DAYS": "30"}) as server:
        server.register()
        server.stop()
        with sqlite3.connect(server.data / "weft.db") as db:
            old = int((time.time() - 31 * 86400) * 1e6)
            db.execute("UPDATE csa_audit SET at = ? WHERE action = 'register'", (old,))
        server.start()  # housekeeping runs at start and then every minute
        wait_for(lambda: not entries(server, action="register"), "the old entry to go")
        assert entries(server, action="user.make_admin")


@pytest.mark.parametrize("value", ["0", "-1", "x", "36501"])
def test_a_bad_retention_is_named(tmp_path, value):
    server = Server(tmp_path / "data", env={"WEFT_AUDIT_DAYS": value})
    with pytest.raises(AssertionError, match="WEFT_AUDIT_DAYS"):
        server.start()
