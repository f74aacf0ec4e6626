"""A provider of an OpenAI-compatible API that answers as a test tells it to.

with ModelServer() as models:
    models.will(Answer(text="应急响应", pieces=3))              # the next request; without one, `default`
    models.will(Refusal(429, retry_after="1"), Answer())       # the next two
    server = Server(data, settings={"WEFT_AI_BASE_URL": models.url, "WEFT_AI_MODEL": "stub"})
    models.requests[0].body["messages"]
"""

import json
import ssl
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Request:
    path: str
    headers: dict
    body: dict


@dataclass
class Answer:
    """A stream that goes well: after `latency` s the text in `pieces`, `pause` s before each but the first."""

    text: str = "# 应急响应\n\n## 应急组织机构\n\n正文。"
    pieces: int = 4
    latency: float = 0
    pause: float = 0
    finish: str = "stop"
    model: str = "stub-1"
    usage: tuple | None = (11, 7)
    # Wait for this event before each piece but the first: a test then says when text comes.
    gate: threading.Event | None = None

    def play(self, stub, request):
        if stub.waits(self.latency):
            return
        stub.head(200, "text/event-stream")
        size = max(1, -(-len(self.text) // self.pieces))
        for start in range(0, len(self.text), size):
            if start and (stub.waits(self.pause) or self.gate and not stub.waits_for(self.gate)):
                return
            stub.event({"model": self.model, "choices": [{"index": 0, "delta": {"content": self.text[start : start + size]}}]})
        stub.event({"model": self.model, "choices": [{"index": 0, "delta": {}, "finish_reason": self.finish}]})
        if self.usage and request.body.get("stream_options", {}).get("include_usage"):
            prompt, completion = self.usage
            usage = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
            stub.event({"model": self.model, "choices": [], "usage": usage})
        stub.write(b"data: [DONE]\n\n")


@dataclass
class Plain:
    """One JSON object in place of a stream."""

    text: str = "正文。"

    def play(self, stub, request):
        stub.head(200, "application/json")
        choice = {"message": {"role": "assistant", "content": self.text}, "finish_reason": "stop"}
        stub.write(json.dumps({"model": "stub-1", "choices": [choice]}).encode())


@dataclass
class Refusal:
    """A status that is an error."""

    status: int = 500
    message: str = "no"
    retry_after: str | None = None
    headers: dict = field(default_factory=dict)

    def play(self, stub, request):
        headers = dict(self.headers)
        if self.retry_after is not None:
            headers["Retry-After"] = self.retry_after
        stub.head(self.status, "application/json", headers)
        stub.write(json.dumps({"error": {"message": self.message, "code": self.status}}).encode())


@dataclass
class Raw:
    """These bytes as the body, then the end; `promised`: a Content-Length that they do not keep."""

    body: bytes = b"<html>portal</html>"
    content_type: str = "text/html"
    promised: int | None = None

    def play(self, stub, request):
        stub.head(200, self.content_type, {} if self.promised is None else {"Content-Length": str(self.promised)})
        stub.write(self.body)


@dataclass
class Half:
    """A stream that breaks off after this text."""

    text: str = "前半"

    def play(self, stub, request):
        stub.head(200, "text/event-stream", {"Content-Length": "1000000"})
        stub.event({"choices": [{"index": 0, "delta": {"content": self.text}}]})


@dataclass
class Nothing:
    """No byte at all, until the server stops; `closes`: not even that, the connection ends."""

    closes: bool = False

    def play(self, stub, request):
        if not self.closes:
            stub.waits(3600)


@dataclass
class Stream:
    """These events, for answers that go wrong in the middle; a text stands for a piece of the answer, bytes for themselves."""

    events: tuple = ()

    def play(self, stub, request):
        stub.head(200, "text/event-stream")
        for event in self.events:
            if isinstance(event, bytes):
                stub.write(event)
            else:
                stub.event({"choices": [{"index": 0, "delta": {"content": event}}]} if isinstance(event, str) else event)


class ModelServer:
    def __init__(self, default=None, tls=None):
        """`tls`: the files of a certificate and its key."""
        self.default = default or Answer()
        self.requests: list[Request] = []
        self.in_flight = 0
        self.in_flight_max = 0
        self._answers = deque()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        server = self

        class Stub(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                request = Request(self.path, dict(self.headers), json.loads(body))
                with server._lock:
                    server.requests.append(request)
                    server.in_flight += 1
                    server.in_flight_max = max(server.in_flight_max, server.in_flight)
                    answer = server._answers.popleft() if server._answers else server.default
                self.close_connection = True
                try:
                    answer.play(self, request)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # the client has lost interest, as it may
                finally:
                    with server._lock:
                        server.in_flight -= 1

            def head(self, status, content_type, headers=None):
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Connection", "close")
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.end_headers()

            def write(self, data):
                self.wfile.write(data)
                self.wfile.flush()

            def event(self, value):
                self.write(b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n")

            def waits(self, seconds):
                """Whether the server was stopped meanwhile."""
                return seconds > 0 and server._stopped.wait(seconds)

            def waits_for(self, gate):
                """Whether the gate was opened, and not the server stopped."""
                while not gate.wait(0.05):
                    if server._stopped.is_set():
                        return False
                return True

            def log_message(self, *_):
                pass

        class Listener(ThreadingHTTPServer):
            request_queue_size = 256
            daemon_threads = True

            def handle_error(self, request, client_address):
                if not tls:
                    super().handle_error(request, client_address)

        self._listener = Listener(("127.0.0.1", 0), Stub)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            # The handshake in the connection's own thread, where it may fail.
            self._listener.socket = context.wrap_socket(self._listener.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._listener.server_address[1]}/v1"

    def will(self, *answers):
        """Has the next requests answered so, in this order."""
        with self._lock:
            self._answers.extend(answers)

    def forget(self):
        """Answers that nobody asked for."""
        with self._lock:
            self._answers.clear()

    def __enter__(self):
        threading.Thread(target=self._listener.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._stopped.set()
        self._listener.shutdown()
        self._listener.server_close()
