"""Documents of the co-writing platform: contents and versions, optimistic concurrency, comparison, lists and search, and everything refused."""
import difflib
import json
import random
from concurrent.futures import ThreadPoolExecutor

import grpc
import httpx
import pytest
from cowriting import admin, error, new_person, ok, page, uniq
from rpc import Rpc
from test_remote_gateway import RemoteGateway

DOCUMENTS = "cowriting.v1.DocumentService"
MIB = 1024 * 1024
NOT_FOUND, VERSION_NOT_FOUND, CHANGED = "文档不存在", "文档版本不存在", "文档已被修改，请刷新后重试"


@pytest.fixture(scope="module")
def author(server):
    return new_person(server, full_name="张三")


@pytest.fixture(scope="module")
def project(author):
    return author.project(name="化工企业环保应急预案")


@pytest.fixture(scope="module")
def chief(server):
    return admin(server)


@pytest.fixture
def document(author, project):
    return author.document(project["id"])


def path(document, *more):
    return "/".join(["/documents", str(document["id"]), *map(str, more)])


def versions(person, document, **params):
    return page(person.get(path(document, "versions"), **{"size": 100, **params}))["items"]


def etag(person, document):
    return person.get(path(document)).headers["etag"]


# contents and versions

def test_a_document_is_made_with_its_first_version(author, project):
    body = {"title": "新文档标题", "content": "# 新文档内容\n\n正文...", "format": "markdown", "status": "draft", "project_id": project["id"],
            "metadata": {"chapter": 2, "section": "风险评估", "weight": 0.5, "list": [1, None, True]}}
    made = ok(author.post("/documents", body), 201, "文档创建成功")
    assert {k: made[k] for k in body} == body and made["created_at"] == made["updated_at"]
    assert set(made) == set(body) | {"id", "created_at", "updated_at"}
    assert isinstance(made["metadata"]["chapter"], int)
    shown = ok(author.get(path(made)), 200, "获取成功")
    assert shown == made | {"project_name": project["name"], "versions_count": 1, "ai_generations_count": 0, "exports_count": 0}
    [first] = versions(author, made)
    assert first == {"id": first["id"], "document_id": made["id"], "version_number": 1, "content": body["content"],
                     "changes_summary": {"type": "initial", "description": "初始版本"}, "created_by": author.id, "created_by_name": "张三",
                     "created_at": made["created_at"]}
    assert ok(author.get(path(made, "versions", 1))) == first


def test_what_is_not_given_has_its_usual_value(author, project):
    made = ok(author.post("/documents", {"title": "题", "project_id": project["id"]}), 201)
    assert (made["content"], made["format"], made["status"], made["metadata"]) == ("", "markdown", "draft", {})
    assert versions(author, made)[0]["content"] == ""


def test_new_contents_are_a_version_and_the_same_are_none(author, document):
    changed = ok(author.put(path(document), {"content": "二"}), 200, "文档更新成功")
    assert changed["content"] == "二" and changed["title"] == document["title"] and changed["updated_at"] > document["updated_at"]
    same = author.put(path(document), {"content": "二", "title": changed["title"], "metadata": {}})
    assert ok(same) == changed and same.headers["etag"] == etag(author, document)
    ok(author.put(path(document), {"title": "题", "status": "reviewing", "format": "html", "metadata": {"a": 1}}))
    shown = ok(author.get(path(document)))
    assert (shown["title"], shown["status"], shown["format"], shown["metadata"], shown["content"]) == ("题", "reviewing", "html", {"a": 1}, "二")
    assert shown["versions_count"] == 2
    ok(author.put(path(document), {"metadata": {}, "content": ""}))
    listed = versions(author, document)
    assert [(v["version_number"], v["content"]) for v in listed] == [(1, document["content"]), (2, "二"), (3, "")]
    assert listed[1]["changes_summary"]["type"] == "update" and "文档" in listed[1]["changes_summary"]["description"]


