"""Signing in by a passkey beside reading a ticket: CPU of the server a request, which must stay within 3 times.

usage: passkeys.py WEFT      (server on CPU 0, wrk on CPU 1, loopback)

Every assertion is signed before (ES256) for a challenge of its own and sent once, over 50 kept connections: each is a whole sign-in, with
signature, used challenge, row of the sign-in and token, durable before the answer. Both kinds of rounds run on one server, in turns.
PASSKEYS says how many different passkeys take part (default 50); with more than 2048 no key is kept from one use to the next.
"""
import base64
import hashlib
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from server_process import ServerProcess

WEFT = sys.argv[1]
SECONDS, ROUNDS, PASSKEYS = int(os.environ.get("SECS", "2")), int(os.environ.get("ROUNDS", "3")), int(os.environ.get("PASSKEYS", "50"))
COUNT = SECONDS * int(os.environ.get("RATE", "10000"))  # more than can be sent
EACH = 20  # an account's most
ADMIN = {"WEFT_ADMIN_EMAIL": "admin@example.com", "WEFT_ADMIN_PASSWORD": "correct-horse-battery", "WEFT_RATE_LIMITS": "off"}
RP, ORIGIN = "dreamreflex.com", "https://dreamreflex.com"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def b64u(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def cbor(value):
    """Just what an attestation of format `none` needs."""
    def head(major, n):
        return bytes([major << 5 | n]) if n < 24 else bytes([major << 5 | 24, n]) if n < 256 else bytes([major << 5 | 25]) + n.to_bytes(2, "big")
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value)) + value.encode()
    return head(5, len(value)) + b"".join(cbor(k) + cbor(v) for k, v in value.items())


class Passkey:
    """Does not count its signatures, so that they may arrive in any order."""

    def __init__(self):
        self.key, self.id = ec.generate_private_key(ec.SECP256R1()), os.urandom(32)

    def client_data(self, kind, challenge):
        return json.dumps({"type": kind, "challenge": challenge, "origin": ORIGIN, "crossOrigin": False}).encode()

    def create(self, challenge):
        n = self.key.public_key().public_numbers()
        cose = cbor({1: 2, 3: -7, -1: 1, -2: n.x.to_bytes(32, "big"), -3: n.y.to_bytes(32, "big")})
        data = hashlib.sha256(RP.encode()).digest() + b"\x45" + bytes(4 + 16) + len(self.id).to_bytes(2, "big") + self.id + cose
        return {"credential_id": b64u(self.id), "client_data_json": b64u(self.client_data("webauthn.create", challenge)),
                "attestation_object": b64u(cbor({"fmt": "none", "attStmt": {}, "authData": data}))}

    def get(self, challenge):
        client, data = self.client_data("webauthn.get", challenge), hashlib.sha256(RP.encode()).digest() + b"\x05" + bytes(4)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return json.dumps({"credential_id": b64u(self.id), "authenticator_data": b64u(data), "client_data_json": b64u(client),
                           "signature": b64u(signature)})


