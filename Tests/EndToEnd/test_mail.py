"""Mail over SMTP, with a real mail server: what arrives, over what, and what happens when the server is down or says no."""
import asyncio
import secrets
import signal
import sqlite3
import subprocess

import pytest
from certificates import Authority
from mail_server import MailServer, code_of, free_port, text_of
from server import BINARY, PASSWORD, Server, wait_for

FROM = "客服中心 <no-reply@example.com>"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


def address():
    return f"user-{secrets.token_hex(6)}@example.com"


def weft(data, mail, scheme="smtp", userinfo="", query="", **env):
    url = f"{scheme}://{userinfo}127.0.0.1:{mail.port if isinstance(mail, MailServer) else mail}{query}"
    return Server(data, env={"WEFT_SMTP_URL": url, "WEFT_MAIL_FROM": FROM, **{k: str(v) for k, v in env.items()}})


def ask(server, email):
    answer = server.call("POST", "/api/auth/send-code", json={"email": email})
    assert answer.status_code == 200, answer.text


def arrived(mail, email, count=1):
    return wait_for(lambda: (m := mail.mails(email))[count - 1:] and m, f"{count} mails to {email}")


def rows(server):
    with sqlite3.connect(server.data / "weft.db") as db:
        return db.execute("select state, recipient, text, code, attempts, last_error from weft_mail").fetchall()


def test_a_code_arrives_and_registers(tmp_path):
    with MailServer() as mail, weft(tmp_path / "data", mail) as server:
        email = address()
        ask(server, email)
        got = arrived(mail, email)[0]
        assert got.envelope == ("no-reply@example.com", [email])
        assert got["from"].addresses[0].display_name == "客服中心" and got["from"].addresses[0].addr_spec == "no-reply@example.com"
        assert got["to"] == email and got["subject"] == "注册验证码" and got["message-id"].endswith("@example.com>")
        assert [p.get_content_type() for p in got.walk()] == ["multipart/alternative", "text/plain", "text/html"]
        assert not got.defects and all(not p.defects for p in got.walk())
        assert "10分钟内有效" in text_of(got)
        html = got.get_body(("html",)).get_content()
        assert 'lang="zh-CN"' in html and code_of(got) in html
        assert all(len(line) <= 78 and line.isascii() for line in got.raw.split(b"\r\n"))
        answer = server.call("POST", "/api/auth/register", json={"email": email, "password": PASSWORD, "verification_code": code_of(got)})
        assert answer.status_code == 201, answer.text
        wait_for(lambda: rows(server) == [], "an empty queue")
        assert code_of(got) not in server.log.read_text() and not (server.data / "outbox.jsonl").exists()


@pytest.mark.parametrize("security, scheme, query", [("starttls", "smtp", "?tls=require"), ("implicit", "smtps", "")])
def test_tls_with_a_login(tmp_path, authority, security, scheme, query):
    login = ("user@example.com", "p:/@密 w")
    with MailServer(security=security, authority=authority, login=login) as mail:
        userinfo = "user%40example.com:p%3A%2F%40%E5%AF%86%20w@"
        with weft(tmp_path / "data", mail, scheme, userinfo, query, WEFT_OUTBOUND_CA=authority.ca) as server:
            email = address()
            ask(server, email)
            assert arrived(mail, email)[0].over_tls and login in mail.logins
            assert "p:/@" not in server.log.read_text()


def test_a_certificate_nobody_knows_is_not_trusted_and_the_mail_waits(tmp_path, authority):
    with MailServer(security="implicit", authority=authority) as mail:
        email = address()
        with weft(tmp_path / "data", mail, "smtps") as server:
            ask(server, email)
            wait_for(lambda: any(r[5] and "TLS" in r[5] for r in rows(server)), "a refused certificate")
            assert mail.mails() == []
        with weft(tmp_path / "data", mail, "smtps", WEFT_OUTBOUND_CA=authority.ca):
            arrived(mail, email)


def test_without_the_tls_that_is_a_must_nothing_is_sent(tmp_path):
    with MailServer() as mail, weft(tmp_path / "data", mail, userinfo="u:p@", query="?tls=require") as server:
        ask(server, address())
        wait_for(lambda: any(r[5] and "TLS" in r[5] for r in rows(server)), "a refusal")
        assert mail.mails() == []


def test_a_wrong_password_loses_no_mail(tmp_path):
    port, email = free_port(), address()
    with MailServer(port, login=("u", "right")) as mail:
        with weft(tmp_path / "data", mail, userinfo="u:wrong@") as server:
            ask(server, email)
            wait_for(lambda: any(r[4] > 0 for r in rows(server)), "a refused login")
            assert mail.mails() == [] and "wrong" not in server.log.read_text().replace("wrong password", "")
        with weft(tmp_path / "data", mail, userinfo="u:right@") as server:
            arrived(mail, email)


def test_a_server_that_is_down_delays_and_loses_nothing(tmp_path):
    port = free_port()
    emails = [address() for _ in range(12)]
    with weft(tmp_path / "data", port) as server:
        for email in emails:
            ask(server, email)
        wait_for(lambda: len(rows(server)) == 12 and all(r[4] > 0 for r in rows(server)), "a try of each")
        with MailServer(port) as mail:
            for email in emails:
                arrived(mail, email)
            wait_for(lambda: rows(server) == [], "an empty queue")
            assert len(mail.mails()) == 12


