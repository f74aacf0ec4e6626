"""Texts that a language model writes for documents (chapter AI生成接口), against a provider that does as a test says."""
import concurrent.futures
import json
import threading

import pytest
from certificates import Authority
from cowriting import admin, error, new_person, ok, page, uniq
from generations import KEY, generate, generation, settings, wait_for_end, written
from model_server import Answer, Half, ModelServer, Nothing, Plain, Raw, Refusal, Stream
from rpc import Rpc
from server import Server, wait_for

LONG = Answer(text="应急响应。" * 20, pieces=20)


@pytest.fixture(scope="module")
def models():
    with ModelServer() as running:
        yield running


@pytest.fixture(scope="module")
def served(models, tmp_path_factory):
    with Server(tmp_path_factory.mktemp("generation") / "data", env=settings(models)) as running:
        yield running
        assert KEY not in running.log.read_text()


@pytest.fixture(scope="module")
def person(served):
    return new_person(served)


@pytest.fixture(scope="module")
def document(person):
    return person.document(content="# 概述\n\n本预案适用于示例化工。")


@pytest.fixture(scope="module")
def chief(served):
    return admin(served)


def describe(person, id):
    return Rpc(person.server).call("cowriting.v1.GenerationService", "DescribeGeneration", {"generation_id": id}, token=person.token)


def template(chief, prompt="请生成{document_type}", **more):
    return ok(chief.post("/ai/templates", {"name": uniq("模板"), "prompt_template": prompt} | more), 201, "AI生成模板创建成功")


def gated(models, text="一二三四五六七八", pieces=4):
    """The next answer, which waits for its gate before each piece but the first."""
    gate = threading.Event()
    models.will(Answer(text=text, pieces=pieces, gate=gate))
    return gate


def begun(person, id):
    return wait_for(lambda: (g := generation(person, id))["generated_content"] and g, "the first piece")


# asking for a text


def test_a_text_is_written_and_kept(models, person, document):
    config = {"temperature": 0.7, "max_tokens": 2000, "top_p": 0.9, "frequency_penalty": 0.1, "presence_penalty": 0.1}
    body = {"context": "这是一个化工企业", "section": "应急响应", "generation_config": config}
    made = generate(person, document["id"], "请生成应急响应部分", **body)
    assert set(made) == {"id", "document_id", "user_id", "status", "prompt", "generation_config", "created_at"}
    assert made["status"] == "processing" and made["generation_config"] == config and made["user_id"] == person.id
    done = wait_for_end(person, made["id"])
    assert set(done) == {"id", "document_id", "document_title", "user_id", "user_name", "status", "prompt", "generated_content",
                         "generation_config", "processing_time", "created_at", "completed_at"}
    assert done["status"] == "completed" and done["generated_content"] == Answer.text and done["document_title"] == document["title"]
    assert done["user_name"] == "新用户" and done["processing_time"] >= 0 and done["completed_at"] >= done["created_at"]
    told = describe(person, made["id"])
    assert (told["model"], told["prompt_tokens"], told["completion_tokens"]) == ("stub-1", "11", "7")
    assert told["finish_reason"] == "stop" and told["attempts"] == 1 and told["section"] == "应急响应" and "applied_version" not in told
    asked = models.requests[-1]
    assert asked.path == "/v1/chat/completions" and asked.headers["Authorization"] == f"Bearer {KEY}"
    assert {k: asked.body[k] for k in config} == config and asked.body["model"] == "stub" and asked.body["stream"] is True
    said = json.dumps(asked.body["messages"], ensure_ascii=False)
    for known in ("请生成应急响应部分", "这是一个化工企业", "应急响应", "本预案适用于示例化工", document["title"]):
        assert known in said, known


