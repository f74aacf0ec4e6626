"""The faces that the authorization matrix is called over, and what a refused call must leave as it is."""
import sqlite3

import grpc
import httpx
from authorization import OK, Answer, FieldOptions, http_request
from google.protobuf import json_format, message_factory

FACES = ("gRPC", "REST", "gateway")


class Grpc:
    """Calls by the descriptors. `body` is the request, or makes one; what comes of it is `[(where, answer, text)]`."""

    def __init__(self, rpc):
        self.channel = rpc.channel

    def try_all(self, method, body, token):
        body = body() if callable(body) else body
        request = method.request_class()
        response = message_factory.GetMessageClass(method.descriptor.output_type)
        said = method.descriptor
        kind = {(False, False): "unary_unary", (True, False): "stream_unary", (False, True): "unary_stream"}[
            (said.client_streaming, said.server_streaming)]
        call = getattr(self.channel, kind)(
            "/" + method.path, request_serializer=request.SerializeToString, response_deserializer=response.FromString)
        messages = [json_format.ParseDict(one, request()) for one in (body if isinstance(body, list) else [body])]
        metadata = [("authorization", f"Bearer {token}")] if token else []
        try:
            answer = call(iter(messages) if said.client_streaming else messages[0], metadata=metadata, timeout=30)
            text = "".join(map(str, answer)) if said.server_streaming else json_format.MessageToJson(answer, ensure_ascii=False)
        except grpc.RpcError as error:
            return [("gRPC", Answer(error.code().name, error.details()), "")]
        return [("gRPC", OK, text)]


class Rest:
    """The same through every REST binding of the method."""

    def __init__(self, rpc, url):
        self.options = FieldOptions(rpc)
        self.http = httpx.Client(base_url=url, trust_env=False, timeout=30)

    def try_all(self, method, body, token):
        return [self.try_one(method, binding, body() if callable(body) else body, token) for binding in method.bindings]

    def try_one(self, method, binding, body, token):
        call = http_request(method, binding, body, self.options)
        if token:
            call["headers"]["authorization"] = f"Bearer {token}"
        answer = self.http.request(**call)
        where = f"{binding.verb} {binding.path}"
        if answer.status_code < 400:
            assert answer.status_code == (method.rule.success_status or 200) or method.rule.page, f"{where}: {answer.status_code}"
            return where, OK, answer.text
        assert answer.headers["content-type"].startswith("application/json"), where
        said = answer.json()
        return where, Answer(http=answer.status_code, text=self.text_of(said, method)), answer.text

    @staticmethod
    def text_of(said, method):
        if method.service.startswith("cowriting."):
            assert said.keys() == {"success", "error", "timestamp"} and said["success"] is False, said
            return said["error"]["message"]
        assert said.keys() == {"detail"} or method.service == "csa.v1.OAuthService", said
        return said["detail"]


def is_same(face, found, wanted):
    if face == "gRPC":
        return (found.code, found.text) == (wanted.code, wanted.text)
    return (found.status, found.text) == (wanted.status, wanted.text)


class State:
    """Everything that an application keeps, as far as a refused call could change it: every row but the time a key was last used, and every
    blob. `prefix` is that of its tables."""

    def __init__(self, data, prefix="csa"):
        self.prefix = prefix
        self.blobs = data / "blobs"
        self.database = sqlite3.connect(f"file:{data}/weft.db?mode=ro", uri=True, timeout=10)
        self.database.row_factory = sqlite3.Row
        self.version, self.kept = None, None

    def now(self):
        version = self.database.execute("PRAGMA data_version").fetchone()[0], sorted(map(str, self.blobs.rglob("*")))
        if version != self.version:
            self.version, self.kept = version, self.read()
        return self.kept

    def read(self):
        tables = [name for name, in self.database.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE ? ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL%'",
            (self.prefix + "\\_%",))]
        rows = set()
        for table in tables:
            for row in self.database.execute(f"SELECT * FROM {table}"):
                rows.add((table, *[(k, row[k]) for k in row.keys() if k != "last_used_at"]))
        return rows
