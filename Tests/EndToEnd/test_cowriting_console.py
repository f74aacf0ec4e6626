"""The console for the co-writing platform: `weft admin cowriting …`, with sign-ins of its own beside those of the customer service."""
import json
import stat
import time

import pytest

from console import Console
from cowriting import PASSWORD, Person, admin, error, login, new_person, ok, page, register, uniq
from server import ADMIN, Server


@pytest.fixture
def shell(server, tmp_path):
    return Console(server, tmp_path)


def sign_in(shell, email=ADMIN[0], password=ADMIN[1], server=None):
    return shell.run("cowriting", "login", "--server", (server or shell.server).grpc, "--email", email, "--password-stdin", stdin=password + "\n")


@pytest.fixture
def console(shell):
    out = sign_in(shell)
    assert out.returncode == 0, out
    return shell


def kept(shell):
    return json.loads(shell.file.read_text())


def test_a_login_is_kept_for_its_user_only_and_ended_by_logout(server, shell):
    out = sign_in(shell)
    assert out.returncode == 0 and out.stdout == ""
    assert out.stderr.startswith(f"weft: signed in to co-writing at {server.grpc} as {ADMIN[0]} until ") and out.stderr.endswith("Z\n")
    assert stat.S_IMODE(shell.file.stat().st_mode) == 0o600 and ADMIN[1] not in shell.file.read_text()
    who = shell.ok("cowriting", "whoami")
    assert f"server: {server.grpc}\n" in who and f"name:   {ADMIN[0]}\n" in who and "role:   admin\n" in who and "until:" in who
    assert json.loads(shell.ok("cowriting", "whoami", "--json"))["role"] == "admin"
    assert f"{ADMIN[0]}" in shell.ok("servers") and "cowriting" in shell.ok("servers")
    token = kept(shell)["coWriting"][server.grpc]["accessToken"]
    out = shell.run("cowriting", "logout")
    assert out.returncode == 0 and kept(shell) == {"servers": {}}
    error(server.call("GET", "/api/v1/auth/me", token), 401)
    out = shell.run("cowriting", "users", "list", "--server", server.grpc)
    assert out.returncode == 80
    assert out.stderr == f"weft: not signed in at {server.grpc}: run weft admin cowriting login --server {server.grpc}\n"


def test_both_applications_beside_each_other(server, shell):
    shell.login()
    assert shell.run("cowriting", "whoami").returncode == 80
    assert sign_in(shell).returncode == 0
    assert len(shell.ok("servers").splitlines()) == 3
    assert "role:   admin" in shell.ok("whoami") and "role:   admin" in shell.ok("cowriting", "whoami")
    tokens = kept(shell)
    # A token is of one application.
    own, others = tokens["coWriting"][server.grpc]["accessToken"], tokens["servers"][server.grpc]["accessToken"]
    assert shell.run("cowriting", "whoami", "--token", others).returncode == 80 and shell.run("whoami", "--token", own).returncode == 80
    assert shell.run("cowriting", "logout").returncode == 0 and shell.run("whoami").returncode == 0
    assert sign_in(shell).returncode == 0
    assert shell.run("logout").returncode == 0 and kept(shell) == {"servers": {}}


def test_a_second_login_takes_the_place_of_the_first(server, console):
    first = kept(console)["coWriting"][server.grpc]["accessToken"]
    assert sign_in(console).returncode == 0
    error(server.call("GET", "/api/v1/auth/me", first), 401)
    assert console.run("cowriting", "whoami").returncode == 0


def test_who_may_not_sign_in_is_told_why(server, shell):
    person = register(server)
    out = sign_in(shell, person["username"], PASSWORD)
    assert (out.returncode, out.stderr) == (71, "weft: PERMISSION_DENIED: 需要管理员权限 (FORBIDDEN)\n")
    out = sign_in(shell, ADMIN[0], "wrong-password")
    assert (out.returncode, out.stderr) == (80, "weft: UNAUTHENTICATED: 用户名或密码错误 (INVALID_CREDENTIALS)\n")
    assert sign_in(shell, ADMIN[0], "").returncode == 64
    assert not shell.file.exists()


def test_a_sign_in_that_has_ended_says_what_to_do(server, console):
    token = kept(console)["coWriting"][server.grpc]["accessToken"]
    ok(server.call("POST", "/api/v1/auth/logout", token))
    out = console.run("cowriting", "users", "list")
    assert out.returncode == 80 and out.stderr == f"weft: 无效的认证凭据: the sign-in at {server.grpc} has ended; run weft admin cowriting login\n"
    assert console.run("cowriting", "logout").returncode == 0 and kept(console) == {"servers": {}}