def test_what_looks_alike_and_is_not(author, document):
    """Two forms of one character are two contents."""
    for number, text in enumerate(("é", "e\u0301", "é"), 2):
        assert ok(author.put(path(document), {"content": text, "title": text}))["content"] == text
        shown = ok(author.get(path(document)))
        assert (shown["title"], shown["versions_count"]) == (text, number)


def test_a_posted_version_becomes_the_content(author, document):
    summary = {"type": "major_update", "description": "重大更新，重写了第三章", "pages": 3}
    made = ok(author.post(path(document, "versions"), {"content": "# 新版本内容", "changes_summary": summary}), 201, "文档版本创建成功")
    assert set(made) == {"id", "document_id", "version_number", "content", "changes_summary", "created_by", "created_at"}
    assert (made["version_number"], made["content"], made["changes_summary"], made["created_by"]) == (2, "# 新版本内容", summary, author.id)
    shown = ok(author.get(path(document)))
    assert shown["content"] == "# 新版本内容" and shown["versions_count"] == 2 and shown["updated_at"] >= made["created_at"]
    # Somebody may mean to note that nothing has changed.
    assert ok(author.post(path(document, "versions"), {"content": "# 新版本内容"}), 201)["changes_summary"] == {}


def test_a_version_can_be_restored(author, document):
    ok(author.put(path(document), {"content": "二"}))
    made = ok(author.post(path(document, "versions", 1, "restore"), {}), 201, "文档版本恢复成功")
    assert made["version_number"] == 3 and made["content"] == document["content"]
    assert made["changes_summary"] == {"type": "restore", "description": "恢复到版本1", "version_number": 1}
    assert ok(author.get(path(document)))["content"] == document["content"]
    assert ok(author.post(path(document, "versions", 3, "restore")), 201)["version_number"] == 4


def test_versions_are_paged_and_sorted(author, document):
    for n in range(2, 8):
        ok(author.post(path(document, "versions"), {"content": f"第{n}版"}), 201)
    numbers = lambda **q: [v["version_number"] for v in page(author.get(path(document, "versions"), **q))["items"]]
    assert numbers() == [1, 2, 3, 4, 5, 6, 7] == numbers(sort_by="created_at") == numbers(sort_order="asc")
    assert numbers(sort_order="desc") == [7, 6, 5, 4, 3, 2, 1] == numbers(sort_by="created_at", sort_order="desc")
    assert numbers(size=3, page=2) == [4, 5, 6] and numbers(size=3, page=3) == [7] and numbers(page=2**31 - 1, size=100) == []
    stamps = [v["created_at"] for v in versions(author, document)]
    assert numbers(created_after=stamps[3]) == [4, 5, 6, 7] and numbers(created_before=stamps[3]) == [1, 2, 3]
    for bad in ({"sort_by": "content"}, {"sort_order": "up"}, {"size": 101}, {"page": 0}, {"size": "x"}, {"created_after": "gestern"}):
        assert author.get(path(document, "versions"), **bad).status_code in (400, 422), bad


def test_who_wrote_a_version_is_told(server, chief, author, document):
    made = ok(chief.post(path(document, "versions"), {"content": "由管理员修改"}), 201)
    assert made["created_by"] == chief.id
    assert versions(author, document)[1]["created_by_name"] == (chief.profile["full_name"] or chief.username)


def test_a_deleted_document_is_not_there(author, project, document):
    assert ok(author.delete(path(document)), 200, "文档删除成功") in (None, {})
    body = {"content": "x"}
    for answer in (author.get(path(document)), author.put(path(document), body), author.delete(path(document)),
                   author.get(path(document, "versions")), author.post(path(document, "versions"), body),
                   author.get(path(document, "compare"), from_version=1)):
        error(answer, 404, NOT_FOUND)
    assert error(author.get(path(document, "versions", 1)), 404)
    assert error(author.post(path(document, "versions", 1, "restore")), 404)
    assert document["id"] not in [d["id"] for d in page(author.get("/documents", project_id=project["id"], size=100))["items"]]


# concurrency

