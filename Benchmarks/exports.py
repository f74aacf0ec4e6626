"""A Chinese document of about 200 pages with 120 tables as PDF, Word, HTML and Markdown, beside pandoc and WeasyPrint.

usage: exports.py WEFT      (loopback; figures are medians of ROUNDS=3; PANDOC=pandoc WEASYPRINT=weasyprint name the peers, left out where absent)

Each of Weft's figures is of a fresh `weft worker` that finds one job waiting on the data directory and does nothing else: from its start
until the file is in the blob store and the export says so. The peers read the same Markdown from a file and write a file. CPU is user and
system time of all threads; memory the resident peak (VmHWM; of the peers, maximum resident set size).
"""
import http.client
import json
import os
import random
import re
import resource
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

WEFT = sys.argv[1]
ROUNDS = int(os.environ.get("ROUNDS", "3"))
ADMIN = ("admin@example.com", "correct-horse-battery")
ENVIRONMENT = {**os.environ, "WEFT_ADMIN_EMAIL": ADMIN[0], "WEFT_ADMIN_PASSWORD": ADMIN[1], "WEFT_RATE_LIMITS": "off"}
WORDS = ("应急 预案 环境 污染 事故 企业 监测 处置 风险 评估 物资 储备 指挥 部门 报告 程序 响应 等级 泄漏 化学品 危险 废水 废气 排放 标准 管理 制度 "
         "培训 演练 记录 责任 人员 疏散 救援 通讯 保障 恢复 调查 总结 改进 措施 控制 防护 区域 生态 保护 法规 条例 审查 备案 更新 发布 实施 组织 机构 职责 预警 "
         "信息 上报 现场 隔离 洗消 收容 转移 监督 检查 隐患 排查 治理 设施 运行 维护 台账 水体 土壤 大气 噪声 固废").split()
HEADS = ("序号", "名称", "数量", "责任部门", "联系电话", "备注")


