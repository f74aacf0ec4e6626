"""Lists of documents and search in them, with 100,000 documents of 4 KB of Chinese in the database, and what writing them costs.

usage: document_search.py WEFT   (server on CPU 0, client on CPU 1, loopback; DOCUMENTS=100000, RATE=40 calls a second, CALLS=200 of each)

A call's time is counted from the moment it was due; the database is in the operating system's cache. One user has a fifth of the
documents, one has 200. Each total is checked against the texts themselves. DOCUMENTS_DATA=DIR keeps the database there for the next run.
"""
import http.client
import itertools
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

from paced import p, timed
from server_process import ServerProcess
from words import Words

WEFT = sys.argv[1]
DOCUMENTS, RATE, CALLS = (int(os.environ.get(name, default)) for name, default in (("DOCUMENTS", 100_000), ("RATE", 40), ("CALLS", 200)))
ADMIN = {"WEFT_ADMIN_EMAIL": "admin@example.com", "WEFT_ADMIN_PASSWORD": "correct-horse-battery", "WEFT_RATE_LIMITS": "off"}
PASSWORD = "password123"
KEPT = os.environ.get("DOCUMENTS_DATA")
CHARACTERS = 1365


class Server(ServerProcess):
    def __init__(self):
        self.data = Path(KEPT, f"documents-{DOCUMENTS}") if KEPT else Path(tempfile.mkdtemp(prefix="weft-documents-"))
        self.data.mkdir(parents=True, exist_ok=True)
        self.process = None

    def start(self):
        before = time.monotonic()
        self.process = subprocess.Popen(
            ["taskset", "-c", "0", WEFT, "serve", "--data-dir", self.data, "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"],
            env={**os.environ, **ADMIN}, stdout=subprocess.PIPE, stderr=(self.data / "log").open("ab"), text=True)
        ports = {}
        while len(ports) < 2:
            line = self.process.stdout.readline()
            if not line:
                raise SystemExit(f"did not start: {(self.data / 'log').read_text()[-2000:]}")
            ports[line.split()[1]] = int(line.rsplit(":", 1)[1])
        self.connection = http.client.HTTPConnection("127.0.0.1", ports["http"])
        return time.monotonic() - before

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def call(self, method, path, body=None, token=None):
        headers = {"Content-Type": "application/json", **({"Authorization": "Bearer " + token} if token else {})}
        encoded = json.dumps(body, ensure_ascii=False).encode() if body is not None else None
        self.connection.request(method, "/api/v1" + path, encoded, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {text[:300]}")
        return json.loads(text).get("data")

    def login(self, name, password=PASSWORD):
        return self.call("POST", "/auth/login", {"username": name, "password": password})["access_token"]

    def fill(self, words):
        """Users and documents straight into the database; the server's next start makes the index."""
        if not (self.data / "filled").exists():
            self.start()
            own = {n: self.call("POST", "/auth/register", {"username": n, "email": n + "@example.com", "password": PASSWORD})["id"] for n in ("heavy", "light")}
            self.stop()
            with sqlite3.connect(self.data / "weft.db") as db:
                db.execute("PRAGMA synchronous = OFF")
                db.executemany("INSERT INTO cw_users (id, username, username_key, email, password_hash, role, is_active, is_verified, created_at, updated_at) "
                               "VALUES (?1, ?2, ?2, ?2, '', 'user', 1, 0, 1, 1)", ((n, f"u{n}@x") for n in range(1000, 1200)))
                owners = [own["heavy"]] * (DOCUMENTS // 5) + [own["light"]] * min(200, DOCUMENTS // 10)
                owners += [words.draw.randrange(1000, 1200) for _ in range(DOCUMENTS - len(owners))]
                words.draw.shuffle(owners)
                projects = {}
                for owner in sorted(set(owners)):
                    projects[owner] = [db.execute("INSERT INTO cw_projects (user_id, name, type, status, metadata, created_at, updated_at) "
                                                  "VALUES (?, ?, 'x', 'draft', '{}', 1, 1) RETURNING id", (owner, f"项目{n}")).fetchone()[0] for n in range(10)]
                start = 1_700_000_000_000_000
                for n, owner in enumerate(owners, 1):
                    at = start + n * 1_000_000
                    db.execute("INSERT INTO cw_documents (id, user_id, project_id, title, format, status, metadata, revision, versions_count, in_search, created_at, "
                               "updated_at) VALUES (?, ?, ?, ?, 'markdown', ?, '{}', 1, 1, 1, ?, ?)",
                               (n, owner, projects[owner][n % 10], words.text(4), "reviewing" if n % 3 == 0 else "draft", at, at))
                    content = text(words)
                    db.execute("INSERT INTO cw_document_versions (document_id, version_number, created_by, created_at, content_bytes, changes_summary, content) "
                               "VALUES (?, 1, ?, ?, ?, '{}', ?)", (n, owner, at, len(content.encode()), content))
                db.execute("UPDATE weft_search_indexes SET version = 0 WHERE name = 'cw_document_search'")
            taken = self.start()
            with sqlite3.connect(self.data / "weft.db") as db:
                index, whole = db.execute("SELECT sum(pgsize) FILTER (WHERE name LIKE 'cw_document_search%'), sum(pgsize) FROM dbstat").fetchone()
            print(f"{DOCUMENTS} documents of {CHARACTERS} characters: index made in {taken:.0f} s, {index / 1e6:.0f} MB of {whole / 1e6:.0f} MB", flush=True)
            (self.data / "filled").touch()
        else:
            self.start()
        # As in a server that has been in use: what is measured is the work, not the disk under it.
        subprocess.run(["cat", self.data / "weft.db"], stdout=subprocess.DEVNULL, check=True)
        self.tokens = {name: self.login(name) for name in ("heavy", "light")}
        self.tokens["admin"] = self.login(ADMIN["WEFT_ADMIN_EMAIL"], ADMIN["WEFT_ADMIN_PASSWORD"])


def text(words):
    """4 KB: sentences of some words, a paragraph now and then."""
    parts, size = [], 0
    while size < CHARACTERS:
        parts.append(words.text(words.draw.randrange(4, 12)) + ("，" if len(parts) % 4 else "。\n"))
        size += len(parts[-1])
    return "".join(parts)[:CHARACTERS]


def listed(server, who, **query):
    return server.call("GET", "/documents?" + urllib.parse.urlencode(query), token=server.tokens[who])


def totals(server, words):
    """Every total, of every user, by looking into each text."""
    draw = random.Random(5)
    chosen = [draw.choice(words.like(length, rank)) for length in (1, 2, 4) for rank in (0, 60, 3000)] + ["，", words.text(2), words.words[0] + words.words[1]]
    with sqlite3.connect(server.data / "weft.db") as db:
        for word in chosen:
            hits = dict(db.execute("SELECT d.user_id, count(*) FROM cw_documents d JOIN cw_document_versions v ON v.document_id = d.id AND v.version_number = d.versions_count "
                                   "WHERE d.deleted_at IS NULL AND (instr(v.content, ?1) OR instr(d.title, ?1)) GROUP BY 1", (word,)))
            ids = dict(db.execute("SELECT username, id FROM cw_users"))
            for who in ("heavy", "light", "admin"):
                right = sum(hits.values()) if who == "admin" else hits.get(ids[who], 0)
                told = listed(server, who, keyword=word)["total"]
                if told != right:
                    raise SystemExit(f"{word!r} of {who}: {told} instead of {right}")
    print(f"{len(chosen)} totals of three users are those of the texts", flush=True)


def search(server, words):
    print(f"\n{'GET /api/v1/documents?keyword=, p50/p99 in ms':46} {'user with 200':>16} {'with a fifth':>16} {'administrator':>16}  CPU ms a call   hits of the administrator's")
    everything = []
    for length, name, rank in ((1, "frequent", 0), (1, "rare", 3000), (2, "very frequent", 0), (2, "frequent", 60), (2, "rare", 10000),
                               (4, "very frequent", 0), (4, "frequent", 60), (4, "rare", 10000)):
        found = words.like(length, rank, 4 if name == "very frequent" else 20)
        hits, before = [], server.cpu()

        def one(who, word):
            answer = listed(server, who, keyword=word)
            if who == "admin":
                hits.append(answer["total"])

        times = timed([[lambda who=who, word=word: one(who, word) for word in itertools.islice(itertools.cycle(found), CALLS)]
                       for who in ("light", "heavy", "admin")], RATE)
        everything += itertools.chain(*times)
        row = " ".join(f"{p(t, .5):8.2f}/{p(t, .99):7.2f}" for t in times)
        cpu = (server.cpu() - before) / 3 / CALLS * 1000
        print(f"{length} characters, {name:32} {row} {cpu:12.2f}    {min(hits)} to {max(hits)}", flush=True)
    everything.sort()
    print(f"all of them: p50 {p(everything, .5):.2f}, p99 {p(everything, .99):.2f} ms", flush=True)


def lists(server, words):
    word = words.like(2, 60, 1)[0]
    print(f"\n{'lists, p50/p99 in ms':46} {'user with 200':>16} {'with a fifth':>16} {'administrator':>16}  CPU ms of three")
    for name, query in (("first page", {}), ("page 100", {"page": 100}), ("one status", {"status": "reviewing"}), ("by title", {"sort_by": "title"}),
                        ("a month of them", {"created_after": "2023-11-15T00:00:00Z", "created_before": "2023-12-15T00:00:00Z"}),
                        ("keyword and status", {"keyword": word, "status": "draft"}), ("keyword by title", {"keyword": word, "sort_by": "title"})):
        before = server.cpu()
        times = timed([[lambda who=who: listed(server, who, **query)] * (CALLS // 2) for who in ("light", "heavy", "admin")], RATE)
        cpu = (server.cpu() - before) / (CALLS // 2) * 1000
        print(f"{name:46} " + " ".join(f"{p(t, .5):8.2f}/{p(t, .99):7.2f}" for t in times) + f" {cpu:12.2f}", flush=True)


def writes(server, words):
    print(f"\n{'writes, one after another':46} {'p50/p99 ms':>16} {'CPU ms':>8}")
    project = server.call("GET", "/documents?size=1", token=server.tokens["light"])["items"][0]["project_id"]
    token = server.tokens["light"]
    long = "".join(text(words) for _ in range(256))
    short = [text(words) for _ in range(CALLS)]
    made = [server.call("POST", "/documents", {"title": "写", "project_id": project}, token)["id"] for _ in range(2)]
    rows = (("a document of a few words", CALLS, lambda n: server.call("POST", "/documents", {"title": "写", "content": "# 概述", "project_id": project}, token)),
            ("a document of 4 KB", CALLS, lambda n: server.call("POST", "/documents", {"title": "写", "content": short[n], "project_id": project}, token)),
            ("other contents of 4 KB", CALLS, lambda n: server.call("PUT", f"/documents/{made[0]}", {"content": short[n]}, token)),
            ("another title for them", CALLS, lambda n: server.call("PUT", f"/documents/{made[0]}", {"title": f"写{n}"}, token)),
            ("another status", CALLS, lambda n: server.call("PUT", f"/documents/{made[0]}", {"status": f"s{n}"}, token)),
            ("other contents of 1 MiB", 20, lambda n: server.call("PUT", f"/documents/{made[1]}", {"content": long[n:] + long[:n]}, token)),
            ("another status of 1 MiB", 20, lambda n: server.call("PUT", f"/documents/{made[1]}", {"status": f"s{n}"}, token)))
    for name, count, write in rows:
        times, before = [], server.cpu()
        for n in range(count):
            began = time.perf_counter()
            write(n)
            times.append((time.perf_counter() - began) * 1000)
        times.sort()
        print(f"{name:46} {p(times, .5):8.2f}/{p(times, .99):7.2f} {(server.cpu() - before) / count * 1000:8.2f}", flush=True)
    # The next run's totals are of the texts that were there.
    while items := server.call("GET", "/documents?size=100&created_after=2024-06-01", token=token)["items"]:
        for item in items:
            server.call("DELETE", f"/documents/{item['id']}", token=token)


def main():
    os.sched_setaffinity(0, {1})
    words, server = Words(), Server()
    try:
        server.fill(words)
        totals(server, words)
        search(server, words)
        lists(server, words)
        writes(server, words)
    finally:
        if server.process and server.process.poll() is None:
            server.stop()
        if not KEPT:
            shutil.rmtree(server.data, ignore_errors=True)


main()
