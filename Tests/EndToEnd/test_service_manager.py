"""What `weft serve` and `weft gateway` tell a service manager (sd_notify(3)); the unit that packaging/ has for one."""
import os
import secrets
import signal
import socket
import subprocess

import pytest
from server import BINARY, Server


class Manager:
    """A service manager's socket, with what was said to it."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address if isinstance(address, str) and address.startswith("/") else "\0" + address[1:])
        self.socket.settimeout(20)
        self.environment = {"NOTIFY_SOCKET": str(address)}

    def message(self):
        return dict(line.split("=", 1) for line in self.socket.recv(4096).decode().splitlines())

    def until(self, key):
        while key not in (message := self.message()):
            pass
        return message


@pytest.fixture(params=["path", "abstract"])
def manager(request, tmp_path):
    running = Manager(str(tmp_path / "notify") if request.param == "path" else "@weft-test-" + secrets.token_hex(8))
    yield running
    running.socket.close()


def test_a_server_says_when_it_serves_and_when_it_stops(tmp_path, manager):
    with Server(tmp_path / "data", env=manager.environment) as server:
        ready = manager.message()
        assert ready["READY"] == "1" and server.ports["http"] in ready["STATUS"] and server.grpc in ready["STATUS"]
        assert server.call("GET", "/healthz").status_code == 200
        server.process.send_signal(signal.SIGTERM)
        assert manager.message()["STOPPING"] == "1"
        assert server.process.wait(30) == 0
    manager.socket.setblocking(False)
    with pytest.raises(BlockingIOError):
        manager.message()


def test_signs_of_life_come_as_long_as_they_are_asked_for(tmp_path, manager):
    with Server(tmp_path / "data", env={**manager.environment, "WATCHDOG_USEC": "100000"}) as server:
        assert [manager.until("WATCHDOG")["WATCHDOG"] for _ in range(10)] == ["1"] * 10
        os.kill(server.process.pid, signal.SIGSTOP)
        manager.socket.settimeout(1)
        with pytest.raises(TimeoutError):
            while True:
                manager.message()
        os.kill(server.process.pid, signal.SIGCONT)
        manager.socket.settimeout(20)
        assert manager.until("WATCHDOG")


def test_signs_of_life_asked_of_another_process_are_not_ours(tmp_path, manager):
    with Server(tmp_path / "data", env={**manager.environment, "WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"}) as server:
        assert manager.message()["READY"] == "1"
        assert server.stop() == 0
    assert manager.message()["STOPPING"] == "1"


@pytest.mark.parametrize("address", ["relative", "/nonexistent/socket", "vsock:2:1"])
def test_a_manager_that_cannot_be_reached_is_no_obstacle(tmp_path, address):
    with Server(tmp_path / "data", env={"NOTIFY_SOCKET": address}) as server:
        assert server.call("GET", "/healthz").status_code == 200
        assert "the service manager cannot be told anything" in server.log.read_text()


def test_a_gateway_says_so_too(server, manager):
    process = subprocess.Popen([BINARY, "gateway", "--upstream", server.grpc, "--http", "127.0.0.1:0"],
                               env={**os.environ, **manager.environment, "WATCHDOG_USEC": "100000"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert server.grpc in manager.until("READY")["STATUS"]
    assert manager.until("WATCHDOG")
    process.send_signal(signal.SIGTERM)
    assert manager.until("STOPPING") and process.wait(30) == 0
