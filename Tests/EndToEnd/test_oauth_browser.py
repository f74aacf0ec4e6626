"""The OAuth pages in headless Chromium, with a relying party's own server to come back to."""
import secrets

import jwt
import pytest
from authlib.integrations.httpx_client import OAuth2Client
from browser import DESKTOP, PHONE, Browser
from oauth import Callback, authorize_url, make_client, parameters, pkce, query_of
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from server import wait_for
from test_passkey_browser import LocalServer
from test_remote_gateway import RemoteGateway


@pytest.fixture(scope="module", params=["in process", "remote"])
def base(request, server):
    if request.param == "in process":
        yield server.url
        return
    with RemoteGateway(server.grpc) as gateway:
        yield gateway.url


@pytest.fixture
def party():
    with Callback() as callback:
        yield callback


def sign_in(browser, user):
    browser.fill("#email", user.email)
    browser.fill("#password", user.password)
    browser.click("button.primary")


def violations(browser):
    """What the console says of the pages' policy; a refused form is an answer of 4xx, which the console tells too."""
    return [message for message in browser.problems() if "Failed to load resource" not in message]


# Not a phone without scripts: chromedriver's taps never end there.
@pytest.mark.parametrize("size, scripts", [(DESKTOP, True), (PHONE, True), (DESKTOP, False)], ids=["desktop", "phone", "no scripts"])
def test_the_way_through(server, base, party, size, scripts):
    client = make_client(server, redirect_uris=[party.uri])
    user = server.register()
    with Browser(size=size, scripts=scripts) as browser:
        query = parameters(client, scope="openid email profile phone", ui_locales="zh-CN")
        browser.open(authorize_url(base, query))
        browser.wait("#email")
        # A passkey takes a script; without one there is no button that does nothing.
        assert bool([e for e in browser.all("form[data-passkey]") if e.is_displayed()]) == scripts
        assert browser.width_overflow() == 0
        browser.fill("#email", user.email)
        browser.fill("#password", "wrong-password")
        browser.click("button.primary")
        browser.wait(".alert", text="邮箱或密码错误")
        browser.fill("#password", user.password)
        browser.click("button.primary")
        browser.wait(".scopes")
        assert browser.width_overflow() == 0
        browser.click("button[value=allow]")
        browser.wait("#done")
        assert violations(browser) == []
        answer, = party.answers
        assert answer["state"] == query["state"] and answer["code"] and answer["iss"] == server.url
        # Where somebody comes from is told to nobody (`Referrer-Policy`).
        assert all("Referer" not in headers for path, headers in party.requests if path.startswith("/callback"))
        browser.open(authorize_url(base, parameters(client)))
        browser.wait("#done")
        assert len(party.answers) == 2


def test_a_smallest_phone_needs_no_sideways_scrolling(server, party):
    client = make_client(server, name="一个名字很长很长的应用" * 6 + "WithoutAnySpace" * 2, redirect_uris=[party.uri],
                         scopes=["openid", "profile", "email", "phone", "a-scope-without-any-space-in-it-that-is-rather-long:read"])
    user = server.register("averylongaddresswithoutanyplacetobreakit" + secrets.token_hex(8) + "@example.com")
    with Browser(size=(320, 640)) as browser:
        for language in ("zh-CN", "en"):
            query = parameters(client, scope=None, ui_locales=language, prompt="login")
            browser.open(authorize_url(server.url, query))
            browser.wait("#email")
            assert browser.width_overflow() == 0
            sign_in(browser, user)
            browser.wait(".scopes")
            assert browser.width_overflow() == 0


def test_the_keyboard_is_enough(server, party):
    client = make_client(server, redirect_uris=[party.uri])
    user = server.register()
    with Browser(scripts=False) as browser:
        browser.open(authorize_url(server.url, parameters(client)))
        browser.wait("#email")
        active = lambda: browser.driver.switch_to.active_element  # noqa: E731
        assert active().get_attribute("id") == "email"
        active().send_keys(user.email, Keys.TAB)
        assert active().get_attribute("id") == "password"
        active().send_keys("wrong-password", Keys.ENTER)
        browser.wait(".alert")
        assert active().get_attribute("role") == "alert"
        # The summary leads to the field.
        active().send_keys(Keys.TAB)
        active().send_keys(Keys.ENTER)
        wait_for(lambda: active().get_attribute("id") == "password", "the focus in the field that is wrong")
        active().send_keys(user.password, Keys.ENTER)
        browser.wait(".scopes")
        for _ in range(6):
            active().send_keys(Keys.TAB)
            if active().get_attribute("value") == "allow":
                break
        assert active().get_attribute("value") == "allow"
        assert "solid" in active().value_of_css_property("outline")
        active().send_keys(Keys.ENTER)
        browser.wait("#done")


def test_the_language_can_be_switched(server, party):
    client = make_client(server, redirect_uris=[party.uri])
    with Browser() as browser:
        browser.open(authorize_url(server.url, parameters(client, ui_locales="en")))
        browser.wait("h1", text="Sign in")
        browser.click("a[hreflang=zh-CN]")
        browser.wait("h1", text="登录")
        browser.click("a[href*='means=sms']")
        browser.wait("#phone_number")
        browser.click("a[hreflang=en]")
        browser.wait("label", text="Mobile number")


