"""Lists of tickets and search in them, with a million tickets of 10,000 users in the database and with a thousand.

usage: ticket_lists.py WEFT      (server on CPU 0, clients on CPU 1, loopback; TICKETS=1000000, RATE=50 calls a second, CALLS=300 of each)

Both servers run side by side and take the same calls in turn, at a fixed modest rate, so that what else the machine does hits both.
A call's time is counted from the moment it was due; the databases are in the operating system's cache.
Tickets have about 330 bytes of Chinese: words of 1 to 4 characters by Zipf's law, half of them replied to. One user has 12,000,
one 100, the others about 100. LISTS_DATA=DIR keeps the databases there for the next run.
"""
import http.client
import itertools
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "Tests/EndToEnd"))
from rpc import Rpc  # noqa: E402

from paced import p, timed  # noqa: E402
from words import Words  # noqa: E402

WEFT = sys.argv[1]
TICKETS, RATE, CALLS = (int(os.environ.get(name, default)) for name, default in (("TICKETS", 1_000_000), ("RATE", 50), ("CALLS", 300)))
ADMIN = {"WEFT_ADMIN_EMAIL": "admin@example.com", "WEFT_ADMIN_PASSWORD": "correct-horse-battery", "WEFT_RATE_LIMITS": "off"}
PASSWORD = "mypassword123"
KEPT = os.environ.get("LISTS_DATA")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    def __init__(self, name, tickets, users):
        self.name, self.tickets, self.users = name, tickets, users
        self.data = Path(KEPT, f"{name}-{tickets}") if KEPT else Path(tempfile.mkdtemp(prefix=f"weft-lists-{name}-"))
        self.data.mkdir(parents=True, exist_ok=True)
        self.process = None

    def start(self):
        self.http, self.grpc_port = free_port(), free_port()
        self.grpc = f"127.0.0.1:{self.grpc_port}"
        before = time.monotonic()
        self.process = subprocess.Popen(
            ["taskset", "-c", "0", WEFT, "serve", "--data-dir", self.data, "--http", f"127.0.0.1:{self.http}", "--grpc", self.grpc],
            env={**os.environ, **ADMIN}, stdout=subprocess.PIPE, stderr=(self.data / "log").open("ab"), text=True)
        while "grpc listening" not in (line := self.process.stdout.readline()):
            if not line:
                raise SystemExit(f"did not start: {(self.data / 'log').read_text()[-2000:]}")
        self.connection = http.client.HTTPConnection("127.0.0.1", self.http)
        return time.monotonic() - before

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def call(self, method, path, body=None, token=None):
        headers = {"Content-Type": "application/json", **({"Authorization": "Bearer " + token} if token else {})}
        self.connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {text[:300]}")
        return json.loads(text)

    def register(self, email):
        self.call("POST", "/api/auth/send-code", {"email": email})
        sent = [json.loads(line) for line in (self.data / "outbox.jsonl").read_text().splitlines()]
        code = next(m["code"] for m in sent if m["to"] == email)
        return self.call("POST", "/api/auth/register", {"email": email, "password": PASSWORD, "verification_code": code})["id"]

    def login(self, email, password=PASSWORD):
        return self.call("POST", "/api/auth/login", {"email": email, "password": password})["access_token"]

    def fill(self, words):
        """Users and tickets straight into the database, and the index made anew by the server's next start."""
        filled = self.data / "filled.json"
        if filled.exists():
            self.counts = json.loads(filled.read_text())
            return self.start()
        self.start()
        own = {name: self.register(f"{name}@example.com") for name in ("heavy", "light")}
        self.stop()
        with sqlite3.connect(self.data / "weft.db") as db:
            db.execute("PRAGMA synchronous = OFF")
            admin = db.execute("SELECT id FROM csa_users WHERE role = 'admin'").fetchone()[0]
            others = [f"{n:024x}" for n in range(self.users - 2)]
            db.executemany("INSERT INTO csa_users (id, email, role, is_active, created_at) VALUES (?, ?, 'user', 1, 1)",
                           ((i, f"{i}@example.com") for i in others))
            heavy, light = max(500, self.tickets * 12 // 1000) if self.tickets < 100_000 else 12_000, 100
            creators = [own["heavy"]] * heavy + [own["light"]] * light
            creators += [words.draw.choice(others) for _ in range(self.tickets - len(creators))]
            words.draw.shuffle(creators)
            start = 1_700_000_000_000_000

            def tickets():
                for n, creator in enumerate(creators, 1):
                    replied = n % 2 == 0
                    yield (n, f"{n:024x}", creator, "replied" if replied else "pending", start + n * 30_000_000,
                           f"{n:023x}f" if replied else None, words.text(5), words.text(47))

            db.executemany("INSERT INTO csa_tickets (number, id, user_id, status, ticket_type, created_at, latest_reply_id, title, content) "
                           "VALUES (?, ?, ?, ?, 'technical', ?, ?, ?, ?)", tickets())
            db.executemany("INSERT INTO csa_ticket_messages (id, ticket_id, author_id, from_staff, created_at, content) VALUES (?, ?, ?, 1, ?, ?)",
                           ((f"{n:023x}f", f"{n:024x}", admin, start + n * 30_000_000 + 1, words.text(10)) for n in range(2, self.tickets + 1, 2)))
            db.execute("DELETE FROM csa_ticket_counts")
            db.execute("INSERT INTO csa_ticket_counts SELECT user_id, status, count(*) FROM csa_tickets GROUP BY 1, 2")
            db.execute("INSERT INTO csa_ticket_counts SELECT '', status, count(*) FROM csa_tickets GROUP BY 2")
            db.execute("UPDATE weft_search_indexes SET version = 0")
        taken = self.start()
        with sqlite3.connect(self.data / "weft.db") as db:
            sizes = db.execute("SELECT sum(pgsize) FILTER (WHERE name LIKE 'csa_ticket_search%'), sum(pgsize) FROM dbstat").fetchone()
        print(f"{self.name}: {self.tickets} tickets of {self.users} users, index made in {taken:.1f} s, "
              f"{sizes[0] / 1e6:.0f} MB of {sizes[1] / 1e6:.0f} MB", flush=True)
        self.counts = {"heavy": heavy, "light": light, "admin": self.tickets}
        filled.write_text(json.dumps(self.counts))

    def sign_in(self):
        self.connection.close()
        # As in a server that has been in use: what is measured is the work, not the disk under it.
        subprocess.run(["cat", self.data / "weft.db"], stdout=subprocess.DEVNULL, check=True)
        self.tokens = {name: self.login(f"{name}@example.com") for name in ("heavy", "light")}
        self.tokens["admin"] = self.login(ADMIN["WEFT_ADMIN_EMAIL"], ADMIN["WEFT_ADMIN_PASSWORD"])
        self.rpc = Rpc(self)


def lists(large, small):
    draw = random.Random(3)

    def page(server, who, skip, status=""):
        path = f"/api/tickets?skip={skip}&limit=10" + (f"&status_filter={status}" if status else "")
        return lambda: server.call("GET", path, token=server.tokens[who])

    def pages(server, who, kind):
        last = server.counts[who] - 10
        skip = {"first": lambda: 0, "any": lambda: draw.randrange(last), "last": lambda: last, "pending": lambda: draw.randrange(last // 3)}
        return [page(server, who, skip[kind](), "pending" if kind == "pending" else "") for _ in range(CALLS)]

    print(f"\n{'GET /api/tickets, p50/p99 in ms':40} {'thousand':>16} {'million':>16}  p99 ratio")
    for who, kind in itertools.product(("light", "heavy"), ("first", "any", "last", "pending")):
        few, many = timed([pages(small, who, kind), pages(large, who, kind)], RATE)
        print(f"user with {large.counts[who]:>6} tickets, {kind + ' page':14} {p(few, .5):8.2f}/{p(few, .99):7.2f} {p(many, .5):8.2f}/{p(many, .99):7.2f}"
              f"  {p(many, .99) / p(few, .99):6.2f}", flush=True)


def search(large, words):
    print(f"\n{'search in the million, p50/p99 in ms':40} {'user with 100':>16} {'with 12,000':>16} {'administrator':>16}   hits of the administrator's")
    for length, name, rank in ((1, "frequent", 0), (1, "rare", 3000), (2, "very frequent", 5), (2, "frequent", 60), (2, "rare", 10000),
                               (4, "very frequent", 5), (4, "frequent", 60), (4, "rare", 10000)):
        found = words.like(length, rank, 4 if name == "very frequent" else 20)
        hits = []

        def one(who, word):
            service = "csa.admin.v1.TicketAdminService" if who == "admin" else "csa.v1.TicketService"
            answer = large.rpc.call(service, "SearchTickets", {"query": word}, large.tokens[who])
            if who == "admin":
                hits.append(int(answer["total"]))

        times = timed([[lambda who=who, word=word: one(who, word) for word in itertools.islice(itertools.cycle(found), CALLS)]
                       for who in ("light", "heavy", "admin")], RATE)
        row = " ".join(f"{p(t, .5):8.2f}/{p(t, .99):7.2f}" for t in times)
        print(f"{length} characters, {name:26} {row}   {min(hits)} to {max(hits)}", flush=True)


def main():
    os.sched_setaffinity(0, {1})
    words = Words()
    small, large = Server("thousand", 1_000, 100), Server("million", TICKETS, 10_000)
    try:
        for server in (small, large):
            server.fill(words)
        for server in (small, large):
            server.sign_in()
        lists(large, small)
        search(large, words)
    finally:
        for server in (small, large):
            if server.process and server.process.poll() is None:
                server.stop()
            if not KEPT:
                shutil.rmtree(server.data, ignore_errors=True)


main()
