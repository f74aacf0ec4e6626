"""`weft worker`: jobs apart from the server, whoever is killed, stopped, or brought up to date meanwhile."""
import os
import signal
import sqlite3
import subprocess
import threading

import pytest
from cowriting import Person, error, new_person, ok, page
from generations import Stream, generate, generation, settings, text_of, wait_for_end
from model_server import Answer, ModelServer, Refusal
from server import BINARY, Server, wait_for
from test_backup import backup, restore, verify, weft
from test_generation_live import Gates

# A lease, and what it takes to notice that it has run out.
TAKEOVER = 60


class Worker:
    def __init__(self, data, env):
        self.log = data.parent / "worker.log"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("WEFT_")} | env
        self.process = subprocess.Popen([BINARY, "worker", "--data-dir", str(data)], env=environment, stdout=subprocess.PIPE,
                                        stderr=self.log.open("ab"), text=True)
        guard = threading.Timer(60, self.process.kill)
        guard.start()
        line = self.process.stdout.readline()
        guard.cancel()
        assert line == f"weft: working on {data}\n", self.log.read_text()[-2000:]

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


@pytest.fixture
def models():
    with ModelServer() as running:
        yield running


@pytest.fixture
def server(models, tmp_path):
    """A server that leaves jobs to workers."""
    with Server(tmp_path / "data", env=settings(models) | {"WEFT_JOBS": "off"}) as running:
        yield running


@pytest.fixture
def worker(models, server):
    with Worker(server.data, settings(models)) as running:
        yield running


@pytest.fixture
def person(server):
    return new_person(server)


def begun(person, id):
    wait_for(lambda: generation(person, id)["generated_content"], "the first piece")


def test_a_worker_writes_what_a_server_is_asked_for(models, server, person):
    document = person.document()
    gates = Gates(models)
    made = generate(person, document["id"])
    assert not models.requests and generation(person, made["id"])["status"] == "processing"
    with Worker(server.data, settings(models)) as worker:
        # The server tells who watches what another process writes.
        with Stream(person, made["id"]) as stream:
            assert next(stream).data == {"text": "一二"}
            gates.open()
            assert next(stream).data == {"text": "三四"}
            gates.open(2)
            assert [e.name for e in stream][-1] == "completed"
        # Two workers and no job twice.
        with Worker(server.data, settings(models)):
            many = [generate(person, document["id"], f"第{n}篇")["id"] for n in range(40)]
            assert {wait_for_end(person, id)["status"] for id in many} == {"completed"} and len(models.requests) == 41
        assert worker.stop() == 0


def test_a_server_and_a_worker_share_the_work(models, tmp_path):
    with Server(tmp_path / "data", env=settings(models)) as server, Worker(server.data, settings(models)):
        person = new_person(server)
        document = person.document()
        models.default = Answer(latency=0.2)
        made = [generate(person, document["id"], f"第{n}篇")["id"] for n in range(100)]
        assert {wait_for_end(person, id)["status"] for id in made} == {"completed"}
        assert len(models.requests) == 100 and page(person.get("/ai/generations", status="completed"))["total"] == 100


def test_a_text_is_cancelled_in_another_process(models, worker, person):
    gates = Gates(models)
    made = generate(person, person.document()["id"])
    begun(person, made["id"])
    ok(person.post(f"/ai/generations/{made['id']}/cancel", {}))
    assert generation(person, made["id"])["status"] == "cancelled"
    gates.close()
    wait_for(lambda: models.in_flight == 0, "the provider to have nothing to do")
    assert generation(person, made["id"])["generated_content"] == "一二"


def test_a_text_that_nobody_has_begun_is_cancelled(models, server, person):
    document = person.document()
    first, second = (generate(person, document["id"])["id"] for _ in range(2))
    ok(person.post(f"/ai/generations/{first}/cancel", {}))
    assert generation(person, first)["status"] == "cancelled"
    with Worker(server.data, settings(models)):
        assert wait_for_end(person, second)["status"] == "completed"
    assert len(models.requests) == 1 and generation(person, first)["generated_content"] == ""


def test_a_worker_without_a_provider_says_so(server, person):
    with Worker(server.data, {}) as worker:
        made = wait_for_end(person, generate(person, person.document()["id"])["id"])
        assert "没有语言模型参与" in made["generated_content"] and "WEFT_AI_BASE_URL" in worker.log.read_text()


def test_a_killed_workers_text_is_written_anew_by_another(models, server, worker, person):
    document = person.document()
    gates = Gates(models)
    made = generate(person, document["id"])
    with Stream(person, made["id"], timeout=TAKEOVER) as stream:
        assert next(stream).data == {"text": "一二"}
        worker.stop(signal.SIGKILL)
        gates.close()
        with Worker(server.data, settings(models)):
            found = list(stream)
    assert [e.name for e in found][0] == "restart" and found[-1].name == "completed" and text_of(found) == Answer.text
    assert generation(person, made["id"])["generated_content"] == Answer.text and len(models.requests) == 2
    ok(person.post(f"/ai/generations/{made['id']}/apply", {}), 201)
    assert ok(person.get(f"/documents/{document['id']}"))["content"] == "# 概述\n\n" + Answer.text


def test_a_killed_workers_text_is_written_anew_by_the_server(models, tmp_path):
    with Server(tmp_path / "data", env=settings(models) | {"WEFT_JOBS": "off"}) as server:
        person = new_person(server)
        worker = Worker(server.data, settings(models))
        gates = Gates(models)
        made = generate(person, person.document()["id"])
        begun(person, made["id"])
        worker.stop(signal.SIGKILL)
        gates.close()
    with Server(tmp_path / "data", env=settings(models)) as server:
        person = Person(server, person.username)
        assert wait_for_end(person, made["id"], TAKEOVER)["generated_content"] == Answer.text and len(models.requests) == 2


