"""The whole journey: filed, accepted, drafted, signed by somebody else, handed over, verified by a stranger."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator

from tests.journeys.conftest import WAYS, Visit, go, shot, sign_in
from tests.journeys.entries import fill_entries
from tests.journeys.test_filing import attach, begin, fill, find, send

pytestmark = pytest.mark.browser
PATIENCE = 60


@pytest.mark.parametrize(("language", "width", "script"), WAYS)
def test_from_filing_to_a_paper_that_a_stranger_verifies(
    visit: Callable[..., Visit], tmp_path: Path, language: str, width: int, script: bool
) -> None:
    citizen = visit(language, width, script=script)
    for part in (find, begin, fill, attach, send):
        part(citizen)
    dossier = citizen.page.url.rstrip("/").split("/")[-2]
    officers = {login: visit(language, width, script=script) for login in ("motcua", "chuyenvien", "lanhdao")}
    for login, officer in officers.items():
        sign_in(officer, login)
    accept(officers["motcua"], dossier)
    examine(officers["chuyenvien"], dossier)
    sign(officers["lanhdao"], dossier)
    hand_over(officers["motcua"], dossier)
    paper = collect(citizen, dossier, tmp_path)
    check_paper(visit(language, width, script=script), citizen, paper)


def open_case(officer: Visit, dossier: str) -> None:
    """The dossier, in the office whose turn it is."""
    officer.open(f"/can-bo/ho-so/{dossier}/")
    assert officer.page.locator("h1").count() == 1


def open_form(officer: Visit, slug: str) -> Locator:
    """Open the form of an act, if it is closed."""
    form = officer.page.locator(f"details#{slug}")
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    return form


def do(officer: Visit, slug: str, name: str) -> None:
    """Open the form of an act if it is closed, take its picture under a name, and press its button."""
    form = open_form(officer, slug)
    if name:
        shot(officer, name, form)
    go(officer, form.locator("form button[type=submit]").first)


def take_office(officer: Visit, type_: str) -> None:
    """Act in the office of a kind; the demonstration's officials hold several."""
    officer.open("/can-bo/")
    chooser = officer.page.locator("select[name=position]")
    if chooser.count():
        option = chooser.locator("option", has_text=re.compile(type_, re.IGNORECASE)).first
        chooser.select_option(value=option.get_attribute("value"))
        go(officer, chooser.locator("xpath=ancestor::form").locator("button"))


OFFICES = {
    "motcua": "(Công chức một cửa|[Oo]ne-stop officer).*Trấn Biên",
    "tuphap": "(hộ tịch|civil status).*Trấn Biên",
    "chutich": "(Chủ tịch Ủy ban|Chairperson).*Trấn Biên",
}


def accept(officer: Visit, dossier: str) -> None:
    take_office(officer, OFFICES["motcua"])
    officer.open("/can-bo/ho-so/")
    shot(officer, "20-queue")
    open_case(officer, dossier)
    do(officer, "accept", "21-accept")


def examine(officer: Visit, dossier: str) -> None:
    take_office(officer, OFFICES["tuphap"])
    open_case(officer, dossier)
    do(officer, "complete", "22-examine")
    open_case(officer, dossier)
    page = officer.page
    open_form(officer, "draft")
    page.check("[name=draft-outcome][value=granted]")
    page.fill("[name=draft-paragraphs]", "Đồng ý đăng ký khai sinh cho cháu Trần An Nhiên.")
    fill_entries(page, "1.001193")
    do(officer, "draft", "23-draft")


def sign(officer: Visit, dossier: str) -> None:
    """The worker prepares the paper; then it is signed by one who did not draft it."""
    take_office(officer, OFFICES["chutich"])
    patience = time.monotonic() + PATIENCE
    while True:
        open_case(officer, dossier)
        if officer.page.locator("details#sign form").count():
            break
        assert time.monotonic() < patience, "the worker did not prepare the decision"
        time.sleep(1)
    form = open_form(officer, "sign")
    for box in form.locator("input[type=checkbox]").all():
        box.check()
    do(officer, "sign", "24-sign")


def hand_over(officer: Visit, dossier: str) -> None:
    open_case(officer, dossier)
    do(officer, "issue", "25-issue")
    open_case(officer, dossier)
    do(officer, "hand-over", "26-hand-over")


def collect(citizen: Visit, dossier: str, folder: Path) -> Path:
    citizen.open(f"/ho-so-cua-toi/{dossier}/")
    shot(citizen, "30-returned")
    answer = citizen.page.context.request.get(
        f"{citizen.served.url}/ho-so-cua-toi/{dossier}/giay-to/result.pdf"
    )
    assert answer.status == 200 and answer.body().startswith(b"%PDF")
    paper = folder / "result.pdf"
    paper.write_bytes(answer.body())
    citizen.open("/ai-da-xem/")
    shot(citizen, "31-who-looked")
    return paper


def check_paper(stranger: Visit, citizen: Visit, paper: Path) -> None:
    """A stranger with the code and the paper: it is the one that was signed; one byte changed, it is not."""
    citizen.open("/ho-so-cua-toi/")
    go(citizen, citizen.page.locator("main a[href*='/ho-so-cua-toi/']").first)
    code = citizen.page.locator("main a[href*='/xac-thuc/']").first.get_attribute("href")
    assert code is not None
    for name, body, mark in (("32-verified", paper.read_bytes(), "●"), ("33-forged", _changed(paper), "▲")):
        stranger.open(code)
        stranger.page.set_input_files(
            "[name=paper]", {"name": "paper.pdf", "mimeType": "application/pdf", "buffer": body}
        )
        go(stranger, "main form[method=post] button")
        assert mark in stranger.page.locator("[role=status], .govuk-inset-text").first.inner_text()
        shot(stranger, name)


def _changed(paper: Path) -> bytes:
    body = bytearray(paper.read_bytes())
    body[len(body) // 3] ^= 1
    return bytes(body)