def test_the_prompt_knows_project_company_and_forms(models, person):
    company = person.company(name="晨光化工有限公司")
    project = person.project(company["id"], name="晨光扩建项目")
    person.form(project["id"], form_data={"hazards": ["液氯", "苯"], "capacity": 1200})
    document = person.document(project["id"])
    written(person, document["id"])
    said = json.dumps(models.requests[-1].body["messages"], ensure_ascii=False)
    for known in ("晨光化工有限公司", "晨光扩建项目", "液氯", "1200"):
        assert known in said, known


def test_the_newest_forms_are_told_however_much_there_is(models, person):
    project = person.project()
    for number in range(20):
        person.form(project["id"], form_data={f"k{number}_{n}": f"值{number}。" * 20 for n in range(1000)})
    person.form(project["id"], form_data={"newest": "最新一份"})
    written(person, person.document(project["id"], content="# 甲\r\n\r\n" + "正文。\r\n" * 500_000 + "# 乙\r\n末段")["id"])
    said = models.requests[-1].body["messages"][1]["content"]
    assert "newest：最新一份" in said and "# 甲\n# 乙\n" in said and said.count("末段") == 1 and "（其余从略）" in said
    assert len(said) < 40_000


@pytest.mark.parametrize("config, field", [
    ({"temperature": 2.1}, "temperature"), ({"temperature": "hot"}, "temperature"), ({"max_tokens": 0}, "max_tokens"),
    ({"max_tokens": 1.5}, "max_tokens"), ({"top_p": -0.1}, "top_p"), ({"frequency_penalty": 3}, "frequency_penalty"),
    ({"presence_penalty": -2.5}, "presence_penalty"), ({"stop": []}, "stop"), ({"model": "gpt-9"}, "model"), ({"n": 4}, "n"),
])
def test_a_wrong_generation_config_is_named_by_its_member(person, document, config, field):
    answer = person.post("/ai/generate", {"document_id": document["id"], "prompt": "写", "generation_config": config})
    told = error(answer, 422)
    assert any(name.endswith("generation_config." + field) for name in told["details"]), told


@pytest.mark.parametrize("change, field", [
    ({"document_id": None}, "document_id"), ({"document_id": 0}, "document_id"), ({"prompt": None}, "prompt"), ({"prompt": ""}, "prompt"), ({"prompt": " \n　"}, "prompt"),
    ({"prompt": "写" * 8001}, "prompt"), ({"context": "写" * 20001}, "context"), ({"section": "写" * 201}, "section"),
    ({"template_id": 0}, "template_id"),
])
def test_a_wrong_request_is_named_by_its_field(person, document, change, field):
    body = {k: v for k, v in ({"document_id": document["id"], "prompt": "写"} | change).items() if v is not None}
    assert field in error(person.post("/ai/generate", body), 422)["details"]


def test_nobody_writes_for_somebody_elses_document(served, person, chief, document):
    stranger = new_person(served)
    error(stranger.post("/ai/generate", {"document_id": document["id"], "prompt": "写"}), 404, "文档不存在")
    error(stranger.post("/ai/generate", {"document_id": 999_999_999, "prompt": "写"}), 404, "文档不存在")
    error(served.call("POST", "/api/v1/ai/generate", json={"document_id": document["id"], "prompt": "写"}), 401)
    done = written(person, document["id"])
    for call in (lambda: stranger.get(f"/ai/generations/{done['id']}"), lambda: stranger.post(f"/ai/generations/{done['id']}/cancel", {}),
                 lambda: stranger.post(f"/ai/generations/{done['id']}/apply", {}), lambda: stranger.get(f"/ai/generations/{done['id']}/stream"),
                 lambda: person.get("/ai/generations/999999999")):
        error(call(), 404, "生成记录不存在")
    assert generation(chief, done["id"])["generated_content"] == done["generated_content"]


# lists


