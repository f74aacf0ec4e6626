"""Chapters 3 to 5: business accounts, contracts, projects with links and tasks, and what administrators do with them over RPC."""
import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest
from rpc import Rpc
from server import moment
from test_accounts import detail
from test_audit import entries

ABSENT = "507f1f77bcf86cd799439020"
APPLY = {"company_name": "示例公司", "tax_number": "91110000MA01234567", "certification_info": "营业执照等认证信息",
         "communication_address": "北京市朝阳区xxx", "contact_person_name": "张三", "contact_phone": "+86-13800000000"}


class Admin:
    """The administrator's RPCs by name, whichever service has them."""
    SERVICES = {"BusinessAccount": "BusinessAccountAdminService", "Contract": "ContractAdminService", "Project": "ProjectAdminService"}

    def __init__(self, server):
        self.rpc, self.token = Rpc(server), server.admin_token()

    def service(self, method):
        return "csa.admin.v1." + next(s for word, s in self.SERVICES.items() if word in method)

    def __call__(self, method, **body):
        return self.rpc.call(self.service(method), method, body, self.token)

    def code(self, method, token=None, **body):
        return self.rpc.code(self.service(method), method, body, token=token or self.token)


@pytest.fixture(scope="module")
def admin(server):
    return Admin(server)


@pytest.fixture(scope="module")
def account(server, user):
    answer = user.call("POST", "/api/business-accounts/me/apply", json=APPLY)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def contract(admin, user):
    return admin("CreateContract", owner_email=user.email.upper(), title="云服务合同（2025版）", content_markdown="# 合同正文\n\n……")


@pytest.fixture(scope="module")
def project(admin, user):
    return admin("CreateProject", owner_email=user.email, name="示例项目", description="这是一个示例项目", overview_markdown="# 项目概述")


@pytest.mark.parametrize("method, path", [
    ("GET", "/api/business-accounts/me"), ("POST", "/api/business-accounts/me/apply"), ("PATCH", "/api/business-accounts/me"),
    ("GET", f"/api/business-accounts/{ABSENT}"), ("GET", "/api/contracts/me"), ("GET", f"/api/contracts/{ABSENT}"),
    ("PATCH", f"/api/contracts/{ABSENT}/sign-status"), ("GET", "/api/projects/me"), ("GET", f"/api/projects/{ABSENT}"),
    ("GET", f"/api/projects/{ABSENT}/links"), ("GET", f"/api/projects/{ABSENT}/tasks")])
def test_without_a_token_everything_is_401(server, method, path):
    more = {"json": {"company_name": 5, "is_signed": "x"}} if method != "GET" else {}
    detail(server.call(method, path, **more), 401, "无效的认证凭据")


# 3.1 to 3.4

def test_a_new_user_has_no_business_account(server):
    user = server.register()
    detail(user.call("GET", "/api/business-accounts/me"), 404, "业务账号不存在")
    detail(user.call("PATCH", "/api/business-accounts/me", json={"company_name": "x"}), 404, "业务账号不存在")
    detail(user.call("PATCH", "/api/business-accounts/me", json={}), 404, "业务账号不存在")


def test_an_application_is_pending_and_reads_the_same_everywhere(user, account):
    assert account == {**APPLY, "id": account["id"], "owner_email": user.email, "status": "pending", "assigned_email": None,
                       "user_code": None, "created_at": account["created_at"], "updated_at": None}
    assert account["created_at"].endswith("Z") and len(account["id"]) == 24
    assert user.call("GET", "/api/business-accounts/me").json() == account
    assert user.call("GET", f"/api/business-accounts/{account['id']}").json() == account


def test_every_field_of_an_application_is_optional(server):
    answer = server.register().call("POST", "/api/business-accounts/me/apply", json={"tax_number": None, "status": "active", "user_code": "X"})
    assert answer.status_code == 201 and answer.json()["status"] == "pending"
    assert all(answer.json()[key] is None for key in (*APPLY, "user_code"))


@pytest.mark.parametrize("field, longest", [
    ("company_name", 128), ("tax_number", 64), ("certification_info", 512), ("communication_address", 256), ("contact_person_name", 64),
    ("contact_phone", 32)])
