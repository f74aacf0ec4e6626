"""Exports at their worst moments: processes that die while a file is written or named, cancellations, documents that go meanwhile, and
several processes and users at once. Nothing is lost, nothing is left, and there is no second file."""
import signal
import subprocess

import pytest
from cowriting import new_person, ok
from exporting import Worker, ask, blobs, ended, nothing_is_left, rows, state
from server import Server, wait_for

# Holds the moment at which a file gets its name: whole but unnamed before it, named but of no export behind it.
BEFORE, BEHIND = "delay_enter", "delay_exit"

needs_strace = pytest.mark.skipif(subprocess.run(["strace", "-V"], capture_output=True).returncode != 0, reason="needs strace")


def held(*moments, seconds=8):
    """What a server or worker is started with so that it stops for a while at these moments."""
    delays = ":".join(f"{moment}={seconds * 1_000_000}" for moment in moments)
    return ["strace", "-D", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", "trace=renameat2", "-e", f"inject=renameat2:{delays}"]


def reached(server, export_id, moment):
    """Waits until an export's file is there under the name that it has at a moment."""
    def look():
        (key,), = rows(server, "SELECT written_key FROM cw_exports WHERE id = ?", export_id)
        if key is None:
            return None
        folder, _, name = key.rpartition("/")
        return (f"{folder}/.{name}.part" if moment == BEFORE else key) in blobs(server)
    wait_for(look, f"export {export_id} to be at {moment}", 60)


def are_whole(person, asked, seconds=120):
    for export_id in asked:
        found = ended(person, export_id, seconds)
        assert found["status"] == "completed", found
        assert len(person.get(f"/exports/{export_id}/download").content) == found["file_size"]
    assert rows(person.server, "SELECT count(*) FROM cw_jobs") == [(0,)]
    assert rows(person.server, "SELECT count(DISTINCT file_key) FROM cw_exports WHERE file_key IS NOT NULL") == [(len(asked),)]
    nothing_is_left(person.server)


@needs_strace
@pytest.mark.parametrize("moment", [BEFORE, BEHIND])
def test_a_server_killed_while_a_file_gets_its_name(tmp_path, moment):
    server = Server(tmp_path / "data", wrap=held(moment)).start()
    try:
        person = new_person(server)
        asked = [ask(person, person.document()["id"], format) for format in ("pdf", "word")]
        reached(server, asked[0], moment)
        server.stop(signal.SIGKILL)
        assert blobs(server)
        server.wrap = []
        server.start()
        are_whole(person, asked)
    finally:
        server.stop()


@needs_strace
def test_a_worker_killed_while_a_file_gets_its_name(tmp_path):
    with Server(tmp_path / "data", env={"WEFT_JOBS": "off"}) as server:
        person = new_person(server)
        asked = [ask(person, person.document()["id"], "html")]
        with Worker(server, wrap=held(BEHIND)):
            reached(server, asked[0], BEHIND)
        with Worker(server):
            are_whole(person, asked)


@needs_strace
def test_cancelling_at_each_moment(tmp_path):
    with Server(tmp_path / "data", wrap=held(BEFORE, BEHIND, seconds=3), env={"WEFT_EXPORTS": "1"}) as server:
        person = new_person(server)
        document = person.document()
        for moment in (BEFORE, BEHIND):
            asked, waiting = (ask(person, document["id"], "pdf") for _ in range(2))
            reached(server, asked, moment)
            for export_id in (waiting, asked):
                ok(person.post(f"/exports/{export_id}/cancel", {}), 200, "导出任务已取消")
            wait_for(lambda: not rows(server, "SELECT 1 FROM cw_jobs"), "the jobs to end", 60)
            for export_id in (waiting, asked):
                found = state(person, export_id)
                assert found["status"] == "cancelled" and found["file_url"] is None and found["file_size"] is None
        server.wrap = []
        nothing_is_left(server)
        assert not blobs(server)


def test_workers_share_the_work_and_one_of_them_dies(tmp_path):
    with Server(tmp_path / "data", env={"WEFT_JOBS": "off"}) as server:
        person = new_person(server)
        document = person.document(content="\n\n".join(f"## 第{n}节\n\n" + "环境风险评估与应急处置。" * 200 for n in range(40)))
        asked = [ask(person, document["id"], format) for format in ("pdf", "word") * 6]
        holders = set()

        def both_work():
            holders.update(holder for (holder,) in rows(server, "SELECT lease_holder FROM cw_jobs WHERE lease_until > 0"))
            return len(holders) == 2
        with Worker(server):
            with Worker(server):
                wait_for(both_work, "both workers to have jobs", 60)
            are_whole(person, asked)


def test_a_document_that_goes_is_exported_as_it_was(tmp_path):
    with Server(tmp_path / "data", env={"WEFT_JOBS": "off"}) as server:
        person = new_person(server)
        asked = []
        for end in ("document", "project"):
            project = person.project()
            document = person.document(project["id"], content="早先的文字")
            asked.append(ask(person, document["id"], "markdown", include_metadata=True, include_versions=True))
            ok(person.put(f"/documents/{document['id']}", {"content": "后来的文字", "title": "后来的题目"}))
            ok(person.delete(f"/documents/{document['id']}" if end == "document" else f"/projects/{project['id']}"))
        with Worker(server):
            are_whole(person, asked)
        for export_id in asked:
            text = person.get(f"/exports/{export_id}/download").content.decode()
            assert "早先的文字" in text and "后来" not in text


def test_nobody_waits_for_all_of_anothers(tmp_path):
    with Server(tmp_path / "data", env={"WEFT_JOBS": "off", "WEFT_EXPORTS": "1"}) as server:
        first, second = new_person(server), new_person(server)
        mine, other = first.document(), second.document()
        third = new_person(server)
        many = [ask(person, document["id"], "html") for person, document in ((first, mine), (second, other)) for _ in range(5)]
        one = ask(third, third.document()["id"], "html")
        with Worker(server):
            wait_for(lambda: not rows(server, "SELECT 1 FROM cw_jobs"), "the jobs to end", 60)
        order = [export_id for (export_id,) in rows(server, "SELECT id FROM cw_exports WHERE status = 'completed' ORDER BY completed_at")]
        assert len(order) == len(many) + 1 and order.index(one) == 2, order
