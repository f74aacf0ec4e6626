"""An acknowledged write survives a killed process, and no answer leaves before the sync that covers it."""
import re
import shutil
import signal
import subprocess
import threading

import httpx
import pytest
from server import Server, wait_for

RESTARTS = 20


def test_kill_under_write_load_loses_nothing_acknowledged(tmp_path):
    server = Server(tmp_path / "data").start()
    user = server.register()
    acknowledged = []
    for _ in range(RESTARTS):
        before = len(acknowledged)
        stop = threading.Event()

        def write():
            with httpx.Client(base_url=server.url, trust_env=False, timeout=10, headers={"Authorization": f"Bearer {user.token}"}) as c:
                while not stop.is_set():
                    try:
                        answer = c.post("/api/tickets", json={"title": "t", "ticket_type": "technical", "content": "c"})
                    except httpx.HTTPError:
                        return
                    if answer.status_code == 201:
                        acknowledged.append(answer.json()["id"])

        writers = [threading.Thread(target=write) for _ in range(6)]
        for w in writers:
            w.start()
        wait_for(lambda: len(acknowledged) >= before + 20, "twenty acknowledged tickets")
        server.stop(signal.SIGKILL)
        stop.set()
        for w in writers:
            w.join()
        server.start()
        stored, skip = set(), 0
        while True:
            page = user.call("GET", f"/api/tickets?limit=100&skip={skip}").json()
            stored.update(t["id"] for t in page["items"])
            skip += 100
            if skip >= page["total"]:
                break
        lost = set(acknowledged) - stored
        assert not lost, f"{len(lost)} of {len(acknowledged)} acknowledged tickets are gone"
    server.stop()


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_no_created_answer_leaves_before_its_sync(tmp_path):
    trace = tmp_path / "trace"
    wrap = ["strace", "-D", "-f", "-qq", "-s", "64", "-e", "trace=fsync,fdatasync,pwrite64,write,writev,sendto,sendmsg", "-o", str(trace)]
    with Server(tmp_path / "data", wrap=wrap) as server:
        user = server.register()
        for n in range(30):
            user.ticket(title=f"t{n}")
    synced, created = False, 0
    # Every commit writes to the log (pwrite64) and syncs it; a 201 that follows an unsynced write would be a lie.
    for line in trace.read_text(errors="replace").splitlines():
        if re.search(r"\bpwrite64\(", line):
            synced = False
        elif re.search(r"\b(fsync|fdatasync)\(.*= 0|<\.\.\. (fsync|fdatasync) resumed.*= 0", line):
            synced = True
        elif re.search(r'\b(write|writev|sendto|sendmsg)\(.*HTTP/1\.1 201', line):
            created += 1
            assert synced, line
    assert created >= 31


def test_second_server_on_one_data_directory_refuses(tmp_path):
    with Server(tmp_path / "data") as first:
        second = subprocess.run([*_serve(first)], env=first.env, capture_output=True, text=True, timeout=60)
        assert second.returncode != 0 and "in use" in second.stderr


def _serve(server):
    from server import BINARY
    return [BINARY, "serve", "--data-dir", str(server.data), "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"]


def test_address_in_use_is_named(tmp_path, server):
    from server import BINARY
    out = subprocess.run([BINARY, "serve", "--data-dir", str(tmp_path), "--http", server.ports["http"], "--grpc", "127.0.0.1:0"],
                         capture_output=True, text=True, timeout=60)
    assert out.returncode != 0 and server.ports["http"] in out.stderr


def test_sigterm_lets_calls_finish_and_exits_zero(tmp_path):
    server = Server(tmp_path / "data").start()
    user = server.register()
    results = []

    connected = threading.Barrier(4)

    def login():
        with server.client() as c:
            assert c.get("/healthz").status_code == 200
            connected.wait(20)
            results.append(c.post("/api/auth/login", json={"email": user.email, "password": user.password}).status_code)

    callers = [threading.Thread(target=login) for _ in range(4)]
    for c in callers:
        c.start()
    # Password checks take tens of milliseconds each, so with one answered the rest are under way.
    wait_for(lambda: results, "the first login")
    assert server.stop() == 0
    for c in callers:
        c.join()
    assert results == [200] * 4


def test_newer_database_is_refused(tmp_path):
    import sqlite3
    with Server(tmp_path / "data"):
        pass
    with sqlite3.connect(tmp_path / "data" / "weft.db") as db:
        columns = [r[1] for r in db.execute("pragma table_info(weft_migrations)")]
        row = list(db.execute("select * from weft_migrations order by rowid desc limit 1").fetchone())
        row = [99999 if isinstance(v, int) and c in ("number", "version") else v for c, v in zip(columns, row)]
        db.execute(f"insert into weft_migrations({','.join(columns)}) values({','.join('?' * len(columns))})", row)
    out = subprocess.run(_serve(Server(tmp_path / "data")), capture_output=True, text=True, timeout=60)
    assert out.returncode != 0 and "99999" in out.stderr


@pytest.mark.parametrize("variable, value", [("WEFT_LOG_LEVEL", "loud"), ("WEFT_JWT_SECRET", "short"), ("WEFT_DATABASE_URL", "postgres://x/y"),
                                             ("WEFT_TOKEN_DAYS", "0"), ("WEFT_TOKEN_DAYS", "366"), ("WEFT_TOKEN_DAYS", "8d"), ("WEFT_EXPORTS", "0"), ("WEFT_EXPORTS", "65"), ("WEFT_APPS", "other"),
                                             ("WEFT_RATE_LIMITS", "maybe"), ("WEFT_TLS_CERT", "/nonexistent"), ("WEFT_ADMIN_PASSWORD", "short")])
def test_bad_setting_is_named(tmp_path, variable, value):
    server = Server(tmp_path / "data", env={variable: value})
    out = subprocess.run(_serve(server), env=server.env, capture_output=True, text=True, timeout=60)
    assert out.returncode != 0 and variable in out.stderr


@pytest.mark.parametrize("name, said", [
    ("jwt.secret", ": the signing secret has 4 bytes; it takes at least 32; without the file a new one is made, and everybody has to sign in again"),
    ("jwt.secret.previous", " holds something else than a second and a secret in each line; without it older tokens are refused"),
    ("hash.secret", ": the hash secret has 4 bytes; it takes at least 32; take it from the backup")])
def test_damaged_secret_is_named_and_what_to_do(tmp_path, name, said):
    server = Server(tmp_path / "data")
    server.data.mkdir()
    (server.data / name).write_text("abcd\n")
    out = subprocess.run(_serve(server), env=server.env, capture_output=True, text=True, timeout=60)
    assert out.returncode != 0 and f"weft: {server.data / name}{said}\n" in out.stderr
