"""The authorization endpoint and its pages, as a browser without scripts sees them: OAuth 2.1, OpenID Connect Core 3.1.2, RFC 9700.

docs/oauth.md lists which requirement each test shows.
"""
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlsplit

import httpx
import pytest
from oauth import CALLBACK, Page, Visitor, authorize_url, landed, make_client, parameters, query_of
from rpc import Rpc
from server import ADMIN, Server, wait_for
from test_remote_gateway import RemoteGateway


@pytest.fixture(scope="module")
def client(server):
    return make_client(server)


@pytest.fixture(params=["in process", "remote"], scope="module")
def base(request, server):
    """The same pages through the gateway in the process and through `weft gateway`."""
    if request.param == "in process":
        yield server.url
        return
    with RemoteGateway(server.grpc) as gateway:
        yield gateway.url


@pytest.fixture
def visitor(server, base):
    with Visitor(server, base) as visitor:
        yield visitor


def number():
    import secrets
    return "138" + str(secrets.randbelow(10**8)).zfill(8)


# The way through

def test_signing_in_and_allowing_leads_back_with_a_code(visitor, server, client):
    user = server.register()
    page = visitor.authorize(client, state="a b&c=ü", nonce="n1")
    assert page.answer.status_code == 200
    assert "测试应用" in page.text
    consent = visitor.sign_in(page, user)
    assert isinstance(consent, Page) and user.email in consent.text
    assert "client.example.com" in consent.text
    answer = visitor.decide(consent, "allow", follow=False)
    assert answer.answer.status_code == 200 and answer.leads_to in answer.links
    back = landed(answer)
    assert set(back) == {"code", "state", "iss"}
    assert back["state"] == "a b&c=ü"
    assert back["iss"] == server.url
    assert len(back["code"]) >= 43
    # Allowed before: the next time nobody is asked.
    again = visitor.authorize(client)
    assert again.status_code == 302 and "code" in landed(again)


def test_more_scope_is_asked_for_again(visitor, server, client):
    user = server.register()
    consent = visitor.sign_in(visitor.authorize(client, scope="openid"), user)
    landed(visitor.decide(consent, "allow"))
    assert "code" in landed(visitor.authorize(client, scope="openid"))
    more = visitor.authorize(client, scope="openid profile")
    assert isinstance(more, Page) and "基本资料" in more.text


def test_denying_leads_back_with_access_denied(visitor, server, client):
    consent = visitor.sign_in(visitor.authorize(client, state="s1"), server.register())
    back = landed(visitor.decide(consent, "deny"))
    assert back["error"] == "access_denied" and back["state"] == "s1" and back["iss"] == server.url and "code" not in back


def test_a_bearer_token_is_answered_at_once(server, client, user):
    answer = user.call("GET", "/oauth/authorize", params=parameters(client, state="xyz"))
    assert answer.status_code == 302
    assert set(query_of(answer.headers["location"])) == {"code", "state", "iss"}
    assert answer.content == b""


def test_bad_bearers_get_no_code(server, client):
    answer = server.call("GET", "/oauth/authorize", "no.such.token", params=parameters(client))
    assert (answer.status_code, answer.json()) == (401, {"detail": "无效的认证凭据"})
    owner = server.register()
    key = owner.call("POST", "/api/application-key/create").json()["application_key"]["key"]
    answer = server.call("GET", "/oauth/authorize", key, params=parameters(client))
    assert (answer.status_code, answer.json()) == (403, {"detail": "应用密钥不能管理登录凭据"})


def test_a_bearer_cannot_be_asked_to_sign_in_again(server, client, user):
    answer = user.call("GET", "/oauth/authorize", params=parameters(client, prompt="login"))
    assert query_of(answer.headers["location"])["error"] == "login_required"


# Never a redirection to somewhere unknown (RFC 9700, 2.1 and 4.11.2)

WRONG_REDIRECTS = ["https://client.example.com/callback/", "https://client.example.com/callback?x=1", "https://client.example.com/CALLBACK",
                   "https://client.example.com/callback#f", "http://client.example.com/callback", "https://client.example.com:444/callback",
                   "https://client.example.com.evil.example/callback", "https://client.example.com@evil.example/callback",
                   "https://evil.example/", "//evil.example/callback", "javascript:alert(1)", "data:text/html,x", "/callback", " "]


