"""A file of 100 MB up and down beside nginx, which serves the same file to the same client, and beside what the disk and the hash can do.

usage: files.py WEFT      (curl over loopback; figures are medians; DIR=… for another disk than that of the temporary directory)

Memory is the growth of the resident peak (VmHWM, reset before) over what was resident before the transfer.
"""
import hashlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

WEFT = sys.argv[1]
ROUNDS = int(os.environ.get("ROUNDS", "5"))
SIZE = 100_000_000
ADMIN = {"WEFT_ADMIN_EMAIL": "admin@example.com", "WEFT_ADMIN_PASSWORD": "correct-horse-battery", "WEFT_RATE_LIMITS": "off"}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for_port(port, process):
    end = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                raise SystemExit("did not start")
            threading.Event().wait(0.05)


def status(pid, name):
    return int(re.search(rf"{name}:\s+(\d+)", open(f"/proc/{pid}/status").read())[1])


def growth(pid, act):
    """Seconds that `act` says it took, and by how many MiB the resident peak exceeded what was resident before."""
    open(f"/proc/{pid}/clear_refs", "w").write("5")
    before = status(pid, "VmRSS")
    seconds = act()
    return seconds, (status(pid, "VmHWM") - before) / 1024


def curl(*arguments):
    out = subprocess.run(["curl", "-sS", "--fail", "--noproxy", "*", "-w", "\n%{time_total}", *arguments], capture_output=True, text=True, check=True)
    body, _, seconds = out.stdout.rpartition("\n")
    return body, float(seconds)


def touch_memory(folder):
    """A virtual machine gets its memory from the host page by page: the first writer of a page would pay for that, ten times a write's price."""
    path = os.path.join(folder, "touched")
    subprocess.run(["dd", "if=/dev/zero", f"of={path}", "bs=1M", f"count={100 * (2 * ROUNDS + 2)}"], check=True, capture_output=True)
    os.unlink(path)


def median(values):
    return sorted(values)[len(values) // 2]


def report(name, seconds, memory=None, note=""):
    rate = SIZE / median(seconds) / 1e6
    print(f"{name:44} {rate:8.0f} MB/s  " + (f"{max(memory):6.1f} MiB" if memory else " " * 10) + f"  {note}")
    return rate


def main():
    folder = tempfile.mkdtemp(prefix="weft-files-", dir=os.environ.get("DIR"))
    source = os.path.join(folder, "file.pdf")
    with open(source, "wb") as file:
        file.write(b"%PDF-1.4\n" + os.urandom(SIZE - 9))
    touch_memory(folder)
    port, grpc, nginx_port = free_port(), free_port(), free_port()
    weft = subprocess.Popen([WEFT, "serve", "--data-dir", os.path.join(folder, "data"), "--http", f"127.0.0.1:{port}", "--grpc", f"127.0.0.1:{grpc}"],
                            env={**os.environ, **ADMIN}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    nginx = None
    try:
        wait_for_port(port, weft)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("POST", "/api/auth/login", json.dumps({"email": ADMIN["WEFT_ADMIN_EMAIL"], "password": ADMIN["WEFT_ADMIN_PASSWORD"]}),
                           {"Content-Type": "application/json"})
        token = json.loads(connection.getresponse().read())["access_token"]
        # The login's hash gives its 19 MiB back after ten idle seconds; until then they would hide what a transfer takes.
        print("waiting until the password hasher has given its memory back")
        threading.Event().wait(15)

        made = []

        def upload():
            body, seconds = curl("-H", f"Authorization: Bearer {token}", "-F", f"file=@{source}", f"http://127.0.0.1:{port}/api/upload")
            made.append(json.loads(body))
            return seconds

        def download(url):
            return curl("-o", "/dev/null", url)[1]

        ups, up_memory = zip(*(growth(weft.pid, upload) for _ in range(ROUNDS)))
        assert all(upload["file_size"] == SIZE for upload in made)
        url = made[-1]["download_url"]
        stored = os.path.join(folder, "data", "blobs", made[-1]["oss_key"])
        config = os.path.join(folder, "nginx.conf")
        with open(config, "w") as file:
            file.write(f"""daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log; user root;
events {{}}
http {{ sendfile on; tcp_nopush on; access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; server {{ listen 127.0.0.1:{nginx_port}; root {os.path.dirname(stored)}; }} }}
""")
        nginx = subprocess.Popen(["nginx", "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_port(nginx_port, nginx)
        beside = f"http://127.0.0.1:{nginx_port}/{os.path.basename(stored)}"
        downs, served, down_memory, disk, hashes = [], [], [], [], []
        for _ in range(ROUNDS):  # in turns: what else the machine does then hits both
            served.append(download(beside))
            seconds, memory = growth(weft.pid, lambda: download(url))
            downs.append(seconds)
            down_memory.append(memory)
        contents = open(source, "rb").read()
        for number in range(ROUNDS):
            began = time.monotonic()
            subprocess.run(["dd", f"if={source}", f"of={folder}/dd{number}", "bs=1M", "conv=fsync"], check=True, capture_output=True)
            disk.append(time.monotonic() - began)
            began = time.monotonic()
            hashlib.sha256(contents).digest()
            hashes.append(time.monotonic() - began)

        print(f"{'100 MB, curl over loopback':44} {'rate':>8}       {'memory':>10}   (medians of {ROUNDS}; memory: the most)")
        nginx_rate = report("nginx serves the file (sendfile)", served)
        down = report("weft, download", downs, down_memory)
        up = report("weft, upload (type, SHA-256, sync)", ups, up_memory)
        disk_rate = report("dd conv=fsync on the same disk", disk)
        report("SHA-256 alone (OpenSSL)", hashes)
        print(f"download beside nginx: {down / nginx_rate:.2f} (at least 0.5); upload beside nginx: {up / nginx_rate:.2f} (at least 0.5), "
              f"beside the disk: {up / disk_rate:.2f}")
        print(f"memory: {max((*up_memory, *down_memory)):.1f} MiB (below 16)")
    finally:
        for process in (weft, nginx):
            if process and process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(40)
        subprocess.run(["rm", "-rf", folder])


main()
