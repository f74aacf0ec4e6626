"""What tests of the OAuth pages share: clients, requests, pages read as a browser without scripts reads them, and a relying party's callback."""
import base64
import hashlib
import http.server
import secrets
import threading
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx
from rpc import Rpc

CALLBACK = "https://client.example.com/callback"


def make_client(server, name="测试应用", redirect_uris=(CALLBACK,), scopes=("openid", "profile", "email", "phone"),
                grant_types=("authorization_code", "refresh_token"), **more):
    return Rpc(server).call(
        "csa.admin.v1.OAuthClientAdminService", "CreateOAuthClient",
        {"client_name": name, "redirect_uris": list(redirect_uris), "scopes": list(scopes), "grant_types": list(grant_types), **more},
        token=server.admin_token())


def pkce():
    verifier = secrets.token_urlsafe(48)
    return verifier, base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def parameters(client, **changes):
    """A request in order; None takes a parameter out, a list gives it several times."""
    whole = {"response_type": "code", "client_id": client["client_id"], "redirect_uri": client["redirect_uris"][0],
             "scope": "openid email", "state": "st-" + secrets.token_hex(8), "code_challenge": pkce()[1],
             "code_challenge_method": "S256", **changes}
    return {name: value for name, value in whole.items() if value is not None}


def authorize_url(base, query):
    return f"{base}/oauth/authorize?{urlencode(query, doseq=True)}"


def query_of(location):
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query, keep_blank_values=True).items()}


class Page(HTMLParser):
    """The forms, links, texts and labels of a page; what a browser without scripts could use."""

    VOID = {"meta", "link", "input", "br", "hr", "img", "path"}

    def __init__(self, answer):
        super().__init__()
        self.answer, self.url = answer, str(answer.url)
        self.forms, self.links, self.tags, self.labels, self.ids, self.text = [], [], [], [], [], ""
        self.open, self.leads_to = [], None
        self.feed(answer.text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.tags.append((tag, values))
        if tag not in self.VOID:
            self.open.append(tag)
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "form":
            self.forms.append({"action": values.get("action"), "method": values.get("method"), "fields": {}, "buttons": []})
        elif tag == "input" and self.forms:
            self.forms[-1]["fields"][values["name"]] = values.get("value", "")
        elif tag == "button" and self.forms:
            self.forms[-1]["buttons"].append((values.get("name"), values.get("value")))
        elif tag == "a":
            self.links.append(values.get("href"))
        elif tag == "meta" and values.get("http-equiv") == "refresh":
            self.leads_to = values["content"].removeprefix("0;url=")
        elif tag == "label":
            self.labels.append(values.get("for"))

    def handle_startendtag(self, tag, attributes):
        assert tag in self.VOID
        self.handle_starttag(tag, attributes)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing in {self.url}"

    def handle_data(self, data):
        if self.open[-1:] not in (["title"], ["script"], ["style"]):
            self.text += data

    def form(self, action):
        return next(form for form in self.forms if form["action"] == action)


class Visitor:
    """A browser without scripts: cookies, forms, and redirections that are followed only as far as this server."""

    def __init__(self, server, base=None, language="zh-CN", **headers):
        self.base = base or server.url
        self.http = httpx.Client(base_url=self.base, trust_env=False, timeout=30, follow_redirects=False, headers={
            "accept": "text/html,application/xhtml+xml,*/*;q=0.8", "accept-language": language, **headers})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.http.close()

    def _follow(self, answer):
        for _ in range(10):
            location = answer.headers.get("location")
            if answer.status_code not in (302, 303) or not urljoin(str(answer.url), location).startswith(self.base + "/"):
                return answer
            answer = self.http.get(location)
        raise AssertionError(f"redirected for ever: {answer.url}")

    def open(self, url):
        """Where it ends: a `Page`, or the answer that leads elsewhere."""
        return self._result(self._follow(self.http.get(url)))

    def authorize(self, client, **changes):
        return self.open(authorize_url(self.base, parameters(client, **changes)))

    def submit(self, page, action, follow=True, **values):
        form = page.form(action)
        assert form["method"] == "post"
        answer = self.http.post(urljoin(page.url, form["action"]), data={**form["fields"], **values})
        return self._result(self._follow(answer) if follow else answer)

    def sign_in(self, page, user, follow=True):
        return self.submit(page, "/oauth/sign-in", follow=follow, email=user.email, password=user.password)

    def decide(self, page, decision, follow=True):
        return self.submit(page, "/oauth/consent", follow=follow, decision=decision)

    @staticmethod
    def _result(answer):
        return Page(answer) if answer.headers.get("content-type", "").startswith("text/html") else answer


def landed(answer, redirect_uri=CALLBACK):
    """The parameters with which a client was called back: by a redirection, or after a form by a page that leads there by itself."""
    if isinstance(answer, Page):
        assert answer.leads_to, answer.text
        location = answer.leads_to
    else:
        assert answer.status_code in (302, 303), answer.text
        location = answer.headers["location"]
    assert location.startswith(redirect_uri), location
    return query_of(location)


class Callback:
    """A relying party's web server: remembers what it was called with, and may send the browser on."""

    def __init__(self, onward=None):
        self.requests = []
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                owner.requests.append((self.path, dict(self.headers)))
                if owner.onward and self.path.startswith("/callback"):
                    self.send_response(302)
                    self.send_header("location", owner.onward)
                    self.end_headers()
                    return
                body = b"<!doctype html><html lang=en><title>Client</title><h1 id=done>Back at the client</h1>"
                self.send_response(200)
                self.send_header("content-type", "text/html")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.onward = onward
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.http.server_address[1]}"

    @property
    def uri(self):
        return self.origin + "/callback"

    @property
    def answers(self):
        return [query_of(path) for path, _ in self.requests if path.startswith("/callback")]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()