@pytest.mark.parametrize("uri", WRONG_REDIRECTS)
def test_an_unregistered_redirect_uri_is_never_followed(server, client, user, uri):
    for token in (None, user.token):
        answer = server.call("GET", "/oauth/authorize", token, params=parameters(client, redirect_uri=uri))
        assert answer.status_code == 400, answer.text
        assert answer.json() == {"detail": "redirect_uri与客户端登记的地址不一致"}
        assert "location" not in answer.headers


def test_an_unknown_client_is_never_redirected(server, client, user):
    for client_id in ("nobody", "0" * 24, None, [client["client_id"], client["client_id"]], "<script>"):
        for token in (None, user.token):
            answer = server.call("GET", "/oauth/authorize", token, params=parameters(client, client_id=client_id))
            assert (answer.status_code, answer.json()) == (400, {"detail": "客户端不存在或已停用"})


def test_a_repeated_redirect_uri_is_never_followed(server, client):
    answer = server.call("GET", "/oauth/authorize", params=parameters(client, redirect_uri=[CALLBACK, CALLBACK]))
    assert answer.status_code == 400 and "location" not in answer.headers


def test_a_disabled_client_is_unknown(server, visitor):
    gone = make_client(server)
    page = visitor.authorize(gone)
    Rpc(server).call("csa.admin.v1.OAuthClientAdminService", "SetOAuthClientActive", {"client_id": gone["client_id"], "is_active": False},
                     token=server.admin_token())
    assert visitor.sign_in(page, server.register()).answer.status_code == 400
    answer = server.call("GET", "/oauth/authorize", params=parameters(gone))
    assert (answer.status_code, answer.json()) == (400, {"detail": "客户端不存在或已停用"})


def test_people_get_a_page_instead_of_json(visitor):
    page = visitor.open("/oauth/authorize?client_id=nobody")
    assert page.answer.status_code == 400 and "客户端不存在或已停用" in page.text and "UNKNOWN_CLIENT" in page.text
    page = visitor.open("/oauth/authorize?client_id=nobody&ui_locales=en")
    assert "unknown or switched off" in page.text


# Errors that the client hears of (RFC 6749, 4.1.2.1; OpenID Connect Core, 3.1.2.6)

