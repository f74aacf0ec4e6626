"""Passkeys in headless Chromium with its virtual authenticator, through the page that the server offers in development."""
import socket
import sqlite3

import pytest
from browser import DESKTOP, PHONE, Browser
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from server import PASSWORD, Server


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class LocalServer(Server):
    """On a port that is known before: the public URL names it, and `localhost` is a relying party of its own."""

    def __init__(self, data, **env):
        self.port = free_port()
        super().__init__(data, "--http", f"127.0.0.1:{self.port}", env={
            "WEFT_RP_ID": "localhost", "WEFT_PUBLIC_URL": f"http://localhost:{self.port}", "WEFT_DEV": "1", **env})

    @property
    def page(self):
        return f"http://localhost:{self.port}/dev/passkey"


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    with LocalServer(tmp_path_factory.mktemp("passkey-page") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def local_user(local):
    return local.register()


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def window(request):
    with Browser(size=request.param) as browser:
        yield browser


def sign_in(browser, local, user):
    browser.open(local.page)
    browser.fill("#email", user.email)
    browser.fill("#password", PASSWORD)
    browser.click("#password-button")
    browser.wait("#me", text=user.email)


def status(browser, text):
    browser.wait("#status", text=text)


def register(browser, nickname, resident=False):
    browser.fill("#nickname", nickname)
    if resident != browser.wait("#resident").is_selected():
        browser.click("#resident")
    browser.click("#register-button")
    status(browser, "通行密钥注册成功")
    browser.wait("#passkeys li", text=nickname)


def sign_out(browser):
    browser.click("#sign-out-button")
    browser.wait("#password-form")


def test_discoverable_passkey_from_registration_to_login(local, window, tmp_path):
    user = local.register()
    window.authenticator(transport="usb")
    sign_in(window, local, user)
    register(window, "我的YubiKey", resident=True)
    assert window.driver.get_credentials()[0].is_resident_credential
    assert window.width_overflow() == 0
    window.screenshot(tmp_path / "page.png")
    sign_out(window)
    window.click("#passkey-button")
    window.wait("#me", text=user.email)
    status(window, "通行密钥登录成功")
    passkey = user.call("GET", "/api/passkey/credentials").json()[0]
    assert passkey["nickname"] == "我的YubiKey" and passkey["last_used_at"] and passkey["sign_count"] > 0
    assert window.problems() == []


def test_listed_passkey_signs_in_by_its_address(local):
    user = local.register()
    with Browser() as browser:
        # Keeps no passkey by itself: it must be asked by id.
        browser.authenticator(resident_key=False, transport="usb")
        sign_in(browser, local, user)
        register(browser, "旧钥匙")
        assert not browser.driver.get_credentials()[0].is_resident_credential
        sign_out(browser)
        browser.fill("#email", user.email)
        browser.click("#listed-button")
        browser.wait("#me", text=user.email)


def test_user_verification_is_stored_and_not_required(local):
    user = local.register()
    with Browser() as browser:
        browser.authenticator(user_verification=False, transport="usb")
        sign_in(browser, local, user)
        register(browser, "无验证")
        sign_out(browser)
        browser.fill("#email", user.email)
        browser.click("#listed-button")
        browser.wait("#me", text=user.email)
    with Browser() as browser:
        browser.authenticator(user_verification=True, transport="usb")
        sign_in(browser, local, user)
        register(browser, "有验证")

    rows = sqlite3.connect(f"file:{local.data}/weft.db?mode=ro", uri=True).execute(
        "SELECT nickname, is_user_verified FROM csa_passkeys WHERE user_id = ?", (user.id,)).fetchall()
    assert dict(rows) == {"无验证": 0, "有验证": 1}


def test_an_authenticator_makes_no_second_passkey_and_the_owner_manages(local):
    user = local.register()
    with Browser() as browser:
        browser.authenticator(transport="usb")
        sign_in(browser, local, user)
        register(browser, "一")
        # `excludeCredentials`: the browser itself refuses.
        browser.click("#register-button")
        status(browser, "InvalidStateError")
        name = browser.wait("#passkeys li input")
        name.clear()
        name.send_keys("改过的名字")
        browser.click("#passkeys .rename")
        status(browser, "通行密钥昵称已更新")
        browser.click("#passkeys .primary")
        status(browser, "主通行密钥已设置")
        browser.wait("#passkeys li", text="★")
        browser.click("#off-button")
        status(browser, "通行密钥登录已禁用")
        sign_out(browser)
        browser.fill("#email", user.email)
        browser.click("#listed-button")
        status(browser, "通行密钥认证失败")
        sign_in(browser, local, user)
        browser.click("#passkeys .delete")
        status(browser, "已删除")
        assert user.call("GET", "/api/passkey/credentials").json() == []


def test_the_page_works_by_keyboard(local):
    user = local.register()
    with Browser() as browser:
        browser.authenticator(transport="usb")
        browser.open(local.page)
        browser.wait("#email")
        active = lambda: browser.driver.switch_to.active_element  # noqa: E731
        active().send_keys(Keys.TAB)
        assert active().get_attribute("id") == "email"
        active().send_keys(user.email, Keys.TAB)
        active().send_keys(PASSWORD, Keys.ENTER)
        browser.wait("#me", text=user.email)
        browser.driver.find_element(By.ID, "nickname").send_keys("键盘", Keys.ENTER)
        browser.wait("#passkeys li", text="键盘")
        assert all(e.accessible_name for e in browser.all("input, button") if e.is_displayed())


def test_wrong_passwords_are_told_in_place(local, local_user):
    with Browser() as browser:
        browser.open(local.page)
        browser.fill("#email", local_user.email)
        browser.fill("#password", "wrong-password")
        browser.click("#password-button")
        status(browser, "邮箱或密码错误")
        assert browser.wait("#status").get_attribute("role") == "status"


# Where the page is, and where it is not

def test_the_page_is_strict_and_self_contained(local):
    answer = local.call("GET", "/dev/passkey")
    policy = answer.headers["content-security-policy"]
    assert answer.status_code == 200 and answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert "<style" not in answer.text and " style=" not in answer.text and "onclick" not in answer.text
    for path, kind in (("/dev/passkey.js", "text/javascript"), ("/dev/passkey.css", "text/css")):
        assert path in answer.text and local.call("GET", path).headers["content-type"].startswith(kind)
    again = local.call("GET", "/dev/passkey", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


def test_there_is_no_page_unless_asked_for_on_loopback(server, tmp_path):
    for path in ("/dev/passkey", "/dev/passkey.js", "/dev/passkey.css"):
        assert server.call("GET", path).status_code == 404
    with Server(tmp_path / "data", "--http", "0.0.0.0:0", env={"WEFT_DEV": "1"}) as everywhere:
        everywhere.ports["http"] = "127.0.0.1:" + everywhere.ports["http"].rsplit(":", 1)[1]
        assert everywhere.call("GET", "/dev/passkey").status_code == 404
