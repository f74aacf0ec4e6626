"""The console: `weft admin login` once, then every RPC for administrators from a shell; what is printed, asked, refused."""
import json
import os
import re
import stat
import subprocess
import time
from pathlib import Path

import httpx
import pytest
from console import Console
from google.protobuf import message_factory
from rpc import Rpc
from server import ADMIN, BINARY, PASSWORD, Server

NO_ID = "0" * 24


@pytest.fixture
def shell(server, tmp_path):
    return Console(server, tmp_path)


@pytest.fixture
def console(shell):
    shell.login()
    return shell


def lines(text):
    return text.splitlines()


def first(output):
    """The id in the first row of a table."""
    return lines(output)[1].split()[0]


def sign_ins(server, means="console"):
    items = server.call("GET", "/api/users/me/sign-ins", server.admin_token()).json()["items"]
    return [i["id"] for i in items if i["means"] == means]


# signing in


def test_a_login_is_kept_for_its_user_only_and_ended_by_logout(server, shell):
    before = sign_ins(server)
    out = shell.login()
    assert out.stdout == "" and re.fullmatch(rf"weft: signed in at {server.grpc} as {re.escape(ADMIN[0])} until \S+Z\n", out.stderr), out
    assert stat.S_IMODE(shell.file.stat().st_mode) == 0o600 and stat.S_IMODE(shell.file.parent.stat().st_mode) == 0o700
    assert ADMIN[1] not in shell.file.read_text()
    assert len(sign_ins(server)) == len(before) + 1
    who = shell.ok("whoami")
    assert f"server: {server.grpc}\n" in who and f"email:  {ADMIN[0]}\n" in who and "role:   admin\n" in who and "until:" in who
    assert json.loads(shell.ok("whoami", "--json"))["email"] == ADMIN[0]
    token = json.loads(shell.file.read_text())["servers"][server.grpc]["accessToken"]
    assert shell.run("logout").returncode == 0
    assert sign_ins(server) == before and json.loads(shell.file.read_text()) == {"servers": {}}
    assert server.call("GET", "/api/users/me", token).status_code == 401
    out = shell.run("users", "list", "--server", server.grpc)
    assert out.returncode == 80 and out.stderr == f"weft: not signed in at {server.grpc}: run weft admin login --server {server.grpc}\n"


def test_a_second_login_takes_the_place_of_the_first(server, shell):
    before = sign_ins(server)
    shell.login()
    shell.login()
    assert len(sign_ins(server)) == len(before) + 1
    assert shell.run("logout").returncode == 0 and sign_ins(server) == before


def test_the_terminal_asks_without_showing_the_password(server, shell):
    shown, status = shell.terminal("login", "--server", server.grpc, answers=[("Email", ADMIN[0] + "\n"), ("Password", ADMIN[1] + "\n")])
    assert status == 0 and ADMIN[1] not in shown and f"signed in at {server.grpc} as {ADMIN[0]}" in shown
    assert shell.run("whoami").returncode == 0
    shown, status = shell.terminal("login", "--server", server.grpc, "--email", ADMIN[0], answers=[("Password", "wrong-password\n")])
    assert status == 80 and "邮箱或密码错误" in shown and "wrong-password" not in shown
    shown, status = shell.terminal("login", "--server", server.grpc, "--email", ADMIN[0], answers=[("Password", "\x03\n")])
    assert status == 130
    # The sign-in that is there stays.
    assert shell.run("whoami").returncode == 0


def test_who_may_not_sign_in_is_told_why(server, shell, user):
    def status(email, password):
        out = shell.run("login", "--server", server.grpc, "--email", email, "--password-stdin", stdin=password)
        return out.returncode, out.stderr

    assert status(user.email, PASSWORD) == (71, "weft: PERMISSION_DENIED: 需要管理员权限 (ADMINISTRATORS_ONLY)\n")
    assert status(ADMIN[0], "wrong-password")[0] == 80
    assert status(ADMIN[0], "")[0] == 64
    assert shell.run("login", "--server", server.grpc, "--email", ADMIN[0]).returncode == 64
    assert shell.run("login", "--server", "127.0.0.1:1", "--email", "a@b.c", "--password-stdin", stdin="x\n").returncode == 78
    assert not shell.file.exists()


