"""The conversation about a ticket: replies and additions, files, mail to the creator, and who may see it."""
import base64
import secrets
import signal
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from mail_server import MailServer, text_of
from rpc import Rpc
from server import Server, moment, wait_for
from test_mail import arrived, weft
from test_sms import new_number, sms_code

TICKETS, ADMIN = "csa.v1.TicketService", "csa.admin.v1.TicketAdminService"
NOTHING = "507f1f77bcf86cd799439012"
FOREIGN_FILE = "附件不存在或不属于当前用户"


@pytest.fixture(scope="module")
def rpc(server):
    return Rpc(server)


@pytest.fixture(scope="module")
def admin(server):
    return server.admin_token()


def messages(rpc, token, ticket, service=TICKETS, **page):
    return rpc.call(service, "ListTicketMessages", {"ticket_id": ticket["id"], **page}, token)


def say(rpc, user, ticket, content, files=()):
    body = {"ticket_id": ticket["id"], "content": content, "attachment_ids": list(files)}
    return rpc.call(TICKETS, "AddTicketMessage", body, user.token)


def reply(rpc, admin, ticket, feedback, files=()):
    body = {"ticket_id": ticket["id"], "feedback": feedback, "attachment_ids": list(files)}
    return rpc.call(ADMIN, "ReplyTicket", body, admin)


def upload(rpc, token, name="说明.txt", content=b"hello\n", content_type="text/plain"):
    return rpc.call("csa.v1.FileService", "UploadFile", [
        {"filename": name, "content_type": content_type}, {"data": base64.b64encode(content).decode()}], token)


def test_a_conversation_keeps_everything_in_order(server, rpc, admin, user):
    ticket = user.ticket(content="怎么导出？")
    assert reply(rpc, admin, ticket, "点这里")["status"] == "replied"
    said = say(rpc, user, ticket, "没有这个按钮")
    assert said["author_email"] == user.email and said["from_staff"] is False and said["ticket_id"] == ticket["id"]
    reply(rpc, admin, ticket, "在右上角")
    for token, service in ((user.token, TICKETS), (admin, ADMIN)):
        found = messages(rpc, token, ticket, service)
        assert found["total"] == "4"
        assert [m["content"] for m in found["items"]] == ["怎么导出？", "点这里", "没有这个按钮", "在右上角"]
        assert [m["from_staff"] for m in found["items"]] == [False, True, False, True]
        assert [m["author_email"] for m in found["items"]] == [user.email, "admin@example.com"] * 2
        assert found["items"][0]["id"] == ticket["id"] and found["items"][0]["created_at"].startswith(ticket["created_at"][:19])
        assert found["items"][2] == said and all(m["attachments"] == [] for m in found["items"])
    assert [m["content"] for m in messages(rpc, user.token, ticket, skip=1, limit=2)["items"]] == ["点这里", "没有这个按钮"]
    assert messages(rpc, user.token, ticket, skip=4)["items"] == [] and messages(rpc, user.token, ticket, skip=2**62)["total"] == "4"


def test_an_addition_waits_for_a_reply_again_and_what_was_replied_stays(rpc, admin, user):
    ticket = user.ticket()
    path = f"/api/tickets/{ticket['id']}"
    reply(rpc, admin, ticket, "已处理")
    say(rpc, user, ticket, "还是不行")
    now = user.call("GET", path).json()
    assert now["status"] == "pending" and now["feedback"] == "已处理" and now["responder_email"] == "admin@example.com" and now["replied_at"]
    assert moment(now["updated_at"]) >= moment(now["replied_at"])
    pending = user.call("GET", "/api/tickets?status_filter=pending&limit=100").json()
    assert ticket["id"] in [t["id"] for t in pending["items"]] and pending["total"] == len(pending["items"])
    # A reply has been given to what stands there, so it stays.
    answer = user.call("PUT", path, json={"title": "x"})
    assert (answer.status_code, answer.json()["detail"]) == (400, "工单已被回复，不能再更新")
    assert reply(rpc, admin, ticket, "这次好了")["feedback"] == "这次好了"
    assert user.call("GET", path).json()["status"] == "replied"


