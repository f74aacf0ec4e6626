"""Documents as files: asking for one, waiting for it, and reading what came."""
import io
import re
import sqlite3
import subprocess

import docx
import httpx
import pypdf
from cowriting import ok
from server import BINARY, wait_for

EXTENSIONS = {"pdf": "pdf", "word": "docx", "markdown": "md", "html": "html"}
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

# Of everything that Markdown has, something.
MARKDOWN = """# 总则

为加强**环境风险**管理，根据《中华人民共和国环境保护法》（2014年修订）制定本预案[^1]。

## 适用范围

- 甲类车间
  - 储罐区
- 乙类车间

1. 报告
2. 处置

- [x] 已演练
- [ ] 未演练

> 预防为主。

| 物质 | 数量 (t) | 位置 |
| :--- | ---: | :---: |
| 氯气 | 12.5 | 一号库 |
| 液氨 | 3 | 二号库 |

```c
int main(void) { return 0; } // 应急
```

## 联系方式

[网站](https://example.com/a?b=1&c=2) ~~作废~~ `代码`

[^1]: 自发布之日起施行。
"""


def ask(person, document_id, format, **options):
    """Asks for an export; its number."""
    return ok(person.post("/exports", {"document_id": document_id, "format": format, **options}), 202)["export_id"]


def state(person, export_id):
    return ok(person.get(f"/exports/{export_id}"))


def ended(person, export_id, seconds=60):
    """What becomes of an export."""
    def look():
        found = state(person, export_id)
        return found if found["status"] != "processing" else None
    return wait_for(look, f"export {export_id}", seconds)


def made(person, document_id, format, seconds=60, **options):
    """An export that succeeds, and its bytes."""
    found = ended(person, ask(person, document_id, format, **options), seconds)
    assert found["status"] == "completed", found
    answer = person.get(f"/exports/{found['id']}/download")
    assert answer.status_code == 200, answer.text
    assert len(answer.content) == found["file_size"]
    return found, answer.content


def fetch(url, method="GET", **headers):
    """As a stranger gets it who has the link."""
    with httpx.Client(trust_env=False, timeout=60) as c:
        return c.request(method, url, headers={k.replace("_", "-"): v for k, v in headers.items()})


def pdf(data):
    return pypdf.PdfReader(io.BytesIO(data))


def pdf_text(data, *options):
    """With no white space, so that where lines break does not count."""
    done = subprocess.run(["pdftotext", *options, "-", "-"], input=data, capture_output=True, check=True, timeout=60)
    return re.sub(r"\s+", "", done.stdout.decode())


def word(data):
    return docx.Document(io.BytesIO(data))


def centimetres(points):
    return round(float(points) * 2.54 / 72, 1)


def rows(server, sql, *values):
    with sqlite3.connect(f"file:{server.data}/weft.db?mode=ro", uri=True, timeout=10) as database:
        return database.execute(sql, values).fetchall()


def blobs(server):
    """Every file in the blob store's directory, temporary ones too."""
    root = server.data / "blobs"
    return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file())


def nothing_is_left(server):
    """Waits until the blob store holds what exports have and nothing else; housekeeping comes at the start, and else once a minute."""
    server.stop()
    server.start()
    kept = {key for (key,) in rows(server, "SELECT file_key FROM cw_exports WHERE file_key IS NOT NULL")}
    wait_for(lambda: not rows(server, "SELECT 1 FROM cw_unwanted_blobs") and set(blobs(server)) == kept, "the store to hold what exports have", 100)
    assert rows(server, "SELECT count(*) FROM cw_exports WHERE written_key IS NOT NULL") == [(0,)]


class Worker:
    """One `weft worker` beside a server, killed at the end."""

    def __init__(self, server, wrap=()):
        self.log = server.data.parent / "worker.log"
        command = [*wrap, BINARY, "worker", "--data-dir", str(server.data)]
        self.process = subprocess.Popen(command, env=server.env, stdout=subprocess.DEVNULL, stderr=self.log.open("ab"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
