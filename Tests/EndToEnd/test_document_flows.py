"""What front ends do: flows.mjs run by Node, the same from a page of another origin in a browser, and the requests that wrappers make of it."""
import base64
import http.server
import json
import re
import shutil
import socket
import subprocess
import threading
from pathlib import Path

import pytest
from browser import Browser
from rpc import Rpc
from server import wait_for
from test_accounts import detail

SCRIPT = Path(__file__).with_name("flows.mjs")
FLOWS = re.findall(r"^  async '(.+)'\(\) \{$", SCRIPT.read_text(), re.M)
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def admin(server, method, body):
    return Rpc(server).call(*f"csa.admin.v1.{method}".split("/"), body, token=server.admin_token())


def contract_of(server, user):
    return admin(server, "ContractAdminService/CreateContract", {
        "owner_email": user.email, "title": "云服务合同", "content_markdown": "# 云服务合同\n\n第一条……"})["id"]


def project_of(server, user, content=PDF):
    project = admin(server, "ProjectAdminService/CreateProject", {"owner_email": user.email, "name": "网站改版", "overview_markdown": "# 概述"})
    admin(server, "ProjectAdminService/AddProjectFile", {
        "project_id": project["id"], "filename": "验收报告.pdf", "content_type": "application/pdf", "content": base64.b64encode(content).decode()})
    return project["id"]


@pytest.fixture(scope="module")
def said(server):
    node = shutil.which("node")
    assert node, "node is missing; run `make setup`"
    user = server.register()
    done = subprocess.run([node, str(SCRIPT)], capture_output=True, text=True, timeout=120, env={
        "WEFT_HTTP": server.url, "WEFT_TOKEN": user.token, "WEFT_PROJECT": project_of(server, user), "WEFT_CONTRACT": contract_of(server, user)})
    return done.stdout + done.stderr


@pytest.mark.parametrize("flow", FLOWS)
def test_node(said, flow):
    assert re.search(rf"^ok \d+ - {re.escape(flow)}$", said, re.M), said


# In a browser

