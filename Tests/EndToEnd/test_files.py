"""Uploads and their contents (chapter 6), over REST and RPC, in process and through a remote gateway."""
import base64
import concurrent.futures
import hashlib
import hmac
import io
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.parse
import zipfile

import grpc
import httpx
import pytest
from google.protobuf import json_format, message_factory
from rpc import Rpc
from server import Server, wait_for
from test_remote_gateway import RemoteGateway

PDF = b"%PDF-1.4 documented"
MEBIBYTE = 1 << 20
LIMIT = 100 * MEBIBYTE
BOUNDARY = "weft-test-boundary"


@pytest.fixture(scope="module")
def remote(server):
    with RemoteGateway(server.grpc) as gateway:
        yield gateway


def send(base, method, path, token=None, **more):
    headers = dict(more.pop("headers", None) or {})
    if token:
        headers["Authorization"] = f"Bearer {token}"
    with httpx.Client(base_url=base, trust_env=False, timeout=60) as c:
        return c.request(method, path, headers=headers, **more)


def upload(user, name="document.pdf", data=PDF, said="application/pdf", tag=None, base=None):
    return send(base or user.server.url, "POST", "/api/upload", user.token, files={"file": (name, data, said)},
                data={} if tag is None else {"tag": tag})


def refusal(answer):
    return answer.status_code, answer.json()["detail"]


def uploaded(user, *arguments, **more):
    answer = upload(user, *arguments, **more)
    assert answer.status_code == 201, answer.text
    return answer.json()


def form(*parts, end=True, boundary=BOUNDARY):
    """A multipart body of (header of the part as it is sent, contents)."""
    body = b"".join(b"--%s\r\n%s\r\n\r\n%s\r\n" % (boundary.encode(), head if isinstance(head, bytes) else head.encode(), data)
                    for head, data in parts)
    return body + (b"--%s--\r\n" % boundary.encode() if end else b"")


def file_part(name='filename="document.pdf"', data=PDF, said="application/pdf"):
    name = name if isinstance(name, bytes) else name.encode()
    return b'Content-Disposition: form-data; name="file"; ' + name + b"\r\nContent-Type: " + said.encode(), data


def post_form(base, token, body, boundary=BOUNDARY):
    return send(base, "POST", "/api/upload", token, content=body, headers={"Content-Type": f"multipart/form-data; boundary={boundary}"})


def fetch(url, **headers):
    """The contents, as a stranger gets them who has the link."""
    with httpx.Client(trust_env=False, timeout=60) as c:
        return c.get(url, headers={k.replace("_", "-"): v for k, v in headers.items()})


def digest(data):
    return hashlib.sha256(data).hexdigest()


def blobs(server):
    """Every file in the blob store's directory, temporary ones too."""
    root = server.data / "blobs"
    return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file())


def rows(server, sql, *values):
    with sqlite3.connect(f"file:{server.data}/weft.db?mode=ro", uri=True, timeout=10) as database:
        return database.execute(sql, values).fetchall()


def pending(server):
    return rows(server, "SELECT key, lease_until FROM csa_pending_blobs")


# Uploads

def test_an_upload_is_as_documented_and_comes_back(user):
    data = PDF + os.urandom(300_000)
    body = uploaded(user, "document.pdf", data, tag="文档")
    assert set(body) == {"id", "filename", "file_size", "content_type", "tag", "oss_key", "download_url", "created_at"}
    assert (body["filename"], body["file_size"], body["content_type"], body["tag"]) == (
        "document.pdf", len(data), "application/pdf", "文档")
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", body["id"])
    assert re.fullmatch(rf"uploads/20\d\d/[01]\d/{body['id']}\.pdf", body["oss_key"])
    assert (user.server.data / "blobs" / body["oss_key"]).read_bytes() == data
    answer = fetch(body["download_url"])
    assert answer.status_code == 200 and answer.content == data
    expected = {
        "content-type": "application/pdf", "content-length": str(len(data)), "accept-ranges": "bytes", "etag": f'"{digest(data)}"',
        "content-disposition": 'attachment; filename="document.pdf"', "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox; default-src 'none'", "cross-origin-resource-policy": "cross-origin"}
    assert {name: answer.headers[name] for name in expected} == expected
    life = re.fullmatch(r"private, max-age=(\d+)", answer.headers["cache-control"])
    assert 3500 < int(life[1]) <= 3600
    assert rows(user.server, "SELECT hex(sha256) FROM csa_files WHERE id = ?", body["id"])[0][0].lower() == digest(data)
    assert not [key for key, _ in pending(user.server) if key == body["oss_key"]]


@pytest.mark.parametrize("tag, kept", [(None, None), ("", None), ("文" * 64, "文" * 64), (" x ", " x ")])
def test_a_tag(user, tag, kept):
    assert uploaded(user, tag=tag)["tag"] == kept


def test_a_tag_may_follow_the_file(user):
    body = form(file_part(), ('Content-Disposition: form-data; name="tag"', "文档".encode()))
    answer = post_form(user.server.url, user.token, body)
    assert answer.status_code == 201 and answer.json()["tag"] == "文档"