def test_lengths_count_characters(server, user, account, field, longest):
    fits, exceeds = "😀" * longest, "字" * (longest + 1)
    for method, path in [("POST", "/api/business-accounts/me/apply"), ("PATCH", "/api/business-accounts/me")]:
        for wrong in (exceeds, 5, ["x"], "a\u0000b"):
            assert field in detail(user.call(method, path, json={field: wrong}), 422)
    after = user.call("PATCH", "/api/business-accounts/me", json={field: fits}).json()
    assert after[field] == fits and after["updated_at"]
    user.call("PATCH", "/api/business-accounts/me", json={field: APPLY[field]})


def test_of_two_applications_the_second_is_400(server, user, account, admin):
    detail(user.call("POST", "/api/business-accounts/me/apply", json=APPLY), 400, "已存在申请或已激活账号")
    other = server.register()
    first = other.call("POST", "/api/business-accounts/me/apply", json={}).json()
    admin("DisableBusinessAccount", account_id=first["id"])
    detail(other.call("POST", "/api/business-accounts/me/apply", json={}), 400, "已存在申请或已激活账号")


def test_of_many_applications_at_once_one_wins(server):
    user = server.register()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: user.call("POST", "/api/business-accounts/me/apply", json={"company_name": str(n)}), range(16)))
    won = [a.json() for a in answers if a.status_code == 201]
    assert len(won) == 1 and sorted({a.status_code for a in answers}) == [201, 400]
    assert user.call("GET", "/api/business-accounts/me").json() == won[0]


def test_a_change_names_what_it_changes(server):
    user = server.register()
    before = user.call("POST", "/api/business-accounts/me/apply", json=APPLY).json()
    path = "/api/business-accounts/me"
    # Nothing of ours, or what only administrators give: nothing changes, not even the time.
    for body in ({}, {"user_code": "X", "assigned_email": "x@example.com", "status": "active", "id": ABSENT}):
        answer = user.call("PATCH", path, json=body)
        assert answer.status_code == 200 and answer.json() == before
    after = user.call("PATCH", path, json={"company_name": "更新后的公司名称", "tax_number": None, "contact_phone": ""}).json()
    assert after == {**before, "company_name": "更新后的公司名称", "tax_number": None, "contact_phone": "", "updated_at": after["updated_at"]}
    assert moment(after["updated_at"]) >= moment(before["created_at"])
    # Over RPC the mask says the same; without one, whatever is set is meant.
    rpc, service = Rpc(server), "csa.v1.BusinessAccountService"
    masked = rpc.call(service, "UpdateMyBusinessAccount", {"update_mask": "companyName", "tax_number": "ignored"}, user.token)
    assert "company_name" not in masked and "tax_number" not in masked
    unmasked = rpc.call(service, "UpdateMyBusinessAccount", {"tax_number": "T"}, user.token)
    assert unmasked["tax_number"] == "T" and unmasked["certification_info"] == APPLY["certification_info"]


def test_foreign_and_unknown_business_accounts(server, other, account):
    path = f"/api/business-accounts/{account['id']}"
    detail(other.call("GET", path), 403, "无权访问此业务账号")
    detail(server.call("GET", path, server.admin_token()), 403, "无权访问此业务账号")
    for unknown in (ABSENT, "x", "%F0%9F%99%82", "a" * 1000, account["id"].upper()):
        detail(other.call("GET", f"/api/business-accounts/{unknown}"), 404, "业务账号不存在")


