"""Text messages by a web hook and by Alibaba Cloud's SendSms, against local servers that check what real ones would."""
import base64
import hashlib
import hmac
import json
import secrets
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote

import pytest
from certificates import Authority
from server import Server, wait_for

SECRET = "se/cr et密"
NOT_SENT = (500, "短信发送失败")


class Provider:
    """An HTTP server that keeps the requests it gets and answers by `answer(request)`: (status, body) or None for silence."""

    def __init__(self, answer=lambda request: (200, "{}"), context=None):
        provider = self
        self.requests, self.stopped = [], threading.Event()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                request = {"path": self.path, "headers": dict(self.headers), "body": body}
                provider.requests.append(request)
                reply = answer(request)
                if reply is None:
                    provider.stopped.wait(60)
                    return
                status, text = reply
                self.send_response(status)
                self.send_header("Content-Length", str(len(text.encode())))
                if status == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.server.shutdown()
        self.server.server_close()


def number():
    return "138" + "".join(secrets.choice("0123456789") for _ in range(8))


def ask(server, phone):
    answer = server.call("POST", "/api/auth/send-sms-code", json={"phone_number": phone})
    return answer.status_code, answer.json().get("detail")


def login(server, phone, code):
    return server.call("POST", "/api/auth/login-by-sms", json={"phone_number": phone, "verification_code": code})


def weft(tmp_path, url, **env):
    return Server(tmp_path / "data", env={"WEFT_SMS_URL": url, **env})


def expect_no_trace(server, *secrets_of_it):
    log = server.log.read_text()
    assert not [s for s in secrets_of_it if s and s in log] and not (server.data / "outbox.jsonl").exists()


@pytest.mark.parametrize("userinfo, authorization", [("", None), ("token-1@", "Bearer token-1"), (":token-2@", "Bearer token-2"),
                                                     ("us%3Aer:p%40ss@", "Basic " + base64.b64encode(b"us:er:p@ss").decode())])
def test_a_web_hook_gets_the_message_and_its_code_signs_in(tmp_path, userinfo, authorization):
    with Provider() as provider, weft(tmp_path, f"http://{userinfo}{provider.host}/sms?from=weft") as server:
        phone = number()
        assert ask(server, phone)[0] == 200
        request, = provider.requests
        assert request["path"] == "/sms?from=weft" and request["headers"].get("Authorization") == authorization
        assert request["headers"]["Content-Type"] == "application/json"
        body = json.loads(request["body"])
        assert set(body) == {"to", "purpose", "code", "text"} and body["to"] == phone and body["purpose"] == "sms"
        assert len(body["code"]) == 6 and body["code"] in body["text"] and "您的验证码" in body["text"]
        assert login(server, phone, body["code"]).status_code == 200
        expect_no_trace(server, body["code"], "token-", "p@ss")


@pytest.mark.parametrize("reply", [(500, "no"), (404, ""), (401, "{}"), (302, ""), (200, "x" * 100_000)])
def test_a_web_hook_that_says_no(tmp_path, reply):
    with Provider(lambda request: reply) as provider, weft(tmp_path, f"http://{provider.host}/") as server:
        phone = number()
        assert ask(server, phone) == NOT_SENT
        # Sent once, nowhere else, and its code is worth nothing.
        request, = provider.requests
        code = json.loads(request["body"])["code"]
        assert login(server, phone, code).status_code == 400
        assert "the text message could not be sent" in server.log.read_text()
        expect_no_trace(server, code)


def test_a_web_hook_that_is_not_there(tmp_path):
    with Provider() as provider:
        host = provider.host
    with weft(tmp_path, f"http://{host}/") as server:
        assert ask(server, number()) == NOT_SENT


def test_a_web_hook_that_says_nothing_holds_up_nobody_else(tmp_path):
    slow = number()
    silent = lambda request: None if slow in request["body"].decode() else (204, "")  # noqa: E731
    with Provider(silent) as provider, weft(tmp_path, f"http://{provider.host}/") as server:
        result = []
        thread = threading.Thread(target=lambda: result.append(ask(server, slow)))
        thread.start()
        wait_for(lambda: provider.requests, "the slow request")
        for _ in range(5):
            assert ask(server, number())[0] == 200
        assert server.call("GET", "/healthz").status_code == 200
        thread.join(40)
        assert result == [NOT_SENT]


def test_https_needs_a_certificate_that_is_trusted(tmp_path):
    authority = Authority(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("hook"))
    with Provider(context=context) as provider:
        with weft(tmp_path, f"https://token@{provider.host}/") as server:
            assert ask(server, number()) == NOT_SENT and not provider.requests
        with weft(tmp_path, f"https://token@{provider.host}/", WEFT_OUTBOUND_CA=str(authority.ca)) as server:
            assert ask(server, number())[0] == 200 and len(provider.requests) == 1


