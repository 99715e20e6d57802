"""Who looked at my data: a person finds a reading, contests it, and follows it until the officer has answered."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import WAYS, Visit, go, shot, sign_in
from tests.journeys.desk import Desk
from tests.journeys.filling import BIRTH, file

pytestmark = pytest.mark.browser

CODE, PAGE, DESK = "1.001193", "/ai-da-xem/", "/can-bo/phan-doi/"
OFFICER, READER = "dulieu", "motcua"
WORDS = {
    "vi": {"why": "Tôi không rõ vì sao một cửa mở hồ sơ của tôi", "ask": "Lượt xem này phục vụ việc gì?", "explain": "Mở hồ sơ để tiếp nhận và kiểm tra giấy chứng sinh.", "answer": "Cán bộ một cửa mở hồ sơ để tiếp nhận, đúng bước được giao."},
    "en": {"why": "I do not see why the counter opened my dossier", "ask": "Which work was this read needed for?", "explain": "Opened to accept the dossier and check the certificate of birth.", "answer": "The counter opened the dossier to accept it, which was its step."},
}  # fmt: skip


@pytest.mark.parametrize(("language", "width", "script"), WAYS)
def test_a_reading_is_contested_explained_and_answered(
    visit: Callable[..., Visit], language: str, width: int, script: bool
) -> None:
    person = visit(language, width, script=script)
    dossier = file(visit(language, width), CODE, BIRTH)
    Desk(visit, CODE, dossier, language, width).walk("receive")
    contest = contest_it(person, dossier, language)
    ask(visit(language, width, script=script), contest, language)
    explain(visit(language, width, script=script), contest, language)
    answer(visit(language, width, script=script), contest, language)
    person.open(contest)
    said = person.page.locator("main")
    expect(said).to_contain_text(WORDS[language]["answer"])
    expect(said).to_contain_text(WORDS[language]["explain"])
    shot(person, "157-contest-answered")
    person.open(f"{PAGE}?case={dossier}")
    expect(person.page.locator(f"main a[href='{contest}']").first).to_be_visible()


def contest_it(person: Visit, dossier: str, language: str) -> str:
    """Found among the readings of the dossier; contested with a reason; its page says by when it is answered."""
    page = person.page
    sign_in(person, "nguoidan")
    person.open(PAGE)
    go(person, page.locator("main nav a.sr-chip").first)
    assert "by=others" in page.url
    shot(person, "150-who-looked")
    person.open(f"{PAGE}?case={dossier}&by=others")
    go(person, page.locator("main a[href$='/phan-doi/']").last)
    shot(person, "151-contest")
    go(person, page.locator("main form button"))
    assert page.locator(".govuk-error-summary").count() == 1, "a reason is asked for"
    page.fill("[name=reason]", WORDS[language]["why"])
    go(person, page.locator("main form button"))
    expect(page.locator("main")).to_contain_text(WORDS[language]["why"])
    shot(person, "152-contest-followed")
    return page.url.removeprefix(person.served.url)


def desk_of(contest: str) -> str:
    return contest.replace(f"{PAGE}phan-doi/", DESK)


def ask(officer: Visit, contest: str, language: str) -> None:
    """It waits on the officer's desk with its deadline; the officer sees what stood around the read, and asks."""
    page, words = officer.page, WORDS[language]
    sign_in(officer, OFFICER)
    officer.open(DESK)
    shot(officer, "153-contests")
    go(officer, page.locator(f"main a[href='{desk_of(contest)}']").first)
    expect(page.locator("main")).to_contain_text(words["why"])
    shot(officer, "154-contest-officer")
    page.locator("details#ask summary").click()
    page.fill("[name=ask-question]", words["ask"])
    go(officer, "details#ask form button")


def explain(reader: Visit, contest: str, language: str) -> None:
    """Who read finds the question, never the person's words, and explains."""
    page, words = reader.page, WORDS[language]
    sign_in(reader, READER)
    reader.open(DESK)
    go(reader, page.locator(f"main a[href='{desk_of(contest)}']").first)
    expect(page.locator("main")).to_contain_text(words["ask"])
    expect(page.locator("main")).not_to_contain_text(words["why"])
    shot(reader, "155-explain")
    page.fill("[name=explain-explanation]", words["explain"])
    go(reader, "details#explain form button")


def answer(officer: Visit, contest: str, language: str) -> None:
    page, words = officer.page, WORDS[language]
    sign_in(officer, OFFICER)
    officer.open(desk_of(contest))
    expect(page.locator("main")).to_contain_text(words["explain"])
    page.locator("details#answer summary").click()
    page.check("[name=answer-outcome][value=justified]")
    page.fill("[name=answer-answer]", words["answer"])
    shot(officer, "156-answer", page.locator("details#answer"))
    go(officer, "details#answer form button")
