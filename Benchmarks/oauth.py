"""The provider's hot endpoints beside reading a ticket: CPU of the server a request.

usage: oauth.py WEFT      (server on CPU 0, wrk on CPU 1, loopback)

POST /oauth/token with client credentials must stay within 3 times GET /api/tickets/{id}; each is a token of its own, durable before the answer.
POST /oauth/introspect must cost at 10,000 live tokens what it costs at ten. All kinds of rounds run on one server, in turns; figures are medians.
"""
import base64
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time

from server_process import ServerProcess

WEFT = sys.argv[1]
SECONDS, ROUNDS = int(os.environ.get("SECS", "3")), int(os.environ.get("ROUNDS", "3"))
ADMIN = {"WEFT_ADMIN_EMAIL": "admin@example.com", "WEFT_ADMIN_PASSWORD": "correct-horse-battery", "WEFT_RATE_LIMITS": "off"}
FEW, MANY = 10, 10_000


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server(ServerProcess):
    def __init__(self):
        self.port, self.grpc, self.data = free_port(), free_port(), tempfile.mkdtemp(prefix="weft-bench-")
        self.process = subprocess.Popen(
            ["taskset", "-c", "0", WEFT, "serve", "--data-dir", self.data, "--http", f"127.0.0.1:{self.port}",
             "--grpc", f"127.0.0.1:{self.grpc}"], env={**os.environ, **ADMIN}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while True:
            try:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                self.call("GET", "/healthz")
                break
            except (OSError, SystemExit):  # not there yet, or not ready
                if self.process.poll() is not None or time.monotonic() > end:
                    raise SystemExit("did not start")

    def call(self, method, path, body=None, authorization=None, form=False):
        headers = {"Content-Type": "application/x-www-form-urlencoded" if form else "application/json",
                   **({"Authorization": authorization} if authorization else {})}
        self.connection.request(method, path, body if form or body is None else json.dumps(body), headers)
        answer = self.connection.getresponse()
        value = json.loads(answer.read())
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: {answer.status} {value}")
        return value

    def make_client(self, token):
        request = {"client_name": "bench", "scopes": ["reports"], "grant_types": ["client_credentials"]}
        out = subprocess.run([WEFT, "call", f"127.0.0.1:{self.grpc}", "csa.admin.v1.OAuthClientAdminService/CreateOAuthClient",
                              "-H", f"authorization: Bearer {token}", json.dumps(request)], capture_output=True, text=True, check=True).stdout
        made = json.loads(out)
        pair = f"{made['clientId']}:{made['clientSecret']}"
        return "Basic " + base64.b64encode(pair.encode()).decode()


def wrk(server, path, authorization, body=None):
    """Requests a second, CPU of the server in microseconds each, and p50/p99."""
    script = f'wrk.headers["Authorization"] = "{authorization}"\n'
    if body:
        script += f'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/x-www-form-urlencoded"\nwrk.body = "{body}"\n'
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as lua:
        lua.write(script)
        lua.flush()
        before = server.cpu()
        out = subprocess.run(["taskset", "-c", "1", "wrk", "-t1", "-c50", f"-d{SECONDS}s", "--latency", "-s", lua.name,
                              f"http://127.0.0.1:{server.port}{path}"], capture_output=True, text=True, check=True).stdout
        spent = server.cpu() - before
    if "Non-2xx" in out:
        raise SystemExit(f"bad answers: {out}")
    count, seconds = int(re.search(r"(\d+) requests in", out)[1]), float(re.search(r"requests in ([\d.]+)s", out)[1])
    latency = dict(re.findall(r"(50|99)%\s+([\d.]+[mu]?s)", out))
    return count / seconds, spent / count * 1e6, f"{latency.get('50')}/{latency.get('99')}"


def main():
    server = Server()
    rows = {}
    try:
        login = server.call("POST", "/api/auth/login", {"email": ADMIN["WEFT_ADMIN_EMAIL"], "password": ADMIN["WEFT_ADMIN_PASSWORD"]})
        bearer = "Bearer " + login["access_token"]
        client = server.make_client(login["access_token"])
        ticket = server.call("POST", "/api/tickets", {"title": "无法导出财务报表", "ticket_type": "financial", "content": "请帮忙处理。"}, bearer)

        def issue():
            return server.call("POST", "/oauth/token", "grant_type=client_credentials", client, form=True)["access_token"]

        read = ("GET ticket", f"/api/tickets/{ticket['id']}", bearer, None)
        token = ("POST token, client credentials", "/oauth/token", client, "grant_type=client_credentials")

        def measure(name, *what):
            rows.setdefault(name, []).append(wrk(server, *what))

        live = [issue() for _ in range(FEW)]
        for kind, wanted in ((f"introspect, {FEW} live", FEW), (f"introspect, {MANY:,} live", MANY)):
            live += [issue() for _ in range(wanted - len(live))]
            asked = (f"POST {kind}", "/oauth/introspect", client, f"token={live[len(live) // 2]}")
            wrk(server, *asked[1:])
            for _ in range(ROUNDS):
                measure(*read)
                measure(*asked)
        wrk(server, *token[1:])
        for _ in range(ROUNDS):
            measure(*read)
            measure(*token)
    finally:
        server.stop()
    print(f"{'':34} {'requests/s':>11} {'CPU us':>8}  p50/p99   (medians of {ROUNDS})")
    medians = {}
    for name, values in rows.items():
        rate, medians[name], latency = sorted(values, key=lambda v: v[1])[len(values) // 2]
        print(f"{name:34} {rate:11.0f} {medians[name]:8.1f}  {latency}")
    print(f"token beside ticket: {medians[token[0]] / medians[read[0]]:.2f} times (at most 3)")
    few, many = (medians[name] for name in medians if "introspect" in name)
    print(f"introspection at {MANY:,} beside {FEW}: {many / few:.2f} times (the same)")


main()
