"""Texts that are followed while they are written: a gRPC stream, Server-Sent Events in process and through `weft gateway`, a browser."""
import shutil
import socket
import subprocess
import threading

import grpc
import pytest
from browser import Browser
from cowriting import V1, admin, error, new_person, ok
from generations import Stream, generate, generation, settings, text_of, wait_for_end, written
from google.protobuf import json_format, message_factory
from model_server import Answer, Half, ModelServer, Refusal
from rpc import Rpc
from server import Server, wait_for
from test_remote_gateway import RemoteGateway


@pytest.fixture(scope="module")
def models():
    with ModelServer() as running:
        yield running


@pytest.fixture(scope="module")
def served(models, tmp_path_factory):
    with Server(tmp_path_factory.mktemp("live") / "data", "--metrics", "127.0.0.1:0", env=settings(models)) as running:
        yield running


@pytest.fixture(scope="module")
def remote(served):
    gateway = RemoteGateway(served.grpc)
    yield gateway
    assert gateway.stop() == 0


@pytest.fixture(scope="module")
def person(served):
    return new_person(served)


@pytest.fixture(scope="module")
def document(person):
    return person.document()


class Gates:
    """Lets the stub's next answer come piece by piece: `open()` one more."""

    def __init__(self, models, text="一二三四五六七八", pieces=4):
        self.left = threading.Semaphore(0)
        self.closed = False
        models.will(Answer(text=text, pieces=pieces, gate=self))

    def wait(self, timeout):
        return self.closed or self.left.acquire(timeout=timeout)

    def open(self, count=1):
        self.left.release(count)

    def close(self):
        self.closed = True


def watch(person, id, timeout=60, **more):
    """A stock client's call of WatchGeneration: iterate over its messages."""
    rpc = Rpc(person.server)
    method = rpc.method("cowriting.v1.GenerationService", "WatchGeneration")
    request, response = (message_factory.GetMessageClass(t) for t in (method.input_type, method.output_type))
    call = rpc.channel.unary_stream("/cowriting.v1.GenerationService/WatchGeneration", request_serializer=request.SerializeToString,
                                    response_deserializer=response.FromString)
    return call(request(generation_id=id, **more), metadata=[("authorization", f"Bearer {person.token}")], timeout=timeout)


# gRPC


def test_a_watcher_sees_each_piece_as_it_is_written(models, person, document):
    gates = Gates(models)
    made = generate(person, document["id"])
    call = watch(person, made["id"])
    first = next(call)
    seen = first.text
    while not seen:
        seen += next(call).text
    assert seen == "一二" and models.in_flight == 1
    for piece in ("三四", "五六"):
        gates.open()
        found = next(call)
        assert (found.text, found.status, found.attempt) == (piece, "processing", 1)
        assert found.position == len((seen := seen + piece).encode())
    gates.open()
    rest = list(call)
    assert seen + "".join(m.text for m in rest) == "一二三四五六七八" and rest[-1].status == "completed"
    # Again, from the middle, and from the end.
    assert [m.text for m in watch(person, made["id"], **{"from": 6, "attempt": 1})] == ["三四五六七八"]
    assert [(m.text, m.status) for m in watch(person, made["id"], **{"from": 24})] == [("", "completed")]
    assert "".join(m.text for m in watch(person, made["id"], **{"from": 6, "attempt": 9})) == "一二三四五六七八"


def test_only_whose_it_is_watches(served, person, document):
    done = written(person, document["id"])
    for who, id, code in ((new_person(served), done["id"], "NOT_FOUND"), (person, 999_999_999, "NOT_FOUND")):
        with pytest.raises(grpc.RpcError) as told:
            list(watch(who, id))
        assert told.value.code().name == code and told.value.details() == "生成记录不存在"


