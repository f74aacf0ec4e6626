"""Chapter 7: the contact form, Turnstile by a server that answers as Cloudflare's does (or does not), and the administrators' mail."""
import contextlib
import json
import re
import socket
from urllib.parse import parse_qs

import pytest
from mail_server import MailServer, text_of
from rpc import Rpc
from server import ADMIN, Server, wait_for
from test_accounts import detail
from test_audit import entries
from test_sms_providers import Provider

FORM = {"name": "张三", "email": "user@example.com", "message": "我想咨询一下产品价格", "turnstileToken": "0.xxx"}
SERVICE = "csa.admin.v1.ContactAdminService"
SECRET = "0x4AAA+/=&密"
REFUSED = (400, "Turnstile验证失败")
YES = json.dumps({"success": True, "challenge_ts": "2024-01-01T10:00:00.000Z", "hostname": "example.com", "error-codes": [],
                  "metadata": {"interactive": False}})
NO = json.dumps({"success": False, "error-codes": ["invalid-input-response"], "messages": []})


def submit(server, **changes):
    return server.call("POST", "/api/owa/info", json={k: v for k, v in {**FORM, **changes}.items() if v is not ...})


def mails(server, contact_id):
    return [m for m in server.messages(ADMIN[0]) if m["purpose"] == "contact" and contact_id in m["text"]]


def contacts(server, **selection):
    return Rpc(server).call(SERVICE, "ListContacts", selection, server.admin_token())


# 7.1

def test_a_message_is_taken_and_the_administrator_is_told(server):
    answer = submit(server)
    assert answer.status_code == 201, answer.text
    shown = answer.json()
    assert shown == {"id": shown["id"], "name": "张三", "email": "user@example.com", "message": "我想咨询一下产品价格",
                     "is_processed": False, "admin_notes": None, "created_at": shown["created_at"]}
    assert re.fullmatch("[0-9a-f]{24}", shown["id"]) and shown["created_at"].endswith("Z")
    mail, = mails(server, shown["id"])
    assert mail["channel"] == "email" and "code" not in mail
    assert all(text in mail["text"] for text in ("张三", "user@example.com", "我想咨询一下产品价格"))


@pytest.mark.parametrize("field, longest", [("name", 200), ("email", 320), ("message", 10000), ("turnstileToken", 2048)])
def test_every_field_is_required_and_bounded(server, field, longest):
    for wrong in ("", None, ..., 5, ["x"], {}, "字" * (longest + 1), "a\u0000b"):
        assert field in detail(submit(server, **{field: wrong}), 422)
    assert submit(server, **{field: "😀" * longest}).status_code == 201


@pytest.mark.parametrize("content, content_type", [(b"{", "application/json"), (b"", "application/json"), (b"[]", "application/json"),
                                                   (b"{}", "text/plain"), (b'{"name":"\xff"}', "application/json")])
def test_what_is_no_form_is_422(server, content, content_type):
    detail(server.call("POST", "/api/owa/info", content=content, headers={"Content-Type": content_type}), 422)


def test_an_address_may_be_any_text_and_stays_out_of_headers(server):
    hostile = "不是邮箱\r\nBcc: everybody@example.com\r\n\r\n<b>"
    answer = submit(server, email=hostile, name="李四\n邮箱：ceo@example.com")
    assert answer.status_code == 201 and answer.json()["email"] == hostile
    text = mails(server, answer.json()["id"])[0]["text"]
    assert "\nBcc:" not in text and text.count("\n邮箱：") == 1


def test_a_token_is_neither_needed_nor_looked_at(server):
    answer = server.call("POST", "/api/owa/info", "not-a-token", json=FORM)
    assert answer.status_code == 201


