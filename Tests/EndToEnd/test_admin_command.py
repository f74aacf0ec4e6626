"""`weft admin`: operator tasks over gRPC and on the data directory, beside a running server and alone."""
import json
import os
import re
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from rpc import Rpc
from server import ADMIN, BINARY, PASSWORD, Server

NEW = "another-password-456"


def weft(*arguments, env=None, stdin=None):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("WEFT_")} | (env or {})
    return subprocess.run([BINARY, "admin", *map(str, arguments)], env=environment, capture_output=True, text=True, timeout=60,
                          input=stdin if stdin is not None else "")


def as_admin(server, *arguments, **more):
    return weft(*arguments, "--server", server.grpc, env={"WEFT_ADMIN_EMAIL": ADMIN[0], "WEFT_ADMIN_PASSWORD": ADMIN[1]}, **more)


def reset(server, email, *arguments, stdin=None):
    return weft("reset-password", "--data-dir", server.data, "--email", email, *arguments, stdin=stdin)


def works(server, token):
    return server.call("GET", "/api/users/me", token).status_code == 200


# reset-password on the data directory

def test_the_old_token_is_refused_on_the_very_next_request_beside_a_running_server(server):
    for _ in range(10):
        user = server.register()
        assert works(server, user.token)
        out = reset(server, user.email, "--password-stdin", stdin=NEW + "\n")
        assert out.returncode == 0 and out.stdout == f"weft: {user.email} has the new password\n", out.stderr
        answer = server.call("GET", "/api/users/me", user.token)
        assert answer.status_code == 401 and answer.json() == {"detail": "无效的认证凭据"}
        assert works(server, server.login(user.email, NEW))


def test_over_grpc_too_and_for_every_kind_of_caller(server):
    user, rpc = server.register(), Rpc(server)
    rpc.call("csa.v1.UserService", "GetMe", {}, user.token)
    assert reset(server, user.email).returncode == 0
    assert rpc.code("csa.v1.UserService", "GetMe", {}, user.token) == ("UNAUTHENTICATED", "无效的认证凭据")


def test_a_password_is_made_up_and_printed_once(server):
    user = server.register()
    out = reset(server, user.email.upper())
    made = re.fullmatch(rf"weft: {re.escape(user.email)} has the new password (\S+)\n", out.stdout)
    assert out.returncode == 0 and made, out
    assert len(made[1]) >= 16 and works(server, server.login(user.email, made[1]))
    assert made[1] not in server.log.read_text()


def test_a_locked_out_operator_gets_in_again(server):
    user, rpc, admin = server.register(), Rpc(server), server.admin_token()
    rpc.call("csa.admin.v1.UserAdminService", "SetUserActive", {"user_id": user.id, "is_active": False}, admin)
    out = reset(server, user.email, "--password-stdin", stdin=NEW)
    assert out.returncode == 0 and "disabled" in out.stderr
    assert server.call("POST", "/api/auth/login", json={"email": user.email, "password": NEW}).status_code == 403
    assert reset(server, user.email, "--password-stdin", "--make-admin", stdin=NEW).returncode == 0
    token = server.login(user.email, NEW)
    assert int(rpc.call("csa.admin.v1.UserAdminService", "ListUsers", {}, token)["total"]) > 0
    entries = rpc.call("csa.admin.v1.AuditAdminService", "ListAuditEntries", {"target": user.id, "actor": "operator"}, token)["items"]
    assert sorted((e["action"], e["address"]) for e in entries) == [("password.reset", "local")] * 2 + [("user.make_admin", "local")]
    assert NEW not in json.dumps(entries)
    rpc.call("csa.admin.v1.UserAdminService", "SetUserRole", {"user_id": user.id, "role": "user"}, admin)


def test_alone_on_a_stopped_servers_directory(tmp_path):
    with Server(tmp_path / "data") as server:
        user = server.register()
        server.stop()
        assert reset(server, user.email, "--password-stdin", stdin=NEW).returncode == 0
        server.start()
        assert not works(server, user.token) and works(server, server.login(user.email, NEW))


def test_after_a_killed_server_nothing_is_in_the_way(tmp_path):
    with Server(tmp_path / "data") as server:
        user = server.register()
        server.stop(signal.SIGKILL)
        assert reset(server, user.email, "--password-stdin", stdin=NEW).returncode == 0
        server.start()
        assert not works(server, user.token) and works(server, server.login(user.email, NEW))