@pytest.fixture
def elsewhere():
    """A page of another origin, as a front end's is."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write("<!doctype html><html lang=zh><title>前端</title><link rel=icon href='data:,'><p>前端</p>".encode())

        def log_message(self, *_):
            pass

    page = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=page.serve_forever, daemon=True).start()
    yield f"http://localhost:{page.server_address[1]}/"
    page.shutdown()
    page.server_close()


IN_THE_PAGE = """
const [base, email, password, project, done] = arguments;
const json = {'Content-Type': 'application/json'};
(async () => {
  const login = await fetch(base + '/api/auth/login', {method: 'POST', headers: json, body: JSON.stringify({email, password})});
  const authorization = {Authorization: `Bearer ${(await login.json()).access_token}`};
  const wrong = await fetch(base + '/api/auth/login', {method: 'POST', headers: json, body: JSON.stringify({email, password: 'no'})});
  const tickets = await fetch(base + '/api/tickets?skip=0&limit=10', {headers: {...json, ...authorization}});
  const form = new FormData();
  form.append('file', new File(['%PDF-1.4\\n%%EOF\\n'], '季度报告.pdf', {type: 'application/pdf'}));
  form.append('tag', '文档');
  const upload = await fetch(base + '/api/upload', {method: 'POST', headers: authorization, body: form});
  const uploaded = await upload.json();
  const content = await fetch(uploaded.download_url);
  const files = await (await fetch(`${base}/api/projects/${project}/files`, {headers: authorization})).json();
  const link = await fetch(`${base}/api/projects/files/${files.items[0].id}/download-url`, {method: 'POST', headers: {...json, ...authorization}});
  const signing = await fetch(base + '/api/users/me', {method: 'PATCH', headers: {...json, ...authorization}, body: '{"bio": "你好"}'});
  const removed = await fetch(base + '/api/tickets/nothing', {method: 'DELETE', headers: {...json, ...authorization}});
  return {wrong: [wrong.status, (await wrong.json()).detail], tickets: await tickets.json(), uploaded, upload: upload.status,
          content: await content.text(), type: content.headers.get('content-type'), link: await link.json(),
          signing: (await signing.json()).bio, removed: [removed.status, (await removed.json()).detail]};
})().then(done, error => done(String(error)));
"""


def test_a_page_of_another_origin(server, elsewhere, tmp_path):
    user = server.register()
    project = project_of(server, user)
    with Browser(downloads=tmp_path) as browser:
        browser.open(elsewhere)
        said = browser.driver.execute_async_script(IN_THE_PAGE, server.url, user.email, user.password, project)
        assert isinstance(said, dict), said
        assert said["wrong"] == [401, "邮箱或密码错误"] and said["removed"] == [404, "工单不存在"]
        assert said["tickets"] == {"total": 0, "items": []} and said["signing"] == "你好"
        assert said["upload"] == 201 and said["uploaded"]["filename"] == "季度报告.pdf" and said["uploaded"]["tag"] == "文档"
        assert said["content"] == "%PDF-1.4\n%%EOF\n" and said["type"] == "application/pdf"

        # By a link that the page clicks, and by a window that it opens: both are downloads, named as the files are.
        browser.run("const link = document.createElement('a'); link.href = arguments[0]; link.download = ''; "
                    "document.body.append(link); link.click(); link.remove()", said["link"]["download_url"])
        assert downloaded(tmp_path / "验收报告.pdf") == PDF
        browser.run("window.open(arguments[0])", said["uploaded"]["download_url"])
        assert downloaded(tmp_path / "季度报告.pdf") == b"%PDF-1.4\n%%EOF\n"
        assert [m for m in browser.problems() if "401" not in m and "404" not in m] == []


def downloaded(path):
    return wait_for(lambda: path.exists() and path.read_bytes(), f"the download {path.name}")


# What wrappers send

def raw(server, user, head):
    """An answer to a request as it is written here; nothing adds a header."""
    address, port = server.ports["http"].rsplit(":", 1)
    with socket.create_connection((address, int(port)), timeout=30) as connection:
        connection.sendall(f"{head}Host: {address}\r\nAuthorization: Bearer {user.token}\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


@pytest.mark.parametrize("headers", ["", "Content-Length: 0\r\n", "Content-Type: application/json\r\n", "Content-Type: application/json\r\nContent-Length: 0\r\n",
                                     "Content-Type: application/json; charset=utf-8\r\nContent-Length: 0\r\n", "Content-Type: text/plain;charset=UTF-8\r\nContent-Length: 0\r\n"])
def test_post_without_a_body(server, headers):
    """5.4, 6.2, the application for a business account and a key's: nothing has to be said, so nothing need be sent."""
    user = server.register()
    status, body = raw(server, user, f"POST /api/business-accounts/me/apply HTTP/1.1\r\n{headers}")
    assert status == 201 and json.loads(body)["status"] == "pending"
    file = admin(server, "ProjectAdminService/ListProjectFiles", {"project_id": project_of(server, user)})["items"][0]["id"]
    status, body = raw(server, user, f"POST /api/projects/files/{file}/download-url HTTP/1.1\r\n{headers}")
    assert status == 200 and json.loads(body).keys() == {"download_url", "expires_in"}
    uploaded = user.call("POST", "/api/upload", files={"file": ("文档.pdf", PDF, "application/pdf")}).json()
    status, body = raw(server, user, f"POST /api/files/{uploaded['id']}/download-url HTTP/1.1\r\n{headers}")
    assert status == 200 and json.loads(body).keys() == {"download_url", "expires_in"}
    status, _ = raw(server, user, f"POST /api/application-key/create HTTP/1.1\r\n{headers}")
    assert status == 200


@pytest.mark.parametrize("body", [b"", b"{}", b" {} "])
def test_bodies_that_say_nothing(server, body):
    user = server.register()
    json_type = {"Content-Type": "application/json"}
    detail(user.call("PATCH", "/api/users/me", content=body, headers=json_type), 400, "未提供任何需要更新的字段")
    detail(user.call("PATCH", "/api/business-accounts/me", content=body, headers=json_type), 404, "业务账号不存在")
    account = user.call("POST", "/api/business-accounts/me/apply", content=body, headers=json_type)
    assert account.status_code == 201
    unchanged = user.call("PATCH", "/api/business-accounts/me", content=body, headers=json_type)
    assert unchanged.status_code == 200 and unchanged.json() == account.json()
    contract = contract_of(server, user)
    assert "is_signed" in detail(user.call("PATCH", f"/api/contracts/{contract}/sign-status", content=body, headers=json_type), 422)
    assert user.call("GET", f"/api/contracts/{contract}").json()["is_signed"] is False


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "text/plain", "multipart/form-data", ""])
def test_get_and_delete_with_a_content_type(server, user, content_type):
    headers = {"Content-Type": content_type}
    assert user.call("GET", "/api/tickets", params={"limit": 1}, headers=headers).status_code == 200
    ticket = user.ticket()["id"]
    assert user.call("GET", f"/api/tickets/{ticket}", headers=headers).json()["id"] == ticket
    assert user.call("DELETE", f"/api/tickets/{ticket}", headers=headers).status_code == 204
    assert server.call("GET", "/healthz", headers=headers).status_code == 200
