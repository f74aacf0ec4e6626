"""Uploads into a bucket (WEFT_BLOB_URL=s3://…): moto behind a door that checks every signature with botocore."""
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from server import BINARY, Server, wait_for
from test_files import (ADMIN_PROJECTS, BEGUN, LIMIT, MEBIBYTE, PDF, Half, Streams, add, digest, fetch, pending, refusal, upload,
                        uploaded)

KEYS = {"AWS_ACCESS_KEY_ID": "weft-test-key", "AWS_SECRET_ACCESS_KEY": "weft/test+secret"}


class Bucket:
    """The object store of Tests/BlobsTests/S3/bucket_server.py."""

    def __init__(self):
        script = Path(__file__).parents[1] / "BlobsTests/S3/bucket_server.py"
        self.process = subprocess.Popen([sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.endpoint = f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    def url(self, name="weft-test", more=""):
        return f"s3://{name}?endpoint={quote(self.endpoint, safe='')}&region=eu-test-1{more}"

    def control(self, **query):
        answer = httpx.get(f"{self.endpoint}/_control", params=query, trust_env=False, timeout=30)
        assert answer.status_code == 200, query
        return answer.json()

    def uploads(self):
        return self.control(uploads=1)["keys"]

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)


@pytest.fixture(scope="module")
def bucket():
    bucket = Bucket()
    yield bucket
    bucket.close()


@pytest.fixture(scope="module")
def stored(bucket, tmp_path_factory):
    """A server on the bucket."""
    with Server(tmp_path_factory.mktemp("bucket") / "data", "--blob-url", bucket.url(), env=KEYS) as server:
        yield server


@pytest.mark.parametrize("count", [0, 5 * MEBIBYTE, 12 * MEBIBYTE + 5])
def test_an_upload_lies_in_the_bucket_and_its_link_leads_there(stored, bucket, count):
    data = PDF + os.urandom(count)
    body = uploaded(stored.register(), "年度 报告.pdf", data)
    found = bucket.control(object=body["oss_key"])
    assert found == {"sha256": digest(data), "size": len(data), "type": "application/pdf"}
    assert body["download_url"].startswith(f"{bucket.endpoint}/weft-test/{body['oss_key']}?")
    answer = fetch(body["download_url"])
    assert answer.content == data and answer.headers["content-type"] == "application/pdf"
    assert "filename*=UTF-8''%E5%B9%B4%E5%BA%A6%20%E6%8A%A5%E5%91%8A.pdf" in answer.headers["content-disposition"]
    assert fetch(body["download_url"].replace("X-Amz-Expires=", "X-Amz-Expires=9")).status_code == 403
    assert not bucket.uploads() and not pending(stored)


def test_an_upload_that_breaks_off_leaves_nothing_in_the_bucket(stored, bucket):
    half = Half(stored.url, stored.register().token, 50 * MEBIBYTE, BEGUN)
    half.socket.sendall(bytes(11 * MEBIBYTE))
    wait_for(bucket.uploads, "the upload to be begun")
    half.close()
    wait_for(lambda: not bucket.uploads() and not pending(stored), "nothing to be left")


def test_a_refused_type_leaves_nothing_in_the_bucket(stored, bucket):
    assert upload(stored.register(), "document.pdf", b"\x7fELF" + bytes(100)).status_code == 400
    assert not bucket.uploads() and not pending(stored)


def test_a_killed_server_takes_its_parts_away_once_it_is_back(bucket, tmp_path):
    server = Server(tmp_path / "data", "--blob-url", bucket.url(), env=KEYS)
    with server:
        half = Half(server.url, server.register().token, 50 * MEBIBYTE, BEGUN)
        half.socket.sendall(bytes(11 * MEBIBYTE))
        wait_for(bucket.uploads, "the upload to be begun")
        server.stop(signal.SIGKILL)
        half.close()
        assert bucket.uploads()
        server.start()
        wait_for(lambda: not bucket.uploads() and not pending(server), "the first housekeeping")


def test_a_bucket_that_fails_is_an_error_and_leaves_nothing(stored, bucket):
    user = stored.register()
    bucket.control(fail="500", method="PUT", times=3, contains="/uploads/")
    assert upload(user).status_code == 503
    wait_for(lambda: not bucket.uploads() and not pending(stored), "nothing to be left")
    bucket.control(fail="503", method="PUT", times=2, contains="/uploads/")
    assert upload(user).status_code == 201
    assert "weft/test+secret" not in stored.log.read_text() and "weft-test-key" not in stored.log.read_text()


def test_downloads_may_go_through_the_server(bucket, tmp_path):
    with Server(tmp_path / "data", "--blob-url", bucket.url(more="&links=off"), env=KEYS) as server:
        data = PDF + os.urandom(3 * MEBIBYTE)
        body = uploaded(server.register(), data=data)
        assert body["download_url"].startswith(server.url)
        assert fetch(body["download_url"]).content == data
        part = fetch(body["download_url"], Range="bytes=1000-2000999")
        assert part.status_code == 206 and part.content == data[1000:2001000]


@pytest.mark.parametrize(("url", "env", "says"), [
    ("gs://bucket", {}, ["WEFT_BLOB_URL takes file:PATH or s3://BUCKET"]),
    ("s3://weft-test?zone=1", KEYS, ["WEFT_BLOB_URL takes"]),
    (None, {}, ["AWS_ACCESS_KEY_ID is missing"]),
    (None, {"AWS_ACCESS_KEY_ID": "a"}, ["AWS_SECRET_ACCESS_KEY is missing"]),
    (None, {**KEYS, "AWS_SECRET_ACCESS_KEY": "wrong"}, ["WEFT_BLOB_URL: bucket weft-test", "403 SignatureDoesNotMatch"]),
    ("absent", KEYS, ["WEFT_BLOB_URL: bucket absent", "404 NoSuchBucket"]),
    ("s3://weft-test?endpoint=http://127.0.0.1:1", KEYS, ["WEFT_BLOB_URL: bucket weft-test at http://127.0.0.1:1", "unreachable"]),
    ("file:/nowhere/at/all", {}, ["WEFT_BLOB_URL: cannot make /nowhere/at/all"]),
])
def test_a_store_that_cannot_be_used_is_said_at_the_start(bucket, tmp_path, url, env, says):
    url = bucket.url() if url is None else bucket.url("absent") if url == "absent" else url
    found = subprocess.run([BINARY, "serve", "--data-dir", tmp_path / "data", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0",
                            "--blob-url", url], env={**os.environ, **env}, capture_output=True, text=True, timeout=60)
    assert found.returncode == 1 and all(text in found.stderr for text in says), found.stderr
    assert "listening" not in found.stdout


def test_a_hundred_mebibytes_are_taken_and_one_byte_more_is_not(stored, bucket):
    user = stored.register()
    data = PDF + bytes(LIMIT - len(PDF))
    assert bucket.control(object=uploaded(user, data=data)["oss_key"])["sha256"] == digest(data)
    assert refusal(upload(user, data=data + b"x")) == (413, "文件过大")
    wait_for(lambda: not bucket.uploads() and not pending(stored), "nothing to be left")


def test_a_deleted_project_takes_its_files_out_of_the_bucket(bucket, tmp_path):
    with Server(tmp_path / "data", "--blob-url", bucket.url(), env=KEYS) as server:
        user, rpc, token = server.register(), Streams(server), server.admin_token()
        project = rpc.call(ADMIN_PROJECTS, "CreateProject", {"owner_email": user.email, "name": "项目"}, token)["id"]
        add((rpc, token, project), "a.bin", b"abc")
        link = user.call("GET", f"/api/projects/{project}/files").json()["items"][0]
        link = user.call("POST", f"/api/projects/files/{link['id']}/download-url").json()["download_url"]
        assert link.startswith(bucket.endpoint) and fetch(link).content == b"abc"
        rpc.call(ADMIN_PROJECTS, "DeleteProject", {"project_id": project}, token)
        server.stop()
        server.start()
        # A store may say 403 of what is not there to whoever may not list it.
    wait_for(lambda: fetch(link).status_code in (403, 404), "the first housekeeping")
