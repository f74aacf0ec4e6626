"""A thousand texts asked for at once, against a stub of a provider that answers each after 100 ms.

usage: generations.py WEFT      (server on CPU 0, stub and clients on CPU 1, loopback; JOBS=1000, ROUNDS=3)

The jobs are queued while the server leaves jobs alone (WEFT_JOBS=off); it is started again with them on, and the time counts from the
stub's first request to the last text that is committed. At 64 in flight the provider's pace is JOBS / 64 x 100 ms. Beside it GET /auth/me at
200 a second, each call timed from the moment it was due, while a second thousand is written, and alone.
"""
import asyncio
import http.client
import json
import multiprocessing
import os
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from paced import p, timed

WEFT = sys.argv[1]
JOBS, ROUNDS = (int(os.environ.get(name, default)) for name, default in (("JOBS", 1000), ("ROUNDS", 3)))
LATENCY, IN_FLIGHT, RATE = 0.1, 64, 200
TEXT = "应急响应程序分为预警、启动、处置和终止四个阶段，各阶段由应急指挥部统一下达指令。" * 20
PERSON = {"username": "bench", "email": "bench@example.com", "password": "password123", "full_name": "测试"}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def event(value):
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


def answer():
    size = len(TEXT) // 8
    pieces = [event({"model": "stub", "choices": [{"index": 0, "delta": {"content": TEXT[at:at + size]}}]}) for at in range(0, len(TEXT), size)]
    body = b"".join(pieces) + event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}) + b"data: [DONE]\n\n"
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def provide(port, first, in_flight_max):
    """A process of its own, so that its work is not the clients'."""
    os.sched_setaffinity(0, {1})
    whole, in_flight = answer(), 0

    async def serve(reader, writer):
        nonlocal in_flight
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
                await reader.readexactly(length)
                if not first.value:
                    first.value = time.monotonic()
                in_flight += 1
                in_flight_max.value = max(in_flight_max.value, in_flight)
                await asyncio.sleep(LATENCY)
                writer.write(whole)
                in_flight -= 1
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def main():
        server = await asyncio.start_server(serve, "127.0.0.1", port, backlog=512)
        await server.serve_forever()

    asyncio.run(main())


class Server:
    def __init__(self, provider):
        self.data = Path(tempfile.mkdtemp(prefix="weft-generations-"))
        self.env = {**os.environ, "WEFT_RATE_LIMITS": "off", "WEFT_AI_BASE_URL": f"http://127.0.0.1:{provider}/v1", "WEFT_AI_MODEL": "stub",
                    "WEFT_ADMIN_EMAIL": "admin@example.com", "WEFT_ADMIN_PASSWORD": "correct-horse-battery"}

    def start(self, jobs):
        self.port = free_port()
        self.process = subprocess.Popen(
            ["taskset", "-c", "0", WEFT, "serve", "--data-dir", self.data, "--http", f"127.0.0.1:{self.port}", "--grpc", f"127.0.0.1:{free_port()}"],
            env={**self.env, "WEFT_JOBS": jobs}, stdout=subprocess.PIPE, stderr=(self.data / "log").open("ab"), text=True)
        while "grpc listening" not in (line := self.process.stdout.readline()):
            if not line:
                raise SystemExit(f"did not start: {(self.data / 'log').read_text()[-2000:]}")
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port)

    def stop(self):
        self.connection.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def call(self, method, path, body=None, token=None):
        headers = {"Content-Type": "application/json", **({"Authorization": "Bearer " + token} if token else {})}
        self.connection.request(method, "/api/v1" + path, json.dumps(body) if body is not None else None, headers)
        reply = self.connection.getresponse()
        text = reply.read()
        if reply.status >= 300:
            raise SystemExit(f"{method} {path}: {reply.status} {text[:300]}")
        return json.loads(text).get("data")

    def cpu(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def left(self):
        """How many texts are still to be written, read beside the server so that asking costs it nothing."""
        with sqlite3.connect(f"file:{self.data}/weft.db?mode=ro", uri=True) as database:
            return database.execute("SELECT count(*) FROM cw_generations WHERE status = 'processing'").fetchone()[0]


def queue(server, token, document):
    start = time.monotonic()
    for number in range(JOBS):
        server.call("POST", "/ai/generate", {"document_id": document, "prompt": f"请生成第{number}部分"}, token)
    return time.monotonic() - start


def me(server, token, count):
    """Milliseconds of calls at the fixed rate."""
    return timed([[lambda: server.call("GET", "/auth/me", token=token)] * count], RATE)[0]


def main():
    os.sched_setaffinity(0, {1})
    rows = []
    for _ in range(ROUNDS):
        port, first, most = free_port(), multiprocessing.Value("d", 0), multiprocessing.Value("i", 0)
        stub = multiprocessing.Process(target=provide, args=(port, first, most), daemon=True)
        stub.start()
        server = Server(port)
        server.start("off")
        server.call("POST", "/auth/register", PERSON)
        token = server.call("POST", "/auth/login", {"username": "bench", "password": PERSON["password"]})["access_token"]
        company = server.call("POST", "/companies", {"name": "示例化工有限公司", "unified_social_credit_code": "91110000123456789X"}, token)
        project = server.call("POST", "/projects", {"name": "项目", "type": "emergency_plan", "company_id": company["id"]}, token)
        document = server.call("POST", "/documents", {"title": "预案", "content": "# 概述", "project_id": project["id"]}, token)["id"]
        queue(server, token, document)
        server.stop()

        server.start("on")
        cpu = server.cpu()
        while server.left():
            time.sleep(0.005)
        seconds, cpu = time.monotonic() - first.value, server.cpu() - cpu
        alone = me(server, token, 400)
        server.stop()

        server.start("off")
        queue(server, token, document)
        server.stop()
        server.start("on")
        beside = me(server, token, int(RATE * JOBS / IN_FLIGHT * LATENCY))
        while server.left():
            time.sleep(0.01)
        server.stop()
        stub.kill()
        rows.append((seconds, most.value, cpu / JOBS * 1e3, p(alone, 0.5), p(alone, 0.99), p(beside, 0.5), p(beside, 0.99)))
    seconds, most, cpu, alone50, alone99, beside50, beside99 = (statistics.median(column) for column in zip(*rows))
    print(f"{JOBS} texts, a provider that takes {LATENCY * 1000:.0f} ms, medians of {ROUNDS}")
    print(f"  all written after {seconds:.2f} s (provider's pace at {IN_FLIGHT} in flight: {JOBS / IN_FLIGHT * LATENCY:.2f} s)")
    print(f"  {most:.0f} in flight at most; CPU {cpu:.2f} ms a text")
    print(f"  GET /auth/me, p50/p99 in ms: {alone50:.2f}/{alone99:.2f} alone, {beside50:.2f}/{beside99:.2f} beside the texts")


main()
