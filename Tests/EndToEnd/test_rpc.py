"""Every RPC with a stock client: by reflection, and with stubs that stock grpcio-tools makes of proto/."""
import subprocess
import sys
from pathlib import Path

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2  # noqa: F401  (from googleapis-common-protos)
from rpc import Rpc
from server import PASSWORD

PROTO = Path(__file__).parents[2] / "proto"


@pytest.fixture(scope="module")
def rpc(server):
    return Rpc(server)


def test_every_service_is_listed(rpc):
    assert set(rpc.services()) >= {"csa.v1.AuthService", "csa.v1.UserService", "csa.v1.TicketService",
                                   "csa.admin.v1.TicketAdminService", "csa.admin.v1.UserAdminService",
                                   "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                                   "grpc.reflection.v1alpha.ServerReflection"}


def test_the_whole_way_by_reflection(server, rpc):
    email = "rpc-user@example.com"
    rpc.call("csa.v1.AuthService", "SendCode", {"email": email})
    code = server.messages(email)[-1]["code"]
    user = rpc.call("csa.v1.AuthService", "Register", {"email": email, "password": PASSWORD, "verification_code": code})
    token = rpc.call("csa.v1.AuthService", "Login", {"email": email, "password": PASSWORD})["access_token"]
    assert rpc.call("csa.v1.AuthService", "Token", {"username": email, "password": PASSWORD})["token_type"] == "bearer"
    assert rpc.call("csa.v1.UserService", "GetMe", {}, token)["id"] == user["id"]
    assert rpc.call("csa.v1.UserService", "UpdateMe", {"bio": "x", "update_mask": "bio"}, token)["bio"] == "x"
    ticket = rpc.call("csa.v1.TicketService", "CreateTicket", {"title": "t", "ticket_type": "business", "content": "c"}, token)
    assert rpc.call("csa.v1.TicketService", "ListTickets", {}, token)["items"] == [ticket]
    assert rpc.call("csa.v1.TicketService", "UpdateTicket", {"ticket_id": ticket["id"], "title": "n"}, token)["title"] == "n"
    admin = server.admin_token()
    assert rpc.call("csa.admin.v1.TicketAdminService", "ListTickets", {"limit": 1}, admin)["items"][0]["id"] == ticket["id"]
    assert rpc.call("csa.admin.v1.TicketAdminService", "ReplyTicket", {"ticket_id": ticket["id"], "feedback": "f"}, admin)["feedback"] == "f"
    assert rpc.call("csa.admin.v1.UserAdminService", "ListUsers", {"keyword": "rpc-user"}, admin)["total"] == "1"
    assert rpc.call("csa.admin.v1.UserAdminService", "SetUserRole", {"user_id": user["id"], "role": "admin"}, admin)["role"] == "admin"
    assert rpc.call("csa.v1.TicketService", "DeleteTicket", {"ticket_id": ticket["id"]}, token) == {}
    assert rpc.call("csa.v1.UserService", "ChangePassword", {"old_password": PASSWORD, "new_password": "another-one"}, token)
    assert rpc.code("csa.v1.UserService", "GetMe", {}, token)[0] == "UNAUTHENTICATED"


def test_stubs_of_stock_tools(server, tmp_path):
    files = sorted(str(p.relative_to(PROTO)) for d in ("csa", "weft", "google/api", "buf") for p in (PROTO / d).rglob("*.proto"))
    subprocess.run([sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTO}", f"--python_out={tmp_path}", f"--grpc_python_out={tmp_path}", *files],
                   check=True, timeout=120)
    script = (
        "import sys, grpc\n"
        "from csa.v1 import auth_pb2, auth_pb2_grpc, ticket_pb2, ticket_pb2_grpc\n"
        "channel = grpc.insecure_channel(sys.argv[1])\n"
        "token = auth_pb2_grpc.AuthServiceStub(channel).Login(auth_pb2.LoginRequest(email=sys.argv[2], password=sys.argv[3]), timeout=20).access_token\n"
        "tickets = ticket_pb2_grpc.TicketServiceStub(channel)\n"
        "made = tickets.CreateTicket(ticket_pb2.CreateTicketRequest(title='t', ticket_type='technical', content='c'),\n"
        "                            metadata=[('authorization', 'Bearer ' + token)], timeout=20)\n"
        "print(made.id, made.created_at.seconds > 1700000000)\n")
    user = server.register()
    out = subprocess.run([sys.executable, "-c", script, server.grpc, user.email, PASSWORD], cwd=tmp_path, check=True, timeout=60,
                         capture_output=True, text=True).stdout.split()
    assert len(out[0]) == 24 and out[1] == "True"


@pytest.mark.parametrize("service, method, body, code", [
    ("csa.v1.AuthService", "SendCode", {"email": "x"}, "INVALID_ARGUMENT"),
    ("csa.v1.AuthService", "Login", {"email": "a@example.com", "password": "x"}, "UNAUTHENTICATED"),
    ("csa.v1.TicketService", "GetTicket", {"ticket_id": "x"}, "UNAUTHENTICATED"),
    ("csa.admin.v1.UserAdminService", "ListUsers", {}, "UNAUTHENTICATED"),
])
def test_refusals_bear_codes_and_chinese_texts(rpc, service, method, body, code):
    got, text = rpc.code(service, method, body)
    assert got == code and any("\u4e00" <= c <= "\u9fff" for c in text)


def test_administration_needs_the_role(rpc, user):
    for service, method, body in [("TicketAdminService", "ListTickets", {}), ("TicketAdminService", "ReplyTicket", {"ticket_id": "x", "feedback": ""}),
                                  ("UserAdminService", "ListUsers", {}), ("UserAdminService", "SetUserRole", {"user_id": user.id, "role": "admin"}),
                                  ("UserAdminService", "SetUserActive", {"user_id": user.id, "is_active": False})]:
        assert rpc.code(f"csa.admin.v1.{service}", method, body, user.token)[0] == "PERMISSION_DENIED"


def test_error_details_name_reason_and_field(server, rpc, user):
    descriptor = rpc.method("csa.v1.TicketService", "CreateTicket")
    try:
        rpc.call("csa.v1.TicketService", "CreateTicket", {"title": "x" * 201, "ticket_type": "technical", "content": "c"}, user.token)
        raise AssertionError("accepted")
    except grpc.RpcError as error:
        details = dict(error.trailing_metadata())["grpc-status-details-bin"]
    status = status_pb2.Status.FromString(details)
    bad = error_details_pb2.BadRequest()
    assert any(d.Unpack(bad) for d in status.details) and bad.field_violations[0].field == "title", descriptor


def test_unknown_rpcs_and_broken_frames(server):
    channel = grpc.insecure_channel(server.grpc)

    def code(path, data):
        try:
            channel.unary_unary(path, request_serializer=lambda x: x, response_deserializer=lambda x: x)(data, timeout=10)
        except grpc.RpcError as error:
            return error.code().name
        return "OK"
    assert code("/csa.v1.TicketService/Nothing", b"") == "UNIMPLEMENTED"
    assert code("/nothing.Service/Nothing", b"") == "UNIMPLEMENTED"
    for broken in (b"\xff\xff\xff", b"\x0a\x05ab", b"\x0a\x02\xff\xfe", b"\x0b" * 200):
        assert code("/csa.v1.AuthService/SendCode", broken) in ("INVALID_ARGUMENT", "INTERNAL")
    assert code("/csa.v1.AuthService/SendCode", b"\x0a\x01a" * 3_000_000) == "RESOURCE_EXHAUSTED"


def test_requests_of_health_are_names(server):
    channel = grpc.insecure_channel(server.grpc)
    call = channel.unary_unary("/grpc.health.v1.Health/Check", request_serializer=lambda x: x, response_deserializer=lambda x: x)
    with pytest.raises(grpc.RpcError) as error:
        call(b"\x0a\x80\x80\x08" + b"x" * 131072, timeout=10)
    assert error.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_health(server):
    from grpc_health.v1 import health_pb2, health_pb2_grpc
    stub = health_pb2_grpc.HealthStub(grpc.insecure_channel(server.grpc))
    assert stub.Check(health_pb2.HealthCheckRequest(), timeout=10).status == 1
    assert stub.Check(health_pb2.HealthCheckRequest(service="csa.v1.TicketService"), timeout=10).status == 1
    with pytest.raises(grpc.RpcError) as error:
        stub.Check(health_pb2.HealthCheckRequest(service="nothing"), timeout=10)
    assert error.value.code() == grpc.StatusCode.NOT_FOUND
    watch = stub.Watch(health_pb2.HealthCheckRequest(), timeout=10)
    assert next(watch).status == 1
    watch.cancel()


def test_expired_deadline(rpc, user):
    assert rpc.code("csa.v1.AuthService", "Login", {"email": user.email, "password": user.password}, timeout=0.001)[0] == "DEADLINE_EXCEEDED"
