"""The files of packaging/: as far as they can be tried without systemd as process 1 and without a container engine."""
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rpc import Rpc
from server import BINARY, Server, wait_for

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "packaging"


def run(*command, **more):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=60, **more)


@pytest.fixture
def units(tmp_path):
    """The units with a program that is there."""
    for unit in [*PACKAGING.glob("*.service"), *PACKAGING.glob("*.timer")]:
        (tmp_path / unit.name).write_text(unit.read_text().replace("/usr/local/bin/weft", "/bin/true"))
    (tmp_path / "weft.service.d").mkdir()
    (tmp_path / "weft.service.d/secrets.conf").write_text((PACKAGING / "weft-secrets.conf").read_text())
    return tmp_path


@pytest.mark.parametrize("name, exposure", [
    ("weft.service", 15), ("weft-worker.service", 15), ("weft-backup.service", 20), ("weft-backup.timer", None)])
def test_systemd_takes_the_units_and_finds_them_closed(units, name, exposure):
    out = run("systemd-analyze", "verify", units / name, env={**os.environ, "SYSTEMD_LOG_LEVEL": "warning"})
    assert out.returncode == 0 and not out.stderr, out.stderr
    if exposure:
        out = run("systemd-analyze", "security", "--offline=true", f"--threshold={exposure}", units / name)
        assert out.returncode == 0, out.stdout[-200:]


def use(server):
    """What makes the server do a bit of everything."""
    user = server.register()
    user.ticket()
    Rpc(server).streaming("csa.v1.FileService", "UploadFile", [{"filename": "文档.pdf"}, {"data": b"%PDF-1.4 documented"}], user.token)
    assert user.call("GET", "/api/tickets").status_code == 200
    Rpc(server).call("csa.v1.UserService", "GetMe", {}, user.token)
    return user


# Keeps memory from being writable and then executable, as MemoryDenyWriteExecute= does (PR_SET_MDWE, Linux 6.3).
DENY = "import ctypes, os, sys; code = ctypes.CDLL(None).prctl(65, 1, 0, 0, 0); code and sys.exit('no MDWE'); os.execvp(sys.argv[1], sys.argv[1:])"


def test_no_memory_is_ever_written_and_then_executed(tmp_path):
    if run(sys.executable, "-c", DENY, "true").returncode:
        pytest.skip("this kernel has no PR_SET_MDWE")
    with Server(tmp_path / "data", wrap=[sys.executable, "-c", DENY], env={"WEFT_SMTP_URL": "smtp://127.0.0.1:9", "WEFT_MAIL_FROM": "a@b.example"}) as server:
        assert server.admin_token()
    with Server(tmp_path / "data", wrap=[sys.executable, "-c", DENY]) as server:
        use(server)
        out = run(sys.executable, "-c", DENY, BINARY, "backup", tmp_path / "b.tar", "--data-dir", server.data)
        assert out.returncode == 0, out.stderr


def allowed():
    """The system calls of the unit's SystemCallFilter=."""
    def calls(name):
        found = set()
        for word in run("systemd-analyze", "syscall-filter", name).stdout.split("\n")[1:]:
            word = word.strip()
            if word.startswith("@"):
                found |= calls(word)
            elif word and not word.startswith("#"):
                found.add(word)
        return found

    filters = re.findall(r"^SystemCallFilter=(~?)(\S+)$", (PACKAGING / "weft.service").read_text(), re.M)
    result = set()
    for excluded, name in filters:
        result = result - calls(name) if excluded else result | calls(name)
    return result


def test_every_system_call_is_one_that_the_unit_allows(tmp_path):
    table = tmp_path / "calls"
    with Server(tmp_path / "data", wrap=["strace", "-D", "-f", "-qq", "-c", "-o", str(table)]) as server:
        use(server)
    wait_for(lambda: table.exists() and "total" in table.read_text(), "the table of calls")
    used = {line.split()[-1] for line in table.read_text().splitlines() if re.match(r"\s+\d+\.\d+\s", line)} - {"total"}
    assert {"epoll_wait", "openat", "execve"} <= used | {"epoll_pwait"} and len(used) > 30
    if os.geteuid() == 0:
        # Root gives what SQLite makes to the database's owner; the unit's user cannot, and need not.
        used -= {"fchown"}
    assert used <= allowed(), used - allowed()