def test_a_client_may_send_the_browser_on(server):
    """Chromium holds every redirection after a form against `form-action`, the client's own too; they must not end the way."""
    with Callback() as application, Callback(onward=application.origin + "/home") as party:
        client = make_client(server, redirect_uris=[party.uri])
        user = server.register()
        with Browser() as browser:
            browser.open(authorize_url(server.url, parameters(client)))
            sign_in(browser, user)
            browser.click("button[value=allow]")
            browser.wait_url(application.origin + "/home")
            assert violations(browser) == []
            # And where nothing is asked any more, straight from signing in.
            browser.open(authorize_url(server.url, parameters(client, prompt="login")))
            sign_in(browser, user)
            browser.wait_url(application.origin + "/home")
            assert violations(browser) == [] and len(party.answers) == 2


def test_a_page_of_another_site_cannot_frame_ours(server, party):
    client = make_client(server, redirect_uris=[party.uri])
    url = authorize_url(server.url, parameters(client))
    with Browser() as browser:
        browser.open(party.origin + "/")
        browser.run("const f = document.createElement('iframe'); f.id = 'f'; f.src = arguments[0]; document.body.append(f);", url)
        wait_for(lambda: any("frame" in message.lower() for message in browser.problems()), "the browser to refuse the frame")
        browser.driver.switch_to.frame(browser.all("#f")[0])
        assert not browser.all("form")


def test_a_form_of_another_site_decides_nothing(server, party):
    client = make_client(server, redirect_uris=[party.uri])
    user = server.register()
    with Browser() as browser:
        browser.open(authorize_url(server.url, parameters(client)))
        sign_in(browser, user)
        browser.wait(".scopes")
        fields = {e.get_attribute("name"): e.get_attribute("value") for e in browser.all("form input[type=hidden]")}
        # Even with a token that was stolen: the cookie does not come along, and the browser says where the form stood.
        browser.open(party.origin.replace("127.0.0.1", "localhost") + "/")
        browser.run("""
          const form = document.createElement("form"); form.method = "post"; form.action = arguments[0];
          for (const [name, value] of Object.entries({...arguments[1], decision: "allow"})) {
            const input = document.createElement("input"); input.name = name; input.value = value; form.append(input); }
          document.body.append(form); form.submit();""", server.url + "/oauth/consent", fields)
        browser.wait("h1", text="We cannot continue")
        assert party.answers == []