def test_a_failure_and_a_cancellation_reach_the_watcher(models, person, document):
    models.will(Half(text="前半"))
    made = generate(person, document["id"])
    found = list(watch(person, made["id"]))
    assert "".join(m.text for m in found) == "前半" and found[-1].status == "failed" and found[-1].error_message
    gates = Gates(models)
    made = generate(person, document["id"])
    call = watch(person, made["id"])
    while not next(call).text:
        pass
    ok(person.post(f"/ai/generations/{made['id']}/cancel", {}))
    assert [m.status for m in call][-1] == "cancelled"
    gates.close()


# Server-Sent Events


@pytest.fixture(params=["in process", "weft gateway"])
def face(request, served, remote):
    return served.url if request.param == "in process" else remote.url


def test_events_come_as_the_text_is_written(models, person, document, face):
    gates = Gates(models)
    made = generate(person, document["id"])
    with Stream(person, made["id"], url=face) as stream:
        assert stream.status == 200 and stream.headers["content-type"] == "text/event-stream"
        assert stream.headers["cache-control"] == "no-store" and stream.headers["x-accel-buffering"] == "no"
        assert "content-length" not in stream.headers
        found = [next(stream)]
        assert (found[0].name, found[0].data, found[0].id) == ("text", {"text": "一二"}, "1-6") and models.in_flight == 1
        for piece in ("三四", "五六"):
            gates.open()
            found.append(next(stream))
            assert found[-1].data == {"text": piece}
        gates.open()
        found += list(stream)
    assert text_of(found) == "一二三四五六七八" and [e.name for e in found][-1] == "completed" and found[-1].id == "1-24-end"
    # A client that comes back: in the middle, at the end of the text, after the end.
    with Stream(person, made["id"], last=found[1].id, url=face) as stream:
        again = list(stream)
    assert text_of(again) == "五六七八" and again[-1].name == "completed"
    with Stream(person, made["id"], last="1-24", url=face) as stream:
        assert [(e.name, e.id) for e in stream] == [("completed", "1-24-end")]
    with Stream(person, made["id"], last=found[-1].id, url=face) as stream:
        assert stream.status == 204 and list(stream) == []
    # What was read is of another attempt: all of it again.
    with Stream(person, made["id"], last="7-6", url=face) as stream:
        again = list(stream)
    assert [e.name for e in again] == ["restart", "text", "completed"] and text_of(again) == "一二三四五六七八"


def test_the_answer_begins_before_there_is_any_text(models, person, document, face):
    gates = Gates(models)
    models._answers[-1].latency = 2
    made = generate(person, document["id"])
    with Stream(person, made["id"], url=face, comments=True) as stream:
        assert stream.status == 200 and next(stream).name == ":" and generation(person, made["id"])["generated_content"] == ""
        gates.open(3)
        assert text_of(stream) == "一二三四五六七八"


@pytest.mark.parametrize("last", ["x", "1", "1-", "-1-2", "1-2-3", "1-2-end-", "9" * 30 + "-1", "a" * 33])
def test_a_wrong_last_event_id_is_refused(person, document, last):
    done = written(person, document["id"])
    answer = person.get(f"/ai/generations/{done['id']}/stream", )
    assert answer.status_code == 200
    answer = person.call("GET", f"/ai/generations/{done['id']}/stream", headers={"Last-Event-ID": last})
    assert answer.status_code == 422 and answer.json()["error"]["code"] == "VALIDATION_ERROR"


def test_refusals_are_envelopes(served, person, document):
    done = written(person, document["id"])
    assert served.call("GET", f"{V1}/ai/generations/{done['id']}/stream").status_code == 401
    answer = person.get("/ai/generations/999999999/stream")
    assert answer.status_code == 404 and answer.json()["error"]["message"] == "生成记录不存在"


def test_a_failure_and_a_cancellation_are_events(models, person, document):
    models.will(Refusal(400, "too long"))
    made = generate(person, document["id"])
    with Stream(person, made["id"]) as stream:
        found = list(stream)
    assert found[-1].name == "failed" and "too long" in found[-1].data["error_message"]
    gates = Gates(models)
    made = generate(person, document["id"])
    with Stream(person, made["id"]) as stream:
        assert next(stream).data == {"text": "一二"}
        ok(person.post(f"/ai/generations/{made['id']}/cancel", {}))
        assert [e.name for e in stream] == ["cancelled"]
    gates.close()


