"""A database as the first landed schema made it, served by this program; and migrations that something comes between."""
import re
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest
from server import BINARY, PASSWORD, Server

ROOT = Path(__file__).parents[2]
USER, ADMINISTRATOR, TICKETS = "6b0000000000000000000001", "6b0000000000000000000002", 500


def first_migration():
    """Migration 1 as it was landed: its SQL, and the check sum (FNV-1a, 64 bits) that is noted for it."""
    source = (ROOT / "Sources/CustomerService/Migrations/Migration001.swift").read_text()
    body, indent = re.search(r'sql: """\n(.*?)\n( *)"""\)', source, re.S).groups()
    sql = "\n".join(line.removeprefix(indent) for line in body.split("\n"))
    checksum = 0xcbf29ce484222325
    for byte in sql.encode():
        checksum = (checksum ^ byte) * 0x100000001b3 % 2**64
    return sql, f"{checksum:016x}"


@pytest.fixture(scope="module")
def password_hash(server):
    """What this server stores for PASSWORD; the first one stored the same."""
    user = server.register()
    with sqlite3.connect(server.data / "weft.db") as db:
        return db.execute("select password_hash from csa_users where id = ?", [user.id]).fetchone()[0]


@pytest.fixture
def old(tmp_path, password_hash):
    """A data directory of the first schema."""
    data = tmp_path / "data"
    data.mkdir()
    sql, checksum = first_migration()
    db = sqlite3.connect(data / "weft.db")
    db.execute("pragma journal_mode = wal")
    db.executescript(sql)
    db.execute("""CREATE TABLE weft_migrations (
          application TEXT NOT NULL,
          number INTEGER NOT NULL,
          name TEXT NOT NULL,
          checksum TEXT NOT NULL,
          applied_at INTEGER NOT NULL,
          PRIMARY KEY (application, number)
        ) STRICT""")
    db.execute("insert into weft_migrations values ('csa', 1, 'accounts and tickets', ?, 1700000000000000)", [checksum])
    at = 1_700_000_000_000_000
    db.execute("insert into csa_users values (?, 'old@example.com', ?, 'user', 1, 0, '张三', '13800138000', null, '简介', ?, ?)",
               [USER, password_hash, at, at + 1])
    db.execute("insert into csa_users values (?, 'boss@example.com', ?, 'admin', 1, 2, null, null, null, null, ?, null)",
               [ADMINISTRATOR, password_hash, at])
    db.execute("insert into csa_users values ('6b0000000000000000000003', 'gone@example.com', ?, 'user', 0, 0, null, null, null, null, ?, null)",
               [password_hash, at])
    for n in range(TICKETS):
        id, replied = f"6c{n:022x}", n % 2
        db.execute("insert into csa_tickets values (?, ?, ?, 'technical', ?, ?, ?, ?, ?)",
                   [id, USER, f"工单 {n}", f"第 {n} 张", "replied" if replied else "pending", f"6d{n:022x}" if replied else None,
                    at + n * 1000, at + n * 1000 + 2 if replied else None])
        if replied:
            # An earlier reply, and the latest.
            db.execute("insert into csa_ticket_replies values (?, ?, ?, '请稍候', ?)", [f"6e{n:022x}", id, ADMINISTRATOR, at + n * 1000 + 1])
            db.execute("insert into csa_ticket_replies values (?, ?, ?, ?, ?)", [f"6d{n:022x}", id, ADMINISTRATOR, f"答复 {n}", at + n * 1000 + 2])
    db.commit()
    db.close()
    return data


def migrate(data, wrap=()):
    return subprocess.run([*wrap, BINARY, "migrate", "--data-dir", str(data)], capture_output=True, text=True, timeout=120)


def latest():
    return max(int(p.stem[-3:]) for p in (ROOT / "Sources/CustomerService/Migrations").glob("Migration*.swift"))


