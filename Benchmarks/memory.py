"""Private memory (RssAnon) of an idle server, and what 5,000 idle HTTP/2 connections add.   usage: memory.py WEFT"""
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

CONNECTIONS = int(os.environ.get("CONNECTIONS", "5000"))
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"


def anonymous(pid):
    return int(re.search(r"RssAnon:\s+(\d+)", open(f"/proc/{pid}/status").read())[1])


def main():
    import resource
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(CONNECTIONS + 500, 8192),) * 2)
    data = tempfile.mkdtemp(prefix="weft-memory-")
    server = subprocess.Popen([sys.argv[1], "serve", "--data-dir", data, "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    ports = {}
    while len(ports) < 2:
        found = re.match(r"weft: (\w+) listening on (.*):(\d+)", server.stdout.readline())
        if found:
            ports[found[1]] = int(found[3])
    try:
        # The first start hashes the administrator's password; the hasher gives its 19 MiB back after ten idle seconds.
        idle, since = anonymous(server.pid), time.monotonic()
        end = since + 40
        while time.monotonic() - since < 12 and time.monotonic() < end:
            now = anonymous(server.pid)
            if now != idle:
                idle, since = now, time.monotonic()
            threading.Event().wait(0.2)
        sockets = []
        for _ in range(CONNECTIONS):
            s = socket.create_connection(("127.0.0.1", ports["grpc"]), 10)
            s.sendall(PREFACE)
            sockets.append(s)
        for s in sockets:
            s.settimeout(10)
            assert s.recv(4096)
        held = anonymous(server.pid)
        print(f"idle: RssAnon {idle / 1024:.1f} MiB")
        print(f"{CONNECTIONS} idle HTTP/2 connections: {(held - idle) / CONNECTIONS:.1f} KiB each (RssAnon {held / 1024:.1f} MiB)")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(40)


main()