def test_scripts_sign_in_for_one_task(server, shell):
    token = login(server, *ADMIN)["access_token"]
    for arguments, env, stdin in [(["--token", token], {}, ""), (["--token-stdin"], {}, token + "\n"), ([], {"WEFT_ADMIN_TOKEN": token}, ""),
                                  (["--email", ADMIN[0]], {"WEFT_ADMIN_PASSWORD": ADMIN[1]}, ""),
                                  ([], {"WEFT_ADMIN_EMAIL": ADMIN[0], "WEFT_ADMIN_PASSWORD": ADMIN[1]}, "")]:
        shown = shell.ok("cowriting", "whoami", "--json", "--server", server.grpc, *arguments, env=env, stdin=stdin)
        assert json.loads(shown)["username"] == ADMIN[0]
    assert not shell.file.exists()
    person = new_person(server)
    out = shell.run("cowriting", "users", "list", "--server", server.grpc, "--token", person.token)
    assert (out.returncode, out.stderr) == (71, "weft: PERMISSION_DENIED: 权限不足 (FORBIDDEN)\n")


def test_accounts_are_listed_and_shown(server, console):
    names = [uniq("listed-") for _ in range(3)]
    people = [register(server, name, full_name="张三\u202e\x1b[31m") for name in names]
    boss = admin(server)
    total = page(boss.get("/users"))["total"]
    text = console.ok("cowriting", "users", "list", "listed-")
    assert text.splitlines()[0].split()[:3] == ["id", "username", "email"] and all(name in text for name in names)
    # What people call themselves does nothing to the terminal.
    assert "\x1b" not in text and "\u202e" not in text
    whole = json.loads(console.ok("cowriting", "users", "list", "--all", "--json"))
    assert whole["total"] == total == len(whole["items"]) and whole["items"][0]["id"] == people[-1]["id"]
    # Parts that begin where no page of theirs does.
    ids = [item["id"] for item in whole["items"]]
    for skip, limit in [(0, 2), (1, 2), (1, 3), (2, 2), (total - 1, 5), (total, 5), (total + 7, 3)]:
        lines = console.ok("cowriting", "users", "list", "--json-lines", "--skip", skip, "--limit", limit).splitlines()
        assert [json.loads(line)["id"] for line in lines] == ids[skip:skip + limit], (skip, limit)
    admins = [json.loads(line) for line in console.ok("cowriting", "users", "list", "--role", "admin", "--json-lines").splitlines()]
    assert ADMIN[0] in [a["username"] for a in admins] and {a["role"] for a in admins} == {"admin"}
    assert console.run("cowriting", "users", "list", "--role", "root").returncode == 67
    assert console.run("cowriting", "users", "list", "--active", "--disabled").returncode == 64
    for name in [str(people[0]["id"]), names[0], names[0].upper(), people[0]["email"]]:
        assert json.loads(console.ok("cowriting", "users", "get", name, "--json"))["id"] == people[0]["id"]
    shown = console.ok("cowriting", "users", "show", names[0])
    assert f"username:    {names[0]}\n" in shown and "projects:    0\n" in shown
    for name in ["999999999", uniq("nobody-"), names[0][:-1], "0", "-1"]:
        assert console.run("cowriting", "users", "get", "--", name).returncode == 69


def test_accounts_are_disabled_promoted_and_deleted(server, console):
    person = new_person(server)
    # Without a terminal nobody can be asked.
    for command in ["disable", "promote", "delete"]:
        out = console.run("cowriting", "users", command, person.username)
        assert out.returncode == 1 and "nothing was done" in out.stderr and person.username in out.stderr
    ok(person.get("/auth/me"))
    assert "disabled" in console.ok("cowriting", "users", "disable", "--yes", person.username)
    error(person.get("/auth/me"), 403, "账号已被禁用")
    assert person.username in console.ok("cowriting", "users", "list", "--disabled", person.username)
    assert "active" in console.ok("cowriting", "users", "enable", person.username)
    again = admin_of(server, console, person)
    assert json.loads(console.ok("cowriting", "users", "demote", "--yes", "--json", person.username))["role"] == "user"
    error(again.get("/users"), 403)
    shown, status = console.terminal("cowriting", "users", "delete", person.username, answers=[("Type yes", "no\n")])
    assert status == 1 and "nothing was done" in shown
    shown, status = console.terminal("cowriting", "users", "delete", person.username, answers=[("Type yes", "yes\n")])
    assert status == 0 and f"deleted account {person.id}" in shown
    error(again.get("/auth/me"), 401)
    assert console.run("cowriting", "users", "get", person.username).returncode == 69
    assert console.run("cowriting", "users", "delete", "--yes", person.id).returncode == 69