def test_the_access_token_is_renewed_when_it_runs_out(server, console):
    book = json.loads(console.file.read_text())
    entry = book["servers"][server.grpc]
    entry.update(accessToken="expired", accessExpiresAt=int(time.time()) + 60)
    console.file.write_text(json.dumps(book))
    assert console.run("users", "list").returncode == 0
    entry = json.loads(console.file.read_text())["servers"][server.grpc]
    # Of the same second it may be the same token: they bear one id.
    assert entry["accessToken"] != "expired" and entry["accessExpiresAt"] > time.time() + 1700
    assert stat.S_IMODE(console.file.stat().st_mode) == 0o600


def test_an_ended_sign_in_says_what_to_do(server, console):
    for id in sign_ins(server):
        assert server.call("DELETE", f"/api/users/me/sign-ins/{id}", server.admin_token()).status_code == 204
    out = console.run("users", "list")
    assert out.returncode == 80 and out.stderr == f"weft: 无效的认证凭据: the sign-in at {server.grpc} has ended; run weft admin login\n"
    book = json.loads(console.file.read_text())
    book["servers"][server.grpc]["accessExpiresAt"] = 0
    console.file.write_text(json.dumps(book))
    out = console.run("users", "list")
    assert out.returncode == 80 and "weft admin login" in out.stderr
    assert console.run("logout").returncode == 0


def test_a_file_that_others_can_read_is_refused(console):
    for path, mode, right in [(console.file, 0o644, 0o600), (console.file.parent, 0o755, 0o700)]:
        path.chmod(mode)
        out = console.run("users", "list")
        assert out.returncode == 1 and f"chmod {right:o} {path}" in out.stderr and out.stdout == ""
        assert console.run("logout").returncode == 1
        path.chmod(right)
    assert console.run("users", "list").returncode == 0
    console.file.write_text("{")
    assert "damaged" in console.run("users", "list").stderr
    # Whoever says everything does not need it.
    token = console.server.admin_token()
    assert console.run("users", "list", "--server", console.server.grpc, "--token", token).returncode == 0


@pytest.mark.parametrize("end", [2**63 - 1, 2**62, -2**62, -2**63])
def test_a_server_that_says_nonsense_about_time_does_not_crash_the_console(console, end):
    """What a server said at the login is kept, so a crash would come again with each command."""
    book = json.loads(console.file.read_text())
    for sign_in in book["servers"].values():
        sign_in["sessionExpiresAt"] = end
    console.file.write_text(json.dumps(book))
    for command in ["whoami", "servers"]:
        out = console.run(command)
        assert out.returncode == 0 and ADMIN[0] in out.stdout, out


def test_a_time_beyond_what_can_be_asked_for_is_a_mistake(console):
    out = console.run("audit", "--since", "300000-01-01T00:00:00Z")
    assert out.returncode == 64 and "is no time" in out.stderr


def test_xdg_config_home_is_used(server, shell, tmp_path):
    env = {"XDG_CONFIG_HOME": str(tmp_path / "xdg")}
    out = shell.run("login", "--server", server.grpc, "--email", ADMIN[0], "--password-stdin", stdin=ADMIN[1], env=env)
    assert out.returncode == 0 and (tmp_path / "xdg/weft/admin.json").exists() and not shell.file.exists()
    assert shell.run("whoami", env=env).returncode == 0


def test_several_servers_side_by_side(server, shell, tmp_path):
    with Server(tmp_path / "data") as other:
        shell.login()
        second = Console(other, shell.home)
        second.login()
        assert f"server: {other.grpc}\n" in shell.ok("whoami")
        assert f"server: {server.grpc}\n" in shell.ok("whoami", "--server", server.grpc)
        listed = lines(shell.ok("servers"))
        assert sum(line.startswith("*") for line in listed) == 1 and len(listed) == 3
        shell.ok("servers", "use", server.grpc)
        assert f"server: {server.grpc}\n" in shell.ok("whoami")
        assert shell.run("servers", "use", "nowhere:1").returncode == 64
        other.stop()
        out = shell.run("logout", "--all")
        assert out.returncode == 78 and f"signed out at {server.grpc}" in out.stderr and "is removed here" in out.stderr
        assert json.loads(shell.file.read_text()) == {"servers": {}}