def test_administrators_list_and_process(server):
    admin, rpc = server.admin_token(), Rpc(server)
    made = [submit(server, name=f"第{n}位").json()["id"] for n in range(3)]
    page = contacts(server, limit=3)
    assert [c["id"] for c in page["items"]] == made[::-1] and int(page["total"]) >= 3
    assert page["items"][0]["message"] == FORM["message"] and not page["items"][0]["is_processed"]
    done = rpc.call(SERVICE, "ProcessContact", {"contact_id": made[1], "admin_notes": "已电话联系"}, admin)
    assert done["is_processed"] and done["admin_notes"] == "已电话联系" and done["updated_at"]
    assert rpc.call(SERVICE, "ProcessContact", {"contact_id": made[1]}, admin) == done  # without a note the note stays
    again = rpc.call(SERVICE, "ProcessContact", {"contact_id": made[1], "admin_notes": "已邮件回复"}, admin)
    assert again["is_processed"] and again["admin_notes"] == "已邮件回复"
    assert "admin_notes" not in rpc.call(SERVICE, "ProcessContact", {"contact_id": made[1], "admin_notes": ""}, admin)
    assert made[1] in [c["id"] for c in contacts(server, is_processed=True, limit=100)["items"]]
    waiting = contacts(server, is_processed=False, limit=2)["items"]
    assert [c["id"] for c in waiting] == [made[2], made[0]]
    assert [e["action"] for e in entries(server, target=made[1])] == ["contact.process"] * 3

    user = server.register()
    for method, body in [("ListContacts", {}), ("ProcessContact", {"contact_id": made[0]})]:
        assert rpc.code(SERVICE, method, body, token=user.token) == ("PERMISSION_DENIED", "需要管理员权限")
        assert rpc.code(SERVICE, method, body)[0] == "UNAUTHENTICATED"
    for unknown in ("507f1f77bcf86cd799439080", "x", ""):
        assert rpc.code(SERVICE, "ProcessContact", {"contact_id": unknown}, token=admin) == ("NOT_FOUND", "联系表单不存在")
    assert rpc.code(SERVICE, "ProcessContact", {"contact_id": made[0], "admin_notes": "x" * 10001}, token=admin)[0] == "INVALID_ARGUMENT"
    assert rpc.code(SERVICE, "ListContacts", {"limit": 101}, token=admin)[0] == "INVALID_ARGUMENT"


def test_every_active_administrator_is_told_up_to_twenty(tmp_path):
    with Server(tmp_path / "data") as server:
        users, admin, rpc = [server.register() for _ in range(22)], server.admin_token(), Rpc(server)
        for user in users:
            rpc.call("csa.admin.v1.UserAdminService", "SetUserRole", {"user_id": user.id, "role": "admin"}, admin)
        rpc.call("csa.admin.v1.UserAdminService", "SetUserActive", {"user_id": users[0].id, "is_active": False}, admin)
        contact = submit(server).json()["id"]
        told = [u.email for u in users if any(m["purpose"] == "contact" for m in server.messages(u.email))]
        assert mails(server, contact) and told == [u.email for u in users[1:20]]


def test_no_mail_goes_to_an_address_that_was_made_up(tmp_path):
    """What an account of a text message bears belongs to whoever has that mailbox."""
    with Server(tmp_path / "data") as server:
        number, rpc = "13800138000", Rpc(server)
        assert server.call("POST", "/api/auth/send-sms-code", json={"phone_number": number}).status_code == 200
        code = server.messages(number)[-1]["code"]
        user = server.call("POST", "/api/auth/login-by-sms", json={"phone_number": number, "verification_code": code}).json()["user"]
        rpc.call("csa.admin.v1.UserAdminService", "SetUserRole", {"user_id": user["id"], "role": "admin"}, server.admin_token())
        assert mails(server, submit(server).json()["id"]) and server.messages(user["email"]) == []


def test_one_address_may_send_ten_in_ten_minutes(tmp_path):
    with Server(tmp_path / "data", env={"WEFT_RATE_LIMITS": "on"}) as server:
        answers = [submit(server).status_code for _ in range(11)]
        assert answers == [201] * 10 + [429]
        refused = submit(server)
        detail(refused, 429)
        assert int(refused.headers["retry-after"]) >= 1