def test_lists_are_filtered_and_paged(served, models, chief):
    person = new_person(served)
    first, second = person.document(), person.document()
    made = [written(person, first["id"], prompt=f"第{n}次") for n in range(3)]
    models.will(Refusal(400, "no such parameter"))
    failed = written(person, second["id"])
    assert failed["status"] == "failed"

    def ids(**params):
        return [item["id"] for item in page(person.get("/ai/generations", **params))["items"]]

    all_of_them = [failed["id"], *(m["id"] for m in reversed(made))]
    found = page(person.get("/ai/generations"))
    assert [i["id"] for i in found["items"]] == all_of_them and found["total"] == 4
    item = found["items"][-1]
    assert set(item) == {"id", "document_id", "document_title", "user_id", "user_name", "status", "prompt", "processing_time", "created_at",
                         "completed_at"}
    assert set(found["items"][0]) - set(item) == {"error_message"}
    assert ids(page=2, size=3) == all_of_them[3:] and ids(page=9) == []
    assert ids(document_id=first["id"]) == all_of_them[1:] and ids(status="failed") == [failed["id"]] and ids(status="nothing") == []
    assert ids(document_id=second["id"], status="completed") == [] and ids(sort_order="asc") == all_of_them[::-1]
    assert ids(sort_by="status", sort_order="desc")[0] == failed["id"]
    assert ids(created_after=made[1]["created_at"]) == all_of_them[:-1] and ids(created_before=made[1]["created_at"]) == [made[0]["id"]]
    assert [i["id"] for i in page(chief.get("/ai/generations", user_id=person.id))["items"]] == all_of_them
    assert failed["id"] in [i["id"] for i in page(chief.get("/ai/generations", size=100))["items"]]
    stranger = new_person(served)
    assert page(stranger.get("/ai/generations"))["total"] == 0
    assert page(stranger.get("/ai/generations", document_id=first["id"]))["total"] == 0
    for wrong in ({"page": 0}, {"size": 101}, {"sort_by": "prompt"}, {"sort_order": "up"}, {"document_id": 0}, {"created_after": "yesterday"}):
        error(person.get("/ai/generations", **wrong), 422)


def test_a_users_filter_of_an_ordinary_user_shows_nothing_of_others(served, person, document):
    written(person, document["id"])
    answer = new_person(served).get("/ai/generations", user_id=person.id)
    assert answer.status_code in (403, 404, 422) or page(answer)["total"] == 0


# cancelling


def test_a_running_text_is_cancelled_and_keeps_what_it_has(models, person, document):
    gate = gated(models)
    made = generate(person, document["id"])
    begun(person, made["id"])
    told = ok(person.post(f"/ai/generations/{made['id']}/cancel", {}), 200, "AI生成任务已取消")
    assert told["status"] == "cancelled"
    now = generation(person, made["id"])
    assert now["status"] == "cancelled" and now["generated_content"] == "一二" and "error_message" not in now and now["completed_at"]
    gate.set()
    wait_for(lambda: models.in_flight == 0, "the provider to be let go of")
    assert generation(person, made["id"])["generated_content"] == "一二"
    error(person.post(f"/ai/generations/{made['id']}/cancel", {}), 409, "AI生成任务已结束，不能取消")


def test_a_text_that_waits_for_its_next_try_is_cancelled(models, person, document):
    before = len(models.requests)
    models.will(Refusal(429, retry_after="300"))
    made = generate(person, document["id"])
    wait_for(lambda: len(models.requests) > before and models.in_flight == 0, "the first try")
    ok(person.post(f"/ai/generations/{made['id']}/cancel", {}))
    assert generation(person, made["id"])["status"] == "cancelled" and generation(person, made["id"])["generated_content"] == ""
    assert len(models.requests) == before + 1


def test_what_has_ended_is_not_cancelled(person, document):
    done = written(person, document["id"])
    error(person.post(f"/ai/generations/{done['id']}/cancel", {}), 409, "AI生成任务已结束，不能取消")
    assert generation(person, done["id"])["status"] == "completed"


# into the document


