"""The API's page, as people meet it in a browser, and the commands that it shows."""
import json
import os
import re
import subprocess
from pathlib import Path

import cowriting
import pytest
from browser import DESKTOP, PHONE, Browser
from document_images import png
from server import BINARY, Server, wait_for

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
    # What the samples of uploads send.
    (folder / "document.pdf").write_bytes(b"%PDF-1.4")
    (folder / "厂区平面图.png").write_bytes(png())

    def run(command, token=""):
        env = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "TOKEN": token, "no_proxy": "*"}
        return subprocess.run(["sh", "-c", command], cwd=folder, env=env, capture_output=True, text=True, timeout=60)
    return run


def is_page(operation):
    """Whether a browser navigates there: what it says to a request that did not come from its own form (400, 403, 422) is not in the description."""
    return any("*/*" in answer.get("content", {}) for answer in operation["responses"].values())


def token_for(server, operation):
    """Of somebody new, in the application whose tokens the operation takes."""
    schemes = {name for scheme in operation["security"] for name in scheme}
    if not schemes:
        return ""
    return cowriting.new_person(server).token if "coWritingBearer" in schemes else server.register().token


def test_every_operation_has_commands_that_work(server, shell):
    wrong = []
    for method, path, operation in operations(server):
        where = f"{method.upper()} {path}"
        token = token_for(server, operation)
        curl = sample(operation, "curl").replace(REST, server.url)
        assert ("$TOKEN" in curl) == bool(operation["security"]), where
        done = shell(curl + " --silent --show-error --output /dev/null --write-out '%{http_code}'", token)
        documented = {int(status) for status in operation["responses"]} | ({302, 303, 400, 403, 422} if is_page(operation) else set())
        if done.returncode != 0 or int(done.stdout) not in documented:
            wrong.append(f"{where}: {done.stdout} {done.stderr}")
        token = token_for(server, operation)
        done = shell(sample(operation, "weft call").replace(GRPC, server.grpc), token)
        # A status of the call's own, such as a wrong code: not a mistake in the command (1, 64), no such RPC (76), no token (80).
        if done.returncode in {1, 64, 76} | ({80} if operation["security"] else set()):
            wrong.append(f"{operation['operationId']}: {done.returncode} {done.stderr}")
    assert wrong == []


def unique(pairs):
    """An object whose keys stand in it once."""
    assert len({name for name, _ in pairs}) == len(pairs), [name for name, _ in pairs]
    return dict(pairs)


def references(node):
    if isinstance(node, dict):
        yield from [node["$ref"]] if "$ref" in node else []
        node = node.values()
    elif not isinstance(node, list):
        return
    for inner in node:
        yield from references(inner)


def test_one_description_holds_both_applications(server):
    served = json.loads(server.call("GET", "/openapi.json").content, object_pairs_hook=unique)
    assert served == json.loads((Path(__file__).parents[2] / "docs/openapi.json").read_text())
    for reference in references(served):
        node = served
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
    ids = [operation["operationId"] for item in served["paths"].values() for operation in item.values()]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(("applications", "prefix", "scheme"), [("csa", "/api/v1/", "bearer"), ("cowriting", "/api/v1/", "coWritingBearer")])
def test_a_server_of_one_application_describes_one(tmp_path, applications, prefix, scheme):
    with Server(tmp_path / "data", env={"WEFT_APPS": applications}) as one:
        api = one.call("GET", "/openapi.json").json()
        assert {path.startswith(prefix) for path in api["paths"]} == {applications == "cowriting"}
        assert scheme in api["components"]["securitySchemes"]
        both = {"bearer", "coWritingBearer"} & set(api["components"]["securitySchemes"])
        assert both == {scheme}
        # What is not served is not there, each in its own words.
        assert one.call("GET", "/api/v1/auth/me").status_code == (401 if applications == "cowriting" else 404)
        assert set(one.call("GET", "/api/v1/nothing").json()) == {"success", "error", "timestamp"}