# Turnstile

def weft(tmp_path, url, **env):
    return Server(tmp_path / "data", env={"WEFT_TURNSTILE_SECRET": SECRET, "WEFT_TURNSTILE_VERIFY_URL": url, **env})


def form_of(request):
    return {name: values[0] for name, values in parse_qs(request["body"].decode(), strict_parsing=True).items()}


def test_turnstile_is_asked_as_its_document_says(tmp_path):
    with Provider(lambda request: (200, YES)) as provider, weft(tmp_path, f"http://{provider.host}/v0/siteverify?x=1") as server:
        assert submit(server, turnstileToken="0.t&=ö ").status_code == 201
        request, = provider.requests
        assert request["path"] == "/v0/siteverify?x=1" and request["headers"]["Content-Type"] == "application/x-www-form-urlencoded"
        form = form_of(request)
        assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", form.pop("idempotency_key"))
        assert form == {"secret": SECRET, "response": "0.t&=ö ", "remoteip": "127.0.0.1"}
        log = server.log.read_text()
        assert SECRET not in log and "WEFT_TURNSTILE_SECRET" not in log


@pytest.mark.parametrize("answer, logged", [
    ((200, NO), "invalid-input-response"), ((200, '{"success": false, "error-codes": ["invalid-input-secret"]}'), "WEFT_TURNSTILE_SECRET"),
    ((200, '{"success": "true"}'), "no answer that counts"), ((200, '{"success": 1}'), "no answer that counts"),
    ((200, '{"success": true} {}'), "no answer that counts"), ((200, '{"success": false, "success": true}'), "no answer that counts"),
    ((200, '[{"success": true}]'), "no answer that counts"), ((200, '{"data": {"success": true}}'), "no answer that counts"),
    ((200, "<html>ok</html>"), "no answer that counts"), ((200, ""), "no answer that counts"), ((204, ""), "status 204"),
    ((400, YES), "status 400"), ((302, YES), "status 302"), ((429, YES), "status 429"),
    ((200, YES[:-1] + ', "x": "' + "x" * 65536 + '"}'), "too large")])
def test_without_a_clear_yes_nobody_is_a_person(tmp_path, answer, logged):
    with Provider(lambda request: answer) as provider, weft(tmp_path, f"http://{provider.host}/siteverify") as server:
        detail(submit(server), *REFUSED)
        assert len(provider.requests) == 1 and logged in server.log.read_text()
        assert contacts(server)["total"] == "0" and server.messages(ADMIN[0]) == []


def test_a_failure_is_tried_once_more_with_the_same_key(tmp_path):
    answers = iter([(503, ""), (200, YES), (500, "x"), (502, "y"), (200, YES)])
    with Provider(lambda request: next(answers)) as provider, weft(tmp_path, f"http://{provider.host}/siteverify") as server:
        assert submit(server).status_code == 201
        detail(submit(server), *REFUSED)
        assert submit(server).status_code == 201
        keys = [form_of(r)["idempotency_key"] for r in provider.requests]
        assert len(keys) == 5 and keys[0] == keys[1] != keys[2] == keys[3] != keys[4] != keys[0]
        assert "status 502" in server.log.read_text()


def test_silence_is_tried_once_more_and_then_refused(tmp_path):
    silent = iter([True, False, True, True])
    with Provider(lambda request: None if next(silent) else (200, YES)) as provider:
        with weft(tmp_path, f"http://{provider.host}/siteverify") as server:
            assert submit(server).status_code == 201
            detail(submit(server), *REFUSED)
            assert len(provider.requests) == 4


def test_nobody_listening_is_refused(tmp_path):
    with Provider() as provider:
        host = provider.host
    with weft(tmp_path, f"http://{host}/siteverify") as server:
        detail(submit(server), *REFUSED)
        assert "unreachable" in server.log.read_text()