def test_an_addition_before_any_reply_leaves_the_question_open_to_changes(rpc, user):
    ticket = user.ticket()
    say(rpc, user, ticket, "补充一点")
    assert user.call("PUT", f"/api/tickets/{ticket['id']}", json={"content": "新的问题"}).status_code == 200
    assert [m["content"] for m in messages(rpc, user.token, ticket)["items"]] == ["新的问题", "补充一点"]


def test_who_may_read_and_add(rpc, admin, user, other):
    ticket = user.ticket()
    at = {"ticket_id": ticket["id"]}
    assert rpc.code(TICKETS, "ListTicketMessages", at, other.token) == ("PERMISSION_DENIED", "无权访问此工单")
    assert rpc.code(TICKETS, "ListTicketMessages", at, admin) == ("PERMISSION_DENIED", "无权访问此工单")
    assert rpc.code(TICKETS, "AddTicketMessage", {**at, "content": "x"}, other.token) == ("PERMISSION_DENIED", "无权更新此工单")
    assert rpc.code(TICKETS, "AddTicketMessage", {**at, "content": "x"}, admin) == ("PERMISSION_DENIED", "无权更新此工单")
    for service, method, body in ((TICKETS, "ListTicketMessages", {}), (TICKETS, "AddTicketMessage", {"content": "x"})):
        assert rpc.code(service, method, {"ticket_id": NOTHING, **body}, user.token) == ("NOT_FOUND", "工单不存在")
        assert rpc.code(service, method, {"ticket_id": ticket["id"], **body}) == ("UNAUTHENTICATED", "无效的认证凭据")
    for method, body in (("ListTicketMessages", {}), ("ReplyTicket", {"feedback": "x"}), ("GetTicket", {})):
        assert rpc.code(ADMIN, method, {"ticket_id": NOTHING, **body}, admin) == ("NOT_FOUND", "工单不存在")
        assert rpc.code(ADMIN, method, {"ticket_id": ticket["id"], **body}, user.token)[0] == "PERMISSION_DENIED"


@pytest.mark.parametrize("method, body, field", [
    ("AddTicketMessage", {"content": ""}, "content"), ("AddTicketMessage", {}, "content"),
    ("AddTicketMessage", {"content": "字" * 349526}, "content"),
    ("AddTicketMessage", {"content": "x", "attachment_ids": [str(n) for n in range(11)]}, "attachment_ids"),
    ("AddTicketMessage", {"content": "x", "attachment_ids": ["a", "a"]}, "attachment_ids"),
    ("ListTicketMessages", {"limit": 0}, "limit"), ("ListTicketMessages", {"limit": 101}, "limit"), ("ListTicketMessages", {"skip": -1}, "skip")])
def test_bad_requests_name_the_field(rpc, user, method, body, field):
    ticket = user.ticket()
    code, text = rpc.code(TICKETS, method, {"ticket_id": ticket["id"], **body}, user.token)
    assert code == "INVALID_ARGUMENT" and field in text


def test_files_come_with_messages(server, rpc, admin, user):
    mine, second, theirs = upload(rpc, user.token), upload(rpc, user.token, "二.txt"), upload(rpc, admin, "答.txt", b"answer\n")
    ticket = rpc.call(TICKETS, "CreateTicket", {"title": "附件", "ticket_type": "technical", "content": "见附件",
                                                "attachment_ids": [second["id"], mine["id"]]}, user.token)
    reply(rpc, admin, ticket, "见附件", [theirs["id"]])
    said = say(rpc, user, ticket, "还有", [mine["id"]])
    shown = [m["attachments"] for m in messages(rpc, user.token, ticket)["items"]]
    assert [[a["file_id"] for a in m] for m in shown] == [[second["id"], mine["id"]], [theirs["id"]], [mine["id"]]]
    assert [a["filename"] for a in shown[0]] == ["二.txt", "说明.txt"] and shown[1][0]["file_size"] == "7"
    assert said["attachments"][0]["file_id"] == mine["id"] and shown[1][0]["content_type"] == "text/plain"
    for attachment in shown[0] + shown[1]:
        start = f"{server.url}/api/files/{attachment['file_id']}/content?expires="
        assert attachment["download_url"].startswith(start) and "&signature=" in attachment["download_url"]
    # The link alone opens it, also what is somebody else's upload.
    with server.client() as client:
        fetched = client.get(shown[1][0]["download_url"])
    assert (fetched.status_code, fetched.content) == (200, b"answer\n")


