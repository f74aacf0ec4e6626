"""`weft admin` as people meet it: in a shell of its own configuration directory, and behind a terminal that asks."""
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time

from server import ADMIN, BINARY


class Console:
    """Runs commands with sign-ins of its own."""

    def __init__(self, server, home):
        self.server, self.home = server, home
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("WEFT_", "XDG_")) and k not in ("COLUMNS", "NO_COLOR")} | {
            "HOME": str(home), "TERM": "xterm"}
        self.file = home / ".config/weft/admin.json"

    def run(self, *arguments, stdin="", env=None):
        return subprocess.run([BINARY, "admin", *map(str, arguments)], env=self.env | (env or {}), capture_output=True, text=True,
                              timeout=60, input=stdin)

    def ok(self, *arguments, **more):
        """What a command that must work prints."""
        out = self.run(*arguments, **more)
        assert out.returncode == 0, (arguments, out)
        return out.stdout

    def login(self, email=ADMIN[0], password=ADMIN[1]):
        out = self.run("login", "--server", self.server.grpc, "--email", email, "--password-stdin", stdin=password + "\n")
        assert out.returncode == 0, out
        return out

    def terminal(self, *arguments, answers=(), columns=200, env=None):
        """Runs a command behind a terminal: what it showed, and its status. Each answer is (what to wait for, what to type)."""
        child, terminal = pty.fork()
        if child == 0:
            os.execve(BINARY, [BINARY, "admin", *map(str, arguments)], self.env | (env or {}))
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        shown, looked, answers, end = b"", 0, list(answers), time.monotonic() + 60
        while time.monotonic() < end:
            if select.select([terminal], [], [], 0.1)[0]:
                try:
                    piece = os.read(terminal, 65536)
                except OSError:
                    piece = b""
                if not piece:
                    break
                shown += piece
            if answers and answers[0][0].encode() in shown[looked:]:
                looked = len(shown)
                os.write(terminal, answers.pop(0)[1].encode())
        else:
            os.kill(child, 9)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os.close(terminal)
        assert not answers, (answers, shown)
        return shown.decode().replace("\r\n", "\n"), status
