"""What a process holds of answers that have not left is bounded, however many slow readers ask for however large a page."""
import re
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from rpc import Rpc
from server import Server, wait_for

CONTENT = "内" * 330_000
TICKETS = 50
# 50 MB a page, and 256 MiB for all answers under way.
FIT = 5


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A server and a user whose page of tickets is about 50 MB."""
    with Server(tmp_path_factory.mktemp("full") / "data") as server:
        user = server.register()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: user.ticket(content=CONTENT + str(n)), range(TICKETS)))
        yield server, user


class SlowReader:
    """Asks for the page, reads the head of the answer, and then nothing more."""

    def __init__(self, server, user):
        host, port = server.ports["http"].rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=30)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.sendall(f"GET /api/tickets?limit=100 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {user.token}\r\n\r\n".encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.socket.recv(512)
        self.head = head.decode(errors="replace")
        self.status = int(self.head.split(" ")[1])


def memory(server):
    """Private memory of the server in bytes."""
    with open(f"/proc/{server.process.pid}/status") as status:
        return int(re.search(r"RssAnon:\s+(\d+) kB", status.read())[1]) * 1024


def test_slow_readers_of_large_pages_are_refused_beyond_the_budget(full):
    server, user = full
    readers = []
    try:
        while not readers or readers[-1].status == 200:
            assert len(readers) <= FIT
            readers.append(SlowReader(server, user))
        assert len(readers) == FIT + 1 and readers[-1].status == 503
        assert re.search(r"(?i)\r\nretry-after: [1-9]", readers[-1].head)

        answer = user.call("GET", "/api/tickets?limit=100")
        assert answer.status_code == 503 and answer.json()["detail"] == "服务器繁忙，请稍后再试"
        code, _ = Rpc(server).code("csa.v1.TicketService", "ListTickets", {"limit": 100}, token=user.token)
        assert code == "RESOURCE_EXHAUSTED"

        # What is small goes on, and so does what changes something.
        assert user.call("GET", "/api/users/me").status_code == 200
        assert server.call("GET", "/healthz").status_code == 200
        made = user.ticket(content=CONTENT)
        assert user.call("DELETE", f"/api/tickets/{made['id']}").status_code in (200, 204)
        assert memory(server) > FIT * 40_000_000
    finally:
        for reader in readers:
            reader.socket.close()
    wait_for(lambda: memory(server) < 100_000_000, "the memory of answers that nobody waits for")
    answer = wait_for(lambda: (a := user.call("GET", "/api/tickets?limit=100")).status_code == 200 and a, "room for a page")
    assert answer.json()["total"] == len(answer.json()["items"]) == TICKETS


def test_pages_that_are_read_give_their_room_back(full):
    server, user = full
    for _ in range(2 * FIT):
        assert user.call("GET", "/api/tickets?limit=100").status_code == 200