def test_numbers_have_no_gaps_whoever_writes_when(author, project):
    document = author.document(project["id"], content="0")

    def write(n):
        if n % 3 == 0:
            return ok(author.post(path(document, "versions"), {"content": f"v{n}"}), 201) and None
        if n % 3 == 1:
            return ok(author.put(path(document), {"content": f"v{n}"})) and None
        return ok(author.post(path(document, "versions", 1, "restore")), 201) and None

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(60)))
    listed = versions(author, document)
    assert [v["version_number"] for v in listed] == list(range(1, 62))
    assert sorted(v["content"] for v in listed) == sorted(["0"] + [f"v{n}" if n % 3 < 2 else "0" for n in range(60)])
    shown = ok(author.get(path(document)))
    assert shown["content"] == listed[-1]["content"] and shown["versions_count"] == 61
    assert etag(author, document) == '"61"'


def test_of_many_who_saw_the_same_state_one_changes_it(author, project):
    document = author.document(project["id"])
    seen = etag(author, document)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: author.put(path(document), {"content": f"v{n}"}, headers={"If-Match": seen}), range(24)))
    assert sorted(a.status_code for a in answers) == [200] + [409] * 23
    [won] = [ok(a) for a in answers if a.status_code == 200]
    shown = ok(author.get(path(document)))
    assert shown["content"] == won["content"] and shown["versions_count"] == 2


def test_without_a_condition_the_last_wins_and_nothing_is_lost(author, project):
    document = author.document(project["id"])
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: ok(author.put(path(document), {"content": f"v{n}"})), range(24)))
    assert {v["content"] for v in versions(author, document)} == {document["content"]} | {f"v{n}" for n in range(24)}


def test_every_change_is_another_state(author, document):
    seen = [etag(author, document)]
    for change in (lambda: author.put(path(document), {"title": "新"}), lambda: author.put(path(document), {"metadata": {"a": 1}}),
                   lambda: author.put(path(document), {"status": "reviewing"}), lambda: author.post(path(document, "versions"), {"content": "x"}),
                   lambda: author.post(path(document, "versions", 1, "restore"))):
        assert change().status_code in (200, 201)
        seen.append(etag(author, document))
    assert len(set(seen)) == 6
    made = author.post("/documents", {"title": "题", "project_id": document["project_id"]})
    assert made.headers["etag"] == etag(author, ok(made, 201)) and "etag" not in ok(made, 201)


def test_conditions(author, document):
    before = ok(author.get(path(document)))
    now = etag(author, document)
    wrong = ['"0"', "W/" + now, now.strip('"'), '"x", "y"', "x", ","]
    for condition in wrong:
        head = {"If-Match": condition}
        for answer in (author.put(path(document), {"title": "x"}, headers=head), author.delete(path(document), headers=head),
                       author.post(path(document, "versions"), {"content": "x"}, headers=head),
                       author.post(path(document, "versions", 1, "restore"), {}, headers=head)):
            error(answer, 409, CHANGED, "CONFLICT")
    assert ok(author.get(path(document))) == before and etag(author, document) == now
    for condition in ("NOW", '"0", NOW', 'W/"1",NOW', "*"):
        ok(author.put(path(document), {"title": uniq()}, headers={"If-Match": condition.replace("NOW", etag(author, document))}))
    now = etag(author, document)
    # In the body it is nobody's field.
    ok(author.put(path(document), {"title": "y", "etag": '"0"', "If-Match": '"0"'}))
    error(author.delete(path(document), headers={"If-Match": now}), 409, CHANGED)
    ok(author.delete(path(document), headers={"If-Match": etag(author, document)}))


def test_conditions_over_rpc(server, author, document):
    rpc = Rpc(server)
    shown = rpc.call(DOCUMENTS, "GetDocument", {"document_id": document["id"]}, author.token)
    assert shown["etag"] == '"1"'
    changed = rpc.call(DOCUMENTS, "UpdateDocument", {"document_id": document["id"], "title": "新", "etag": '"1"'}, author.token)
    assert changed["etag"] == '"2"'
    with pytest.raises(Exception) as refused:
        rpc.call(DOCUMENTS, "UpdateDocument", {"document_id": document["id"], "title": "旧", "etag": '"1"'}, author.token)
    assert CHANGED in str(refused.value)


