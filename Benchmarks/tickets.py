"""GET and POST of tickets on the whole product: bearer token, gateway, RPC pipeline, SQLite.

usage: tickets.py WEFT PEERS      (server on CPU 0, wrk on CPU 1, loopback)

GET /api/tickets/{id}: CPU of the server a request, beside the FastAPI application's same endpoint where PEERS has it.
POST /api/tickets with 50 clients: durable tickets a second, in groups and in groups of one.
"""
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from server_process import ServerProcess

WEFT, PEERS = sys.argv[1], Path(sys.argv[2])
SECONDS, ROUNDS = int(os.environ.get("SECS", "3")), int(os.environ.get("ROUNDS", "3"))
ADMIN = {"WEFT_ADMIN_EMAIL": "admin@example.com", "WEFT_ADMIN_PASSWORD": "correct-horse-battery", "WEFT_RATE_LIMITS": "off",
         "WEFT_JWT_SECRET": "bench-secret-bench-secret-bench-secret"}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server(ServerProcess):
    def __init__(self, command, pid_of=lambda p: p.pid):
        self.port, self.data = free_port(), tempfile.mkdtemp(prefix="weft-bench-")
        command = [part.format(port=self.port, data=self.data, grpc=free_port()) for part in command]
        self.process = subprocess.Popen(["taskset", "-c", "0", *command], env={**os.environ, **ADMIN},
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                self.call("GET", "/healthz")
                break
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit(f"did not start: {command}")
        self.token = self.call("POST", "/api/auth/login", {"email": ADMIN["WEFT_ADMIN_EMAIL"], "password": ADMIN["WEFT_ADMIN_PASSWORD"]})["access_token"]

    def call(self, method, path, body=None, token=None):
        headers = {"Content-Type": "application/json", **({"Authorization": "Bearer " + token} if token else {})}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method, headers=headers,
                                         data=json.dumps(body).encode() if body is not None else None)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())

    def ticket(self):
        return self.call("POST", "/api/tickets", {"title": "无法导出财务报表", "ticket_type": "financial", "content": "请帮忙处理。"}, self.token)


def wrk(port, path, token, clients, script=""):
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as lua:
        lua.write(f'wrk.headers["Authorization"] = "Bearer {token}"\n{script}')
        lua.flush()
        out = subprocess.run(["taskset", "-c", "1", "wrk", "-t1", f"-c{clients}", f"-d{SECONDS}s", "--latency", "-s", lua.name,
                              f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out:
        raise SystemExit(f"bad answers: {out}")
    latency = dict(re.findall(r"(50|99)%\s+([\d.]+[mu]?s)", out))
    return int(re.search(r"(\d+) requests in", out)[1]), float(re.search(r"requests in ([\d.]+)s", out)[1]), latency


POST = ('wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\n'
        'wrk.body = \'{"title":"无法导出财务报表","ticket_type":"financial","content":"请帮忙处理。"}\'\n')


def serve(*more):
    return [WEFT, "serve", "--data-dir", "{data}", "--http", "127.0.0.1:{port}", "--grpc", "127.0.0.1:{grpc}", *more]


def measure(name, command, path, clients, script=""):
    server = Server(command)
    try:
        target = path.format(id=server.ticket()["id"])
        wrk(server.port, target, server.token, clients, script)
        before = server.cpu()
        count, seconds, latency = wrk(server.port, target, server.token, clients, script)
        return name, count / seconds, (server.cpu() - before) / count * 1e6, latency
    finally:
        server.stop()


def main():
    rows = {}
    for _ in range(ROUNDS):
        jobs = [("GET weft", serve(), "/api/tickets/{id}", 50, ""),
                ("POST weft, groups", serve(), "/api/tickets", 50, POST),
                ("POST weft, groups of one", serve("--commit-group", "1"), "/api/tickets", 50, POST)]
        fastapi = PEERS / "fastapi_csa" / "app.py"
        python = PEERS / "venv" / "bin" / "python"
        if fastapi.exists():
            jobs.append(("GET fastapi", [str(python), str(fastapi), "--data-dir", "{data}", "--http", "127.0.0.1:{port}"], "/api/tickets/{id}", 50, ""))
        for job in jobs:
            name, rate, cpu, latency = measure(*job)
            rows.setdefault(name, []).append((rate, cpu, latency))
    print(f"{'':28} {'requests/s':>11} {'CPU us':>8}  p50/p99   (medians of {ROUNDS})")
    for name, values in rows.items():
        rate, cpu, latency = sorted(values, key=lambda v: v[1])[len(values) // 2]
        print(f"{name:28} {rate:11.0f} {cpu:8.1f}  {latency.get('50')}/{latency.get('99')}")


main()
