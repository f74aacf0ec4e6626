"""Calls the test services as a stock gRPC client does: through reflection, with grpcio. usage: stock_client.py PORT"""
import sys

import grpc
from google.protobuf import descriptor_pool, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from google.rpc import error_details_pb2, status_pb2

channel = grpc.insecure_channel(f"127.0.0.1:{sys.argv[1]}")
database = ProtoReflectionDescriptorDatabase(channel)
pool = descriptor_pool.DescriptorPool(database)
services = sorted(database.get_services())
assert "test.notes.Echo" in services and "grpc.health.v1.Health" in services, services


def walk(service):
    """Every method with its types, down to the last field."""
    seen = set()

    def visit(message):
        if message.full_name in seen:
            return
        seen.add(message.full_name)
        assert pool.FindMessageTypeByName(message.full_name) is message
        for field in message.fields:
            if field.message_type:
                visit(field.message_type)
            if field.enum_type:
                assert field.enum_type.values

    for method in pool.FindServiceByName(service).methods:
        visit(method.input_type)
        visit(method.output_type)


for name in services:
    walk(name)

note = message_factory.GetMessageClass(pool.FindMessageTypeByName("test.notes.Note"))


def method(kind, path):
    return getattr(channel, kind)(path, note.SerializeToString, note.FromString)


unary = method("unary_unary", "/test.notes.Echo/Unary")
assert unary(note(text="你好"), timeout=120).text == "你好"

reply, call = unary.with_call(note(), timeout=120, metadata=[("x-initial", "a"), ("x-trailing-bin", b"\x00\xff")])
assert ("x-initial", "a") in list(call.initial_metadata()), call.initial_metadata()
assert ("x-trailing-bin", b"\x00\xff") in list(call.trailing_metadata()), call.trailing_metadata()

collect = method("stream_unary", "/test.notes.Echo/Collect")
assert collect(iter([note(text=str(i)) for i in range(100)]), timeout=120) == note(text="99", count=100)
expand = method("unary_stream", "/test.notes.Echo/Expand")
assert [r.count for r in expand(note(count=500, data=b"x" * 2000), timeout=120)] == list(range(500))
update = method("stream_stream", "/test.notes.Echo/Update")
assert [r.count for r in update(iter([note(count=i) for i in range(300)]), timeout=120)] == list(range(300))


def error(invoke):
    try:
        invoke()
    except grpc.RpcError as e:
        return e
    raise AssertionError("no error")


def details(e):
    status = status_pb2.Status()
    for key, value in e.trailing_metadata():
        if key == "grpc-status-details-bin":
            status.ParseFromString(value)
    return status


misbehave = method("unary_unary", "/test.notes.Echo/Misbehave")
e = error(lambda: misbehave(note(text="rpc"), timeout=120))
assert (e.code(), e.details()) == (grpc.StatusCode.ABORTED, "工单正在修改"), e
info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
assert details(e).details[0].Unpack(info) and (info.reason, info.domain) == ("BUSY", "test")
assert details(e).details[1].Unpack(retry) and retry.retry_delay.seconds == 3
e = error(lambda: unary(note(text="elf Zeichen"), timeout=120))
bad = error_details_pb2.BadRequest()
assert e.code() == grpc.StatusCode.INVALID_ARGUMENT
assert any(d.Unpack(bad) for d in details(e).details) and bad.field_violations[0].field == "text"
e = error(lambda: misbehave(note(text="wait"), timeout=0.2))
assert e.code() == grpc.StatusCode.DEADLINE_EXCEEDED
pending = misbehave.future(note(text="wait"), timeout=120)
pending.cancel()
assert pending.cancelled()
e = error(lambda: method("unary_unary", "/test.notes.Echo/Missing")(note(), timeout=120))
assert e.code() == grpc.StatusCode.UNIMPLEMENTED and "/test.notes.Echo/Missing" in e.details()
e = error(lambda: unary(note(data=b"x" * 5_000_000), timeout=120))
assert e.code() == grpc.StatusCode.RESOURCE_EXHAUSTED and "4194304" in e.details(), e
for size in (3, 5_000, 3_000_000):
    reply = unary(note(text="a" * 3, data=b"x" * size), timeout=120, compression=grpc.Compression.Gzip)
    assert reply.data == b"x" * size, size
e = error(lambda: unary(note(data=b"x" * 5_000_000), timeout=120, compression=grpc.Compression.Gzip))
assert e.code() == grpc.StatusCode.RESOURCE_EXHAUSTED and "4194304" in e.details(), e
reply = collect(iter([note(text=str(i), data=b"y" * 2000) for i in range(100)]), timeout=120, compression=grpc.Compression.Gzip)
assert reply.count == 100
update_sizes = [r.count for r in update(iter([note(count=i, data=b"z" * 2000) for i in range(50)]), timeout=120, compression=grpc.Compression.Gzip)]
assert update_sizes == list(range(50))
e = error(lambda: unary(note(), timeout=120, compression=grpc.Compression.Deflate))
assert e.code() == grpc.StatusCode.UNIMPLEMENTED and "identity, gzip" in e.details(), e
e = error(lambda: method("unary_unary", "/test.notes.Book/Write")(note(), timeout=120))
assert (e.code(), e.details()) == (grpc.StatusCode.UNAUTHENTICATED, "无效的认证凭据")
reply = method("unary_unary", "/test.notes.Book/Write")(note(), timeout=120, metadata=[("authorization", "Bearer ann")])
assert reply.text == "ann"
print("stock client: ok")