def test_conditions_through_a_remote_gateway(server, author, document):
    with RemoteGateway(server.grpc) as gateway:
        def call(method, **more):
            headers = {"Authorization": "Bearer " + author.token, **more.pop("headers", {})}
            return httpx.request(method, gateway.url + "/api/v1" + path(document), headers=headers, trust_env=False, **more)

        first = call("GET")
        assert first.headers["etag"] == '"1"' and ok(first) == ok(author.get(path(document)))
        changed = call("PUT", json={"content": "字" * 1_500_000}, headers={"If-Match": '"1"'})
        assert changed.headers["etag"] == '"2"' and ok(changed) == {k: v for k, v in ok(author.get(path(document))).items() if k in ok(changed)}
        error(call("DELETE", headers={"If-Match": '"1"'}), 409, CHANGED, "CONFLICT")


# comparison

def compared(person, document, **query):
    return ok(person.get(path(document, "compare"), **query))


def both(changes):
    return ("".join(c["text"] for c in changes if c["kind"] != "added"), "".join(c["text"] for c in changes if c["kind"] != "removed"))


def test_two_versions_are_compared_line_by_line(author, document):
    one, two = "# 总则\n第一条\n第二条\n第三条\n", "# 总则\n第一条\n第二条（修订）\n第三条\n第四条"
    ok(author.post(path(document, "versions"), {"content": one}), 201)
    ok(author.post(path(document, "versions"), {"content": two}), 201)
    answer = compared(author, document, from_version=2, to_version=3)
    assert answer == {
        "document_id": document["id"], "from_version": 2, "to_version": 3, "added_lines": 2, "removed_lines": 1, "changes": [
            {"kind": "same", "text": "# 总则\n第一条\n"}, {"kind": "removed", "text": "第二条\n"}, {"kind": "added", "text": "第二条（修订）\n"},
            {"kind": "same", "text": "第三条\n"}, {"kind": "added", "text": "第四条"}]}
    assert compared(author, document, from_version=2) == answer
    back = compared(author, document, from_version=3, to_version=2)
    assert (back["added_lines"], back["removed_lines"]) == (1, 2) and both(back["changes"]) == (two, one)
    same = compared(author, document, from_version=3, to_version=3)
    assert same["changes"] == [{"kind": "same", "text": two}] and (same["added_lines"], same["removed_lines"]) == (0, 0)


def test_comparisons_put_together_again(author, project):
    """And they keep at least as many lines as Python's difflib."""
    draw = random.Random(4)
    texts = [""]
    for _ in range(12):
        lines = texts[-1].splitlines(keepends=True)
        for _ in range(draw.randrange(12)):
            place = draw.randrange(len(lines) + 1)
            lines[place:place + draw.randrange(3)] = [draw.choice("一二三四五六七") + draw.choice(["\n", "\n", "\r\n"]) for _ in range(draw.randrange(4))]
        texts.append("".join(lines) + draw.choice(["", "末"]))
    document = author.document(project["id"], content=texts[0])
    numbers = {texts[0]: 1}
    for text in texts[1:]:
        if text:
            numbers[text] = ok(author.post(path(document, "versions"), {"content": text}), 201)["version_number"]
    for _ in range(40):
        one, two = draw.choice(list(numbers)), draw.choice(list(numbers))
        answer = compared(author, document, from_version=numbers[one], to_version=numbers[two])
        assert both(answer["changes"]) == (one, two)
        lines = [t.split("\n") for t in (one, two)]
        lines = [[x + "\n" for x in t[:-1]] + ([t[-1]] if t[-1] else []) for t in lines]
        kept = sum(m.size for m in difflib.SequenceMatcher(None, *lines, autojunk=False).get_matching_blocks())
        assert len(lines[0]) - answer["removed_lines"] == len(lines[1]) - answer["added_lines"] >= kept


