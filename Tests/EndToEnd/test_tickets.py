"""Chapter 2, and the administrator's replies over RPC."""
import pytest
from rpc import Rpc
from test_accounts import detail


def test_ticket_limits(server, user):
    assert user.ticket(title="字" * 200)["title"] == "字" * 200
    good = {"title": "标题", "ticket_type": "technical", "content": "内容"}
    for field, value in [("title", "字" * 201), ("title", ""), ("title", None), ("title", 5), ("ticket_type", "other"), ("ticket_type", ""),
                         ("content", ""), ("content", ["x"]), ("title", "a\u0000b")]:
        text = detail(user.call("POST", "/api/tickets", json={**good, field: value}), 422)
        assert field in text, text
        missing = {k: v for k, v in good.items() if k != field}
        assert field in detail(user.call("POST", "/api/tickets", json=missing), 422)


@pytest.mark.parametrize("body, content_type", [
    (b"{", "application/json"), (b"", "application/json"), (b"[]", "application/json"), (b'"x"', "application/json"),
    (b"null", "application/json"), (b'{"title":"\xff"}', "application/json"), (b"{" * 100000, "application/json"),
    (b'{"title":' + b"[" * 5000 + b"]" * 5000 + b"}", "application/json"), (b"{}", "text/plain"), (b"title=x", "application/x-www-form-urlencoded"),
    (b'{"title":"a"}{"title":"b"}', "application/json"), (b'{"title":"\\ud800"}', "application/json")])
def test_bodies_that_are_no_ticket_are_422(server, user, body, content_type):
    detail(user.call("POST", "/api/tickets", content=body, headers={"Content-Type": content_type}), 422)
    detail(server.call("POST", "/api/tickets", content=body, headers={"Content-Type": content_type}), 401)


def test_body_over_a_mebibyte_is_413(server, user):
    big = {"title": "t", "ticket_type": "technical", "content": "x" * (1 << 20)}
    text = detail(user.call("POST", "/api/tickets", json=big), 413)
    assert "1048576" in text
    parts = (b"x" * 65536 for _ in range(40))
    detail(user.call("POST", "/api/tickets", content=parts, headers={"Content-Type": "application/json"}), 413)


def test_list_pages_newest_first(server):
    user = server.register()
    made = [user.ticket(title=f"第{n}张")["id"] for n in range(12)]
    first = user.call("GET", "/api/tickets").json()
    assert first["total"] == 12 and len(first["items"]) == 10
    second = user.call("GET", "/api/tickets?skip=10&limit=10").json()
    assert [t["id"] for t in first["items"] + second["items"]] == made[::-1]
    beyond = user.call("GET", "/api/tickets?skip=9223372036854775807").json()
    assert beyond == {"total": 12, "items": []}


@pytest.mark.parametrize("query", ["limit=101", "limit=0", "limit=-1", "skip=-1", "limit=x", "skip=1.5", "status_filter=open",
                                   "status_filter=", "limit=99999999999999999999", "skip=%ff"])
def test_list_refuses_bad_parameters(server, user, query):
    assert query.split("=")[0] in detail(user.call("GET", f"/api/tickets?{query}"), 422)


def test_foreign_unknown_and_replied_tickets(server, user, other):
    ticket = user.ticket()
    path = f"/api/tickets/{ticket['id']}"
    detail(other.call("GET", path), 403, "无权访问此工单")
    detail(other.call("PUT", path, json={"title": "x"}), 403, "无权更新此工单")
    detail(other.call("DELETE", path), 403, "无权删除此工单")
    admin = server.admin_token()
    detail(server.call("GET", path, admin), 403, "无权访问此工单")
    for unknown in ("507f1f77bcf86cd799439012", "x", "%00", "%F0%9F%99%82", "a" * 1000):
        detail(user.call("GET", f"/api/tickets/{unknown}"), 404)
    detail(user.call("PUT", path, json={}), 422)
    assert "title" in detail(user.call("PUT", path, json={"title": ""}), 422)

    reply = Rpc(server).call("csa.admin.v1.TicketAdminService", "ReplyTicket", {"ticket_id": ticket["id"], "feedback": "已处理"}, admin)
    assert reply["status"] == "replied" and reply["responder_email"] == "admin@example.com"
    detail(user.call("PUT", path, json={"title": "x"}), 400, "工单已被回复，不能再更新")
    replied = user.call("GET", "/api/tickets?status_filter=replied").json()["items"]
    assert ticket["id"] in [t["id"] for t in replied] and all(t["feedback"] for t in replied)
    Rpc(server).call("csa.admin.v1.TicketAdminService", "ReplyTicket", {"ticket_id": ticket["id"], "feedback": "再次处理"}, admin)
    assert user.call("GET", path).json()["feedback"] == "再次处理"
    assert user.call("DELETE", path).status_code == 204
    detail(user.call("GET", path), 404, "工单不存在")


def test_update_changes_only_what_is_given(server, user):
    ticket = user.ticket()
    after = user.call("PUT", f"/api/tickets/{ticket['id']}", json={"content": "新内容", "ticket_type": "business", "status": "replied"}).json()
    assert after["title"] == ticket["title"] and after["content"] == "新内容"
    assert after["ticket_type"] == "financial" and after["status"] == "pending" and after["updated_at"]
