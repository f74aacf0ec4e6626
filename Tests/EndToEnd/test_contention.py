"""Many at once, and the far ends of what may be asked: whoever wins, the answers are documented ones and what is stored fits together."""
import base64
import secrets
import sqlite3
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from authorization import FieldOptions, http_request, methods
from authorization_cases import CASES, PDF, SECRET, World
from server import Server

BUSINESS, CONTRACTS = "csa.v1.BusinessAccountService/", "csa.v1.ContractService/"
PROJECTS, TICKETS, STAFF = "csa.admin.v1.ProjectAdminService/", "csa.v1.TicketService/", "csa.admin.v1.TicketAdminService/"


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("contention") / "data", env={"WEFT_JWT_SECRET": SECRET}) as server:
        yield server


@pytest.fixture(scope="module")
def world(own):
    return World(own)


@pytest.fixture(scope="module")
def rest(world):
    found = [m for m in methods(world.rpc) if m.bindings and not m.descriptor.client_streaming]
    return world.http, found, FieldOptions(world.rpc)


class Crowd:
    """Threads that begin together."""

    def __init__(self, world):
        self.world, self.acts = world, []

    def add(self, path, body, user=None, times=1):
        self.acts += [(path, body, user)] * times

    def run(self):
        """What each came to, in the order they were added: a code and a text, or OK and the answer."""
        start = threading.Barrier(len(self.acts))

        def one(act):
            path, body, user = act
            start.wait(30)
            try:
                return "OK", self.world.call(path, body, user)
            except grpc.RpcError as error:
                return error.code().name, error.details()

        with ThreadPoolExecutor(len(self.acts)) as pool:
            return list(pool.map(one, self.acts))


def rows(server, sql, *values):
    database = sqlite3.connect(server.data / "weft.db", timeout=10)
    try:
        return database.execute(sql, values).fetchall()
    finally:
        database.close()


def orphans(server):
    """Rows whose parent is gone; SQLite's own check of every foreign key."""
    return rows(server, "PRAGMA foreign_key_check")


# Races

def test_of_parallel_applications_one_is_taken(own, world):
    user = own.register()
    crowd = Crowd(world)
    crowd.add(BUSINESS + "ApplyBusinessAccount", {"company_name": "示例公司"}, user, times=24)
    found = crowd.run()
    assert Counter(code for code, _ in found) == {"OK": 1, "ALREADY_EXISTS": 23}
    assert {text for code, text in found if code != "OK"} == {"已存在申请或已激活账号"}
    assert rows(own, "SELECT count(*) FROM csa_business_accounts WHERE user_id = ?", user.id) == [(1,)]


def test_activation_and_changes_do_not_lose_each_other(own, world):
    user = own.register()
    account = world.call(BUSINESS + "ApplyBusinessAccount", {}, user)["id"]
    crowd = Crowd(world)
    for field in ("company_name", "tax_number", "contact_person_name", "contact_phone"):
        crowd.add(BUSINESS + "UpdateMyBusinessAccount", {field: field, "update_mask": camel(field)}, user, times=4)
    crowd.add("csa.admin.v1.BusinessAccountAdminService/ActivateBusinessAccount",
              {"account_id": account, "assigned_email": "user@company.com", "user_code": "U1"}, times=4)
    assert {code for code, _ in crowd.run()} == {"OK"}
    now = world.call(BUSINESS + "GetMyBusinessAccount", {}, user)
    assert now["status"] == "active" and now["user_code"] == "U1"
    assert all(now[f] == f for f in ("company_name", "tax_number", "contact_person_name", "contact_phone"))
    # Four administrators said the same: one did it.
    assert rows(own, "SELECT count(*) FROM csa_audit WHERE target_id = ?", account) == [(1,)]


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def test_signatures_and_new_words_tell_one_story(own, world):
    contract = world.new_contract()
    crowd = Crowd(world)
    for signed in (True, False):
        crowd.add(CONTRACTS + "UpdateContractSignStatus", {"contract_id": contract, "is_signed": signed}, world.owner, times=6)
        crowd.add(CONTRACTS + "UpdateContractSignStatus", {"contract_id": contract, "is_signed": signed}, times=2)
    for n in range(6):
        crowd.add("csa.admin.v1.ContractAdminService/UpdateContract", {"contract_id": contract, "content_markdown": f"# 第{n}版"})
    assert {code for code, _ in crowd.run()} == {"OK"}
    signed = False
    for action, detail in rows(own, "SELECT action, detail FROM csa_audit WHERE target_id = ? ORDER BY rowid", contract):
        if action in ("contract.sign", "contract.unsign"):
            assert signed == (action == "contract.unsign"), "nobody signs what is signed"
            signed = action == "contract.sign"
        elif action == "contract.update":
            assert signed == (detail == "signature removed")
            signed = False
    assert world.call(CONTRACTS + "GetContract", {"contract_id": contract}, world.owner)["is_signed"] == signed


