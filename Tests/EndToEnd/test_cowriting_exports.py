"""Documents as PDF, Word, HTML and Markdown (chapter 文档导出接口): what comes out, what is refused, how it is fetched and followed."""
import json
import re
import urllib.parse
from datetime import datetime, timezone

import grpc
import lxml.html
import pytest
from cowriting import V1, admin, error, new_person, ok, page, uniq
from exporting import (EXTENSIONS, MARKDOWN, W, ask, blobs, centimetres, ended, fetch, made, pdf, pdf_text, rows, state, word)
from google.protobuf import json_format, message_factory
from rpc import Rpc
from server import Server, wait_for

TYPES = {"pdf": "application/pdf", "word": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
         "markdown": "text/markdown; charset=utf-8", "html": "text/html; charset=utf-8"}
ITEM = {"id", "document_id", "document_title", "user_id", "user_name", "format", "status", "file_name", "file_size", "created_at"}
SIZES = {"A3": (29.7, 42.0), "A4": (21.0, 29.7), "A5": (14.8, 21.0), "B5": (17.6, 25.0), "Letter": (21.6, 27.9), "Legal": (21.6, 35.6)}


@pytest.fixture(scope="module")
def person(server):
    return new_person(server, full_name="张三")


@pytest.fixture(scope="module")
def document(person):
    return person.document(title="环保应急预案第一章", content=MARKDOWN)


@pytest.fixture(scope="module")
def boss(server):
    return admin(server)


def template(boss, format, is_default=False, **options):
    body = {"name": uniq("模板"), "format": format, "options": options, "is_default": is_default}
    return ok(boss.post("/exports/templates", body), 201, "导出模板创建成功")


def today():
    return datetime.now(timezone.utc).strftime("%Y%m%d")


def fields(part):
    """What a header or footer of Word has the page's numbers from."""
    return [node.get(f"{W}instr").strip() for node in part._element.iter(f"{W}fldSimple")]


def watermarks(data):
    """The opacity of the form that each page has a watermark from: it is drawn as outlines, so that whoever copies text does not get it."""
    found = []
    for p in pdf(data).pages:
        forms = [form.get_object() for form in p["/Resources"].get("/XObject", {}).values() if form.get_object()["/Subtype"] == "/Form"]
        found.append([state["/ca"] for form in forms for state in form["/Resources"]["/ExtGState"].values()])
    return found


# What comes out

def test_a_pdf_has_everything(person, document):
    found, data = made(person, document["id"], "pdf")
    text = pdf_text(data)
    for said in ("为加强环境风险管理，根据《中华人民共和国环境保护法》（2014年修订）制定本预案", "甲类车间", "储罐区", "1.报告", "2.处置", "预防为主。",
                 "氯气12.5一号库", "intmain(void){return0;}//应急", "网站作废代码", "自发布之日起施行。", "第1页/共1页"):
        assert said in text, (said, text)
    reader = pdf(data)
    assert reader.metadata.title == "环保应急预案第一章" and reader.metadata.author == "张三"
    assert [entry.title for entry in reader.outline if not isinstance(entry, list)] == ["总则"]
    links = [a.get_object()["/A"].get("/URI") for p in reader.pages for a in p.get("/Annots", []) if "/A" in a.get_object()]
    assert "https://example.com/a?b=1&c=2" in links