# the container

# Not linked, but nothing is set without them.
FONTS = {"fonts-noto-cjk", "fonts-dejavu-core"}

def installed(stage):
    """The Debian packages that a stage of the Containerfile installs."""
    text = (PACKAGING / "Containerfile").read_text().split("\nFROM ")[stage].replace("\\\n", " ")
    command = re.search(r"apt-get install (.*?) &&", text)[1]
    return {word for word in command.split() if not word.startswith("-")}


def test_the_image_has_what_the_program_links_and_no_library_more():
    needed = set(re.findall(r"Shared library: \[(.*?)\]", run("readelf", "-d", BINARY).stdout))
    # Swift's own are inside the release program.
    swift = re.compile(r"lib(swift|Foundation|_Foundation|dispatch|BlocksRuntime)|ld-linux")
    packages = set()
    for library in needed:
        if swift.match(library):
            continue
        found = run("dpkg", "-S", f"*/{library}").stdout.splitlines()
        owners = {line.split(":")[0] for line in found if line.endswith(f"/{library}")}
        assert owners, library
        packages |= owners
    # What Swift's runtime links is linked by way of its libraries in a debug program.
    extra = {"libgcc-s1", "libstdc++6", "ca-certificates", *FONTS}
    assert packages <= installed(2), packages - installed(2)
    assert installed(2) - packages <= extra, installed(2) - packages


def test_the_image_is_built_with_what_setup_installs():
    lines = (ROOT / "tools/setup.sh").read_text().splitlines()
    linked = {word for l in lines if "what the server links" in l or "what exports are set with" in l for word in l.split("#")[0].split()}
    assert linked - FONTS == installed(1) - {"python3-pip"} and FONTS <= linked & installed(2)


def test_the_image_runs_as_nobody_in_particular_and_stops_gently():
    text = (PACKAGING / "Containerfile").read_text()
    for line in ["USER 10001:10001", "VOLUME /data", "EXPOSE 8000 50051", "STOPSIGNAL SIGTERM", "WEFT_LOG_FORMAT=json"]:
        assert line in text
    assert "grpc.health.v1.Health/Check" in text


def test_the_images_health_check_and_command_line_are_what_the_program_takes(tmp_path, server):
    import json
    text = (PACKAGING / "Containerfile").read_text().replace("\\\n", " ")
    check = json.loads(re.search(r"HEALTHCHECK .*?CMD (\[.*?\])", text)[1])
    assert check[0] == "weft"
    out = run(BINARY, *[server.grpc if w == "127.0.0.1:50051" else w for w in check[1:]])
    assert out.returncode == 0 and "SERVING" in out.stdout, out
    command = json.loads(re.search(r"^CMD (\[.*\])$", text, re.M)[1])
    assert command[0] == "serve" and set(w for w in command if w.startswith("--")) <= set(re.findall(r"--[a-z-]+", run(BINARY, "serve", "--help").stdout))


def test_units_and_image_call_the_program_as_it_is(tmp_path_factory, tmp_path):
    """The backup's script, run as the unit has it; beside a server of its own, since other tests take files from the shared one."""
    script = re.search(r"ExecStart=/bin/sh -ec '(.*?)'", (PACKAGING / "weft-backup.service").read_text(), re.S)[1]
    script = script.replace("\\\n", "\n").replace("%%", "%").replace("/usr/local/bin/weft", BINARY).replace("/var/backups/weft", str(tmp_path))
    for n in range(15):
        (tmp_path / f"weft-2020010{n // 10}T00000{n % 10}Z.tar").write_text("old")
    with Server(tmp_path_factory.mktemp("backed-up") / "data") as server:
        out = run("/bin/sh", "-ec", script, env={"PATH": os.environ["PATH"], "STATE_DIRECTORY": str(server.data)})
    assert out.returncode == 0, out.stderr
    left = sorted(p.name for p in tmp_path.iterdir())
    assert len(left) == 14 and left[-1].startswith("weft-2") and (tmp_path / left[-1]).read_bytes()[:7] == b"weft.db"