def test_long_texts_with_nothing_in_common_are_compared(author, project):
    """Lines in another order are the dearest: the answer may be coarse, but comes and is right."""
    lines = [f"第{n}行：应急预案的内容\n" for n in range(100_000)]
    one = "开头\n" + "".join(lines) + "结尾\n"
    random.Random(1).shuffle(lines)
    two = "开头\n" + "".join(lines) + "结尾\n"
    document = author.document(project["id"], content=one)
    ok(author.put(path(document), {"content": two}))
    answer = compared(author, document, from_version=1, to_version=2)
    assert both(answer["changes"]) == (one, two)
    assert answer["changes"][0]["text"].startswith("开头\n") and answer["changes"][-1]["text"].endswith("结尾\n")


# lists and search

@pytest.fixture(scope="module")
def shelf(server):
    person = new_person(server)
    projects = [person.project(), person.project()]
    texts = [("第一章 总则", "为了预防环境风险，编制应急预案。", {}), ("第二章 组织", "应急组织机构：100%到位_", {"status": "reviewing"}),
             ("Chapter 3", "Emergency plan, GB/T 24001-2016", {"format": "html"}), ("附录", "# 总则\n化学品泄漏", {"status": "reviewing"})]
    made = [person.document(projects[n % 2]["id"], title=title, content=content, **more) for n, (title, content, more) in enumerate(texts)]
    return person, projects, made


def found(person, made, **query):
    answer = page(person.get("/documents", **query))
    ids = [d["id"] for d in made]
    assert answer["total"] == len(answer["items"])
    return [ids.index(d["id"]) for d in answer["items"]]


@pytest.mark.parametrize("keyword, hits", [
    ("应急", [1, 0]), ("急", [1, 0]), ("应急预案", [0]), ("总则", [3, 0]), ("第", [1, 0]), ("险，编", [0]), ("预案。", [0]), ("emergency", [2]),
    ("ERGE", [2]), ("gb/t 24001", [2]), ("-20", [2]), ("%", [1]), ("_", [1]), ("100%到", [1]), ("%到_", []), ("# 总", [3]), ("则\n化", [3]),
    ("则化", []), ("章应", []), ("总则为", []), ("则#", []), ("*", []), ('"', []), ("应急 OR 总则", []), ("不存在", []), ("ａ", []), ("，", [0])])
def test_keywords_are_found_just_as_they_stand(shelf, keyword, hits):
    person, _, made = shelf
    assert found(person, made, keyword=keyword) == hits


def test_filters_go_together(shelf):
    person, projects, made = shelf
    first, second = (p["id"] for p in projects)
    assert found(person, made) == [3, 2, 1, 0] and found(person, made, keyword="") == [3, 2, 1, 0]
    assert found(person, made, status="", format="") == [3, 2, 1, 0] and found(person, made, status="", format="html") == [2]
    assert found(person, made, keyword="应", status="") == [1, 0]
    assert found(person, made, project_id=first) == [2, 0] and found(person, made, project_id=second, status="reviewing") == [3, 1]
    assert found(person, made, status="reviewing", keyword="总") == [3] and found(person, made, format="html") == [2]
    assert found(person, made, keyword="应急", project_id=second) == [1] and found(person, made, keyword="应急", format="html") == []
    assert found(person, made, keyword="应", sort_order="asc") == [0, 1]
    assert found(person, made, sort_by="title", sort_order="asc") == [2, 0, 1, 3] == found(person, made, sort_by="title")[::-1]
    assert found(person, made, keyword="总则", sort_by="title", sort_order="asc") == [0, 3]
    assert found(person, made, sort_by="status", sort_order="asc") == [0, 2, 1, 3]
    after, before = made[1]["created_at"], made[3]["created_at"]
    assert found(person, made, created_after=after, created_before=before) == [2, 1]
    assert found(person, made, created_after=after, keyword="总则") == [3] and found(person, made, created_before=after, keyword="总则") == [0]
    assert found(person, made, user_id=person.id) == [3, 2, 1, 0] and found(person, made, user_id=person.id + 10**6) == []
    assert found(person, made, status="' OR 1=1 --") == [] and found(person, made, project_id=2**62) == []
    two = page(person.get("/documents", size=3, page=2))
    assert (two["total"], two["pages"], [d["id"] for d in two["items"]]) == (4, 2, [made[0]["id"]])
    beyond = page(person.get("/documents", page=2**31 - 1, size=100, keyword="总则"))
    assert beyond["total"] == 2 and beyond["items"] == []
    item = page(person.get("/documents", keyword="泄漏"))["items"][0]
    assert item == {k: made[3][k] for k in ("id", "title", "project_id", "format", "status", "created_at", "updated_at")} | {
        "project_name": projects[1]["name"], "versions_count": 1, "ai_generations_count": 0, "exports_count": 0}


