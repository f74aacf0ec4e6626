"""Projects and forms of the co-writing platform (chapter 项目管理接口), as their users call them."""
import pytest
from cowriting import admin, error, new_person, ok, page

ITEM = {"id", "name", "type", "status", "description", "user_id", "user_name", "company_id", "company_name", "created_at", "updated_at",
        "documents_count", "forms_count", "progress"}
BARE = ITEM - {"user_name", "company_name", "documents_count", "forms_count", "progress"} | {"metadata"}
METADATA = {"priority": "high", "deadline": "2024-06-30", "n": 3, "part": 0.7, "list": [1, None, {"x": True}]}


@pytest.fixture(scope="module")
def person(server):
    return new_person(server, full_name="张三")


@pytest.fixture(scope="module")
def stranger(server):
    return new_person(server)


def deep(levels):
    value = {}
    for _ in range(levels - 1):
        value = {"x": value}
    return value


def test_a_project_is_made_read_changed_and_deleted(person):
    company = person.company()
    body = {"name": "新项目环评报告", "type": "environmental_assessment", "status": "draft", "description": "环境影响评价报告",
            "user_id": person.id, "company_id": company["id"], "metadata": METADATA}
    made = ok(person.post("/projects/", body), 201, "项目创建成功")
    assert set(made) == BARE and {key: made[key] for key in body} == body and made["created_at"] == made["updated_at"]
    assert '"n":3,' in person.get(f"/projects/{made['id']}").text or '"n":3}' in person.get(f"/projects/{made['id']}").text
    path = f"/projects/{made['id']}"
    read = ok(person.get(path))
    assert set(read) == ITEM | {"metadata", "completed_at"} and {key: read[key] for key in BARE} == made
    assert (read["user_name"], read["company_name"], read["completed_at"]) == ("张三", company["name"], None)
    assert (read["documents_count"], read["forms_count"], read["progress"]) == (0, 0, 0)
    item = page(person.get("/projects/"))["items"][0]
    assert item == {key: read[key] for key in ITEM}
    changed = ok(person.put(path, {"name": "新名称", "status": "generating", "description": ""}), 200, "项目信息更新成功")
    assert changed == made | {"name": "新名称", "status": "generating", "description": None, "updated_at": changed["updated_at"]}
    assert changed["updated_at"] > made["updated_at"]
    assert ok(person.put(path, {"metadata": {"only": 1}}))["metadata"] == {"only": 1}
    assert ok(person.put(path, {"metadata": {}}))["metadata"] == {}
    ok(person.delete(path), 200, "项目删除成功")
    for answer in (person.get(path), person.put(path, {"name": "x"}), person.delete(path), person.get(path + "/forms"),
                   person.post(path + "/forms", {"form_type": "x", "form_data": {}})):
        error(answer, 404, "项目不存在")


def test_defaults(person):
    made = ok(person.post("/projects", {"name": "只有名称"}), 201)
    assert (made["status"], made["metadata"], made["company_id"], made["description"]) == ("draft", {}, None, None) and made["type"]
    assert ok(person.get(f"/projects/{made['id']}"))["company_name"] is None


@pytest.mark.parametrize("body, field", [
    ({}, "name"), ({"name": ""}, "name"), ({"name": "项" * 201}, "name"), ({"name": "x", "type": "Bad Type"}, "type"),
    ({"name": "x", "status": ""}, "status"), ({"name": "x", "metadata": [1]}, "metadata"), ({"name": "x", "metadata": "x"}, "metadata"),
    ({"name": "x", "user_id": 0}, "user_id"), ({"name": "x", "company_id": 2**63}, "company_id"),
    ({"name": "x", "metadata": {"x": "大" * 22_000}}, "metadata"), ({"name": "x", "metadata": deep(30)}, "metadata"),
])
def test_bad_fields_are_named(person, body, field):
    before = page(person.get("/projects"))["total"]
    assert field in str(error(person.post("/projects", body), 422)["details"])
    assert page(person.get("/projects"))["total"] == before