SECTIONS = "# 预案\n\n## 第一章 总则\n\n旧总则。\n\n## 第二章 应急响应\n\n旧响应。\n\n### 细节\n\n旧细节。\n\n## 第三章 附则\n\n旧附则。\n"


def apply(person, id, status=201, message="生成内容已写入文档", headers=None, **body):
    return ok(person.post(f"/ai/generations/{id}/apply", body, headers=headers or {}), status, message)


def test_a_text_goes_to_the_end_of_its_document(models, person):
    document = person.document(content="# 概述\n\n开头。\n")
    models.will(Answer(text="## 新章\n\n正文。"))
    done = written(person, document["id"])
    version = apply(person, done["id"])
    assert version["version_number"] == 2 and version["content"] == "# 概述\n\n开头。\n\n## 新章\n\n正文。"
    now = ok(person.get(f"/documents/{document['id']}"))
    assert now["content"] == version["content"] and now["versions_count"] == 2, now
    assert describe(person, done["id"])["applied_version"] == "2"
    items = page(person.get(f"/documents/{document['id']}/versions"))["items"]
    summary = next(v for v in items if v["version_number"] == 2)["changes_summary"]
    assert summary["type"] == "ai_generation" and summary["generation_id"] == done["id"]
    found = page(person.get("/documents", keyword="新章"))["items"]
    assert document["id"] in [d["id"] for d in found]


def test_a_text_takes_the_place_of_everything_or_of_its_section(models, person):
    document = person.document(content=SECTIONS)
    models.will(Answer(text="## 应急响应\n\n新响应。"))
    done = written(person, document["id"], section="应急响应")
    content = apply(person, done["id"], mode="section")["content"]
    assert content == ("# 预案\n\n## 第一章 总则\n\n旧总则。\n\n## 第二章 应急响应\n\n新响应。\n\n## 第三章 附则\n\n旧附则。\n")
    assert apply(person, done["id"], mode="replace")["content"] == "## 应急响应\n\n新响应。"
    told = error(person.post(f"/ai/generations/{done['id']}/apply", {"mode": "prepend"}), 422)
    assert "mode" in told["details"]


def test_a_section_that_is_not_there_is_named(models, person):
    document = person.document(content=SECTIONS)
    done = written(person, document["id"], section="环境监测")
    told = error(person.post(f"/ai/generations/{done['id']}/apply", {"mode": "section"}), 422)
    assert "环境监测" in json.dumps(told, ensure_ascii=False)
    done = written(person, document["id"])
    error(person.post(f"/ai/generations/{done['id']}/apply", {"mode": "section"}), 422)
    assert ok(person.get(f"/documents/{document['id']}"))["content"] == SECTIONS


def test_a_text_is_applied_only_to_the_state_that_was_read(models, person):
    document = person.document()
    read = person.get(f"/documents/{document['id']}")
    done = written(person, document["id"])
    ok(person.put(f"/documents/{document['id']}", {"content": "anders"}))
    error(person.post(f"/ai/generations/{done['id']}/apply", {}, headers={"If-Match": read.headers["etag"]}), 409, "文档已被修改，请刷新后重试")
    now = person.get(f"/documents/{document['id']}").headers["etag"]
    apply(person, done["id"], headers={"If-Match": now})


def test_a_text_that_is_not_there_yet_is_not_applied(models, person, document):
    gate = gated(models)
    made = generate(person, document["id"])
    begun(person, made["id"])
    error(person.post(f"/ai/generations/{made['id']}/apply", {}), 409, "AI生成任务尚未完成")
    gate.set()
    assert wait_for_end(person, made["id"])["generated_content"] == "一二三四五六七八"
    models.will(Refusal(400, "no"))
    error(person.post(f"/ai/generations/{written(person, document['id'])['id']}/apply", {}), 409, "AI生成任务尚未完成")