def test_bad_queries_are_refused(author):
    for bad in ({"sort_by": "id"}, {"sort_by": "title; DROP TABLE cw_documents"}, {"sort_order": "DESC"}, {"size": 0}, {"size": 101}, {"page": 0},
                {"page": 2**31}, {"page": "x"}, {"project_id": 0}, {"project_id": 2**63}, {"project_id": "x"}, {"keyword": "急" * 101},
                {"created_after": "soon"}, {"user_id": -1}):
        answer = author.get("/documents", **bad)
        assert answer.status_code in (400, 422), (bad, answer.text)
        error(answer, answer.status_code)


def test_what_is_written_is_found_at_once_and_not_when_it_is_gone(server):
    person = new_person(server)
    document = person.document(content="旧的内容", title="旧题")
    total = lambda keyword: page(person.get("/documents", keyword=keyword))["total"]
    assert (total("旧的内容"), total("旧题"), total("新")) == (1, 1, 0)
    ok(person.put(path(document), {"content": "新的内容"}))
    assert (total("旧的内容"), total("旧题"), total("新的"), total("新")) == (0, 1, 1, 1)
    ok(person.put(path(document), {"title": "新题"}))
    assert (total("旧"), total("新题")) == (0, 1)
    ok(person.post(path(document, "versions"), {"content": "第三版"}), 201)
    assert (total("新的"), total("第三版")) == (0, 1)
    ok(person.post(path(document, "versions", 1, "restore")), 201)
    assert (total("旧的内容"), total("第三版")) == (1, 0)
    ok(person.delete(path(document)))
    assert (total("旧的内容"), total("新题"), total("题")) == (0, 0, 0)
    gone, kept = person.project(), person.project()
    for n in range(30):
        person.document((gone if n % 3 else kept)["id"], content=f"项目内容{n}")
    assert total("项目内容") == 30
    ok(person.delete(f"/projects/{gone['id']}"))
    assert total("项目内容") == 10 == page(person.get("/documents"))["total"]
    assert page(person.get("/documents", project_id=gone["id"]))["total"] == 0
    assert page(person.get("/documents", project_id=gone["id"], keyword="项目"))["total"] == 0


def test_a_long_text_is_found_by_its_beginning(author, project):
    text = "开" + "长" * 87_000
    document = author.document(project["id"], title=uniq(), content=text + "甲乙丙" + "长" * 500 + "丁戊己")
    assert page(author.get("/documents", keyword="甲乙丙"))["total"] == 1
    assert page(author.get("/documents", keyword="丁戊己"))["total"] == 0
    # What repeats itself is found too, of any length.
    assert page(author.get("/documents", keyword="长" * 100))["total"] == 1
    assert page(author.get("/documents", keyword="长" * 99 + "甲"))["total"] == 1
    assert page(author.get("/documents", keyword="长" * 99 + "开"))["total"] == 0
    ok(author.put(path(document), {"content": "丁戊己"}))
    assert page(author.get("/documents", keyword="甲乙丙"))["total"] == 0
    assert page(author.get("/documents", keyword="丁戊己"))["total"] == 1


# whose