NAMES = [
    ('filename="document.pdf"', "document.pdf"),
    ('filename="项目文档.pdf"', "项目文档.pdf"),
    ("filename=document.pdf", "document.pdf"),
    # Browsers write quotes and line breaks so (Fetch, multipart/form-data encoding algorithm); curl puts a backslash before a quote.
    ('filename="say %22hi%22.pdf"', 'say "hi".pdf'),
    (r'filename="say \"hi\".pdf"', 'say "hi".pdf'),
    ('filename="a%0D%0Ab.pdf"', "ab.pdf"),
    ('filename="100%.pdf"', "100%.pdf"),
    ('filename="../../etc/报告.pdf"', "报告.pdf"),
    ('filename="C:\\\\fakepath\\\\报告.pdf"', "报告.pdf"),
    ('filename="photo\u202egpj.exe.pdf"', "photogpj.exe.pdf"),
    ('filename="a;b=c.pdf"', "a;b=c.pdf"),
    ("filename*=UTF-8''%E6%96%87%E6%A1%A3.pdf", "文档.pdf"),
    ("filename=\"__.pdf\"; filename*=UTF-8''%E6%96%87%E6%A1%A3.pdf", "文档.pdf"),
    ('filename="' + "长" * 251 + '.pdf"', "长" * 251 + ".pdf"),
]


@pytest.mark.parametrize("header, name", NAMES, ids=[str(n) for n in range(len(NAMES))])
def test_names_come_in_as_browsers_send_them_and_go_out_harmless(user, header, name):
    answer = post_form(user.server.url, user.token, form(file_part(header)))
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert body["filename"] == name
    assert re.fullmatch(r"[a-z0-9/.-]+", body["oss_key"])
    disposition = fetch(body["download_url"]).headers["content-disposition"]
    assert disposition.isascii() and disposition.isprintable()
    quoted, _, extended = disposition.removeprefix('attachment; filename="').partition('"')
    assert not set(quoted) & set('"\\/%')
    if extended:
        assert urllib.parse.unquote(extended.removeprefix("; filename*=UTF-8''")) == name
    else:
        assert quoted == name


@pytest.mark.parametrize("header, text", [
    ('filename=".."', "文件名无效"), ('filename="a/."', "文件名无效"), ('filename="\u202e"', "文件名无效"), ('filename="  "', "文件名无效"),
    ('filename="' + "长" * 252 + '.pdf"', "文件名长度不能超过255个字符"),
    ('filename=""', "file 不能为空"),
])
def test_names_that_are_refused(user, header, text):
    assert refusal(post_form(user.server.url, user.token, form(file_part(header)))) == (422, text)


def zipped(*names):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return buffer.getvalue()


PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c4890000000d49444154789c6260000000000500010d0a2db40000000049454e44ae426082"
                    .replace(" ", ""))
