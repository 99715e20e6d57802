"""Delegation during leave: a head is away, her deputy acts for her, every page says so, and it ends when it should.

It has an installation to itself: its clock goes on to after the last day.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Demonstration, Served, Visit, demonstration, go, shot, sign_in, visits
from tests.journeys.desk import Desk
from tests.journeys.filling import BIRTH, file
from tests.journeys.test_whole import OFFICES, sign, take_office

pytestmark = pytest.mark.browser

CODE, LEAVE = "1.001193", "/can-bo/nghi-phep/"
HEAD, DEPUTY = "lanhdao", "truongphong"
DAYS = 4
WORDS = {
    "vi": {"find": "truong phong van hoa", "deputy": "Trưởng phòng Văn hóa", "done": "làm thay", "over": "đã hết hạn"},
    "en": {"find": "culture", "deputy": "Head of the commune division of culture", "done": "acting for the holder", "over": "over"},
}  # fmt: skip


COMMITTEE = {"vi": "Ủy ban nhân dân phường Trấn Biên", "en": "People’s Committee of Trấn Biên Ward"}
VICE = {"vi": "Phó Chủ tịch", "en": "Vice Chairperson"}


@pytest.fixture(scope="module")
def installation() -> Iterator[tuple[Demonstration, Served]]:
    with demonstration() as made:
        yield made, made.begin()


@pytest.mark.parametrize(("language", "width"), [("vi", 360), ("en", 1280)])
def test_a_deputy_acts_for_a_head_who_is_away(
    installation: tuple[Demonstration, Served], browser: Browser, language: str, width: int
) -> None:
    with visits(installation[1], browser) as visit:
        dossier = file(visit(language, width), CODE, BIRTH)
        desk = Desk(visit, CODE, dossier, language, width)
        desk.walk("receive", "check")
        head = go_on_leave(visit, language, width)
        # What is drafted while she is away is signed by her deputy.
        desk.walk("draft")
        deputy = act_for_her(visit, dossier, language, width)
        if language == "vi":
            come_back_early(head, deputy, dossier)


def go_on_leave(visit: Callable[..., Visit], language: str, width: int) -> Visit:
    """She names who acts for her, for what, until when; nothing that she typed is lost when she searches."""
    head, words = visit(language, width), WORDS[language]
    page = head.page
    sign_in(head, HEAD)
    take_office(head, OFFICES["chutich"])
    head.open(LEAVE)
    page.check("[name=reason][value=mission]")
    page.fill("[name=find]", words["find"])
    go(head, "button[name=search]")
    assert page.is_checked("[name=reason][value=mission]")
    person = page.locator("select[name=deputy] option", has_text=re.compile(re.escape(words["deputy"]))).first
    page.select_option("select[name=deputy]", value=person.get_attribute("value"))
    last = datetime.now(UTC).date() + timedelta(days=400)
    fill_day(head, last)
    go(head, "button[name=send]")
    assert "183" in page.locator(".govuk-error-summary").inner_text()
    shot(head, "130-leave-too-long")
    fill_day(head, datetime.now(UTC).date() + timedelta(days=DAYS))
    shot(head, "131-leave", page.locator("[name=deputy]"))
    go(head, "button[name=send]")
    assert page.locator("main .sr-results li form").count() == 1, page.locator("main").inner_text()
    shot(head, "132-leave-named")
    return head


def fill_day(head: Visit, day: datetime | object) -> None:
    for part in ("day", "month", "year"):
        head.page.fill(f"[name=valid_to_{part}]", str(getattr(day, part)))


def act_for_her(visit: Callable[..., Visit], dossier: str, language: str, width: int) -> Visit:
    """The deputy finds her office among theirs and what waits in it, signs, and the history says who did it for whom."""
    deputy, words = visit(language, width), WORDS[language]
    page = deputy.page
    sign_in(deputy, DEPUTY)
    take_office(deputy, OFFICES["chutich"])
    assert page.locator(".sr-deputy").count() == 1
    assert page.locator(f"main a[href*='{dossier}']").count() >= 1
    shot(deputy, "133-deputy-today")
    sign(deputy, dossier)
    deputy.open(f"/can-bo/ho-so/{dossier}/")
    entry = page.locator("main", has_text=words["done"])
    assert entry.count() == 1
    shot(deputy, "134-deputy-signed", page.get_by_text(words["done"]).last)
    return deputy


def come_back_early(head: Visit, deputy: Visit, dossier: str) -> None:
    """She ends it: the deputy's next request finds nothing there any more."""
    head.open(LEAVE)
    go(head, "main .sr-results li form button")
    shot(head, "135-ended-early")
    deputy.open(f"/can-bo/ho-so/{dossier}/")
    assert (
        deputy.page.locator(".sr-deputy").count() == 0
        and dossier not in deputy.page.locator("main").inner_html()
    )
    shot(deputy, "136-deputy-refused")
    deputy.open("/can-bo/")
    assert not offered(deputy)


