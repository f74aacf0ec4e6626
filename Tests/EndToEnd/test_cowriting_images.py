"""Images of documents: uploads over REST and RPC, what is refused, who may have them, what is left of them, and exports that show them."""
import base64
import concurrent.futures
import hashlib
import io
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.parse

import grpc
import httpx
import pytest
from cowriting import V1, admin, error, new_person, ok, page
from document_images import claims, jpeg, png, upload_image
from exporting import EXTENSIONS, blobs, ended, made, pdf_text, rows, word
from google.protobuf import message_factory
from lxml import html
from rpc import Rpc
from server import Server, wait_for
from test_backup import backup, restore
from test_buckets import KEYS as BUCKET_KEYS
from test_buckets import bucket  # noqa: F401
from test_cowriting_export_safety import Worker
from test_files import SMALL_FILES
from test_remote_gateway import RemoteGateway

SERVICE = "cowriting.v1.DocumentService"
LIMIT = 10 << 20
KEYS = {"id", "document_id", "file_name", "file_size", "width", "height", "markdown", "created_at"}
RED, BLUE = (200, 30, 30), (30, 30, 200)


@pytest.fixture(scope="module")
def remote(server):
    with RemoteGateway(server.grpc) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def person(server):
    return new_person(server)


@pytest.fixture(scope="module")
def document(person):
    return person.document()["id"]


def uploaded(person, document_id, *arguments, **more):
    return ok(upload_image(person, document_id, *arguments, **more), 201, "图片上传成功")


def path(document_id, image_id=None):
    return f"/documents/{document_id}/images" + ("" if image_id is None else f"/{image_id}")


def keys(server, document_id):
    return {key for (key,) in rows(server, "SELECT file_key FROM cw_document_images WHERE document_id = ?", document_id)}


def pending(server):
    return rows(server, "SELECT key, lease_until FROM cw_unwanted_blobs")


# Uploads

@pytest.mark.parametrize("name, data, kept, alternative, size", [
    ("厂区平面图.png", png(120, 80), "厂区平面图.png", "厂区平面图", (120, 80)),
    ("photo.JPG", jpeg(), "photo.JPG", "photo", (8, 8)),
    ("a.jpeg", jpeg(), "a.jpeg", "a", (8, 8)),
    # What a name says it is, the contents decide.
    ("page.html", png(), "page.html.png", "page.html", (12, 8)),
    ("图.png", jpeg(), "图.png.jpg", "图.png", (8, 8)),
    ("截图", png(), "截图.png", "截图", (12, 8)),
    ("../../etc/passwd", png(), "passwd.png", "passwd", (12, 8)),
    # A camera's own segments may be longer than one piece.
    ("camera.jpg", jpeg((b"\xff\xe1\xff\xff" + bytes(65533)) * 20), "camera.jpg", "camera", (8, 8)),
    ("[图1] *总* `a`_b_<c>.png", png(), "[图1] *总* `a`_b_<c>.png", r"\[图1\] \*总\* \`a\`\_b\_\<c\>", (12, 8)),
])
def test_an_upload_comes_back(person, document, name, data, kept, alternative, size):
    image = uploaded(person, document, name, data)
    assert set(image) == KEYS
    assert (image["document_id"], image["file_name"], image["file_size"]) == (document, kept, len(data))
    assert (image["width"], image["height"]) == size
    assert image["markdown"] == f"![{alternative}](weft-image:{image['id']})"
    answer = person.get(path(document, image["id"]))
    assert answer.status_code == 200 and answer.content == data
    expected = {
        "content-type": "image/png" if data.startswith(b"\x89PNG") else "image/jpeg", "content-length": str(len(data)),
        "accept-ranges": "bytes", "etag": f'"{hashlib.sha256(data).hexdigest()}"', "cache-control": "private, max-age=0",
        "x-content-type-options": "nosniff", "content-security-policy": "sandbox; default-src 'none'"}
    assert {name: answer.headers[name] for name in expected} == expected
    assert answer.headers["content-disposition"].startswith("inline; filename=")