def test_only_so_many_are_looked_into_at_once(tmp_path):
    body = json.dumps(FORM).encode()
    request = b"POST /api/owa/info HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    with Provider(lambda request: None) as provider, weft(tmp_path, f"http://{provider.host}/siteverify") as server:
        host, port = server.ports["http"].rsplit(":", 1)
        with contextlib.ExitStack() as stack:
            sockets = [stack.enter_context(socket.create_connection((host, int(port)), timeout=30)) for _ in range(80)]
            # All of them before the first one is given up.
            for one in sockets:
                one.sendall(request)
            heads = [one.recv(65536) for one in sockets]
        busy = [h for h in heads if h.startswith(b"HTTP/1.1 503")]
        assert {h[9:12] for h in heads} == {b"400", b"503"} and 1 <= len(busy) <= 16
        assert all(b"retry-after: 5\r\n" in h.lower() for h in busy)


@pytest.mark.parametrize("url", ["", "ftp://example.com/x", "https://user:pass@example.com/x", "siteverify"])
def test_a_url_that_is_none_stops_the_start(tmp_path, url):
    server = Server(tmp_path / "data", "--turnstile-verify-url", url, env={"WEFT_TURNSTILE_SECRET": SECRET})
    with pytest.raises(AssertionError, match="WEFT_TURNSTILE_VERIFY_URL"):
        server.start()
    assert "user:pass" not in server.log.read_text()


def test_without_a_secret_the_start_warns(tmp_path):
    with Server(tmp_path / "data") as server:
        assert "WEFT_TURNSTILE_SECRET" in server.log.read_text()


def test_the_secret_may_lie_in_a_file(tmp_path):
    (tmp_path / "secret").write_text(SECRET + "\n")
    with Provider(lambda request: (200, YES)) as provider:
        with Server(tmp_path / "data", "--turnstile-verify-url", f"http://{provider.host}/", env={
                "WEFT_TURNSTILE_SECRET_FILE": str(tmp_path / "secret")}) as server:
            assert submit(server).status_code == 201
            assert form_of(provider.requests[0])["secret"] == SECRET


# The mail

def test_the_mail_arrives_over_smtp_with_nothing_of_the_senders_in_its_headers(tmp_path):
    with MailServer() as mail:
        env = {"WEFT_SMTP_URL": f"smtp://127.0.0.1:{mail.port}", "WEFT_MAIL_FROM": "客服中心 <no-reply@example.com>"}
        with Server(tmp_path / "data", env=env) as server:
            answer = submit(server, name="x\r\nBcc: all@example.com\r\nSubject: y", email="z>\r\nRCPT TO:<all@example.com>", message="一\r\n.\r\n二 <script>")
            assert answer.status_code == 201
            got, = wait_for(lambda: mail.mails(ADMIN[0]), "the mail")
            assert got.envelope == ("no-reply@example.com", [ADMIN[0]]) and got["subject"] == "新的联系表单" and got["bcc"] is None
            assert "all@example.com" not in got.raw.split(b"\r\n\r\n")[0].decode()
            text = text_of(got).replace("\r\n", "\n")
            assert "\n一\n.\n二 <script>" in text and answer.json()["id"] in text and "\nBcc" not in text
            assert "<script>" not in got.get_body(("html",)).get_content()


def test_a_message_is_kept_where_no_mail_can_be_queued(tmp_path):
    with MailServer() as mail:
        env = {"WEFT_SMTP_URL": f"smtp://127.0.0.1:{mail.port}", "WEFT_MAIL_FROM": "no-reply@example.com",
               "WEFT_ADMIN_EMAIL": "管理@例子.中国", "WEFT_ADMIN_PASSWORD": ADMIN[1]}
        with Server(tmp_path / "data", env=env) as server:
            assert submit(server).status_code == 201
            assert "could not be told" in server.log.read_text()
            page = Rpc(server).call(SERVICE, "ListContacts", {}, server.login("管理@例子.中国", ADMIN[1]))
            assert page["total"] == "1" and not mail.mails()