TYPES = [
    ("a.pdf", PDF, "application/pdf"), ("A.PDF", PDF, "application/pdf"), ("a.png", PNG, "image/png"),
    ("a.zip", zipped("a"), "application/zip"),
    ("a.docx", zipped("[Content_Types].xml", "word/document.xml"),
     "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("a.txt", "文本".encode(), "text/plain"), ("a.csv", "一,二\n".encode("gb18030"), "text/csv"), ("a.json", b'{"a":1}', "application/json"),
    ("empty.txt", b"", "text/plain"),
]


@pytest.mark.parametrize("name, data, content_type", TYPES, ids=[name for name, _, _ in TYPES])
def test_the_type_is_what_name_and_contents_say(user, name, data, content_type):
    body = uploaded(user, name, data, said="application/x-whatever")
    assert (body["content_type"], body["file_size"]) == (content_type, len(data))
    answer = fetch(body["download_url"])
    assert answer.status_code == 200 and answer.content == data and answer.headers["content-length"] == str(len(data))
    assert answer.headers["content-type"] == content_type


@pytest.mark.parametrize("name, data", [
    ("a.exe", b"MZ"), ("a", PDF), ("a.pdf.exe", PDF), ("a.html", b"<html>"), ("a.svg", b"<svg/>"), ("a.pdf", b"MZ\x90\0" + bytes(200)),
    ("a.png", PDF), ("a.txt", PNG), ("a.txt", PDF), ("a.json", b"\x7fELF" + bytes(100)), ("a.docx", PDF), ("a.pdf", b""),
    ("a.pdf", bytes(70_000)),
], ids=lambda value: value if isinstance(value, str) else value[:4].hex())
def test_types_that_are_not_supported_or_lie(user, name, data):
    before = blobs(user.server)
    assert refusal(upload(user, name, data)) == (400, "文件类型不支持")
    assert blobs(user.server) == before and not [p for p in pending(user.server)]


def test_refusals_of_the_form(user):
    url, token = user.server.url, user.token
    plain = ('Content-Disposition: form-data; name="file"', PDF)
    tag = ('Content-Disposition: form-data; name="tag"', b"x")
    assert refusal(post_form(url, token, form(plain))) == (422, "file 应为文件")
    assert refusal(post_form(url, token, form(tag))) == (422, "file 不能为空")
    assert refusal(post_form(url, token, form())) == (422, "file 不能为空")
    assert refusal(post_form(url, token, form(file_part(), file_part()))) == (422, "file 重复出现")
    assert refusal(post_form(url, token, form(tag, tag, file_part()))) == (422, "tag 重复出现")
    assert refusal(post_form(url, token, form(file_part(), end=False))) == (422, "表单数据不完整：缺少结束分隔符")
    long = ('Content-Disposition: form-data; name="tag"', ("长" * 65).encode())
    assert refusal(post_form(url, token, form(long, file_part()))) == (422, "文件标签（tag）长度不能超过64个字符")
    assert refusal(send(url, "POST", "/api/upload", token, json={}))[0] == 422
    assert refusal(send(url, "POST", "/api/upload", token, content=b"x", headers={"Content-Type": "multipart/form-data"}))[0] == 422
    wait_for(lambda: not pending(user.server), "nothing to be left")


def test_who_may_not_upload(server):
    assert refusal(send(server.url, "POST", "/api/upload", files={"file": ("a.pdf", PDF)})) == (401, "无效的认证凭据")
    assert refusal(send(server.url, "POST", "/api/upload", "x", files={"file": ("a.pdf", PDF)})) == (401, "无效的认证凭据")
    banned = server.register()
    Rpc(server).call("csa.admin.v1.UserAdminService", "SetUserActive", {"user_id": banned.id, "is_active": False}, server.admin_token())
    assert refusal(upload(banned)) == (403, "账号已被禁用")


class Half:
    """A connection that has sent the head of an upload and a part of the body."""

    def __init__(self, base, token, length, body=b"", expect=False):
        host, port = urllib.parse.urlsplit(base).netloc.split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=60)
        head = (f"POST /api/upload HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n"
                f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n")
        if token:
            head += f"Authorization: Bearer {token}\r\n"
        if expect:
            head += "Expect: 100-continue\r\n"
        self.socket.sendall(head.encode() + b"\r\n" + body)

    def answer(self):
        data = b""
        while b"\r\n\r\n" not in data:
            piece = self.socket.recv(65536)
            if not piece:
                break
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        status = int(head.split()[1])
        length = re.search(rb"(?i)content-length: (\d+)", head)
        while length and len(body) < int(length[1]):
            body += self.socket.recv(65536)
        return status, json.loads(body)["detail"] if body else None

    def close(self):
        self.socket.close()


BEGUN = form((*file_part(data=PDF + bytes(600_000)),), end=False)[:-2]


@pytest.mark.parametrize("way", ["in process", "remote"])
def test_what_is_too_large_is_refused_before_it_is_sent(user, remote, way):
    base = user.server.url if way == "in process" else remote.url
    assert Half(base, user.token, 102 * MEBIBYTE).answer() == (413, "文件过大")
    assert Half(base, user.token, 10**15, expect=True).answer() == (413, "文件过大")
    assert Half(base, None, LIMIT).answer() == (401, "无效的认证凭据")
    assert Half(base, None, LIMIT, expect=True).answer() == (401, "无效的认证凭据")
    welcome = Half(base, user.token, LIMIT, expect=True)
    assert welcome.answer() == (100, None)
    welcome.close()


@pytest.fixture(scope="module")
def largest(tmp_path_factory):
    path = tmp_path_factory.mktemp("largest") / "largest.pdf"
    block = os.urandom(MEBIBYTE)
    with path.open("wb") as file:
        file.write(PDF)
        for _ in range(99):
            file.write(block)
        file.write(block[len(PDF):])
    assert path.stat().st_size == LIMIT
    return path


def test_a_hundred_mebibytes_are_taken_and_one_byte_more_is_not(user, largest):
    with largest.open("rb") as file:
        body = uploaded(user, "largest.pdf", file)
    assert body["file_size"] == LIMIT
    with httpx.Client(trust_env=False, timeout=120) as c, c.stream("GET", body["download_url"]) as answer:
        seen, count = hashlib.sha256(), 0
        for piece in answer.iter_raw():
            seen.update(piece)
            count += len(piece)
    assert count == LIMIT and answer.headers["etag"] == f'"{seen.hexdigest()}"'
    before = blobs(user.server)
    with largest.open("ab") as file:
        file.write(b"x")
    with largest.open("rb") as file:
        assert refusal(upload(user, "largest.pdf", file)) == (413, "文件过大")
    wait_for(lambda: blobs(user.server) == before and not pending(user.server), "nothing to be left")


def test_an_upload_that_breaks_off_leaves_nothing(user):
    server = user.server
    before = blobs(server)
    half = Half(server.url, user.token, 50 * MEBIBYTE, BEGUN)
    wait_for(lambda: len(blobs(server)) == len(before) + 1 and pending(server), "the file to be begun")
    half.close()
    wait_for(lambda: blobs(server) == before and not pending(server), "nothing to be left")


def test_eight_at_once_for_a_user(server):
    user = server.register()
    halves = [Half(server.url, user.token, 50 * MEBIBYTE, BEGUN) for _ in range(8)]
    wait_for(lambda: len(pending(server)) == 8, "eight to be begun")
    answer = upload(user)
    assert refusal(answer) == (429, "同时上传的文件过多，请稍后再试") and answer.headers["retry-after"] == "5"
    assert upload(server.register()).status_code == 201
    for half in halves:
        half.close()
    wait_for(lambda: not pending(server), "nothing to be left")
    assert upload(user).status_code == 201


def test_many_at_once_come_back_whole(server):
    users = [server.register() for _ in range(4)]
    contents = [PDF + os.urandom(50_000 + 40_000 * n) for n in range(24)]
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        bodies = list(pool.map(lambda n: uploaded(users[n % 4], f"文件{n}.pdf", contents[n]), range(24)))
        answers = list(pool.map(lambda body: fetch(body["download_url"]).content, bodies))
    assert answers == contents
    assert len({body["oss_key"] for body in bodies}) == 24


def test_a_killed_server_leaves_nothing_once_it_is_back(tmp_path):
    server = Server(tmp_path / "data")
    with server:
        user = server.register()
        kept = uploaded(user)
        halves = [Half(server.url, user.token, 50 * MEBIBYTE, BEGUN) for _ in range(4)]
        wait_for(lambda: len(blobs(server)) == 5 and len(pending(server)) == 4, "four to be begun")
        server.stop(signal.SIGKILL)
        for half in halves:
            half.close()
        assert len(blobs(server)) == 5
        server.start()
        wait_for(lambda: blobs(server) == [kept["oss_key"]] and not pending(server), "the first housekeeping")
        link = server.call("POST", f"/api/files/{kept['id']}/download-url", user.token).json()["download_url"]
        assert fetch(link).content == PDF


# A limit on the size of files does what a full disk does, to the blob store alone; Python keeps the signal from killing what it becomes.
SMALL_FILES = """
import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (8 << 20, 8 << 20))
os.execvp(sys.argv[1], sys.argv[1:])
"""


def test_a_full_disk_is_said(tmp_path):
    with Server(tmp_path / "data", wrap=[sys.executable, "-c", SMALL_FILES]) as server:
        user = server.register()
        answer = upload(user, data=PDF + bytes(20 * MEBIBYTE))
        assert refusal(answer) == (507, "存储空间不足，请稍后再试")
        wait_for(lambda: not blobs(server) and not pending(server), "nothing to be left")
        assert upload(user).status_code == 201


# Links

def test_a_link_for_an_upload(user, other):
    body = uploaded(user, "文档.pdf")
    path = f"/api/files/{body['id']}/download-url"
    answer = user.call("POST", path)
    assert answer.status_code == 200 and set(answer.json()) == {"download_url", "expires_in"} and answer.json()["expires_in"] == 3600
    assert answer.json()["download_url"].startswith(f"{user.server.url}/api/files/{body['id']}/content?")
    assert fetch(answer.json()["download_url"]).content == PDF
    assert refusal(other.call("POST", path)) == (403, "无权访问此文件")
    assert refusal(user.server.call("POST", path, user.server.admin_token())) == (403, "无权访问此文件")
    assert refusal(user.server.call("POST", path)) == (401, "无效的认证凭据")
    for absent in ("00000000-0000-4000-8000-000000000000", "x", "507f1f77bcf86cd799439050", "%00"):
        assert refusal(user.call("POST", f"/api/files/{absent}/download-url"))[0] == 404


def test_links_that_do_not_hold(user):
    url = uploaded(user)["download_url"]
    another = uploaded(user)
    base, _, query = url.partition("?")
    given = dict(urllib.parse.parse_qsl(query))
    refused = (403, "下载链接无效或已过期")

    def link(path=base, **more):
        return path + "?" + urllib.parse.urlencode({k: v for k, v in {**given, **more}.items() if v is not None})

    assert fetch(link()).status_code == 200
    flipped = ("0" if given["signature"][0] != "0" else "1") + given["signature"][1:]
    for changed in (dict(signature=flipped), dict(signature=""), dict(signature=None), dict(signature="zz"), dict(signature=given["signature"][:-2]),
                    dict(expires=str(int(given["expires"]) + 1)), dict(expires="0" + given["expires"]), dict(expires="1"), dict(expires="x"),
                    dict(expires=None), dict(expires="99999999999999999999")):
        assert refusal(fetch(link(**changed))) == refused, changed
    foreign = base.replace(base.split("/")[-2], another["id"])
    assert refusal(fetch(link(foreign))) == refused
    assert refusal(fetch(link(base.replace(base.split("/")[-2], "x")))) == refused
    assert refusal(fetch(base)) == refused


def own_link(server, file_id, expires):
    """A link as the server signs it, until any moment."""
    key = hmac.digest((server.data / "hash.secret").read_bytes().strip(), b"weft download links", "sha256")
    signature = hmac.digest(key, f"{file_id}\n{expires}".encode(), "sha256").hex()
    return f"{server.url}/api/files/{file_id}/content?expires={expires}&signature={signature}"


def test_a_link_ends(user):
    body = uploaded(user)
    now = int(time.time())
    assert fetch(own_link(user.server, body["id"], now + 60)).status_code == 200
    assert refusal(fetch(own_link(user.server, body["id"], now - 1))) == (403, "下载链接无效或已过期")


# Contents

@pytest.fixture(scope="module")
def kept(user):
    data = PDF + bytes(range(256)) * 4000
    return uploaded(user, "范围.pdf", data)["download_url"], data


RANGES = [
    ("bytes=0-0", 0, 1), ("bytes=0-99", 0, 100), ("bytes=100-", 100, None), ("bytes=-100", -100, None), ("bytes=5-999999999", 5, None),
    ("bytes=-999999999", 0, None), ("Bytes=1-2", 1, 3), ("bytes=262143-262145", 262143, 262146), ("bytes=0-99999999999999999999", 0, None),
]


@pytest.mark.parametrize("way", ["in process", "remote"])
@pytest.mark.parametrize("wanted, start, end", RANGES, ids=[r[0] for r in RANGES])
def test_a_part(kept, remote, user, way, wanted, start, end):
    url, data = kept
    url = url if way == "in process" else url.replace(user.server.url, remote.url)
    answer = fetch(url, range=wanted)
    part = data[start:end]
    first = start if start >= 0 else len(data) + start
    assert answer.status_code == 206 and answer.content == part
    assert answer.headers["content-range"] == f"bytes {first}-{first + len(part) - 1}/{len(data)}"
    assert answer.headers["content-length"] == str(len(part)) and answer.headers["etag"] == f'"{digest(data)}"'


@pytest.mark.parametrize("wanted", ["bytes=0-1,5-6", "bytes=5-1", "bytes=x", "items=0-1", "bytes=", "0-1"])
def test_ranges_that_give_the_whole(kept, wanted):
    url, data = kept
    answer = fetch(url, range=wanted)
    assert answer.status_code == 200 and answer.content == data and "content-range" not in answer.headers


@pytest.mark.parametrize("wanted", ["bytes={size}-", "bytes=99999999999999999999-", "bytes=-0"])
def test_ranges_beyond_the_end(kept, wanted):
    url, data = kept
    answer = fetch(url, range=wanted.format(size=len(data)))
    assert refusal(answer) == (416, "请求的范围无法满足") and answer.headers["content-range"] == f"bytes */{len(data)}"


def test_conditions(kept):
    url, data = kept
    tag = f'"{digest(data)}"'
    for wanted in (tag, "*", f'"x", W/{tag}'):
        answer = fetch(url, if_none_match=wanted)
        assert answer.status_code == 304 and answer.content == b"" and answer.headers["etag"] == tag
    assert fetch(url, if_none_match='"x"').status_code == 200
    # Decided before the range is looked at (RFC 9110, 13.2.2).
    assert fetch(url, if_none_match=tag, range="bytes=0-1").status_code == 304
    assert fetch(url, if_range=tag, range="bytes=0-1").status_code == 206
    for wanted in ('"x"', f"W/{tag}", "Wed, 21 Oct 2015 07:28:00 GMT"):
        answer = fetch(url, if_range=wanted, range="bytes=0-1")
        assert answer.status_code == 200 and answer.content == data


def test_head(kept):
    url, data = kept
    with httpx.Client(trust_env=False) as c:
        answer = c.head(url)
    assert answer.status_code == 200 and answer.content == b""
    assert answer.headers["content-length"] == str(len(data)) and answer.headers["etag"] == f'"{digest(data)}"'
    assert answer.headers["content-type"] == "application/pdf" and answer.headers["accept-ranges"] == "bytes"


def test_a_page_of_another_origin_may_fetch_it(kept):
    url, data = kept
    answer = fetch(url, origin="https://app.example.com", range="bytes=0-9")
    assert answer.headers["access-control-allow-origin"] == "*"
    exposed = answer.headers["access-control-expose-headers"]
    assert all(name in exposed for name in ("content-disposition", "content-range", "accept-ranges", "etag"))
    with httpx.Client(trust_env=False) as c:
        preflight = c.options(url, headers={"Origin": "https://app.example.com", "Access-Control-Request-Method": "GET",
                                            "Access-Control-Request-Headers": "if-none-match,range"})
    assert preflight.status_code == 204 and preflight.headers["access-control-allow-headers"] == "if-none-match,range"


def test_curl_saves_and_goes_on_where_it_stopped(user, tmp_path):
    data = PDF + os.urandom(3 * MEBIBYTE)
    source = tmp_path / '引号"文档.pdf'
    source.write_bytes(data)
    escaped = str(source).replace('"', '\\"')
    said = subprocess.run(["curl", "-sS", "--noproxy", "*", "-H", f"Authorization: Bearer {user.token}", "-F", f'file=@"{escaped}"', "-F", "tag=a",
                           f"{user.server.url}/api/upload"], capture_output=True, text=True, check=True).stdout
    body = json.loads(said)
    assert body["filename"] == source.name, said
    target = tmp_path / "got.pdf"
    target.write_bytes(data[:MEBIBYTE])
    subprocess.run(["curl", "-sS", "--noproxy", "*", "-C", "-", "-o", str(target), body["download_url"]], check=True)
    assert target.read_bytes() == data


def test_a_file_whose_contents_are_gone(user):
    body = uploaded(user)
    contents = user.server.data / "blobs" / body["oss_key"]
    aside = contents.with_suffix(".aside")
    contents.rename(aside)
    try:
        assert refusal(fetch(body["download_url"])) == (404, "文件不存在")
    finally:
        aside.rename(contents)  # the server is everybody's, and a backup of it wants every file


def test_a_reader_who_goes_away_or_reads_slowly_harms_nobody(user):
    data = PDF + os.urandom(30 * MEBIBYTE)
    url = uploaded(user, data=data)["download_url"]
    target = urllib.parse.urlsplit(url)
    slow = []
    for _ in range(8):
        connection = socket.create_connection((target.hostname, target.port), timeout=60)
        connection.sendall(f"GET {target.path}?{target.query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        slow.append(connection)
    assert fetch(url).content == data
    for connection in slow:
        connection.close()
    assert fetch(url).content == data


# The remote gateway

def outcome(answer):
    headers = {name: value for name, value in answer.headers.items()
               if name not in ("date", "x-request-id", "connection", "cache-control", "strict-transport-security")}
    return answer.status_code, headers


def test_the_remote_gateway_answers_alike(user, remote, kept):
    url, _ = kept
    base, token = user.server.url, user.token

    def both(act):
        here, there = act(base), act(remote.url)
        assert outcome(here) == outcome(there)
        return here, there

    for more in ({}, {"range": "bytes=5-9"}, {"range": "bytes=999999999-"}, {"if_none_match": "*"}):
        here, there = both(lambda where: fetch(url.replace(base, where), **more))
        assert here.content == there.content
    here, there = both(lambda where: fetch(url.replace(base, where) + "0"))
    assert here.json() == there.json()
    bodies = [form(), form(file_part('filename="a.exe"')), form(file_part(), end=False), form(file_part('filename=".."')),
              form(file_part(), file_part())]
    for body in bodies:
        here, there = both(lambda where: post_form(where, token, body))
        assert here.json() == there.json()
    here, there = both(lambda where: post_form(where, "x", bodies[0]))
    assert here.json() == there.json()
    data = PDF + os.urandom(5 * MEBIBYTE)
    made = uploaded(user, "远程.pdf", data, base=remote.url, tag="文档")
    assert made["filename"] == "远程.pdf" and made["tag"] == "文档" and fetch(made["download_url"].replace(base, remote.url)).content == data


def test_an_upload_through_the_remote_gateway_that_breaks_off_leaves_nothing(user, remote):
    server = user.server
    before = blobs(server)
    half = Half(remote.url, user.token, 50 * MEBIBYTE, BEGUN)
    wait_for(lambda: len(blobs(server)) == len(before) + 1, "the file to be begun")
    half.close()
    wait_for(lambda: blobs(server) == before and not pending(server), "nothing to be left")


# RPC

class Streams(Rpc):
    def stream(self, service, method, messages, token=None):
        """The answer of a call with many requests, as a dict."""
        descriptor = self.method(service, method)
        request_class = message_factory.GetMessageClass(descriptor.input_type)
        response_class = message_factory.GetMessageClass(descriptor.output_type)
        call = self.channel.stream_unary(f"/{service}/{method}", request_serializer=request_class.SerializeToString,
                                         response_deserializer=response_class.FromString)
        answer = call((request_class(**message) for message in messages), timeout=120,
                      metadata=[("authorization", f"Bearer {token}")] if token else [])
        return json_format.MessageToDict(answer, preserving_proto_field_name=True)

    def stream_code(self, *arguments):
        try:
            self.stream(*arguments)
        except grpc.RpcError as error:
            return error.code().name, error.details()
        return "OK", ""

    def contents(self, request):
        descriptor = self.method("csa.v1.FileService", "GetFileContent")
        request_class = message_factory.GetMessageClass(descriptor.input_type)
        response_class = message_factory.GetMessageClass(descriptor.output_type)
        call = self.channel.unary_stream("/csa.v1.FileService/GetFileContent", request_serializer=request_class.SerializeToString,
                                         response_deserializer=response_class.FromString)
        return list(call(request_class(**request), timeout=60))


FILES, ADMIN_PROJECTS = "csa.v1.FileService", "csa.admin.v1.ProjectAdminService"


def test_a_stream_of_pieces_over_rpc(user):
    rpc = Streams(user.server)
    data = PDF + os.urandom(3 * MEBIBYTE)
    pieces = [{"data": data[n:n + 300_000]} for n in range(0, len(data), 300_000)]
    made = rpc.stream(FILES, "UploadFile", [{"filename": "流.pdf", "tag": "文档"}, *pieces], user.token)
    assert (made["filename"], made["file_size"], made["tag"]) == ("流.pdf", str(len(data)), "文档")
    assert fetch(made["download_url"]).content == data
    link = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(made["download_url"]).query))
    replies = rpc.contents({"file_id": made["id"], **link})
    assert b"".join(reply.data for reply in replies) == data and replies[0].content_type == "application/pdf"
    assert all(len(reply.data) <= 256 * 1024 for reply in replies)
    one = rpc.stream(FILES, "UploadFile", [{"filename": "一.pdf", "data": PDF}], user.token)
    assert one["file_size"] == str(len(PDF))