def test_a_text_of_a_deleted_document_goes_nowhere(models, person):
    document = person.document()
    done = written(person, document["id"])
    ok(person.delete(f"/documents/{document['id']}"))
    error(person.post(f"/ai/generations/{done['id']}/apply", {}), 404, "文档不存在")
    error(person.post("/ai/generate", {"document_id": document["id"], "prompt": "写"}), 404, "文档不存在")
    assert generation(person, done["id"])["generated_content"] == done["generated_content"]


def test_texts_that_are_put_in_at_the_same_time_all_get_in(models, person):
    document = person.document(content="# 开头\n\n## 应急响应\n\n旧\n\n## 尾\n")
    texts = [f"并行{number}。" for number in range(8)]
    ids = []
    for text in texts:
        models.will(Answer(text=text))
        ids.append(written(person, document["id"])["id"])
    with concurrent.futures.ThreadPoolExecutor(len(ids)) as pool:
        versions = list(pool.map(lambda id: apply(person, id), ids))
    assert sorted(version["version_number"] for version in versions) == list(range(2, 10))
    content = ok(person.get(f"/documents/{document['id']}"))["content"]
    assert sorted(content.removeprefix("# 开头\n\n## 应急响应\n\n旧\n\n## 尾\n\n").split("\n\n")) == texts



# templates


def test_templates_make_prompts(models, person, chief, document):
    made = template(chief, "请为{trade}企业生成{kind}，重点包括{key_points}", config={"temperature": 0.6, "max_tokens": 2500},
                    category="应急预案", description="标准模板")
    assert set(made) == {"id", "name", "description", "prompt_template", "config", "category", "is_active", "created_at"}
    assert made["is_active"] is True and made["config"] == {"temperature": 0.6, "max_tokens": 2500}
    body = {"document_id": document["id"], "template_id": made["id"]}
    told = error(person.post("/ai/generate", body), 422)
    assert told["message"] and all("{%s}" % name in json.dumps(told, ensure_ascii=False) for name in ("trade", "kind", "key_points"))
    variables = {"trade": "化工", "kind": "应急预案", "key_points": 3}
    made = ok(person.post("/ai/generate", body | {"variables": variables, "generation_config": {"temperature": 0.2}}), 202)
    assert made["prompt"] == "请为化工企业生成应急预案，重点包括3" and made["generation_config"] == {"temperature": 0.2, "max_tokens": 2500}
    wait_for_end(person, made["id"])
    asked = models.requests[-1].body
    assert asked["temperature"] == 0.2 and asked["max_tokens"] == 2500 and made["prompt"] in json.dumps(asked, ensure_ascii=False)
    more = ok(person.post("/ai/generate", body | {"variables": variables, "prompt": "语言要简练。"}), 202)
    assert more["prompt"] == made["prompt"] + "\n\n语言要简练。"
    error(person.post("/ai/generate", body | {"variables": variables | {"key_points": ["a"]}}), 422)
    told = error(person.post("/ai/generate", body | {"variables": variables | {"key_points": "字" * 41_000}}), 422)
    assert list(told["details"]) == ["variables"] and "40000" in told["message"]
    assert describe(person, made["id"])["template_id"] == str(body["template_id"])
    blank = template(chief, " ", category="", description="")
    assert (blank["category"], blank["description"]) == (None, None)
    error(person.post("/ai/generate", body | {"template_id": blank["id"]}), 422, "提示词不能为空")


def test_a_template_knows_section_project_company_and_forms(models, chief, person):
    made = template(chief, "为{company_name}（{industry}）的{project_name}写{section}，产能{capacity}，{{原样}}")
    project = person.project(person.company(name="晨光化工")["id"], name="扩建")
    body = {"document_id": person.document(project["id"])["id"], "template_id": made["id"], "section": "总则"}
    told = error(person.post("/ai/generate", body), 422)
    assert list(told["details"]) == ["variables"] and "{capacity}" in told["message"] and "{section}" not in told["message"]
    person.form(project["id"], form_data={"capacity": 1200})
    made = ok(person.post("/ai/generate", body), 202)
    assert made["prompt"] == "为晨光化工（化工）的扩建写总则，产能1200，{原样}"


