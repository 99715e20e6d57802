"""A live page in Chromium, under the project's own content policy: it changes after an act, and goes with the right to it.

Nothing is reloaded: a mark that the test leaves in the page's window is there to the end.
"""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from socketserver import ThreadingMixIn
from typing import Any
from uuid import uuid4
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.contrib.auth.models import User
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import Client
from playwright.sync_api import Page, expect, sync_playwright

from sauro.core.doorway import Ask, act
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.models import Account, Grant
from sauro.core.moment import now
from sauro.project.settings import security
from sauro.web import people
from tests.faults import live_page
from tests.faults.edge import Edge, edge, seal, until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE = 20_000


class Pages(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@dataclass
class Site:
    """Pages, their edge, and a citizen's open browser."""

    url: str
    edge: Edge
    page: Page
    person: Any
    said: list[str]
    asked: list[str]

    def open(self) -> None:
        self.page.goto(f"{self.url}/live/")
        self.page.evaluate("window.mark = 'here'")
        self.is_live()

    def is_live(self, really: bool = True) -> None:
        state = "live" if really else "not-live"
        expect(self.page.locator("[data-sr-live]")).to_have_attribute("data-sr-live-is", state)

    def stayed(self) -> bool:
        return bool(self.page.evaluate("window.mark === 'here'"))


@pytest.fixture
def pages(settings: Any, db: None) -> Iterator[str]:
    """The project's pages and the live one, on a port of their own."""
    settings.ROOT_URLCONF = "tests.faults.live_page"
    loaders = [
        ("django.template.loaders.locmem.Loader", live_page.TEMPLATES),
        "django.template.loaders.app_directories.Loader",
    ]
    options = {**settings.TEMPLATES[0]["OPTIONS"], "loaders": loaders}
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "APP_DIRS": False, "OPTIONS": options}]
    server = make_server("127.0.0.1", 0, get_wsgi_application(), Pages, Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def site(pages: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    # The driver of the browser keeps a loop in this thread; the test's own acts are not in it.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    user = User.objects.create_user("citizen")
    client = Client()
    client.force_login(user)
    person = people.introduce(user.pk)
    assert Account.objects.get(user=user).person == person
    seal()
    path = next(found for name in BROWSERS if (found := shutil.which(name)))
    with edge(SAURO_PUBLIC_URL=pages) as running, sync_playwright() as driver:
        settings.SAURO_EDGE_URL = running.url
        settings.CONTENT_SECURITY_POLICY = security.policy(running.url)
        browser = driver.chromium.launch(executable_path=path, args=OPTIONS)
        context = browser.new_context(locale="en", viewport={"width": 1280, "height": 800})
        context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        context.add_cookies(
            [
                {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": pages},
                {"name": "sauro_language", "value": "en", "url": pages},
            ]
        )
        page = context.new_page()
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url.removeprefix(pages)))
        yield Site(pages, running, page, person, said, asked)
        # Under that loop Django keeps another connection, which the next test's new database would not know.
        connection.close()
        browser.close()


def somebody_comes() -> None:
    act(Ask("core.register_actor", PLATFORM, str(uuid4()), {"id": uuid4(), "kind": "person", "valid_from": now().date()}))  # fmt: skip
    seal()


def count(site: Site) -> int:
    return int(site.page.locator("#people").inner_text())


def test_a_part_changes_after_an_act_and_nothing_else_of_the_page_does(site: Site) -> None:
    site.open()
    before = count(site)
    site.page.locator("#more summary").click()
    site.page.locator("#typed").fill("đang gõ")
    site.page.locator("#people").focus()
    somebody_comes()
    expect(site.page.locator("#people")).to_have_text(str(before + 1))
    assert site.page.locator("#scrolled li").first.inner_text() == str(before + 1)
    assert site.page.evaluate("document.activeElement.id") == "people"
    assert site.page.locator("#typed").input_value() == "đang gõ"
    assert site.page.locator("#typed").is_visible()
    expect(site.page.locator("[data-sr-live-voice]")).to_contain_text("the figures have changed")
    expect(site.page.locator("[data-sr-live-state]")).to_contain_text("Live · last change")
    assert site.page.locator("[data-sr-live-reload]").is_hidden()
    assert site.stayed() and site.said == []


def test_a_revoked_grant_shows_on_the_next_tick(site: Site) -> None:
    site.open()
    assert count(site) > 0
    grant = Grant.objects.get(holder=site.person)
    act(Ask("core.revoke", PLATFORM, "revoked", {"basis": "61/2018/NĐ-CP, Điều 16"}, subject=grant.id))
    seal()
    part = site.page.locator("[data-sr-live]")
    expect(part).to_have_attribute("data-sr-live-is", "refused")
    expect(part).to_contain_text("This may no longer be shown to you")
    assert site.page.locator("#people").count() == 0 and site.page.locator("#scrolled").count() == 0
    # And the page stops listening.
    until(lambda: site.edge.asks("healthz")["streams"] == 0, "it still listens")
    assert site.stayed()


def test_who_was_signed_out_elsewhere_sees_it_no_longer(site: Site) -> None:
    site.open()
    site.page.context.clear_cookies(name="sessionid")
    somebody_comes()
    expect(site.page.locator("[data-sr-live]")).to_have_attribute("data-sr-live-is", "refused")
    assert site.page.locator("#people").count() == 0


def test_without_its_edge_the_page_says_so_and_is_live_again_with_it(site: Site) -> None:
    site.open()
    before = count(site)
    port = site.edge.port
    assert site.edge.end() == 0
    site.is_live(False)
    state = site.page.locator("[data-sr-live-state]")
    expect(state).to_contain_text("Not live · as of")
    expect(state.get_by_role("link", name="Reload")).to_be_visible()
    assert count(site) == before
    somebody_comes()
    with edge(SAURO_PUBLIC_URL=site.url, SAURO_EDGE_PORT=str(port)):
        site.is_live()
        expect(site.page.locator("#people")).to_have_text(str(before + 1))
    assert site.stayed()


def test_while_nobody_looks_nothing_is_asked(site: Site) -> None:
    site.open()
    before = count(site)
    # The first tick asks too; on a slow machine that answer would come after the page is hidden and shown again.
    answered = "performance.getEntriesByType('resource').some(each => each.name.endsWith('/live/part/'))"
    until(lambda: site.page.evaluate(answered), "the first tick asks")
    hide = """hidden => {
        Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    site.page.evaluate(hide, True)
    until(lambda: site.edge.asks("healthz")["streams"] == 0, "it still listens")
    site.asked.clear()
    somebody_comes()
    site.page.evaluate(hide, False)
    expect(site.page.locator("#people")).to_have_text(str(before + 1))
    site.is_live()
    assert site.asked[0] == "/live/part/", "the part is asked for first: its old ticket may have ended"


def test_what_has_not_changed_is_not_sent(site: Site) -> None:
    answers: list[int] = []
    site.page.on(
        "response", lambda answer: answers.append(answer.status) if "/live/part/" in answer.url else None
    )
    site.open()
    until(lambda: site.page.evaluate("1") and answers, "the first tick asks")
    assert answers == [304]


def test_without_script_the_page_says_of_when_it_is(site: Site) -> None:
    assert site.page.context.browser is not None
    context = site.page.context.browser.new_context(java_script_enabled=False, locale="en")
    context.add_cookies([{"name": c["name"], "value": c["value"], "url": site.url} for c in site.page.context.cookies()])  # fmt: skip
    page = context.new_page()
    page.goto(f"{site.url}/live/")
    expect(page.locator("[data-sr-live-state]")).to_contain_text("as of")
    people_before = int(page.locator("#people").inner_text())
    somebody_comes()
    page.get_by_role("link", name="Reload").click()
    expect(page.locator("#people")).to_have_text(str(people_before + 1))
