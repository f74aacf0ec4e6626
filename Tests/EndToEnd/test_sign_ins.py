"""Where a user is signed in, and how each of these sign-ins is ended."""
import signal

import pytest
from rpc import Rpc
from server import Server, moment

USERS = "csa.admin.v1.UserAdminService"


def signs(server, token):
    answer = server.call("GET", "/api/users/me/sign-ins", token)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def works(server, token):
    return server.call("GET", "/api/users/me", token).status_code == 200


def login(server, user, agent="test/1.0"):
    answer = server.call("POST", "/api/auth/login", json={"email": user.email, "password": user.password}, headers={"User-Agent": agent})
    return answer.json()["access_token"]


def test_every_sign_in_is_listed_newest_first(server):
    user = server.register()
    token = login(server, user, "Browser/2.0 (phone)")
    form = server.call("POST", "/api/auth/token", data={"username": user.email, "password": user.password}).json()["access_token"]
    items = signs(server, token)
    assert len(items) == 3
    assert [i["is_current"] for i in items] == [False, True, False]
    current = items[1]
    assert set(current) == {"id", "means", "created_at", "expires_at", "address", "user_agent", "is_current"}
    assert current["means"] == "password" and current["address"] == "127.0.0.1" and current["user_agent"] == "Browser/2.0 (phone)"
    assert moment(current["created_at"]) < moment(current["expires_at"]) and current["created_at"].endswith("Z")
    assert [i["is_current"] for i in signs(server, form)] == [True, False, False]


def test_a_long_or_absent_user_agent_is_kept_in_bounds(server):
    user = server.register()
    token = login(server, user, "x" * 5000)
    assert signs(server, token)[0]["user_agent"] == "x" * 256
    rpc = Rpc(server)
    answer = rpc.call("csa.v1.AuthService", "Login", {"email": user.email, "password": user.password})
    assert "grpc-python" in signs(server, answer["access_token"])[0]["user_agent"]


def test_an_ended_sign_in_works_no_longer_and_the_others_do(server):
    user = server.register()
    second, third = login(server, user), login(server, user)
    target = next(i for i in signs(server, second) if i["is_current"])
    answer = server.call("DELETE", f"/api/users/me/sign-ins/{target['id']}", third)
    assert answer.status_code == 204 and answer.content == b""
    refused = server.call("GET", "/api/users/me", second)
    assert refused.status_code == 401 and refused.json() == {"detail": "无效的认证凭据"}
    assert works(server, third) and works(server, user.token)
    assert target["id"] not in [i["id"] for i in signs(server, third)]


def test_ending_the_own_sign_in_signs_out(server):
    user = server.register()
    current = signs(server, user.token)[0]
    assert server.call("DELETE", f"/api/users/me/sign-ins/{current['id']}", user.token).status_code == 204
    assert not works(server, user.token)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_an_ended_sign_in_stays_ended_after_a_restart(tmp_path, how):
    with Server(tmp_path / "data") as server:
        user = server.register()
        second = login(server, user)
        target = next(i for i in signs(server, second) if i["is_current"])
        assert server.call("DELETE", f"/api/users/me/sign-ins/{target['id']}", user.token).status_code == 204
        server.stop(how)
        server.start()
        assert not works(server, second) and works(server, user.token)


def test_foreign_unknown_and_ended_ones_are_refused(server, other):
    user = server.register()
    foreign = signs(server, other.token)[0]["id"]
    answer = server.call("DELETE", f"/api/users/me/sign-ins/{foreign}", user.token)
    assert answer.status_code == 403 and answer.json() == {"detail": "无权结束此登录会话"}
    assert works(server, other.token)
    second = login(server, user)
    ended = next(i for i in signs(server, second) if i["is_current"])["id"]
    assert server.call("DELETE", f"/api/users/me/sign-ins/{ended}", user.token).status_code == 204
    for unknown in (ended, "507f1f77bcf86cd799439011", "x", "%00"):
        answer = server.call("DELETE", f"/api/users/me/sign-ins/{unknown}", user.token)
        assert answer.status_code in (404, 422) and answer.json()["detail"], answer.text
    answer = server.call("DELETE", f"/api/users/me/sign-ins/{ended}", user.token)
    assert answer.status_code == 404 and answer.json() == {"detail": "登录会话不存在"}
    assert server.call("DELETE", f"/api/users/me/sign-ins/{ended}").status_code == 401
    assert server.call("GET", "/api/users/me/sign-ins").status_code == 401


def test_ending_all_others_leaves_the_one_that_asks(server):
    user = server.register()
    tokens = [login(server, user) for _ in range(4)]
    answer = server.call("POST", "/api/users/me/sign-ins/end-others", tokens[1], json={})
    assert answer.status_code == 200 and answer.json() == {"ended": 4}
    assert [works(server, t) for t in [user.token, *tokens]] == [False, False, True, False, False]
    assert server.call("POST", "/api/users/me/sign-ins/end-others", tokens[1], json={}).json() == {"ended": 0}
    assert [i["is_current"] for i in signs(server, tokens[1])] == [True]


def test_a_change_of_the_password_ends_all_of_them(server):
    user = server.register()
    login(server, user)
    answer = user.call("POST", "/api/users/me/change-password", json={"old_password": user.password, "new_password": "another-password-456"})
    assert answer.status_code == 200
    token = server.login(user.email, "another-password-456")
    assert len(signs(server, token)) == 1


def test_an_administrator_sees_and_ends_somebodys_sign_ins(server):
    user, rpc, admin = server.register(), Rpc(server), server.admin_token()
    second = login(server, user, "Browser/3.0")
    items = rpc.call(USERS, "ListUserSignIns", {"user_id": user.id}, admin)["items"]
    assert [i.get("user_agent") for i in items][0] == "Browser/3.0" and not any(i["is_current"] for i in items)
    assert rpc.call(USERS, "EndUserSignIns", {"user_id": user.id}, admin) == {"ended": "2"}
    assert not works(server, user.token) and not works(server, second)
    assert works(server, server.login(user.email))
    for method in ("ListUserSignIns", "EndUserSignIns", "GetUser", "SendUserResetCode"):
        assert rpc.code(USERS, method, {"user_id": "507f1f77bcf86cd799439011"}, admin) == ("NOT_FOUND", "用户不存在")
        assert rpc.code(USERS, method, {"user_id": user.id}, server.login(user.email))[0] == "PERMISSION_DENIED"


def test_the_same_over_rpc(server):
    user, rpc = server.register(), Rpc(server)
    second = login(server, user)
    items = rpc.call("csa.v1.UserService", "ListSignIns", {}, second)["items"]
    assert [i["is_current"] for i in items] == [True, False]
    rpc.call("csa.v1.UserService", "EndSignIn", {"sign_in_id": items[1]["id"]}, second)
    assert rpc.code("csa.v1.UserService", "GetMe", {}, user.token)[0] == "UNAUTHENTICATED"
    assert rpc.call("csa.v1.UserService", "EndOtherSignIns", {}, second) == {"ended": "0"}
