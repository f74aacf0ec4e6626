"""`weft backup` beside a server under load, `weft restore` of what it wrote, and archives that something happened to."""
import hashlib
import io
import json
import os
import signal
import sqlite3
import stat
import subprocess
import tarfile
import threading
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from rpc import Rpc
from server import BINARY, Server, wait_for
from test_buckets import KEYS, bucket  # noqa: F401


def weft(*arguments, env=None, **more):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("WEFT_")} | (env or {})
    return subprocess.run([BINARY, *map(str, arguments)], env=environment, capture_output=True, timeout=120, **more)


def backup(data, archive, *more, **options):
    return weft("backup", archive, "--data-dir", data, *more, **options)


def restore(archive, data, **options):
    return weft("restore", archive, "--data-dir", data, **options)


def verify(archive):
    return weft("backup", "--verify", archive)


def tickets(server, token):
    found, skip = {}, 0
    while True:
        page = server.call("GET", f"/api/tickets?limit=100&skip={skip}", token).json()
        found.update((t["id"], t) for t in page["items"])
        skip += 100
        if skip >= page["total"]:
            return found


def upload(server, token, name, content, rpc=None):
    """Over gRPC, which needs no form around it."""
    bodies = [{"filename": name}, *({"data": content[at:at + 65_536]} for at in range(0, len(content), 65_536))]
    return (rpc or Rpc(server)).streaming("csa.v1.FileService", "UploadFile", bodies, token)[0]


def content(server, token, id, rpc):
    link = server.call("POST", f"/api/files/{id}/download-url", token)
    assert link.status_code == 200, link.text
    query = parse_qs(urlsplit(link.json()["download_url"]).query)
    body = {"file_id": id, "expires": query["expires"][0], "signature": query["signature"][0]}
    return b"".join(m.data for m in rpc.streaming("csa.v1.FileService", "GetFileContent", [body]))


class Load:
    """Clients that create tickets and upload files until told to stop, and what was acknowledged to them."""

    def __init__(self, server, user, lanes=4, uploaders=2):
        self.server, self.user, self.acknowledged, self.uploaded, self.ended = server, user, {}, {}, threading.Event()
        self.rpc = Rpc(server)
        self.lanes = [threading.Thread(target=self.write, args=(n,)) for n in range(lanes)]
        self.lanes += [threading.Thread(target=self.upload, args=(n,)) for n in range(uploaders)]

    def upload(self, lane):
        n = 0
        while not self.ended.is_set():
            n += 1
            content = f"{lane}-{n} ".encode() * 20_000
            file = upload(self.server, self.user.token, f"{lane}-{n}.txt", content, self.rpc)
            self.uploaded[file.id] = hashlib.sha256(content).hexdigest()

    def write(self, lane):
        with self.server.client(headers={"Authorization": f"Bearer {self.user.token}"}) as c:
            n = 0
            while not self.ended.is_set():
                n += 1
                body = {"title": f"{lane}-{n}", "ticket_type": "technical", "content": f"第 {n} 张工单。" * 40}
                answer = c.post("/api/tickets", json=body)
                assert answer.status_code == 201, answer.text
                self.acknowledged[answer.json()["id"]] = body

    def __enter__(self):
        for lane in self.lanes:
            lane.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for lane in self.lanes:
            lane.join()