def test_scripts_bring_a_token(server, shell):
    token = server.admin_token()
    for arguments, env, stdin in [(["--token", token], {}, ""), (["--token-stdin"], {}, token + "\n"), ([], {"WEFT_ADMIN_TOKEN": token}, "")]:
        assert json.loads(shell.ok("whoami", "--json", "--server", server.grpc, *arguments, env=env, stdin=stdin))["email"] == ADMIN[0]
    assert shell.run("whoami", "--token-stdin", "--server", server.grpc).returncode == 64
    assert shell.run("whoami", "--token-stdin", "--token", token).returncode == 64


def test_a_token_whose_secret_is_gone_is_replaced(tmp_path):
    with Server(tmp_path / "data", env={"WEFT_JWT_SECRET": "a" * 32}) as server:
        console = Console(server, tmp_path)
        console.login()
        old = server.grpc
        server.stop()
        server.env["WEFT_JWT_SECRET"] = "b" * 32
        server.start()
        console.file.write_text(console.file.read_text().replace(old, server.grpc))
        out = console.run("users", "list")
        assert out.returncode == 80 and out.stdout == "" and "run the command again" in out.stderr
        assert console.run("users", "list").returncode == 0


# printing


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("crowd") / "data") as server:
        user = server.register()
        for n in range(230):
            user.ticket(title=f"工单 {n}", content="请帮忙处理。" * 20)
        shell = Console(server, tmp_path_factory.mktemp("home"))
        shell.login()
        yield shell


def test_lists_come_whole_in_pages(crowd):
    out = crowd.run("tickets", "list", "--all")
    assert out.stderr == "230 of 230\n" and len(lines(out.stdout)) == 231
    assert [line.split()[-1] for line in lines(out.stdout)[1:]] == [str(n) for n in reversed(range(230))]
    out = crowd.run("tickets", "list")
    assert out.stderr == "50 of 230\n" and len(lines(out.stdout)) == 51
    out = crowd.run("tickets", "list", "--limit", "120", "--skip", "100")
    assert out.stderr == "120 of 230\n" and lines(out.stdout)[1].endswith("工单 129") and lines(out.stdout)[-1].endswith("工单 10")
    assert crowd.run("tickets", "list", "--skip", "1000").stderr == "0 of 230\n"
    for wrong in (["--limit", "0"], ["--skip", "-1"], ["--all", "--limit", "3"], ["--json", "--json-lines"]):
        assert crowd.run("tickets", "list", *wrong).returncode == 64


def test_json_is_one_object_and_json_lines_one_each(crowd):
    whole = json.loads(crowd.ok("tickets", "list", "--all", "--json"))
    assert set(whole) == {"total", "items"} and whole["total"] == 230 and len({t["id"] for t in whole["items"]}) == 230
    listed = crowd.server.call("GET", "/api/tickets", crowd.server.login(whole["items"][0]["creator_email"])).json()["items"]
    assert whole["items"][:10] == listed
    assert [json.loads(line) for line in lines(crowd.ok("tickets", "list", "--all", "--json-lines"))] == whole["items"]
    assert json.loads(crowd.ok("tickets", "list", "--status", "replied", "--json")) == {"total": 0, "items": []}
    assert crowd.run("tickets", "list", "--all", "--json-lines").stderr == ""


def test_a_reader_that_leaves_is_no_error_message(crowd):
    command = f"{BINARY} admin tickets list --all --json-lines | head -1"
    out = subprocess.run(["sh", "-c", command], env=crowd.env, capture_output=True, text=True, timeout=60)
    assert out.returncode == 0 and out.stderr == "" and json.loads(out.stdout)["title"] == "工单 229"