@pytest.mark.parametrize("project_id", ["abc", "0", "-1", str(2**63), "999999999999", str(2**63 - 1)])
def test_ids_that_cannot_be(person, project_id):
    for answer in (person.get(f"/projects/{project_id}"), person.put(f"/projects/{project_id}", {"name": "x"}),
                   person.delete(f"/projects/{project_id}"), person.get(f"/projects/{project_id}/forms")):
        error(answer, 404)


def test_nobody_else_reaches_a_project_but_administrators(server, person, stranger):
    project = person.project()
    form = person.form(project["id"])
    path = f"/projects/{project['id']}"
    one = f"{path}/forms/{form['id']}"
    data = {"form_type": "x", "form_data": {}}
    for answer in (stranger.get(path), stranger.put(path, {"name": "偷"}), stranger.delete(path), stranger.get(path + "/forms"),
                   stranger.post(path + "/forms", data), stranger.put(one, data), stranger.delete(one)):
        error(answer, 404, "项目不存在")
    assert page(stranger.get("/projects"))["total"] == 0
    assert page(stranger.get("/projects", user_id=person.id))["total"] == 0
    assert page(stranger.get("/projects", company_id=project["company_id"]))["total"] == 0
    assert page(person.get("/projects", user_id=person.id))["total"] == page(person.get("/projects"))["total"]
    administrator = admin(server)
    assert ok(administrator.get(path))["user_id"] == person.id
    assert ok(administrator.put(path, {"type": "emergency_plan"}))["user_id"] == person.id
    assert page(administrator.get(path + "/forms"))["total"] == 1
    assert project["id"] in [item["id"] for item in page(administrator.get("/projects", user_id=person.id))["items"]]
    assert page(administrator.get("/projects", user_id=2**62))["total"] == 0


def test_nobody_is_not_answered(server):
    for method, path in [("GET", "/projects"), ("POST", "/projects"), ("GET", "/projects/1"), ("PUT", "/projects/1"),
                         ("DELETE", "/projects/1"), ("GET", "/projects/1/forms"), ("POST", "/projects/1/forms")]:
        error(server.call(method, "/api/v1" + path), 401)


def test_whose_a_project_may_be(server, person, stranger):
    error(person.post("/projects", {"name": "给别人", "user_id": stranger.id}), 403, "不能为其他用户创建项目", "FORBIDDEN")
    foreign = stranger.company()["id"]
    error(person.post("/projects", {"name": "别人的企业", "company_id": foreign}), 404, "企业不存在")
    own = person.project()
    error(person.put(f"/projects/{own['id']}", {"company_id": foreign}), 404, "企业不存在")
    assert ok(person.put(f"/projects/{own['id']}", {"user_id": stranger.id, "id": 1, "created_at": "2000-01-01T00:00:00Z"}))[
        "user_id"] == person.id
    administrator = admin(server)
    given = ok(administrator.post("/projects", {"name": "代建", "user_id": stranger.id, "company_id": foreign}), 201)
    assert given["user_id"] == stranger.id and ok(stranger.get(f"/projects/{given['id']}"))["company_id"] == foreign
    error(administrator.post("/projects", {"name": "不是他的企业", "user_id": person.id, "company_id": foreign}), 404, "企业不存在")
    error(administrator.put(f"/projects/{own['id']}", {"company_id": foreign}), 404, "企业不存在")
    error(administrator.post("/projects", {"name": "没有这人", "user_id": 2**62}), 404, "用户不存在")


def test_completion_is_timed(person):
    project = person.project()
    path = f"/projects/{project['id']}"

    def completed_at():
        return ok(person.get(path))["completed_at"]

    ok(person.put(path, {"status": "completed"}))
    first = completed_at()
    assert first >= project["created_at"]
    ok(person.put(path, {"status": "completed", "name": "仍然完成"}))
    assert completed_at() == first
    ok(person.put(path, {"status": "draft"}))
    assert completed_at() is None
    ready = person.project(status="completed")
    assert ok(person.get(f"/projects/{ready['id']}"))["completed_at"] == ready["created_at"]