def test_backups_under_write_load_hold_everything_acknowledged_before_they_began(tmp_path):
    with Server(tmp_path / "data") as server:
        user = server.register()
        expected = []
        with Load(server, user) as load:
            for n in range(4):
                size = len(load.acknowledged)
                wait_for(lambda: len(load.acknowledged) >= size + 50, "fifty more tickets")
                wait_for(lambda: len(load.uploaded) >= 3 * (n + 1), "three more files")
                expected.append((dict(load.acknowledged), dict(load.uploaded)))
                out = backup(server.data, tmp_path / f"{n}.tar")
                assert out.returncode == 0, out.stderr
        everything = dict(load.acknowledged)
    assert not list(tmp_path.glob("*part"))
    for n, (before, files) in enumerate(expected):
        archive, data = tmp_path / f"{n}.tar", tmp_path / f"restored-{n}"
        assert stat.S_IMODE(archive.stat().st_mode) == 0o600
        assert verify(archive).returncode == 0
        out = restore(archive, data)
        assert out.returncode == 0 and f"weft serve --data-dir {data}" in out.stdout.decode(), out.stderr
        with sqlite3.connect(data / "weft.db") as db:
            assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
        with Server(data) as restored:
            # The token is from before: the secret that signed it came along.
            found = tickets(restored, user.token)
            assert set(before) <= set(found) <= set(everything)
            for id, ticket in found.items():
                body = everything[id]
                assert {key: ticket[key] for key in body} == body and ticket["status"] == "pending"
            rpc = Rpc(restored)
            for id, digest in files.items():
                assert hashlib.sha256(content(restored, user.token, id, rpc)).hexdigest() == digest
            with sqlite3.connect(data / "weft.db") as db:
                keys = {key for key, in db.execute("select oss_key from csa_files")}
            assert keys == {str(p.relative_to(data / "blobs")) for p in (data / "blobs").rglob("*") if p.is_file()}
            assert restored.login(user.email)
            assert restored.call("POST", "/api/tickets", user.token, json=everything[next(iter(before))]).status_code == 201


def test_a_file_that_is_gone_or_changed_ends_the_backup_with_its_name(tmp_path):
    with Server(tmp_path / "data") as server:
        user = server.register()
        file = upload(server, user.token, "a.txt", b"precious")
        blob = server.data / "blobs" / file.oss_key
        blob.write_bytes(b"Precious")
        out = backup(server.data, tmp_path / "b.tar")
        assert out.returncode == 1 and f"the file {file.oss_key} in the blob store is not what was stored".encode() in out.stderr
        blob.unlink()
        out = backup(server.data, tmp_path / "b.tar")
        assert out.returncode == 1 and f"the file {file.oss_key} is in the database and not in the blob store".encode() in out.stderr
        assert not (tmp_path / "b.tar").exists()
        out = backup(server.data, tmp_path / "b.tar", "--skip-damaged")
        assert out.returncode == 0 and b"1 file missing" in out.stderr
    assert restore(tmp_path / "b.tar", tmp_path / "restored").returncode == 0
    with Server(tmp_path / "restored") as restored:
        assert restored.call("GET", "/api/users/me", user.token).status_code == 200


def test_files_may_lie_elsewhere(tmp_path):
    url = {"WEFT_BLOB_URL": f"file:{tmp_path}/elsewhere"}
    with Server(tmp_path / "data", env=url) as server:
        user = server.register()
        file = upload(server, user.token, "a.txt", b"precious")
        assert backup(server.data, tmp_path / "b.tar", env=url).returncode == 0
        assert backup(server.data, tmp_path / "c.tar", "--blob-url", url["WEFT_BLOB_URL"]).returncode == 0
        assert backup(server.data, tmp_path / "d.tar").returncode == 1
    assert restore(tmp_path / "b.tar", tmp_path / "one").returncode == 0
    assert (tmp_path / "one/blobs" / file.oss_key).read_bytes() == b"precious"
    assert restore(tmp_path / "b.tar", tmp_path / "two", env={"WEFT_BLOB_URL": f"file:{tmp_path}/third"}).returncode == 0
    assert (tmp_path / "third" / file.oss_key).read_bytes() == b"precious" and not (tmp_path / "two/blobs").exists()


