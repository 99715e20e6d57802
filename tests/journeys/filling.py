"""Filling in whatever a page asks, as a person would: by what each field looks like, and by what they want to say."""

from collections.abc import Callable, Mapping

from playwright.sync_api import Locator, Page

from tests.journeys.conftest import Visit, go, press, sign_in

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
SCAN = {"name": "ban-quet.pdf", "mimeType": "application/pdf", "buffer": PDF}
FIELDS = (
    "main form[method=post] :is(input:not([type=hidden]):not([type=file]), select, textarea):not(#office)"
)
BY_KEYBOARD = {"numeric": "2", "tel": "0912345678", "email": "hoa@example.org", "decimal": "2"}
DAY = {"day": "1", "month": "3", "year": "2025"}
COMMUNE = "26041"
BIRTH = {
    "requester_residence": "12 Lê Lợi", "requester_relation": "mother", "child_name": "TRẦN MINH KHUÊ",
    "child_birth_date_day": "2", "child_birth_date_month": "11", "child_birth_date_year": "2026",
    "child_gender": "female", "child_birth_place": "Bệnh viện Đồng Nai", "child_home_place": "Đồng Nai",
    "child_ethnicity": "Kinh", "child_nationality": "Việt Nam", "proof_of_birth": "certificate", "surrogacy": "no",
    "mother_name": "Trần Thị Hoa", "parents_married": "no", "result_delivery": "counter",
}  # fmt: skip
"""A birth to register, by the names of the questions."""


def fill(page: Page, answers: Mapping[str, str]) -> None:
    """Answer every question of the form that is open: what ``answers`` says by name, else anything that fits."""
    for field in page.locator(FIELDS).all():
        if field.is_visible() or field.get_attribute("type") == "radio":
            _answer(page, field, answers)


def _answer(page: Page, field: Locator, answers: Mapping[str, str]) -> None:
    name, kind = field.get_attribute("name") or "", field.get_attribute("type")
    wanted = answers.get(name)
    if kind == "radio":
        group = page.locator(f"main [type=radio][name='{name}']")
        if wanted is not None:
            page.check(f"main [name='{name}'][value='{wanted}']")
        elif not any(one.is_checked() for one in group.all()):
            group.first.check()
    elif kind == "checkbox":
        return
    elif field.evaluate("one => one.tagName") == "SELECT":
        field.select_option(wanted or COMMUNE)
    elif wanted is not None or not (field.input_value() or _optional(field)):
        field.fill(_guess(field, name) if wanted is None else wanted)


def _optional(field: Locator) -> bool:
    said: str = field.evaluate("one => one.labels[0]?.innerText || ''")
    return "(không bắt buộc)" in said or "(optional)" in said


def _guess(field: Locator, name: str) -> str:
    part = name.rpartition("_")[2]
    if part in DAY:
        return DAY[part]
    if name.endswith(("_id", "_number")) and field.get_attribute("inputmode") == "numeric":
        return "000190000001"
    return BY_KEYBOARD.get(field.get_attribute("inputmode") or "", "12 Lê Lợi")


def attach(page: Page) -> None:
    """Attach a scan to every slot of the page that is still empty."""
    for slot in page.locator("main [type=file]").all():
        slot.set_input_files(SCAN)


def file(
    person: Visit,
    code: str,
    answers: Mapping[str, str],
    before_sending: Callable[[Visit], None] = lambda _page: None,
) -> str:
    """Through every page that a procedure has: read, answer, attach, look, send. Gives the dossier's id."""
    page = person.page
    person.open(f"/thu-tuc/{code}/")
    go(person, "main a.govuk-button--start")
    if "/accounts/login/" in page.url:
        sign_in(person, "nguoidan")
    if page.locator("#province").count():
        page.select_option("#province", "75")
        press(person)
    page.select_option("#area", COMMUNE)
    press(person)
    for _page in range(12):
        if page.url.endswith("/tep/"):
            break
        fill(page, answers)
        press(person)
    attach(page)
    go(person, "[name=continue]")
    before_sending(person)
    page.check("#declare")
    press(person)
    assert page.url.endswith("/da-nop/"), page.locator("main").inner_text()
    return page.url.rstrip("/").split("/")[-2]