def test_while_the_server_writes_without_pause(tmp_path):
    with Server(tmp_path / "data") as server:
        user, writer = server.register(), server.register()
        done = []

        def write():
            while not done:
                writer.ticket()

        with ThreadPoolExecutor(6) as pool:
            writers = [pool.submit(write) for _ in range(5)]
            try:
                for n in range(3):
                    assert reset(server, user.email, "--password-stdin", stdin=NEW + str(n)).returncode == 0
                assert not works(server, user.token)
            finally:
                done.append(True)
            for w in writers:
                w.result()


@pytest.mark.parametrize("stdin, said", [("short\n", "8 to 128"), ("密" * 129, "8 to 128"), ("", "no password")])
def test_a_bad_password_changes_nothing(server, user, stdin, said):
    out = reset(server, user.email, "--password-stdin", stdin=stdin)
    assert out.returncode == 1 and said in out.stderr and out.stdout == ""
    assert works(server, user.token)


def test_mistakes_are_said(server, tmp_path):
    out = reset(server, "nobody@example.com")
    assert out.returncode == 1 and "nobody@example.com" in out.stderr
    out = weft("reset-password", "--data-dir", tmp_path / "nothing", "--email", "a@example.com")
    assert out.returncode == 1 and "no database" in out.stderr
    assert not (tmp_path / "nothing").exists()


# rotate-secret

def test_rotation_over_grpc_and_on_the_directory(tmp_path):
    with Server(tmp_path / "data") as server:
        user = server.register()
        out = as_admin(server, "rotate-secret", "--yes")
        assert out.returncode == 0 and "older tokens are taken until 2" in out.stdout, out
        assert works(server, user.token)
        out = weft("rotate-secret", "--data-dir", server.data)
        assert out.returncode == 1 and "--server" in out.stderr
        server.stop()
        assert weft("rotate-secret", "--data-dir", server.data).returncode == 0
        server.start()
        assert works(server, user.token)
        assert as_admin(server, "rotate-secret", "--at-once", "--yes").returncode == 0
        assert not works(server, user.token)
        token = server.login(user.email)
        server.stop()
        assert weft("rotate-secret", "--data-dir", server.data, "--at-once").returncode == 0
        server.start()
        assert not works(server, token)
        entries = Rpc(server).call("csa.admin.v1.AuditAdminService", "ListAuditEntries", {"action": "signing_secret.rotate"}, server.admin_token())
        assert [(e.get("actor") == "operator", e.get("detail")) for e in entries["items"]] == [
            (True, "at once"), (False, "at once"), (True, None), (False, None)]


# over gRPC

def test_users_are_listed_disabled_enabled_and_made_administrators(server):
    user = server.register()
    out = as_admin(server, "users", "list", user.email)
    assert out.returncode == 0 and out.stdout.splitlines()[0].split() == ["id", "email", "role", "state", "since", "name"], out
    assert out.stdout.splitlines()[1].split()[:4] == [user.id, user.email, "user", "active"] and out.stderr == "1 of 1\n"
    assert "disabled" in as_admin(server, "users", "disable", user.email, "--yes").stdout
    assert user.call("GET", "/api/users/me").status_code == 403
    assert "active" in as_admin(server, "users", "enable", user.id).stdout
    assert works(server, user.token)
    assert "admin" in as_admin(server, "users", "set-role", user.email.upper(), "admin", "--yes").stdout
    shown = json.loads(as_admin(server, "users", "show", user.id, "--json").stdout)
    assert shown["role"] == "admin" and shown["email"] == user.email and shown["full_name"] is None
    as_admin(server, "users", "set-role", user.email, "user", "--yes")
    listed = as_admin(server, "users", "sign-ins", user.email).stdout
    assert "password" in listed and "127.0.0.1" in listed
    assert as_admin(server, "users", "end-sign-ins", user.email, "--yes").stdout == "ended: 1\n"
    assert not works(server, user.token)
    assert as_admin(server, "users", "send-reset-code", user.email).stdout == f"sent to {user.email}\n"
    assert server.messages(user.email)[-1]["purpose"] == "reset"