def test_fonts_are_embedded_as_subsets(person, document):
    _, data = made(person, document["id"], "pdf")
    fonts = [font.get_object() for p in pdf(data).pages for font in p["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        assert re.match(r"/[A-Z]{6}\+", font["/BaseFont"]), font
        assert "/ToUnicode" in font
    assert len(data) < 1_000_000


def test_a_word_file_has_everything(person, document):
    _, data = made(person, document["id"], "word")
    file = word(data)
    assert [(p.style.name, p.text) for p in file.paragraphs if p.style.name.startswith("Heading")] == [
        ("Heading 1", "总则"), ("Heading 2", "适用范围"), ("Heading 2", "联系方式")]
    assert [[cell.text for cell in row.cells] for row in file.tables[0].rows] == [
        ["物质", "数量 (t)", "位置"], ["氯气", "12.5", "一号库"], ["液氨", "3", "二号库"]]
    assert file.tables[0].rows[0]._tr.find(f".//{W}tblHeader") is not None
    lists = [p for p in file.paragraphs if p._p.find(f"{W}pPr/{W}numPr") is not None]
    assert {"甲类车间", "储罐区", "乙类车间", "报告", "处置"} <= {p.text for p in lists}
    assert file.core_properties.title == "环保应急预案第一章" and file.core_properties.author == "张三"
    assert fields(file.sections[0].footer) == ["PAGE", "NUMPAGES"]


def test_html_stands_alone_and_escapes(person):
    content = "# <script>alert(1)</script> & \"引号\"\n\n<img src=x onerror=alert(2)>\n\n[x](javascript:alert(3)) [y](data:text/html,z)\n"
    document = person.document(title="</title><script>alert(0)</script>", content=content)
    _, data = made(person, document["id"], "html", header="</style><b>", footer='";}</style>', watermark="<i>")
    tree = lxml.html.fromstring(data.decode())
    assert not tree.xpath("//script | //iframe | //object | //img | //b | //i | //*[@onerror] | //main//a[@href]")
    assert not tree.xpath("//@src") and not tree.xpath("//link")
    assert tree.xpath("string(//h1)") == '<script>alert(1)</script> & "引号"'
    assert tree.xpath("string(//title)") == "</title><script>alert(0)</script>"
    assert "default-src 'none'" in tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]


def test_html_has_everything(person, document):
    _, data = made(person, document["id"], "html")
    tree = lxml.html.fromstring(data.decode())
    assert tree.get("lang") == "zh-CN"
    assert tree.xpath("//main//h2/text()") == ["适用范围", "联系方式"]
    assert tree.xpath("//table//td/text()") == ["氯气", "12.5", "一号库", "液氨", "3", "二号库"]
    assert len(tree.xpath("//input[@type='checkbox'][@disabled]")) == 2 and len(tree.xpath("//input[@checked]")) == 1
    assert tree.xpath("//a[text()='网站']/@href") == ["https://example.com/a?b=1&c=2"]
    assert tree.xpath("string(//del)") == "作废" and tree.xpath("string(//strong)") == "环境风险"


def test_markdown_comes_out_as_it_is(person, document):
    _, data = made(person, document["id"], "markdown")
    assert data.decode() == MARKDOWN


# What each option changes

@pytest.mark.parametrize("size", SIZES)
def test_the_paper(person, document, size):
    _, data = made(person, document["id"], "pdf", page_size=size)
    box = pdf(data).pages[0].mediabox
    assert (centimetres(box.width), centimetres(box.height)) == SIZES[size]
    section = word(made(person, document["id"], "word", page_size=size)[1]).sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == SIZES[size]


def test_the_margins(person, document):
    lefts = {}
    for margin in ("narrow", "normal", "wide"):
        section = word(made(person, document["id"], "word", margin=margin)[1]).sections[0]
        lefts[margin] = section.left_margin.cm
        words = []
        pdf(made(person, document["id"], "pdf", margin=margin)[1]).pages[0].extract_text(
            visitor_text=lambda text, _, matrix, *__: words.append(matrix[4]) if "适用范围" in text else None)
        assert words and abs(centimetres(words[0]) - section.left_margin.cm) < 0.3
    assert lefts["narrow"] < lefts["normal"] < lefts["wide"] and round(lefts["normal"], 2) == 1.91


@pytest.mark.parametrize("name, said", [("header", "页眉文字"), ("footer", "页脚文字"), ("watermark", "内部文档")])
def test_what_is_on_every_page(person, document, name, said):
    content = "\n\n".join(f"## 第{n}节\n\n" + "环境风险评估。" * 300 for n in range(4))
    long = person.document(content=content)
    data = made(person, long["id"], "pdf", **{name: said})[1]
    pages = pdf(data).pages
    assert len(pages) > 2
    if name == "watermark":
        assert watermarks(data) == [[0.1]] * len(pages) and said not in pdf_text(data)
    else:
        assert watermarks(data) == [[]] * len(pages)
        for n in range(len(pages)):
            assert said in pdf_text(data, "-f", str(n + 1), "-l", str(n + 1))
    plain = made(person, long["id"], "pdf")[1]
    assert said not in pdf_text(plain) and not any(watermarks(plain))
    section = word(made(person, document["id"], "word", **{name: said})[1]).sections[0]
    part = section.footer if name == "footer" else section.header
    xml = "".join(part._element.itertext()) + "".join(part._element.xpath("//@string"))
    assert said in xml
    assert said in made(person, document["id"], "html", **{name: said})[1].decode()
    assert said not in made(person, document["id"], "markdown", **{name: said})[1].decode()


def test_a_table_of_contents(person):
    content = "\n\n".join(f"# 第{n}章\n\n## {n}.1 概述\n\n" + "环境风险评估。" * 400 for n in range(1, 5))
    document = person.document(content=content)
    data = made(person, document["id"], "pdf", table_of_contents=True)[1]
    reader = pdf(data)
    contents = pdf_text(data, "-layout", "-l", "1")
    assert contents.startswith("目录")
    for n, entry in enumerate([entry for entry in reader.outline if not isinstance(entry, list) and entry.title != "目录"], 1):
        number = reader.get_destination_page_number(entry) + 1
        assert entry.title == f"第{n}章"
        assert re.search(rf"第{n}章[.…·]*{number}{n}\.1", contents), (number, contents)
    links = [a.get_object() for a in reader.pages[0]["/Annots"]]
    assert len(links) >= 8 and all("/Dest" in link or "/A" in link for link in links)
    file = word(made(person, document["id"], "word", table_of_contents=True)[1])
    assert any("TOC" in (node.text or "") for node in file.element.iter(f"{W}instrText"))
    tree = lxml.html.fromstring(made(person, document["id"], "html", table_of_contents=True)[1].decode())
    for target in tree.xpath("//nav//a/@href"):
        assert tree.xpath(f"//*[@id='{target[1:]}']")
    text = made(person, document["id"], "markdown", table_of_contents=True)[1].decode()
    assert text.startswith("**目录**") and "- [第1章](#第1章)" in text


def test_what_is_known_of_the_document_and_its_versions(person):
    project = person.project(name="某某项目")
    document = person.document(project["id"], title="预案", content="一")
    ok(person.post(f"/documents/{document['id']}/versions", {"content": "二", "changes_summary": {"description": "补充了措施"}}), 201)
    for format in EXTENSIONS:
        _, data = made(person, document["id"], format, include_metadata=True, include_versions=True)
        if format == "pdf":
            text = pdf_text(data)
        elif format == "word":
            text = "".join(word(data).element.body.itertext())
        else:
            text = data.decode()
        for said in ("预案", "张三", "某某项目", "附录：版本记录", "补充了措施"):
            assert said in text, (format, said)
        plain = made(person, document["id"], format)[1]
        text = pdf_text(plain) if format == "pdf" else "".join(word(plain).element.body.itertext()) if format == "word" else plain.decode()
        assert "版本记录" not in text and "某某项目" not in text, format


@pytest.mark.parametrize("status, said", [("draft", "草稿"), ("reviewing", "审核中"), ("completed", "已完成"), ("on_hold", "on_hold")])
def test_the_status_is_said_in_words(person, status, said):
    document = person.document(content="一")
    ok(person.put(f"/documents/{document['id']}", {"status": status}))
    assert f'"状态": "{said}"' in made(person, document["id"], "markdown", include_metadata=True)[1].decode()


def test_the_author_is_the_documents(person, boss):
    document = person.document(content="一")
    found, data = made(boss, document["id"], "pdf")
    assert pdf(data).metadata.author == "张三" and found["user_name"] != "张三"


def test_an_empty_document_and_one_that_is_not_markdown(person):
    empty = person.document(content="")
    for format in EXTENSIONS:
        _, data = made(person, empty["id"], format)
        assert format == "markdown" or data
        if format == "pdf":
            assert len(pdf(data).pages) == 1
    other = person.document(content="<b>粗</b>", format="html")
    assert "<b>粗</b>" in pdf_text(made(person, other["id"], "pdf")[1])


def test_the_version_of_the_moment_is_exported(person):
    document = person.document(content="早先的文字")
    asked = ask(person, document["id"], "markdown")
    ok(person.put(f"/documents/{document['id']}", {"content": "后来的文字"}))
    ended(person, asked)
    assert person.get(f"/exports/{asked}/download").content.decode() == "早先的文字\n"


# Templates

def test_every_option_of_a_template(person, document, boss):
    options = {"page_size": "A5", "orientation": "landscape", "margin_top": 1, "margin_bottom": 1.5, "margin_left": 3, "margin_right": 2,
               "font_size": 9, "line_height": 2}
    common = {"include_header": True, "header_text": "模板页眉", "include_footer": True, "footer_text": "模板页脚", "include_page_numbers": False,
              "include_watermark": True, "watermark_text": "机密文档", "watermark_opacity": 0.3, "include_table_of_contents": True,
              "include_metadata": True, "include_versions": True}

    def of(format):
        return template(boss, format, **{f"{format}_{name}": value for name, value in options.items()}, **common)["id"]

    section = (file := word(made(person, document["id"], "word", template_id=of("word"))[1])).sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 14.8)
    margins = [getattr(section, f"{side}_margin").cm for side in ("top", "bottom", "left", "right")]
    assert [round(m, 2) for m in margins] == [1, 1.5, 3, 2]
    assert "模板页眉" in "".join(section.header._element.itertext()) and "模板页脚" in "".join(section.footer._element.itertext())
    assert "机密文档" in section.header._element.xpath("//@string")
    assert fields(section.footer) == []
    assert "附录：版本记录" in "".join(file.element.body.itertext())
    assert file.styles.element.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}sz").get(f"{W}val") == "18"

    data = made(person, document["id"], "pdf", template_id=of("pdf"))[1]
    box = pdf(data).pages[0].mediabox
    assert (centimetres(box.width), centimetres(box.height)) == (21.0, 14.8)
    text = pdf_text(data)
    assert all(said in text for said in ("模板页眉", "模板页脚", "目录", "附录：版本记录")) and "第1页" not in text
    assert all(mark == [0.3] for mark in watermarks(data))

    html = made(person, document["id"], "html", template_id=of("html"))[1].decode()
    assert re.search(r"size: 210(\.0)?mm 148(\.0)?mm; margin: 1(\.0)?cm 2(\.0)?cm 1\.5cm 3(\.0)?cm", html)
    assert "font-size: 9.0pt; line-height: 2.0" in html and "opacity: 0.3" in html and "counter(page)" not in html