def test_as_curl_sends_it(person, document, tmp_path):
    (tmp_path / "图.png").write_bytes(png(5, 5))
    done = subprocess.run(
        ["curl", "-sS", "--noproxy", "*", "-H", f"Authorization: Bearer {person.token}", "-F", f"file=@{tmp_path}/图.png",
         f"{person.server.url}{V1}{path(document)}"], capture_output=True, check=True, timeout=60)
    assert b'"file_name":"\xe5\x9b\xbe.png"' in done.stdout and b'"width":5' in done.stdout, done.stdout


def test_parts_and_conditions(person, document, remote):
    data = png(40, 40, size=700_000)
    image = uploaded(person, document, "大图.png", data)
    url = path(document, image["id"])
    part = person.call("GET", url, headers={"Range": "bytes=100-299999"})
    assert (part.status_code, part.headers["content-range"], part.content) == (206, f"bytes 100-299999/{len(data)}", data[100:300_000])
    tag = part.headers["etag"]
    assert person.call("GET", url, headers={"If-None-Match": tag}).status_code == 304
    assert person.call("GET", url, headers={"Range": "bytes=0-9", "If-Range": '"other"'}).content == data
    told = error(person.call("GET", url, headers={"Range": f"bytes={len(data)}-"}), 416, "请求的范围无法满足")
    assert told["code"] == "RANGE_NOT_SATISFIABLE"
    head = person.call("HEAD", url)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(data)))
    own = {"Authorization": f"Bearer {person.token}"}
    with httpx.Client(base_url=remote.url, trust_env=False, timeout=60, headers=own) as client:
        assert client.get(V1 + url).content == data
        answer = client.post(V1 + path(document), files={"file": ("远.png", data)})
        assert ok(answer, 201)["file_size"] == len(data)


# What is refused

@pytest.mark.parametrize("data, text", ids=map(str, range(14)), argvalues=[
    (b"GIF89a" + bytes(100), "仅支持PNG和JPEG图片"),
    (b"%PDF-1.4", "仅支持PNG和JPEG图片"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "仅支持PNG和JPEG图片"),
    (b"\x89PNG\r\n", "仅支持PNG和JPEG图片"),
    (png()[:20], "仅支持PNG和JPEG图片"),
    (b"\x89PNG\r\n\x1a\n" + bytes(100), "仅支持PNG和JPEG图片"),
    (jpeg()[:40], "仅支持PNG和JPEG图片"),
    # Arithmetic coding, twelve bits a sample.
    (jpeg().replace(b"\xff\xc0", b"\xff\xc9"), "仅支持PNG和JPEG图片"),
    (jpeg().replace(b"\xff\xc0\x00\x0b\x08", b"\xff\xc1\x00\x0b\x0c"), "仅支持PNG和JPEG图片"),
    (b"\xff\xd8\xff\xe1\x00\x00" + bytes(100), "仅支持PNG和JPEG图片"),
    (claims(6000, 4001), "图片不能超过2400万像素，边长不能超过30000像素"),
    (claims(30_001, 1), "图片不能超过2400万像素，边长不能超过30000像素"),
    (claims(2**31, 2**31), "图片不能超过2400万像素，边长不能超过30000像素"),
    (claims(0, 10), "图片不能超过2400万像素，边长不能超过30000像素"),
])
def test_what_is_no_image(person, document, data, text):
    before = keys(person.server, document)
    error(upload_image(person, document, "图.png", data), 422, text)
    assert keys(person.server, document) == before


def test_an_empty_file_is_none(person, document):
    error(upload_image(person, document, "图.png", b""), 422, "仅支持PNG和JPEG图片")


def test_the_largest(person, document):
    assert uploaded(person, document, "大.png", png(size=LIMIT))["file_size"] == LIMIT
    assert error(upload_image(person, document, "大.png", png(size=LIMIT + 1)), 413, "图片不能超过10MB")["code"] == "PAYLOAD_TOO_LARGE"
    error(upload_image(person, document, "大.png", png(size=13 << 20)), 413, "图片不能超过10MB")
    assert uploaded(person, document, "像素.png", claims(6000, 4000))["width"] == 6000


