"""A list of tasks becomes tasks: read, tried, put right, assigned; sent again it makes nothing twice; undone as a whole."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from openpyxl import Workbook

from tests.journeys.conftest import Visit, go, shot, sign_in
from tests.journeys.test_task import BOARD, choose

pytestmark = pytest.mark.browser

LISTS = f"{BOARD}nhap/"
NAME = "Danh mục nhiệm vụ.xlsx"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORDS = {
    "vi": {"committee": "Ban Chỉ đạo", "verifier": "Văn phòng Trung ương", "refused": "không tạo được", "assigned": "tạo và giao", "before": "Cơ quan của bạn", "nothing": "không còn gì"},
    "en": {"committee": "Steering Committee", "verifier": "Central Party", "refused": "cannot be made", "assigned": "assigned", "before": "Your agency", "nothing": "nothing of it"},
}  # fmt: skip


def workbook(mark: str, day: str) -> bytes:
    """A list as an office keeps it: a title, names of columns, a heading, three tasks, the last of which ends on ``day``."""
    book = Workbook()
    sheet = book.active
    until = (datetime.now(UTC) + timedelta(days=90)).date()
    for row in (
        ["DANH MỤC NHIỆM VỤ"],
        ["TT", "Nội dung nhiệm vụ", "Cơ quan chủ trì", "Sản phẩm", "Thời hạn hoàn thành"],
        ["I", "Nhóm nhiệm vụ về dữ liệu"],
        [1, f"Kết nối dữ liệu dân cư, đợt {mark}", "Bộ KH&CN", "Biên bản kết nối đã ký", until],
        [2, f"Công khai kết quả hằng quý, đợt {mark}", "UBND tỉnh Đồng Nai", "Báo cáo trên cổng", until],
        [3, f"Đào tạo cán bộ cấp xã, đợt {mark}", "Đồng Nai", "Danh sách người đã học", day],
    ):
        sheet.append(row)
    body = BytesIO()
    book.save(body)
    return body.getvalue()


@pytest.mark.parametrize(("language", "width", "script"), [("vi", 360, True), ("en", 1280, True), ("vi", 1280, False)])  # fmt: skip
def test_from_a_list_to_tasks(visit: Callable[..., Visit], language: str, width: int, script: bool) -> None:
    person, words, mark = (
        visit(language, width, script=script),
        WORDS[language],
        str(1 + (width > 360) + (not script)),
    )
    sign_in(person, "thuky")
    bring(person, workbook(mark, "12/31/2026"))
    read(person, words)
    tried(person, words)
    drop = person.page.locator("button", has_text="Bỏ tệp" if language == "vi" else "Throw the file away")
    go(person, drop)
    until = (datetime.now(UTC) + timedelta(days=80)).strftime("%d/%m/%Y")
    put_right = workbook(mark, until)
    bring(person, put_right)
    # The columns are remembered; what stands for empty cells is chosen for each file, since the next may be of another instrument.
    assert words["before"] in person.page.locator(".govuk-inset-text").inner_text()
    fill_in(person, words)
    first = imported(person, words)
    bring(person, put_right)
    fill_in(person, words)
    assert person.page.locator("[name=mode]").count() == 0
    person.page.goto(first)
    undone(person, words)


def bring(person: Visit, body: bytes) -> None:
    person.open(LISTS)
    shot(person, "102-lists")
    person.page.set_input_files("[name=file]", {"name": NAME, "mimeType": XLSX, "buffer": body})
    go(person, "main form.sr-reading button")
    errors = person.page.locator(".govuk-error-summary")
    assert errors.count() == 0, errors.inner_text()


def read(person: Visit, words: dict[str, str]) -> None:
    """The columns are known by their names; what the list does not say is chosen once."""
    page = person.page
    chosen = {name: page.locator(f"[name={name}] option:checked").inner_text()[0] for name in ("task", "lead", "output", "due")}  # fmt: skip
    assert chosen == {"task": "B", "lead": "C", "output": "D", "due": "E"}
    shot(person, "103-columns")
    fill_in(person, words)


def fill_in(person: Visit, words: dict[str, str]) -> None:
    """Say of which instrument the rows are, and who verifies; then have every row checked."""
    person.page.locator("[name=default_instrument]").select_option(index=1)
    choose(person, "default_verifier", words["verifier"])
    go(person, "main form.sr-reading > button:last-of-type")


def tried(person: Visit, words: dict[str, str]) -> None:
    """A date with its month first is told with what to write; the other rows would be made; nothing is made yet."""
    rows = person.page.locator("tr[data-sr-row]")
    assert rows.count() == 4
    told = rows.nth(3).inner_text()
    assert words["refused"] in told.lower() and "31/12/2026" in told
    shot(person, "104-tried", rows.nth(3))


def imported(person: Visit, words: dict[str, str]) -> str:
    page = person.page
    page.check("[name=mode][value=assign]")
    go(person, page.locator("form:has([name=mode]) button"))
    rows = page.locator("tr[data-sr-row]")
    assert rows.locator("a").count() == 3
    assert all(words["assigned"] in rows.nth(at).inner_text().lower() for at in (1, 2, 3))
    shot(person, "105-imported", rows.nth(1))
    return page.url


def undone(person: Visit, words: dict[str, str]) -> None:
    page = person.page
    task = page.locator("tr[data-sr-row] a").first.get_attribute("href")
    gone = "đã rút" if person.language == "vi" else "withdrawn"
    page.locator("details#undo summary").click()
    go(person, "button.govuk-button--warning")
    assert gone in page.locator("tr[data-sr-row]").nth(1).inner_text()
    assert words["nothing"] in page.locator("main").inner_text().lower()
    shot(person, "106-undone", page.locator("main h2").last)
    person.open(task or "")
    assert gone in page.locator("main").inner_text().lower()
