"""Whoever signs in comes to a home of their own."""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Visit, shot, sign_in

pytestmark = pytest.mark.browser
HOMES = {
    "motcua": "dossiers", "chuyenvien": "dossiers", "lanhdao": "agency", "thuky": "asked", "thamdinh": "tasks",
    "quantri": "operations",
}  # fmt: skip


@pytest.mark.parametrize("login", sorted(HOMES))
def test_who_signs_in_comes_to_what_is_theirs(visit: Callable[..., Visit], login: str) -> None:
    person = visit("vi", 360 if login == "chuyenvien" else 1280)
    sign_in(person, login)
    assert person.page.url.endswith("/can-bo/")
    assert person.page.locator(f"[data-section={HOMES[login]}]").count() == 1
    shot(person, f"160-home-{login}")