def test_files_of_a_bucket_come_along_and_go_into_one(tmp_path, bucket):  # noqa: F811
    place = {**KEYS, "WEFT_BLOB_URL": bucket.url()}
    files = {}
    with Server(tmp_path / "data", env=place) as server:
        user = server.register()
        for n, count in enumerate([1, 6_000_000]):
            content = f"{n} ".encode() * count
            file = upload(server, user.token, f"{n}.txt", content)
            files[file.oss_key] = hashlib.sha256(content).hexdigest()
        out = backup(server.data, tmp_path / "b.tar", env=place)
        assert out.returncode == 0 and b"2 files" in out.stderr, out.stderr
        # Without a word about the bucket there are no such files.
        assert b"not in the blob store" in backup(server.data, tmp_path / "c.tar").stderr
        out = backup(server.data, tmp_path / "c.tar", env={"WEFT_BLOB_URL": bucket.url()})
        assert out.returncode == 1 and b"AWS_ACCESS_KEY_ID" in out.stderr
    # From the bucket into a directory.
    assert restore(tmp_path / "b.tar", tmp_path / "one").returncode == 0
    for key, digest in files.items():
        assert hashlib.sha256((tmp_path / "one/blobs" / key).read_bytes()).hexdigest() == digest
    # Into a bucket that still has them.
    out = restore(tmp_path / "b.tar", tmp_path / "two", env=place)
    assert out.returncode == 0 and not (tmp_path / "two/blobs").exists(), out.stderr
    for key, digest in files.items():
        assert bucket.control(object=key)["sha256"] == digest
    # And into one that lost one of them.
    client = boto3.client("s3", endpoint_url=bucket.endpoint, region_name="eu-test-1", aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
                          aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"])
    client.delete_object(Bucket="weft-test", Key=max(files))
    assert restore(tmp_path / "b.tar", tmp_path / "three", env=place).returncode == 0
    assert bucket.control(object=max(files))["sha256"] == files[max(files)] and not bucket.uploads()


def test_a_server_that_does_not_run_or_was_killed_is_backed_up_too(tmp_path):
    server = Server(tmp_path / "data").start()
    user = server.register()
    ids = {user.ticket()["id"] for _ in range(5)}
    server.stop(signal.SIGKILL)
    assert backup(server.data, tmp_path / "killed.tar").returncode == 0
    server.start()
    server.stop()
    assert backup(server.data, tmp_path / "stopped.tar").returncode == 0
    for name in ["killed", "stopped"]:
        assert restore(tmp_path / f"{name}.tar", tmp_path / name).returncode == 0
        with Server(tmp_path / name) as restored:
            assert set(tickets(restored, user.token)) == ids


def test_the_archive_is_plain_tar_with_sums_that_anybody_can_check(tmp_path, server):
    assert backup(server.data, tmp_path / "b.tar").returncode == 0
    with tarfile.open(tmp_path / "b.tar") as tar:
        names = tar.getnames()
        assert names[:3] == ["weft.db", "secrets/hash.secret", "secrets/jwt.secret"] and names[-2:] == ["SHA256SUMS", "manifest.json"]
        sums = dict(reversed(line.split("  ")) for line in tar.extractfile("SHA256SUMS").read().decode().splitlines())
        assert set(sums) == set(names[:-2])
        for name, digest in sums.items():
            assert hashlib.sha256(tar.extractfile(name).read()).hexdigest() == digest
        manifest = json.load(tar.extractfile("manifest.json"))
        assert hashlib.sha256(tar.extractfile("SHA256SUMS").read()).hexdigest() == manifest["sums"]
        assert manifest["format"] == "weft-backup" and manifest["version"] == 1 and manifest["schema"]["csa"] >= 7


def test_standard_output_and_standard_input(tmp_path, server):
    out = backup(server.data, "-", env={"TMPDIR": str(tmp_path)})
    assert out.returncode == 0 and not list(tmp_path.iterdir())
    checked = weft("backup", "--verify", "-", input=out.stdout)
    assert checked.returncode == 0 and b"whole and unchanged" in checked.stdout
    assert restore("-", tmp_path / "data", input=out.stdout).returncode == 0
    reader = subprocess.Popen([BINARY, "backup", "-", "--data-dir", str(server.data)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    reader.stdout.close()
    assert reader.wait(60) == 1 and b"Broken pipe" in reader.stderr.read()


def test_a_file_that_is_there_is_kept_without_force(tmp_path, server):
    archive = tmp_path / "b.tar"
    archive.write_text("precious")
    out = backup(server.data, archive)
    assert out.returncode == 1 and b"--force" in out.stderr and archive.read_text() == "precious"
    assert backup(server.data, archive, "--force").returncode == 0 and verify(archive).returncode == 0
    assert [p.name for p in tmp_path.iterdir()] == ["b.tar"]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_backup_leaves_no_file_and_the_next_one_works(tmp_path, how):
    data = tmp_path / "data"
    with Server(data):
        pass
    with sqlite3.connect(data / "weft.db") as db:
        db.execute("create table bulk (x)")
        db.execute("insert into bulk with recursive n(i) as (select 1 union all select i + 1 from n where i < 6000) select randomblob(50000) from n")
    folder = tmp_path / "out"
    folder.mkdir()
    running = subprocess.Popen([BINARY, "backup", str(folder / "b.tar"), "--data-dir", str(data)], stderr=subprocess.PIPE)
    part = folder / "b.tar.db-part"
    wait_for(lambda: part.exists() and part.stat().st_size > 1_000_000 or running.poll() is not None, "the copy to be under way")
    running.send_signal(how)
    code = running.wait(60)
    assert code == (-9 if how == signal.SIGKILL else 130)
    assert not (folder / "b.tar").exists()
    if how != signal.SIGKILL:
        assert not list(folder.iterdir()) and b"interrupted" in running.stderr.read()
    assert backup(data, folder / "b.tar").returncode == 0 and verify(folder / "b.tar").returncode == 0
    assert [p.name for p in folder.iterdir()] == ["b.tar"]


def test_what_cannot_be_backed_up_is_said(tmp_path):
    for data in [tmp_path / "nothing", tmp_path]:
        out = backup(data, tmp_path / "b.tar")
        assert out.returncode == 1 and b"there is no database of Weft's" in out.stderr, out.stderr
    sqlite3.connect(tmp_path / "weft.db").execute("create table a (x)")
    out = backup(tmp_path, tmp_path / "b.tar")
    assert out.returncode == 1 and b"there is no database of Weft's" in out.stderr
    out = backup(tmp_path, tmp_path / "no/such/folder.tar")
    assert out.returncode == 1 and b"No such file or directory" in out.stderr
    assert weft("backup", tmp_path / "b.tar").returncode == 64
    assert weft("backup", tmp_path / "b.tar", "--verify", "--force").returncode == 64
    assert not list(tmp_path.glob("b.tar*"))


# archives that something happened to

@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archive")
    with Server(folder / "data") as server:
        server.register().ticket()
        assert backup(server.data, folder / "b.tar").returncode == 0
    return (folder / "b.tar").read_bytes()


def members(archive):
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return [(m, tar.extractfile(m).read()) for m in tar]


def packed(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for info, data in members:
            info.size = len(data) if info.isreg() else 0
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def signed(members):
    """The same with check sums and a manifest that fit it again."""
    body = [(i, d) for i, d in members if i.name not in ("SHA256SUMS", "manifest.json")]
    sums = "".join(f"{hashlib.sha256(d).hexdigest()}  {i.name}\n" for i, d in body).encode()
    manifest = json.loads(next(d for i, d in members if i.name == "manifest.json"))
    manifest["sums"] = hashlib.sha256(sums).hexdigest()
    manifest["database_bytes"] = sum(len(d) for i, d in body if i.name == "weft.db")
    return packed(body + [(tarfile.TarInfo("SHA256SUMS"), sums), (tarfile.TarInfo("manifest.json"), json.dumps(manifest).encode())])


def renamed(info, name):
    copy = tarfile.TarInfo(name)
    copy.mode = info.mode
    return copy


def link(name, kind, target):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def with_database(members, change, folder):
    path = folder / "changed.db"
    path.write_bytes(next(d for i, d in members if i.name == "weft.db"))
    with sqlite3.connect(path) as db:
        change(db)
    db.close()
    # Closed, so that the log is folded in.
    data = path.read_bytes()
    path.unlink()
    return signed([(i, data if i.name == "weft.db" else d) for i, d in members])


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


DAMAGES = {
    "nothing at all": (lambda m, a, t: b"", "it ends before its manifest|Truncated|unrecognized|damaged"),
    "no tar": (lambda m, a, t: b"precious" * 4096, "damaged"),
    "cut in the database": (lambda m, a, t: a[:100_000], "damaged"),
    "cut between members": (lambda m, a, t: packed(m[:-2]), "ends before its manifest"),
    "without check sums": (lambda m, a, t: packed(m[:-2] + m[-1:]), "has no check sums"),
    "without the manifest": (lambda m, a, t: packed(m[:-1]), "ends before its manifest"),
    "a flipped bit": (lambda m, a, t: flipped(a, 50_000), "the check sum of weft.db is wrong"),
    "a flipped bit in a secret": (
        lambda m, a, t: packed([(i, flipped(d, 3) if i.name == "secrets/jwt.secret" else d) for i, d in m]),
        "the check sum of secrets/jwt.secret is wrong"),
    "check sums that fit, not the manifest's": (
        lambda m, a, t: packed([(i, d) for i, d in members(signed([(i, flipped(d, 3) if "jwt" in i.name else d) for i, d in m]))][:-1] + m[-1:]),
        "not the manifest's"),
    "a secret is missing": (lambda m, a, t: packed([x for x in m if x[0].name != "secrets/jwt.secret"]), "check sums are of other members"),
    "a member twice": (lambda m, a, t: signed([m[0], m[1], m[1], *m[2:]]), "comes twice, or too late"),
    "the database last": (lambda m, a, t: signed([m[1], m[0], *m[2:]]), "does not begin with the database"),
    "a path that leads out": (lambda m, a, t: signed([m[0], (renamed(m[1][0], "secrets/../../evil"), b"x"), *m[2:]]), "secrets/../../evil"),
    "an absolute path": (lambda m, a, t: signed([m[0], (tarfile.TarInfo("/tmp/evil"), b"x"), *m[1:]]), "/tmp/evil"),
    "another secret": (lambda m, a, t: signed([m[0], (tarfile.TarInfo("secrets/other"), b"x"), *m[1:]]), "secrets/other"),
    "a blob that leads out": (lambda m, a, t: signed([*m[:3], (tarfile.TarInfo("blobs/a/../b"), b"x"), *m[3:]]), "blobs/a/../b"),
    "a symbolic link": (lambda m, a, t: signed([m[0], (link("secrets/hash.secret", tarfile.SYMTYPE, "/etc/passwd"), b""), *m[2:]]), "secrets/hash.secret"),
    "a hard link": (lambda m, a, t: signed([m[0], (link("secrets/hash.secret", tarfile.LNKTYPE, "weft.db"), b""), *m[2:]]), "secrets/hash.secret"),
    "a folder": (lambda m, a, t: signed([m[0], (link("secrets/hash.secret", tarfile.DIRTYPE, ""), b""), *m[2:]]), "secrets/hash.secret"),
    "control characters": (lambda m, a, t: signed([m[0], (tarfile.TarInfo("a\x1b[2Jb"), b"x"), *m[1:]]), "a?[2Jb"),
    "something behind the end": (lambda m, a, t: packed([*m, (tarfile.TarInfo("zzz"), b"x")]), "zzz"),
    "another format": (lambda m, a, t: packed(m[:-1] + [(m[-1][0], m[-1][1].replace(b"weft-backup", b"other"))]), "not a manifest"),
    "a newer layout": (lambda m, a, t: packed(m[:-1] + [(m[-1][0], m[-1][1].replace(b'"version" : 1', b'"version" : 2'))]), "version 2"),
}
UNSERVABLE = {
    "a newer schema": (lambda m, a, t: with_database(m, lambda db: db.execute(
        "insert into weft_migrations select application, 9999, 'future', 'x', 0 from weft_migrations limit 1"), t), "version 9999"),
    "an edited migration": (lambda m, a, t: with_database(m, lambda db: db.execute(
        "update weft_migrations set checksum = 'x' where number = 2"), t), "a released migration is never edited"),
    "no database": (lambda m, a, t: signed([(i, b"precious" * 512 if i.name == "weft.db" else d) for i, d in m]), "not a database"),
    "another program's database": (lambda m, a, t: with_database(m, lambda db: db.execute("drop table weft_migrations"), t), "none of Weft's"),
    "a damaged page": (lambda m, a, t: signed([(i, d[:8192] + bytes(4096) + d[12288:] if i.name == "weft.db" else d) for i, d in m]), "damaged"),
    "a row without its user": (lambda m, a, t: with_database(m, lambda db: db.execute("delete from csa_users"), t), "refers to one that is not there"),
}


@pytest.mark.parametrize("name", [*DAMAGES, *UNSERVABLE])
def test_a_damaged_archive_is_refused_and_leaves_nothing(tmp_path, archive, name):
    make, said = (DAMAGES | UNSERVABLE)[name]
    bad = tmp_path / "bad.tar"
    bad.write_bytes(make(members(archive), archive, tmp_path))
    checked = verify(bad)
    assert (checked.returncode == 1) == (name in DAMAGES), checked.stderr
    (tmp_path / "there").mkdir()
    for data in ["absent", "there"]:
        out = restore(bad, tmp_path / data)
        text = out.stderr.decode()
        assert out.returncode == 1 and any(s in text for s in said.split("|")), text
        assert "\x1b" not in text
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bad.tar", "there"] and not list((tmp_path / "there").iterdir())


def test_restoring_goes_into_an_absent_or_empty_directory_only(tmp_path, archive):
    (tmp_path / "b.tar").write_bytes(archive)
    (tmp_path / "full").mkdir()
    (tmp_path / "full/note").write_text("precious")
    out = restore(tmp_path / "b.tar", tmp_path / "full")
    assert out.returncode == 1 and b"is not empty" in out.stderr and [p.name for p in (tmp_path / "full").iterdir()] == ["note"]
    # What a killed restore left is no obstacle; nor is what makes a mount point.
    (tmp_path / "new.part/blobs/old").mkdir(parents=True)
    (tmp_path / "mount/.restore-part/blobs/old").mkdir(parents=True)
    (tmp_path / "mount/lost+found").mkdir()
    for name in ["new", "mount", "new2/"]:
        assert restore(tmp_path / "b.tar", f"{tmp_path}/{name}").returncode == 0
        with Server(tmp_path / name) as server:
            assert server.admin_token()
        assert restore(tmp_path / "b.tar", tmp_path / name).returncode == 1
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_dir()) == ["full", "mount", "new", "new2"]
    assert restore(tmp_path / "b.tar", tmp_path / "no/parent").returncode == 1
    assert b"No such file" in restore(tmp_path / "none.tar", tmp_path / "x").stderr
    out = restore(tmp_path / "b.tar", tmp_path / "x", env={"WEFT_DATABASE_URL": "sqlite:/elsewhere.db"})
    assert out.returncode == 1 and b"WEFT_DATABASE_URL" in out.stderr and not (tmp_path / "x").exists()
    with Server(tmp_path / "new") as server:
        assert restore(tmp_path / "b.tar", server.data).returncode == 1


def test_what_stands_under_the_names_of_parts_is_not_taken_for_ours(tmp_path, server, archive):
    (tmp_path / "b.tar").write_bytes(archive)
    # A data directory that somebody moved aside is no left-over.
    (tmp_path / "data.part").mkdir()
    (tmp_path / "data.part/note").write_text("precious")
    out = restore(tmp_path / "b.tar", tmp_path / "data")
    assert out.returncode == 1 and b"data.part/note: no restore left this there" in out.stderr and not (tmp_path / "data").exists()
    assert (tmp_path / "data.part/note").read_text() == "precious"
    if os.geteuid() == 0:
        # Another user could read what is put into a file or directory of theirs, whatever its mode is made.
        (tmp_path / "c.tar.part").touch()
        (tmp_path / "new.part").mkdir()
        for name in ["c.tar.part", "new.part"]:
            os.chown(tmp_path / name, 65534, 65534)
        for out in [backup(server.data, tmp_path / "c.tar"), restore(tmp_path / "b.tar", tmp_path / "new")]:
            assert out.returncode == 1 and b"belongs to another user" in out.stderr
        assert not (tmp_path / "c.tar").exists() and not (tmp_path / "new").exists()
        assert (tmp_path / "c.tar.part").stat().st_size == 0 and not list((tmp_path / "new.part").iterdir())
    (tmp_path / "d.tar.part").symlink_to(tmp_path / "b.tar")
    assert backup(server.data, tmp_path / "d.tar").returncode == 1 and (tmp_path / "b.tar").read_bytes() == archive


def test_texts_of_a_manifest_do_not_steer_the_terminal(tmp_path, archive):
    hostile = [(i, d if i.name != "manifest.json" else json.dumps(
        json.loads(d) | {"made_at": "\x1b]0;owned\x07\x1b[2J", "weft": "1\nweft: fine\u202e"}).encode()) for i, d in members(archive)]
    (tmp_path / "b.tar").write_bytes(packed(hostile))
    for out in [verify(tmp_path / "b.tar"), restore(tmp_path / "b.tar", tmp_path / "data")]:
        text = out.stdout.decode()
        assert out.returncode == 0 and "\x1b" not in text and "\x07" not in text and "\u202e" not in text and "\nweft: fine" not in text


def test_two_at_one_file_or_directory_get_in_nobodys_way(tmp_path, server, archive):
    import fcntl
    (tmp_path / "b.tar").write_bytes(archive)
    with (tmp_path / "c.tar.part").open("w") as part:
        fcntl.flock(part, fcntl.LOCK_EX)
        out = backup(server.data, tmp_path / "c.tar")
        assert out.returncode == 1 and b"another process is working on" in out.stderr and (tmp_path / "c.tar.part").exists()
    (tmp_path / "data.part").mkdir()
    descriptor = os.open(tmp_path / "data.part", os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    out = restore(tmp_path / "b.tar", tmp_path / "data")
    assert out.returncode == 1 and b"another process is working on" in out.stderr and (tmp_path / "data.part").exists()
    os.close(descriptor)
    assert restore(tmp_path / "b.tar", tmp_path / "data").returncode == 0
    assert backup(server.data, tmp_path / "c.tar").returncode == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="not root")
def test_what_root_does_for_another_user_is_that_users(tmp_path, archive):
    (tmp_path / "b.tar").write_bytes(archive)
    # pytest's own folders are root's alone.
    for folder in [tmp_path, *tmp_path.parents[:2]]:
        folder.chmod(folder.stat().st_mode | 0o011)
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    os.chown(data, 65534, 65534)
    assert restore(tmp_path / "b.tar", data).returncode == 0
    assert backup(data, tmp_path / "c.tar").returncode == 0
    assert {(p.stat().st_uid, p.stat().st_gid) for p in data.iterdir()} == {(65534, 65534)}


def test_an_interrupted_restore_leaves_nothing(tmp_path, archive):
    for n, how in enumerate([signal.SIGTERM, signal.SIGINT]):
        data = tmp_path / f"data-{n}"
        running = subprocess.Popen([BINARY, "restore", "-", "--data-dir", str(data)], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        running.stdin.write(archive[:100_000])
        running.stdin.flush()
        wait_for(lambda: (tmp_path / f"data-{n}.part").exists(), "the restore to begin")
        running.send_signal(how)
        assert running.wait(60) == 130
    assert not list(tmp_path.iterdir())


def test_a_secret_from_the_settings_is_not_in_the_archive_and_that_is_said(tmp_path, server):
    out = backup(server.data, tmp_path / "b.tar", env={"WEFT_JWT_SECRET": "x" * 40})
    assert out.returncode == 0 and b"WEFT_JWT_SECRET" in out.stderr and b"xxxx" not in out.stderr


def test_the_database_may_lie_elsewhere(tmp_path):
    url = {"WEFT_DATABASE_URL": f"sqlite:{tmp_path}/other place/weft?.db"}
    (tmp_path / "other place").mkdir()
    with Server(tmp_path / "data", env=url) as server:
        user = server.register()
        assert backup(server.data, tmp_path / "b.tar", env=url).returncode == 0
        assert backup(server.data, tmp_path / "c.tar", "--database-url", url["WEFT_DATABASE_URL"]).returncode == 0
        assert backup(server.data, tmp_path / "d.tar").returncode == 1
    assert restore(tmp_path / "b.tar", tmp_path / "data2").returncode == 0
    with Server(tmp_path / "data2") as server:
        assert server.login(user.email)