def test_signing_a_contract_that_is_being_deleted(own, world):
    contract = world.new_contract()
    crowd = Crowd(world)
    crowd.add(CONTRACTS + "UpdateContractSignStatus", {"contract_id": contract, "is_signed": True}, world.owner, times=8)
    crowd.add("csa.admin.v1.ContractAdminService/DeleteContract", {"contract_id": contract}, times=4)
    found = crowd.run()
    assert {answer if code != "OK" else "" for code, answer in found} <= {"", "合同不存在"}
    assert Counter(code for code, _ in found[8:]) == {"OK": 1, "NOT_FOUND": 3}


def test_a_project_goes_while_things_are_added_to_it(own, world):
    for _ in range(4):
        project = world.new_project()
        crowd = Crowd(world)
        for _ in range(4):
            crowd.add(PROJECTS + "AddProjectLink", {"project_id": project, "title": "链接", "url": "https://example.com/"})
            crowd.add(PROJECTS + "AddProjectTask", {"project_id": project, "title": "任务"})
            crowd.add("csa.v1.ProjectService/ListProjectTasks", {"project_id": project}, world.owner)
        crowd.add(PROJECTS + "DeleteProject", {"project_id": project}, times=3)
        found = crowd.run()
        assert Counter(code for code, _ in found[-3:]) == {"OK": 1, "NOT_FOUND": 2}
        assert {code for code, _ in found} <= {"OK", "NOT_FOUND"}
        assert {text for code, text in found if code != "OK"} <= {"项目不存在"}
        assert rows(own, "SELECT count(*) FROM csa_project_links WHERE project_id = ?", project) == [(0,)]
        assert rows(own, "SELECT count(*) FROM csa_project_tasks WHERE project_id = ?", project) == [(0,)]
    assert orphans(own) == []


def test_every_message_of_many_is_kept(world):
    ticket = world.new_ticket()
    crowd = Crowd(world)
    for n in range(10):
        crowd.add(TICKETS + "AddTicketMessage", {"ticket_id": ticket, "content": f"补充{n}"}, world.owner)
        crowd.add(STAFF + "ReplyTicket", {"ticket_id": ticket, "feedback": f"回复{n}"})
    assert {code for code, _ in crowd.run()} == {"OK"}
    found = world.call(TICKETS + "ListTicketMessages", {"ticket_id": ticket, "limit": 100}, world.owner)
    assert found["total"] == "21" and found["items"][0]["id"] == ticket
    assert sorted(m["content"] for m in found["items"][1:]) == sorted([f"{what}{n}" for n in range(10) for what in ("补充", "回复")])
    replies = [m["content"] for m in found["items"] if m["from_staff"]]
    shown = world.call(TICKETS + "GetTicket", {"ticket_id": ticket}, world.owner)
    assert shown["feedback"] == replies[-1]
    assert shown["status"] == ("replied" if found["items"][-1]["from_staff"] else "pending")