def test_the_request_goes_before_the_template(person, document, boss):
    chosen = template(boss, "pdf", pdf_page_size="A3", pdf_margin_left=5, header_text="模板页眉", footer_text="模板页脚", watermark_text="机密")
    _, data = made(person, document["id"], "pdf", template_id=chosen["id"], page_size="A4", header="请求页眉", footer="", margin="narrow")
    text = pdf_text(data)
    assert centimetres(pdf(data).pages[0].mediabox.width) == 21.0
    assert "请求页眉" in text and watermarks(data) == [[0.1]] and "模板页" not in text


def test_flags_take_texts_away(person, document, boss):
    chosen = template(boss, "pdf", include_header=False, header_text="模板页眉", include_footer=False, footer_text="模板页脚",
                      include_watermark=False, watermark_text="机密文档")
    data = made(person, document["id"], "pdf", template_id=chosen["id"])[1]
    assert "模板页" not in pdf_text(data) and not any(watermarks(data))


def test_a_header_without_a_text_is_the_title(person, document, boss):
    chosen = template(boss, "pdf", include_header=True)
    assert "环保应急预案第一章" in pdf_text(made(person, document["id"], "pdf", template_id=chosen["id"])[1])


def test_only_the_template_that_is_named_counts(tmp_path):
    with Server(tmp_path / "data") as server:
        boss, person = admin(server), new_person(server)
        document = person.document()

        def width(**options):
            return centimetres(pdf(made(person, document["id"], "pdf", **options)[1]).pages[0].mediabox.width)

        first = template(boss, "pdf", is_default=True, pdf_page_size="A3")
        assert width() == 21.0 and width(template_id=first["id"]) == 29.7
        second = template(boss, "pdf", is_default=True, pdf_page_size="A5")
        listed = {t["id"]: t["is_default"] for t in page(person.get("/exports/templates", format="pdf"))["items"]}
        assert listed == {first["id"]: False, second["id"]: True}
        assert width() == 21.0 and width(template_id=second["id"]) == 14.8
        rpc = Rpc(server)
        rpc.call("cowriting.v1.ExportService", "SetExportTemplateActive", {"template_id": second["id"], "is_active": False}, boss.token)
        error(person.post("/exports", {"document_id": document["id"], "format": "pdf", "template_id": second["id"]}), 404, "模板不存在")
        assert [t["id"] for t in page(person.get("/exports/templates", is_active="true"))["items"]] == [first["id"]]


