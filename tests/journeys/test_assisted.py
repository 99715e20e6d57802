"""The assisted journey: an officer at the commune counter files for a citizen who asks, and is known for it ever after."""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Visit, go, shot, sign_in
from tests.journeys.filling import BIRTH, fill
from tests.journeys.test_whole import OFFICES, do, take_office

pytestmark = pytest.mark.browser

WORDS = {
    "vi": {
        "helped": "Đã nộp tại quầy, có người hỗ trợ",
        "office": "Công chức một cửa cấp xã, Trung tâm Phục vụ hành chính công phường Trấn Biên",
        "assisted": "được hỗ trợ",
    },
    "en": {
        "helped": "Filed at the counter, with help",
        "office": "Commune one-stop officer, Public administrative service centre of Trấn Biên Ward",
        "assisted": "assisted",
    },
}


@pytest.mark.parametrize(("language", "width"), [("vi", 360), ("en", 1280)])
def test_an_officer_files_for_a_citizen_at_the_counter(
    visit: Callable[..., Visit], language: str, width: int
) -> None:
    officer, citizen = visit(language, width), visit(language, width)
    sign_in(officer, "motcua")
    take_office(officer, OFFICES["motcua"])
    ask_who(officer)
    write_down(officer)
    dossier = read_back(officer)
    count(officer, dossier)
    sign_in(citizen, "nguoidan")
    see_who_helped(citizen, dossier)


def ask_who(officer: Visit) -> None:
    """Find the person by the number on the card that lies on the counter, and choose what they came for."""
    page = officer.page
    officer.open("/can-bo/quay/")
    page.fill("[name=number]", "000190000001")
    go(officer, "form:has([value=find]) button")
    form = page.locator("form:has([name=do][value=known])")
    form.locator("[name=procedure]").select_option("1.001193")
    shot(officer, "40-counter")
    go(officer, form.locator("button"))


def write_down(officer: Visit) -> None:
    """The whole form on one page; what an answer calls for comes with the next look at it."""
    page = officer.page
    for _round in range(4):
        fill(page, BIRTH)
        go(officer, "[name=continue]")
        if page.url.endswith("/doc-lai/"):
            return
        shot(officer, "41-counter-form")
    raise AssertionError(page.locator("main").inner_text())


def read_back(officer: Visit) -> str:
    """Nothing is filed before the person has heard it and agreed."""
    page = officer.page
    said = page.locator("main").inner_text()
    assert "TRẦN MINH KHUÊ" in said and "Trần Thị Hoa" in said
    go(officer, "form:has(#agreed) button")
    assert page.locator("[href='#agreed']").count() == 1
    shot(officer, "42-read-back")
    page.check("#agreed")
    go(officer, "form:has(#agreed) button")
    shot(officer, "43-filed-for-them")
    return page.url.rstrip("/").split("/")[-1]


def count(officer: Visit, dossier: str) -> None:
    """It is accepted at once, and counted as assisted wherever dossiers are listed."""
    do(officer, "accept", "44-accept-assisted")
    page = officer.page
    officer.open("/can-bo/ho-so/?assisted=1&sort=submitted")
    assert page.locator(f"main table a[href*='{dossier}']").count() == 1
    rows = page.locator("main table tbody tr")
    assert all(WORDS[officer.language]["assisted"] in text for text in rows.all_inner_texts())
    shot(officer, "45-queue-assisted")


def see_who_helped(citizen: Visit, dossier: str) -> None:
    words, page = WORDS[citizen.language], citizen.page
    citizen.open(f"/ho-so-cua-toi/{dossier}/")
    said = page.locator("main").inner_text()
    assert words["helped"] in said and words["office"] in said
    shot(citizen, "46-who-helped")
