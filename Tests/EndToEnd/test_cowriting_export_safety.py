"""What an export must not do: open what a document names, take the server with it, or lose or leave a file when a process dies."""
import base64
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib

import httpx
import pytest
from browser import Browser
from cowriting import V1, new_person, ok
from exporting import EXTENSIONS, Worker, ask, ended, made, nothing_is_left, pdf, pdf_text, rows, state, word
from server import Server, wait_for
from test_buckets import KEYS, bucket  # noqa: F401
from test_files import SMALL_FILES

MEBIBYTE = 1 << 20


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth=1, said=None):
    """A black picture; `said` is the size that its head says."""
    row = b"\0" + bytes((width * depth + 7) // 8)
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", *(said or (width, height)), depth, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def data_address(picture, kind="png"):
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"


def resident(pid, which="VmHWM"):
    """Bytes of memory: VmHWM is the most that it was, VmRSS what it is."""
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(rf"{which}:\s+(\d+) kB", status.read())[1]) * 1024


class Listener:
    """Takes connections and remembers that there were any."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]

    def was_called(self):
        try:
            self.socket.accept()[0].close()
            return True
        except BlockingIOError:
            return False


# Nothing is opened

def hostile(port, secret):
    """Every way in which Markdown and HTML name what lies elsewhere."""
    there = [f"http://127.0.0.1:{port}/x.png", f"//127.0.0.1:{port}/x.png", f"https://127.0.0.1:{port}/x", f"ftp://127.0.0.1:{port}/x",
             f"file://{secret}", str(secret), f"../../../../../../..{secret}", f"\\\\127.0.0.1@{port}\\x", f"smb://127.0.0.1:{port}/x", "weft-image:1",
             f"data:text/html,<img src=http://127.0.0.1:{port}/>", f"data:image/svg+xml,<svg><image href='http://127.0.0.1:{port}/'/></svg>"]
    lines = ["# 外部内容"]
    for n, place in enumerate(there):
        lines += [f"![图片{n}](<{place}>) [链接{n}](<{place}>) ![引用{n}][r{n}]", f"[r{n}]: <{place}>", f"<{place}>", place,
                  f"<img src='{place}'><link rel=stylesheet href='{place}'><iframe src='{place}'></iframe><object data='{place}'></object>",
                  f"<style>@import '{place}'; @font-face {{ src: url({place}) }}</style>", f"<script src='{place}'></script>",
                  f"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM '{place}'>]>&e;", f"```{{.include}}\n{place}\n```", f"!include {place}",
                  f"{{{{{place}}}}} \\input{{{place}}} ${{{place}}}"]
    return "\n\n".join(lines)


# What is asked of each export in the tests below: texts of every kind of option name things, too.
def options(port, secret):
    place = f"http://127.0.0.1:{port}/"
    return dict(header=f"![]({secret})", footer=place, watermark=f"<img src={place}>"[:50], table_of_contents=True, include_metadata=True,
                include_versions=True)


def opened(trace):
    """The files that were opened or looked at, as the trace of a server has them."""
    return set(re.findall(r'(?:open|openat|openat2|stat|statx|newfstatat|readlink|execve)\([^"]*"([^"]*)"', trace))


@pytest.mark.skipif(subprocess.run(["strace", "-V"], capture_output=True).returncode != 0, reason="needs strace")
def test_nothing_that_a_document_names_is_opened(tmp_path):
    listener = Listener()
    secret = tmp_path / "geheimnis.png"
    secret.write_bytes(png(8, 8))
    trace = tmp_path / "trace"
    wrap = ["strace", "-D", "-f", "-qq", "-e", "trace=open,openat,openat2,connect,stat,statx,newfstatat,readlink,execve", "-s", "500", "-o", str(trace)]
    with Server(tmp_path / "data", wrap=wrap) as server:
        person = new_person(server)
        # Fonts are found, and whatever else a file needs, before the document comes that names things: its own texts, without the names.
        harmless = person.document(content=re.sub(r"[!\[\]<>(){}|`\\:/]", " ", hostile(listener.port, secret)) + " # ![ ] ( ) < > { } | ` \\ : /")
        for format in EXTENSIONS:
            made(person, harmless["id"], format, 120, **{name: text if text is True else "页 http://127.0.0.1/![]()<>" for name, text in options(0, "").items()})
        before = opened(trace.read_text(errors="replace"))
        document = person.document(title=f"![]({secret})", content=hostile(listener.port, secret))
        for format in EXTENSIONS:
            _, data = made(person, document["id"], format, 120, **options(listener.port, secret))
            if format == "html":
                assert b" src=" not in re.sub(rb"&lt;.*?&gt;", b"", data)
            if format == "word":
                outside = [r for r in word(data).part.rels.values() if r.is_external]
                assert all("hyperlink" in r.reltype and re.match("(https?|mailto):", r.target_ref) for r in outside)
                assert "图片0" in "".join(word(data).element.body.itertext())
            if format == "pdf":
                assert "图片0" in pdf_text(data)
                actions = [a.get_object()["/A"] for p in pdf(data).pages for a in p.get("/Annots", []) if "/A" in a.get_object()]
                assert {action["/S"] for action in actions} <= {"/URI", "/GoTo"}
        said = trace.read_text(errors="replace")
    assert '"exports"' in said and "/fonts/" in said, "the trace does not see the server"
    assert str(secret) not in said and "geheimnis" not in said
    assert not re.search(r"connect\(.*AF_INET", said) and not listener.was_called()
    # Objects of the store, by segments of their keys, and fonts for characters that the harmless one has not.
    more = {path for path in opened(said) - before if not re.match(rf"{tmp_path}/data/|/usr/share/fonts/|/proc/|\d+$|exports$|\.?[0-9a-f-]{{36}}\.\w+(\.part)?$", path)}
    assert not more


def test_a_browser_asks_nothing_for_an_html_file(target, tmp_path):
    listener = Listener()
    secret = tmp_path / "geheimnis.png"
    secret.write_bytes(png(8, 8))
    person = new_person(target)
    document = person.document(title="<script>document.title = 'ran'</script>", content=hostile(listener.port, secret))
    _, data = made(person, document["id"], "html", 120, **options(listener.port, secret))
    page = tmp_path / "page.html"
    page.write_bytes(data)
    # Its own policy forbids everything; without it there is still nothing that asks.
    bare = tmp_path / "bare.html"
    bare.write_bytes(re.sub(rb'<meta http-equiv="Content-Security-Policy"[^>]*>', b"", data))
    assert len(bare.read_bytes()) < len(data)
    with Browser() as browser:
        for file in (page, bare):
            browser.open(file.as_uri())
            assert "图片0" in browser.text and browser.problems() == []
            asked = browser.run("return performance.getEntriesByType('resource').map(e => e.name)")
            assert asked == [] and browser.run("return document.title") == "<script>document.title = 'ran'</script>"
            assert browser.run("return document.querySelectorAll('script, img, iframe, object, embed, link, video, form, base').length") == 0
    assert not listener.was_called()


# Bombs

def footnotes(count):
    return "".join(f"词[^{n}] " for n in range(count)) + "\n\n" + "".join(f"[^{n}]: 注{n}\n\n" for n in range(count))


def pictures(count, width, height, depth=1):
    """So many different pictures."""
    return "\n\n".join(f"![{n}]({data_address(png(width, height - n, depth))})" for n in range(count))


BOMBS = {
    "quotes": lambda: ">" * 50_000 + " 深",
    "lists": lambda: "\n".join("  " * n + "- 项" for n in range(1_500)),
    "emphasis": lambda: "*a **b " * 60_000,
    "brackets": lambda: "[" * 200_000 + "x" + "](y)" * 100_000,
    "images in images": lambda: "![" * 100_000 + "x" + "](y)" * 100_000,
    "backticks": lambda: "".join("`" * n + " " for n in range(1, 1_200)),
    "entities": lambda: "&amp;" * 300_000,
    "a long line": lambda: "环境" * (4 * MEBIBYTE // 6),
    "a long word": lambda: "a" * 4 * MEBIBYTE,
    "a long line of code": lambda: "```\n" + "x" * 2 * MEBIBYTE + "\n```",
    "short lines": lambda: "字\n\n" * 200_000,
    "a wide table": lambda: "|" + "a|" * 3_000 + "\n|" + "-|" * 3_000 + "\n" + "|b\n" * 30_000,
    "a long table": lambda: "|a|b|c|\n|-|-|-|\n" + "|一|二|三|\n" * 100_000,
    "a table in one cell": lambda: "|a|\n|-|\n|" + "长" * MEBIBYTE + "|\n",
    "footnotes": lambda: footnotes(5_000),
    "definitions": lambda: "".join(f"[r{n}]: http://e.com/{n}\n" for n in range(50_000)) + "[r1]" * 50_000,
    "headings": lambda: "# 章\n\n" * 50_000,
    "control characters": lambda: "".join(map(chr, range(1, 160))) * 5_000 + "\u2028\u2029\u202e\ufeff\ufffe\uffff\u200b" * 5_000,
    "marks on marks": lambda: "e" + "\u0301" * 500_000,
    "right to left": lambda: "\u202eשלום \u2067" * 100_000,
    "emoji": lambda: "👨\u200d👩\u200d👧\u200d👦" * 50_000,
    "a picture of 100 megapixels": lambda: f"![大]({data_address(png(10_000, 10_000))})",
    "a picture that says it is larger": lambda: f"![大]({data_address(png(8, 8, said=(65_535, 65_535)))})",
    "a picture that breaks off": lambda: f"![坏]({data_address(png(4_000, 4_000)[:2_000])})",
    "pictures of 20 megapixels": lambda: pictures(60, 5_000, 4_000),
    "raw html": lambda: "<div>" * 150_000,
}


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("bombs") / "data") as running:
        yield running


def longest_answer(person, ends):
    """The slowest GET /auth/me until `ends` is set, in seconds."""
    slowest = 0
    with person.server.client(headers={"Authorization": f"Bearer {person.token}"}) as client:
        while not ends.is_set():
            begun = time.monotonic()
            assert client.get(f"{V1}/auth/me").status_code == 200
            slowest = max(slowest, time.monotonic() - begun)
            ends.wait(0.02)
    return slowest


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb(target, name, record_property):
    person, other = new_person(target), new_person(target)
    content = BOMBS[name]()
    answer = person.post("/documents", {"title": "炸弹", "content": content, "project_id": person.project()["id"]})
    if answer.status_code in (413, 422):
        return pytest.skip(f"refused as a document: {answer.json()['error']['message']}")
    document = ok(answer, 201)
    ends, found = threading.Event(), []
    watcher = threading.Thread(target=lambda: found.append(longest_answer(other, ends)))
    watcher.start()
    told = {}
    begun = time.monotonic()
    try:
        for format in EXTENSIONS:
            export_id = ask(person, document["id"], format, table_of_contents=True)
            told[format] = ended(person, export_id, 300)
    finally:
        ends.set()
        watcher.join()
    record_property("seconds", round(time.monotonic() - begun, 1))
    for format, export in told.items():
        assert export["status"] == "completed" or (export["status"] == "failed" and "最多" in export["error_message"]), (format, export)
    assert found, "another user got no answer"
    most = resident(target.process.pid)
    print(f"{name}: {time.monotonic() - begun:.1f} s, others waited {found[0] * 1000:.0f} ms, memory {most >> 20} MiB, "
          + ", ".join(f"{f}: {e['error_message'] if e['status'] == 'failed' else e['file_size']}" for f, e in told.items()))
    assert most < 1_200 * MEBIBYTE


# Processes that die

def heavy(person):
    """A document whose PDF takes a while."""
    return person.document(content="\n\n".join(f"## 第{n}节\n\n" + "环境风险评估与应急处置。" * 200 for n in range(150)))


def test_a_server_killed_in_the_middle_makes_the_file_once_it_is_back(tmp_path):
    server = Server(tmp_path / "data").start()
    try:
        person = new_person(server)
        document = heavy(person)
        asked = [ask(person, document["id"], format) for format in ("pdf", "word", "pdf")]
        for _ in range(2):
            wait_for(lambda: rows(server, "SELECT 1 FROM cw_exports WHERE written_key IS NOT NULL AND progress > 0"), "an export under way", 60)
            server.stop(signal.SIGKILL)
            server.start()
        for export_id in asked:
            found = ended(person, export_id, 120)
            assert found["status"] == "completed", found
            assert len(person.get(f"/exports/{export_id}/download").content) == found["file_size"]
        assert rows(server, "SELECT count(*) FROM cw_jobs") == [(0,)]
        nothing_is_left(server)
    finally:
        server.stop()


def test_a_server_killed_too_often_says_so(tmp_path):
    server = Server(tmp_path / "data").start()
    try:
        person = new_person(server)
        asked = ask(person, heavy(person)["id"], "pdf")
        for attempt in range(1, 4):
            wait_for(lambda: rows(server, "SELECT 1 FROM cw_jobs WHERE attempts = ? AND lease_until > 0", attempt)
                     and rows(server, "SELECT 1 FROM cw_exports WHERE progress > 0"), f"attempt {attempt}", 60)
            server.stop(signal.SIGKILL)
            server.start()
        found = ended(person, asked, 60)
        assert (found["status"], found["error_message"]) == ("failed", "导出过程多次被中断（已尝试3次），请重新提交")
        nothing_is_left(server)
    finally:
        server.stop()


def test_a_worker_killed_in_the_middle_loses_nothing(tmp_path):
    with Server(tmp_path / "data") as server:
        person = new_person(server)
        document = heavy(person)
        with Worker(server) as worker:
            def of_worker():
                return rows(server, "SELECT e.id FROM cw_jobs AS j JOIN cw_exports AS e ON e.id = j.reference "
                                    "WHERE j.lease_holder LIKE 'worker-%' AND e.progress > 0")
            asked = [ask(person, document["id"], "pdf") for _ in range(6)]
            taken = wait_for(of_worker, "the worker to have one", 60)
            worker.process.kill()
            worker.process.wait()
        for export_id in asked:
            assert ended(person, export_id, 150)["status"] == "completed"
        assert {export_id for (export_id,) in taken} <= set(asked)
        nothing_is_left(server)


def test_a_full_disk_is_the_reason(tmp_path):
    with Server(tmp_path / "data", wrap=[sys.executable, "-c", SMALL_FILES]) as server:
        person = new_person(server)
        # Four times as long as HTML: beyond what a file may have, where the database is not.
        document = person.document(content="a" + ">" * 2_300_000)
        found = ended(person, ask(person, document["id"], "html"))
        assert (found["status"], found["error_message"]) == ("failed", "存储空间不足，请稍后再试"), found
        nothing_is_left(server)
        made(person, person.document()["id"], "pdf")


def test_files_of_a_bucket(bucket, tmp_path):  # noqa: F811
    with Server(tmp_path / "data", "--blob-url", bucket.url(), env=KEYS) as server:
        person = new_person(server)
        found, data = made(person, person.document(title="年度 报告")["id"], "pdf")
        (key,), = rows(server, "SELECT file_key FROM cw_exports")
        assert found["file_url"].startswith(bucket.endpoint) and key in found["file_url"]
        linked = httpx.get(found["file_url"], trust_env=False)
        assert linked.status_code == 200 and linked.content == data and linked.headers["content-type"] == "application/pdf"
        assert "attachment" in linked.headers["content-disposition"]
        other = new_person(server)
        document = other.document(content="环境。" * 600_000)
        asked = ask(other, document["id"], "pdf")
        ok(other.post(f"/exports/{asked}/cancel", {}))
        assert state(other, asked)["status"] == "cancelled"


def test_a_bucket_that_fails_for_a_while(bucket, tmp_path):  # noqa: F811
    """Each call is tried three times, and the job too."""
    with Server(tmp_path / "data", "--blob-url", bucket.url(), env=KEYS) as server:
        person = new_person(server)
        document = person.document()
        bucket.control(fail="500", method="PUT", times=4, contains="/exports/")
        made(person, document["id"], "html")
        bucket.control(fail="500", method="PUT", times=9, contains="/exports/")
        found = ended(person, ask(person, document["id"], "html"))
        assert (found["status"], found["error_message"]) == ("failed", "文件存储暂时不可用，请稍后再试")
        made(person, document["id"], "html")
        wait_for(lambda: not rows(server, "SELECT 1 FROM cw_unwanted_blobs"), "the objects to be gone", 100)