def signature(method, parameters, secret):
    """Alibaba Cloud's RPC signature, written from its documentation and apart from ours."""
    encode = lambda text: quote(text, safe="-_.~")  # noqa: E731
    query = "&".join(f"{encode(k)}={encode(v)}" for k, v in sorted(parameters.items()) if k != "Signature")
    text = f"{method}&{encode('/')}&{encode(query)}"
    return base64.b64encode(hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()).decode()


def test_our_own_signer_gives_the_published_example():
    published = dict(parse_qsl(
        "AccessKeyId=testId&Action=SendSms&Format=XML&OutId=123&PhoneNumbers=15300000001&RegionId=cn-hangzhou"
        "&SignName=%E9%98%BF%E9%87%8C%E4%BA%91%E7%9F%AD%E4%BF%A1%E6%B5%8B%E8%AF%95%E4%B8%93%E7%94%A8&SignatureMethod=HMAC-SHA1"
        "&SignatureNonce=45e25e9b-0a6f-4070-8c85-2956eda1b466&SignatureVersion=1.0&TemplateCode=SMS_71390007"
        "&TemplateParam=%7B%22customer%22%3A%22test%22%7D&Timestamp=2017-07-12T02%3A42%3A19Z&Version=2017-05-25"))
    assert signature("GET", published, "testSecret") == "zJDF+Lrzhj/ThnlvIToysFRq6t4="


def aliyun(code="OK", status=200):
    """Answers as SendSms does: a wrong signature is refused before anything else."""
    def answer(request):
        form = dict(parse_qsl(request["body"].decode(), keep_blank_values=True, strict_parsing=True))
        if form.get("Signature") != signature("POST", form, SECRET):
            return 400, json.dumps({"Code": "SignatureDoesNotMatch", "RequestId": "R-0", "Message": "no"})
        return status, json.dumps({"Message": "短信 " + form["TemplateParam"], "RequestId": "R-1\nforged line", "BizId": "9", "Code": code})
    return answer


def aliyun_url(provider, secret=SECRET):
    return f"aliyun://LTAI.test:{quote(secret, safe='')}@{provider.host}/?sign={quote('阿里 云+测试')}&template=SMS_71390007"


def test_aliyun_takes_what_we_signed_and_the_code_signs_in(tmp_path):
    with Provider(aliyun()) as provider, weft(tmp_path, aliyun_url(provider)) as server:
        phones = [number() for _ in range(3)]
        for phone in phones:
            assert ask(server, phone)[0] == 200
        forms = [dict(parse_qsl(r["body"].decode())) for r in provider.requests]
        for form, phone in zip(forms, phones):
            assert form["Action"] == "SendSms" and form["Version"] == "2017-05-25" and form["Format"] == "JSON"
            assert form["PhoneNumbers"] == phone and form["SignName"] == "阿里 云+测试" and form["TemplateCode"] == "SMS_71390007"
            assert form["AccessKeyId"] == "LTAI.test" and form["Timestamp"].endswith("Z") and len(form["Timestamp"]) == 20
            assert list(json.loads(form["TemplateParam"])) == ["code"]
        assert len({form["SignatureNonce"] for form in forms}) == 3
        assert all(r["path"] == "/" and r["headers"]["Content-Type"] == "application/x-www-form-urlencoded" for r in provider.requests)
        codes = [json.loads(form["TemplateParam"])["code"] for form in forms]
        assert login(server, phones[0], codes[0]).status_code == 200
        expect_no_trace(server, SECRET, *codes)


@pytest.mark.parametrize("answer, logged", [
    (aliyun("isv.BUSINESS_LIMIT_CONTROL"), "isv.BUSINESS_LIMIT_CONTROL"), (aliyun("isv.AMOUNT_NOT_ENOUGH", 400), "isv.AMOUNT_NOT_ENOUGH"),
    (lambda request: (200, "{}"), "no result"), (lambda request: (200, "<html>"), "no result"), (lambda request: (200, '{"Code":1}'), "no result"),
    (lambda request: (503, ""), "503"), (lambda request: (200, '{"Code":"ok","RequestId":"R-1"}'), "R-1"),
])
def test_aliyun_says_no(tmp_path, answer, logged):
    with Provider(answer) as provider, weft(tmp_path, aliyun_url(provider)) as server:
        assert ask(server, number()) == NOT_SENT
        form = dict(parse_qsl(provider.requests[0]["body"].decode()))
        log = server.log.read_text()
        assert logged in log and "\nforged" not in log and len(provider.requests) == 1
        expect_no_trace(server, SECRET, json.loads(form["TemplateParam"])["code"])


def test_a_wrong_secret_is_told_apart_in_the_log_only(tmp_path):
    with Provider(aliyun()) as provider, weft(tmp_path, aliyun_url(provider, "other")) as server:
        assert ask(server, number()) == NOT_SENT
        assert "SignatureDoesNotMatch" in server.log.read_text() and "R-0" in server.log.read_text()
