"""`WEFT_METRICS`: what a server counts, for Prometheus, on a listener of its own."""
import re

import httpx
import pytest
from cowriting import new_person, ok
from rpc import Rpc
from server import Server, wait_for

SAMPLE = re.compile(r'^([a-z_0-9]+)\{(.*)\} (\S+)$')


@pytest.fixture(scope="module")
def metered(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("metrics") / "data", "--metrics", "127.0.0.1:0") as running:
        yield running


def scrape(server):
    """Values by name and labels."""
    with httpx.Client(trust_env=False, timeout=30) as c:
        answer = c.get(f"http://{server.ports['metrics']}/metrics")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = {}
    for line in answer.text.splitlines():
        if not line.startswith("#"):
            name, labels, value = SAMPLE.match(line).groups()
            key = name, frozenset(re.findall(r'([a-z_]+)="([^"]*)"', labels))
            assert key not in found, line
            found[key] = float(value)
    return found


def value(samples, name, **labels):
    """The sum of the samples of the name that have these labels; None where there is none."""
    values = [v for (n, ls), v in samples.items() if n == name and set(labels.items()) <= ls]
    return sum(values) if values else None


def test_every_rpc_is_there_from_the_start(metered):
    samples = scrape(metered)
    get = {"grpc_type": "unary", "grpc_service": "csa.v1.TicketService", "grpc_method": "GetTicket"}
    assert value(samples, "grpc_server_started_total", **get) == 0
    assert value(samples, "grpc_server_handled_total", grpc_code="NotFound", **get) == 0
    assert value(samples, "grpc_server_handling_seconds_count", **get) == 0
    assert value(samples, "grpc_server_started_total", grpc_type="server_stream", grpc_service="grpc.health.v1.Health", grpc_method="Watch") == 0
    for kind in ("early_reset", "ping", "settings", "self_reset", "empty_data"):
        assert value(samples, "weft_h2_abuse_total", kind=kind) == 0


def test_calls_and_requests_are_counted(metered):
    login = {"grpc_service": "csa.v1.AuthService", "grpc_method": "Login"}
    before = scrape(metered)
    Rpc(metered).code("csa.v1.AuthService", "Login", {"email": "a@example.com", "password": "wrong"})
    metered.call("POST", "/api/auth/login", json={"email": "a@example.com", "password": "wrong"})
    metered.call("GET", "/nothing")
    after = scrape(metered)

    def grown(name, **labels):
        return value(after, name, **labels) - (value(before, name, **labels) or 0)
    assert grown("grpc_server_started_total", **login) == 2
    assert grown("grpc_server_handled_total", grpc_code="Unauthenticated", **login) == 2
    assert grown("grpc_server_msg_received_total", **login) == 2
    assert grown("grpc_server_handling_seconds_count", **login) == 2
    rest = {"http_request_method": "POST", "http_route": "/api/auth/login", "http_response_status_code": "401"}
    assert grown("http_server_request_duration_seconds_count", **rest) == 1
    assert grown("http_server_request_duration_seconds_bucket", le="+Inf", **rest) == 1
    assert grown("http_server_request_duration_seconds_sum", **rest) > 0
    assert grown("http_server_request_duration_seconds_count", http_route="", http_response_status_code="404") == 1
    assert grown("weft_connections_accepted_total", listener="http") >= 2


def test_buckets_are_cumulative(metered):
    metered.call("GET", "/healthz")
    samples = scrape(metered)
    series = {}
    for (name, labels), count in samples.items():
        if name.endswith("_bucket"):
            le = dict(labels)["le"]
            series.setdefault((name, frozenset(l for l in labels if l[0] != "le")), []).append((float(le.replace("+Inf", "inf")), count))
    assert series
    for buckets in series.values():
        counts = [count for _, count in sorted(buckets)]
        assert counts == sorted(counts)


def test_nothing_else_is_served_there_nor_metrics_elsewhere(metered, server):
    base = f"http://{metered.ports['metrics']}"
    with httpx.Client(trust_env=False, timeout=30) as c:
        assert c.get(base + "/healthz").status_code == c.get(base + "/").status_code == c.get(base + "/api/tickets").status_code == 404
        assert c.post(base + "/metrics", content=b"x").status_code == 405
        assert c.head(base + "/metrics").content == b""
    for one in (metered, server):
        assert one.call("GET", "/metrics").status_code == 404
    assert "metrics" not in server.ports


def test_jobs_are_counted(tmp_path):
    with Server(tmp_path / "data", "--metrics", "127.0.0.1:0", env={"WEFT_JOBS": "off"}) as server:
        wait_for(lambda: value(scrape(server), "weft_jobs", kind="export", state="waiting") == 0, "the first count")
        person = new_person(server)
        document = person.document()["id"]
        for _ in range(3):
            ok(person.post("/ai/generate", {"document_id": document, "prompt": "写"}), 202)
        wait_for(lambda: value(scrape(server), "weft_jobs", kind="generation", state="waiting") == 3, "three texts to wait")
        assert value(scrape(server), "weft_jobs", kind="generation", state="running") == 0