def test_templates_are_the_administrators(person, chief):
    error(person.post("/ai/templates", {"name": uniq(), "prompt_template": "写"}), 403, "权限不足")
    made = template(chief, "写{section}", category=uniq("类"))
    error(chief.post("/ai/templates", {"name": made["name"], "prompt_template": "写"}), 409, "模板名称已存在")
    found = page(person.get("/ai/templates", category=made["category"]))["items"]
    assert [set(i) - set(made) for i in found] == [{"updated_at"}] and found[0]["prompt_template"] == "写{section}"
    assert page(person.get("/ai/templates", category=made["category"], is_active="false"))["total"] == 0
    for wrong in ({"size": 0}, {"sort_by": "prompt"}, {"is_active": "maybe"}):
        error(person.get("/ai/templates", **wrong), 422)


@pytest.mark.parametrize("body, field", [
    ({"prompt_template": "写"}, "name"), ({"name": "", "prompt_template": "写"}, "name"), ({"name": "名"}, "prompt_template"),
    ({"name": "名" * 101, "prompt_template": "写"}, "name"), ({"name": "名", "prompt_template": "写{section"}, "prompt_template"),
    ({"name": "名", "prompt_template": "写{章节}"}, "prompt_template"), ({"name": "名", "prompt_template": "写}"}, "prompt_template"),
    ({"name": "名", "prompt_template": "写", "config": {"temperature": 9}}, "config.temperature"),
])
def test_a_wrong_template_is_named_by_its_field(chief, body, field):
    assert field in error(chief.post("/ai/templates", body), 422)["details"]


def test_a_template_out_of_use_makes_no_prompts(served, person, chief, document):
    made, rpc = template(chief, "写"), Rpc(served)
    body = {"template_id": made["id"], "is_active": False}
    assert rpc.code("cowriting.v1.GenerationService", "SetGenerationTemplateActive", body, token=person.token) == ("PERMISSION_DENIED", "权限不足")
    told = rpc.call("cowriting.v1.GenerationService", "SetGenerationTemplateActive", body, token=chief.token)
    assert told["is_active"] is False and told["name"] == made["name"]
    error(person.post("/ai/generate", {"document_id": document["id"], "template_id": made["id"]}), 404, "模板不存在")
    error(person.post("/ai/generate", {"document_id": document["id"], "template_id": 999_999}), 404, "模板不存在")
    absent = {"template_id": 999_999, "is_active": True}
    assert rpc.code("cowriting.v1.GenerationService", "SetGenerationTemplateActive", absent, token=chief.token) == ("NOT_FOUND", "模板不存在")


# providers that do not do what they should


def attempts_of(models, before):
    return len(models.requests) - before


def test_a_provider_that_is_busy_is_asked_again(models, person, document):
    before = len(models.requests)
    models.will(Refusal(429, "slow down", retry_after="1"), Refusal(503), Answer(text="终于"))
    done = written(person, document["id"])
    assert done["status"] == "completed" and done["generated_content"] == "终于" and attempts_of(models, before) == 3
    assert describe(person, done["id"])["attempts"] == 3


def test_a_provider_that_is_busy_is_left_alone_by_everybody(models, person, document):
    before = len(models.requests)
    models.will(Refusal(429, retry_after="3"))
    first = generate(person, document["id"])
    wait_for(lambda: attempts_of(models, before) == 1 and models.in_flight == 0, "the first try")
    others = [generate(person, document["id"]) for _ in range(8)]
    assert {wait_for_end(person, one["id"])["status"] for one in (first, *others)} == {"completed"}
    assert attempts_of(models, before) == 10 and describe(person, first["id"])["attempts"] == 2
    assert {describe(person, one["id"])["attempts"] for one in others} == {1}


