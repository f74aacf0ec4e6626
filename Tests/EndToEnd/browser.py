"""A headless Chromium, driven through its WebDriver: Debian's `chromium` and `chromium-driver`, which `make setup` installs.

    def test_page(server, browser):              # a desktop; a fresh profile for every test
        browser.open(server.url + "/docs")
        browser.wait("h2.title")
        assert browser.problems() == []

    with Browser(size=PHONE) as phone: ...       # several at once, or another size
    with Browser(hosts=["auth.dreamreflex.com"]) as browser: ...   # a name that leads to 127.0.0.1 (WebAuthn, OAuth)
"""
import shutil

from selenium import webdriver
from selenium.common.exceptions import ElementClickInterceptedException, ElementNotInteractableException, StaleElementReferenceException, WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions
from selenium.webdriver.remote.webelement import WebElement
from server import wait_for

DESKTOP = (1280, 900)
PHONE = (390, 844)

# What works as root in a container, and asks nothing of the network.
FLAGS = ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run", "--no-proxy-server",
         "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-sync",
         "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,Translate,OptimizationHints,MediaRouter")


class Browser:
    """One browser with an empty profile; `driver` is Selenium's own object for whatever this class does not say."""

    def __init__(self, size=DESKTOP, hosts=(), secure_origins=(), downloads=None, scripts=True):
        """
        - `size`: width and height of the window in CSS pixels; up to 500 wide it is a phone, with touch and a phone's viewport.
        - `hosts`: names that lead to 127.0.0.1 whatever DNS says; their ports stay.
        - `secure_origins`: plain-text origins that count as secure contexts, as `http://auth.dreamreflex.com:8000`, which WebAuthn
          asks for (`http://localhost:PORT` is one by itself).
        - `downloads`: the folder that takes downloaded files.
        - `scripts`: False for a browser that runs no script of any page; `run` still works.
        """
        self.size, self.hosts, self.secure_origins, self.downloads = size, list(hosts), list(secure_origins), downloads
        self.scripts = scripts
        self.driver = None

    def start(self):
        program, driver = shutil.which("chromium"), shutil.which("chromedriver")
        assert program and driver, "chromium and chromium-driver are missing; run `make setup`"
        options = webdriver.ChromeOptions()
        options.binary_location = program
        for flag in FLAGS:
            options.add_argument(flag)
        width, height = self.size
        options.add_argument(f"--window-size={width},{height}")
        if width <= 500:
            options.add_experimental_option("mobileEmulation", {
                "deviceMetrics": {"width": width, "height": height, "pixelRatio": 2.0, "mobile": True, "touch": True}})
        if self.hosts:
            options.add_argument("--host-resolver-rules=" + ",".join(f"MAP {host} 127.0.0.1" for host in self.hosts))
        if self.secure_origins:
            options.add_argument("--unsafely-treat-insecure-origin-as-secure=" + ",".join(self.secure_origins))
        preferences = {}
        if self.downloads:
            preferences["download.default_directory"] = str(self.downloads)
        if not self.scripts:
            preferences["profile.managed_default_content_settings.javascript"] = 2
        if preferences:
            options.add_experimental_option("prefs", preferences)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        options.accept_insecure_certs = True  # the certificates of tests are their own
        self.driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=driver))
        self.driver.set_page_load_timeout(60)
        self.driver.set_script_timeout(60)
        return self

    def stop(self):
        if self.driver:
            self.driver.quit()
            self.driver = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    # looking

    def open(self, url):
        self.driver.get(url)

    @property
    def url(self):
        return self.driver.current_url

    @property
    def text(self):
        """What a reader sees of the whole page."""
        return self.driver.find_element(By.TAG_NAME, "body").text

    def all(self, selector, inside=None) -> list[WebElement]:
        return (inside or self.driver).find_elements(By.CSS_SELECTOR, selector)

    def wait(self, selector, inside=None, text="", seconds=30) -> WebElement:
        """The first element of `selector` that is shown and holds `text`."""
        def found():
            return next((e for e in self.all(selector, inside) if e.is_displayed() and text in e.text), None)
        return wait_for(lambda: self._steady(found), f"{selector} {text}".strip(), seconds)

    def wait_url(self, part, seconds=30):
        return wait_for(lambda: part in self.url and self.url, f"an address with {part}", seconds)

    def run(self, script, *arguments):
        """The value of a function's body in the page, as `return document.title`."""
        return self.driver.execute_script(script, *arguments)

    # doing

    def click(self, selector, inside=None, text=""):
        """Clicks in the middle of the window, where no bar covers the element; a page that redraws is tried again."""
        def clicked():
            element = self.wait(selector, inside, text)
            self.run("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
            element.click()
            return element
        return wait_for(lambda: self._steady(clicked), f"a click on {selector} {text}".strip(), 30)

    def fill(self, selector, value, inside=None):
        element = self.wait(selector, inside)
        element.clear()
        element.send_keys(value)
        return element

    def authenticator(self, resident_key=True, user_verification=True, transport="internal"):
        """Adds a virtual WebAuthn authenticator (CTAP2) whose user says yes; `self.driver.get_credentials()` lists what it holds."""
        options = VirtualAuthenticatorOptions(
            transport=transport, has_resident_key=resident_key, has_user_verification=user_verification, is_user_verified=user_verification)
        self.driver.add_virtual_authenticator(options)

    # judging

    def console(self):
        """The console's entries since the last look: `{"level", "message", "source", "timestamp"}`."""
        return self.driver.get_log("browser")

    def problems(self):
        """Errors and warnings of the console since the last look, CSP violations among them."""
        return [entry["message"] for entry in self.console() if entry["level"] in ("SEVERE", "WARNING")]

    def width_overflow(self):
        """By how many pixels the page is wider than the window: 0, or it has to be scrolled sideways."""
        return self.run("return Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)")

    def screenshot(self, path):
        self.driver.save_screenshot(str(path))

    @staticmethod
    def _steady(look):
        """None for what changed between finding and using it: the caller looks again."""
        try:
            return look()
        except (StaleElementReferenceException, ElementClickInterceptedException, ElementNotInteractableException):
            return None
        except WebDriverException as error:
            # What Chromium says of an element whose page was left in the middle of the look.
            if "does not belong to the document" not in (error.msg or ""):
                raise
            return None
