"""Companies and contacts of the co-writing platform (chapter 企业管理接口), as their users call them."""
from concurrent.futures import ThreadPoolExecutor

import pytest
from cowriting import admin, credit_code, error, new_person, ok, page

WHOLE = {"name": "新企业有限公司", "legal_representative": "李四", "contact_phone": "13900139000", "contact_email": "contact@newcompany.com",
         "address": "北京市朝阳区示例街道456号", "industry": "环保", "business_scope": "环保技术开发与服务"}
BARE = set(WHOLE) | {"id", "unified_social_credit_code", "created_at", "updated_at"}
COUNTS = {"projects_count", "active_projects_count", "completed_projects_count"}


@pytest.fixture(scope="module")
def person(server):
    return new_person(server)


@pytest.fixture(scope="module")
def stranger(server):
    return new_person(server)


def test_a_company_is_made_read_changed_and_deleted(person):
    code = credit_code()
    made = ok(person.post("/companies/", WHOLE | {"unified_social_credit_code": code}), 201, "企业创建成功")
    assert set(made) == BARE and made["unified_social_credit_code"] == code
    assert {key: made[key] for key in WHOLE} == WHOLE and made["created_at"] == made["updated_at"]
    path = f"/companies/{made['id']}"
    read = ok(person.get(path), 200, "获取成功")
    assert set(read) == BARE | COUNTS | {"documents_count"}
    assert [read[key] for key in sorted(COUNTS)] == [0, 0, 0] and read["documents_count"] == 0
    changed = ok(person.put(path, {"contact_phone": "13700137000", "address": ""}), 200, "企业信息更新成功")
    assert set(changed) == BARE and changed["contact_phone"] == "13700137000" and changed["address"] is None
    assert changed["name"] == WHOLE["name"] and changed["created_at"] == made["created_at"] and changed["updated_at"] > made["updated_at"]
    ok(person.delete(path), 200, "企业删除成功")
    for answer in (person.get(path), person.put(path, {"name": "x"}), person.delete(path), person.get(path + "/contacts")):
        error(answer, 404, "企业不存在")


def test_what_was_never_given_is_null(person):
    made = ok(person.post("/companies", {"name": "只有名称"}), 201)
    assert set(made) == BARE and all(made[key] is None for key in BARE - {"id", "name", "created_at", "updated_at"})


@pytest.mark.parametrize("body, field", [
    ({}, "name"), ({"name": ""}, "name"), ({"name": "企" * 201}, "name"), ({"name": 5}, "name"),
    ({"name": "x", "unified_social_credit_code": "9111"}, "unified_social_credit_code"),
    ({"name": "x", "unified_social_credit_code": "91110000-987654321"}, "unified_social_credit_code"),
    ({"name": "x", "contact_email": "nobody"}, "contact_email"), ({"name": "x", "business_scope": "经" * 2001}, "business_scope"),
])
def test_bad_fields_are_named(person, body, field):
    before = page(person.get("/companies"))["total"]
    assert field in str(error(person.post("/companies", body), 422)["details"])
    assert page(person.get("/companies"))["total"] == before


@pytest.mark.parametrize("company_id", ["abc", "0", "-1", str(2**63), str(2**64 + 1), "1e3", "999999999999", str(2**63 - 1)])
def test_ids_that_cannot_be(person, company_id):
    for answer in (person.get(f"/companies/{company_id}"), person.put(f"/companies/{company_id}", {"name": "x"}),
                   person.delete(f"/companies/{company_id}"), person.get(f"/companies/{company_id}/contacts")):
        error(answer, 404)