@pytest.mark.parametrize("name, text", [
    ("..", "文件名无效"), ("a/", "文件名无效"), ("长" * 256, "文件名长度不能超过255个字符")])
def test_names_that_are_refused(person, document, name, text):
    error(upload_image(person, document, name), 422, text)


def test_refusals_of_the_form(person, document):
    url = path(document)
    error(person.post(url, files={"other": ("a.png", png())}), 422)
    error(person.post(url, {"file": base64.b64encode(png()).decode()}), 400, "请求的Content-Type应为multipart/form-data")
    error(person.post(url, data={"file": "text"}, files={"x": ("", b"")}), 422)
    for method in ("PUT", "PATCH"):
        assert person.call(method, url, {}).status_code == 405


def test_the_form_cannot_name_another_document(person, document):
    other = person.document()["id"]
    image = ok(person.post(path(document), data={"document_id": str(other)}, files={"file": ("a.png", png())}), 201)
    assert image["document_id"] == document


# Whose

def test_only_who_may_write_the_document(server, person, document):
    image = uploaded(person, document)
    stranger, one = new_person(server), path(document, image["id"])
    error(upload_image(stranger, document), 404, "文档不存在")
    for answer in (stranger.get(path(document)), stranger.get(one), stranger.delete(one)):
        error(answer, 404, "文档不存在")
    error(upload_image(person, document, token=None), 401)
    error(server.call("GET", V1 + one), 401)
    # An image is had through its own document only.
    mine = stranger.document()["id"]
    error(stranger.get(path(mine, image["id"])), 404, "图片不存在")
    error(stranger.delete(path(mine, image["id"])), 404, "图片不存在")
    boss = admin(server)
    assert boss.get(one).content == png()
    ok(boss.delete(one), 200, "图片删除成功")
    error(person.get(one), 404, "图片不存在")


def test_lists(person):
    document = person.document()["id"]
    assert page(person.get(path(document)))["items"] == []
    made = [uploaded(person, document, f"{name}.png", png(size=200 + n)) for n, name in enumerate("bca")]
    assert page(person.get(path(document)))["items"] == made[::-1]
    second = page(person.get(path(document), page=2, size=2))
    assert (second["items"], second["total"], second["pages"]) == ([made[0]], 3, 2)
    assert [i["file_name"] for i in page(person.get(path(document), sort_by="file_name", sort_order="asc"))["items"]] == ["a.png", "b.png", "c.png"]
    assert page(person.get(path(document), sort_by="file_size"))["items"] == made[::-1]
    assert page(person.get(path(document), created_before=made[1]["created_at"]))["items"] == made[:1]
    error(person.get(path(document), sort_by="sha256"), 422)
    error(person.get(path(document), size=101), 422)


# How many

def test_two_hundred_are_the_most(server, person):
    document = person.document()["id"]
    first = uploaded(person, document)
    fill(server, document, 198, 1)
    uploaded(person, document)
    error(upload_image(person, document), 409, "文档图片不能超过200张")
    ok(person.delete(path(document, first["id"])))
    # Of many at once, as many as there is room for.
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: upload_image(person, document), range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    wait_for(lambda: not pending(server), "what was refused to be gone", 90)


def test_two_hundred_megabytes_are_the_most(server, person):
    document = person.document()["id"]
    fill(server, document, 1, (200 << 20) - 1000)
    uploaded(person, document, data=png(size=1000))
    error(upload_image(person, document, data=png(size=200)), 409, "文档图片总大小不能超过200MB")
    assert len(keys(server, document)) == 2


