"""`weft call` against a stock grpcio server that knows nothing of Weft, and against our own."""
import concurrent.futures
import importlib
import json
import os
import subprocess
import sys

import grpc
import pytest
from certificates import Authority
from grpc_reflection.v1alpha import reflection
from server import BINARY, Server

# Options that bear our numbers and Google's, and mean something else or nothing: a caller has no business with them.
PROTO = """
syntax = "proto3";
package foreign;
import "google/protobuf/descriptor.proto";
message Other { string word = 1; }
message Broken { string nothing = 90; }
extend google.protobuf.MethodOptions { Other other = 50501; Broken http = 72295728; }
extend google.protobuf.ServiceOptions { string owner = 50501; }
extend google.protobuf.FieldOptions { Broken rules = 1159; }
message Note { string text = 1; int64 count = 2 [(rules) = {nothing: "x"}]; }
service Notes {
  option (owner) = "csa";
  rpc Echo(Note) returns (Note) { option (other) = {word: "x"}; option (http) = {nothing: "x"}; }
  rpc Collect(stream Note) returns (Note);
  rpc Expand(Note) returns (stream Note);
  rpc Talk(stream Note) returns (stream Note);
  rpc Fail(Note) returns (Note);
}
"""


@pytest.fixture(scope="module")
def foreign(tmp_path_factory):
    """HOST:PORT of a stock server; reflection v1alpha is all that it offers."""
    folder = tmp_path_factory.mktemp("foreign")
    (folder / "foreign.proto").write_text(PROTO)
    subprocess.run([sys.executable, "-m", "grpc_tools.protoc", "-I.", "--python_out=.", "--grpc_python_out=.", "foreign.proto"],
                   cwd=folder, check=True, timeout=60)
    sys.path.insert(0, str(folder))
    messages, stubs = importlib.import_module("foreign_pb2"), importlib.import_module("foreign_pb2_grpc")

    class Notes(stubs.NotesServicer):
        def Echo(self, request, context):
            said = dict(context.invocation_metadata())
            return messages.Note(text=request.text + said.get("x-secret", ""), count=request.count)

        def Collect(self, requests, context):
            texts = [note.text for note in requests]
            return messages.Note(text=",".join(texts), count=len(texts))

        def Expand(self, request, context):
            for number in range(request.count):
                yield messages.Note(text=request.text, count=number + 1)

        def Talk(self, requests, context):
            for note in requests:
                if note.text == "stop":
                    context.abort(grpc.StatusCode.ABORTED, "told to stop")
                yield messages.Note(text=note.text.upper())

        def Fail(self, request, context):
            context.abort(next(c for c in grpc.StatusCode if c.value[0] == request.count), "no luck")

    server = grpc.server(concurrent.futures.ThreadPoolExecutor(8))
    stubs.add_NotesServicer_to_server(Notes(), server)
    reflection.enable_server_reflection(["foreign.Notes", reflection.SERVICE_NAME], server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None)
    sys.path.remove(str(folder))


def call(*arguments, stdin="", env=None):
    done = subprocess.run([BINARY, "call", *arguments], input=stdin, capture_output=True, text=True, timeout=60, env={**os.environ, **(env or {})})
    return done.returncode, done.stdout, done.stderr


def replies(text):
    """The JSON values that were printed, one after another."""
    decoder, found, text = json.JSONDecoder(), [], text.strip()
    while text:
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:].strip()
    return found


def answer(*arguments, **more):
    code, out, error = call(*arguments, **more)
    assert code == 0, error
    return replies(out)


def test_a_foreign_server_is_looked_around_in(foreign):
    assert "foreign.Notes" in call(foreign, "list")[1].split()
    code, out, error = call(foreign, "list", "foreign.Notes")
    assert code == 0, error
    assert out.split()[0] == "foreign.Notes/Echo"
    assert "rpc Talk(stream foreign.Note) returns (stream foreign.Note);" in call(foreign, "describe", "foreign.Notes")[1]


def test_unary(foreign):
    assert answer(foreign, "foreign.Notes/Echo", '{"text":"你好","count":"7"}') == [{"text": "你好", "count": "7"}]
    assert answer("-d", '{"text":"a"}', foreign, "foreign.Notes/Echo") == [{"text": "a"}]
    assert answer("-d", "@", foreign, "foreign.Notes/Echo", stdin='{"text":"b"}\n') == [{"text": "b"}]
    assert answer(foreign, "foreign.Notes/Echo") == [{}]
    assert answer("-emit-defaults", foreign, "foreign.Notes/Echo") == [{"text": "", "count": 0}]


def test_client_streaming(foreign):
    assert answer(foreign, "foreign.Notes/Collect", '{"text":"a"}{"text":"b"} {"text":"}{"}') == [{"text": "a,b,}{", "count": "3"}]
    assert answer("-d", "@", foreign, "foreign.Notes/Collect", stdin='{"text":"a"}\n\n{"text":\n"b"}') == [{"text": "a,b", "count": "2"}]
    assert answer(foreign, "foreign.Notes/Collect") == [{}]
    many = "".join(f'{{"text":"{"x" * 1000}"}}\n' for _ in range(2000))
    assert answer("-d", "@", foreign, "foreign.Notes/Collect", stdin=many)[0]["count"] == "2000"