def test_oauth_clients_are_registered_listed_and_disabled(server):
    out = as_admin(server, "oauth-clients", "create", "报表助手", "--redirect-uri", "https://client.example.com/callback", "--scope", "openid")
    assert out.returncode == 0, out.stderr
    client = re.search(r"client id:\s+(\S+)\nclient secret: (\S+)\n", out.stdout)
    listed = as_admin(server, "oauth-clients", "list").stdout
    assert client[1] in listed and "报表助手" in listed and client[2] not in listed
    assert "disabled" in as_admin(server, "oauth-clients", "disable", client[1], "--yes").stdout
    assert "active" in as_admin(server, "oauth-clients", "enable", client[1]).stdout
    public = as_admin(server, "oauth-clients", "create", "手机应用", "--redirect-uri", "http://127.0.0.1/cb", "--scope", "openid", "--public")
    assert public.returncode == 0 and "secret" not in public.stdout
    assert as_admin(server, "oauth-clients", "create", "x", "--redirect-uri", "ftp://x").returncode > 64


def test_keys_of_the_provider_are_listed_and_rotated(server):
    before = json.loads(as_admin(server, "keys", "list", "--json").stdout)["items"]
    assert {k["algorithm"] for k in before} == {"RS256", "ES256"} and "signs" in as_admin(server, "keys", "list").stdout
    after = json.loads(as_admin(server, "keys", "rotate", "--json", "--yes").stdout)["items"]
    assert {k["kid"] for k in before} < {k["kid"] for k in after}
    assert {k["kid"] for k in after if k["retires_at"]} >= {k["kid"] for k in before}


def test_the_audit_trail_is_shown(server):
    user = server.register()
    out = as_admin(server, "audit", "--target", user.id)
    assert out.returncode == 0 and "register" in out.stdout and out.stderr == "1 of 1\n"
    assert json.loads(as_admin(server, "audit", "--actor", user.id, "--json").stdout)["items"][0]["action"] == "register"
    assert as_admin(server, "audit", "--target", user.id, "--until", "2001-01-01T00:00:00Z").stderr == "0 of 0\n"
    assert as_admin(server, "audit", "--since", "yesterday").returncode == 64


def test_a_task_leaves_no_sign_in_behind_and_takes_a_token_as_well(server):
    token = server.admin_token()
    before = len(server.call("GET", "/api/users/me/sign-ins", token).json()["items"])
    assert as_admin(server, "users", "list").returncode == 0
    assert as_admin(server, "users", "show", "nobody@example.com").returncode == 64 + 5
    assert len(server.call("GET", "/api/users/me/sign-ins", token).json()["items"]) == before
    assert weft("users", "list", "--server", server.grpc, env={"WEFT_ADMIN_TOKEN": token}).returncode == 0
    assert weft("users", "list", "--server", server.grpc, "--token", token).returncode == 0
    assert works(server, token)


def test_what_cannot_be_done_is_said_with_the_status(server, user):
    def status(*arguments, **env):
        out = weft("users", "list", "--server", server.grpc, *arguments, env={"XDG_CONFIG_HOME": "/nonexistent", **env})
        return out.returncode, out.stderr

    assert status() == (64 + 16, f"weft: not signed in at {server.grpc}: run weft admin login --server {server.grpc}\n")
    code, said = status("--token", user.token)
    assert code == 64 + 7 and "PERMISSION_DENIED" in said
    code, said = status(WEFT_ADMIN_EMAIL=ADMIN[0], WEFT_ADMIN_PASSWORD="wrong-password")
    assert code == 64 + 16 and "邮箱或密码错误" in said and "wrong-password" not in said
    code, said = status("--email", user.email)
    assert code == 1 and "WEFT_ADMIN_PASSWORD" in said
    assert status("--token", "a", "--email", "b")[0] == 64
    out = weft("users", "list", "--server", "127.0.0.1:1", env={"WEFT_ADMIN_TOKEN": "x"})
    assert out.returncode == 64 + 14
    assert weft("users", "list", "--server", "nowhere").returncode == 64
    assert as_admin(server, "users", "list", "--limit", "0").returncode == 64
    assert as_admin(server, "users", "list", "x" * 101).returncode == 64 + 3


def test_what_users_wrote_cannot_move_the_cursor(server):
    user = server.register()
    user.call("PATCH", "/api/users/me", json={"full_name": "evil\u001b[2J\u0007名"})
    out = as_admin(server, "users", "list", user.email).stdout
    assert "\x1b" not in out and "\x07" not in out and "名" in out
