"""Ticket reads while 200 logins run in parallel: their p99 must stay within 2 times of the quiet figure or 5 ms, whichever is larger.

usage: logins.py WEFT      (loopback; server and clients share the machine)

Reads come at a steady rate over kept connections; quiet and busy rounds take turns, so that what else the machine does meets both.
A round of logins is 200 callers who all ask at the same moment and ask again as soon as they are answered.
"""
import asyncio
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

WEFT = sys.argv[1]
SECONDS, ROUNDS = float(os.environ.get("SECS", "5")), int(os.environ.get("ROUNDS", "3"))
LOGINS, READERS, RATE = 200, 4, 400
ADMIN = {"WEFT_ADMIN_EMAIL": "admin@example.com", "WEFT_ADMIN_PASSWORD": "correct-horse-battery", "WEFT_RATE_LIMITS": "off"}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def post(port, path, body, token=None):
    headers = {"Content-Type": "application/json", **({"Authorization": "Bearer " + token} if token else {})}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method="POST", headers=headers, data=json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


async def exchange(reader, writer, request):
    """Status of the answer, whose body is read and dropped."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    await reader.readexactly(length)
    return int(head.split(b" ", 2)[1])


def reads(port, path, token):
    """Latencies in seconds of reads at a steady rate; a read that should have begun earlier counts from then."""
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode()

    async def one(offset, latencies):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        pause = READERS / RATE
        due = time.perf_counter() + offset
        end = due + SECONDS
        while due < end:
            await asyncio.sleep(max(0, due - time.perf_counter()))
            begun = time.perf_counter()
            assert await exchange(reader, writer, request) == 200
            latencies.append(time.perf_counter() - begun)
            due = max(due + pause, time.perf_counter())
        writer.close()

    async def main():
        latencies = []
        await asyncio.gather(*(one(n / RATE, latencies) for n in range(READERS)))
        return latencies

    return asyncio.run(main())


def logins(port):
    """200 callers until standard input ends; prints how many were let in."""
    body = json.dumps({"email": ADMIN["WEFT_ADMIN_EMAIL"], "password": ADMIN["WEFT_ADMIN_PASSWORD"]}).encode()
    request = b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)

    async def main():
        count = 0

        async def one():
            nonlocal count
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            while True:
                assert await exchange(reader, writer, request) == 200
                count += 1

        callers = [asyncio.ensure_future(one()) for _ in range(LOGINS)]
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        for caller in callers:
            caller.cancel()
        print(count)

    asyncio.run(main())


def main():
    data, port = tempfile.mkdtemp(prefix="weft-bench-"), free_port()
    server = subprocess.Popen([WEFT, "serve", "--data-dir", data, "--http", f"127.0.0.1:{port}", "--grpc", f"127.0.0.1:{free_port()}"],
                              env={**os.environ, **ADMIN}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        for line in server.stdout:
            if "http listening" in line:
                break
        token = post(port, "/api/auth/login", {"email": ADMIN["WEFT_ADMIN_EMAIL"], "password": ADMIN["WEFT_ADMIN_PASSWORD"]})["access_token"]
        ticket = post(port, "/api/tickets", {"title": "无法导出财务报表", "ticket_type": "financial", "content": "请帮忙处理。"}, token)
        path = f"/api/tickets/{ticket['id']}"
        reads(port, path, token)
        rows = {"quiet": [], "busy": []}
        rates = []
        for _ in range(ROUNDS):
            rows["quiet"].append(reads(port, path, token))
            callers = subprocess.Popen([sys.executable, __file__, WEFT, "--logins", str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            begun = time.perf_counter()
            rows["busy"].append(reads(port, path, token))
            count, _ = callers.communicate("")
            rates.append(int(count) / (time.perf_counter() - begun))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)
    figures = {}
    print(f"{'ticket reads, ' + str(RATE) + '/s':28} {'p50 ms':>8} {'p99 ms':>8}   (medians of {ROUNDS})")
    for name, rounds in rows.items():
        cut = [(sorted(r)[len(r) // 2] * 1e3, sorted(r)[int(len(r) * 0.99)] * 1e3) for r in rounds]
        figures[name] = statistics.median(c[1] for c in cut)
        label = "quiet" if name == "quiet" else f"{LOGINS} logins in parallel"
        print(f"{label:28} {statistics.median(c[0] for c in cut):8.2f} {figures[name]:8.2f}")
    limit = max(2 * figures["quiet"], 5)
    print(f"logins a second: {statistics.median(rates):.1f}; p99 may be {limit:.2f} ms: {'met' if figures['busy'] <= limit else 'MISSED'}")


if "--logins" in sys.argv:
    logins(int(sys.argv[3]))
else:
    main()