def check(data):
    """Everything is where it was."""
    with Server(data) as server:
        token = server.login("old@example.com", PASSWORD)
        profile = server.call("GET", "/api/users/me", token).json()
        assert profile["id"] == USER and profile["full_name"] == "张三" and profile["created_at"] == "2023-11-14T22:13:20Z"
        found, skip = {}, 0
        while skip < TICKETS:
            page = server.call("GET", f"/api/tickets?limit=100&skip={skip}", token).json()
            assert page["total"] == TICKETS
            found.update((t["title"], t) for t in page["items"])
            skip += 100
        assert len(found) == TICKETS
        for n in range(TICKETS):
            ticket = found[f"工单 {n}"]
            assert ticket["content"] == f"第 {n} 张" and ticket["creator_email"] == "old@example.com"
            assert (ticket["status"], ticket["feedback"], ticket["responder_email"]) == (
                ("replied", f"答复 {n}", "boss@example.com") if n % 2 else ("pending", None, None))
        assert server.call("POST", "/api/tickets", token, json={"title": "新", "ticket_type": "business", "content": "新"}).status_code == 201
        refused = server.call("POST", "/api/auth/login", json={"email": "gone@example.com", "password": PASSWORD})
        assert refused.status_code == 403, refused.text
        assert server.login("boss@example.com", PASSWORD)
    with sqlite3.connect(data / "weft.db") as db:
        assert db.execute("pragma integrity_check").fetchall() == [("ok",)] and not db.execute("pragma foreign_key_check").fetchall()
        assert db.execute("select max(number) from weft_migrations where application = 'csa'").fetchone() == (latest(),)
        # The earlier replies are still there as well.
        assert db.execute("select count(*) from csa_ticket_messages where from_staff").fetchone() == (TICKETS,)


def test_the_first_schema_is_brought_up_to_date_by_migrate(old):
    out = migrate(old)
    assert out.returncode == 0, out.stderr
    assert [int(n) for n in re.findall(r"weft: csa: migrated to (\d+) ", out.stdout)] == list(range(2, latest() + 1))
    again = migrate(old)
    assert again.returncode == 0 and again.stdout == "weft: the schema is up to date\n"
    check(old)


def test_the_first_schema_is_brought_up_to_date_by_serving(old):
    check(old)


def test_an_old_database_is_backed_up_as_it_is_and_brought_up_to_date_where_it_is_restored(old, tmp_path):
    archive = tmp_path / "b.tar"
    assert subprocess.run([BINARY, "backup", archive, "--data-dir", old], timeout=60).returncode == 0
    assert subprocess.run([BINARY, "restore", archive, "--data-dir", tmp_path / "restored"], timeout=60).returncode == 0
    with sqlite3.connect(tmp_path / "restored/weft.db") as db:
        assert db.execute("select max(number) from weft_migrations where application = 'csa'").fetchone() == (1,)
    check(tmp_path / "restored")


def test_a_database_from_the_future_or_with_another_past_is_refused_and_left_alone(old):
    assert migrate(old).returncode == 0
    for change, said in [("update weft_migrations set checksum = 'x' where number = 1", "never edited"),
                         ("insert into weft_migrations values ('csa', 9999, 'future', 'x', 0)", "version 9999")]:
        path = old / "weft.db"
        kept = path.read_bytes()
        db = sqlite3.connect(path)
        with db:
            db.execute(change)
        db.close()
        for command in [["migrate"], ["serve", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"]]:
            out = subprocess.run([BINARY, *command, "--data-dir", str(old)], capture_output=True, text=True, timeout=60)
            assert out.returncode == 1 and said in out.stderr, out
        path.write_bytes(kept)
        for left in old.glob("weft.db-*"):
            left.unlink()
    check(old)


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
@pytest.mark.parametrize("call", ["pwrite64", "fdatasync"])
def test_a_migration_killed_at_any_moment_leaves_a_version_that_the_next_one_finishes(old, tmp_path, call):
    # Each try is killed at one system call later than the one before; what it committed stays, until nothing is left to kill.
    versions = []
    for when in range(1, 5000, {"pwrite64": 53, "fdatasync": 1}[call]):
        data = tmp_path / f"try-{when}"
        shutil.copytree(old, data)
        kill = f"inject={call}:signal=KILL:when={when}"
        out = migrate(data, wrap=["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", kill])
        if out.returncode == 0:
            break
        with sqlite3.connect(data / "weft.db") as db:
            assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
            versions.append(db.execute("select count(*) from weft_migrations where application = 'csa'").fetchone()[0])
            assert versions[-1] == db.execute("select max(number) from weft_migrations where application = 'csa'").fetchone()[0]
        db.close()
        assert migrate(data).returncode == 0
        with sqlite3.connect(data / "weft.db") as db:
            assert db.execute("select max(number) from weft_migrations where application = 'csa'").fetchone() == (latest(),)
            assert db.execute("select count(*) from csa_tickets").fetchone() == (TICKETS,)
        shutil.rmtree(data)
    assert out.returncode == 0 and len(set(versions)) >= 5, versions
    check(data)