def test_output_that_cannot_be_written_is_an_error(crowd):
    with open("/dev/full", "w") as full:
        out = subprocess.run([BINARY, "admin", "tickets", "list"], env=crowd.env, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert out.returncode == 1 and "cannot write the output" in out.stderr


def test_a_narrow_terminal_cuts_and_a_pipe_does_not(crowd):
    wide = crowd.ok("tickets", "list", "--limit", "3")
    assert "…" not in wide and "\x1b" not in wide
    shown, status = crowd.terminal("tickets", "list", "--limit", "3", columns=90)
    table = [line for line in lines(shown) if not line.endswith("of 230")]
    assert status == 0 and table[0].startswith("\x1b[1mid ") and "…" in shown
    assert all(columns(line) <= 90 for line in table) and all(re.match(r"[0-9a-f]{24} ", line) for line in table[1:])
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert "\x1b" not in crowd.terminal("tickets", "list", "--limit", "3", env=env)[0]


def columns(text):
    import unicodedata
    text = re.sub(r"\x1b\[\d*m", "", text)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def test_what_users_wrote_does_not_steer_the_terminal(console, server):
    user = server.register()
    evil = "\u001b]0;x\u0007\u009b31m\u202e\nnext 名"
    user.call("PATCH", "/api/users/me", json={"full_name": evil})
    ticket = user.ticket(title=evil, content="one\n" + evil)
    for command in (["users", "list", user.email], ["users", "show", user.email], ["tickets", "list", "--limit", "1"], ["tickets", "show", ticket["id"]]):
        for form in ([], ["--json"], ["--json-lines"]):
            out = console.run(*command, *form)
            assert out.returncode == 0 and not set("\x1b\x07\x9b\u202e") & set(out.stdout + out.stderr) and "名" in out.stdout, out
    assert len(lines(console.ok("users", "list", user.email))) == 2
    assert json.loads(console.ok("users", "show", user.email, "--json"))["full_name"] == evil
    shown, _ = console.terminal("users", "disable", user.email, answers=[("Type yes", "no\n")], env={"NO_COLOR": "1"})
    assert not set("\x1b\x07\x9b\u202e") & set(shown)


# asking first


def test_nothing_destructive_happens_unasked(console, server):
    user = server.register()
    client = json.loads(console.ok("oauth-clients", "create", "x", "--redirect-uri", "https://a.example/", "--json"))["client_id"]
    for command in (["users", "disable", user.email], ["users", "promote", user.email], ["users", "end-sign-ins", user.email],
                    ["oauth-clients", "disable", client], ["oauth-clients", "delete", client], ["oauth-clients", "rotate-secret", client],
                    ["keys", "rotate"], ["rotate-secret"], ["rotate-secret", "--at-once"]):
        out = console.run(*command)
        assert out.returncode == 1 and "nothing was done" in out.stderr and "--yes" in out.stderr and out.stdout == "", (command, out)
        shown, status = console.terminal(*command, answers=[("Type yes", "no\n")])
        assert status == 1 and "nothing was done" in shown and server.grpc in shown
    assert server.call("GET", "/api/users/me", user.token).status_code == 200
    shown, status = console.terminal("users", "disable", user.email, answers=[("Type yes", "yes\n")])
    assert status == 0 and user.id in shown.split("Type yes")[0]
    assert server.call("GET", "/api/users/me", user.token).status_code == 403
    assert console.run("oauth-clients", "delete", client, "--yes").returncode == 0


@pytest.mark.parametrize("command", [
    ["tickets", "show"], ["accounts", "show"], ["contracts", "show"], ["contracts", "delete", "--yes"], ["projects", "show"],
    ["projects", "files", "list"], ["projects", "files", "link"], ["projects", "tasks", "done"], ["contacts", "process"], ["users", "show"],
    ["oauth-clients", "enable"],
], ids=" ".join)
def test_a_mistyped_id_is_said_before_the_server_is_asked(console, command):
    for wrong in ("507f1f77bcf86cd79943901", "507f1f77bcf86cd79943901g", "x"):
        out = console.run(*command, wrong)
        assert out.returncode == 64 and f'"{wrong}" is no id of a ' in out.stderr and "weft admin" in out.stderr, out
    out = console.run(*command, NO_ID)
    if command != ["projects", "files", "list"]:
        assert out.returncode == 69 and "不存在" in out.stderr and "NOT_FOUND" in out.stderr, out


# every command


def test_users(console, server):
    user = server.register()
    assert user.email in console.ok("users", "list", user.email) and user.id in console.ok("users", "get", user.id)
    assert "disabled" in console.ok("users", "disable", user.id, "-y") and "active" in console.ok("users", "enable", user.email)
    assert json.loads(console.ok("users", "promote", user.email, "--yes", "--json"))["role"] == "admin"
    assert json.loads(console.ok("users", "demote", user.email, "--yes", "--json"))["role"] == "user"
    assert json.loads(console.ok("users", "set-role", user.email, "admin", "--yes", "--json"))["role"] == "admin"
    assert console.run("users", "set-role", user.email, "owner", "--yes").returncode == 67
    assert "password" in console.ok("users", "sign-ins", user.email)
    assert [i["means"] for i in json.loads(console.ok("users", "sign-ins", user.email, "--json"))["items"]] == ["password"]
    assert console.ok("users", "end-sign-ins", user.email, "--yes") == "ended: 1\n"
    assert console.ok("users", "reset-code", user.email) == f"sent to {user.email}\n"


def test_tickets_and_their_conversation(console, server, tmp_path):
    user = server.register()
    word = "报表" + user.id[-6:]
    ticket = user.ticket(title=f"无法导出{word}")
    assert first(console.ok("tickets", "list", "--status", "pending", "--limit", "1")) == ticket["id"]
    assert "replied" in console.ok("tickets", "reply", ticket["id"], "已处理，请重试。")
    (tmp_path / "answer.md").write_text("第二个回复\n第二行\n")
    console.ok("tickets", "reply", ticket["id"], "--file", tmp_path / "answer.md")
    console.ok("tickets", "reply", ticket["id"], stdin="第三个回复")
    shown = console.ok("tickets", "show", ticket["id"])
    assert shown.index("无法导出") < shown.index("请帮忙处理") < shown.index("已处理") < shown.index("第二行") < shown.index("第三个回复")
    assert f"── {ADMIN[0]} (staff)" in shown and f"── {user.email} " in shown
    assert json.loads(console.ok("tickets", "show", ticket["id"], "--json"))["feedback"] == "第三个回复"
    messages = [json.loads(line) for line in lines(console.ok("tickets", "show", ticket["id"], "--json-lines"))]
    assert [m["content"] for m in messages][1:] == ["已处理，请重试。", "第二个回复\n第二行\n", "第三个回复"]
    assert first(console.ok("tickets", "search", "导出", word)) == ticket["id"]
    assert console.run("tickets", "search", "没有" + word).stderr == "0 of 0\n"
    assert console.run("tickets", "reply", NO_ID, "x").returncode == 69


def test_a_reply_takes_files_along(console, server, tmp_path):
    ticket = server.register().ticket()
    (tmp_path / "截图.txt").write_text("内容\n")
    console.ok("tickets", "reply", ticket["id"], "见附件", "--attach", tmp_path / "截图.txt")
    shown = console.ok("tickets", "show", ticket["id"])
    url = re.search(r"\+ 截图\.txt  7 bytes  text/plain\S*  (\S+)", shown)
    assert url and httpx.get(url[1], trust_env=False).text == "内容\n"
    out = console.run("tickets", "reply", ticket["id"], "x", "--attach", tmp_path / "none.txt")
    assert out.returncode == 64 and "none.txt" in out.stderr


@pytest.mark.parametrize("file, stdin, said", [
    ("missing.md", "", "cannot read"), ("-", "", "empty"), (None, "", "empty"), ("latin.md", "", "not UTF-8"), ("large.md", "", "mebibyte"),
])
def test_texts_that_cannot_be_sent(console, user, tmp_path, file, stdin, said):
    (tmp_path / "latin.md").write_bytes(b"caf\xe9")
    (tmp_path / "large.md").write_bytes(b"x" * ((1 << 20) + 1))
    path = [] if file is None else ["--file", file if file == "-" else tmp_path / file]
    out = console.run("contracts", "create", "--owner", user.email, "--title", "x", *path, stdin=stdin)
    assert out.returncode == 64 and said in out.stderr and out.stdout == "", out
    shown, status = console.terminal("contracts", "create", "--owner", user.email, "--title", "x")
    assert status == 64 and "--file" in shown


def test_business_accounts(console, server):
    user = server.register()
    assert user.call("POST", "/api/business-accounts/me/apply", json={"company_name": "示例公司"}).status_code == 201
    listed = console.ok("accounts", "list", "--status", "pending", "--limit", "1")
    account = first(listed)
    assert "示例公司" in listed and "示例公司" in console.ok("accounts", "show", account)
    code = "U" + user.id[-8:]
    out = console.ok("accounts", "activate", account, "--assigned-email", f"{code}@company.com", "--user-code", code)
    assert "active" in out and code in out
    assert "assigned email:" in console.ok("accounts", "show", account)
    assert console.run("accounts", "disable", account).returncode == 1
    assert "disabled" in console.ok("accounts", "disable", account, "--yes")
    assert console.run("accounts", "list", "--status", "odd").returncode == 67


def test_contracts(console, user, tmp_path):
    (tmp_path / "c.md").write_text("# 合同正文\n\n第一条\n")
    made = json.loads(console.ok("contracts", "create", "--owner", user.email, "--title", "云服务合同", "--file", tmp_path / "c.md", "--json"))
    id = made["id"]
    assert made["content_markdown"] == "# 合同正文\n\n第一条\n"
    assert first(console.ok("contracts", "list", "--owner", user.email)) == id
    shown = console.ok("contracts", "show", id)
    assert "title: " in shown and shown.endswith("\n\n# 合同正文\n\n第一条\n\n")
    assert "云服务合同二" in console.ok("contracts", "update", id, "--title", "云服务合同二")
    assert json.loads(console.ok("contracts", "update", id, "--file", "-", "--json", stdin="新的正文"))["content_markdown"] == "新的正文"
    assert console.run("contracts", "update", id).returncode == 64
    assert console.run("contracts", "create", "--owner", "nobody@example.com", "--title", "x", stdin="x").returncode > 64
    out = console.run("contracts", "delete", id)
    assert out.returncode == 1 and "云服务合同二" in out.stderr
    out = console.run("contracts", "delete", id, "--yes")
    assert out.returncode == 0 and out.stdout == "" and out.stderr == f"weft: deleted contract {id}\n"
    assert console.run("contracts", "show", id).returncode == 69


@pytest.fixture
def project(console, user):
    return json.loads(console.ok("projects", "create", "--owner", user.email, "--name", "示例项目", "--description", "说明", "--json"))["id"]


def test_projects(console, user, project):
    assert first(console.ok("projects", "list", "--owner", user.email, "--limit", "1")) == project
    out = console.ok("projects", "update", project, "--name", "新名字", "--file", "-", stdin="# 概述")
    assert "新名字" in out and console.ok("projects", "show", project).endswith("\n\n# 概述\n")
    assert json.loads(console.ok("projects", "update", project, "--description", "", "--json"))["description"] is None
    assert console.run("projects", "update", project).returncode == 64
    assert console.run("projects", "delete", project).returncode == 1
    assert console.run("projects", "delete", project, "--yes").stderr == f"weft: deleted project {project}\n"
    assert console.run("projects", "show", project).returncode == 69


def test_project_links_and_tasks(console, project):
    link = first(console.ok("projects", "links", "add", project, "https://docs.example.com/", "--title", "文档"))
    assert "https://docs.example.com/" in console.ok("projects", "links", "list", project)
    assert console.run("projects", "links", "add", project, "ftp://x", "--title", "x").returncode == 67
    task = first(console.ok("projects", "tasks", "add", project, "完成文档", "--description", "细节"))
    assert "completed" in console.ok("projects", "tasks", "done", task)
    assert console.run("projects", "tasks", "list", project, "--status", "pending").stderr == "0 of 0\n"
    assert "pending" in console.ok("projects", "tasks", "reopen", task)
    for kind, part in (("links", link), ("tasks", task)):
        assert console.run("projects", kind, "delete", project, part).returncode == 1
        out = console.run("projects", kind, "delete", project, NO_ID, "--yes")
        assert out.returncode == 64 and "has no" in out.stderr
        assert console.run("projects", kind, "delete", project, part, "--yes").returncode == 0
        assert json.loads(console.ok("projects", kind, "list", project, "--json")) == {"total": 0, "items": []}


def test_project_files(console, project, tmp_path):
    contents = os.urandom(3 << 20).hex().encode()
    (tmp_path / "报告.txt").write_bytes(contents)
    added = json.loads(console.ok("projects", "files", "add", project, tmp_path / "报告.txt", "--tag", "文档", "--json"))
    assert added["filename"] == "报告.txt" and added["file_size"] == len(contents) and added["tag"] == "文档" and added["content_type"] == "text/plain"
    with (tmp_path / "报告.txt").open() as source:
        out = subprocess.run([BINARY, "admin", "projects", "files", "add", project, "-", "--name", "管道.txt"], env=console.env, stdin=source,
                             capture_output=True, text=True, timeout=60)
    assert out.returncode == 0, out
    listed = console.ok("projects", "files", "list", project)
    assert "报告.txt" in listed and "管道.txt" in listed and str(len(contents)) in listed
    url = console.ok("projects", "files", "link", added["id"]).strip()
    assert httpx.get(url, trust_env=False).content == contents
    assert console.run("projects", "files", "add", project, "-").returncode == 64
    assert console.run("projects", "files", "add", project, tmp_path).returncode == 64
    (tmp_path / "x.png").write_bytes(b"%PDF-1.4\n")
    out = console.run("projects", "files", "add", project, tmp_path / "x.png", "--json")
    assert out.returncode == 0 and "is not what its name says" in out.stderr and json.loads(out.stdout)["content_type"] == "application/octet-stream"
    assert console.run("projects", "files", "delete", project, json.loads(out.stdout)["id"], "--yes").returncode == 0
    assert console.run("projects", "files", "add", NO_ID, tmp_path / "报告.txt").returncode == 69
    shown, status = console.terminal("projects", "files", "delete", project, added["id"], answers=[("Type yes", "y\n")])
    assert status == 0 and "报告.txt" in shown
    assert [f["filename"] for f in json.loads(console.ok("projects", "files", "list", project, "--json"))["items"]] == ["管道.txt"]


def test_a_file_that_is_too_large_is_refused_without_sending_it_all(console, project, tmp_path):
    with (tmp_path / "large.txt").open("wb") as file:
        for _ in range(106):
            file.write(b"x" * (1 << 20))
    out = console.run("projects", "files", "add", project, tmp_path / "large.txt")
    assert out.returncode > 64 and json.loads(console.ok("projects", "files", "list", project, "--json"))["total"] == 0, out


def test_contacts(console, server):
    name = "王先生" + os.urandom(3).hex()
    contact = {"name": name, "email": "wang@example.com", "message": "请联系我。", "turnstileToken": "token"}
    assert server.call("POST", "/api/owa/info", json=contact).status_code in (200, 201)
    listed = console.ok("contacts", "list", "--open", "--limit", "1")
    assert name in listed
    out = json.loads(console.ok("contacts", "process", first(listed), "--notes", "已电话联系", "--json"))
    assert out["is_processed"] and out["admin_notes"] == "已电话联系"
    assert name in console.ok("contacts", "list", "--processed", "--all")
    assert console.run("contacts", "list", "--open", "--processed").returncode == 64


def test_oauth_clients_keys_audit_and_secret(tmp_path):
    with Server(tmp_path / "data") as server:
        console = Console(server, tmp_path)
        console.login()
        made = console.ok("oauth-clients", "create", "报表助手", "--redirect-uri", "https://a.example/", "--scope", "openid")
        client, secret = re.search(r"client id:\s+(\S+)\nclient secret: (\S+)\n", made).groups()
        assert secret not in console.ok("oauth-clients", "rotate-secret", client, "--yes")
        assert "disabled" in console.ok("oauth-clients", "disable", client, "--yes") and "active" in console.ok("oauth-clients", "enable", client)
        assert console.run("oauth-clients", "delete", client, "--yes").stderr == f"weft: deleted client {client}\n"
        assert console.run("oauth-clients", "list").stderr == "0 of 0\n"
        assert len(lines(console.ok("keys", "list"))) == 3 and len(lines(console.ok("keys", "rotate", "--yes"))) == 5
        assert "rotated; older tokens are taken until" in console.ok("rotate-secret", "--yes")
        actions = [e["action"] for e in json.loads(console.ok("audit", "--all", "--json"))["items"]]
        assert {"console.sign_in", "oauth_client.rotate_secret", "oauth_client.delete", "signing_keys.rotate"} <= set(actions)
        assert console.run("rotate-secret", "--at-once", "--yes").returncode == 0
        assert console.run("whoami").returncode == 80


def is_for_administrators(rpc, method):
    """What the proto says of an RPC of an application that has no package for its administration."""
    options = message_factory.GetMessageClass(rpc.pool.FindMessageTypeByName("google.protobuf.MethodOptions"))
    said = options.FromString(method.GetOptions().SerializeToString())
    return said.Extensions[rpc.pool.FindExtensionByName("weft.v1.method")].access == 3


def test_every_rpc_of_the_administration_has_a_command(server):
    sources = "".join(p.read_text() for p in (Path(__file__).parents[2] / "Sources/WeftServer/Commands/Admin").rglob("*.swift"))
    rpc = Rpc(server)
    missing = []
    for name in rpc.services():
        if name.startswith(("csa.admin.v1.", "cowriting.v1.")):
            for method in rpc.pool.FindServiceByName(name).methods:
                if name.startswith("cowriting.v1.") and not is_for_administrators(rpc, method):
                    continue
                swift = re.sub(r"^[A-Z]+(?![a-z])|^[A-Z]", lambda m: m[0].lower(), method.name)
                if f".{swift}(" not in sources:
                    missing.append(f"{name}/{method.name}")
    # UploadProjectFile does the same in pieces.
    assert missing == ["csa.admin.v1.ProjectAdminService/AddProjectFile"]


# completion


def test_bash_completes_commands_options_and_values(console, tmp_path):
    script = tmp_path / "weft.bash"
    script.write_text(subprocess.run([BINARY, "--generate-completion-script", "bash"], capture_output=True, text=True, check=True).stdout)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/weft").symlink_to(Path(BINARY).resolve())

    def complete(line):
        words = line.split(" ")
        body = f"""source {script}
COMP_LINE={json.dumps(line)}; COMP_POINT={len(line)}; COMP_WORDS=({" ".join(json.dumps(w) for w in words)}); COMP_CWORD={len(words) - 1}; COMP_TYPE=9
_weft weft {json.dumps(words[-1])} {json.dumps(words[-2])}
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
        out = subprocess.run(["bash", "-c", body], env=console.env | {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}, capture_output=True,
                             text=True, timeout=60)
        return [w.strip() for w in out.stdout.splitlines()]

    assert complete("weft admin tick") == ["tickets"]
    assert {"list", "show", "reply", "search"} <= set(complete("weft admin tickets "))
    assert complete("weft admin tickets list --sta") == ["--status"]
    assert set(complete("weft admin tickets list --status ")) == {"pending", "replied"}
    assert set(complete("weft admin accounts list --status ")) == {"pending", "active", "disabled"}
    assert set(complete("weft admin users set-role a@example.com ")) >= {"user", "admin"}
    assert complete("weft admin whoami --server ") == [console.server.grpc]
    assert "files" in complete("weft admin projects f")


@pytest.mark.parametrize("name", ["zsh", "fish"])
def test_other_shells_get_a_script_too(name):
    out = subprocess.run([BINARY, "--generate-completion-script", name], capture_output=True, text=True)
    assert out.returncode == 0 and "tickets" in out.stdout and "replied" in out.stdout