def offered(deputy: Visit) -> bool:
    """Whether the head's office is among those that the deputy may take."""
    options = deputy.page.locator("select[name=position] option").all_inner_texts()
    return any(re.search(OFFICES["chutich"], text, re.IGNORECASE) for text in options)


@pytest.mark.parametrize(("language", "width"), [("vi", 360), ("en", 1280)])
def test_an_administrator_keeps_the_offices(
    installation: tuple[Demonstration, Served], browser: Browser, language: str, width: int
) -> None:
    """Found without diacritics, walked down, an acting holder appointed, authority refused without a law, and asked about."""
    with visits(installation[1], browser) as visit:
        keeper = visit(language, width)
        page = keeper.page
        sign_in(keeper, "quantri")
        keeper.open("/can-bo/to-chuc/")
        page.fill("[name=q]", "tran bien")
        go(keeper, "main form[role=search] button")
        shot(keeper, "138-agencies")
        go(keeper, page.locator("main .sr-results a", has_text=COMMITTEE[language]).first)
        shot(keeper, "138-agency")
        go(keeper, page.locator("main table a", has_text=VICE[language]).first)
        page.locator("details#appoint summary").click()
        page.fill("[name=find_person]", "thamdinh")
        go(keeper, "details#appoint form[method=get] button")
        page.locator("[name=appoint-person]").first.check()
        page.check("[name=appoint-kind][value=acting]")
        go(keeper, "details#appoint form[method=post] button")
        assert page.locator(".govuk-error-summary").count() == 1, "who acts in an office does so for a time"
        shot(keeper, "139-appoint", page.locator("details#appoint"))
        page.locator("details#grant summary").click()
        page.locator("[name=grant-role]").select_option(index=1)
        page.fill("[name=grant-basis]", "123/không có")
        go(keeper, "details#grant form[method=post] button")
        assert page.locator("#id_grant-basis_error").count() == 1
        shot(keeper, "139-office", page.locator("details#grant"))
        keeper.open("/can-bo/to-chuc/can-bo/?q=lanhdao")
        go(keeper, "main .sr-results a")
        shot(keeper, "139-official")


def test_it_ends_by_itself(installation: tuple[Demonstration, Served], browser: Browser) -> None:
    made, _served = installation
    made.end()
    later = made.begin(SAURO_CLOCK_AHEAD_HOURS=str(24 * (DAYS + 2)))
    with visits(later, browser) as visit:
        deputy, head = visit("en", 1280), visit("en", 1280)
        sign_in(deputy, DEPUTY)
        deputy.open("/can-bo/")
        assert not offered(deputy)
        sign_in(head, HEAD)
        take_office(head, OFFICES["chutich"])
        head.open(LEAVE)
        assert WORDS["en"]["over"] in head.page.locator("main .sr-results li").first.inner_text()
        shot(head, "137-over")