def test_refusals_over_rpc(user):
    rpc = Streams(user.server)

    def code(*messages, token=user.token):
        return rpc.stream_code(FILES, "UploadFile", messages, token)

    assert code({"filename": "a.pdf", "data": PDF}, token=None) == ("UNAUTHENTICATED", "无效的认证凭据")
    assert code() == ("INVALID_ARGUMENT", "file 不能为空")
    assert code({"data": PDF}) == ("INVALID_ARGUMENT", "file 不能为空")
    assert code({"filename": "a.pdf"}, {"filename": "b.pdf"}) == ("INVALID_ARGUMENT", "文件名只能提供一次")
    assert code({"filename": "a.exe"}) == ("FAILED_PRECONDITION", "文件类型不支持")
    assert code({"filename": "a.pdf", "data": b"MZ"}) == ("FAILED_PRECONDITION", "文件类型不支持")
    assert code({"filename": "a.pdf", "tag": "长" * 65}) == ("INVALID_ARGUMENT", "文件标签（tag）长度不能超过64个字符")
    status, text = code({"filename": "a.pdf", "data": PDF + bytes(5 * MEBIBYTE)})
    assert status == "RESOURCE_EXHAUSTED" and "4194304" in text
    block = bytes(4 * MEBIBYTE - 100)
    assert code({"filename": "a.pdf", "data": PDF}, *[{"data": block}] * 27) == ("RESOURCE_EXHAUSTED", "文件过大")
    wait_for(lambda: not pending(user.server), "nothing to be left")