def test_a_ticket_goes_while_people_write_to_it(own, world):
    for _ in range(4):
        word = secrets.token_hex(6)
        ticket = world.owner.ticket(content=f"关于 {word}")["id"]
        crowd = Crowd(world)
        for _ in range(5):
            crowd.add(TICKETS + "AddTicketMessage", {"ticket_id": ticket, "content": f"补充 {word}"}, world.owner)
            crowd.add(STAFF + "ReplyTicket", {"ticket_id": ticket, "feedback": f"回复 {word}"})
            crowd.add(TICKETS + "ListTicketMessages", {"ticket_id": ticket}, world.owner)
        crowd.add(TICKETS + "DeleteTicket", {"ticket_id": ticket}, world.owner, times=3)
        found = crowd.run()
        assert Counter(code for code, _ in found[-3:]) == {"OK": 1, "NOT_FOUND": 2}
        assert {text for code, text in found if code != "OK"} <= {"工单不存在"}
        # Nothing is left to be found, by its creator or by staff.
        assert world.call(TICKETS + "SearchTickets", {"query": word}, world.owner)["total"] == "0"
        assert world.call(STAFF + "SearchTickets", {"query": word})["total"] == "0"
    assert orphans(own) == []


def test_attachments_are_ones_own(world):
    file, foreign = world.upload()["id"], world.foreign
    ticket = foreign.ticket()["id"]
    for path, body, user in ((TICKETS + "CreateTicket", {"title": "标题", "ticket_type": "technical", "content": "内容"}, foreign),
                             (TICKETS + "AddTicketMessage", {"ticket_id": ticket, "content": "内容"}, foreign),
                             (STAFF + "ReplyTicket", {"ticket_id": ticket, "feedback": "内容"}, world.admin)):
        for stranger in (file, "00000000-0000-4000-8000-000000000000", "nonsense"):
            crowd = Crowd(world)
            crowd.add(path, {**body, "attachment_ids": [stranger]}, user)
            assert crowd.run()[0][0] == "FAILED_PRECONDITION", path
    assert world.call(TICKETS + "ListTicketMessages", {"ticket_id": ticket}, foreign)["total"] == "1"
    assert world.call(TICKETS + "ListTickets", {}, foreign)["total"] == "1"


def blobs(server):
    """What lies in the blob store without a row that stands for it."""
    folder = server.data / "blobs"
    lie = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    return lie - {key for key, in rows(server, "SELECT oss_key FROM csa_files UNION SELECT key FROM csa_pending_blobs")}


def test_a_project_goes_while_files_come(own, world):
    content = base64.b64encode(PDF * 2000).decode()
    for _ in range(4):
        project = world.new_project()
        kept = world.call(PROJECTS + "AddProjectFile", {"project_id": project, "filename": "第一份.pdf", "content": content})
        crowd = Crowd(world)
        for n in range(5):
            crowd.add(PROJECTS + "AddProjectFile", {"project_id": project, "filename": f"{n}.pdf", "content": content})
            crowd.add("csa.v1.ProjectService/ListProjectFiles", {"project_id": project}, world.owner)
        crowd.add(PROJECTS + "DeleteProjectFile", {"file_id": kept["id"]}, times=2)
        crowd.add(PROJECTS + "DeleteProject", {"project_id": project}, times=2)
        found = crowd.run()
        assert Counter(code for code, _ in found[-2:]) == {"OK": 1, "NOT_FOUND": 1}
        assert {text for code, text in found if code != "OK"} <= {"项目不存在", "文件不存在"}
        assert rows(own, "SELECT count(*) FROM csa_files WHERE project_id = ?", project) == [(0,)]
    assert orphans(own) == [] and blobs(own) == set()