def fill(server, document, count, size):
    """Rows without objects, as the quota counts them."""
    with sqlite3.connect(server.data / "weft.db", timeout=30) as database:
        (owner,) = database.execute("SELECT user_id FROM cw_documents WHERE id = ?", (document,)).fetchone()
        database.executemany(
            "INSERT INTO cw_document_images (document_id, created_by, file_name, content_type, file_key, file_size, sha256, width, height, created_at)"
            " VALUES (?, ?, 'a.png', 'image/png', ?, ?, ?, 1, 1, 1)",
            [(document, owner, f"images/none/{document}-{n}", size, bytes(32)) for n in range(count)])


# What is left

def test_deleted_images_are_gone(server, person):
    project = person.project()["id"]
    documents = [person.document(project)["id"] for _ in range(3)]
    images = [uploaded(person, document) for document in documents]
    objects = set().union(*(keys(server, document) for document in documents))
    assert objects <= set(blobs(server)) and len(objects) == 3
    ok(person.delete(path(documents[0], images[0]["id"])))
    ok(person.delete(f"/documents/{documents[1]}"))
    error(person.get(path(documents[1], images[1]["id"])), 404, "文档不存在")
    ok(person.delete(f"/projects/{project}"))
    error(person.get(path(documents[2], images[2]["id"])), 404)
    assert not set().union(*(keys(server, document) for document in documents))
    wait_for(lambda: not objects & set(blobs(server)) and not pending(server), "the housekeeping", 90)


class Half:
    """A connection that has sent the head of an upload and a part of the body."""

    def __init__(self, person, document, length, body):
        host, port = urllib.parse.urlsplit(person.server.url).netloc.split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=60)
        head = (f"POST {V1}{path(document)} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\nAuthorization: Bearer {person.token}\r\n"
                "Content-Type: multipart/form-data; boundary=half\r\n\r\n"
                '--half\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n')
        self.socket.sendall(head.encode() + body)

    def close(self):
        self.socket.close()


def test_an_upload_that_breaks_off_leaves_nothing(server, person, document):
    before = blobs(server)
    half = Half(person, document, 9 << 20, png(size=2 << 20)[:1 << 20])
    wait_for(lambda: len(blobs(server)) == len(before) + 1, "the upload to begin")
    half.close()
    wait_for(lambda: blobs(server) == before and not pending(server), "nothing to be left")


def test_a_killed_server_leaves_nothing_once_it_is_back(tmp_path):
    server = Server(tmp_path / "data")
    with server:
        person = new_person(server)
        document = person.document()["id"]
        kept = uploaded(person, document)
        halves = [Half(person, document, 9 << 20, png(size=2 << 20)[:1 << 20]) for _ in range(4)]
        wait_for(lambda: len(blobs(server)) == 5 and len(pending(server)) == 4, "four to be begun")
        server.stop(signal.SIGKILL)
        for half in halves:
            half.close()
        assert len(blobs(server)) == 5
        server.start()
        wait_for(lambda: set(blobs(server)) == keys(server, document) and not pending(server), "the first housekeeping")
        assert person.get(path(document, kept["id"])).content == png()


def test_a_full_disk_is_said(tmp_path):
    with Server(tmp_path / "data", wrap=[sys.executable, "-c", SMALL_FILES]) as server:
        person = new_person(server)
        document = person.document()["id"]
        error(upload_image(person, document, data=png(size=9 << 20)), 507, "存储空间不足，请稍后再试")
        wait_for(lambda: not blobs(server) and not pending(server), "nothing to be left")
        uploaded(person, document)


def test_eight_at_once_for_a_user(person):
    document = person.document()["id"]
    halves = [Half(person, document, 1 << 20, b"") for _ in range(8)]
    told = wait_for(lambda: (answer := upload_image(person, document)).status_code == 429 and answer, "eight to be under way")
    error(told, 429, "同时上传的文件过多，请稍后再试")
    for half in halves:
        half.close()
    wait_for(lambda: upload_image(person, document).status_code == 201, "room again")


