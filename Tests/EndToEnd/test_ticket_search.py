"""Full-text search over tickets: Chinese of any length, words, conversations; exact totals; found at once and never afterwards."""
import random
import signal
import sqlite3
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from rpc import Rpc
from server import BINARY, Server, wait_for

TICKETS, ADMIN = "csa.v1.TicketService", "csa.admin.v1.TicketAdminService"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("search") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def rpc(desk):
    return Rpc(desk)


@pytest.fixture(scope="module")
def admin(desk):
    return desk.admin_token()


def search(rpc, token, query, service=TICKETS, **page):
    answer = rpc.call(service, "SearchTickets", {"query": query, **page}, token)
    return int(answer["total"]), [t["id"] for t in answer["items"]]


@pytest.fixture(scope="module")
def shelf(desk, rpc):
    user = desk.register()
    texts = [("无法导出财务报表", "系统提示“导出失败”，请帮忙处理。"), ("登录缓慢", "最近几天登录系统非常慢，Chrome 与 Firefox 都一样"),
             ("发票抬头", "订单 2024-01-15-007 的发票抬头写错了"), ("Excel 导入", "把ＥＸＣＥＬ文件导入后，第3列变成了科学计数法：1.2E+05"),
             ("VIP卡号", "我的vip卡号是 A7，C++ 程序读不出来"), ("𠮷野家的账单", "野家，账单有两份 🙂")]
    return user, [user.ticket(title=title, content=content)["id"] for title, content in texts]


@pytest.mark.parametrize("query, found", [
    ("报表", [0]), ("导出", [0]), ("出财", [0]), ("财务报表", [0]), ("无法导出财务报表", [0]), ("务", [0]), ("系统", [1, 0]), ("慢", [1]),
    ("登录系统", [1]), ("系统 缓慢", [1]), ("缓慢 系统", [1]), ("chrome", [1]), ("CHROME firefox", [1]), ("chrom", []), ("2024-01-15", [2]),
    ("01 2024", [2]), ("2024-15", []), ("excel", [3]), ("ｅｘｃｅｌ 导入", [3]), ("第3列", [3]), ("3列", [3]), ("第3", [3]), ("3", [3]),
    ("vip卡", [4]), ("VIP卡号", [4]), ("卡号", [4]), ("c++", [4]), ("𠮷野", [5]), ("𠮷", [5]), ("🙂", [5]), ("野家", [5]),
    ("家账", []), ("导出，失败", [0]), ("表务", []), ("不存在的", []), ("报表\u3000导出", [0]), ("++ 报表", [0]), ("“”", []), ("%", []), ("_", []),
    ("*", []), ('"', []), ("报* OR 登录", []), ("NEAR(导 出)", []), ("title:报表", []), ("-报表", [0])])
def test_queries(rpc, shelf, query, found):
    user, ids = shelf
    assert search(rpc, user.token, query) == (len(found), [ids[n] for n in found])


def test_only_ones_own_and_everybodys_for_administrators(desk, rpc, admin, shelf):
    user, ids = shelf
    stranger = desk.register()
    theirs = stranger.ticket(title="我也无法导出财务报表")["id"]
    assert search(rpc, user.token, "财务报表") == (1, [ids[0]])
    assert search(rpc, stranger.token, "财务报表") == (1, [theirs])
    assert search(rpc, admin, "财务报表", ADMIN) == (2, [theirs, ids[0]])
    assert search(rpc, admin, "财务报表") == (0, [])
    # The owner is a word of the index too, which nobody can type.
    for text in (user.id, "\u0080" + user.id, "u" + user.id):
        assert search(rpc, admin, text, ADMIN) == (0, [])


def test_pages_are_newest_first_with_the_whole_count(desk, rpc, admin):
    user = desk.register()
    ids = [user.ticket(title=f"翻页{n}", content="同样的内容")["id"] for n in range(12)][::-1]
    assert search(rpc, user.token, "翻页") == (12, ids[:10])
    assert search(rpc, user.token, "翻页 同样", skip=10) == (12, ids[10:])
    assert search(rpc, user.token, "翻", skip=3, limit=2) == (12, ids[3:5])
    assert search(rpc, user.token, "翻页", skip=12) == (12, []) and search(rpc, user.token, "翻页", skip=2**62) == (12, [])
    assert search(rpc, admin, "翻页", ADMIN, limit=100) == (12, ids)
    listed = user.call("GET", "/api/tickets?limit=100").json()["items"]
    assert [t["id"] for t in listed] == ids


def test_what_is_written_is_found_at_once_and_what_is_gone_is_not(desk, rpc, admin):
    user = desk.register()
    ticket = user.ticket(title="最初的标题", content="最初的内容")
    path, mine = f"/api/tickets/{ticket['id']}", [ticket["id"]]
    user.call("PUT", path, json={"title": "改过的标题"})
    assert search(rpc, user.token, "最初的标题") == (0, []) and search(rpc, user.token, "改过 最初") == (1, mine)
    rpc.call(TICKETS, "AddTicketMessage", {"ticket_id": ticket["id"], "content": "补充说明"}, user.token)
    user.call("PUT", path, json={"content": "后来的内容"})
    assert search(rpc, user.token, "补充") == (1, mine) and search(rpc, user.token, "最初") == (0, [])
    rpc.call(ADMIN, "ReplyTicket", {"ticket_id": ticket["id"], "feedback": "客服答复"}, admin)
    assert search(rpc, user.token, "答复 补充 后来 改过") == (1, mine)
    assert user.call("DELETE", path).status_code == 204
    for word in ("答复", "补充", "后来", "改过", "标"):
        assert search(rpc, user.token, word) == (0, [])


