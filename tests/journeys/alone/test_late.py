"""The late journey: the appointment passes, everybody who should know is told, and late it stays when it is done.

The clock of a demonstration may run ahead of the system's: the dossiers are filed and accepted, then the same
installation is started again, some days later by its own reckoning. It has an installation to itself, and its papers
are prepared and signed by the same processes as ever.
"""

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Visit, demonstration, shot, sign_in, visits
from tests.journeys.desk import Desk
from tests.journeys.filling import BIRTH, file
from tests.journeys.test_whole import OFFICES, PATIENCE, open_case, take_office

pytestmark = pytest.mark.browser

CODE = "1.001193"
DAYS_LATER = 20
"""Longer than any holiday: whatever day it is, the appointment is past by then."""
SPOKEN = {"vi": 360, "en": 1280}
WORDS = {
    "vi": {"late": "trễ ", "passed": "Đã quá hạn", "finished": "xong trễ"},
    "en": {"late": "late by ", "passed": "The deadline has passed", "finished": "finished late"},
}


@pytest.fixture(scope="module")
def accepted(browser: Browser) -> Iterator[tuple[Callable[..., Visit], dict[str, str]]]:
    """A dossier of each language, filed and accepted; then the installation goes on some days later."""
    with demonstration() as made:
        dossiers = {}
        with visits(made.begin(), browser) as visit:
            for language, width in SPOKEN.items():
                dossiers[language] = file(visit(language, width), CODE, BIRTH)
                Desk(visit, CODE, dossiers[language], language, width).walk("receive")
        made.end()
        with visits(made.begin(SAURO_CLOCK_AHEAD_HOURS=str(24 * DAYS_LATER)), browser) as visit:
            yield visit, dossiers


@pytest.mark.parametrize("language", SPOKEN)
def test_a_dossier_that_passed_its_appointment_is_late_for_all_to_see(
    accepted: tuple[Callable[..., Visit], dict[str, str]], language: str
) -> None:
    visit, dossiers = accepted
    dossier, width = dossiers[language], SPOKEN[language]
    head, officer, citizen = visit(language, width), visit(language, width), visit(language, width)
    sign_in(head, "lanhdao")
    sign_in(officer, "chuyenvien")
    sign_in(citizen, "nguoidan")
    tell_the_head(head, dossier)
    look_at_the_queue(officer, dossier)
    see_it_as_citizen(citizen, dossier, WORDS[language]["late"], "74-citizen-late")
    finish(visit, language, dossier)
    see_it_as_citizen(citizen, dossier, WORDS[language]["finished"], "76-citizen-finished-late")


def tell_the_head(head: Visit, dossier: str) -> None:
    """The chairperson of the commune is told on every page that is theirs, and in their inbox."""
    words, page = WORDS[head.language], head.page
    take_office(head, OFFICES["chutich"])
    patience = time.monotonic() + PATIENCE
    while True:
        # The worker fires the timer that fell due while nobody was there, and then tells people.
        head.open("/can-bo/")
        told = page.locator("main li", has=page.locator(f"a[href*='{dossier}']"))
        if told.locator(f".sr-status--late:has-text('{words['passed']}')").count():
            break
        assert time.monotonic() < patience, page.locator("main").inner_text()
        time.sleep(1)
    shot(head, "70-head-told")
    head.open("/thong-bao/")
    assert page.locator(f"main a[href*='/can-bo/ho-so/{dossier}/']").count() == 1
    shot(head, "70-head-inbox")
    head.open("/can-bo/lanh-dao/")
    late = page.locator(f"main table tr:has(a[href*='{dossier}'])").first
    assert words["late"] in late.inner_text() and late.locator(".sr-status--late").count()
    shot(head, "71-head-overview")


def look_at_the_queue(officer: Visit, dossier: str) -> None:
    """Late in words and in colour, in the list and on the dossier's own page."""
    words, page = WORDS[officer.language], officer.page
    take_office(officer, OFFICES["tuphap"])
    officer.open("/can-bo/ho-so/?late=1")
    row = page.locator(f"main table tr:has(a[href*='{dossier}'])")
    assert words["late"] in row.locator(".sr-status--late").inner_text()
    shot(officer, "72-queue-late")
    open_case(officer, dossier)
    promise = page.locator(".sr-promise .sr-status--late")
    assert words["late"] in promise.inner_text()
    assert promise.evaluate("one => getComputedStyle(one).color") != page.locator("h1").evaluate(
        "one => getComputedStyle(one).color"
    )
    shot(officer, "73-case-late")


def see_it_as_citizen(citizen: Visit, dossier: str, word: str, name: str) -> None:
    """The person sees it where they follow their dossiers, and on its own page."""
    page = citizen.page
    citizen.open("/ho-so-cua-toi/")
    assert word in page.locator(f"main li:has(a[href*='{dossier}']) .sr-status--late").inner_text()
    citizen.open(f"/ho-so-cua-toi/{dossier}/")
    for place in ("p:has(> strong)", ".sr-promise"):
        assert word in page.locator(f"main {place} .sr-status--late").first.inner_text()
    shot(citizen, name)


def finish(visit: Callable[..., Visit], language: str, dossier: str) -> None:
    """Done late, it is late for ever: in the list of all, beside the moment that was promised."""
    desk = Desk(visit, CODE, dossier, language, SPOKEN[language])
    desk.walk("check", "draft", "sign", "issue", "hand_over")
    clerk = desk.officer
    clerk.open("/can-bo/ho-so/?status=all&sort=submitted")
    row = clerk.page.locator(f"main table tr:has(a[href*='{dossier}'])")
    assert WORDS[language]["finished"] in row.locator(".sr-status--late").inner_text()
    shot(clerk, "75-queue-finished-late")