def test_templates_are_made_by_administrators(person, boss):
    body = {"name": uniq("模板"), "description": "用于导出", "format": "word", "options": {"word_font_size": 14}, "is_default": False}
    error(person.post("/exports/templates", body), 403, "权限不足")
    data = ok(boss.post("/exports/templates", body), 201, "导出模板创建成功")
    assert set(data) == {"id", "name", "description", "format", "options", "is_default", "is_active", "created_at"}
    assert data["options"] == {"word_font_size": 14} and data["is_active"] is True
    error(boss.post("/exports/templates", body), 409, "模板名称已存在")
    assert data in page(person.get("/exports/templates", size=100))["items"]
    assert ok(boss.post("/exports/templates", body | {"name": uniq("模板"), "description": ""}), 201)["description"] is None


@pytest.mark.parametrize("format, options, field", [
    ("pdf", {"pdf_paper": "A4"}, "options.pdf_paper"), ("pdf", {"word_page_size": "A4"}, "options.word_page_size"),
    ("markdown", {"markdown_page_size": "A4"}, "options.markdown_page_size"), ("pdf", {"pdf_page_size": "A9"}, "options.pdf_page_size"),
    ("pdf", {"pdf_page_size": 4}, "options.pdf_page_size"), ("pdf", {"pdf_orientation": "diagonal"}, "options.pdf_orientation"),
    ("pdf", {"pdf_margin_top": -1}, "options.pdf_margin_top"), ("pdf", {"pdf_margin_top": 99}, "options.pdf_margin_top"),
    ("pdf", {"pdf_margin_top": "1"}, "options.pdf_margin_top"), ("pdf", {"pdf_font_size": 0}, "options.pdf_font_size"),
    ("pdf", {"pdf_line_height": 1e308}, "options.pdf_line_height"), ("pdf", {"include_header": "yes"}, "options.include_header"),
    ("pdf", {"header_text": "长" * 101}, "options.header_text"), ("pdf", {"watermark_text": None}, "options.watermark_text"),
    ("pdf", {"watermark_opacity": 0}, "options.watermark_opacity"), ("pdf", {"x" * 5000: 1}, None), ("epub", {}, "format")])