def test_answers_are_described_as_they_are(server):
    """The envelope, its headers and its errors, on an operation that has all of them."""
    api = server.call("GET", "/openapi.json").json()
    operation = api["paths"]["/api/v1/documents/{document_id}"]["put"]
    assert [p["name"] for p in operation["parameters"] if p["in"] == "header"] == ["If-Match"]
    good = operation["responses"]["200"]
    assert set(good["headers"]) == {"ETag", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}
    schema = good["content"]["application/json"]["schema"]
    assert schema["required"] == ["success", "data", "message", "timestamp"]
    assert "etag" not in api["components"]["schemas"]["CoWritingDocument"]["properties"]
    error = operation["responses"]["409"]["content"]["application/json"]
    assert error["schema"] == {"$ref": "#/components/schemas/CoWritingError"}
    assert [example["value"]["error"]["code"] for example in error["examples"].values()] == ["CONFLICT"]
    assert "429" in operation["responses"] and "data" not in api["paths"]["/api/v1/auth/logout"]["post"]["responses"]["200"]["content"][
        "application/json"]["schema"]["properties"]
    assert "created_after" in [p["name"] for p in api["paths"]["/api/v1/documents"]["get"]["parameters"]]
    refused = api["paths"]["/api/v1/documents/{document_id}/images/{image_id}"]["get"]["responses"]["416"]["content"]["application/json"]
    assert [example["value"]["error"]["code"] for example in refused["examples"].values()] == ["RANGE_NOT_SATISFIABLE"]


def test_streams_of_events_are_described_as_such(server):
    api = server.call("GET", "/openapi.json").json()
    for path in ("/api/v1/ai/generations/{generation_id}/stream", "/api/v1/exports/{export_id}/stream"):
        operation = api["paths"][path]["get"]
        assert list(operation["responses"]["200"]["content"]) == ["text/event-stream"] and "204" in operation["responses"]
        assert [p["name"] for p in operation["parameters"] if p["in"] == "header"] == ["Last-Event-ID"]


def test_the_page_keeps_its_own_rules(server):
    page = server.call("GET", "/docs")
    assert "'unsafe" not in page.headers["content-security-policy"]
    assert not re.search(r"<script(?! src)|<style|style=|onclick", page.text)


def open_page(browser, server):
    browser.open(server.url + "/docs")
    browser.wait(".opblock")


def scroll_to(browser, selector):
    """An operation of the page: of a list of 150 rows and more, Swagger UI keeps only those that are near the window."""
    def look():
        if not browser.all(selector):
            browser.run("window.scrollBy({top: innerHeight / 2, behavior: 'instant'})")
            return None
        browser.run("document.querySelector(arguments[0]).scrollIntoView({block: 'center', behavior: 'instant'})", selector)
        return browser.all(selector)
    wait_for(look, selector)
    return browser.wait(selector)


def test_every_operation_is_on_the_page(server, browser):
    open_page(browser, server)
    *_, (_, _, last) = operations(server)
    scroll_to(browser, f"[id$='-{last['operationId']}']")
    assert browser.problems() == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_page_shows_commands(server, size):
    with Browser(size=size) as browser:
        open_page(browser, server)
        operation = scroll_to(browser, "#operations-TicketService-TicketService_CreateTicket")
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
    open_page(browser, server)
    browser.click(".btn.authorize")
    browser.fill(".auth-container input[type=text]", user.token)
    browser.click(".auth-btn-wrapper .authorize")
    browser.click(".btn-done")
    operation = scroll_to(browser, "#operations-UserService-UserService_GetMe")
    browser.click(".opblock-summary-control", inside=operation)
    browser.click(".btn.execute", inside=operation)
    browser.wait(".live-responses-table .response-col_status", inside=operation, text="200")
    browser.wait(".live-responses-table td.response-col_description", inside=operation, text=user.email)
    assert browser.problems() == []


def test_trying_out_the_co_writing_platform(server, browser):
    """It has tokens of its own, so it has a field of its own to put one in."""
    person = cowriting.new_person(server)
    open_page(browser, server)
    browser.click(".btn.authorize")
    browser.wait(".auth-container")
    container = next(c for c in browser.all(".auth-container") if "coWritingBearer" in c.text)
    browser.fill("input[type=text]", person.token, inside=container)
    browser.click(".auth-btn-wrapper .authorize", inside=container)
    browser.click(".btn-done")
    operation = scroll_to(browser, "#operations-CoWritingAuthService-CoWritingAuthService_GetMe")
    browser.click(".opblock-summary-control", inside=operation)
    browser.click(".btn.execute", inside=operation)
    browser.wait(".live-responses-table .response-col_status", inside=operation, text="200")
    browser.wait(".live-responses-table td.response-col_description", inside=operation, text=person.username)
    browser.wait(".live-responses-table td.response-col_description", inside=operation, text="x-ratelimit-remaining")
    browser.wait(".weft-hint", inside=operation, text="POST /api/v1/auth/login")
    assert browser.problems() == []