def test_somebody_elses_document_is_not_there(server, author, document, chief):
    stranger = new_person(server)
    for answer in (stranger.get(path(document)), stranger.put(path(document), {"title": "x"}), stranger.delete(path(document)),
                   stranger.get(path(document, "versions")), stranger.get(path(document, "versions", 1)),
                   stranger.post(path(document, "versions"), {"content": "x"}), stranger.post(path(document, "versions", 1, "restore")),
                   stranger.get(path(document, "compare"), from_version=1)):
        error(answer, 404)
    error(stranger.post("/documents", {"title": "x", "project_id": document["project_id"]}), 404, "项目不存在")
    for query in ({}, {"user_id": author.id}, {"project_id": document["project_id"]}, {"keyword": document["title"]},
                  {"keyword": document["title"], "project_id": document["project_id"]}, {"project_id": document["project_id"], "sort_by": "title"}):
        assert page(stranger.get("/documents", **query))["total"] == 0, query
    assert ok(author.get(path(document)))["versions_count"] == 1
    # An administrator reaches it, and finds it.
    assert ok(chief.get(path(document)))["title"] == document["title"]
    for query in ({}, {"user_id": author.id}, {"project_id": document["project_id"]}):
        items = page(chief.get("/documents", keyword=document["title"], **query))["items"]
        assert [d["id"] for d in items] == [document["id"]]
    ok(chief.put(path(document), {"title": "管理员改"}))
    made = ok(chief.post("/documents", {"title": uniq("代建"), "project_id": document["project_id"]}), 201)
    assert ok(author.get(path(made)))["title"] == made["title"]


def test_nobody_is_told_anything(server, document):
    for answer in (server.call("GET", "/api/v1/documents"), server.call("GET", "/api/v1" + path(document)),
                   server.call("POST", "/api/v1/documents", json={}), server.call("DELETE", "/api/v1" + path(document), "not.a.token")):
        error(answer, 401)


# bad input

@pytest.mark.parametrize("body", [
    {}, {"title": "x"}, {"project_id": 1}, {"title": "", "project_id": 1}, {"title": "x" * 201, "project_id": 1}, {"title": "x", "project_id": 0},
    {"title": "x", "project_id": -1}, {"title": "x", "project_id": 2**63}, {"title": "x", "project_id": "x"}, {"title": 1, "project_id": 1},
    {"title": "x", "project_id": 1, "status": ""}, {"title": "x", "project_id": 1, "status": "Draft"}, {"title": "x", "project_id": 1, "format": "mark down"},
    {"title": "x", "project_id": 1, "metadata": []}, {"title": "x", "project_id": 1, "metadata": "x"}, {"title": "x", "project_id": 1, "content": 1},
    {"title": "x\0", "project_id": 1}, {"title": "x", "project_id": 1, "content": "a\0b"}])
def test_bad_documents_are_refused(author, body):
    answer = author.post("/documents", body)
    assert answer.status_code in (400, 422), answer.text
    error(answer, answer.status_code)


def test_bad_changes_are_refused_whole(author, document):
    before, state = ok(author.get(path(document))), etag(author, document)
    for body in ({"title": ""}, {"title": "新", "status": "NO"}, {"content": "新", "format": "!"}, {"content": "新", "metadata": 1},
                 {"content": "a\0"}, {"title": "新", "metadata": {"x": "y" * 70_000}}):
        answer = author.put(path(document), body)
        assert answer.status_code in (400, 422), answer.text
    for body in ({}, {"content": ""}, {"content": None}, {"content": 1}, {"content": "x", "changes_summary": []},
                 {"content": "x", "changes_summary": {"x": "y" * 70_000}}, {"content": "x\0"}):
        answer = author.post(path(document, "versions"), body)
        assert answer.status_code in (400, 422), answer.text
    assert ok(author.get(path(document))) == before and etag(author, document) == state


def test_objects_are_bounded(author, project):
    deep = nested = {}
    for _ in range(23):
        nested["x"] = nested = {}
    made = author.document(project["id"], metadata=deep)
    assert made["metadata"] == deep
    nested["x"] = {}
    refused = error(author.put(path(made), {"metadata": deep}), 422, "文档元数据的嵌套不能超过24层")
    assert "metadata" in json.dumps(refused["details"], ensure_ascii=False)
    assert "65536" in error(author.put(path(made), {"metadata": {"x": "y" * 70_000}}), 422)["message"]
    whole = {"x": "y" * 65_000}
    assert ok(author.put(path(made), {"metadata": whole}))["metadata"] == whole