def test_uploads_of_many(own, world):
    def upload(n):
        return world.owner.call("POST", "/api/upload", files={"file": (f"{n}.pdf", PDF * 3000, "application/pdf")}, data={"tag": str(n)})

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(upload, range(48)))
    assert {answer.status_code for answer in found} <= {201, 429}
    taken = [answer.json() for answer in found if answer.status_code == 201]
    assert len(taken) >= 8 and len({file["id"] for file in taken}) == len(taken) == len({file["oss_key"] for file in taken})
    assert {answer.json()["detail"] != "" for answer in found if answer.status_code == 429} <= {True}
    for file in taken[:4]:
        assert world.http.get(file["download_url"]).content == PDF * 3000
    assert blobs(own) == set()


# The far ends

@pytest.mark.parametrize("tag, status", [("字" * 64, 201), ("😀" * 64, 201), ("字" * 65, 422), ("x" * (1 << 20), 422), ("a\0b", 422)],
                         ids=["64 characters", "64 emoji", "65 characters", "a mebibyte", "NUL"])
def test_tags(own, world, tag, status):
    answer = world.owner.call("POST", "/api/upload", files={"file": ("文档.pdf", PDF, "application/pdf")}, data={"tag": tag})
    assert answer.status_code == status, answer.text
    if status == 201:
        assert answer.json()["tag"] == tag
    else:
        assert "tag" in answer.json()["detail"], answer.text
    assert blobs(own) == set()


@pytest.mark.parametrize("name", ["字" * 300 + ".pdf", "", ".", "..", "/", "a/.."])
def test_names_that_are_none(own, world, name):
    form = (f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: application/pdf\r\n\r\n').encode()
    answer = world.owner.call("POST", "/api/upload", content=form + PDF + b"\r\n--b--\r\n", headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert answer.status_code == 422 and answer.json()["detail"], answer.text
    assert blobs(own) == set()


PAGES = [(skip, limit) for skip in (0, 2**31, 2**63 - 1) for limit in (1, 100)]
NO_PAGES = [({"skip": s}) for s in ("-1", 2**63, -2**63, "9" * 400, "1.5", "x", "", "0x10", "１")] + [
    ({"limit": n}) for n in ("0", "-1", 501, 2**31, 2**63, "9" * 400, "1.0", "x", "", " 5")]


def test_far_pages(world, rest):
    http, found, options = rest
    seen = 0
    for method in found:
        if not {"skip", "limit"} <= {f.name for f in method.descriptor.input_type.fields} or method.path not in CASES:
            continue
        body = CASES[method.path].request(world, world.owner)
        for page in [dict(zip(("skip", "limit"), p)) for p in PAGES] + NO_PAGES:
            call = http_request(method, method.bindings[0], {**body, **page}, options)
            answer = http.request(**call | {"headers": {"authorization": f"Bearer {world.owner.token}"}})
            where = f"{method.path} {page}: {answer.status_code} {answer.text}"
            if page in NO_PAGES:
                assert answer.status_code == 422 and answer.json()["detail"], where
            else:
                assert answer.status_code == 200 and (page["skip"] == 0 or answer.json()["items"] == []), where
        seen += 1
    assert seen >= 5


STRANGE = ["\0", "a\0b", "0" * 23, "0" * 25, "0" * 4000, "../../etc/passwd", "%", "%00", "'; DROP TABLE csa_users; --",
           "\u202e\ufeff", "😀", "\ud7ff", "ABCDEF0123456789ABCDEF01", " ", "0123456789abcdef01234567\n", "null"]


def test_strange_ids_name_nothing(world, rest):
    http, found, options = rest
    for method in found:
        case = CASES.get(method.path)
        if not case or not case.object:
            continue
        body = case.request(world, world.owner)
        for strange in STRANGE:
            call = http_request(method, method.bindings[0], {**body, case.object: strange}, options)
            answer = http.request(**call | {"headers": {**call["headers"], "authorization": f"Bearer {world.owner.token}"}})
            assert answer.status_code == 404, f"{method.path} {strange!r}: {answer.text}"
            assert answer.json()["detail"]
