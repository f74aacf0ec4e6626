"""A server under measurement: what it has used of the processor, and its end."""
import os
import signal
import subprocess

TICK = os.sysconf("SC_CLK_TCK")


class ServerProcess:
    """Whoever inherits it keeps the program in `process`."""

    def cpu(self):
        """Seconds, of user and of system."""
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def stop(self):
        """Lets it end by itself for 30 s."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