def test_silence_is_filled_with_comments(models, person, document, face):
    gates = Gates(models)
    made = generate(person, document["id"])
    with Stream(person, made["id"], url=face, comments=True) as stream:
        while next(stream).name != "text":
            pass
        assert next(stream).name == ":"
        gates.open(3)
        assert [e.name for e in stream][-1] == "completed"


def test_a_long_text_comes_in_events_of_moderate_size(models, person, document):
    text = "应急响应\n\"引号\"😀" * 20_000
    models.will(Answer(text=text, pieces=10))
    done = written(person, document["id"])
    assert done["generated_content"] == text
    with Stream(person, done["id"]) as stream:
        found = list(stream)
    assert text_of(found) == text and max(len(e.data.get("text", "").encode()) for e in found) <= 16 << 10
    middle = found[5].id
    with Stream(person, done["id"], last=middle) as stream:
        assert text_of(found[:6]) + text_of(stream) == text


def test_curl_shows_events_as_they_come(models, served, person, document):
    assert shutil.which("curl")
    gates = Gates(models)
    made = generate(person, document["id"])
    url = f"{served.url}{V1}/ai/generations/{made['id']}/stream"
    curl = subprocess.Popen(["curl", "-sS", "-N", "--noproxy", "*", "-H", f"Authorization: Bearer {person.token}", url], stdout=subprocess.PIPE, text=True)
    guard = threading.Timer(60, curl.kill)
    guard.start()
    lines = iter(curl.stdout.readline, "")
    assert next(line for line in lines if line.startswith("data")) == 'data: {"text":"一二"}\n' and models.in_flight == 1
    gates.open(3)
    assert "event: completed\n" in list(lines) and curl.wait(30) == 0
    guard.cancel()


def test_a_client_that_leaves_is_forgotten_and_the_text_is_written(models, served, person, document):
    gates = Gates(models)
    made = generate(person, document["id"])
    for _ in range(20):
        with Stream(person, made["id"]) as stream:
            assert next(stream).data == {"text": "一二"}
    gates.open(3)
    assert wait_for_end(person, made["id"])["generated_content"] == "一二三四五六七八"


def test_many_watch_one_text(models, served, person, document):
    gates = Gates(models)
    made = generate(person, document["id"])
    found, begun = [], threading.Barrier(65, timeout=60)

    def follow():
        with Stream(person, made["id"]) as stream:
            first = next(stream)
            begun.wait()
            found.append(text_of([first, *stream]))

    watchers = [threading.Thread(target=follow) for _ in range(64)]
    for one in watchers:
        one.start()
    begun.wait()
    gates.open(3)
    for one in watchers:
        one.join(60)
    assert found == ["一二三四五六七八"] * 64


def test_streams_take_little_of_the_memory_for_answers(models, served, person, document):
    """Downloads are counted with 1 MiB each of the 256 there are: 256 of them would turn everybody else away."""
    gates = Gates(models)
    made = generate(person, document["id"])
    host, port = served.ports["http"].split(":")
    request = f"GET {V1}/ai/generations/{made['id']}/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {person.token}\r\n\r\n".encode()
    sockets = [socket.create_connection((host, int(port)), timeout=60) for _ in range(400)]
    try:
        for one in sockets:
            one.sendall(request)
        assert {one.recv(12) for one in sockets} == {b"HTTP/1.1 200"}
        assert person.get("/ai/generations").status_code == 200
    finally:
        for one in sockets:
            one.close()
        gates.close()
    assert wait_for_end(person, made["id"])["status"] == "completed"