def test_an_administrator_activates_and_disables(server, admin):
    user = server.register()
    account = user.call("POST", "/api/business-accounts/me/apply", json=APPLY).json()
    given = {"assigned_email": "user@company.com", "user_code": "USER001"}
    active = admin("ActivateBusinessAccount", account_id=account["id"], **given)
    assert active["status"] == "active" and active["owner_email"] == user.email
    shown = user.call("GET", "/api/business-accounts/me").json()
    assert shown == {**account, **given, "status": "active", "updated_at": shown["updated_at"]} and shown["updated_at"]
    notices = [m for m in server.messages(user.email) if m["purpose"] == "notice"]
    assert len(notices) == 1 and "user@company.com" in notices[0]["text"] and "USER001" in notices[0]["text"] and "code" not in notices[0]
    # The same again changes nothing and tells nobody.
    assert admin("ActivateBusinessAccount", account_id=account["id"], **given) == active
    assert len([m for m in server.messages(user.email) if m["purpose"] == "notice"]) == 1

    assert admin("DisableBusinessAccount", account_id=account["id"])["status"] == "disabled"
    disabled = user.call("GET", "/api/business-accounts/me").json()
    assert disabled["status"] == "disabled" and disabled["user_code"] == "USER001"
    again = admin("ActivateBusinessAccount", account_id=account["id"], assigned_email="new@company.com", user_code="USER002")
    assert again["status"] == "active" and again["assigned_email"] == "new@company.com"
    assert [e["action"] for e in entries(server, target=account["id"])] == [
        "business_account.activate", "business_account.disable", "business_account.activate"]
    for method, body in [("ActivateBusinessAccount", given), ("DisableBusinessAccount", {}), ("GetBusinessAccount", {})]:
        assert admin.code(method, account_id=ABSENT, **body) == ("NOT_FOUND", "业务账号不存在")
        assert admin.code(method, token=user.token, account_id=account["id"], **body) == ("PERMISSION_DENIED", "需要管理员权限")
    assert admin("GetBusinessAccount", account_id=account["id"]) == again
    for wrong in ({"assigned_email": "x", "user_code": "X"}, {"assigned_email": "a@b.com"}, {**given, "user_code": "字" * 65}):
        assert admin.code("ActivateBusinessAccount", account_id=account["id"], **wrong)[0] == "INVALID_ARGUMENT"


def test_business_accounts_are_listed_by_status(server, admin):
    made = [server.register().call("POST", "/api/business-accounts/me/apply", json={}).json()["id"] for _ in range(3)]
    admin("DisableBusinessAccount", account_id=made[1])
    pending = admin("ListBusinessAccounts", status_filter="pending", limit=2)
    assert [a["id"] for a in pending["items"]] == [made[2], made[0]]
    everybody = admin("ListBusinessAccounts", limit=100)
    assert [a["id"] for a in everybody["items"]][:3] == made[::-1]
    by_status = sum(int(admin("ListBusinessAccounts", status_filter=s)["total"]) for s in ("pending", "active", "disabled"))
    assert int(everybody["total"]) == by_status
    assert admin.code("ListBusinessAccounts", status_filter="open")[0] == "INVALID_ARGUMENT"
    assert admin.code("ListBusinessAccounts", limit=101)[0] == "INVALID_ARGUMENT"


# 4.1 to 4.3

def test_a_contract_reads_as_it_was_written(user, contract):
    shown = user.call("GET", f"/api/contracts/{contract['id']}").json()
    assert shown == {"id": contract["id"], "owner_email": user.email, "title": "云服务合同（2025版）", "content_markdown": "# 合同正文\n\n……",
                     "is_signed": False, "created_at": shown["created_at"], "updated_at": None}
    assert shown in user.call("GET", "/api/contracts/me?skip=0&limit=100").json()["items"]


def test_contracts_page_newest_first(server, admin):
    user = server.register()
    made = [admin("CreateContract", owner_email=user.email, title=f"第{n}份", content_markdown="x")["id"] for n in range(12)]
    first = user.call("GET", "/api/contracts/me").json()
    assert first["total"] == 12 and len(first["items"]) == 10
    second = user.call("GET", "/api/contracts/me?skip=10&limit=10").json()
    assert [c["id"] for c in first["items"] + second["items"]] == made[::-1]
    assert user.call("GET", "/api/contracts/me?skip=9223372036854775807").json() == {"total": 12, "items": []}
    theirs = admin("ListContracts", owner_email=user.email.upper(), limit=100)
    assert [c["id"] for c in theirs["items"]] == made[::-1] and int(theirs["total"]) == 12
    assert admin("ListContracts", limit=1)["items"][0]["id"] == made[-1]
    assert admin("ListContracts", owner_email="nobody@example.com") == {"total": "0", "items": []}


@pytest.mark.parametrize("path, longest", [("/api/contracts/me", 100), ("/api/projects/me", 100),
                                           ("/api/projects/{project}/links", 500), ("/api/projects/{project}/tasks", 500)])
def test_lists_refuse_bad_parameters(user, project, path, longest):
    path = path.format(project=project["id"])
    for query in (f"limit={longest + 1}", "limit=0", "limit=-1", "skip=-1", "limit=x", "skip=1.5", "limit=99999999999999999999", "skip=%ff"):
        assert query.split("=")[0] in detail(user.call("GET", f"{path}?{query}"), 422)
    assert user.call("GET", f"{path}?limit={longest}&unknown=x").status_code == 200


