"""How large databases get, and what a backup and a restore of one cost.   usage: backup.py WEFT

TICKETS (500,000) of 2 KB each and FILES (100) of 10 MB are put in by hand; the server runs meanwhile.
"""
import hashlib
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TICKETS, FILES = int(os.environ.get("TICKETS", "500000")), int(os.environ.get("FILES", "100"))
CONTENT = "系统提示导出失败，重试三次之后仍然没有生成报表。" * 28  # 2,016 bytes


def fill(data):
    db = sqlite3.connect(data / "weft.db")
    user, at = db.execute("select id from csa_users limit 1").fetchone()[0], 1_700_000_000_000_000
    before = (data / "weft.db").stat().st_size
    columns = "id, user_id, status, ticket_type, created_at, title, content"
    db.executemany(f"insert into csa_tickets ({columns}) values (?, ?, 'pending', 'technical', ?, '无法导出财务报表', ?)",
                   ((f"{n:024x}", user, at + n, CONTENT) for n in range(TICKETS)))
    for n in range(FILES):
        content = os.urandom(10_000_000)
        key = f"bench/{n}.bin"
        path = data / "blobs" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        db.execute("insert into csa_files values (?, ?, null, 'a.bin', ?, 'application/octet-stream', null, ?, ?, ?, null)",
                   [f"bench-{n}", user, len(content), key, hashlib.sha256(content).digest(), at])
    db.commit()
    db.execute("pragma wal_checkpoint(truncate)")
    return ((data / "weft.db").stat().st_size - before) / max(TICKETS, 1) * 1000


def timed(*command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    process = subprocess.Popen([str(c) for c in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        try:
            peak = max(peak, int(re.search(r"RssAnon:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())[1]))
        except (OSError, TypeError):
            pass
        time.sleep(0.01)
    assert process.returncode == 0, command
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return f"{time.monotonic() - started:.1f} s, {cpu:.1f} s of CPU, RssAnon at most {peak / 1024:.0f} MiB"


def main():
    weft, root = sys.argv[1], Path(tempfile.mkdtemp(prefix="weft-backup-", dir=os.environ.get("TMPDIR", "/var/tmp")))
    data, archive = root / "data", root / "b.tar"
    server = subprocess.Popen([weft, "serve", "--data-dir", data, "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        while "grpc listening" not in server.stdout.readline():
            pass
        print(f"1,000 tickets of 2 KB: {fill(data) / 1e6:.2f} MB of database, without the search index")
        print(f"database {(data / 'weft.db').stat().st_size / 1e6:.0f} MB, {FILES} files of 10 MB")
        print("backup:", timed(weft, "backup", archive, "--data-dir", data))
        print("verify:", timed(weft, "backup", "--verify", archive))
        print("restore:", timed(weft, "restore", archive, "--data-dir", root / "restored"))
        print("cp -r and sync, for comparison:", timed("sh", "-c", f"cp -r '{data}' '{root}/copy' && sync '{root}/copy'/* '{root}/copy'/blobs/bench/*"))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)
        shutil.rmtree(root)


main()