def test_server_streaming(foreign):
    assert [r["count"] for r in answer(foreign, "foreign.Notes/Expand", '{"count":3}')] == ["1", "2", "3"]


def test_bidirectional_is_a_conversation(foreign):
    """Each reply is there before the next request is written."""
    process = subprocess.Popen([BINARY, "call", "-d", "@", foreign, "foreign.Notes/Talk"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        for word in ("one", "two", "three"):
            process.stdin.write(json.dumps({"text": word}) + "\n")
            process.stdin.flush()
            lines = ""
            while not lines.endswith("}\n"):
                lines += process.stdout.readline()
            assert json.loads(lines) == {"text": word.upper()}
        process.stdin.close()
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()


def test_a_server_that_ends_the_call_is_not_typed_at(foreign):
    """The exit does not wait for the end of standard input."""
    process = subprocess.Popen([BINARY, "call", "-d", "@", foreign, "foreign.Notes/Talk"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdin.write('{"text":"stop"}\n')
    process.stdin.flush()
    assert process.wait(30) == 64 + 10
    assert "ABORTED: told to stop" in process.stderr.read()


@pytest.mark.parametrize("code", [c for c in grpc.StatusCode if c.value[0] != 0], ids=lambda c: c.name)
def test_the_exit_status_is_that_of_the_call(foreign, code):
    got, out, error = call(foreign, "foreign.Notes/Fail", json.dumps({"count": code.value[0]}))
    assert got == 64 + code.value[0] and out == "" and f"{code.name}: no luck" in error


@pytest.mark.parametrize("arguments, said", [
    (["foreign.Notes/Echo", '{"text":"a"} {"text":"b"}'], "takes one request"),
    (["foreign.Notes/Echo", "{"], "is not a foreign.Note"),
    (["foreign.Notes/Echo", '{"nothing":1}'], "nothing"),
    (["foreign.Notes/Collect", '{"text":"a"} x'], "is not a foreign.Note"),
    (["foreign.Notes/Nothing"], "has no RPC Nothing"),
    (["foreign.Nothing/Echo"], "foreign.Nothing"),
])
def test_no_call_is_made_of_mistakes(foreign, arguments, said):
    code, out, error = call(foreign, *arguments)
    assert code in (1, 64 + 5) and said in error and out == ""


@pytest.mark.parametrize("arguments, said", [
    (["nowhere", "list"], "HOST:PORT"), (["127.0.0.1:9", "Echo"], "package.Service/Method"),
    (["-d", "{}", "127.0.0.1:9", "a.B/C", "{}"], "-d"), (["-max-time", "0", "127.0.0.1:9", "list"], "-max-time"),
    (["-cert", "a.pem", "127.0.0.1:9", "list"], "--key"), (["-plaintext", "-tls", "127.0.0.1:9", "list"], "--plaintext"),
    (["-H", "no colon", "127.0.0.1:9", "list"], "name: value"),
    (["-expand-headers", "-H", "x: ${NOT_THERE_AT_ALL}", "127.0.0.1:9", "list"], "NOT_THERE_AT_ALL"),
])
def test_mistakes_in_the_arguments(arguments, said):
    code, _, error = call(*arguments)
    assert code == 64 and said in error


def test_headers_come_from_the_environment(foreign):
    header = ["-expand-headers", "-rpc-header", "x-secret: ${WEFT_TEST_SECRET}!"]
    assert answer(*header, foreign, "foreign.Notes/Echo", "{}", env={"WEFT_TEST_SECRET": "s3cret"}) == [{"text": "s3cret!"}]
    assert answer("-H", "x-secret: ${HOME}", foreign, "foreign.Notes/Echo", "{}") == [{"text": "${HOME}"}]


def test_time_is_bounded(foreign):
    process = subprocess.Popen([BINARY, "call", "-max-time", "0.2", "-d", "@", foreign, "foreign.Notes/Talk"],
                               stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.wait(30) == 64 + 4
    process.stdin.close()


def test_nobody_there():
    assert call("127.0.0.1:9", "list")[0] == 64 + 14


def test_certificates(tmp_path):
    ours = Authority(tmp_path)
    certificate, key = ours.issue("server")
    client = ours.issue("client")
    env = {"WEFT_TLS_CERT": certificate, "WEFT_TLS_KEY": key, "WEFT_TLS_CLIENT_CA": str(ours.ca)}
    with Server(tmp_path / "data", env=env, tls=True) as server:
        health = [server.grpc, "grpc.health.v1.Health/Check"]
        shown = ["-cacert", str(ours.ca), "-cert", client[0], "-key", client[1]]
        assert answer(*shown, *health) == [{"status": "SERVING"}]
        assert call("-cacert", str(ours.ca), *health)[0] == 64 + 14  # none shown
        assert call("-cert", client[0], "-key", client[1], *health)[0] == 64 + 14  # an authority nobody trusts
        assert call(*health)[0] == 64 + 14  # plain text
        assert call("-cacert", str(tmp_path / "none.pem"), *health)[0] == 1