def document():
    """30 chapters of four sections, each with paragraphs, lists and a table of 12 rows; of about 1,500 different characters."""
    draw = random.Random(7)
    word = lambda: draw.choice(WORDS)  # noqa: E731

    def sentence():
        words = [word() for _ in range(draw.randint(8, 22))]
        if draw.random() < 0.3:
            words.insert(len(words) // 2, draw.choice(["“重点”", "（含危险废物）", "《办法》", "pH 值", "COD", "GB 18218-2018", "PM2.5", "、"]))
        return "".join(words) + (chr(0x4E00 + draw.randrange(1500) * 7) if draw.random() < 0.5 else "")

    def paragraph(sentences):
        return "".join(sentence() + draw.choice("，，，；") + sentence() + "。" for _ in range(sentences)) + "\n"

    blocks = ["# 某化工有限公司突发环境事件应急预案\n"]
    for chapter in range(1, 31):
        blocks.append(f"## 第{chapter}章 {word()}{word()}\n")
        for section in range(1, 5):
            blocks.append(f"### {chapter}.{section} {word()}{word()}与{word()}\n")
            blocks += [paragraph(draw.randint(3, 7)) for _ in range(4)]
            if section == 2:
                blocks.append("\n".join(f"- {sentence()}" for _ in range(5)) + "\n")
            if section == 3:
                blocks.append("\n".join(f"{n}. **{word()}**：{sentence()}" for n in range(1, 6)) + "\n")
            columns = draw.choice([4, 5, 6])
            rows = [HEADS[:columns], ("---",) * columns]
            for n in range(1, 13):
                cells = (str(n), word() + word(), str(draw.randint(1, 500)), sentence() if draw.random() < 0.4 else word() + "部",
                         f"138{draw.randrange(10**8):08}", sentence())
                rows.append(cells[:columns])
            blocks.append("".join("|" + "|".join(row) + "|\n" for row in rows))
            blocks.append(paragraph(4))
    return "\n".join(blocks)


def median(values):
    return sorted(values)[len(values) // 2]


class Directory:
    """A data directory with the document in it, made by a server that has ended."""

    def __init__(self, content):
        self.path = Path(tempfile.mkdtemp(prefix="weft-exports-"))
        server = subprocess.Popen([WEFT, "serve", "--data-dir", self.path, "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"],
                                  env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        ports = {}
        while len(ports) < 2:
            line = server.stdout.readline()
            if not line:
                raise SystemExit("did not start")
            ports[line.split()[1]] = int(line.rsplit(":", 1)[1])
        connection = http.client.HTTPConnection("127.0.0.1", ports["http"])

        def post(path, body, token=None):
            headers = {"Content-Type": "application/json", **({"Authorization": "Bearer " + token} if token else {})}
            connection.request("POST", "/api/v1" + path, json.dumps(body), headers)
            answer = connection.getresponse()
            data = json.loads(answer.read())
            if answer.status not in (200, 201, 202):
                raise SystemExit(f"{path}: {data}")
            return data["data"]

        token = post("/auth/login", {"username": ADMIN[0], "password": ADMIN[1]})["access_token"]
        company = post("/companies", {"name": "示例", "unified_social_credit_code": "91110000" + "1" * 9 + "X", "industry": "化工"}, token)
        project = post("/projects", {"name": "预案", "type": "emergency_plan", "company_id": company["id"]}, token)
        self.document = post("/documents", {"title": "应急预案", "content": content, "project_id": project["id"]}, token)["id"]
        # What a request is written down as; jobs that the server ran itself would not be the worker's.
        export = post("/exports", {"document_id": self.document, "format": "markdown", "table_of_contents": True, "watermark": "内部文档",
                                   "header": "应急预案", "footer": "示例化工有限公司", "include_metadata": True}, token)["export_id"]
        while self.row("SELECT status FROM cw_exports WHERE id = ?", export) == "processing":
            threading.Event().wait(0.05)
        server.send_signal(signal.SIGTERM)
        server.wait(60)
        self.export = export

    def row(self, sql, *values):
        with sqlite3.connect(f"file:{self.path}/weft.db?mode=ro", uri=True, timeout=10) as database:
            return database.execute(sql, values).fetchone()[0]

    def ask(self, format):
        """Puts an export and its job where a server would; its number."""
        with sqlite3.connect(self.path / "weft.db", timeout=10) as database:
            options = self.row("SELECT options FROM cw_exports WHERE id = ?", self.export).replace("markdown_", f"{format}_")
            now = int(time.time() * 1e6)
            (number,) = database.execute(
                "INSERT INTO cw_exports (user_id, document_id, title, version_number, format, options, status, progress, created_at) SELECT "
                "user_id, document_id, title, version_number, ?, ?, 'processing', 0, ? FROM cw_exports WHERE id = ? RETURNING id",
                (format, options, now, self.export)).fetchone()
            database.execute(
                "INSERT INTO cw_jobs (kind, reference, owner, created_at, run_after, attempts, lease_until, lease_holder, fence, is_cancelled) "
                "VALUES ('export', ?, 1, ?, ?, 0, 0, '', 0, 0)", (number, now, now))
        return number

    def run(self, format):
        """Seconds, seconds of CPU, and MiB of a worker that makes one file; the file."""
        number = self.ask(format)
        begun = time.monotonic()
        worker = subprocess.Popen([WEFT, "worker", "--data-dir", self.path], env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while (status := self.row("SELECT status FROM cw_exports WHERE id = ?", number)) == "processing":
            if worker.poll() is not None or time.monotonic() - begun > 300:
                raise SystemExit("the worker made nothing")
            threading.Event().wait(0.01)
        seconds = time.monotonic() - begun
        with open(f"/proc/{worker.pid}/stat") as stat:
            ticks = stat.read().rpartition(")")[2].split()[11:13]
        with open(f"/proc/{worker.pid}/status") as state:
            peak = int(re.search(r"VmHWM:\s+(\d+)", state.read())[1]) / 1024
        worker.send_signal(signal.SIGTERM)
        worker.wait(60)
        if status != "completed":
            raise SystemExit(self.row("SELECT error_message FROM cw_exports WHERE id = ?", number))
        file = self.path / "blobs" / self.row("SELECT file_key FROM cw_exports WHERE id = ?", number)
        return seconds, sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"), peak, file


def peer(*command):
    """The same of another program and those that it starts."""
    begun, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} failed")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.monotonic() - begun, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, usage.ru_maxrss / 1024


def show(name, runs, more=""):
    seconds, cpu, peak = (median([run[n] for run in runs]) for n in range(3))
    print(f"| {name} | {seconds:.2f} | {cpu:.2f} | {peak:.0f} | {more} |", flush=True)
    return seconds, cpu


def main():
    content = document()
    directory = Directory(content)
    print(f"{len(content):,} characters, {len(content.encode()) / 1e6:.2f} MB of Markdown, {content.count(chr(10) + '|---|')} tables\n")
    print("| | wall s | CPU s | peak MiB | file |\n| --- | --- | --- | --- | --- |")
    try:
        ours = {}
        for format in ("pdf", "word", "html", "markdown"):
            runs = [directory.run(format) for _ in range(ROUNDS)]
            more = f"{runs[-1][3].stat().st_size / 1e6:.2f} MB"
            if format == "pdf" and shutil.which("pdfinfo"):
                pages = re.search(r"Pages:\s+(\d+)", subprocess.run(["pdfinfo", runs[-1][3]], capture_output=True, text=True).stdout)[1]
                more += f", {pages} pages"
            ours[format] = show(f"weft worker: {format}", runs, more)
        markdown, page, out = (directory.path / f"peer{secrets.token_hex(2)}.{end}" for end in ("md", "html", "out"))
        markdown.write_text(content)
        pandoc, weasyprint = (shutil.which(os.environ.get(name.upper(), name)) for name in ("pandoc", "weasyprint"))
        if pandoc:
            word = show("pandoc: Word", [peer(pandoc, "-f", "gfm", "-t", "docx", "-o", out, markdown) for _ in range(ROUNDS)])
            print(f"\nWord: {word[1] / ours['word'][1]:.1f} times pandoc's speed by CPU\n")
        if pandoc and weasyprint:
            first = peer(pandoc, "-s", "--metadata", "title=x", "-f", "gfm", "-t", "html", "-o", page, markdown)
            second = peer(weasyprint, page, out)
            both = show("pandoc and WeasyPrint: PDF", [(first[0] + second[0], first[1] + second[1], max(first[2], second[2]))])
            print(f"\nPDF: {both[1] / ours['pdf'][1]:.0f} times their speed by CPU, {both[0] / ours['pdf'][0]:.0f} by the clock")
    finally:
        shutil.rmtree(directory.path, ignore_errors=True)


main()