# Files of projects

@pytest.fixture(scope="module")
def project(server, user):
    rpc = Streams(server)
    token = server.admin_token()
    made = rpc.call(ADMIN_PROJECTS, "CreateProject", {"owner_email": user.email, "name": "项目"}, token)
    return rpc, token, made["id"]


def add(project, filename, content=PDF, **more):
    rpc, token, project_id = project
    return rpc.call(ADMIN_PROJECTS, "AddProjectFile", {
        "project_id": project_id, "filename": filename, "content": base64.b64encode(content).decode(), **more}, token)


def test_administrators_put_files_into_projects(project, user, other):
    rpc, token, project_id = project
    said = add(project, "项目文档.pdf", b"no PDF at all", content_type="application/pdf", tag="文档")
    assert (said["filename"], said["content_type"], said["tag"], said["file_size"]) == ("项目文档.pdf", "application/pdf", "文档", "13")
    assert re.fullmatch(r"[0-9a-f]{24}", said["id"]) and said["oss_key"] == f"projects/{project_id}/files/{said['id']}.pdf"
    assert add(project, "x.bin")["content_type"] == "application/octet-stream"
    streamed = rpc.stream(ADMIN_PROJECTS, "UploadProjectFile", [
        {"project_id": project_id, "filename": "dir/100%_大.bin", "content_type": "application/x-own", "data": b"a"},
        *[{"data": bytes(MEBIBYTE)}] * 5, {"tag": "大"}], token)
    assert (streamed["filename"], streamed["file_size"], streamed["tag"]) == ("100%_大.bin", str(5 * MEBIBYTE + 1), "大")

    listed = user.call("GET", f"/api/projects/{project_id}/files").json()
    assert listed["total"] == 3 and [f["filename"] for f in listed["items"]] == ["100%_大.bin", "x.bin", "项目文档.pdf"]
    assert set(listed["items"][0]) == {"id", "project_id", "filename", "file_size", "content_type", "tag", "oss_key", "created_at", "updated_at"}
    for query, names in ((dict(filename="文档"), ["项目文档.pdf"]), (dict(filename="%_"), ["100%_大.bin"]), (dict(filename="X.B"), ["x.bin"]),
                         (dict(tag="文档"), ["项目文档.pdf"]), (dict(tag="文"), []), (dict(filename="pdf", tag="大"), []),
                         (dict(skip=1, limit=1), ["x.bin"]), (dict(filename="", tag=""), ["100%_大.bin", "x.bin", "项目文档.pdf"])):
        page = user.call("GET", f"/api/projects/{project_id}/files", params=query).json()
        assert [f["filename"] for f in page["items"]] == names, query
    assert refusal(user.call("GET", f"/api/projects/{project_id}/files", params={"limit": 501}))[0] == 422
    assert refusal(other.call("GET", f"/api/projects/{project_id}/files")) == (403, "无权访问此项目")
    assert refusal(user.call("GET", "/api/projects/507f1f77bcf86cd799439040/files")) == (404, "项目不存在")
    assert rpc.call(ADMIN_PROJECTS, "ListProjectFiles", {"project_id": project_id}, token)["total"] == "3"

    path = f"/api/projects/files/{said['id']}/download-url"
    answer = user.call("POST", path)
    assert answer.status_code == 200 and answer.json()["expires_in"] == 3600
    got = fetch(answer.json()["download_url"])
    assert got.content == b"no PDF at all" and got.headers["content-type"] == "application/pdf"
    assert urllib.parse.quote("项目文档.pdf") in got.headers["content-disposition"]
    assert refusal(other.call("POST", path)) == (403, "无权访问此文件")
    assert refusal(user.server.call("POST", path)) == (401, "无效的认证凭据")
    assert refusal(user.call("POST", "/api/projects/files/507f1f77bcf86cd799439050/download-url")) == (404, "文件不存在")
    assert refusal(user.call("POST", f"/api/projects/files/{uploaded(user)['id']}/download-url")) == (404, "文件不存在")
    assert refusal(user.call("POST", f"/api/files/{said['id']}/download-url")) == (404, "文件不存在")
    link = rpc.call(ADMIN_PROJECTS, "CreateProjectFileDownloadUrl", {"file_id": said["id"]}, token)["download_url"]
    assert fetch(link).content == b"no PDF at all"