@pytest.mark.parametrize("changes, error", [
    ({"response_type": None}, "invalid_request"),
    ({"response_type": ""}, "invalid_request"),
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": "code id_token"}, "unsupported_response_type"),
    ({"response_mode": "fragment"}, "invalid_request"),
    ({"scope": "nothing:known"}, "invalid_scope"),
    ({"scope": "\"quoted\""}, "invalid_scope"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge_method": None}, "invalid_request"),
    ({"code_challenge": None}, "invalid_request"),
    ({"code_challenge": "short"}, "invalid_request"),
    ({"prompt": "none login"}, "invalid_request"),
    ({"prompt": "create"}, "invalid_request"),
    ({"max_age": "soon"}, "invalid_request"),
    ({"max_age": "-1"}, "invalid_request"),
    ({"nonce": "n" * 256}, "invalid_request"),
    ({"nonce": ["a", "b"]}, "invalid_request"),
    ({"scope": ["openid", "email"]}, "invalid_request"),
    ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
    ({"request_uri": "https://client.example.com/r"}, "request_uri_not_supported"),
    ({"registration": "{}"}, "registration_not_supported"),
    ({"prompt": "none"}, "login_required"),
    ({"state": "s" * 6000}, "invalid_request"),
])
def test_errors_are_returned_to_the_client(server, base, client, changes, error):
    query = parameters(client, **changes)
    with httpx.Client(trust_env=False, timeout=30) as c:
        answer = c.get(authorize_url(base, query))
    assert answer.status_code == 302, answer.text
    back = landed(answer)
    assert back["error"] == error and "code" not in back
    assert back["iss"] == server.url
    assert re.fullmatch(r'[\x20\x21\x23-\x5b\x5d-\x7e]+', back["error_description"])
    assert back.get("state") == (query["state"] if len(query["state"]) < 6000 else None)


def test_the_longest_request_goes_all_the_way(visitor, server, client):
    state = "状" * 330  # 2970 of 4096 bytes, when encoded
    consent = visitor.sign_in(visitor.authorize(client, state=state), server.register())
    page = visitor.authorize(client, state=state, prompt="login")
    visitor.open(next(link for link in page.links if "means=sms" in link)).form("/oauth/sign-in/send-code")
    assert landed(visitor.decide(consent, "allow"))["state"] == state


def test_a_repeated_state_is_refused_and_not_given_back(server, client):
    answer = server.call("GET", "/oauth/authorize", params=parameters(client, state=["one", "two"]))
    back = landed(answer)
    assert back["error"] == "invalid_request" and "state" not in back


def test_public_clients_must_send_a_challenge(server):
    public = make_client(server, public=True)
    back = landed(server.call("GET", "/oauth/authorize", params=parameters(public, code_challenge=None, code_challenge_method=None)))
    assert back["error"] == "invalid_request" and "code_challenge" in back["error_description"]


def test_clients_without_the_code_grant_are_refused(server):
    machine = make_client(server, grant_types=["client_credentials"], scopes=["reports:read"])
    back = landed(server.call("GET", "/oauth/authorize", params=parameters(machine, scope="reports:read")))
    assert back["error"] == "unauthorized_client"


# OpenID Connect's modules

def test_unknown_parameters_and_hints_are_taken(visitor, server, client):
    page = visitor.authorize(client, extra="x", display="popup", acr_values="1 2", claims_locales="se", claims='{"id_token":{}}',
                             login_hint="somebody@example.com", ui_locales="en")
    assert page.answer.status_code == 200
    assert page.form("/oauth/sign-in")["fields"]["email"] == "somebody@example.com"
    assert dict(page.tags)["html"]["lang"] == "en"


def test_scopes_that_are_not_known_are_left_out(visitor, server, client):
    user = server.register()
    consent = visitor.sign_in(visitor.authorize(client, scope="email address openid nothing"), user)
    assert "邮箱地址" in consent.text and "nothing" not in consent.text


def test_prompt_none(visitor, server, client):
    assert landed(visitor.authorize(client, prompt="none"))["error"] == "login_required"
    consent = visitor.sign_in(visitor.authorize(client), server.register())
    assert landed(visitor.authorize(client, prompt="none"))["error"] == "consent_required"
    landed(visitor.decide(consent, "allow"))
    assert "code" in landed(visitor.authorize(client, prompt="none"))


def test_prompt_login_asks_again_once(visitor, server, client):
    user = server.register()
    landed(visitor.decide(visitor.sign_in(visitor.authorize(client), user), "allow"))
    page = visitor.authorize(client, prompt="login")
    assert page.form("/oauth/sign-in")["fields"]["email"] == user.email
    assert "code" in landed(visitor.sign_in(page, user))


def test_prompt_consent_asks_though_it_was_allowed(visitor, server, client):
    user = server.register()
    landed(visitor.decide(visitor.sign_in(visitor.authorize(client), user), "allow"))
    page = visitor.authorize(client, prompt="consent")
    assert "code" in landed(visitor.decide(page, "allow"))


def test_prompt_select_account(visitor, server, client):
    user = server.register()
    other = server.register()
    landed(visitor.decide(visitor.sign_in(visitor.authorize(client), user), "allow"))
    page = visitor.authorize(client, prompt="select_account")
    assert user.email in page.text
    assert "code" in landed(visitor.decide(page, "continue"))
    page = visitor.authorize(client, prompt="select_account")
    page = visitor.decide(page, "switch")
    consent = visitor.sign_in(page, other)
    assert other.email in consent.text


def test_max_age(visitor, server, client):
    user = server.register()
    landed(visitor.decide(visitor.sign_in(visitor.authorize(client), user), "allow"))
    assert "code" in landed(visitor.authorize(client, max_age=10000))
    # Signed in more than a second ago, as soon as the clock says so.
    page = wait_for(lambda: (p := visitor.authorize(client, max_age=1)) if isinstance(p := visitor.authorize(client, max_age=1), Page) else None,
                    "a session of more than a second")
    assert "code" in landed(visitor.sign_in(page, user))


def test_a_form_may_ask_too(visitor, server, client):
    """OpenID Connect Core, 3.1.2.1: POST. The cookie does not come along from another site, so it is answered by a redirection to the same request."""
    query = parameters(client)
    answer = visitor.http.post("/oauth/authorize", data=query)
    assert answer.status_code == 303
    target = urlsplit(answer.headers["location"])
    assert target.path == "/oauth/authorize" and not target.netloc and query_of(answer.headers["location"]) == query
    bad = visitor.http.post("/oauth/authorize", data={**query, "redirect_uri": "https://evil.example/"}, headers={"accept": "*/*"})
    assert bad.status_code == 400


def test_one_redirect_uri_may_be_left_out_without_openid(visitor, server):
    plain = make_client(server, scopes=["email"], redirect_uris=[CALLBACK])
    consent = visitor.sign_in(visitor.authorize(plain, scope="email", redirect_uri=None), server.register())
    assert "code" in landed(visitor.decide(consent, "allow"))


def test_a_public_client_at_a_loopback_port_is_always_asked_for(visitor, server):
    native = make_client(server, redirect_uris=["http://127.0.0.1/callback"], public=True)
    there = "http://127.0.0.1:49152/callback"
    user = server.register()
    landed(visitor.decide(visitor.sign_in(visitor.authorize(native, redirect_uri=there), user), "allow"), there)
    assert isinstance(visitor.authorize(native, redirect_uri=there), Page)
    assert landed(visitor.authorize(native, redirect_uri=there, prompt="none"), there)["error"] == "consent_required"


# Signing in

def test_a_wrong_password_and_a_stranger_read_the_same(visitor, server, client):
    user = server.register()
    texts = []
    for email in (user.email, "nobody-at-all@example.com"):
        page = visitor.submit(visitor.authorize(client), "/oauth/sign-in", email=email, password="wrong-password")
        assert page.answer.status_code == 422 and "邮箱或密码错误" in page.text
        assert "wrong-password" not in page.answer.text
        texts.append(page.text)
    assert texts[0] == texts[1]


def test_missing_fields_are_named_at_the_field(visitor, client):
    page = visitor.submit(visitor.authorize(client, ui_locales="en"), "/oauth/sign-in", email="", password="")
    assert page.answer.status_code == 422
    assert "#email" in page.links and "#password" in page.links
    inputs = {values["name"]: values for tag, values in page.tags if tag == "input"}
    for name in ("email", "password"):
        assert inputs[name]["aria-invalid"] == "true" and f"{name}-problem" in inputs[name]["aria-describedby"]
        assert f"{name}-problem" in page.ids
    assert "Enter your password" in page.text


def test_a_disabled_account_hears_it_only_after_the_right_password(visitor, server, client):
    user = server.register()
    page = visitor.authorize(client)
    set_active(server, user, False)
    wrong = visitor.submit(page, "/oauth/sign-in", email=user.email, password="wrong-password")
    assert "邮箱或密码错误" in wrong.text
    right = visitor.sign_in(visitor.authorize(client), user)
    assert right.answer.status_code == 403 and "账号已被禁用" in right.text


def set_active(server, user, is_active):
    Rpc(server).call("csa.admin.v1.UserAdminService", "SetUserActive", {"user_id": user.id, "is_active": is_active}, token=server.admin_token())


def test_signing_in_by_text_message_in_two_steps(visitor, server, client):
    phone = number()
    page = visitor.authorize(client)
    page = visitor.open(next(link for link in page.links if "means=sms" in link))
    wrong = visitor.submit(page, "/oauth/sign-in/send-code", phone_number="12345")
    assert wrong.answer.status_code == 422 and "#phone_number" in wrong.links
    page = visitor.submit(wrong, "/oauth/sign-in/send-code", phone_number=f"+86 {phone[:3]} {phone[3:7]} {phone[7:]}")
    assert page.answer.status_code == 200 and phone in page.text
    # The 60 seconds hold, and the code that was sent can still be typed.
    soon = visitor.submit(page, "/oauth/sign-in/send-code")
    assert soon.answer.status_code == 429 and "发送过于频繁" in soon.text and 1 <= int(soon.answer.headers["retry-after"]) <= 60
    bad = visitor.submit(soon, "/oauth/sign-in/code", verification_code="12")
    assert bad.answer.status_code == 422 and "#verification_code" in bad.links
    code = wait_for(lambda: (m := server.messages(phone)) and m[-1]["code"], "the code")
    refused = visitor.submit(bad, "/oauth/sign-in/code", verification_code="000000" if code != "000000" else "111111")
    assert refused.answer.status_code == 400 and "短信验证码无效或已过期" in refused.text
    consent = visitor.submit(refused, "/oauth/sign-in/code", verification_code=f"{code[:3]} {code[3:]}")
    assert phone in consent.text
    assert "code" in landed(visitor.decide(consent, "allow"))


def test_tries_are_limited_as_over_rest(tmp_path):
    with Server(tmp_path / "data", env={"WEFT_RATE_LIMITS": "on"}) as server, Visitor(server, language="en") as visitor:
        client = make_client(server)
        page = visitor.authorize(client)
        for _ in range(30):
            page = visitor.submit(page, "/oauth/sign-in", email=ADMIN[0], password="wrong-password")
            if page.answer.status_code == 429:
                break
        assert page.answer.status_code == 429 and "too many" in page.text and int(page.answer.headers["retry-after"]) > 0
        # The lock is the account's, whichever way it is tried.
        answer = server.call("POST", "/api/auth/login", json={"email": ADMIN[0], "password": ADMIN[1]})
        assert answer.status_code == 429


# Sessions

def session_cookie(visitor):
    return visitor.http.cookies.get("weft_oauth")


def test_the_cookie_is_kept_from_scripts_and_other_sites(visitor, client):
    answer = visitor.http.get(authorize_url(visitor.base, parameters(client)))
    cookie = answer.headers["set-cookie"]
    assert re.fullmatch(r"weft_oauth=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; SameSite=Lax", cookie)


def test_under_https_the_cookie_is_bound_to_the_host(tmp_path):
    with Server(tmp_path / "data", env={"WEFT_PUBLIC_URL": "https://auth.example.com"}) as server:
        client = make_client(server)
        answer = server.call("GET", "/oauth/authorize", params=parameters(client))
        assert re.fullmatch(r"__Host-weft_oauth=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; SameSite=Lax; Secure", answer.headers["set-cookie"])
        answer = server.call("GET", "/oauth/authorize", params=parameters(client, prompt="none"))
        assert query_of(answer.headers["location"])["iss"] == "https://auth.example.com"


def test_a_planted_cookie_is_not_the_session(server, client):
    """Session fixation: the attacker knows the cookie that the browser had before its user signed in."""
    with Visitor(server) as visitor, Visitor(server) as attacker:
        page = visitor.authorize(client)
        planted = session_cookie(visitor)
        visitor.sign_in(page, server.register())
        assert session_cookie(visitor) != planted
        attacker.http.cookies.set("weft_oauth", planted)
        assert landed(attacker.authorize(client, prompt="none"))["error"] == "login_required"


def test_a_session_ends_with_the_password(visitor, server, client):
    user = server.register()
    landed(visitor.decide(visitor.sign_in(visitor.authorize(client), user), "allow"))
    assert user.call("POST", "/api/users/me/change-password",
                     json={"old_password": user.password, "new_password": "another-password"}).status_code == 200
    assert landed(visitor.authorize(client, prompt="none"))["error"] == "login_required"


def test_a_session_ends_for_good_when_the_account_is_disabled(visitor, server, client):
    user = server.register()
    consent = visitor.sign_in(visitor.authorize(client), user)
    set_active(server, user, False)
    assert isinstance(visitor.decide(consent, "allow"), Page)
    set_active(server, user, True)
    assert landed(visitor.authorize(client, prompt="none"))["error"] == "login_required"


def test_what_is_taken_back_is_not_given_again_by_requests_under_way(visitor, server, client):
    user = server.register()
    landed(visitor.decide(visitor.sign_in(visitor.authorize(client), user), "allow"))
    for _ in range(5):
        started, taken = threading.Event(), threading.Event()

        def ask():
            with httpx.Client(base_url=visitor.base, cookies=dict(visitor.http.cookies), trust_env=False, timeout=30) as c:
                while True:
                    is_late = taken.is_set()
                    query = landed(c.get("/oauth/authorize", params=parameters(client, prompt="none")))
                    if is_late or "code" not in query:
                        return query.get("error", "given again")
                    started.set()

        with ThreadPoolExecutor(8) as pool:
            asking = [pool.submit(ask) for _ in range(8)]
            assert started.wait(30)
            assert user.call("DELETE", f"/api/oauth/authorizations/{client['client_id']}").status_code == 204
            taken.set()
            assert {each.result() for each in asking} == {"consent_required"}
        assert user.call("GET", "/api/oauth/authorizations").json()["items"] == []
        landed(visitor.decide(visitor.authorize(client), "allow"))


def test_a_session_is_a_sign_in_that_its_user_can_end(visitor, server, client):
    user = server.register()
    landed(visitor.decide(visitor.sign_in(visitor.authorize(client), user), "allow"))
    mine = [s for s in user.call("GET", "/api/users/me/sign-ins").json()["items"] if s["means"] == "oauth"]
    assert len(mine) == 1
    assert user.call("DELETE", f"/api/users/me/sign-ins/{mine[0]['id']}").status_code == 204
    assert landed(visitor.authorize(client, prompt="none"))["error"] == "login_required"


def test_signing_out(visitor, server, client):
    user = server.register()
    visitor.sign_in(visitor.authorize(client), user)
    cookie = session_cookie(visitor)
    page = visitor.open("/oauth/sign-out?ui_locales=en")
    assert user.email in page.text
    done = visitor.submit(page, "/oauth/sign-out")
    assert "signed out" in done.text
    visitor.http.cookies.set("weft_oauth", cookie)
    assert landed(visitor.authorize(client, prompt="none"))["error"] == "login_required"


def test_switching_the_account_ends_the_session(visitor, server, client):
    first, second = server.register(), server.register()
    consent = visitor.sign_in(visitor.authorize(client), first)
    cookie = session_cookie(visitor)
    page = visitor.decide(consent, "switch")
    assert second.email in visitor.sign_in(page, second).text
    visitor.http.cookies.clear()
    visitor.http.cookies.set("weft_oauth", cookie)
    assert landed(visitor.authorize(client, prompt="none"))["error"] == "login_required"


# Forgery

def test_forms_of_another_browser_are_refused(server, client):
    with Visitor(server) as victim, Visitor(server) as attacker:
        user = server.register()
        consent = victim.sign_in(victim.authorize(client), user)
        theirs = attacker.sign_in(attacker.authorize(client), server.register())
        forged = {**consent.form("/oauth/consent")["fields"], "form_token": theirs.form("/oauth/consent")["fields"]["form_token"]}
        for fields in (forged, {**forged, "form_token": ""}, {**forged, "form_token": "x" * 43}):
            answer = victim.http.post("/oauth/consent", data={**fields, "decision": "allow"})
            assert answer.status_code == 403 and "location" not in answer.headers
        # Login forgery: the attacker's form posted by the victim's browser.
        page = attacker.authorize(client, prompt="login")
        answer = victim.http.post("/oauth/sign-in", data={**page.form("/oauth/sign-in")["fields"], "email": "a@example.com", "password": "x"})
        assert answer.status_code == 403


def test_a_form_is_good_for_its_own_request_only(visitor, server, client):
    other = make_client(server, redirect_uris=["https://other.example.com/cb"])
    user = server.register()
    consent = visitor.sign_in(visitor.authorize(client), user)
    elsewhere = visitor.authorize(other)
    token = consent.form("/oauth/consent")["fields"]["form_token"]
    fields = {**elsewhere.form("/oauth/consent")["fields"], "form_token": token, "decision": "allow"}
    answer = visitor.http.post("/oauth/consent", data=fields)
    assert answer.status_code == 403 and "location" not in answer.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_forms_that_stood_elsewhere_are_refused(visitor, server, client, site):
    consent = visitor.sign_in(visitor.authorize(client), server.register())
    visitor.http.headers["sec-fetch-site"] = site
    page = visitor.decide(consent, "allow")
    assert page.answer.status_code == 403 and "Cookie" in page.text
    visitor.http.headers["sec-fetch-site"] = "same-origin"
    assert "code" in landed(visitor.decide(consent, "allow"))


def test_no_cookie_no_form(visitor, server, client):
    page = visitor.authorize(client)
    visitor.http.cookies.clear()
    again = visitor.sign_in(page, server.register())
    assert again.answer.status_code == 403
    assert any(link.startswith("/oauth/authorize?") for link in again.links)


def test_a_form_cannot_smuggle_a_redirect(visitor, server, client):
    """The token covers the request; a client of the attacker's cannot be put under a form of ours either."""
    consent = visitor.sign_in(visitor.authorize(client), server.register())
    fields = consent.form("/oauth/consent")["fields"]
    request = fields["request"].replace(quote(CALLBACK, safe=""), quote("https://evil.example/", safe=""))
    assert request != fields["request"]
    answer = visitor.http.post("/oauth/consent", data={**fields, "request": request, "decision": "allow"})
    assert answer.status_code == 400 and "location" not in answer.headers


def test_signing_out_cannot_be_forged(visitor, server, client):
    consent = visitor.sign_in(visitor.authorize(client), server.register())
    answer = visitor.http.post("/oauth/sign-out", data={"form_token": "x"})
    assert answer.status_code == 403
    assert "code" in landed(visitor.decide(consent, "allow"))


# Markup

NASTY = '"><script>alert(1)</script><img src=x onerror=alert(1)>\'`{{7*7}}&lt;'


def test_texts_from_outside_stay_text(server, base):
    client = make_client(server, name=NASTY[:100])
    with Visitor(server, base) as visitor:
        page = visitor.authorize(client, state=NASTY, login_hint=NASTY, nonce=NASTY, ui_locales=NASTY, display=NASTY, acr_values=NASTY)
        assert page.form("/oauth/sign-in")["fields"]["email"] == NASTY
        pages = [page, visitor.submit(page, "/oauth/sign-in", email=NASTY, password="x")]
        pages.append(visitor.open(next(link for link in page.links if "means=sms" in link)))
        pages.append(visitor.submit(pages[-1], "/oauth/sign-in/send-code", phone_number=NASTY))
        user = server.register()
        user.call("PATCH", "/api/users/me", json={"full_name": NASTY})
        consent = visitor.sign_in(visitor.authorize(client, state=NASTY), user)
        pages.append(consent)
        pages.append(visitor.open("/oauth/sign-out"))
        for page in pages:
            scripts = [values for tag, values in page.tags if tag == "script"]
            assert all(values.get("src", "").startswith("/oauth/sign-in.js?v=") for values in scripts)
            assert not [tag for tag, _ in page.tags if tag == "img"]
            assert not [values for _, values in page.tags if any(name.startswith("on") or name == "style" for name in values)]
        assert NASTY in consent.text
        assert landed(visitor.decide(consent, "allow"))["state"] == NASTY


def test_headers_hold_nothing_from_outside(server, client):
    for value in ("a\r\nset-cookie: x=1", "\n\nbody", "é\u2028"):
        answer = server.call("GET", "/oauth/authorize", params=parameters(client, prompt="none", state=value))
        assert answer.status_code == 302
        assert "x=1" not in answer.headers.get("set-cookie", "")
        assert query_of(answer.headers["location"])["state"] == value


# Headers (RFC 9700, 4.16; ASVS 3.4)

def policy(answer):
    return dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))