def test_foreign_and_unknown_contracts(server, user, other, contract):
    path = f"/api/contracts/{contract['id']}"
    detail(other.call("GET", path), 403, "无权访问此合同")
    detail(server.call("GET", path, server.admin_token()), 403, "无权访问此合同")
    detail(other.call("PATCH", path + "/sign-status", json={"is_signed": True}), 403, "无权更新此合同的签署状态")
    for unknown in (ABSENT, "x", "%F0%9F%99%82", "a" * 1000):
        detail(user.call("GET", f"/api/contracts/{unknown}"), 404, "合同不存在")
        detail(user.call("PATCH", f"/api/contracts/{unknown}/sign-status", json={"is_signed": True}), 404, "合同不存在")
    for body in ({}, {"is_signed": None}, {"is_signed": "true"}, {"is_signed": 1}, {"is_signed": "x"}):
        detail(user.call("PATCH", path + "/sign-status", json=body), 422)
        detail(other.call("PATCH", path + "/sign-status", json=body), 422)
    assert user.call("GET", path).json()["is_signed"] is False


def test_signing_and_taking_it_back(server, user, admin):
    contract = admin("CreateContract", owner_email=user.email, title="合同", content_markdown="甲")
    path = f"/api/contracts/{contract['id']}"
    sign = lambda yes, token=user.token: server.call("PATCH", path + "/sign-status", token, json={"is_signed": yes})  # noqa: E731
    signed = sign(True).json()
    assert signed["is_signed"] is True and signed["updated_at"]
    assert sign(True).json() == signed  # the time of the signature stays
    assert sign(False).json()["is_signed"] is False
    # An administrator may set anybody's (4.3), over REST too.
    by_admin = sign(True, server.admin_token())
    assert by_admin.status_code == 200 and by_admin.json()["owner_email"] == user.email
    # A new title leaves the signature; other words are unsigned words.
    retitled = admin("UpdateContract", contract_id=contract["id"], title="新标题")
    assert retitled["is_signed"] is True and retitled["title"] == "新标题" and retitled["content_markdown"] == "甲"
    assert admin("UpdateContract", contract_id=contract["id"], content_markdown="甲")["is_signed"] is True
    assert admin("UpdateContract", contract_id=contract["id"]) == retitled
    rewritten = admin("UpdateContract", contract_id=contract["id"], content_markdown="乙")
    assert rewritten["is_signed"] is False and rewritten["title"] == "新标题"
    assert user.call("GET", path).json()["content_markdown"] == "乙"

    me = admin.rpc.call("csa.v1.UserService", "GetMe", {}, admin.token)["id"]
    found = [(e["action"], e["actor"]) for e in reversed(entries(server, target=contract["id"]))]
    assert found == [("contract.create", me), ("contract.sign", user.id), ("contract.unsign", user.id), ("contract.sign", me),
                     ("contract.update", me), ("contract.update", me)]
    assert admin("DeleteContract", contract_id=contract["id"]) == {}
    detail(user.call("GET", path), 404, "合同不存在")
    assert entries(server, target=contract["id"])[0]["action"] == "contract.delete"


def test_what_administrators_write_of_contracts_is_checked(server, user, admin, contract):
    good = {"owner_email": user.email, "title": "t", "content_markdown": "x"}
    assert admin.code("CreateContract", **{**good, "owner_email": "nobody@example.com"}) == ("NOT_FOUND", "用户不存在")
    for wrong in ({"title": ""}, {"title": "字" * 201}, {"content_markdown": ""}, {"owner_email": ""}, {"content_markdown": "x" * (1 << 20) + "x"}):
        assert admin.code("CreateContract", **{**good, **wrong})[0] == "INVALID_ARGUMENT"
    large = admin("CreateContract", **{**good, "content_markdown": "字" * 349525})
    assert user.call("GET", f"/api/contracts/{large['id']}").json()["content_markdown"] == "字" * 349525
    admin("DeleteContract", contract_id=large["id"])
    for method in ("GetContract", "UpdateContract", "DeleteContract"):
        assert admin.code(method, contract_id=ABSENT) == ("NOT_FOUND", "合同不存在")
        assert admin.code(method, token=user.token, contract_id=contract["id"]) == ("PERMISSION_DENIED", "需要管理员权限")
    assert admin("GetContract", contract_id=contract["id"])["title"] == contract["title"]


