"""Resolution to result, in small: an instrument becomes a task, its parts are done and shown, somebody else closes it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.journeys.conftest import WAYS, Visit, go, shot, sign_in
from tests.journeys.test_whole import do, open_form, take_office

pytestmark = pytest.mark.browser

OFFICES = {
    "secretary": ("thuky", ""), "minister": ("botruong", ""), "verifier": ("thamdinh", "(Văn phòng Trung ương|Central Party)"),
    "chair": ("lanhdao", "(Chủ tịch Ủy ban|Chairperson).*(Ủy ban nhân dân tỉnh|Committee of) Đồng Nai"),
    "science": ("lanhdao", "(Giám đốc|Director).*(Sở Khoa học|Department of Science)"),
    "justice": ("lanhdao", "(Giám đốc|Director).*(Sở Tư pháp|Department of Justice)"),
}  # fmt: skip
WORDS = {
    "vi": {"chair": "Chủ tịch Ủy ban nhân dân", "director": "Giám đốc", "minister": "Bộ trưởng", "authority": "Thẩm quyền", "moved": "hạn gốc", "science": "Sở Khoa học và Công nghệ", "justice": "Sở Tư pháp", "province": "Ủy ban nhân dân tỉnh Đồng Nai", "ministry": "Bộ Khoa học và Công nghệ", "verifier": "Văn phòng Trung ương", "not_shown": "chưa chứng tỏ", "closed": "đã xong"},
    "en": {"chair": "Chairperson", "director": "Director", "minister": "Minister", "authority": "Authority", "moved": "first promised", "science": "Department of Science", "justice": "Department of Justice", "province": "Committee of Đồng Nai", "ministry": "Ministry of Science and Technology", "verifier": "Central Party", "not_shown": "not shown", "closed": "done"},
}  # fmt: skip
TEXT = """Điều 1. Nhiệm vụ
1. Tỉnh Đồng Nai chủ trì:
a) Kết nối dữ liệu của các sở với cơ sở dữ liệu quốc gia;
b) Công khai kết quả hằng tháng.
Điều 2. Hiệu lực thi hành"""
BOARD = "/can-bo/nhiem-vu/"


class Walk:
    """The people of the journey, each in a browser of their own; who holds several offices changes them."""

    def __init__(self, visit: Callable[..., Visit], language: str, width: int, script: bool) -> None:
        self.language, self.width, self.words = language, width, WORDS[language]
        self._make = lambda: visit(language, width, script=script)
        self._people: dict[str, Visit] = {}
        self._office: dict[str, str] = {}

    def sit(self, who: str) -> Visit:
        login, office = OFFICES[who]
        if login not in self._people:
            self._people[login] = self._make()
            sign_in(self._people[login], login)
        person = self._people[login]
        if office and self._office.get(login) != who:
            take_office(person, office)
            self._office[login] = who
        return person

    def at(self, who: str, task: str) -> Visit:
        person = self.sit(who)
        person.open(f"{BOARD}{task}/")
        return person

    def press(self, who: str, task: str, verb: str, name: str = "", **fields: str) -> Visit:
        """Fill in the form of an act and send it; it must be done."""
        person = self.at(who, task)
        form = open_form(person, verb)
        for field, value in fields.items():
            box = form.locator(f"[name={verb}-{field}]").first
            kind = box.get_attribute("type")
            if kind == "radio":
                form.locator(f"[name={verb}-{field}][value='{value}']").check()
            elif kind == "checkbox":
                box.check()
            else:
                box.fill(value)
        do(person, verb, name)
        errors = person.page.locator(".govuk-error-summary")
        assert errors.count() == 0, errors.inner_text()
        return person


def fill_day(person: Visit, field: str, days: int) -> None:
    day = datetime.now(UTC).date() + timedelta(days=days)
    for part, value in (("day", day.day), ("month", day.month), ("year", day.year)):
        person.page.fill(f"[name={field}_{part}]", str(value))


def choose(person: Visit, field: str, label: str) -> None:
    """Choose what begins with, or holds, these words."""
    select = person.page.locator(f"select#id_{field}")
    option = select.locator("option", has_text=re.compile(re.escape(label))).first
    select.select_option(value=option.get_attribute("value"))


@pytest.mark.parametrize(("language", "width", "script"), WAYS)
def test_from_a_resolution_to_a_result(visit: Callable[..., Visit], language: str, width: int, script: bool) -> None:  # fmt: skip
    walk = Walk(visit, language, width, script)
    instrument = register(walk, f"{700 + width % 97 + script + 200 * (language == 'en')}/NQ-CP")
    task = draft_and_be_refused(walk, instrument)
    parts = [hand(walk, task, who, share) for who, share in (("science", "60"), ("justice", "40"))]
    for who, part in zip(("science", "justice"), parts, strict=True):
        finish_part(walk, who, part)
    red(walk, task)
    first = extend(walk, task, instrument)
    close(walk, task, first)


def register(walk: Walk, number: str) -> str:
    """The number that the Government does not use is asked about; corrected, the text becomes paragraphs."""
    person = walk.sit("secretary")
    page = person.page
    person.open(f"{BOARD}van-ban/moi/")
    page.fill("[name=number]", number.replace("/NQ-CP", "-NQ/TW"))
    page.fill("[name=title]", "Chương trình hành động về dữ liệu")
    page.fill("[name=issuer]", "Chính phủ")
    fill_day(person, "issued", -3)
    fill_day(person, "valid_from", -2)
    page.fill("[name=text]", TEXT)
    go(person, "main form.sr-reading button")
    assert number in page.locator(".govuk-error-summary").inner_text()
    assert page.locator("[name=sure]").count() == 1
    shot(person, "80-instrument-doubt")
    page.fill("[name=number]", number)
    go(person, "main form.sr-reading button")
    assert page.locator("ol.sr-results > li").count() == 5
    shot(person, "81-instrument")
    return page.url.rstrip("/").split("/")[-1]


def draft_and_be_refused(walk: Walk, instrument: str) -> str:
    """A province drafts for a ministry, which it has no authority over; for itself it has."""
    person, words = walk.sit("chair"), walk.words
    page = person.page
    person.open(f"{BOARD}van-ban/{instrument}/")
    go(person, page.locator("ol.sr-results > li").nth(2).locator("a[href*='moi/']"))
    lead(person, words["ministry"], words["minister"])
    page.fill("[name=output]", "Dữ liệu của mọi sở được kết nối; có biên bản nghiệm thu đã ký")
    fill_day(person, "due_on", 60)
    choose(person, "verifier", words["verifier"])
    shot(person, "82-draft")
    go(person, "main form.sr-reading > button")
    task = page.url.rstrip("/").split("/")[-1]
    do(person, "assign", "")
    told = page.locator(".govuk-error-summary").inner_text()
    assert words["authority"] in told
    shot(person, "83-refused-for-authority")
    go(person, ".govuk-error-summary a")
    lead(person, words["province"], words["chair"])
    go(person, "main form.sr-reading > button")
    do(person, "assign", "")
    walk.press("chair", task, "accept")
    return task


def lead(person: Visit, agency: str, office: str) -> None:
    """Find the agency that leads by words of its name, then choose the office of it that answers."""
    page = person.page
    page.fill("[name=find_lead]", agency)
    go(person, "button[name=choose][value=lead]")
    choose(person, "lead", agency)
    go(person, "button[name=choose][value=lead]")
    choose(person, "position", office)


def hand(walk: Walk, task: str, who: str, share: str) -> str:
    """A part goes to a department, promised at once."""
    person, words = walk.at("chair", task), walk.words
    page = person.page
    go(person, "a#hand")
    lead(person, words[who], words["director"])
    page.fill("[name=task]", f"Kết nối dữ liệu của {WORDS['vi'][who]}")
    page.fill("[name=output]", "Dữ liệu đã kết nối, có biên bản")
    fill_day(person, "due_on", 30)
    choose(person, "verifier", words["verifier"])
    page.fill("[name=share]", share)
    if who == "science":
        shot(person, "84-hand-on")
    go(person, "main form.sr-reading > button")
    errors = page.locator(".govuk-error-summary")
    assert errors.count() == 0, errors.inner_text()
    return page.url.rstrip("/").split("/")[-1]


def report(walk: Walk, who: str, task: str, name: str = "") -> None:
    said = {"words": "Đã kết nối toàn bộ dữ liệu", "progress": "100", "done": "on"}
    walk.press(who, task, "report", name, **said)


def finish_part(walk: Walk, who: str, part: str) -> None:
    walk.press(who, part, "accept")
    report(walk, who, part)
    walk.press(who, part, "evidence", kind="link", reference="https://example.vn/bien-ban")
    walk.press("verifier", part, "judge", evidence=piece(walk, part), passes="yes")
    walk.press("verifier", part, "close")


def piece(walk: Walk, task: str) -> str:
    box = walk.at("verifier", task).page.locator("[name=judge-evidence]").last
    return box.get_attribute("value") or ""


def red(walk: Walk, task: str) -> None:
    """Reported done, and the evidence does not show it: both stand side by side, and the verifier sends it back."""
    chair = walk.at("chair", task)
    assert chair.page.locator("#parts + p strong").inner_text().startswith("100")
    shot(chair, "85-parts-done", chair.page.locator("#parts"))
    report(walk, "chair", task, "86-report")
    walk.press("chair", task, "evidence", kind="link", reference="https://example.vn/anh-chup")
    missing = "Ảnh chụp không thay được biên bản đã ký"
    walk.press("verifier", task, "judge", "87-judge", evidence=piece(walk, task), passes="no", reason=missing)
    verifier = walk.at("verifier", task)
    late = verifier.page.locator(".sr-promise .sr-status--late")
    assert (
        walk.words["not_shown"] in late.inner_text() and verifier.page.locator("details#close").count() == 0
    )
    secretary = walk.sit("secretary")
    secretary.open(f"{BOARD}?state=green_red")
    assert secretary.page.locator(f"main tr a[href*='{task}']").count() == 1
    shot(secretary, "88-green-report-red-evidence")
    walk.press("verifier", task, "send-back", reason=missing)


def extend(walk: Walk, task: str, instrument: str) -> str:
    """More time, by a decision: gives the day that was first promised."""
    person = walk.at("chair", task)
    open_form(person, "extend")
    fill_day(person, "extend-until", 90)
    person.page.fill("[name=extend-reason]", "Chờ nghiệm thu chung với bộ")
    person.page.locator("select[name=extend-decision]").select_option(value=instrument)
    do(person, "extend", "89-extend")
    page = person.page
    both = page.locator("#deadlines + dl dd .sr-figures").all_inner_texts()
    assert len(both) == 2 and both[0] != both[1]
    assert walk.words["moved"] in page.locator(".sr-promise").inner_text()
    return both[0]


def close(walk: Walk, task: str, first: str) -> None:
    """The owner finds no way to close, and is refused by any other; the verifier closes; the first day still stands."""
    report(walk, "chair", task)
    walk.press("chair", task, "evidence", kind="link", reference="https://example.vn/bien-ban-da-ky")
    walk.press("verifier", task, "judge", evidence=piece(walk, task), passes="yes")
    chair = walk.at("chair", task)
    page = chair.page
    assert page.locator("details#close").count() == 0
    token = page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value") or ""
    address = f"{chair.served.url}{BOARD}{task}/close/"
    answer = page.request.post(address, form={"csrfmiddlewaretoken": token}, headers={"Referer": address})
    assert answer.status in (403, 404), answer.status
    walk.press("verifier", task, "close", "90-close")
    verifier = walk.at("verifier", task)
    assert first in verifier.page.locator("#deadlines + dl").inner_text()
    assert verifier.page.locator("h1 + p .sr-tag").inner_text() == walk.words["closed"]
    shot(verifier, "91-closed")
    board = walk.sit("secretary")
    board.open(BOARD)
    assert board.page.locator("table caption").first.is_visible()
    shot(board, "92-board")
