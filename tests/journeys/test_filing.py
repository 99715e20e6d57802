"""The citizen's part of the journey: from a few words typed without diacritics to a filed dossier that can be followed."""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Visit, go, press, shot, sign_in

pytestmark = pytest.mark.browser

WAYS = [("vi", 360, True), ("en", 1280, True), ("vi", 360, False)]
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
CHILD = {
    "child_name": "TRẦN AN NHIÊN", "child_birth_date_day": "2", "child_birth_date_month": "11",
    "child_birth_date_year": "2026", "child_birth_place": "Bệnh viện Đồng Nai", "child_home_place": "Đồng Nai",
    "child_ethnicity": "Kinh", "child_nationality": "Việt Nam",
}  # fmt: skip
WORDS = {
    "vi": {
        "refused": "Ở đây không nhận loại tệp này",
        "filed": "Đã nộp hồ sơ",
        "public": "Thông tin công khai",
    },
    "en": {
        "refused": "This kind of file is not accepted here",
        "filed": "Your dossier is filed",
        "public": "Public facts",
    },
}


@pytest.mark.parametrize(("language", "width", "script"), WAYS)
def test_from_a_few_words_to_a_filed_dossier(
    visit: Callable[..., Visit], language: str, width: int, script: bool
) -> None:
    person = visit(language, width, script=script)
    find(person)
    begin(person)
    fill(person)
    attach(person)
    send(person)
    follow(person)
    verify(person)


def find(person: Visit) -> None:
    page = person.page
    person.open("/")
    shot(person, "01-home")
    page.fill("#q", "khai sinh")
    go(person, "main [role=search] button")
    shot(person, "02-found")
    go(person, page.locator("main .sr-results a").first)
    assert page.url.endswith("/thu-tuc/1.001193/")
    shot(person, "03-procedure")
    go(person, "main a.govuk-button--start")
    shot(person, "04-sign-in")


def begin(person: Visit) -> None:
    """Sign-in returns to the page that asked for it; the province, then the commune, or the one of last time."""
    page = person.page
    sign_in(person, "nguoidan")
    assert "/thu-tuc/1.001193/nop/" in page.url
    if page.locator("#province").count():
        page.select_option("#province", "75")
        press(person)
    page.select_option("#area", "26041")
    shot(person, "05-place")
    press(person)


def fill(person: Visit) -> None:
    """What is wrong stays as typed, beside what to do; what the platform knows of the person is there already."""
    page = person.page
    assert page.input_value("[name=requester_name]") == "Trần Thị Hoa"
    page.fill("[name=requester_id]", "12 ba")
    page.fill("[name=requester_residence]", "12 Lê Lợi")
    page.check("[name=requester_relation][value=mother]")
    press(person)
    assert page.input_value("[name=requester_id]") == "12 ba"
    assert page.locator("[href='#id_requester_id']").count() == 1
    shot(person, "06-error")
    page.fill("[name=requester_id]", "000190000001")
    press(person)
    for name, value in CHILD.items():
        page.fill(f"[name={name}]", value)
    for name, value in (("child_gender", "female"), ("proof_of_birth", "certificate"), ("surrogacy", "no")):
        page.check(f"[name={name}][value={value}]")
    shot(person, "07-child")
    press(person)
    page.fill("[name=mother_name]", "Trần Thị Hoa")
    page.check("[name=parents_married][value=no]")
    press(person)
    page.check("[name=result_delivery][value=electronic]")
    press(person)


def attach(person: Visit) -> None:
    page = person.page
    page.set_input_files(
        "[type=file]", {"name": "anh.jpg", "mimeType": "image/jpeg", "buffer": b"MZ\x90" + b"0" * 300}
    )
    go(person, "[name=continue]")
    assert WORDS[person.language]["refused"] in page.content()
    shot(person, "08-file-refused")
    page.set_input_files(
        "[type=file]", {"name": "giay-chung-sinh.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    go(person, "[name=continue]")


def send(person: Visit) -> None:
    page = person.page
    assert "TRẦN AN NHIÊN" in page.content() and "giay-chung-sinh.pdf" in page.content()
    shot(person, "09-check")
    page.check("#declare")
    press(person)
    assert page.url.endswith("/da-nop/") and WORDS[person.language]["filed"] in page.content()
    shot(person, "10-filed")


def follow(person: Visit) -> None:
    page = person.page
    go(person, "main a.govuk-button")
    shot(person, "11-dossier")
    with page.expect_download() as download:
        page.locator("main a[href$='/acknowledgement.pdf']").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    for address, name in (
        ("/ho-so-cua-toi/", "12-mine"),
        ("/thong-bao/", "13-inbox"),
        ("/ai-da-xem/", "14-who-looked"),
    ):
        back = page.url
        person.open(address)
        shot(person, name)
        page.goto(back)


def verify(person: Visit) -> None:
    """A stranger sees public facts, and no name."""
    page = person.page
    go(person, "main a[href^='/xac-thuc/']")
    assert WORDS[person.language]["public"] in page.content()
    assert not [name for name in ("Trần Thị Hoa", "TRẦN AN NHIÊN", "000190000001") if name in page.content()]
    shot(person, "15-verify")
    person.open("/nhat-ky/")
    shot(person, "16-journal")