def test_files_that_are_not_there_or_not_ones_own_are_refused_and_nothing_is_kept(rpc, admin, user, other):
    mine, foreign = upload(rpc, user.token), upload(rpc, other.token)
    ticket = user.ticket()
    before = int(user.call("GET", "/api/tickets").json()["total"])
    for ids in ([foreign["id"]], [NOTHING], [mine["id"], foreign["id"]], ["x'; --"], [""]):
        opened = {"title": "t", "ticket_type": "technical", "content": "c", "attachment_ids": ids}
        answer = user.call("POST", "/api/tickets", json=opened)
        assert (answer.status_code, answer.json()["detail"]) == (400, FOREIGN_FILE)
        said = {"ticket_id": ticket["id"], "content": "x", "attachment_ids": ids}
        assert rpc.code(TICKETS, "AddTicketMessage", said, user.token) == ("FAILED_PRECONDITION", FOREIGN_FILE)
        replied = {"ticket_id": ticket["id"], "feedback": "x", "attachment_ids": ids}
        assert rpc.code(ADMIN, "ReplyTicket", replied, admin) == ("FAILED_PRECONDITION", FOREIGN_FILE)
    assert int(user.call("GET", "/api/tickets").json()["total"]) == before
    assert messages(rpc, user.token, ticket)["total"] == "1"


def test_a_deleted_ticket_takes_messages_and_links_and_leaves_the_files(tmp_path):
    with Server(tmp_path / "data") as server:
        rpc, user, admin = Rpc(server), server.register(), server.admin_token()
        file = upload(rpc, user.token)
        ticket = user.ticket()
        say(rpc, user, ticket, "见附件", [file["id"]])
        reply(rpc, admin, ticket, "好")
        assert user.call("DELETE", f"/api/tickets/{ticket['id']}").status_code == 204
        assert rpc.code(TICKETS, "ListTicketMessages", {"ticket_id": ticket["id"]}, user.token) == ("NOT_FOUND", "工单不存在")
        assert rpc.call("csa.v1.FileService", "CreateFileDownloadUrl", {"file_id": file["id"]}, user.token)["download_url"]
        server.stop()
        with sqlite3.connect(server.data / "weft.db") as db:
            for table in ("csa_tickets", "csa_ticket_messages", "csa_ticket_attachments"):
                assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
            assert db.execute("SELECT count(*) FROM csa_files").fetchone() == (1,)
            assert {n for n, in db.execute("SELECT tickets FROM csa_ticket_counts")} == {0}


def test_the_creator_is_told_by_mail(tmp_path):
    with MailServer() as mail, weft(tmp_path / "data", mail) as server:
        admin = server.admin_token()
        rpc, email = Rpc(server), f"user-{secrets.token_hex(6)}@example.com"
        server.call("POST", "/api/auth/send-code", json={"email": email})
        code = text_of(arrived(mail, email)[0]).split("验证码是")[1].split("，")[0].strip()
        answer = server.call("POST", "/api/auth/register",
                             json={"email": email, "password": "mypassword123", "verification_code": code})
        assert answer.status_code == 201, answer.text
        token = server.login(email)
        title = "无法导出\r\nBcc: evil@example.com\u2028<b>"
        ticket = rpc.call(TICKETS, "CreateTicket", {"title": title, "ticket_type": "technical", "content": "c"}, token)
        reply(rpc, admin, ticket, "请点 <script>alert(1)</script>" + "长" * 3000)
        got = arrived(mail, email, 2)[-1]
        assert got.envelope[1] == [email] and "bcc" not in got and not got.defects
        assert got["subject"].startswith("工单有新回复：无法导出") and "\n" not in got["subject"]
        text, html = text_of(got), got.get_body(("html",)).get_content()
        assert "<script>" in text and "<script>alert" not in html and "&lt;script&gt;" in html
        assert 1900 < text.count("长") < 2000 and "登录后查看全文" in text