def test_hits_are_whole_tickets(rpc, shelf):
    user, ids = shelf
    hit = rpc.call(TICKETS, "SearchTickets", {"query": "财务报表"}, user.token)["items"][0]
    assert hit == rpc.call(TICKETS, "GetTicket", {"ticket_id": ids[0]}, user.token)


@pytest.mark.parametrize("body", [{}, {"query": ""}, {"query": "字" * 101}, {"query": "x", "limit": 0}, {"query": "x", "limit": 101},
                                  {"query": "x", "skip": -1}])
def test_bad_requests(rpc, admin, shelf, body):
    for token, service in ((shelf[0].token, TICKETS), (admin, ADMIN)):
        assert rpc.code(service, "SearchTickets", body, token)[0] == "INVALID_ARGUMENT"


def test_who_may_search(rpc, shelf):
    assert rpc.code(TICKETS, "SearchTickets", {"query": "x"}) == ("UNAUTHENTICATED", "无效的认证凭据")
    assert rpc.code(ADMIN, "SearchTickets", {"query": "x"}, shelf[0].token)[0] == "PERMISSION_DENIED"


def test_the_longest_queries_are_answered(rpc, shelf):
    user, ids = shelf
    assert search(rpc, user.token, "系统提示“导出失败”，请帮忙处理。" * 5) == (1, [ids[0]])
    assert search(rpc, user.token, " ".join("无法导出财务报表" * 6)) == (1, [ids[0]])
    assert search(rpc, user.token, "a" * 100) == (0, []) and search(rpc, user.token, "！" * 100) == (0, [])


def test_random_texts_are_found_by_every_part_and_by_nothing_else(desk, rpc, admin):
    draw = random.Random(4)
    user = desk.register()
    alphabet = [chr(0x4e00 + n) for n in range(12)]
    texts = {}
    with ThreadPoolExecutor(8) as pool:
        bodies = ["".join(draw.choices(alphabet, k=draw.randrange(1, 30))) for _ in range(150)]
        for body, ticket in zip(bodies, pool.map(lambda b: user.ticket(title="#", content=b), bodies)):
            texts[ticket["id"]] = body
    order = [t["id"] for skip in (0, 100) for t in user.call("GET", f"/api/tickets?limit=100&skip={skip}").json()["items"]]
    for _ in range(150):
        query = "".join(draw.choices(alphabet, k=draw.choice((1, 2, 2, 3, 4))))
        expected = [i for i in order if query in texts[i]]
        assert search(rpc, user.token, query, limit=100) == (len(expected), expected[:100]), query


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_an_index_of_an_older_database_is_made_at_start_and_goes_on_after_its_end(tmp_path, how):
    server = Server(tmp_path / "data")
    with server:
        user = server.register()
        for n in range(30):
            user.ticket(title=f"旧工单{n}")
        server.stop()
        with sqlite3.connect(server.data / "weft.db") as db:
            # As the program before the index left it, with tickets enough that making it takes a while.
            db.execute("UPDATE weft_search_indexes SET version = 0")
            db.execute("""WITH RECURSIVE n(n) AS (SELECT 31 UNION ALL SELECT n + 1 FROM n WHERE n < 20000)
                INSERT INTO csa_tickets (number, id, user_id, status, ticket_type, created_at, title, content)
                SELECT n, printf('%024x', n), ?, 'pending', 'technical', 1800000000000000 + n, '旧工单' || n, '内容' FROM n""", [user.id])
            db.execute("UPDATE csa_ticket_counts SET tickets = 20000")
        command = [BINARY, "serve", "--data-dir", str(server.data), "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"]
        process = subprocess.Popen(command, env=server.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def state():
            with sqlite3.connect(server.data / "weft.db", timeout=10) as db:
                return db.execute("SELECT version, built_to > 0, is_built FROM weft_search_indexes").fetchone()

        wait_for(lambda: state()[0] == 1 and state()[1], "the first tickets in the index")
        process.send_signal(how)
        # Asked to stop, it does not make the index to its end first.
        assert process.wait(60) == (0 if how == signal.SIGTERM else -how) and state()[2] == 0
        server.start()
        assert search(Rpc(server), user.token, "旧工单")[0] == 20000
        assert search(Rpc(server), user.token, "旧工单19999")[0] == 1 and search(Rpc(server), user.token, "19998 旧")[0] == 1


def test_the_index_is_not_rebuilt_at_every_start(tmp_path):
    with Server(tmp_path / "data") as server:
        user = server.register()
        user.ticket(title="只此一次")
        server.stop()
        server.start()
        assert search(Rpc(server), user.token, "只此一次")[0] == 1
        with sqlite3.connect(server.data / "weft.db") as db:
            assert db.execute("SELECT count(*) FROM csa_ticket_search WHERE csa_ticket_search MATCH '\"只此 此一 一次\"'").fetchone() == (1,)
        wait_for(lambda: server.call("GET", "/healthz").status_code == 200, "health")