class Server(ServerProcess):
    def __init__(self):
        self.port, self.data = free_port(), tempfile.mkdtemp(prefix="weft-bench-")
        self.process = subprocess.Popen(
            ["taskset", "-c", "0", WEFT, "serve", "--data-dir", self.data, "--http", f"127.0.0.1:{self.port}", "--grpc", "127.0.0.1:0"],
            env={**os.environ, **ADMIN}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                self.call(self.connect(), "GET", "/healthz")
                break
            except (OSError, SystemExit):  # not there yet, or not ready
                if self.process.poll() is not None:
                    raise SystemExit("did not start")

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def call(self, connection, method, path, body=None, token=None):
        headers = {"Content-Type": "application/json", **({"Authorization": "Bearer " + token} if token else {})}
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        value = json.loads(answer.read())
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: {answer.status} {value}")
        return value

    def sign_up(self, email):
        connection = self.connect()
        self.call(connection, "POST", "/api/auth/send-code", {"email": email})
        lines = [json.loads(line) for line in open(self.data + "/outbox.jsonl")]
        code = next(line["code"] for line in reversed(lines) if line["to"] == email)
        self.call(connection, "POST", "/api/auth/register", {"email": email, "password": "mypassword123", "verification_code": code})
        return self.call(connection, "POST", "/api/auth/login", {"email": email, "password": "mypassword123"})["access_token"]


def wrk(server, path, script):
    """Requests, seconds and latencies; CPU of the server over just these requests."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as lua:
        lua.write(script)
        lua.flush()
        before = server.cpu()
        out = subprocess.run(["taskset", "-c", "1", "wrk", "-t1", "-c50", f"-d{SECONDS}s", "--latency", "-s", lua.name,
                              f"http://127.0.0.1:{server.port}{path}"], capture_output=True, text=True, check=True).stdout
        cpu = server.cpu() - before
    if "Non-2xx" in out:
        raise SystemExit(f"bad answers: {out}")
    count, took, unit = re.search(r"(\d+) requests in ([\d.]+)(us|ms|s|m),", out).groups()
    count, took = int(count), float(took) * {"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60}[unit]
    return count, took, cpu / count * 1e6, dict(re.findall(r"(50|99)%\s+([\d.]+[mu]?s)", out))


def read(server, ticket, token):
    return wrk(server, f"/api/tickets/{ticket}", f'wrk.headers["Authorization"] = "Bearer {token}"')


def assertions(server, passkeys):
    """So many signed ones, each for a challenge of its own."""
    def some(number):
        connection = server.connect()
        return [passkeys[(number * COUNT // 8 + i) % len(passkeys)].get(
            server.call(connection, "GET", "/api/passkey/authentication-options")["challenge"]) for i in range(COUNT // 8)]
    with ThreadPoolExecutor(8) as pool:
        return [body for part in pool.map(some, range(8)) for body in part]


def authenticate(server, passkeys):
    with tempfile.NamedTemporaryFile("w") as bodies:
        bodies.write("\n".join(assertions(server, passkeys)) + "\n")
        bodies.flush()
        return wrk(server, "/api/passkey/authenticate", f"""
local headers, requests, sent = {{["Content-Type"] = "application/json"}}, {{}}, 0
function init()
  for line in io.lines("{bodies.name}") do
    requests[#requests + 1] = wrk.format("POST", "/api/passkey/authenticate", headers, line)
  end
end
function request()
  sent = sent + 1
  return requests[sent] -- beyond the last one wrk stops with an error: raise RATE
end""")


def main():
    server = Server()
    try:
        passkeys, token = [], None
        while len(passkeys) < PASSKEYS:
            token, connection = server.sign_up(f"user-{len(passkeys)}@example.com"), server.connect()
            for _ in range(min(EACH, PASSKEYS - len(passkeys))):
                passkey = Passkey()
                options = server.call(connection, "GET", "/api/passkey/registration-options", token=token)
                server.call(connection, "POST", "/api/passkey/register", passkey.create(options["challenge"]), token)
                passkeys.append(passkey)
        body = {"title": "无法导出财务报表", "ticket_type": "financial", "content": "请帮忙处理。"}
        ticket = server.call(server.connect(), "POST", "/api/tickets", body, token)["id"]
        rows = {"ticket": [], "passkey": []}
        for _ in range(ROUNDS):
            rows["ticket"].append(read(server, ticket, token))
            rows["passkey"].append(authenticate(server, passkeys))
    finally:
        server.stop()
    print(f"{'':28} {'requests/s':>11} {'CPU us':>8}  p50/p99   (medians of {ROUNDS}, {len(passkeys)} passkeys)")
    medians = {}
    for name, label in (("ticket", "GET /api/tickets/{id}"), ("passkey", "POST /api/passkey/auth…")):
        count, took, cpu, latency = sorted(rows[name], key=lambda r: r[2])[ROUNDS // 2]
        medians[name] = cpu
        print(f"{label:28} {count / took:11.0f} {cpu:8.1f}  {latency.get('50')}/{latency.get('99')}")
    print(f"a passkey costs {medians['passkey'] / medians['ticket']:.2f} times a read (at most 3)")


main()