def test_lists_are_paged_narrowed_and_sorted(server):
    person = new_person(server)
    company = person.company()["id"]
    other = person.company()["id"]
    made = [ok(person.post("/projects", {"name": name, "type": kind, "status": status, "company_id": where, "description": description}), 201)
            for name, kind, status, where, description in [
                ("丙项目", "emergency_plan", "draft", company, "化工 100%"), ("甲项目 ABC", "environmental_assessment", "generating", company, "x_y"),
                ("乙项目", "emergency_plan", "completed", other, "应急")]]

    def names(**params):
        return [item["name"] for item in page(person.get("/projects/", **params))["items"]]

    assert names() == ["乙项目", "甲项目 ABC", "丙项目"] and names(sort_by="created_at", sort_order="asc") == names()[::-1]
    assert names(sort_by="name", sort_order="asc") == sorted(names()) and names(sort_by="name", sort_order="desc") == sorted(names())[::-1]
    assert names(sort_by="status", sort_order="asc") == ["乙项目", "丙项目", "甲项目 ABC"]
    assert names(sort_by="type", sort_order="asc") == ["丙项目", "乙项目", "甲项目 ABC"]
    ok(person.put(f"/projects/{made[0]['id']}", {"metadata": {}}))
    assert names(sort_by="updated_at") == ["丙项目", "乙项目", "甲项目 ABC"]
    assert names(company_id=company) == ["甲项目 ABC", "丙项目"] and names(company_id=2**62) == []
    assert names(type="emergency_plan") == ["乙项目", "丙项目"] and names(status="completed") == ["乙项目"]
    assert names(type="emergency_plan", status="draft", company_id=company, keyword="化工") == ["丙项目"]
    assert names(keyword="应急") == ["乙项目"] and names(keyword="abc") == ["甲项目 ABC"] and names(keyword="%") == ["丙项目"]
    assert names(keyword="_") == ["甲项目 ABC"] and names(keyword="甲%") == [] and len(names(keyword="")) == 3
    assert names(page=2, size=2) == ["丙项目"] and names(page=2, size=1, company_id=company) == ["丙项目"]
    at = [item["created_at"] for item in made]
    assert names(created_after=at[1]) == ["乙项目", "甲项目 ABC"] and names(created_before=at[1]) == ["丙项目"]
    assert names(created_after=at[1], created_before=at[2], company_id=company, sort_by="name") == ["甲项目 ABC"]
    past = page(person.get("/projects", page=4, size=1))
    assert past["items"] == [] and (past["total"], past["pages"]) == (3, 3)


@pytest.mark.parametrize("params", [
    {"page": 0}, {"size": 0}, {"size": 101}, {"page": "x"}, {"sort_by": "metadata"}, {"sort_by": "created_at desc"}, {"sort_order": "DROP"},
    {"company_id": "x"}, {"company_id": 2**63}, {"user_id": 0}, {"created_before": "2024-13-01T00:00:00Z"},
])
def test_bad_questions_are_refused(person, params):
    assert person.get("/projects", **params).status_code in (400, 422)


def test_a_companys_name_is_the_present_one(person):
    project = person.project()
    ok(person.put(f"/companies/{project['company_id']}", {"name": "改名后的企业"}))
    assert ok(person.get(f"/projects/{project['id']}"))["company_name"] == "改名后的企业"
    assert page(person.get("/projects"))["items"][0]["company_name"] == "改名后的企业"


# forms

def test_a_form_is_made_changed_and_deleted(person):
    project = person.project()["id"]
    path = f"/projects/{project}/forms"
    body = {"form_type": "environmental_info", "form_data": {"industry_type": "化工", "main_products": ["化工产品A", "化工产品B"], "n": 5}}
    made = ok(person.post(path, body), 201, "表单创建成功")
    assert set(made) == set(body) | {"id", "project_id", "created_at", "updated_at"}
    assert {key: made[key] for key in body} == body and made["project_id"] == project
    (item,) = page(person.get(path))["items"]
    assert item == made | {"fields_count": 3}
    assert ok(person.get(f"/projects/{project}"))["forms_count"] == 1
    one = f"{path}/{made['id']}"
    changed = ok(person.put(one, {"form_data": {"only": None}}), 200, "表单更新成功")
    assert changed == made | {"form_data": {"only": None}, "updated_at": changed["updated_at"]}
    assert page(person.get(path))["items"][0]["fields_count"] == 1
    other = person.project()["id"]
    error(person.put(f"/projects/{other}/forms/{made['id']}", {"form_data": {}}), 404, "表单不存在")
    error(person.delete(f"/projects/{other}/forms/{made['id']}"), 404, "表单不存在")
    ok(person.delete(one), 200, "表单删除成功")
    error(person.put(one, {"form_data": {}}), 404, "表单不存在")
    assert page(person.get(path))["total"] == 0 and ok(person.get(f"/projects/{project}"))["forms_count"] == 0