def test_templates_that_are_refused(boss, format, options, field):
    told = error(boss.post("/exports/templates", {"name": uniq("模板"), "format": format, "options": options}), 422)
    if field:
        assert field in told["details"], told
    assert len(told["message"]) < 300


def test_templates_are_listed_in_pages_and_by_what_is_asked(person, boss):
    for _ in range(3):
        template(boss, "html")
    data = page(person.get("/exports/templates", format="html", size=2))
    assert data["total"] >= 3 and {t["format"] for t in data["items"]} == {"html"}
    names = [t["name"] for t in page(person.get("/exports/templates", sort_by="name", sort_order="asc", size=100))["items"]]
    assert names == sorted(names, key=str.encode)
    error(person.get("/exports/templates", sort_by="options"), 422)


# Requests

def test_the_answer_to_a_request(person, document):
    data = ok(person.post("/exports", {"document_id": document["id"], "format": "pdf"}), 202, "文档导出任务已提交，正在处理中")
    assert set(data) == {"export_id", "document_id", "format", "status", "message", "estimated_time"}
    assert data["status"] == "processing" and data["message"] and data["estimated_time"] >= 1
    found = ended(person, data["export_id"])
    assert set(found) == ITEM | {"file_url", "download_url"}
    assert (found["document_title"], found["user_name"], found["file_name"]) == ("环保应急预案第一章", "张三", f"环保应急预案第一章_{today()}.pdf")
    before = ask(person, document["id"], "pdf")
    at_once = state(person, before)
    if at_once["status"] == "processing":
        assert at_once["file_url"] is None and at_once["download_url"] is None and at_once["file_name"] is None
    ended(person, before)


@pytest.mark.parametrize("body, field", [
    ({"format": "pdf"}, "document_id"), ({"document_id": 0, "format": "pdf"}, "document_id"), ({"document_id": "D"}, "format"),
    ({"document_id": "D", "format": "epub"}, "format"), ({"document_id": "D", "format": "PDF"}, "format"),
    ({"document_id": "D", "format": "pdf", "page_size": "A9"}, "page_size"), ({"document_id": "D", "format": "pdf", "margin": "huge"}, "margin"),
    ({"document_id": "D", "format": "pdf", "watermark": "长" * 51}, "watermark"), ({"document_id": "D", "format": "pdf", "header": "长" * 101}, "header"),
    ({"document_id": "D", "format": "pdf", "footer": "长" * 101}, "footer"), ({"document_id": "D", "format": "pdf", "orientation": "portrait"}, "orientation"),
    ({"document_id": "D", "format": "pdf", "pdf_font_size": 12}, "pdf_font_size"), ({"document_id": "D", "format": "pdf", "template_id": 0}, "template_id")])
def test_requests_that_are_refused(person, document, body, field):
    body = {name: document["id"] if value == "D" else value for name, value in body.items()}
    told = error(person.post("/exports", body), 422)
    assert field in json.dumps(told, ensure_ascii=False), told


@pytest.mark.parametrize("name, value", [("include_metadata", "yes"), ("table_of_contents", 1), ("watermark", 5), ("template_id", "x"), ("header", ["a"])])
def test_wrong_types_are_refused(person, document, name, value):
    assert person.post("/exports", {"document_id": document["id"], "format": "pdf", name: value}).status_code in (400, 422)


def test_a_template_of_another_format(person, document, boss):
    chosen = template(boss, "word")
    told = error(person.post("/exports", {"document_id": document["id"], "format": "pdf", "template_id": chosen["id"]}), 422)
    assert "template_id" in told["details"]
    error(person.post("/exports", {"document_id": document["id"], "format": "pdf", "template_id": 10**9}), 404, "模板不存在")


TITLES = [("a/b\\c:d*e?f\"g<h>i|j", "a_b_c_d_e_f_g_h_i_j"), ("../../etc/passwd", "_.._etc_passwd"), ("…—“预案”", "…—“预案”"),
          ("预案\u202efdp.exe", "预案_fdp.exe"), ("  前后  ", None), ("😀" * 100, "😀" * 54), ("环" * 200, "环" * 72), (".", "document")]


@pytest.mark.parametrize("title, expected", TITLES)
def test_file_names_of_awkward_titles(person, title, expected):
    document = person.document(title=title, content="一")
    found, _ = made(person, document["id"], "markdown")
    expected = expected or document["title"].strip()
    assert found["file_name"] == f"{expected}_{today()}.md" and len(found["file_name"].encode()) <= 230
    answer = person.get(f"/exports/{found['id']}/download")
    said = answer.headers["content-disposition"]
    encoded = re.search(r"filename\*=UTF-8''(\S+)", said)
    assert (urllib.parse.unquote(encoded[1]) if encoded else re.search(r'filename="([^"]*)"', said)[1]) == found["file_name"]