def test_nobody_else_reaches_a_company_but_administrators(server, person, stranger):
    company = person.company()
    contact = person.contact(company["id"])
    path = f"/companies/{company['id']}"
    one = f"{path}/contacts/{contact['id']}"
    for answer in (stranger.get(path), stranger.put(path, {"name": "偷"}), stranger.delete(path), stranger.get(path + "/contacts"),
                   stranger.post(path + "/contacts", {"name": "偷"}), stranger.put(one, {"name": "偷"}), stranger.delete(one)):
        error(answer, 404, "企业不存在")
    assert company["id"] not in [item["id"] for item in page(stranger.get("/companies", size=100))["items"]]
    for answer in (person.get(path, ), ):
        assert ok(answer)["name"] == company["name"]
    administrator = admin(server)
    assert ok(administrator.get(path))["name"] == company["name"]
    assert ok(administrator.put(path, {"industry": "环保"}))["industry"] == "环保"
    assert ok(administrator.get(path + "/contacts"))["total"] == 1
    assert company["id"] in [item["id"] for item in page(administrator.get("/companies", keyword=company["name"]))["items"]]


def test_nobody_is_not_answered(server):
    for method, path in [("GET", "/companies"), ("POST", "/companies"), ("GET", "/companies/1"), ("PUT", "/companies/1"),
                         ("DELETE", "/companies/1"), ("GET", "/companies/1/contacts"), ("POST", "/companies/1/contacts")]:
        error(server.call(method, "/api/v1" + path), 401)


def test_mass_assignment_changes_nothing(person, stranger):
    made = ok(person.post("/companies", {"name": "甲", "id": 1, "user_id": stranger.id, "created_at": "2000-01-01T00:00:00Z",
                                         "projects_count": 9, "deleted_at": None}), 201)
    assert made["created_at"] > "2020"
    ok(person.put(f"/companies/{made['id']}", {"company_id": 1, "id": 7, "user_id": stranger.id, "name": "乙"}))
    assert ok(person.get(f"/companies/{made['id']}"))["name"] == "乙"
    error(stranger.get(f"/companies/{made['id']}"), 404)


def test_a_code_is_one_per_owner(person, stranger):
    code = credit_code()
    first = person.company(unified_social_credit_code=code)
    for again in (code, code.lower()):
        error(person.post("/companies", {"name": "又", "unified_social_credit_code": again}), 409, "统一社会信用代码已存在", "CONFLICT")
    stranger.company(unified_social_credit_code=code)
    second = person.company()
    error(person.put(f"/companies/{second['id']}", {"unified_social_credit_code": code}), 409, "统一社会信用代码已存在")
    assert ok(person.put(f"/companies/{first['id']}", {"unified_social_credit_code": code.lower()}))[
        "unified_social_credit_code"] == code.lower()
    assert [item["id"] for item in page(person.get("/companies", unified_social_credit_code=code))["items"]] == [first["id"]]
    ok(person.delete(f"/companies/{first['id']}"))
    person.company(unified_social_credit_code=code)
    # Any number of companies have none.
    person.company(unified_social_credit_code="")
    person.company(unified_social_credit_code="")


def test_of_parallel_makers_of_one_code_one_wins(person):
    code = credit_code()
    body = {"name": "并发", "unified_social_credit_code": code}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: person.post("/companies", body), range(16)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 15
    assert page(person.get("/companies", unified_social_credit_code=code))["total"] == 1


