"""Passkeys in Chromium, with its virtual authenticator: made, used, and of no use for anybody else's account."""

import json
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connections
from playwright.sync_api import BrowserContext, CDPSession, Page, expect, sync_playwright

from sauro.project.tests.people import PASSWORD, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip
MAKE = "/accounts/2fa/passkeys/add/"


class Device:
    """A browser whose machine has an authenticator, as the browser's own tools pretend it."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.context, self.site, self.page = context, site, context.new_page()
        self.blocked: list[str] = []
        self.page.on(
            "console",
            lambda message: self.blocked.append(message.text) if "Content Security" in message.text else None,
        )
        self._tools: CDPSession = context.new_cdp_session(self.page)
        self._tools.send("WebAuthn.enable")
        self.id = self._tools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]

    def open(self, address: str) -> Page:
        self.page.goto(self.site + address)
        return self.page

    def keys(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._tools.send(
            "WebAuthn.getCredentials", {"authenticatorId": self.id}
        )["credentials"]
        return found

    def hold(self, key: dict[str, Any]) -> None:
        self._tools.send("WebAuthn.addCredential", {"authenticatorId": self.id, "credential": key})

    def verifies(self, yes: bool) -> None:
        self._tools.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": yes})

    def password(self, login: str) -> None:
        page = self.open("/accounts/login/")
        page.fill("[name=login]", login)
        page.fill("[name=password]", PASSWORD)
        page.locator("main form button").first.click()
        page.wait_for_url(lambda url: "/accounts/login/" not in url)

    def make(self, *, alone: bool = True) -> None:
        """Make a passkey, as its holder does."""
        page = self.open(MAKE)
        page.fill("[name=password]", PASSWORD)
        page.locator("main form button").first.click()
        page.wait_for_url(f"**{MAKE}")
        page.set_checked("[name=passwordless]", alone)
        page.locator("form[data-sr-passkey] button").click()
        page.wait_for_url("**/accounts/2fa/recovery/")


@pytest.fixture
def devices(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Device]]:
    # Playwright's own loop runs in this thread; nothing here is asynchronous.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    path = next(filter(None, map(shutil.which, BROWSERS)))
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])

        def device(language: str = "vi") -> Device:
            context = browser.new_context(locale=language, viewport={"width": 360, "height": 800})
            context.add_cookies([{"name": "sauro_language", "value": language, "url": live_server.url}])
            context.set_default_timeout(15_000)
            return Device(context, live_server.url)

        yield device
        # Within the loop Django keeps connections of their own.
        connections.close_all()
        browser.close()


@pytest.mark.parametrize(
    ("language", "words"), [("vi", "Đăng nhập bằng khóa truy cập"), ("en", "Sign in with a passkey")]
)
def test_a_passkey_alone_signs_in(devices, language: str, words: str) -> None:
    user = person("khoa")
    device = devices(language)
    device.password("khoa")
    device.make()
    assert Authenticator.objects.filter(user=user, type="webauthn").count() == 1
    device.context.clear_cookies(name="sessionid")
    page = device.open("/accounts/login/?next=/ho-so-cua-toi/")
    page.get_by_role("button", name=words).click()
    page.wait_for_url("**/ho-so-cua-toi/")
    assert device.blocked == []
    (key,) = device.keys()
    assert key["isResidentCredential"]


def test_a_passkey_is_the_second_proof_after_a_password(devices) -> None:
    person("khoa-hai")
    device = devices()
    device.password("khoa-hai")
    device.make(alone=False)
    device.context.clear_cookies(name="sessionid")
    device.password("khoa-hai")
    assert device.page.url.endswith("/accounts/2fa/authenticate/")
    device.page.locator("form[data-sr-passkey] button").click()
    device.page.wait_for_url(device.site + "/ho-so-cua-toi/")
    assert device.open("/accounts/").title().startswith("Tài khoản của bạn")


def test_a_passkey_of_another_account_is_of_no_use(devices) -> None:
    """The thief knows the victim's password and has a passkey of their own, or one forged in the victim's name."""
    thief, victim = person("ke-gian"), person("nan-nhan")
    own, theirs = devices(), devices()
    theirs.password("nan-nhan")
    theirs.make()
    own.password("ke-gian")
    own.make()
    (key,) = own.keys()
    own.context.clear_cookies()
    own.password("nan-nhan")
    page = own.page
    assert page.url.endswith("/accounts/2fa/authenticate/")
    page.locator("form[data-sr-passkey] button").click()
    expect(page.locator("[data-sr-passkey-failed]")).to_be_visible()
    # The browser refuses; so does the server, asked past the browser's rules.
    options = json.loads(page.locator("#passkey-options").text_content() or "")
    options["publicKey"]["allowCredentials"] = []
    page.evaluate(
        "o => { document.getElementById('passkey-options').textContent = JSON.stringify(o) }", options
    )
    page.locator("form[data-sr-passkey] button").click()
    expect(page.locator(".govuk-error-message").first).to_be_visible()
    assert own.open("/accounts/").url == f"{own.site}/accounts/2fa/authenticate/"
    own.context.clear_cookies()
    # A key in the victim's name, under an id that belongs to the thief.
    own._tools.send("WebAuthn.clearCredentials", {"authenticatorId": own.id})
    own.hold({**key, "userHandle": theirs.keys()[0]["userHandle"]})
    page = own.open("/accounts/login/")
    page.locator("form[data-sr-passkey] button").click()
    page.wait_for_load_state("networkidle")
    assert own.open("/accounts/").url.startswith(f"{own.site}/accounts/login/")
    assert Authenticator.objects.get(user=victim, type="webauthn").last_used_at is None
    assert Authenticator.objects.get(user=thief, type="webauthn").last_used_at is None


def test_without_finger_face_or_pin_a_passkey_alone_does_not_sign_in(devices) -> None:
    person("khong-van-tay")
    device = devices()
    device.password("khong-van-tay")
    device.make()
    device.context.clear_cookies(name="sessionid")
    device.verifies(False)
    page = device.open("/accounts/login/")
    page.locator("form[data-sr-passkey] button").click()
    expect(page.locator("[data-sr-passkey-failed]")).to_be_visible()


def test_without_script_the_page_says_what_works(devices) -> None:
    person("khong-script")
    device = devices()
    device.password("khong-script")
    state = device.context.storage_state()
    plain = device.context.browser.new_context(java_script_enabled=False, storage_state=state).new_page()
    plain.goto(device.site + MAKE)
    plain.fill("[name=password]", PASSWORD)
    plain.locator("main form button").first.click()
    assert plain.locator("form[data-sr-passkey]").is_hidden()
    assert plain.locator(
        "noscript a[href='/accounts/2fa/codes/activate/'], main a[href='/accounts/2fa/codes/activate/']"
    ).count()