# Files

@pytest.mark.parametrize("format", EXTENSIONS)
def test_the_file_is_fetched_with_a_token_or_by_its_link(person, document, format):
    found, data = made(person, document["id"], format)
    server = person.server
    base = f"{server.url}{V1}/exports/{found['id']}"
    assert found["download_url"] == f"{base}/download" and found["file_url"].startswith(f"{base}/file?")
    answer = person.get(f"/exports/{found['id']}/download")
    assert answer.headers["content-type"] == TYPES[format] and answer.headers["content-length"] == str(len(data))
    assert answer.headers["x-content-type-options"] == "nosniff" and "attachment" in answer.headers["content-disposition"]
    error(fetch(found["download_url"]), 401)
    linked = fetch(found["file_url"])
    assert linked.status_code == 200 and linked.content == data and linked.headers["content-type"] == TYPES[format]
    life = int(re.fullmatch(r"private, max-age=(\d+)", linked.headers["cache-control"])[1])
    assert 3500 < life <= 3600
    head = fetch(found["file_url"], "HEAD")
    assert head.status_code == 200 and head.content == b"" and head.headers["content-length"] == str(len(data))


@pytest.mark.parametrize("way", ["download_url", "file_url"])
def test_parts_and_validators(person, document, way):
    found, data = made(person, document["id"], "pdf")

    def get(method="GET", **headers):
        token = {"Authorization": f"Bearer {person.token}"} if way == "download_url" else {}
        return fetch(found[way], method, **token, **headers)

    tag = get().headers["etag"]
    part = get(Range="bytes=5-9")
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, data[5:10], f"bytes 5-9/{len(data)}")
    assert get(Range="bytes=-7").content == data[-7:]
    assert get(Range="bytes=5-9", If_Range=tag).status_code == 206
    assert get(Range="bytes=5-9", If_Range='"other"').content == data
    # What this server gives no part for is given whole.
    many = "bytes=" + ",".join(f"{n}-{n}" for n in range(0, 400, 2))
    for said in ("bytes=0-1,3-4", "lines=0-1", "bytes=9-5", "bytes=a-", many):
        whole = get(Range=said)
        assert whole.status_code == 200 and whole.content == data
    beyond = get(Range=f"bytes={len(data)}-")
    assert beyond.headers["content-range"] == f"bytes */{len(data)}"
    assert error(beyond, 416, "请求的范围无法满足")["code"] == "RANGE_NOT_SATISFIABLE"
    for said in (tag, f'W/{tag}', f'"x", {tag}', "*", f'"{"a" * 64}", ' * 30 + tag):
        same = get(If_None_Match=said)
        assert same.status_code == 304 and same.content == b"" and same.headers["etag"] == tag
    assert get(If_None_Match='"x"').content == data
    head = get("HEAD")
    assert (head.status_code, head.content, head.headers["content-length"], head.headers["etag"]) == (200, b"", str(len(data)), tag)
    assert get("HEAD", If_None_Match=tag).status_code == 304


def test_links_that_do_not_hold(person, document):
    found, _ = made(person, document["id"], "markdown")
    another, _ = made(person, document["id"], "markdown")
    base, _, query = found["file_url"].partition("?")
    given = dict(urllib.parse.parse_qsl(query))

    def link(path=base, **more):
        return path + "?" + urllib.parse.urlencode({**given, **more})

    assert fetch(link()).status_code == 200
    flipped = ("0" if given["signature"][0] != "0" else "1") + given["signature"][1:]
    for url in (base, link(signature=flipped), link(signature=""), link(signature=given["signature"][:-2]), link(expires="1"), link(expires="x"),
                link(expires=str(int(given["expires"]) + 1)), link(expires=f"+{given['expires']}"), link(another["file_url"].partition("?")[0]),
                link(f"{person.server.url}{V1}/exports/999999/file")):
        error(fetch(url), 403, "链接无效或已过期")


def test_foreign_exports_are_not_there(server, person, document, boss):
    found, data = made(person, document["id"], "markdown")
    stranger = new_person(server)
    for method, path in (("GET", ""), ("GET", "/download"), ("GET", "/stream"), ("POST", "/cancel")):
        body = {} if method == "POST" else None
        error(stranger.call(method, f"/exports/{found['id']}{path}", body), 404, "导出记录不存在")
        error(server.call(method, f"{V1}/exports/{found['id']}{path}", json=body), 401)
        error(stranger.call(method, f"/exports/987654321{path}", body), 404, "导出记录不存在")
    error(stranger.post("/exports", {"document_id": document["id"], "format": "pdf"}), 404, "文档不存在")
    assert boss.get(f"/exports/{found['id']}/download").content == data


