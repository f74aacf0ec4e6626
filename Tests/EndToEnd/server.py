"""Starts the real binary on free ports with a data directory of its own, and speaks to it as its users do."""
import json
import os
import re
import secrets
import signal
import subprocess
import threading
import time
from datetime import datetime
from pathlib import Path

import httpx

BINARY = os.environ.get("WEFT_BINARY", str(Path(__file__).parents[2] / ".build/release/weft"))
ADMIN = ("admin@example.com", "correct-horse-battery")
PASSWORD = "mypassword123"
LISTENING = re.compile(r"^weft: (http|grpc|metrics) listening on (\S+)$")


class Server:
    """One `weft serve`. Both listeners take free ports; the lines it prints tell which."""

    def __init__(self, data, *arguments, env=None, wrap=(), tls=False):
        self.data, self.arguments, self.wrap, self.tls = Path(data), arguments, list(wrap), tls
        self.env = {**os.environ, "WEFT_ADMIN_EMAIL": ADMIN[0], "WEFT_ADMIN_PASSWORD": ADMIN[1],
                    "WEFT_RATE_LIMITS": "off", **(env or {})}
        self.ports = {}
        self.process = None
        self.log = self.data.parent / (self.data.name + ".log")

    def start(self):
        self.data.mkdir(parents=True, exist_ok=True)
        command = self.wrap + [BINARY, "serve", "--data-dir", str(self.data), "--http", "127.0.0.1:0",
                               "--grpc", "127.0.0.1:0", *self.arguments]
        self.process = subprocess.Popen(command, env=self.env, stdout=subprocess.PIPE, stderr=self.log.open("ab"), text=True)
        self.ports = {}
        # Only against a hang: an index that is made at start takes its time.
        guard = threading.Timer(300, self.process.kill)
        guard.start()
        while len(self.ports) < 2 + ("--metrics" in self.arguments):
            line = self.process.stdout.readline()
            if not line:
                guard.cancel()
                raise AssertionError(f"the server did not start:\n{self.log.read_text()[-3000:]}")
            found = LISTENING.match(line.rstrip("\n"))
            if found:
                self.ports[found[1]] = found[2]
        guard.cancel()
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        return self

    def stop(self, how=signal.SIGTERM, timeout=30):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError("the server did not stop in time")
        return self.process.returncode

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    @property
    def url(self):
        return ("https://" if self.tls else "http://") + self.ports["http"]

    @property
    def grpc(self):
        return self.ports["grpc"]

    def client(self, **more):
        more.setdefault("timeout", 30)
        return httpx.Client(base_url=self.url, trust_env=False, **more)

    def call(self, method, path, token=None, **more):
        headers = dict(more.pop("headers", None) or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        with self.client() as c:
            return c.request(method, path, headers=headers, **more)

    # what users do

    def messages(self, to):
        path = self.data / "outbox.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [m for m in map(json.loads, lines) if m["to"] == to]

    def code(self, email):
        before = len(self.messages(email))
        answer = self.call("POST", "/api/auth/send-code", json={"email": email})
        assert answer.status_code == 200, answer.text
        return wait_for(lambda: (m := self.messages(email))[before:] and m[-1]["code"], "the code in the outbox")

    def register(self, email=None, password=PASSWORD):
        email = email or f"user-{secrets.token_hex(6)}@example.com"
        answer = self.call("POST", "/api/auth/register",
                           json={"email": email, "password": password, "verification_code": self.code(email)})
        assert answer.status_code == 201, answer.text
        return User(self, email, password, answer.json())

    def login(self, email, password=PASSWORD):
        answer = self.call("POST", "/api/auth/login", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        return answer.json()["access_token"]

    def admin_token(self):
        return self.login(*ADMIN)


class User:
    def __init__(self, server, email, password, profile):
        self.server, self.email, self.password, self.profile = server, email, password, profile
        self.token = server.login(email, password)

    @property
    def id(self):
        return self.profile["id"]

    def call(self, method, path, **more):
        return self.server.call(method, path, self.token, **more)

    def ticket(self, title="无法导出财务报表", ticket_type="financial", content="请帮忙处理。"):
        answer = self.call("POST", "/api/tickets", json={"title": title, "ticket_type": ticket_type, "content": content})
        assert answer.status_code == 201, answer.text
        return answer.json()


def moment(timestamp):
    """To compare by: as text ".879Z" would come after ".879010Z"."""
    return datetime.fromisoformat(timestamp)


def wait_for(condition, what, seconds=60):
    """The first true value of `condition`; a bound instead of a sleep."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        pause.wait(0.02)
    raise AssertionError(f"timed out waiting for {what}")