def admin_of(server, console, person):
    """The person, made an administrator by the console and signed in anew."""
    console.ok("cowriting", "users", "promote", "--yes", person.username)
    again = Person(server, person.username)
    page(again.get("/users"))
    return again


def test_the_last_administrator_stays(tmp_path):
    with Server(tmp_path / "data", env={"WEFT_APPS": "cowriting"}) as server:
        console = Console(server, tmp_path)
        assert sign_in(console).returncode == 0
        for command in ["disable", "demote", "delete"]:
            out = console.run("cowriting", "users", command, "--yes", ADMIN[0])
            assert (out.returncode, out.stderr) == (73, "weft: FAILED_PRECONDITION: 不能停用、删除或降级最后一个管理员 (INVALID_REQUEST)\n")
        # This server has no customer service to sign out of.
        assert console.run("logout").returncode == 0 and kept(console) == {"servers": {}}


def test_tokens_outlive_the_secret_that_signed_them(tmp_path):
    with Server(tmp_path / "data", env={"WEFT_TOKEN_DAYS": "2"}) as server:
        console = Console(server, tmp_path)
        console.login()
        person = new_person(server)
        console.ok("rotate-secret", "--yes")
        ok(person.get("/auth/me"))
        # Tokens of four times as many days may be about.
        untils = [int(line.split()[0]) for line in (server.data / "jwt.secret.previous").read_text().splitlines()]
        assert len(untils) == 1 and abs(untils[0] - time.time() - 8 * 86_400) < 600
        server.stop()
        console.ok("rotate-secret", "--data-dir", server.data, env={"WEFT_TOKEN_DAYS": "2"})
        server.start()
        untils = [int(line.split()[0]) for line in (server.data / "jwt.secret.previous").read_text().splitlines()]
        assert len(untils) == 2 and abs(untils[0] - time.time() - 8 * 86_400) < 600
        ok(person.get("/auth/me"))
        server.stop()
        console.ok("rotate-secret", "--at-once", "--data-dir", server.data)
        server.start()
        error(person.get("/auth/me"), 401)
        assert not (server.data / "jwt.secret.previous").exists()


def test_templates_of_prompts_are_kept(server, console):
    name, category = uniq("模板"), uniq("类")
    out = console.run("cowriting", "prompt-templates", "add", "--name", name, "--prompt", "请生成{section}", "--category", category,
                      "--config", '{"temperature": 0.6}')
    assert out.returncode == 0 and out.stderr.startswith("weft: added template ")
    id = out.stderr.split()[-1]
    listed = console.ok("cowriting", "prompt-templates", "list", "--category", category)
    assert name in listed and "请生成{section}" in listed and "active" in listed and len(listed.splitlines()) == 2
    assert "disabled" in console.ok("cowriting", "prompt-templates", "disable", id)
    assert page(admin(server).get("/ai/templates", category=category))["items"][0]["is_active"] is False
    assert name not in console.ok("cowriting", "prompt-templates", "list", "--active", "--category", category)
    assert "active" in console.ok("cowriting", "prompt-templates", "enable", id)
    out = console.run("cowriting", "prompt-templates", "add", "--name", name, "--prompt", "x", "--config", "temperature=1")
    assert out.returncode != 0 and "--config takes a JSON object" in out.stderr
    out = console.run("cowriting", "prompt-templates", "add", "--name", name, "--prompt", "x")
    assert out.returncode != 0 and "模板名称已存在" in out.stderr
    assert console.run("cowriting", "prompt-templates", "disable", "999999").returncode != 0
    assert console.run("cowriting", "prompt-templates", "disable", "abc").returncode != 0


def test_templates_of_exports_are_kept(server, console):
    name = uniq("模板")
    out = console.run("cowriting", "export-templates", "add", "--name", name, "--format", "pdf", "--options", '{"include_page_numbers": true}')
    assert out.returncode == 0, out
    id = out.stderr.split()[-1]
    console.ok("cowriting", "export-templates", "add", "--name", uniq("默认"), "--format", "html", "--default")
    assert "yes" in console.ok("cowriting", "export-templates", "list", "--format", "html")
    assert name in console.ok("cowriting", "export-templates", "list", "--format", "pdf")
    assert "disabled" in console.ok("cowriting", "export-templates", "disable", id)
    assert name not in console.ok("cowriting", "export-templates", "list", "--active")
    assert "active" in console.ok("cowriting", "export-templates", "enable", id)