def test_lists_are_paged_narrowed_and_sorted(server):
    person = new_person(server)
    made = [person.company(name=name, industry=industry, legal_representative=who)
            for name, industry, who in [("丙公司", "化工", "张三"), ("甲公司 ABC", "环保", "李四"), ("乙%公司", "化工", "王_五")]]

    def names(**params):
        return [item["name"] for item in page(person.get("/companies/", **params))["items"]]

    everything = page(person.get("/companies/"))
    assert [everything[key] for key in ("total", "page", "size", "pages")] == [3, 1, 20, 1]
    assert set(everything["items"][0]) == BARE - {"address", "business_scope", "updated_at"} | COUNTS
    assert names() == ["乙%公司", "甲公司 ABC", "丙公司"] == names(sort_by="created_at", sort_order="desc")
    assert names(sort_order="asc") == ["丙公司", "甲公司 ABC", "乙%公司"]
    assert names(sort_by="name", sort_order="asc") == sorted(item["name"] for item in made)
    assert names(sort_by="name") == sorted((item["name"] for item in made), reverse=True)
    ok(person.put(f"/companies/{made[0]['id']}", {"address": "新"}))
    assert names(sort_by="updated_at")[0] == "丙公司"
    assert names(page=2, size=2) == ["丙公司"] and names(page=2, size=2, sort_by="name", sort_order="asc") == [max(i["name"] for i in made)]
    assert names(industry="化工") == ["乙%公司", "丙公司"] and names(industry="化") == [] and len(names(industry="")) == 3
    assert names(keyword="公司") == names() and names(keyword="张三") == ["丙公司"] and names(keyword="abc") == ["甲公司 ABC"]
    assert names(keyword="%") == ["乙%公司"] and names(keyword="_") == ["乙%公司"] and names(keyword="张%") == []
    assert names(keyword="公司", industry="化工", page=1, size=1, sort_by="name", sort_order="asc") == ["丙公司"]
    at = [item["created_at"] for item in reversed(everything["items"])]
    assert names(created_after=at[1]) == ["乙%公司", "甲公司 ABC"] and names(created_before=at[1]) == ["丙公司"]
    assert names(created_after=at[1], created_before=at[2], keyword="公司") == ["甲公司 ABC"]
    assert names(created_after=at[2], created_before=at[1]) == []
    past = page(person.get("/companies", page=2**31 - 1, size=100))
    assert past["items"] == [] and past["total"] == 3
    assert page(person.get("/companies", keyword="没有这家"))["pages"] == 0


@pytest.mark.parametrize("params", [
    {"page": 0}, {"page": -1}, {"size": 0}, {"size": 101}, {"page": "x"}, {"size": 2**31}, {"page": 2**63}, {"sort_by": "password_hash"},
    {"sort_by": "name; DROP TABLE cw_companies"}, {"sort_by": ""}, {"sort_order": "up"}, {"created_after": "yesterday"}, {"keyword": "x" * 101},
])
def test_bad_questions_are_refused(person, params):
    assert person.get("/companies", **params).status_code in (400, 422)
    assert person.get("/companies").status_code == 200


def test_counts_are_right_after_every_change(person):
    company, other = person.company()["id"], person.company()["id"]

    def counts(company_id):
        told = ok(person.get(f"/companies/{company_id}"))
        item = next(item for item in page(person.get("/companies", size=100))["items"] if item["id"] == company_id)
        numbers = [told[key] for key in ("projects_count", "active_projects_count", "completed_projects_count")]
        assert [item[key] for key in ("projects_count", "active_projects_count", "completed_projects_count")] == numbers
        return numbers

    first, second = person.project(company)["id"], person.project(company)["id"]
    assert counts(company) == [2, 2, 0]
    ok(person.put(f"/projects/{first}", {"status": "completed"}))
    assert counts(company) == [2, 1, 1]
    ok(person.put(f"/projects/{first}", {"company_id": other}))
    assert counts(company) == [1, 1, 0] and counts(other) == [1, 0, 1]
    ok(person.put(f"/projects/{first}", {"status": "draft"}))
    assert counts(other) == [1, 1, 0]
    ok(person.delete(f"/projects/{second}"))
    assert counts(company) == [0, 0, 0]


def test_a_company_with_projects_stays(person):
    company = person.company()["id"]
    project = person.project(company)["id"]
    error(person.delete(f"/companies/{company}"), 409, "企业仍有项目，不能删除", "CONFLICT")
    ok(person.delete(f"/projects/{project}"))
    ok(person.delete(f"/companies/{company}"))
    error(person.post("/projects", {"name": "晚了", "company_id": company}), 404, "企业不存在")


# contacts