def test_an_image_whose_contents_are_gone(server, person, document):
    image = uploaded(person, document)
    (key,) = rows(server, "SELECT file_key FROM cw_document_images WHERE id = ?", image["id"])[0]
    (server.data / "blobs" / key).unlink()
    error(person.get(path(document, image["id"])), 404, "图片不存在")
    export, data = made(person, person_document(person, image["markdown"], document), "pdf")
    assert "图" in pdf_text(data)
    # The server is everybody's, and a backup of it wants all files.
    ok(person.delete(path(document, image["id"])))


def person_document(person, content, document_id):
    ok(person.put(f"/documents/{document_id}", {"content": content}))
    return document_id


# RPC

def stream(person, messages, token=...):
    rpc = Rpc(person.server)
    method = rpc.method(SERVICE, "UploadImage")
    request, response = (message_factory.GetMessageClass(kind) for kind in (method.input_type, method.output_type))
    call = rpc.channel.stream_unary(f"/{SERVICE}/UploadImage", request_serializer=request.SerializeToString,
                                    response_deserializer=response.FromString)
    token = person.token if token is ... else token
    return call((request(**message) for message in messages), timeout=60, metadata=[("authorization", f"Bearer {token}")] if token else [])


def code(person, *messages, **more):
    try:
        stream(person, messages, **more)
    except grpc.RpcError as refused:
        return refused.code().name, refused.details()
    return "OK", ""


def test_a_stream_of_pieces(person, document):
    data = png(33, 22, size=3 << 20)
    pieces = [{"data": data[n:n + 300_001]} for n in range(0, len(data), 300_001)]
    image = stream(person, [{"document_id": document, "file_name": "流.png"}, *pieces])
    assert (image.file_name, image.file_size, image.width, image.height) == ("流.png", len(data), 33, 22)
    assert person.get(path(document, image.id)).content == data
    one = stream(person, [{"document_id": document, "file_name": "逐.jpg"}, *({"data": bytes([byte])} for byte in jpeg())])
    assert (one.file_size, one.width) == (len(jpeg()), 8)
    assert stream(person, [{"document_id": document, "file_name": "一.png", "data": png()}]).width == 12
    rpc = Rpc(person.server)
    method = rpc.method(SERVICE, "GetImage")
    request, response = (message_factory.GetMessageClass(kind) for kind in (method.input_type, method.output_type))
    call = rpc.channel.unary_stream(f"/{SERVICE}/GetImage", request_serializer=request.SerializeToString, response_deserializer=response.FromString)
    replies = list(call(request(document_id=document, image_id=image.id), timeout=60, metadata=[("authorization", f"Bearer {person.token}")]))
    assert b"".join(reply.data for reply in replies) == data and replies[0].content_type == "image/png"


def test_refusals_over_rpc(person, document):
    first = {"document_id": document, "file_name": "a.png"}
    assert code(person) == ("INVALID_ARGUMENT", "file 不能为空")
    assert code(person, {"document_id": document}) == ("INVALID_ARGUMENT", "file 不能为空")
    assert code(person, {"document_id": document, "data": png()}) == ("INVALID_ARGUMENT", "file 不能为空")
    assert code(person, first, first) == ("INVALID_ARGUMENT", "文件名只能提供一次")
    assert code(person, {"file_name": "a.png", "data": png()}) == ("NOT_FOUND", "文档不存在")
    assert code(person, first, {"data": b"GIF89a--"}) == ("INVALID_ARGUMENT", "仅支持PNG和JPEG图片")
    many = [{"data": png(size=LIMIT + 1)[n:n + 1_000_000]} for n in range(0, LIMIT + 1, 1_000_000)]
    assert code(person, first, *many) == ("RESOURCE_EXHAUSTED", "图片不能超过10MB")
    assert code(person, first, {"data": png()}, token=None) == ("UNAUTHENTICATED", "无效的认证凭据")


# Exports

def shown(format, data):
    """The bytes of the images that a file has, in order."""
    if format == "word":
        found = word(data)
        parts = [part for rel in found.part.rels.values() if "image" in rel.reltype for part in [rel.target_part]]
        return sorted(part.blob for part in parts)
    if format == "html":
        sources = html.fromstring(data).xpath("//img/@src")
        assert all(re.match(r"data:image/(png|jpeg);base64,", source) for source in sources), [s[:40] for s in sources]
        return sorted(base64.b64decode(source.split(",", 1)[1]) for source in sources)
    raise AssertionError(format)