def test_one_user_does_not_watch_everybody_elses_memory_away(models, served, person, document):
    watcher, other = new_person(served), new_person(served)
    gates = Gates(models)
    made = generate(watcher, watcher.document()["id"])
    host, port = served.ports["http"].split(":")
    request = f"GET {V1}/ai/generations/{made['id']}/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {watcher.token}\r\n\r\n".encode()
    sockets = [socket.create_connection((host, int(port)), timeout=60) for _ in range(500)]
    try:
        for one in sockets:
            one.sendall(request)
        assert {one.recv(12) for one in sockets} == {b"HTTP/1.1 200"}
        error(watcher.get(f"/ai/generations/{made['id']}/stream"), 429, "同时查看的任务过多，请稍后再试")
        told = Rpc(served).code("cowriting.v1.GenerationService", "WatchGeneration", {"generation_id": made["id"]}, token=watcher.token)
        assert told == ("RESOURCE_EXHAUSTED", "同时查看的任务过多，请稍后再试")
        done = written(other, other.document()["id"])
        assert other.get(f"/ai/generations/{done['id']}/stream").status_code == 200
    finally:
        for one in sockets:
            one.close()
        gates.close()
    assert wait_for_end(watcher, made["id"])["status"] == "completed"
    # Who has left makes room.
    wait_for(lambda: watcher.get(f"/ai/generations/{made['id']}/stream").status_code == 200, "room for another watcher")


@pytest.mark.parametrize("end", ["logout", "disabled"])
def test_a_token_that_ends_ends_what_it_watches(models, served, end):
    watcher = new_person(served)
    gates = Gates(models)
    made = generate(watcher, watcher.document()["id"])
    call = watch(watcher, made["id"], timeout=60)
    next(call)
    with Stream(watcher, made["id"]) as stream:
        next(stream)
        if end == "logout":
            ok(watcher.post("/auth/logout", {}))
        else:
            Rpc(served).call("cowriting.v1.UserService", "SetUserActive", {"user_id": watcher.id, "is_active": False}, token=admin(served).token)
        rest = list(stream)
    assert {event.name for event in rest} <= {":", "text"}
    with pytest.raises(grpc.RpcError) as told:
        list(call)
    assert told.value.code().name == ("UNAUTHENTICATED" if end == "logout" else "PERMISSION_DENIED")
    error(watcher.get(f"/ai/generations/{made['id']}/stream"), 401 if end == "logout" else 403)
    gates.close()


def test_watchers_that_do_not_read_hold_little(models, tmp_path):
    def resident():
        status = open(f"/proc/{server.process.pid}/status").read()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) >> 10

    with Server(tmp_path / "data", env=settings(models)) as server:
        person = new_person(server)
        models.will(Answer(text="写" * 1_200_000, pieces=12))
        done = written(person, person.document()["id"])
        assert done["status"] == "completed"
        before = resident()
        host, port = server.ports["http"].split(":")
        request = f"GET {V1}/ai/generations/{done['id']}/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {person.token}\r\n\r\n".encode()
        sockets = []
        try:
            for _ in range(80):
                one = socket.socket()
                one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                one.settimeout(60)
                one.connect((host, int(port)))
                one.sendall(request)
                sockets.append(one)
            # The text is 3.4 MiB: 275 MiB if each held it, once.
            for one in sockets:
                assert one.recv(12) == b"HTTP/1.1 200"
            assert generation(person, done["id"])["status"] == "completed"
            assert resident() - before < 200
        finally:
            for one in sockets:
                one.close()


def test_a_head_of_a_stream_does_not_wait_for_its_end(models, served, person, document):
    gates = Gates(models)
    made = generate(person, document["id"])
    answer = person.call("HEAD", f"/ai/generations/{made['id']}/stream")
    assert answer.status_code == 200 and answer.headers["content-type"] == "text/event-stream"
    assert generation(person, made["id"])["status"] == "processing"
    gates.close()
    wait_for_end(person, made["id"])


def test_a_stock_client_watches_until_its_deadline_and_lets_go(models, person, document):
    gates = Gates(models)
    made = generate(person, document["id"])
    with pytest.raises(grpc.RpcError) as told:
        list(watch(person, made["id"], timeout=1))
    assert told.value.code().name == "DEADLINE_EXCEEDED"
    call = watch(person, made["id"])
    next(call)
    call.cancel()
    with pytest.raises(grpc.RpcError) as told:
        next(call)
    assert told.value.code().name == "CANCELLED" and generation(person, made["id"])["status"] == "processing"
    gates.close()
    assert wait_for_end(person, made["id"])["status"] == "completed"