def test_a_contact_is_made_changed_and_deleted(person):
    company = person.company()["id"]
    path = f"/companies/{company}/contacts"
    body = {"name": "赵六", "position": "技术总监", "phone": "13500135000", "email": "zhaoliu@example.com", "department": "技术部",
            "is_primary": False, "notes": "技术负责人"}
    made = ok(person.post(path, body), 201, "联系人添加成功")
    assert set(made) == set(body) | {"id", "company_id", "is_active", "created_at"}
    assert {key: made[key] for key in body} == body and made["is_active"] is True and made["company_id"] == company
    (item,) = page(person.get(path))["items"]
    assert item == {key: value for key, value in made.items() if key != "notes"}
    one = f"{path}/{made['id']}"
    changed = ok(person.put(one, {"phone": "1", "notes": "", "is_active": False}), 200, "联系人更新成功")
    assert changed == made | {"phone": "1", "notes": None, "is_active": False}
    other = person.company()["id"]
    error(person.put(f"/companies/{other}/contacts/{made['id']}", {"name": "x"}), 404, "联系人不存在")
    error(person.delete(f"/companies/{other}/contacts/{made['id']}"), 404, "联系人不存在")
    ok(person.delete(one), 200, "联系人删除成功")
    error(person.put(one, {"name": "x"}), 404, "联系人不存在")
    error(person.delete(one), 404, "联系人不存在")
    assert page(person.get(path))["total"] == 0


@pytest.mark.parametrize("body, field", [({}, "name"), ({"name": ""}, "name"), ({"name": "名" * 101}, "name"),
                                         ({"name": "x", "email": "nobody"}, "email"), ({"name": "x", "is_primary": "maybe"}, "is_primary")])
def test_bad_fields_of_contacts_are_named(person, body, field):
    company = person.company()["id"]
    assert field in str(error(person.post(f"/companies/{company}/contacts", body), 422)["details"])
    assert page(person.get(f"/companies/{company}/contacts"))["total"] == 0


def test_one_contact_is_primary_at_most(person):
    company = person.company()["id"]
    path = f"/companies/{company}/contacts"

    def primary():
        return [item["name"] for item in page(person.get(path))["items"] if item["is_primary"]]

    first = person.contact(company, name="甲", is_primary=True)
    second = person.contact(company, name="乙", is_primary=True)
    assert primary() == ["乙"]
    ok(person.put(f"{path}/{first['id']}", {"is_primary": True}))
    assert primary() == ["甲"]
    ok(person.put(f"{path}/{first['id']}", {"is_primary": False}))
    assert primary() == []
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: person.put(f"{path}/{one['id']}", {"is_primary": True}), [first, second] * 8))
    assert {answer.status_code for answer in answers} == {200} and len(primary()) == 1
    ok(person.delete(f"{path}/{second['id']}"))
    person.contact(company, name="丙", is_primary=True)
    assert primary() == ["丙"]


def test_contacts_are_narrowed_and_sorted(person):
    company = person.company()["id"]
    path = f"/companies/{company}/contacts"
    made = [person.contact(company, name=name, department=department) for name, department in [("乙", "技术部"), ("甲", "项目部"), ("丙", "R&D_1")]]
    ok(person.put(f"{path}/{made[1]['id']}", {"is_active": False}))

    def names(**params):
        return [item["name"] for item in page(person.get(path, **params))["items"]]

    assert names() == ["丙", "甲", "乙"] and names(sort_order="asc") == ["乙", "甲", "丙"]
    assert names(is_active="true") == ["丙", "乙"] and names(is_active="false") == ["甲"]
    assert names(sort_by="name") == sorted("甲乙丙", reverse=True)
    assert names(keyword="r&d_") == ["丙"] and names(keyword="部") == ["甲", "乙"] and names(keyword="%") == []
    assert names(size=1, page=2) == ["甲"] and names(created_after=made[1]["created_at"], is_active="true") == ["丙"]
    for bad in ({"sort_by": "notes"}, {"is_active": "maybe"}, {"size": 101}):
        assert person.get(path, **bad).status_code in (400, 422)