def test_an_export_that_is_not_done_has_no_file(person, boss):
    document = person.document(content="环境。" * 600_000)
    asked = ask(person, document["id"], "pdf")
    error(person.get(f"/exports/{asked}/download"), 409, "导出任务尚未完成")
    ok(person.post(f"/exports/{asked}/cancel", {}), 200, "导出任务已取消")
    error(person.get(f"/exports/{asked}/download"), 409, "导出任务尚未完成")


# Ends

def test_cancelling(person):
    document = person.document(content="环境。" * 600_000)
    asked = [ask(person, document["id"], "pdf") for _ in range(4)]
    for export_id in reversed(asked):
        item = ok(person.post(f"/exports/{export_id}/cancel", {}), 200, "导出任务已取消")
        assert item["status"] == "cancelled" and set(item) == ITEM
        error(person.post(f"/exports/{export_id}/cancel", {}), 409, "导出任务已结束，不能取消")
    wait_for(lambda: not rows(person.server, "SELECT * FROM cw_jobs WHERE kind = 'export' AND owner = ?", person.id), "the jobs to end")
    assert {state(person, export_id)["status"] for export_id in asked} == {"cancelled"}
    assert rows(person.server, "SELECT count(*) FROM cw_exports WHERE user_id = ? AND written_key IS NOT NULL", person.id) == [(0,)]


@pytest.mark.parametrize("content, reason", [
    (">" * 100 + " 深", "嵌套过深"), ("|" + "a|" * 100 + "\n|" + "-|" * 100 + "\n", "列数过多"),
    ("".join(f"[^{n}]\n\n[^{n}]: 注\n\n" for n in range(6000)), "脚注过多")])
def test_a_document_that_is_too_tangled_fails_with_the_reason(person, content, reason):
    document = person.document(content=content)
    for format in ("pdf", "word", "html"):
        found = ended(person, ask(person, document["id"], format))
        assert found["status"] == "failed" and reason in found["error_message"], found
        assert found["file_url"] is None and found["download_url"] is None and found["file_name"] is None
    item = page(person.get("/exports", document_id=document["id"], status="failed"))["items"][0]
    assert reason in item["error_message"]
    ok(person.get("/auth/me"))


def test_the_exports_of_a_deleted_document_are_kept(person):
    document = person.document(content="一")
    found, data = made(person, document["id"], "markdown")
    assert ok(person.get(f"/documents/{document['id']}"))["exports_count"] == 1
    ok(person.delete(f"/documents/{document['id']}"))
    assert state(person, found["id"])["status"] == "completed"
    assert person.get(f"/exports/{found['id']}/download").content == data
    error(person.post("/exports", {"document_id": document["id"], "format": "pdf"}), 404, "文档不存在")


# Lists

def test_lists(server, boss):
    person = new_person(server)
    first, second = person.document(), person.document()
    for document, format in ((first, "markdown"), (first, "html"), (second, "markdown"), (second, "pdf")):
        made(person, document["id"], format)

    def ids(**query):
        data = page(person.get("/exports", **query))
        assert all(set(item) == ITEM for item in data["items"])
        return [item["id"] for item in data["items"]]

    all_of_them = ids()
    assert len(all_of_them) == 4 and all_of_them == sorted(all_of_them, reverse=True)
    assert ids(size=3) + ids(size=3, page=2) == all_of_them and ids(size=3, page=9) == []
    assert ids(document_id=second["id"]) == all_of_them[:2]
    assert ids(format="markdown") == [all_of_them[1], all_of_them[3]]
    assert ids(status="completed", document_id=first["id"], format="html") == [all_of_them[2]]
    assert ids(status="failed") == ids(format="epub") == ids(document_id=10**9) == []
    assert ids(sort_by="created_at", sort_order="asc") == all_of_them[::-1]
    by_format = [item["format"] for item in page(person.get("/exports", sort_by="format", sort_order="asc"))["items"]]
    assert by_format == sorted(by_format)
    middle = state(person, all_of_them[1])["created_at"]
    assert ids(created_after=middle) == all_of_them[:2] and ids(created_before=middle) == all_of_them[2:]
    error(person.get("/exports", sort_by="title"), 422)
    error(person.get("/exports", size=101), 422)
    assert ids(user_id=person.id) == all_of_them
    stranger = new_person(server)
    assert page(stranger.get("/exports"))["total"] == 0
    refused = stranger.get("/exports", user_id=person.id)
    assert refused.status_code == 403 or page(refused)["total"] == 0
    assert [item["id"] for item in page(boss.get("/exports", user_id=person.id))["items"]] == all_of_them
    assert page(boss.get("/exports"))["total"] >= 4


# Following

