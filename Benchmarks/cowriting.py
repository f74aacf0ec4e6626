"""The co-writing platform's reads and writes beside the FastAPI application's same endpoints: requests a CPU second, side by side.

usage: cowriting.py WEFT PEERS      (server on CPU 0, wrk on CPU 1, loopback)

Both servers hold the same things: 50 companies, 50 projects, 50 documents of 4 KB of Chinese text, of one user. Weft also keeps a search
index of documents and syncs every commit to the disk, which the peer does not.
"""
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from server_process import ServerProcess
from words import Words

WEFT, PEERS = sys.argv[1], Path(sys.argv[2])
SECONDS, ROUNDS = int(os.environ.get("SECS", "3")), int(os.environ.get("ROUNDS", "3"))
CLIENTS = 32
ADMIN = {"WEFT_ADMIN_EMAIL": "admin@example.com", "WEFT_ADMIN_PASSWORD": "correct-horse-battery", "WEFT_RATE_LIMITS": "off",
         "WEFT_JWT_SECRET": "bench-secret-bench-secret-bench-secret"}
V1 = "/api/v1"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server(ServerProcess):
    def __init__(self, command):
        self.port, self.data = free_port(), tempfile.mkdtemp(prefix="weft-bench-")
        command = [part.format(port=self.port, data=self.data, grpc=free_port()) for part in command]
        self.process = subprocess.Popen(["taskset", "-c", "0", *command], env={**os.environ, **ADMIN},
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.token = None
        end = time.monotonic() + 60
        while True:
            try:
                self.call("GET", "/healthz")
                break
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise SystemExit(f"did not start: {command}") from None
                time.sleep(0.05)
        self.call("POST", f"{V1}/auth/register", {"username": "bench", "email": "bench@example.com", "password": "password123", "full_name": "张三"})
        login = self.call("POST", f"{V1}/auth/login", {"username": "bench", "password": "password123"})
        self.token = login["data"]["access_token"]

    def call(self, method, path, body=None):
        headers = {"Content-Type": "application/json", **({"Authorization": "Bearer " + self.token} if self.token else {})}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method, headers=headers,
                                         data=json.dumps(body).encode() if body is not None else None)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def fill(self):
        """What the endpoints are asked for; the last of each kind."""
        for n in range(50):
            self.company = self.call("POST", f"{V1}/companies/", {
                "name": f"示例化工有限公司{n}", "unified_social_credit_code": f"91110000{n:09d}X", "industry": "化工"})["data"]["id"]
            self.project = self.call("POST", f"{V1}/projects/", {
                "name": f"化工企业环保应急预案{n}", "type": "emergency_plan", "description": "预案", "company_id": self.company,
                "metadata": {"priority": "high"}})["data"]["id"]
            self.document = self.call("POST", f"{V1}/documents/", {
                "title": f"第{n}章 总则", "content": CONTENT, "project_id": self.project})["data"]["id"]
        return self

    def stop(self):
        super().stop()
        shutil.rmtree(self.data, ignore_errors=True)


CONTENT = Words().text(800)[:1365]  # 4 KB of UTF-8


def wrk(server, method, path, body):
    """Requests answered, seconds. `%d` in a body is another number each time."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as lua:
        lua.write(f'wrk.method = "{method}"\nwrk.headers["Authorization"] = "Bearer {server.token}"\n')
        if body is not None:
            lua.write('wrk.headers["Content-Type"] = "application/json"\n')
            head, _, tail = json.dumps(body, ensure_ascii=False).partition("%d")
            # Numbers that no run before has used.
            lua.write(f"local n = {time.time_ns() // 1000 % 10**9}\nlocal head, tail = [==[{head}]==], [==[{tail}]==]\n"
                      'request = function() n = n + 1; return wrk.format(nil, nil, nil, head .. string.format("%09d", n % 1000000000) .. tail) end\n')
        lua.flush()
        out = subprocess.run(["taskset", "-c", "1", "wrk", "-t1", f"-c{CLIENTS}", f"-d{SECONDS}s", "-s", lua.name,
                              f"http://127.0.0.1:{server.port}{path}"], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out:
        raise SystemExit(f"bad answers to {method} {path}: {out}")
    return int(re.search(r"(\d+) requests in", out)[1]), float(re.search(r"requests in ([\d.]+)s", out)[1])


def endpoints(s):
    """Name, method, path, body."""
    return [
        ("GET /auth/me", "GET", f"{V1}/auth/me", None),
        ("GET a company", "GET", f"{V1}/companies/{s.company}", None),
        ("GET a project", "GET", f"{V1}/projects/{s.project}", None),
        ("GET a document", "GET", f"{V1}/documents/{s.document}", None),
        ("list of 20 companies", "GET", f"{V1}/companies/?page=1&size=20", None),
        ("list of 20 projects", "GET", f"{V1}/projects/?page=2&size=20&sort_by=created_at&sort_order=desc", None),
        ("list of 20 documents", "GET", f"{V1}/documents/?page=1&size=20", None),
        ("POST a company", "POST", f"{V1}/companies/", {"name": "新企业有限公司", "unified_social_credit_code": "91110000%dY", "industry": "环保"}),
        ("POST a project", "POST", f"{V1}/projects/", {"name": "新项目%d", "type": "environmental_assessment", "company_id": s.company}),
        ("PUT a project", "PUT", f"{V1}/projects/{s.project}", {"name": "更新后的项目%d", "metadata": {"priority": "low"}}),
        ("POST a document", "POST", f"{V1}/documents/", {"title": "新文档%d", "content": "# 概述", "project_id": s.project}),
        ("PUT a document's title", "PUT", f"{V1}/documents/{s.document}", {"title": "更新后的文档%d"}),
        ("PUT 4 KB of text", "PUT", f"{V1}/documents/{s.document}", {"content": CONTENT + "%d"}),
    ]


def measure(command):
    """By endpoint: requests a second, CPU microseconds a request."""
    server = Server(command).fill()
    try:
        found = {}
        for name, method, path, body in endpoints(server):
            wrk(server, method, path, body)
            before = server.cpu()
            count, seconds = wrk(server, method, path, body)
            found[name] = (count / seconds, (server.cpu() - before) / count * 1e6)
        return found
    finally:
        server.stop()


def main():
    python, peer = PEERS / "venv/bin/python", PEERS / "fastapi_cowriting/app.py"
    commands = {"weft": [WEFT, "serve", "--data-dir", "{data}", "--http", "127.0.0.1:{port}", "--grpc", "127.0.0.1:{grpc}"],
                "fastapi": [str(python), str(peer), "--data-dir", "{data}", "--port", "{port}"]}
    rows = {}
    for _ in range(ROUNDS):
        for who, command in commands.items():
            for name, values in measure(command).items():
                rows.setdefault(name, {}).setdefault(who, []).append(values)
    print(f"{'medians of ' + str(ROUNDS):24} {'weft/s':>9} {'CPU us':>8} {'fastapi/s':>10} {'CPU us':>8} {'per CPU second':>15}")
    worst = None
    for name, by in rows.items():
        (rate, cpu), (peer_rate, peer_cpu) = (sorted(by[who], key=lambda v: v[1])[ROUNDS // 2] for who in ("weft", "fastapi"))
        print(f"{name:24} {rate:9.0f} {cpu:8.1f} {peer_rate:10.0f} {peer_cpu:8.1f} {peer_cpu / cpu:14.1f}x")
        worst = min(worst or (1e9, ""), (peer_cpu / cpu, name))
    print(f"asked: at least 10x the peer's requests a CPU second; least: {worst[0]:.1f}x ({worst[1]})")


main()