def test_a_form_of_the_client_may_ask(server, party):
    """POST to the authorization endpoint from another site: the session counts though the cookie did not come with the form."""
    client = make_client(server, redirect_uris=[party.uri])
    with Browser() as browser:
        browser.open(authorize_url(server.url, parameters(client)))
        sign_in(browser, server.register())
        browser.click("button[value=allow]")
        browser.wait("#done")
        query = parameters(client)
        browser.open(party.origin.replace("127.0.0.1", "localhost") + "/")
        browser.run("""
          const form = document.createElement("form"); form.method = "post"; form.action = arguments[0];
          for (const [name, value] of Object.entries(arguments[1])) {
            const input = document.createElement("input"); input.name = name; input.value = value; form.append(input); }
          document.body.append(form); form.submit();""", server.url + "/oauth/authorize", query)
        wait_for(lambda: len(party.answers) == 2, "the client's callback")
        assert party.answers[1]["state"] == query["state"] and "code" in party.answers[1]


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
def test_authlib_signs_its_user_in(server, party, method):
    """A stock relying party: discovery, PKCE, code, ID token by the published keys, userinfo, refresh."""
    made = make_client(server, redirect_uris=[party.uri], public=method == "none")
    user = server.register()
    configuration = server.call("GET", "/.well-known/openid-configuration").json()
    nonce, verifier = secrets.token_urlsafe(16), secrets.token_urlsafe(48)
    with OAuth2Client(made["client_id"], made.get("client_secret"), token_endpoint_auth_method=method, scope="openid email profile",
                      redirect_uri=party.uri, code_challenge_method="S256", trust_env=False) as rp, Browser() as browser:
        url, state = rp.create_authorization_url(configuration["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
        browser.open(url)
        sign_in(browser, user)
        browser.click("button[value=allow]")
        browser.wait("#done")
        assert party.answers[0]["iss"] == configuration["issuer"]
        tokens = rp.fetch_token(configuration["token_endpoint"], authorization_response=browser.url, state=state, code_verifier=verifier)
        keys = {key["kid"]: key for key in server.call("GET", configuration["jwks_uri"].removeprefix(server.url)).json()["keys"]}
        key = jwt.PyJWK(keys[jwt.get_unverified_header(tokens["id_token"])["kid"]])
        claims = jwt.decode(tokens["id_token"], key, ["RS256"], audience=made["client_id"], issuer=configuration["issuer"])
        assert claims["nonce"] == nonce and claims["sub"] == user.id
        assert claims["iat"] - 60 <= claims["auth_time"] <= claims["iat"]
        assert rp.get(configuration["userinfo_endpoint"]).json()["email"] == user.email
        fresh = rp.refresh_token(configuration["token_endpoint"], tokens["refresh_token"])
        assert fresh["access_token"] != tokens["access_token"]
        # The ID token as a hint of who is expected.
        browser.open(authorize_url(server.url, parameters(made, id_token_hint=tokens["id_token"], prompt="none")))
        wait_for(lambda: len(party.answers) == 2, "the answer")
        assert ("code" in party.answers[1]) == (method != "none")  # a loopback client without a secret is always asked for


def test_an_id_token_names_the_user_that_the_client_expects(server, party):
    made = make_client(server, redirect_uris=[party.uri])
    first, second = server.register(), server.register()
    hint = id_token(server, made, first)
    with Browser() as browser:
        browser.open(authorize_url(server.url, parameters(made)))
        sign_in(browser, second)
        browser.click("button[value=allow]")
        browser.wait("#done")
        browser.open(authorize_url(server.url, parameters(made, prompt="none", id_token_hint=hint)))
        wait_for(lambda: len(party.answers) == 2, "the answer")
        assert party.answers[1]["error"] == "login_required"
        # A hint that is none of ours says nothing.
        for number, bad in enumerate((hint[:-4] + "AAAA", "x.y.z", hint.rsplit(".", 1)[0] + "."), 3):
            browser.open(authorize_url(server.url, parameters(made, prompt="none", id_token_hint=bad)))
            wait_for(lambda: len(party.answers) == number, "the answer")
            assert "code" in party.answers[-1]
        browser.open(authorize_url(server.url, parameters(made, id_token_hint=hint)))
        sign_in(browser, first)
        wait_for(lambda: len(party.answers) == 6, "the answer")
        assert "code" in party.answers[-1]


def id_token(server, client, user):
    verifier, challenge = pkce()
    answer = user.call("GET", "/oauth/authorize", params=parameters(client, code_challenge=challenge))
    code = query_of(answer.headers["location"])["code"]
    answer = server.call("POST", "/oauth/token", auth=(client["client_id"], client["client_secret"]), data={
        "grant_type": "authorization_code", "code": code, "redirect_uri": client["redirect_uris"][0], "code_verifier": verifier})
    assert answer.status_code == 200, answer.text
    return answer.json()["id_token"]


# Passkeys

@pytest.fixture(scope="module")
def local(tmp_path_factory):
    with LocalServer(tmp_path_factory.mktemp("oauth-passkey") / "data") as running:
        yield running


@pytest.mark.parametrize("discoverable", [True, False], ids=["discoverable", "listed"])
def test_signing_in_with_a_passkey(local, party, discoverable):
    made = make_client(local, redirect_uris=[party.uri])
    user = local.register()
    with Browser() as browser:
        browser.authenticator(resident_key=True)
        browser.open(local.page)
        register_passkey(browser, user, discoverable)
        browser.open(authorize_url(f"http://localhost:{local.port}", parameters(made)))
        browser.wait("#email")
        if not discoverable:
            browser.fill("#email", user.email)
        browser.click("form[data-passkey] button")
        browser.wait(".scopes")
        assert user.email in browser.text
        browser.click("button[value=allow]")
        browser.wait("#done")
        assert "code" in party.answers[0]
        assert violations(browser) == []


def register_passkey(browser, user, discoverable):
    """By script, as an application of ours would."""
    error = browser.driver.execute_async_script("""
      const [token, discoverable, done] = arguments;
      const bytes = (t) => Uint8Array.from(atob(t.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
      const headers = {authorization: "Bearer " + token, "content-type": "application/json"};
      (async () => {
        const options = await (await fetch("/api/passkey/registration-options", {headers})).json();
        options.challenge = bytes(options.challenge);
        options.user.id = bytes(options.user.id);
        delete options.authenticatorSelection.authenticatorAttachment;
        options.authenticatorSelection.residentKey = discoverable ? "required" : "discouraged";
        options.authenticatorSelection.requireResidentKey = discoverable;
        const made = await navigator.credentials.create({publicKey: options});
        const answer = await fetch("/api/passkey/register", {method: "POST", headers, body: JSON.stringify(made.toJSON())});
        return answer.ok ? "" : await answer.text();
      })().then(done, (error) => done(String(error)));""", user.token, discoverable)
    assert error == ""


def test_a_passkey_that_is_none_says_so(local, party):
    made = make_client(local, redirect_uris=[party.uri])
    with Browser() as browser:
        browser.authenticator()
        browser.open(authorize_url(f"http://localhost:{local.port}", parameters(made, ui_locales="en")))
        browser.fill("#email", "nobody@example.com")
        browser.click("form[data-passkey] button")
        browser.wait("form[data-passkey] [role=status]", text="did not work")
        assert browser.driver.find_element(By.CSS_SELECTOR, "form[data-passkey] button").is_enabled()