def test_an_application_key_signs_only_its_owners_contracts(server, user, admin, contract):
    made = server.call("POST", "/api/application-key/create", server.admin_token(), json={})
    if made.status_code == 400:  # another test has made it; only a new one is shown in clear
        made = server.call("POST", "/api/application-key/rotate", server.admin_token())
    admin_key = made.json()["application_key"]["key"]
    path = f"/api/contracts/{contract['id']}/sign-status"
    detail(server.call("PATCH", path, admin_key, json={"is_signed": True}), 403, "无权更新此合同的签署状态")


# 5.1, 5.2, 5.5, 5.6

def test_a_project_reads_as_it_was_written(user, project):
    shown = user.call("GET", f"/api/projects/{project['id']}").json()
    assert shown == {"id": project["id"], "owner_email": user.email, "name": "示例项目", "description": "这是一个示例项目",
                     "overview_markdown": "# 项目概述", "created_at": shown["created_at"], "updated_at": None}
    assert shown in user.call("GET", "/api/projects/me?limit=100").json()["items"]


def test_projects_page_newest_first(server, admin):
    user = server.register()
    made = [admin("CreateProject", owner_email=user.email, name=f"项目{n}")["id"] for n in range(3)]
    page = user.call("GET", "/api/projects/me?skip=1&limit=2").json()
    assert page["total"] == 3 and [p["id"] for p in page["items"]] == made[1::-1]
    assert page["items"][0]["description"] is None and page["items"][0]["overview_markdown"] == ""
    assert [p["id"] for p in admin("ListProjects", owner_email=user.email.upper())["items"]] == made[::-1]
    assert admin("ListProjects", limit=1)["items"][0]["id"] == made[-1]
    assert admin("ListProjects", owner_email="nobody@example.com") == {"total": "0", "items": []}


@pytest.mark.parametrize("rest", ["", "/links", "/tasks"])
def test_foreign_and_unknown_projects(server, user, other, project, rest):
    detail(other.call("GET", f"/api/projects/{project['id']}{rest}"), 403, "无权访问此项目")
    detail(server.call("GET", f"/api/projects/{project['id']}{rest}", server.admin_token()), 403, "无权访问此项目")
    for unknown in (ABSENT, "x", "%F0%9F%99%82", "a" * 1000):
        detail(user.call("GET", f"/api/projects/{unknown}{rest}"), 404, "项目不存在")


def test_links_and_tasks_of_a_project(server, user, admin, project):
    path = f"/api/projects/{project['id']}"
    links = [admin("AddProjectLink", project_id=project["id"], title=f"链接{n}", url="HTTPS://docs.example.com/项目?q=1") for n in range(3)]
    shown = user.call("GET", f"{path}/links").json()
    assert shown["total"] == 3 and [x["id"] for x in shown["items"]] == [x["id"] for x in links[::-1]]
    assert shown["items"][0] == {"id": links[2]["id"], "project_id": project["id"], "title": "链接2", "url": "HTTPS://docs.example.com/项目?q=1",
                                 "description": None, "created_at": shown["items"][0]["created_at"], "updated_at": None}
    assert [x["id"] for x in user.call("GET", f"{path}/links?skip=1&limit=1").json()["items"]] == [links[1]["id"]]
    admin("DeleteProjectLink", link_id=links[0]["id"])
    assert user.call("GET", f"{path}/links").json()["total"] == 2
    assert int(admin("ListProjectLinks", project_id=project["id"])["total"]) == 2

    tasks = [admin("AddProjectTask", project_id=project["id"], title=f"任务{n}", description="编写项目相关文档") for n in range(3)]
    done = admin("SetProjectTaskStatus", task_id=tasks[1]["id"], status="completed")
    assert done["status"] == "completed" and done["updated_at"]
    assert admin("SetProjectTaskStatus", task_id=tasks[1]["id"], status="completed") == done
    ids = lambda query: [t["id"] for t in user.call("GET", f"{path}/tasks{query}").json()["items"]]  # noqa: E731
    assert ids("") == [t["id"] for t in tasks[::-1]]
    assert ids("?status=pending") == [tasks[2]["id"], tasks[0]["id"]] and ids("?status=completed") == [tasks[1]["id"]]
    assert user.call("GET", f"{path}/tasks?status=completed").json()["total"] == 1
    for wrong in ("open", "", "PENDING"):
        assert "status" in detail(user.call("GET", f"{path}/tasks?status={wrong}"), 422)
    assert int(admin("ListProjectTasks", project_id=project["id"], status="pending")["total"]) == 2
    admin("DeleteProjectTask", task_id=tasks[0]["id"])
    assert ids("?status=pending") == [tasks[2]["id"]]

    assert [e["action"] for e in entries(server, target=tasks[1]["id"])] == ["project_task.status", "project_task.add"]
    assert [e["action"] for e in entries(server, target=tasks[0]["id"])] == ["project_task.delete", "project_task.add"]
    assert [e["action"] for e in entries(server, target=links[0]["id"])] == ["project_link.delete", "project_link.add"]