def test_a_provider_that_stays_broken_is_given_up(models, person, document):
    before = len(models.requests)
    models.will(*[answer for _ in range(6) for answer in (Refusal(500, "boom"), Nothing(closes=True))])
    # Side by side, because the tries take half a minute.
    made = [generate(person, document["id"])["id"] for _ in range(2)]
    for done in [wait_for_end(person, id, 120) for id in made]:
        assert done["status"] == "failed" and "6次" in done["error_message"] and "AI 服务" in done["error_message"]
        assert done["generated_content"] == "" and done["completed_at"]
    assert attempts_of(models, before) == 12


@pytest.mark.parametrize("answer, word", [
    (Raw(b"<html>portal</html>", "text/html"), "AI 服务"),
    (Raw(b"\xff\xfe{]", "application/json"), "AI 服务"),
    (Raw(b"data: not json\n\n", "text/event-stream"), "AI 服务"),
    (Raw(b"", "text/event-stream"), "AI 服务"),
    (Refusal(400, "context too long"), "context too long"),
    (Refusal(401, f"Incorrect key {KEY}"), "WEFT_AI_API_KEY"),
    (Refusal(402), "余额"),
    (Refusal(404), "WEFT_AI_MODEL"),
    (Refusal(302, headers={"Location": "http://127.0.0.1:1/v1"}), "重定向"),
    (Refusal(400, f"you sent {KEY}"), "******"),
    (Refusal(429, "quota", retry_after="86400"), "额度"),
    (Refusal(503, "maintenance", retry_after="7200"), "暂停服务，约120分钟"),
    (Stream(({"error": {"message": "overheated"}},)), "AI 服务"),
], ids=["page", "garbage", "garbled events", "empty", "refused", "key", "unpaid", "absent", "redirect", "echo", "quota", "maintenance", "error event"])
def test_what_goes_wrong_is_said_to_whoever_asked(models, person, document, answer, word):
    before = len(models.requests)
    models.will(*[answer] * 6)
    done = wait_for_end(person, generate(person, document["id"])["id"], 120)
    models.forget()
    assert done["status"] == "failed" and word in done["error_message"] and KEY not in json.dumps(done)
    assert attempts_of(models, before) == 1 or "6次" in done["error_message"]


def test_a_provider_needs_a_certificate_that_is_trusted(tmp_path):
    authority = Authority(tmp_path)
    with ModelServer(tls=authority.issue("provider")) as models:
        for name, env, status in (("trusted", {"WEFT_OUTBOUND_CA": str(authority.ca)}, "completed"), ("untrusted", {}, "failed")):
            with Server(tmp_path / name, env=settings(models) | env) as server:
                person = new_person(server)
                done = written(person, person.document()["id"])
                assert done["status"] == status and ("证书" in done.get("error_message", "")) == (status == "failed")
        assert len(models.requests) == 1


def test_half_a_stream_keeps_its_half(models, person, document):
    before = len(models.requests)
    models.will(Half(text="前半"))
    done = written(person, document["id"])
    assert done["status"] == "failed" and done["generated_content"] == "前半" and done["error_message"]
    # What has come would come twice.
    assert attempts_of(models, before) == 1
    # It may be taken all the same.
    fresh = person.document(content="")
    models.will(Half(text="前半"))
    assert apply(person, written(person, fresh["id"])["id"])["content"] == "前半"


def test_a_provider_that_does_not_stream_is_understood(models, person, document):
    models.will(Plain(text="一次给出"))
    assert written(person, document["id"])["generated_content"] == "一次给出"


def test_a_slow_drip_is_a_text(models, person, document):
    models.will(Answer(text="一二三四五六", pieces=6, pause=0.2))
    assert written(person, document["id"])["generated_content"] == "一二三四五六"


