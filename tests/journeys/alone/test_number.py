"""From red cell to person: a number opens to its cases, to who answers for it, and to a new commitment; and what the public reads.

A dossier passes its appointment as in the late journey: filed and accepted, then the same installation goes on some
days later by its own reckoning.
"""

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.alone.test_late import CODE, DAYS_LATER
from tests.journeys.conftest import Visit, demonstration, go, shot, sign_in, visits
from tests.journeys.desk import Desk
from tests.journeys.filling import BIRTH, file
from tests.journeys.test_task import choose, fill_day
from tests.journeys.test_whole import PATIENCE

pytestmark = pytest.mark.browser

DESK = "/can-bo/dieu-hanh/"
RED = "main table tr:has-text('Trấn Biên') a.sr-red"
WORDS = {
    "vi": {"head": "Chủ tịch Ủy ban nhân dân", "verifier": "Văn phòng Trung ương", "late": "Đang giải quyết, trễ hạn", "draft": "đang soạn", "doubt": "mâu thuẫn chưa kết luận"},
    "en": {"head": "Chairperson", "verifier": "Central Party", "late": "Open and late", "draft": "being drafted", "doubt": "open conflict"},
}  # fmt: skip


@pytest.fixture(scope="module")
def late(browser: Browser) -> Iterator[tuple[Callable[..., Visit], str]]:
    """A dossier that was accepted; then the installation goes on some days later."""
    with demonstration() as made:
        with visits(made.begin(), browser) as visit:
            dossier = file(visit("vi", 360), CODE, BIRTH)
            Desk(visit, CODE, dossier, "vi", 360).walk("receive")
        made.end()
        with visits(made.begin(SAURO_CLOCK_AHEAD_HOURS=str(24 * DAYS_LATER)), browser) as visit:
            yield visit, dossier


@pytest.mark.parametrize(("language", "width", "script"), [("vi", 360, True), ("en", 1280, True), ("vi", 1280, False)])  # fmt: skip
def test_from_a_red_cell_to_a_person(late: tuple[Callable[..., Visit], str], language: str, width: int, script: bool) -> None:  # fmt: skip
    visit, _dossier = late
    duty, words = visit(language, width, script=script), WORDS[language]
    sign_in(duty, "truc")
    see_red(duty)
    behind(duty, words)
    answers = who_answers(duty, words)
    task = promise(duty, words)
    row = duty.page.locator(f"main table tr:has(a[href*='{task}'])")
    # At what stage a task is, the counting says, moments after the act.
    patience = time.monotonic() + PATIENCE
    while True:
        duty.open(answers)
        if words["draft"] in row.inner_text():
            break
        assert time.monotonic() < patience, row.inner_text()
    shot(duty, "97-promised", row)


def see_red(duty: Visit) -> None:
    """The worker fires the timer that fell due while nobody was there; the count follows the event."""
    patience = time.monotonic() + PATIENCE
    while True:
        duty.open(f"{DESK}?days=90")
        if duty.page.locator(RED).count():
            break
        assert time.monotonic() < patience, duty.page.locator("main").inner_text()
        time.sleep(1)
    shot(duty, "93-numbers", duty.page.locator(RED).first)


def behind(duty: Visit, words: dict[str, str]) -> None:
    """The number opens to the cases it is made of, each with its place in the journal."""
    page = duty.page
    go(duty, page.locator(RED).first)
    assert words["late"] in page.locator("h1").inner_text()
    row = page.locator("main tbody tr").first
    proof = row.locator("a[href*='/api/journal/']").get_attribute("href") or ""
    # The next checkpoint covers it: within some seconds.
    until = time.monotonic() + 60
    while not page.request.get(duty.served.url + proof).ok:
        assert time.monotonic() < until, proof
        time.sleep(1)
    shot(duty, "94-cases")


def who_answers(duty: Visit, words: dict[str, str]) -> str:
    """From the red cell one step to the office that answers for it. Gives the address of that page."""
    duty.open(f"{DESK}?days=90")
    page = duty.page
    go(duty, page.locator("main table tr:has-text('Trấn Biên') a[href*='/trach-nhiem/']").first)
    assert words["head"] in page.locator("#responsible").inner_text()
    shot(duty, "95-who-answers")
    return page.url.removeprefix(duty.served.url)


def promise(duty: Visit, words: dict[str, str]) -> str:
    """One button to a new commitment, which names the agency and the number already."""
    page = duty.page
    go(duty, page.locator("main a.govuk-button"))
    # Nothing is guessed: which instrument it rests on is for the official to say.
    assert page.locator("select#instrument").input_value() == ""
    page.locator("select#instrument").select_option(index=1)
    go(duty, "main form[method=get] button")
    lead = page.locator("select#id_lead")
    assert "Trấn Biên" in lead.locator("option:checked").inner_text()
    assert words["head"] in page.locator("select#id_position option:checked").inner_text()
    assert words["late"] in page.locator("[name=note]").input_value()
    page.fill("[name=task]", "Giải quyết dứt điểm hồ sơ khai sinh trễ hạn")
    page.fill("[name=output]", "Không còn hồ sơ trễ hạn; mỗi hồ sơ có kết quả đã trả")
    fill_day(duty, "due_on", DAYS_LATER + 20)
    choose(duty, "verifier", words["verifier"])
    shot(duty, "96-new-commitment")
    go(duty, "main form.sr-reading > button")
    errors = page.locator(".govuk-error-summary")
    assert errors.count() == 0, errors.inner_text()
    return page.url.rstrip("/").split("/")[-1]


@pytest.mark.parametrize(("language", "width", "script"), [("vi", 360, True), ("en", 1280, True), ("vi", 1280, False)])  # fmt: skip
def test_anybody_reads_what_is_published(late: tuple[Callable[..., Visit], str], language: str, width: int, script: bool) -> None:  # fmt: skip
    visit, _dossier = late
    reader, words = visit(language, width, script=script), WORDS[language]
    page = reader.page
    patience = time.monotonic() + PATIENCE
    while True:
        reader.open("/so-lieu/")
        if page.locator(".sr-tiles").count():
            break
        assert time.monotonic() < patience, "no edition was published"
        time.sleep(1)
    assert page.locator(".sr-tiles li").count() == 36
    shot(reader, "98-public")
    go(reader, page.locator("main a[href='/so-lieu/egdi_rank/']").first)
    assert page.locator("svg[role=img]").count() == 1
    shot(reader, "99-indicator")
    go(reader, page.locator("nav a[href='/so-lieu/nghi-van/']").first)
    assert page.locator("main li .sr-status", has_text=words["doubt"]).count()
    assert page.locator("main form").count() == 0
    shot(reader, "100-doubts")
    reader.open("/so-lieu/tinh/75/")
    shot(reader, "101-province")