def test_an_administrator_changes_and_deletes_projects(server, user, admin):
    project = admin("CreateProject", owner_email=user.email, name="旧", description="旧说明", overview_markdown="旧概述")
    same = admin("UpdateProject", project_id=project["id"])
    assert same == project
    after = admin("UpdateProject", project_id=project["id"], name="新", description="")
    assert after["name"] == "新" and "description" not in after and after["overview_markdown"] == "旧概述" and after["updated_at"]
    assert admin("GetProject", project_id=project["id"]) == after
    link = admin("AddProjectLink", project_id=project["id"], title="t", url="https://example.com")
    task = admin("AddProjectTask", project_id=project["id"], title="t")
    assert admin("DeleteProject", project_id=project["id"]) == {}
    detail(user.call("GET", f"/api/projects/{project['id']}"), 404, "项目不存在")
    assert admin.code("DeleteProjectLink", link_id=link["id"]) == ("NOT_FOUND", "链接不存在")
    assert admin.code("DeleteProjectTask", task_id=task["id"]) == ("NOT_FOUND", "任务不存在")
    assert admin.code("SetProjectTaskStatus", task_id=task["id"], status="pending") == ("NOT_FOUND", "任务不存在")
    assert [e["action"] for e in entries(server, target=project["id"])] == ["project.delete", "project.update", "project.create"]


def test_what_administrators_write_of_projects_is_checked(server, user, admin, project):
    at = {"project_id": project["id"]}
    assert admin.code("CreateProject", owner_email="nobody@example.com", name="x") == ("NOT_FOUND", "用户不存在")
    for method, body in [("GetProject", {}), ("UpdateProject", {"name": "x"}), ("DeleteProject", {}), ("ListProjectLinks", {}),
                         ("ListProjectTasks", {}), ("AddProjectLink", {"title": "t", "url": "https://x"}), ("AddProjectTask", {"title": "t"})]:
        assert admin.code(method, project_id=ABSENT, **body) == ("NOT_FOUND", "项目不存在"), method
        assert admin.code(method, token=user.token, **at, **body) == ("PERMISSION_DENIED", "需要管理员权限"), method
    for method, body in [("CreateProject", {"owner_email": user.email, "name": ""}), ("CreateProject", {"owner_email": user.email}),
                         ("UpdateProject", {**at, "name": "字" * 201}), ("AddProjectLink", {**at, "title": "", "url": "https://x"}),
                         ("AddProjectLink", {**at, "title": "t", "url": "javascript:alert(1)"}),
                         ("AddProjectLink", {**at, "title": "t", "url": "https://x y"}), ("AddProjectTask", {**at, "title": ""}),
                         ("SetProjectTaskStatus", {"task_id": ABSENT, "status": "open"})]:
        assert admin.code(method, **body)[0] == "INVALID_ARGUMENT", (method, body)


def test_a_disabled_user_and_an_unknown_token(server, admin, contract):
    user = server.register()
    Rpc(server).call("csa.admin.v1.UserAdminService", "SetUserActive", {"user_id": user.id, "is_active": False}, admin.token)
    for path in ("/api/business-accounts/me", "/api/contracts/me", f"/api/contracts/{contract['id']}", "/api/projects/me"):
        detail(user.call("GET", path), 403, "账号已被禁用")
        detail(server.call("GET", path, secrets.token_hex(16)), 401, "无效的认证凭据")