def test_refusals_of_project_files(project, user):
    rpc, token, project_id = project
    one = {"project_id": project_id, "filename": "a.bin", "content": ""}

    def code(**more):
        return rpc.code(ADMIN_PROJECTS, "AddProjectFile", {**one, **more}, token)

    assert code(project_id="507f1f77bcf86cd799439040") == ("NOT_FOUND", "项目不存在")
    assert code(project_id="../x") == ("NOT_FOUND", "项目不存在")
    assert code(filename="..") == ("INVALID_ARGUMENT", "文件名无效")
    assert code(content_type="x\r\ny: z") == ("INVALID_ARGUMENT", "文件类型不是有效的媒体类型")
    assert code(tag="长" * 65) == ("INVALID_ARGUMENT", "文件标签（tag）长度不能超过64个字符")
    assert rpc.code(ADMIN_PROJECTS, "AddProjectFile", one, user.token)[0] == "PERMISSION_DENIED"

    def stream(*messages):
        return rpc.stream_code(ADMIN_PROJECTS, "UploadProjectFile", messages, token)

    assert stream() == ("INVALID_ARGUMENT", "file 不能为空")
    assert stream({"project_id": project_id}) == ("INVALID_ARGUMENT", "文件名不能为空")
    assert stream({"project_id": "x", "filename": "a"}) == ("NOT_FOUND", "项目不存在")
    assert stream({"project_id": project_id, "filename": "a"}, {"filename": "b"}) == ("INVALID_ARGUMENT", "文件名只能提供一次")
    assert rpc.code(ADMIN_PROJECTS, "DeleteProjectFile", {"file_id": uploaded(user)["id"]}, token) == ("NOT_FOUND", "文件不存在")
    assert rpc.code(ADMIN_PROJECTS, "CreateProjectFileDownloadUrl", {"file_id": uploaded(user)["id"]}, token) == ("NOT_FOUND", "文件不存在")