@pytest.mark.parametrize("body, field", [
    ({}, "form_type"), ({"form_type": "x"}, "form_data"), ({"form_type": "", "form_data": {}}, "form_type"),
    ({"form_type": "x", "form_data": None}, "form_data"), ({"form_type": "x", "form_data": "text"}, "form_data"),
    ({"form_type": "x", "form_data": {"x": "a" * 262_144}}, "form_data"), ({"form_type": "x", "form_data": deep(30)}, "form_data"),
    ({"form_type": "x", "form_data": {"x": "\0"}}, "form_data"),
])
def test_bad_fields_of_forms_are_named(person, body, field):
    project = person.project()["id"]
    assert field in str(error(person.post(f"/projects/{project}/forms", body), 422)["details"])
    assert page(person.get(f"/projects/{project}/forms"))["total"] == 0


def test_the_largest_and_deepest_form_comes_back(person):
    project = person.project()["id"]
    for data in ({"x": "a" * (262_144 - 8)}, deep(24), {}):
        made = person.form(project, form_data=data)
        assert made["form_data"] == data
    assert [item["fields_count"] for item in page(person.get(f"/projects/{project}/forms"))["items"]] == [0, 1, 1]


def test_forms_are_narrowed_and_sorted(person):
    project = person.project()["id"]
    made = [person.form(project, form_type=kind) for kind in ("b", "a", "c")]
    path = f"/projects/{project}/forms"

    def kinds(**params):
        return [item["form_type"] for item in page(person.get(path, **params))["items"]]

    assert kinds() == ["c", "a", "b"] and kinds(sort_order="asc") == ["b", "a", "c"] and kinds(sort_by="form_type") == ["c", "b", "a"]
    ok(person.put(f"{path}/{made[0]['id']}", {"form_data": {}}))
    assert kinds(sort_by="updated_at") == ["b", "c", "a"]
    assert kinds(form_type="a") == ["a"] and kinds(form_type="%") == [] and kinds(page=3, size=1) == ["b"]
    assert kinds(created_after=made[1]["created_at"], created_before=made[2]["created_at"]) == ["a"]
    assert person.get(path, sort_by="form_data").status_code in (400, 422)


# documents of projects

def test_documents_are_counted_and_make_the_progress(person):
    project = person.project()
    path = f"/projects/{project['id']}"
    company = f"/companies/{project['company_id']}"
    documents = [person.document(project["id"])["id"] for _ in range(3)]

    def told():
        read = ok(person.get(path))
        item = next(item for item in page(person.get("/projects", company_id=project["company_id"]))["items"])
        assert (item["documents_count"], item["progress"]) == (read["documents_count"], read["progress"])
        assert ok(person.get(company))["documents_count"] == read["documents_count"]
        return read["documents_count"], read["progress"]

    assert told() == (3, 0)
    ok(person.put(f"/documents/{documents[0]}", {"status": "completed"}))
    assert told() == (3, 33.3)
    ok(person.delete(f"/documents/{documents[1]}"))
    assert told() == (2, 50)


def test_documents_and_forms_go_with_their_project(person):
    project = person.project()
    document = person.document(project["id"], title="随项目删除的文档")["id"]
    form = person.form(project["id"])["id"]
    ok(person.delete(f"/projects/{project['id']}"))
    error(person.get(f"/documents/{document}"), 404)
    assert page(person.get("/documents", keyword="随项目删除的文档"))["total"] == 0
    error(person.put(f"/projects/{project['id']}/forms/{form}", {"form_data": {}}), 404, "项目不存在")
    assert ok(person.get(f"/companies/{project['company_id']}"))["documents_count"] == 0
    error(person.post("/documents", {"title": "晚了", "content": "x", "project_id": project["id"]}), 404)
