"""Everybody comes to a home of their own; and a newcomer is led through the demonstration, step by step."""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Visit, go, press, shot, sign_in
from tests.journeys.test_whole import do, open_form

pytestmark = pytest.mark.browser
HOMES = {
    "motcua": "dossiers", "chuyenvien": "dossiers", "lanhdao": "agency", "thuky": "asked", "thamdinh": "tasks",
    "trucquocgia": "watch", "hotro": "counter", "quantri": "operations",
}  # fmt: skip


@pytest.mark.parametrize("login", sorted(HOMES))
def test_who_signs_in_comes_to_what_is_theirs(visit: Callable[..., Visit], login: str) -> None:
    person = visit("vi", 360 if login == "chuyenvien" else 1280)
    sign_in(person, login)
    assert person.page.url.endswith("/can-bo/")
    assert person.page.locator(f"[data-section={HOMES[login]}]").count() == 1
    shot(person, f"160-home-{login}")


@pytest.mark.parametrize(("language", "width", "script"), [("vi", 360, True), ("en", 1280, False)])
def test_a_newcomer_walks_as_a_citizen(
    visit: Callable[..., Visit], language: str, width: int, script: bool
) -> None:
    person = visit(language, width, script=script)
    page = person.page
    person.open("/")
    shot(person, "170-newcomer")
    go(person, "main a[href='/dan-duong/nguoi-dan/']")
    shot(person, "171-walk")
    press(person)
    assert page.locator(".sr-walk").count() == 1
    for _step in range(1):
        go(person, ".sr-walk button[value=next]")
    go(person, ".sr-walk button[value=example]")
    shot(person, "172-example")
    page.check("#declare")
    press(person)
    assert page.url.endswith("/da-nop/")
    person.open("/ho-so-cua-toi/")
    go(person, page.locator("main .sr-results h3 a").first)
    shot(person, "173-end")
    go(person, ".sr-walk button[value=leave]")
    assert page.locator(".sr-walk").count() == 0


def test_a_newcomer_walks_as_an_officer_and_as_a_duty_officer(visit: Callable[..., Visit]) -> None:
    officer = visit("vi", 1280)
    officer.open("/dan-duong/can-bo/")
    press(officer)
    go(officer, officer.page.locator("[data-section=dossiers] .sr-home__lines a").first)
    open_form(officer, "complete")
    officer.page.fill("[name=complete-note]", "Đã đối chiếu với giấy chứng sinh.")
    do(officer, "complete", "174-officer")
    assert "3" in officer.page.locator(".sr-walk strong").inner_text()
    duty = visit("vi", 1280)
    duty.open("/dan-duong/truc-ban/")
    press(duty)
    shot(duty, "175-duty")
    go(duty, ".sr-walk a")
    assert "2" in duty.page.locator(".sr-walk strong").inner_text()