def test_deleted_files_and_projects_take_their_contents_along(tmp_path):
    with Server(tmp_path / "data") as server:
        user, rpc, token = server.register(), Streams(server), server.admin_token()
        ids = [rpc.call(ADMIN_PROJECTS, "CreateProject", {"owner_email": user.email, "name": "项目"}, token)["id"] for _ in range(2)]
        files = [add((rpc, token, project), f"{n}.bin", os.urandom(10)) for project in ids for n in range(3)]
        link = user.call("POST", f"/api/projects/files/{files[0]['id']}/download-url").json()["download_url"]
        kept = uploaded(user)
        rpc.call(ADMIN_PROJECTS, "DeleteProjectFile", {"file_id": files[0]["id"]}, token)
        assert refusal(fetch(link)) == (404, "文件不存在")
        assert rpc.code(ADMIN_PROJECTS, "DeleteProjectFile", {"file_id": files[0]["id"]}, token) == ("NOT_FOUND", "文件不存在")
        rpc.call(ADMIN_PROJECTS, "DeleteProject", {"project_id": ids[1]}, token)
        assert rpc.code(ADMIN_PROJECTS, "ListProjectFiles", {"project_id": ids[1]}, token) == ("NOT_FOUND", "项目不存在")
        acts = rpc.call("csa.admin.v1.AuditAdminService", "ListAuditEntries", {"limit": 100}, token)["items"]
        assert [a["action"] for a in acts if a.get("target") == files[0]["id"]] == ["project_file.delete", "project_file.add"]
        server.stop()
        server.start()
        wait_for(lambda: blobs(server) == sorted([kept["oss_key"], files[1]["oss_key"], files[2]["oss_key"]]), "the first housekeeping")
        wait_for(lambda: not pending(server), "nothing to be left")