def test_pages_cannot_be_framed_kept_or_scripted(visitor, server, client):
    page = visitor.authorize(client)
    consent = visitor.sign_in(page, server.register())
    for each, script in ((page, "'self'"), (consent, None), (visitor.open("/oauth/sign-out"), None), (visitor.open("/oauth/authorize"), None)):
        answer = each.answer
        rules = policy(answer)
        assert rules["default-src"] == "'none'" and rules["frame-ancestors"] == "'none'" and rules["base-uri"] == "'none'"
        assert rules["style-src"] == "'self'" and rules.get("script-src") == script
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert policy(consent.answer)["form-action"] == "'self'"
    assert policy(visitor.open("/oauth/sign-out").answer)["form-action"] == "'self'"


def test_no_other_origin_reads_the_answers(base, client):
    with httpx.Client(trust_env=False, timeout=30) as c:
        for path in ("/oauth/authorize", "/oauth/sign-in", "/oauth/sign-out"):
            answer = c.get(base + path, params=parameters(client), headers={"origin": "https://evil.example"})
            assert not [name for name in answer.headers if name.startswith("access-control-")]
            preflight = c.options(base + path, headers={"origin": "https://evil.example", "access-control-request-method": "POST",
                                                        "access-control-request-headers": "authorization"})
            assert preflight.status_code == 204 and not [name for name in preflight.headers if name.startswith("access-control-")]