def test_nobody_assigns_what_is_not_theirs(author, project, document):
    made = ok(author.post("/documents", {
        "title": "题", "project_id": project["id"], "id": 1, "user_id": 1, "versions_count": 9, "revision": 7, "created_at": "2000-01-01T00:00:00Z",
        "created_by": 1, "deleted_at": 1}), 201)
    shown = ok(author.get(path(made)))
    assert shown["versions_count"] == 1 and shown["created_at"] > "2020" and versions(author, made)[0]["created_by"] == author.id
    other = author.project()
    ok(author.put(path(document), {"project_id": other["id"], "id": made["id"], "versions_count": 5, "document_id": made["id"]}))
    shown = ok(author.get(path(document)))
    assert (shown["id"], shown["project_id"], shown["versions_count"]) == (document["id"], document["project_id"], 1)


@pytest.mark.parametrize("bad", ["0", "-1", "abc", str(2**63), "1.5", "999999999", "%00"])
def test_bad_ids(author, document, bad):
    for answer in (author.get(f"/documents/{bad}"), author.put(f"/documents/{bad}", {"title": "x"}), author.delete(f"/documents/{bad}"),
                   author.get(f"/documents/{bad}/versions"), author.get(path(document, "versions", bad)),
                   author.post(path(document, "versions", bad, "restore"))):
        assert answer.status_code in (400, 404, 422), answer.text
        error(answer, answer.status_code)
    answer = author.get(path(document, "compare"), from_version=bad)
    assert answer.status_code in (400, 404, 422), answer.text


def test_versions_that_are_not_there(author, document):
    error(author.get(path(document, "versions", 2)), 404, VERSION_NOT_FOUND)
    error(author.post(path(document, "versions", 2, "restore"), {}), 404, VERSION_NOT_FOUND)
    error(author.get(path(document, "compare"), from_version=1, to_version=2), 404, VERSION_NOT_FOUND)
    error(author.get(path(document, "compare"), from_version=7), 404, VERSION_NOT_FOUND)
    assert author.get(path(document, "compare")).status_code == 422
    error(author.post("/documents", {"title": "x", "project_id": 2**62}), 404, "项目不存在")


# the longest

def test_the_longest_contents(server, author, project):
    """Just below 16 MiB with what is around it, on every way; and one byte more is refused."""
    around = len(json.dumps({"title": "长", "project_id": project["id"], "content": ""}, separators=(",", ":")))
    longest = "字" * ((16 * MIB - around - 2) // 3)
    body = json.dumps({"title": "长", "project_id": project["id"], "content": longest}, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"Content-Type": "application/json"}
    made = ok(author.call("POST", "/documents", content=body, headers=headers), 201)
    assert made["content"] == longest
    assert ok(author.get(path(made)))["content"] == longest
    padded = body[:-1] + b" " * (16 * MIB + 1 - len(body)) + b"}"
    error(author.call("POST", "/documents", content=padded, headers=headers), 413, code=None)
    changed = longest[:2_000_000] + "\n改\n" + longest[2_000_003:]
    ok(author.put(path(made), {"content": changed}))
    answer = compared(author, made, from_version=1, to_version=2)
    assert both(answer["changes"]) == (longest, changed)
    ok(author.post(path(made, "versions", 1, "restore")), 201)
    # Three of them are more than an answer holds; a shorter page is one.
    refused = error(author.get(path(made, "versions")), 422)
    assert "size" in json.dumps(refused["details"]) and "减小每页大小" in refused["message"]
    assert [v["content"] for n in (1, 2) for v in page(author.get(path(made, "versions"), size=2, page=n))["items"]] == [longest, changed, longest]
    rpc = Rpc(server, grpc.insecure_channel(server.grpc, options=[("grpc.max_receive_message_length", -1)]))
    assert rpc.call(DOCUMENTS, "GetDocument", {"document_id": made["id"]}, author.token)["content"] == longest
