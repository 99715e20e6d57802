"""The sign-in journey: an official makes a passkey, works, sees where they are signed in, and comes back in by mail.

The installation asks officials for a second proof, as every real one does, and sends letters through a mail server.
Passkeys belong to a name, so it is open as ``localhost``.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from allauth.mfa.totp.internal import auth
from playwright.sync_api import Browser, expect

from sauro.project.tests.post import Post, post_office
from tests.journeys.conftest import Visit, demonstration, go, press, shot, sign_in, visits

pytestmark = pytest.mark.browser

SPOKEN = {"vi": (360, "chuyenvien"), "en": (1280, "motcua")}
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip
PASSKEY = "form[data-sr-passkey] button"
PATIENCE = 60
NEW = "mat-khau-moi-hoan-toan-9"


@pytest.fixture(scope="module")
def strict(browser: Browser) -> Iterator[tuple[Callable[..., Visit], Post]]:
    """An installation that asks officials for a second proof and sends letters."""
    with post_office() as post, demonstration() as made:
        settings = {"SAURO_SECOND_FACTOR": "required", "SAURO_SMTP_URL": f"smtp://127.0.0.1:{post.port}"}
        served = made.begin(**settings)
        with visits(replace(served, url=served.url.replace("127.0.0.1", "localhost")), browser) as visit:
            yield visit, post


def with_authenticator(visit: Visit) -> Visit:
    """Give the person's machine something that keeps passkeys."""
    tools = visit.page.context.new_cdp_session(visit.page)
    tools.send("WebAuthn.enable")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return visit


def letter(post: Post, address: str, after: int) -> str:
    """The link of the next letter to an address, without the site; the worker carries it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = [
            at
            for at, (to, _subject, text) in enumerate(post.letters)
            if at >= after and to == address and "/accounts/" in text
        ]
        if found:
            return post.link(found[0])
        time.sleep(0.2)
    raise AssertionError(f"no letter to {address}: {[each[:2] for each in post.letters]}")


@pytest.mark.parametrize("language", SPOKEN)
def test_an_official_signs_in_with_a_passkey(
    strict: tuple[Callable[..., Visit], Post], language: str
) -> None:
    visit, post = strict
    width, login = SPOKEN[language]
    person = with_authenticator(visit(language, width))
    codes = make_a_passkey(person, login)
    sign_in_with_it(person)
    see_another_browser_and_end_it(person, visit(language, width), login, codes[0])
    address = f"{login}@thu.example"
    confirm_an_address(person, post, address)
    come_back_by_mail(person, post, address, login)


def test_one_time_codes_need_no_script(strict: tuple[Callable[..., Visit], Post]) -> None:
    """Where no script runs: codes from an app, and one of paper at the next sign-in."""
    person = strict[0]("vi", 360, script=False)
    page = person.page
    sign_in(person, "lanhdao")
    go(person, page.locator("main a[href='/accounts/2fa/codes/activate/']"))
    page.fill("[name=password]", person.served.password)
    press(person)
    shot(person, "120-one-time-codes")
    secret = page.locator("code.sr-code").inner_text()
    for _try in range(2):  # a code may run out while it is sent
        page.fill("[name=code]", auth.format_hotp_value(auth.hotp_value(secret, int(time.time()) // 30)))
        press(person)
        if page.locator(".sr-codes").count():
            break
    spare = page.locator(".sr-codes li").first.inner_text()
    person.open("/can-bo/")
    assert page.url.endswith("/can-bo/")
    go(person, "header form[action='/accounts/logout/'] button")
    sign_in(person, "lanhdao")
    page.fill("[name=code]", spare)
    go(person, "main form:has([name=code]) button")
    person.open("/can-bo/")
    assert page.url.endswith("/can-bo/")


def make_a_passkey(person: Visit, login: str) -> list[str]:
    """The password alone leads to one page only; from there on a passkey is made."""
    page = person.page
    person.open("/accounts/login/?next=/can-bo/")
    shot(person, "110-sign-in")
    sign_in(person, login)
    assert "/accounts/2fa/?next=" in page.url
    shot(person, "111-second-proof-wanted")
    person.open("/can-bo/")
    assert "/accounts/2fa/" in page.url, "no way round it"
    go(person, page.locator("main a[href='/accounts/2fa/passkeys/add/']"))
    page.fill("[name=password]", person.served.password)
    press(person)
    shot(person, "112-make-a-passkey")
    go(person, PASSKEY)
    expect(page.locator(".sr-codes li")).to_have_count(10)
    shot(person, "113-recovery-codes")
    codes = page.locator(".sr-codes li").all_inner_texts()
    person.open("/can-bo/")
    assert page.url.endswith("/can-bo/")
    return codes


def sign_in_with_it(person: Visit) -> None:
    """Out, and in again without user name and password."""
    go(person, "header form[action='/accounts/logout/'] button")
    person.open("/accounts/login/?next=/can-bo/")
    go(person, PASSKEY)
    assert person.page.url.endswith("/can-bo/")
    person.open("/accounts/2fa/")
    shot(person, "114-passkeys")


def see_another_browser_and_end_it(person: Visit, other: Visit, login: str, code: str) -> None:
    """Somebody with password and a recovery code comes in elsewhere; the first browser hears of it and ends it."""
    sign_in(other, login)
    assert "/accounts/2fa/authenticate/" in other.page.url
    shot(other, "115-second-proof")
    other.page.fill("[name=code]", code)
    go(other, "main form:has([name=code]) button")
    other.open("/can-bo/")
    assert other.page.url.endswith("/can-bo/")
    person.open("/can-bo/")
    expect(person.page.locator(".govuk-notification-banner a[href='/accounts/sessions/']")).to_be_visible()
    go(person, ".govuk-notification-banner a[href='/accounts/sessions/']")
    shot(person, "116-where-signed-in")
    go(person, person.page.locator("[name=session]").first)
    other.open("/can-bo/")
    assert "/accounts/login/" in other.page.url, "at once"


def confirm_an_address(person: Visit, post: Post, address: str) -> None:
    """An address is entered and confirmed by the link of a real letter."""
    seen = len(post.letters)
    person.open("/accounts/address/")
    if person.page.locator("[name=password]").count():
        person.page.fill("[name=password]", person.served.password)
        press(person)
    person.page.fill("[name=email]", address)
    press(person)
    person.open(letter(post, address, seen))
    press(person)
    person.open("/accounts/")
    assert address in person.page.locator("main").inner_text()
    shot(person, "117-account")


def come_back_by_mail(person: Visit, post: Post, address: str, login: str) -> None:
    """The password is forgotten: a letter, a new one, and the second proof is asked as ever."""
    seen, page = len(post.letters), person.page
    go(person, "header form[action='/accounts/logout/'] button")
    person.open("/accounts/login/")
    go(person, "main a[href='/accounts/password/reset/']")
    page.fill("[name=email]", address)
    press(person)
    shot(person, "118-look-at-your-mail")
    person.open(letter(post, address, seen))
    page.fill("[name=password1]", NEW)
    page.fill("[name=password2]", NEW)
    shot(person, "119-new-password")
    press(person)
    person.open("/accounts/login/")
    page.fill("[name=login]", login)
    page.fill("[name=password]", NEW)
    go(person, "main form:has([name=password]) button")
    assert "/accounts/2fa/authenticate/" in page.url
    go(person, PASSKEY)
    person.open("/can-bo/")
    assert page.url.endswith("/can-bo/")