def test_an_application_of_its_own_scheme_opens_by_a_redirection(visitor, server):
    other = make_client(server, redirect_uris=["com.example.app:/cb"])
    page = visitor.authorize(other)
    assert policy(page.answer)["form-action"] == "'self' com.example.app:"
    consent = visitor.sign_in(page, server.register())
    assert "com.example.app" in consent.text
    answer = visitor.decide(consent, "allow")
    assert answer.status_code == 303 and "code" in landed(answer, "com.example.app:/cb?")


def test_credentials_are_not_sent_on(visitor, server, client):
    """303, never 307 (RFC 9700, 4.12)."""
    page = visitor.authorize(client)
    answer = visitor.sign_in(page, server.register(), follow=False)
    assert answer.status_code == 303 and answer.headers["cache-control"] == "no-store"


def test_files_of_the_pages_are_kept(visitor, client):
    page = visitor.authorize(client)
    files = [values["href"] for tag, values in page.tags if tag == "link"] + [values["src"] for tag, values in page.tags if tag == "script"]
    assert len(files) == 3
    for path in files:
        answer = visitor.http.get(path)
        assert answer.status_code == 200 and "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"].split(";")[0] in ("text/css", "text/javascript", "image/svg+xml")


# Languages and reading

@pytest.mark.parametrize("header, locales, tag, word", [
    ("en-GB,en;q=0.9", None, "en", "Sign in"), ("zh-TW,en;q=0.5", None, "zh-CN", "登录"), ("fr", None, "zh-CN", "登录"),
    ("zh", "fr en", "en", "Sign in"), ("en", "zh-Hans", "zh-CN", "登录"),
])
def test_pages_speak_two_languages(server, client, header, locales, tag, word):
    with Visitor(server, language=header) as visitor:
        page = visitor.authorize(client, ui_locales=locales)
        assert dict(page.tags)["html"]["lang"] == tag and word in page.text
        other = visitor.open(next(values["href"] for t, values in page.tags if t == "a" and "hreflang" in values))
        assert dict(other.tags)["html"]["lang"] != tag


def test_every_field_has_a_label_and_says_what_it_is(visitor, server, client):
    page = visitor.authorize(client)
    sms = visitor.open(next(link for link in page.links if "means=sms" in link))
    code = visitor.submit(sms, "/oauth/sign-in/send-code", phone_number=number())
    wanted = {"email": "username webauthn", "password": "current-password", "phone_number": "tel-national", "verification_code": "one-time-code"}
    seen = set()
    for each in (page, sms, code):
        assert len(each.ids) == len(set(each.ids))
        for tag, values in each.tags:
            if tag == "input" and values.get("type") != "hidden":
                assert values["id"] in each.labels
                assert values["autocomplete"] == wanted[values["name"]]
                seen.add(values["name"])
    assert seen == set(wanted)
