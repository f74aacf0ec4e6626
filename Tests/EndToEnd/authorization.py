"""Who may call what: read from the descriptors that the running server reflects, and written down as docs/authorization.md.

    WEFT_BINARY=.build/debug/weft python Tests/EndToEnd/authorization.py --write

`test_authorization_matrix.py` makes every call of it. What the descriptors do not say is in `authorization_cases.py`. The co-writing
platform's part is `authorization_cowriting.py`.
"""
import argparse
import base64
import json
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from google.protobuf import json_format, message_factory
from google.protobuf.descriptor import FieldDescriptor
from rpc import Rpc
from server import Server

DOCUMENT = Path(__file__).parents[2] / "docs/authorization.md"
PACKAGES = ("csa.v1.", "csa.admin.v1.")
PUBLIC, USER, ADMIN = 1, 2, 3
# interface.md, "Errors".
HTTP_STATUS = {"OK": 200, "INVALID_ARGUMENT": 422, "FAILED_PRECONDITION": 400, "ALREADY_EXISTS": 400, "UNAUTHENTICATED": 401,
               "PERMISSION_DENIED": 403, "NOT_FOUND": 404, "RESOURCE_EXHAUSTED": 429}

# Who calls. The first five bear no token of this application that holds.
STRANGERS = ("no token", "garbage", "expired", "other audience", "OAuth token")
CALLERS = (*STRANGERS, "disabled", "foreign", "owner", "key", "administrator")


@dataclass(frozen=True)
class Answer:
    """What a call comes to: a gRPC code, and the text where it is an error."""
    code: str = "OK"
    text: str = ""
    # The REST status where interface.md's table is not enough.
    http: int = 0

    @property
    def status(self):
        return self.http or HTTP_STATUS[self.code]


OK = Answer()
NO_TOKEN = Answer("UNAUTHENTICATED", "无效的认证凭据")
DISABLED = Answer("PERMISSION_DENIED", "账号已被禁用")
NOT_ADMIN = Answer("PERMISSION_DENIED", "需要管理员权限")
KEY_REFUSED = Answer("PERMISSION_DENIED", "应用密钥不能管理登录凭据")


@dataclass
class Binding:
    verb: str
    path: str
    has_body: bool


@dataclass
class Method:
    """One RPC, and what its options say."""
    service: str
    name: str
    descriptor: object
    rule: object
    bindings: list = field(default_factory=list)

    @property
    def path(self):
        return f"{self.service}/{self.name}"

    @property
    def is_admin_package(self):
        return self.service.startswith("csa.admin.v1.")

    def documented(self, status):
        """The exact texts that the document gives for a status."""
        return [error.detail for error in self.rule.errors if error.status == status and error.detail]

    @property
    def foreign_text(self):
        """What somebody reads who names another user's object; None where the RPC names none."""
        texts = [t for t in self.documented(403) if t.startswith("无权")]
        return texts[0] if texts else None

    def request_class(self):
        return message_factory.GetMessageClass(self.descriptor.input_type)


def methods(rpc: Rpc, packages=PACKAGES):
    """Every RPC of the application that this server serves, in order of its name."""
    pool = rpc.pool
    rule, http = pool.FindExtensionByName("weft.v1.method"), pool.FindExtensionByName("google.api.http")
    options = message_factory.GetMessageClass(pool.FindMessageTypeByName("google.protobuf.MethodOptions"))
    found = []
    for service in rpc.services():
        if not service.startswith(packages):
            continue
        for descriptor in pool.FindServiceByName(service).methods:
            said = options.FromString(descriptor.GetOptions().SerializeToString())
            method = Method(service, descriptor.name, descriptor, said.Extensions[rule])
            if said.HasExtension(http):
                first = said.Extensions[http]
                for one in (first, *first.additional_bindings):
                    verb = one.WhichOneof("pattern")
                    method.bindings.append(Binding(verb.upper(), getattr(one, verb), bool(one.body)))
            found.append(method)
    return sorted(found, key=lambda m: (m.is_admin_package, m.service, m.name))


def expected(method: Method, caller: str, case) -> Answer:
    """What a valid request of this caller's comes to, by the options and, where they cannot know, by the case."""
    access = method.rule.access
    if caller in case.answers:
        return case.answers[caller]
    if access != PUBLIC:
        if caller in STRANGERS:
            return NO_TOKEN
        if caller == "disabled":
            return DISABLED
        if access == ADMIN and caller != "administrator":
            return NOT_ADMIN
        if method.rule.credentials and caller == "key":
            return KEY_REFUSED
        if access == USER and case.object and caller in ("foreign", "administrator"):
            return Answer("PERMISSION_DENIED", method.foreign_text)
    return case.answer


class FieldOptions:
    """What a field's options say to the REST face."""

    def __init__(self, rpc):
        self.extension = rpc.pool.FindExtensionByName("weft.v1.field")
        self.options = message_factory.GetMessageClass(rpc.pool.FindMessageTypeByName("google.protobuf.FieldOptions"))

    def __call__(self, descriptor: FieldDescriptor):
        return self.options.FromString(descriptor.GetOptions().SerializeToString()).Extensions[self.extension]


class Rules:
    """What the fields' rules refuse."""

    def __init__(self, rpc):
        self.extension = rpc.pool.FindExtensionByName("buf.validate.field")
        self.options = message_factory.GetMessageClass(rpc.pool.FindMessageTypeByName("google.protobuf.FieldOptions"))

    def broken(self, method: Method):
        """A field and a value that its rules refuse (422), as a dict; None where a request can break no rule."""
        for one in method.descriptor.input_type.fields:
            rules = self.options.FromString(one.GetOptions().SerializeToString()).Extensions[self.extension]
            if rules.string.max_len:
                return {one.name: "x" * (rules.string.max_len + 1)}
            if getattr(rules.string, "in"):
                return {one.name: "nonsense"}
            if rules.int32.HasField("lte"):
                return {one.name: rules.int32.lte + 1}
        return None


