"""The API's page, as people meet it in a browser, and the commands that it shows."""
import os
import re
import subprocess
from pathlib import Path

import pytest
from browser import DESKTOP, PHONE, Browser
from server import BINARY

REST, GRPC = "http://127.0.0.1:8000", "127.0.0.1:50051"


def operations(server):
    for path, item in server.call("GET", "/openapi.json").json()["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def sample(operation, label):
    return next(s["source"] for s in operation["x-codeSamples"] if s["label"] == label)


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    """Runs a pasted command where `weft` is on the path."""
    folder = tmp_path_factory.mktemp("bin")
    (folder / "weft").symlink_to(Path(BINARY).resolve())
    # What an upload's sample sends.
    (folder / "document.pdf").write_bytes(b"%PDF-1.4")

    def run(command, token=""):
        env = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "TOKEN": token, "no_proxy": "*"}
        return subprocess.run(["sh", "-c", command], cwd=folder, env=env, capture_output=True, text=True, timeout=60)
    return run


def is_page(operation):
    """Whether a browser navigates there: what it says to a request that did not come from its own form (400, 403, 422) is not in the description."""
    return any("*/*" in answer.get("content", {}) for answer in operation["responses"].values())


def test_every_operation_has_commands_that_work(server, shell):
    wrong = []
    for method, path, operation in operations(server):
        where = f"{method.upper()} {path}"
        token = server.register().token if operation["security"] else ""
        curl = sample(operation, "curl").replace(REST, server.url)
        assert ("$TOKEN" in curl) == bool(operation["security"]), where
        done = shell(curl + " --silent --show-error --output /dev/null --write-out '%{http_code}'", token)
        documented = {int(status) for status in operation["responses"]} | ({302, 303, 400, 403, 422} if is_page(operation) else set())
        if done.returncode != 0 or int(done.stdout) not in documented:
            wrong.append(f"{where}: {done.stdout} {done.stderr}")
        token = server.register().token if operation["security"] else ""
        done = shell(sample(operation, "weft call").replace(GRPC, server.grpc), token)
        # A status of the call's own, such as a wrong code: not a mistake in the command (1, 64), no such RPC (76), no token (80).
        if done.returncode in {1, 64, 76} | ({80} if operation["security"] else set()):
            wrong.append(f"{operation['operationId']}: {done.returncode} {done.stderr}")
    assert wrong == []


def test_the_page_keeps_its_own_rules(server):
    page = server.call("GET", "/docs")
    assert "'unsafe" not in page.headers["content-security-policy"]
    assert not re.search(r"<script(?! src)|<style|style=|onclick", page.text)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_page_shows_commands(server, size):
    with Browser(size=size) as browser:
        browser.open(server.url + "/docs")
        operation = browser.wait("#operations-TicketService-TicketService_CreateTicket")
        browser.click(".opblock-summary-control", inside=operation)
        samples = browser.wait(".weft-samples", inside=operation)
        curl, weft = [e.text for e in browser.all("pre", samples)]
        assert curl.startswith(f"curl {server.url}/api/tickets") and '"Authorization: Bearer $TOKEN"' in curl
        assert weft.startswith("weft call") and "127.0.0.1:50051 csa.v1.TicketService/CreateTicket" in weft
        browser.click(".weft-copy", inside=samples)
        browser.wait(".weft-copy", inside=samples, text="Copied")
        assert browser.width_overflow() == 0
        assert browser.problems() == []
        if os.environ.get("WEFT_SCREENSHOTS"):
            browser.screenshot(Path(os.environ["WEFT_SCREENSHOTS"]) / f"docs-{size[0]}.png")


def test_trying_it_out_with_a_token(server, browser):
    user = server.register()
    browser.open(server.url + "/docs")
    browser.click(".btn.authorize")
    browser.fill(".auth-container input[type=text]", user.token)
    browser.click(".auth-btn-wrapper .authorize")
    browser.click(".btn-done")
    operation = browser.wait("#operations-UserService-UserService_GetMe")
    browser.click(".opblock-summary-control", inside=operation)
    browser.click(".btn.execute", inside=operation)
    browser.wait(".live-responses-table .response-col_status", inside=operation, text="200")
    browser.wait(".live-responses-table td.response-col_description", inside=operation, text=user.email)
    assert browser.problems() == []
