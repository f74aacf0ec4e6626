"""Every field of every request, as the descriptors name them, with values that nobody means: an answer that is documented, never a failure of the server's own."""
import json

import grpc
import pytest
from authorization import ADMIN, FieldOptions, http_request, methods
from authorization_cases import CASES, SECRET, World
from google.protobuf import json_format, message_factory
from google.protobuf.descriptor import FieldDescriptor
from server import Server

TEXTS = ["", "\0", "字" * 70_000, "x" * (1 << 20), "\u202e\ufeff\u2028", "' OR 1=1 --", "%s%n%d", "../../x", "\r\nBcc: a@example.com", "\ud7ff\U0010ffff", " "]
WHOLE = [0, -1, 2**31 - 1, -(2**31)]
LONG = [*WHOLE, 2**63 - 1, -(2**63)]
VALUES = {
    FieldDescriptor.TYPE_STRING: TEXTS, FieldDescriptor.TYPE_BYTES: [b"", b"\xff", bytes(1 << 20)], FieldDescriptor.TYPE_BOOL: [True, False],
    FieldDescriptor.TYPE_INT32: WHOLE, FieldDescriptor.TYPE_INT64: LONG}
# As JSON, where the reader decides on types too.
JSON = ["null", "true", "5", "-1", "1e400", "1.5", '"x"', '""', "[]", "{}", "[null]", '[["x"]]', '{"a": 1}', r'"\ud800"', '"2024-01-01"', "9" * 400,
        "[" * 200 + "]" * 200, '"' + "字" * 70_000 + '"']
FAILURES = {"INTERNAL", "UNKNOWN", "UNIMPLEMENTED", "DATA_LOSS", "UNAVAILABLE", "DEADLINE_EXCEEDED"}


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("values") / "data", env={"WEFT_JWT_SECRET": SECRET}) as server:
        yield server


@pytest.fixture(scope="module")
def world(own):
    return World(own)


@pytest.fixture(scope="module")
def known(world):
    return {method.path: method for method in methods(world.rpc)}


def begin(world, known, path):
    """The method, a valid request as a list of dicts, and the token that it goes with."""
    method, case = known[path], CASES[path]
    who = world.admin if method.rule.access == ADMIN else world.owner
    who = world.newcomer(who) if case.fresh else who
    body = case.request(world, who)
    return method, body if isinstance(body, list) else [body], who.token


def bent(message, descriptor):
    """The message with one field replaced, once for each value."""
    for field in descriptor.fields:
        if field.message_type:
            values = messages_of(field.message_type)
        else:
            values = VALUES[field.type]
        for value in values:
            other = type(message)()
            other.CopyFrom(message)
            other.ClearField(field.name)
            if field.is_repeated:
                getattr(other, field.name).extend([value] * 3 if not isinstance(value, (str, bytes)) or len(value) < 100 else [value])
            elif field.message_type:
                getattr(other, field.name).CopyFrom(value)
            else:
                setattr(other, field.name, value)
            yield field.name, value, other


def messages_of(descriptor):
    make = message_factory.GetMessageClass(descriptor)
    if descriptor.full_name == "google.protobuf.Timestamp":
        return [make(seconds=s, nanos=n) for s, n in ((2**63 - 1, 0), (-(2**63), 0), (0, -1), (0, 2**31 - 1), (253402300800, 0))]
    if descriptor.full_name == "google.protobuf.FieldMask":
        return [make(paths=p) for p in ([""], ["*"], ["nonsense"], ["a.b.c"], ["id", "status"], ["x"] * 5000)]
    return [make()]


@pytest.mark.parametrize("path", CASES)
def test_over_grpc(world, known, path):
    method, body, token = begin(world, known, path)
    request, response = method.request_class(), message_factory.GetMessageClass(method.descriptor.output_type)
    said = method.descriptor
    kind = ("stream" if said.client_streaming else "unary") + "_" + ("stream" if said.server_streaming else "unary")
    call = getattr(world.rpc.channel, kind)(
        "/" + method.path, request_serializer=request.SerializeToString, response_deserializer=response.FromString)
    first, *rest = [json_format.ParseDict(one, request()) for one in body]
    for name, value, message in bent(first, said.input_type):
        try:
            answer = call(iter([message, *rest]) if said.client_streaming else message, metadata=[("authorization", f"Bearer {token}")], timeout=30)
            if said.server_streaming:
                list(answer)
        except grpc.RpcError as error:
            where = f"{name} = {str(value)[:40]!r}: {error.code().name} {error.details()}"
            assert error.code().name not in FAILURES and error.details(), where


@pytest.mark.parametrize("path", CASES)
def test_over_rest(world, known, path):
    method, body, token = begin(world, known, path)
    if method.descriptor.client_streaming:
        return
    options = FieldOptions(world.rpc)
    for binding in [b for b in method.bindings if b.has_body]:
        whole = http_request(method, binding, body[0], options)
        names = [f.name for f in method.descriptor.input_type.fields if "{" + f.name + "}" not in binding.path and not options(f).header]
        for name in names:
            for value in JSON:
                known_keys = {k: v for k, v in (json.loads(whole["content"]) if "content" in whole else whole["data"]).items() if k != name}
                text = json.dumps(known_keys)[:-1] + (", " if known_keys else "") + f"{json.dumps(name)}: {value}}}"
                answer = world.http.request(whole["method"], whole["url"], content=text.encode(), headers={
                    **whole["headers"], "content-type": "application/json", "authorization": f"Bearer {token}"})
                where = f"{binding.verb} {binding.path} {name}: {value[:40]}: {answer.status_code} {answer.text[:200]}"
                assert answer.status_code < 500, where
                assert answer.status_code < 400 or answer.json()["detail"], where


NUMBERS = ["", "-1", "0", "1e3", "1.5", "９", "9" * 400, str(2**63), "0x1", "null", " 1", "+1", "%00", "true"]


@pytest.mark.parametrize("path", CASES)
def test_queries(world, known, path):
    method, body, token = begin(world, known, path)
    options = FieldOptions(world.rpc)
    for binding in [b for b in method.bindings if not b.has_body and b.verb == "GET"]:
        call = http_request(method, binding, body[0], options)
        headers = {**call["headers"], "authorization": f"Bearer {token}"}
        for field in method.descriptor.input_type.fields:
            if "{" + field.name + "}" in binding.path or options(field).header:
                continue
            others = {k: v for k, v in call["params"].items() if k != field.name}
            for value in [*NUMBERS, "字" * 2000, "' OR 1=1 --", "%", "%%%", "\u202e"]:
                for params in ({**others, field.name: value}, [*others.items(), (field.name, value), (field.name, value)]):
                    answer = world.http.request("GET", call["url"], params=params, headers=headers)
                    where = f"{binding.path} {field.name}={value[:40]!r}: {answer.status_code} {answer.text[:200]}"
                    assert answer.status_code < 500, where
                    assert answer.status_code < 400 or answer.json()["detail"], where