def pdf_images(data):
    listed = subprocess.run(["pdfimages", "-list", "-"], input=data, capture_output=True, check=True, timeout=60).stdout.decode().splitlines()[2:]
    return sorted((int(line.split()[3]), int(line.split()[4])) for line in listed if line.split()[2] == "image")


def test_exports_show_the_images_of_their_document(person):
    document = person.document()["id"]
    first = uploaded(person, document, "厂区[平面]图.png", png(120, 80, RED))
    second = uploaded(person, document, "照片.jpg", jpeg())
    content = f"# 图\n\n文字{first['markdown']}之间。\n\n| 图 |\n| --- |\n| ![照片](weft-image:{second['id']}) |\n\n[参考]: weft-image:{first['id']}\n\n![再次][参考]\n"
    person_document(person, content, document)
    _, data = made(person, document, "pdf")
    assert set(pdf_images(data)) == {(120, 80), (8, 8)}
    for format in ("word", "html"):
        _, data = made(person, document, format)
        assert set(shown(format, data)) == {png(120, 80, RED), jpeg()}, format
    assert [img.get("alt") for img in html.fromstring(data).xpath("//img")] == ["厂区[平面]图", "照片", "再次"]
    _, data = made(person, document, "markdown")
    assert f"weft-image:{first['id']}" in data.decode()


def test_what_an_export_does_not_show(server, person):
    """Somebody else's images, those of another document, deleted ones, and whatever else a text calls an image."""
    document, other = person.document()["id"], person.document()["id"]
    stranger = new_person(server)
    foreign = uploaded(stranger, stranger.document()["id"])["id"]
    elsewhere, gone = uploaded(person, other)["id"], uploaded(person, document)["id"]
    kept = uploaded(person, document, data=png(3, 3, BLUE))["id"]
    ok(person.delete(path(document, gone)))
    names = [f"weft-image:{foreign}", f"weft-image:{elsewhere}", f"weft-image:{gone}", f"weft-image:0{kept}", f"weft-image:+{kept}",
             f"weft-image:{kept}x", f"WEFT-IMAGE:{kept}", f"weft-image:{2**63}", "weft-image:", f"weft-image://{kept}", "file:///etc/passwd",
             "http://127.0.0.1:1/a.png", "/etc/passwd"]
    content = "\n\n".join(f"![替代{n}]({name})" for n, name in enumerate(names)) + f"\n\n![有](weft-image:{kept})\n"
    person_document(person, content, document)
    for format in ("pdf", "word", "html"):
        _, data = made(person, document, format)
        if format == "pdf":
            assert pdf_images(data) == [(3, 3)]
            assert all(f"替代{n}" in pdf_text(data) for n in range(len(names)))
        else:
            assert shown(format, data) == [png(3, 3, BLUE)], format


def test_an_old_version_shows_what_is_left(person):
    document = person.document()["id"]
    image = uploaded(person, document, "图纸.png")
    person_document(person, image["markdown"], document)
    ok(person.delete(path(document, image["id"])))
    _, data = made(person, document, "pdf")
    assert pdf_images(data) == [] and "图纸" in pdf_text(data)


def test_an_image_that_is_broken_inside(person):
    """Its head is right, the rest is not: the text shows what it says in its place, or nothing; the file is there."""
    document = person.document()["id"]
    broken = [uploaded(person, document, f"{n}.png", data) for n, data in enumerate((
        png(100, 100)[:60], png(50, 50)[:40] + bytes(200), claims(5000, 4000), jpeg()[:-6], jpeg()[:-2]))]
    person_document(person, "\n\n".join(image["markdown"] for image in broken) + "\n\n结尾", document)
    for format in EXTENSIONS:
        found, data = made(person, document, format)
        assert found["file_size"] == len(data)
        if format == "pdf":
            assert "结尾" in pdf_text(data)