def test_mail_goes_to_the_outbox_without_a_mail_server_and_to_nobody_who_has_no_address(server, rpc, admin):
    user = server.register()
    ticket = user.ticket(title="标题")
    reply(rpc, admin, ticket, "好了")
    sent = [m for m in server.messages(user.email) if m["purpose"] == "reply"]
    assert len(sent) == 1 and "标题" in sent[0]["text"] and "好了" in sent[0]["text"] and "code" not in sent[0]
    number = new_number()
    answer = server.call("POST", "/api/auth/login-by-sms", json={"phone_number": number, "verification_code": sms_code(server, number)})
    by_phone = answer.json()
    opened = server.call("POST", "/api/tickets", by_phone["access_token"], json={"title": "t", "ticket_type": "technical", "content": "c"}).json()
    before = len((server.data / "outbox.jsonl").read_text().splitlines())
    assert reply(rpc, admin, opened, "好了")["status"] == "replied"
    assert len((server.data / "outbox.jsonl").read_text().splitlines()) == before


def test_a_mail_that_cannot_be_queued_costs_no_reply(tmp_path):
    with Server(tmp_path / "data") as server:
        rpc, user, admin = Rpc(server), server.register(), server.admin_token()
        ticket = user.ticket()
        outbox = server.data / "outbox.jsonl"
        outbox.unlink()
        outbox.mkdir()
        server.stop()
        server.start()
        rpc = Rpc(server)
        assert reply(rpc, admin, ticket, "好了")["feedback"] == "好了"
        assert user.call("GET", f"/api/tickets/{ticket['id']}").json()["status"] == "replied"
        wait_for(lambda: "could not be told" in server.log.read_text(), "the line in the log")


def test_replies_at_the_same_time_are_all_kept(server, rpc, admin, user):
    ticket = user.ticket()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: say(rpc, user, ticket, f"补充{n}") if n % 2 else reply(rpc, admin, ticket, f"回复{n}"), range(40)))
    found = messages(rpc, user.token, ticket)["items"]
    assert sorted(m["content"] for m in found[1:]) == sorted([f"补充{n}" for n in range(1, 40, 2)] + [f"回复{n}" for n in range(0, 40, 2)])
    times = [moment(m["created_at"]) for m in found]
    assert times == sorted(times)
    shown = user.call("GET", f"/api/tickets/{ticket['id']}").json()
    assert shown["feedback"] in [m["content"] for m in found if m["from_staff"]]


def test_replies_and_messages_outlive_a_kill(tmp_path):
    with Server(tmp_path / "data") as server:
        user, admin = server.register(), server.admin_token()
        ticket = user.ticket()
        reply(Rpc(server), admin, ticket, "已记录")
        say(Rpc(server), user, ticket, "收到")
        server.stop(signal.SIGKILL)
        server.start()
        assert [m["content"] for m in messages(Rpc(server), user.token, ticket)["items"]] == ["请帮忙处理。", "已记录", "收到"]
        found = Rpc(server).call(TICKETS, "SearchTickets", {"query": "收到 记录"}, user.token)
        assert [t["id"] for t in found["items"]] == [ticket["id"]]


def test_every_reply_is_in_the_audit_trail_and_a_refused_one_is_not(server, rpc, admin, user):
    ticket = user.ticket()
    reply(rpc, admin, ticket, "一")
    reply(rpc, admin, ticket, "二")
    rpc.code(ADMIN, "ReplyTicket", {"ticket_id": ticket["id"], "feedback": "x", "attachment_ids": [NOTHING]}, admin)
    page = rpc.call("csa.admin.v1.AuditAdminService", "ListAuditEntries", {"target": ticket["id"]}, admin)
    assert [e["action"] for e in page["items"]] == ["ticket.reply", "ticket.reply"]
