"""Whoever signs in comes to a home of their own."""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Visit, axe, sign_in

pytestmark = pytest.mark.browser
HOMES = {
    "motcua": "dossiers", "chuyenvien": "dossiers", "lanhdao": "agency", "thuky": "asked", "thamdinh": "tasks", "hotro": "counter",
    "truc": "watch", "trucquocgia": "watch", "dulieu": "contests", "quantri": "operations",
}  # fmt: skip


@pytest.mark.parametrize("login", sorted(HOMES))
def test_who_signs_in_comes_to_what_is_theirs(visit: Callable[..., Visit], login: str) -> None:
    person = visit("en" if login in ("hotro", "dulieu") else "vi", 360)
    sign_in(person, login)
    assert person.page.url.endswith("/can-bo/")
    assert person.page.locator(f"[data-section={HOMES[login]}]").count() == 1
    assert axe(person) == []
    assert person.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_citizen_comes_to_their_own(visit: Callable[..., Visit]) -> None:
    """Without script too: nobody needs a strong telephone for what is theirs."""
    person = visit("vi", 360, script=False)
    sign_in(person, "nguoidan")
    assert person.page.url.endswith("/ho-so-cua-toi/") and person.page.locator("h1").count() == 1