def test_a_killed_server_writes_its_texts_anew_at_once(models, tmp_path):
    server = Server(tmp_path / "data", env=settings(models)).start()
    person = new_person(server)
    gates = Gates(models)
    made = generate(person, person.document()["id"])
    with Stream(person, made["id"]) as stream:
        last = next(stream).id
        server.stop(signal.SIGKILL)
    gates.close()
    with server:
        with Stream(person, made["id"], last=last, url=server.url) as stream:
            found = list(stream)
        assert [e.name for e in found][0] == "restart" and text_of(found) == Answer.text and len(models.requests) == 2


def test_a_worker_that_is_stopped_hands_back_what_has_not_ended(models, server, worker, person):
    gates = Gates(models)
    made = generate(person, person.document()["id"])
    begun(person, made["id"])
    assert worker.stop() == 0
    gates.close()
    now = generation(person, made["id"])
    assert now["status"] == "processing" and now["generated_content"] == "一二"
    with Worker(server.data, settings(models)):
        assert wait_for_end(person, made["id"], 10)["generated_content"] == Answer.text


def test_a_worker_that_is_stopped_lets_end_what_soon_does(models, worker, person):
    gates = Gates(models)
    made = generate(person, person.document()["id"])
    begun(person, made["id"])
    worker.process.send_signal(signal.SIGTERM)
    gates.open(3)
    assert worker.process.wait(30) == 0 and len(models.requests) == 1
    assert generation(person, made["id"])["generated_content"] == "一二三四五六七八"


def test_a_worker_needs_no_server(models, tmp_path):
    server = Server(tmp_path / "data", env=settings(models) | {"WEFT_JOBS": "off"}).start()
    person = new_person(server)
    document = person.document()
    made = [generate(person, document["id"])["id"] for _ in range(3)]
    models.will(Refusal(429, retry_after="1"))
    server.stop()
    with Worker(server.data, settings(models)):
        wait_for(lambda: len(models.requests) == 4 and models.in_flight == 0, "the texts to be written")
        # A backup takes it as it is.
        archive = tmp_path / "backup.tar"
        assert backup(server.data, archive).returncode == 0 and verify(archive).returncode == 0
        with server:
            assert {wait_for_end(person, id)["generated_content"] for id in made} == {Answer.text}
    out = restore(archive, tmp_path / "other")
    assert out.returncode == 0, out


def test_what_changes_the_database_as_a_whole_waits_for_workers(models, tmp_path):
    with Server(tmp_path / "data", env=settings(models)) as server:
        person = new_person(server)
        archive = tmp_path / "backup.tar"
        assert backup(server.data, archive).returncode == 0
    data = server.data
    said = f"a weft worker is at work in {data}: stop it before the schema is brought up to date"
    worker = Worker(data, settings(models))
    out = weft("migrate", "--data-dir", data)
    assert out.returncode != 0 and said in out.stderr.decode()
    out = restore(archive, data)
    assert out.returncode != 0
    # A server of the same version needs no migration and starts beside it; one of a later version does not.
    with server:
        assert Person(server, person.username).get("/auth/me").status_code == 200
    with sqlite3.connect(data / "weft.db") as database:
        newest = "SELECT max(number) FROM weft_migrations WHERE application = 'cowriting'"
        database.execute(f"DELETE FROM weft_migrations WHERE application = 'cowriting' AND number = ({newest})")
    with pytest.raises(AssertionError) as told:
        server.start()
    assert said in str(told.value)
    server.stop()
    assert worker.stop() == 0
    # Nor does a worker begin with a schema that is not its own.
    with pytest.raises(AssertionError) as told:
        Worker(data, settings(models))
    assert "not up to date: start weft serve or run weft migrate first" in str(told.value)


def test_a_worker_says_what_is_wrong_with_its_directory(tmp_path):
    for directory in (tmp_path / "absent", tmp_path):
        out = weft("worker", "--data-dir", directory)
        assert out.returncode == 1 and out.stderr.startswith(b"weft: there is no database at ") and out.stdout == b"", out
    # A wrong directory stays as it was.
    assert list(tmp_path.iterdir()) == []


def test_an_account_has_so_many_jobs_waiting(server, person):
    """As the operations chapter says: 2,000 of a kind."""
    document = person.document()["id"]
    first = ok(person.post("/exports", {"document_id": document, "format": "markdown"}), 202)["export_id"]
    with sqlite3.connect(server.data / "weft.db", timeout=30) as database:
        database.execute(
            "WITH RECURSIVE more (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM more WHERE n < 1999)"
            " INSERT INTO cw_jobs (kind, reference, owner, created_at, run_after, attempts, lease_until, lease_holder, fence, is_cancelled)"
            " SELECT kind, reference + 1000000 + n, owner, created_at, run_after, attempts, lease_until, lease_holder, fence, is_cancelled"
            " FROM cw_jobs, more WHERE kind = 'export' AND reference = ?", (first,))
    answer = person.post("/exports", {"document_id": document, "format": "markdown"})
    assert error(answer, 429, "等待中的任务过多，请稍后再试")["code"] == "RATE_LIMIT_EXCEEDED" and int(answer.headers["retry-after"]) > 0
    # Other kinds and other people go on.
    generate(person, document)
    stranger = new_person(server)
    ok(stranger.post("/exports", {"document_id": stranger.document()["id"], "format": "pdf"}), 202)