def test_an_endless_text_is_cut_off(models, served, person, document):
    piece = "写" * 100_000
    models.will(Stream(tuple([piece] * 16 + [b"data: [DONE]\n\n"])))
    done = written(person, document["id"])
    assert done["status"] == "failed" and "过长" in done["error_message"] or "上限" in done["error_message"], done["error_message"]
    assert len(done["generated_content"].encode()) <= 4 << 20
    # A line without end.
    models.will(Raw(b"data: " + b"x" * (3 << 20), "text/event-stream"))
    assert written(person, document["id"])["status"] == "failed"
    # A list does not carry texts.
    answer = person.get("/ai/generations", size=100)
    assert len(answer.content) < 1 << 20


def test_others_are_unharmed_while_a_provider_says_nothing(models, served, person, document):
    models.will(*[Nothing()] * 3)
    made = [generate(person, document["id"]) for _ in range(3)]
    other = new_person(served)
    assert written(other, other.document()["id"])["status"] == "completed"
    for one in made:
        ok(person.post(f"/ai/generations/{one['id']}/cancel", {}))
        assert generation(person, one["id"])["status"] == "cancelled"


def test_many_texts_are_written_at_once(models, served):
    people = [new_person(served) for _ in range(4)]
    documents = [p.document() for p in people]
    before = len(models.requests)
    made = [(p, generate(p, d["id"], f"第{n}篇")) for n in range(8) for p, d in zip(people, documents)]
    for p, one in made:
        assert wait_for_end(p, one["id"])["generated_content"] == Answer.text
    assert attempts_of(models, before) == len(made)


# limits, and no provider


def test_the_limit_of_an_hour_is_the_documents(tmp_path):
    with Server(tmp_path / "data", env={"WEFT_RATE_LIMITS": "on"}) as server:
        person = new_person(server)
        document = person.document()
        for _ in range(20):
            answer = person.post("/ai/generate", {"document_id": document["id"], "prompt": "写"})
            assert answer.status_code == 202 and answer.headers["x-ratelimit-limit"] == "20"
        refused = person.post("/ai/generate", {"document_id": document["id"], "prompt": "写"})
        error(refused, 429, "请求频率超过限制")
        assert int(refused.headers["retry-after"]) > 0
        assert page(person.get("/ai/generations"))["total"] == 20


def test_without_a_provider_an_outline_says_that_no_model_wrote_it(server):
    person = new_person(server)
    document = person.document()
    done = written(person, document["id"], prompt="请生成环保应急预案的应急响应部分，包括应急组织机构、应急响应程序和应急处置措施", section="应急响应")
    text = done["generated_content"]
    assert done["status"] == "completed" and "没有语言模型参与" in text.split("\n")[0]
    for heading in ("应急组织机构", "应急响应程序", "应急处置措施"):
        assert any(line.startswith("#") and heading in line for line in text.split("\n")), text
    told = describe(person, done["id"])
    assert told["model"] == "weft-outline" and "prompt_tokens" not in told


@pytest.mark.parametrize("env, name", [
    ({"WEFT_AI_BASE_URL": "http://127.0.0.1:1/v1"}, "WEFT_AI_MODEL"),
    ({"WEFT_AI_BASE_URL": "ftp://x", "WEFT_AI_MODEL": "m"}, "WEFT_AI_BASE_URL"),
    ({"WEFT_AI_BASE_URL": f"http://user:{KEY}@127.0.0.1/v1", "WEFT_AI_MODEL": "m"}, "WEFT_AI_BASE_URL"),
    ({"WEFT_AI_BASE_URL": "http://127.0.0.1:1/v1", "WEFT_AI_MODEL": "m", "WEFT_AI_API_KEY": KEY + "\n1"}, "WEFT_AI_API_KEY"),
])
def test_wrong_settings_are_named_at_the_start(tmp_path, env, name):
    server = Server(tmp_path / "data", env=env)
    with pytest.raises(AssertionError) as told:
        server.start()
    assert name in str(told.value) and KEY not in str(told.value)
    server.stop()