def test_a_stream_counts_as_the_time_to_its_head(models, served, person, document):
    """`http_server_request_duration_seconds` would be useless as a measure of answers with streams of minutes in it."""
    import httpx
    gates = Gates(models)
    made = generate(person, document["id"])
    with Stream(person, made["id"]) as stream:
        next(stream)
        page = httpx.get(f"http://{served.ports['metrics']}/metrics", trust_env=False).text
        assert any(line.startswith("http_server_request_duration_seconds_count") and "/stream" in line and not line.endswith(" 0")
                   for line in page.splitlines()), page[:2000]
        gates.open(3)
        list(stream)


def test_a_drain_ends_streams_and_they_go_on_after_it(models, tmp_path):
    server = Server(tmp_path / "data", env=settings(models)).start()
    person = new_person(server)
    gates = Gates(models)
    made = generate(person, person.document()["id"])
    call = watch(person, made["id"])
    with Stream(person, made["id"]) as stream:
        first = next(stream)
        assert first.data == {"text": "一二"}
        stopped = threading.Thread(target=server.stop)
        stopped.start()
        # A clean end: a browser comes back by itself.
        assert list(stream) == []
        with pytest.raises(grpc.RpcError) as told:
            list(call)
        assert told.value.code().name == "UNAVAILABLE"
    stopped.join(60)
    gates.close()
    assert server.process.returncode == 0
    server.start()
    try:
        # Handed back, and written anew from the beginning.
        with Stream(person, made["id"], last=first.id) as stream:
            found = list(stream)
        assert [e.name for e in found][0] == "restart" and found[-1].name == "completed" and text_of(found) == Answer.text
        assert generation(person, made["id"])["generated_content"] == Answer.text
    finally:
        server.stop()


# A browser

FOLLOW = """
const [url, token, done] = arguments;
window.seen = []; window.ended = null;
(async () => {
  const answer = await fetch(url, {headers: {Authorization: 'Bearer ' + token}});
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '', text = '';
  const show = document.body.appendChild(document.createElement('pre'));
  for (;;) {
    const {value, done} = await reader.read();
    if (done) break;
    rest += value;
    for (let end; (end = rest.indexOf('\\n\\n')) >= 0; rest = rest.slice(end + 2)) {
      const fields = Object.fromEntries(rest.slice(0, end).split('\\n').filter(l => !l.startsWith(':')).map(l => [l.split(':')[0], l.slice(l.indexOf(':') + 2)]));
      if (!fields.event) continue;
      window.seen.push(fields.event);
      if (fields.event === 'text') { text += JSON.parse(fields.data).text; show.textContent = text; }
      else if (fields.event !== 'restart') window.ended = fields.event;
    }
  }
})().catch(e => { window.ended = String(e); });
"""


def test_a_browser_follows_a_text_as_it_is_written(models, served, person, document):
    gates = Gates(models, text="一二三四五六七八", pieces=4)
    made = generate(person, document["id"])
    with Browser() as browser:
        browser.open(served.url + "/docs")
        browser.driver.execute_script(FOLLOW, f"{served.url}{V1}/ai/generations/{made['id']}/stream", person.token)

        def shown():
            return browser.driver.execute_script("return (document.querySelector('body > pre') || {}).textContent || ''")

        wait_for(lambda: shown() == "一二", "the first piece on the page")
        assert browser.driver.execute_script("return window.ended") is None and generation(person, made["id"])["status"] == "processing"
        gates.open()
        wait_for(lambda: shown() == "一二三四", "the second piece on the page")
        gates.open(2)
        wait_for(lambda: browser.driver.execute_script("return window.ended") == "completed", "the end on the page")
        assert shown() == "一二三四五六七八"