def http_request(method: Method, binding: Binding, body, options: FieldOptions):
    """The REST call that says what the RPC's request says, as keywords of `httpx.Client.request`."""
    if method.descriptor.client_streaming:
        return multipart_request(method, binding, body, options)
    body = {json_names(method).get(name, name): value for name, value in body.items()}
    if "update_mask" in body:
        # The keys that are there say it.
        mask = body.pop("update_mask").split(",")
        names = {f.json_name: f.name for f in method.descriptor.input_type.fields}
        body.update({names[path]: None for path in mask if names[path] not in body})
    path = re.sub(r"\{(\w+)\}", lambda m: quote(str(body.pop(m[1])), safe=""), binding.path)
    headers = {}
    for one in method.descriptor.input_type.fields:
        header = options(one).header
        if header and one.name in body:
            headers[header] = body.pop(one.name)
    call = {"method": binding.verb, "url": path, "headers": headers}
    if not binding.has_body:
        return {**call, "params": {k: str(v).lower() if isinstance(v, bool) else v for k, v in body.items()}}
    if method.rule.form:
        return {**call, "data": body}
    return {**call, "content": json.dumps(body), "headers": {**headers, "content-type": "application/json"}}


def json_names(method: Method):
    """Where the document writes a field otherwise than the proto."""
    return {f.name: f.json_name for f in method.descriptor.input_type.fields if f.name == "turnstile_token"}


def multipart_request(method: Method, binding: Binding, messages, options: FieldOptions):
    """The form whose fields and file the stream of messages is."""
    part = next((f, options(f).file_part) for f in method.descriptor.input_type.fields if options(f).HasField("file_part"))
    (piece, said), whole, content = part, {}, b""
    for message in messages:
        content += base64.b64decode(message.get(piece.name, ""))
        whole.update(message)
    whole.pop(piece.name, None)
    filename, content_type = whole.pop(said.filename_field, ""), whole.pop(said.content_type_field, "application/octet-stream")
    path = re.sub(r"\{(\w+)\}", lambda m: quote(str(whole.pop(m[1])), safe=""), binding.path)
    return {"method": binding.verb, "url": path, "headers": {}, "data": whole, "files": {said.name: (filename, content, content_type)}}


# The document

HEAD = """# Who may call what

Made by `Tests/EndToEnd/authorization.py --write` from the options of the RPCs that the server reflects; `test_authorization_matrix.py` and
`test_cowriting_authorization.py` make every one of these calls over gRPC, REST and a remote gateway, and fail when this file is not current.
First the customer service application, then the co-writing platform.

| column | the caller |
| --- | --- |
| stranger | no token, garbage, an expired token, one for another audience (co-writing), an OAuth access token |
| disabled | a user whose account was disabled after the token was made |
| foreign | another user, who names the owner's object |
| owner | the user whose object it is; where no object is named, whoever calls |
| key | the owner's application key |
| administrator | somebody with the role `admin`, who names the owner's object |
| absent | what an allowed caller reads who names an object that nobody has |

"yes" is an answer to the request itself, "own" too: the RPC names no object and is about the caller's own things. `401` is UNAUTHENTICATED
无效的认证凭据, `403` PERMISSION_DENIED and `404` NOT_FOUND with the text that follows; the texts are the same over REST. "403 disabled" is
账号已被禁用, "403 admins" 需要管理员权限, "403 keys" 应用密钥不能管理登录凭据. A refused call changes nothing. What else an RPC answers is in
[routes.md](routes.md).
"""

SHORT = {DISABLED: "403 disabled", NOT_ADMIN: "403 admins", KEY_REFUSED: "403 keys", NO_TOKEN: "401"}


def cell(answer: Answer, case) -> str:
    if answer in (OK, case.answer) and answer not in SHORT:
        return "yes"
    return SHORT.get(answer) or f"{answer.status} {answer.text}".strip()


def row(method: Method, case) -> str:
    strangers = {}
    for caller in STRANGERS:
        strangers.setdefault(cell(expected(method, caller, case), case), []).append(caller)
    said = "; ".join(text if len(strangers) == 1 else f"{text} ({', '.join(who)})" for text, who in strangers.items())
    cells = [said] + [cell(expected(method, caller, case), case) for caller in ("disabled", "foreign", "owner", "key", "administrator")]
    if method.rule.access == USER and not case.object:
        cells = [text.replace("yes", "own") for text in cells]
    absent = f"404 {case.absent_text(method)}" if case.object else ""
    routes = "<br>".join(f"{b.verb} {b.path}" for b in method.bindings)
    return "| " + " | ".join([method.name, routes, *cells, absent]) + " |"


def document(rpc) -> str:
    """Both applications'."""
    from authorization_cases import CASES
    from authorization_cowriting import part
    return HEAD + services(methods(rpc), CASES) + "\n" + part(rpc)


def services(found, cases) -> str:
    text = ""
    service = None
    for method in found:
        if method.service != service:
            service = method.service
            text += f"\n## {service}\n\n| RPC | REST | stranger | disabled | foreign | owner | key | administrator | absent |\n"
            text += "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
        text += row(method, cases[method.path]) + "\n"
    return text


def main():
    arguments = argparse.ArgumentParser(description="Prints docs/authorization.md, or writes it.")
    arguments.add_argument("--write", action="store_true")
    write = arguments.parse_args().write
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder) / "data") as server:
        text = document(Rpc(server))
    DOCUMENT.write_text(text) if write else print(text, end="")


if __name__ == "__main__":
    import authorization  # the same module that the cases import, not `__main__`
    authorization.main()