def test_killed_between_post_and_delivery(tmp_path):
    port = free_port()
    server = weft(tmp_path / "data", port).start()
    emails = [address() for _ in range(8)]
    for email in emails:
        ask(server, email)
    server.stop(signal.SIGKILL)
    assert sorted(r[1] for r in rows(server)) == sorted(emails)
    with MailServer(port) as mail, server:
        for email in emails:
            arrived(mail, email)
        assert len(mail.mails()) == 8


def test_for_now_is_tried_again_and_for_good_is_not(tmp_path):
    later, never, tries = address(), address(), []

    def answer(command, what):
        if command == "RCPT":
            tries.append(what)
            if what == never:
                return "550 5.1.1 nobody here"
            if what == later and tries.count(later) < 3:
                return "450 4.2.1 busy"
        return None

    with MailServer(answer=answer) as mail, weft(tmp_path / "data", mail) as server:
        ask(server, never)
        ask(server, later)
        ids = {m["message-id"] for m in arrived(mail, later)}
        assert len(ids) == 1 and tries.count(later) == 3
        failed = wait_for(lambda: [r for r in rows(server) if r[0] == "failed"], "the mail that was given up")
        assert failed[0][1] == never and failed[0][2] == "" and failed[0][3] is None and "550 5.1.1 nobody here" in failed[0][5]
        assert tries.count(never) == 1
        log = server.log.read_text()
        assert "mail given up" in log and never in log


def test_a_slow_server_holds_up_nobody_who_asks_and_no_other_mail(tmp_path):
    slow, gate = address(), []

    async def until_opened():
        while not gate:
            await asyncio.sleep(0.02)

    def answer(command, what):
        return until_opened() if command == "DATA" and slow.encode() in what else None

    with MailServer(answer=answer) as mail, weft(tmp_path / "data", mail) as server:
        ask(server, slow)
        others = [address() for _ in range(10)]
        for email in others:
            ask(server, email)
        for email in others:
            arrived(mail, email)
        assert mail.mails(slow) == []
        gate.append(True)
        arrived(mail, slow)


def test_a_stop_while_a_mail_is_under_way_hands_it_back(tmp_path):
    email, begun = address(), []

    async def for_ever():
        begun.append(1)
        await asyncio.sleep(120)

    data = tmp_path / "data"
    with MailServer(answer=lambda command, what: for_ever() if command == "DATA" else None) as mail:
        server = weft(data, mail).start()
        ask(server, email)
        wait_for(lambda: begun, "a mail under way")
        assert server.stop() == 0
        assert [(r[0], r[4]) for r in rows(server)] == [("waiting", 0)]
    with MailServer() as mail, weft(data, mail):
        arrived(mail, email)


@pytest.mark.parametrize("email", ["a@b.com\r\nBcc: evil@example.com", "a@b.com\nBcc: x", "a@b.com> SIZE=1", "<a@b.com>", "a@b.com,c@d.com",
                                   "\"a\r\nb\"@c.com", "a@b.com\u0000", "用户@例子.中国"])
def test_no_address_injects_anything(tmp_path_factory, injection_target, email):
    mail, server = injection_target
    before = len(rows(server))
    answer = server.call("POST", "/api/auth/send-code", json={"email": email})
    assert answer.status_code in (422, 500) and answer.json()["detail"], answer.text
    assert len(rows(server)) == before and not [m for m in mail.mails() if "bcc" in m]


@pytest.fixture(scope="module")
def injection_target(tmp_path_factory):
    with MailServer() as mail, weft(tmp_path_factory.mktemp("injection") / "data", mail) as server:
        yield mail, server


@pytest.mark.parametrize("env, names", [
    ({"WEFT_SMTP_URL": "http://u:hunter2@h", "WEFT_MAIL_FROM": "a@b"}, "WEFT_SMTP_URL"),
    ({"WEFT_SMTP_URL": "smtp://u:hunter2@h?tls=maybe", "WEFT_MAIL_FROM": "a@b"}, "WEFT_SMTP_URL"),
    ({"WEFT_SMTP_URL": "smtp://u:hunter2@h"}, "WEFT_MAIL_FROM"),
    ({"WEFT_SMTP_URL": "smtp://u:hunter2@h", "WEFT_MAIL_FROM": "nobody"}, "WEFT_MAIL_FROM"),
    ({"WEFT_MAIL_FROM": "a@b"}, "WEFT_SMTP_URL"),
    ({"WEFT_SMS_URL": "aliyun://AK:hunter2@host/?sign=x"}, "WEFT_SMS_URL"),
    ({"WEFT_SMS_URL": "sms:hunter2"}, "WEFT_SMS_URL"),
    ({"WEFT_OUTBOUND_CA": "/nonexistent"}, "WEFT_OUTBOUND_CA"),
    ({"WEFT_PUBLIC_URL": "https://u:hunter2@h"}, "WEFT_PUBLIC_URL"),
    ({"WEFT_PUBLIC_URL": "https://"}, "WEFT_PUBLIC_URL"),
    ({"WEFT_PUBLIC_URL": "https://h/?x=1"}, "WEFT_PUBLIC_URL"),
    ({"WEFT_PUBLIC_URL": "https://h h"}, "WEFT_PUBLIC_URL"),
    ({"WEFT_PUBLIC_URL": "https://h\r\nx: y"}, "WEFT_PUBLIC_URL"),
])
def test_a_bad_setting_is_named_and_no_password_repeated(tmp_path, env, names):
    server = Server(tmp_path / "data", env=env)
    command = [BINARY, "serve", "--data-dir", str(server.data), "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"]
    out = subprocess.run(command, env=server.env, capture_output=True, text=True, timeout=60)
    assert out.returncode != 0 and names in out.stderr and "hunter2" not in out.stderr