def test_a_document_with_many_images(person):
    document = person.document()["id"]
    images = [uploaded(person, document, f"{n}.png", png(600 + n, 400, (n * 9 % 256, 80, 160))) for n in range(30)]
    person_document(person, "\n\n".join(f"第{n}幅\n\n{image['markdown']}" for n, image in enumerate(images)), document)
    _, data = made(person, document, "pdf")
    assert pdf_images(data) == [(600 + n, 400) for n in range(30)]


def test_a_worker_shows_them(tmp_path):
    with Server(tmp_path / "data", env={"WEFT_JOBS": "off"}) as server, Worker(server):
        person = new_person(server)
        document = person.document()["id"]
        person_document(person, uploaded(person, document, data=png(31, 17))["markdown"], document)
        _, data = made(person, document, "pdf")
        assert pdf_images(data) == [(31, 17)]


# Other places

def test_images_of_a_bucket(tmp_path, bucket):  # noqa: F811
    with Server(tmp_path / "data", "--blob-url", bucket.url(), env=BUCKET_KEYS) as server:
        person = new_person(server)
        document = person.document()["id"]
        data = png(64, 48, size=7 << 20)
        image = uploaded(person, document, "图.png", data)
        (key,) = keys(server, document)
        assert re.fullmatch(r"images/20\d\d/[01]\d/[0-9a-f-]{36}", key)
        assert bucket.control(object=key) == {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "type": "image/png"}
        assert person.get(path(document, image["id"])).content == data
        part = person.call("GET", path(document, image["id"]), headers={"Range": "bytes=6000000-"})
        assert part.status_code == 206 and part.content == data[6_000_000:]
        person_document(person, image["markdown"], document)
        for format in ("pdf", "html"):
            _, file = made(person, document, format)
            assert pdf_images(file) == [(64, 48)] if format == "pdf" else shown(format, file) == [data]
        # A bucket that is out of order.
        bucket.control(fail="500", method="PUT", times=3, contains="/images/")
        error(upload_image(person, document), 503)
        wait_for(lambda: not bucket.uploads() and not pending(server), "nothing to be left")
        assert len(keys(server, document)) == 1
        half = Half(person, document, 9 << 20, png(size=9 << 20)[:7 << 20])
        wait_for(bucket.uploads, "the upload to be begun")
        half.close()
        wait_for(lambda: not bucket.uploads() and not pending(server), "nothing to be left")


def test_an_export_while_the_bucket_is_out_of_order(tmp_path, bucket):  # noqa: F811
    with Server(tmp_path / "data", "--blob-url", bucket.url(), env=BUCKET_KEYS) as server:
        person = new_person(server)
        document = person.document()["id"]
        person_document(person, uploaded(person, document)["markdown"], document)
        # It is tried three times.
        bucket.control(fail="500", method="GET", times=2, contains="/images/")
        _, data = made(person, document, "pdf")
        assert pdf_images(data) == [(12, 8)]
        bucket.control(fail="500", method="GET", times=3, contains="/images/")
        found = ended(person, ok(person.post("/exports", {"document_id": document, "format": "pdf"}), 202)["export_id"])
        assert (found["status"], found["error_message"]) == ("failed", "文件存储暂时不可用，请稍后再试")
        _, data = made(person, document, "pdf")
        assert pdf_images(data) == [(12, 8)]


def test_they_are_in_a_backup(tmp_path):
    with Server(tmp_path / "data") as server:
        person = new_person(server)
        document = person.document()["id"]
        images = [uploaded(person, document, data=data) for data in (png(), jpeg())]
        out = backup(server.data, tmp_path / "b.tar")
        assert out.returncode == 0 and b"2 files" in out.stderr, out.stderr
    assert restore(tmp_path / "b.tar", tmp_path / "restored").returncode == 0
    with Server(tmp_path / "restored") as server:
        person.server = server
        for image, data in zip(images, (png(), jpeg())):
            assert person.get(path(document, image["id"])).content == data