def streamed(server, export_id, token, timeout=60):
    rpc = Rpc(server)
    method = rpc.method("cowriting.v1.ExportService", "WatchExport")
    request, response = (message_factory.GetMessageClass(t) for t in (method.input_type, method.output_type))
    call = rpc.channel.unary_stream("/cowriting.v1.ExportService/WatchExport", request_serializer=request.SerializeToString,
                                    response_deserializer=response.FromString)
    for event in call(request(export_id=export_id), metadata=[("authorization", f"Bearer {token}")], timeout=timeout):
        yield json_format.MessageToDict(event, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)


def events(lines):
    """Server-Sent Events as (name, id, data)."""
    name = identifier = data = None
    for line in lines:
        if not line and name:
            yield name, identifier, json.loads(data)
            name = identifier = data = None
        elif line.startswith("event: "):
            name = line[7:]
        elif line.startswith("id: "):
            identifier = line[4:]
        elif line.startswith("data: "):
            data = line[6:]


def long_document(person):
    return person.document(content="\n\n".join(f"## 第{n}节\n\n" + "环境风险评估与应急处置。" * 100 for n in range(300)))


def test_an_export_is_watched_over_grpc(person):
    asked = ask(person, long_document(person)["id"], "pdf")
    told = list(streamed(person.server, asked, person.token))
    assert told[-1] == {"progress": 1, "status": "completed", "error_message": ""}
    parts = [event["progress"] for event in told]
    assert parts == sorted(parts) and len(parts) > 2 and all(0 <= part <= 1 for part in parts)
    assert list(streamed(person.server, asked, person.token)) == told[-1:]
    with pytest.raises(grpc.RpcError) as refused:
        list(streamed(person.server, asked, new_person(person.server).token))
    assert refused.value.code() == grpc.StatusCode.NOT_FOUND


def test_an_export_is_watched_by_a_browser(person):
    asked = ask(person, long_document(person)["id"], "pdf")
    path = f"{V1}/exports/{asked}/stream"
    headers = {"Authorization": f"Bearer {person.token}"}
    with person.server.client(timeout=60) as client:
        with client.stream("GET", path, headers=headers) as answer:
            assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/event-stream")
            assert answer.headers["cache-control"] == "no-store"
            told = list(events(answer.iter_lines()))
        assert [name for name, _, _ in told] == ["progress"] * (len(told) - 1) + ["completed"] and len(told) > 2
        assert told[-1][1] == "end" and told[-1][2] == {"progress": 1, "download_url": f"{person.server.url}{V1}/exports/{asked}/download"}
        parts = [data["progress"] for _, _, data in told]
        assert parts == sorted(parts)
        again = client.get(path, headers=headers | {"Last-Event-ID": "end"})
        assert again.status_code == 204 and again.content == b""
        assert [e[0] for e in events(client.get(path, headers=headers).text.splitlines())] == ["completed"]


def test_a_failure_and_a_cancellation_are_told_to_who_watches(person):
    tangled = person.document(content=">" * 100 + " 深")
    asked = ask(person, tangled["id"], "pdf")
    last = list(streamed(person.server, asked, person.token))[-1]
    assert last["status"] == "failed" and "嵌套过深" in last["error_message"]
    asked = ask(person, person.document(content="环境。" * 600_000)["id"], "pdf")
    watching = streamed(person.server, asked, person.token)
    assert next(watching)["status"] == "processing"
    ok(person.post(f"/exports/{asked}/cancel", {}))
    assert list(watching)[-1]["status"] == "cancelled"


# Limits

def test_thirty_exports_an_hour(tmp_path):
    with Server(tmp_path / "data", env={"WEFT_RATE_LIMITS": "on"}) as server:
        person = new_person(server)
        document = person.document(content="一")
        for n in range(30):
            answer = person.post("/exports", {"document_id": document["id"], "format": "markdown"})
            ok(answer, 202)
            assert answer.headers["x-ratelimit-limit"] in ("30", "100")
        answer = person.post("/exports", {"document_id": document["id"], "format": "markdown"})
        told = error(answer, 429, "请求频率超过限制")
        assert answer.headers["x-ratelimit-limit"] == "30" and answer.headers["x-ratelimit-remaining"] == "0" and int(answer.headers["retry-after"]) > 3000
        assert str(told["details"]["limit"]) == "30"
        ok(person.get("/exports"))


def test_nothing_is_left_over(server):
    """Runs last: whatever the tests above have cancelled or broken, every object in the store is an export's."""
    server = server
    wait_for(lambda: not rows(server, "SELECT 1 FROM cw_jobs"), "the jobs to end", 60)
    wait_for(lambda: not rows(server, "SELECT 1 FROM cw_unwanted_blobs"), "the housekeeping", 90)
    kept = {key for (key,) in rows(server, "SELECT file_key FROM cw_exports WHERE file_key IS NOT NULL")}
    assert {key for key in blobs(server) if key.startswith("exports/")} == kept
