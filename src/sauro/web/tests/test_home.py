"""A home asks each room once, shows what concerns its reader, and begins where work waits."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from sauro.core.ids import new_id
from sauro.web import home
from sauro.web.home import Line, Section, Source

pytestmark = pytest.mark.django_db


@pytest.fixture
def empty() -> Iterator[None]:
    """No room offers anything."""
    kept = dict(home._sources)
    home._sources.clear()
    yield
    home._sources.clear()
    home._sources.update(kept)


def test_for_a_stranger_there_is_a_sign_in(client: Client) -> None:
    assert client.get("/can-bo/")["Location"] == "/accounts/login/?next=/can-bo/"


def test_for_who_keeps_nothing_there_is_no_home(empty: None, account: tuple[Client, UUID]) -> None:
    client, _person = account
    home.add_to_home(Source("other", lambda request: None))
    assert client.get("/can-bo/").status_code == 404


def test_what_a_room_offers_is_shown_in_its_order(empty: None, account: tuple[Client, UUID]) -> None:
    client, _person = account
    line = Line("Việc thứ nhất", "/thu-tuc/", notes=["hạn 15:00"], code="SR-1")
    home.add_to_home(Source("second", lambda request: Section("Sau", empty="Không có gì"), 20))
    home.add_to_home(
        Source("first", lambda request: Section("Trước", [line], more=("/thu-tuc/", "Tất cả")), 10)
    )
    answer = client.get("/can-bo/")
    assert [key for key, _section in answer.context["sections"]] == ["first", "second"]
    said = answer.content.decode()
    for words in ("Việc thứ nhất", "hạn 15:00", "SR-1", "Tất cả", "Không có gì"):
        assert words in said
    assert "no-store" in answer["Cache-Control"]


@pytest.fixture
def account(django_user_model: Any) -> tuple[Client, UUID]:
    from sauro.core.models import Account

    person, user = new_id(), django_user_model.objects.create_user("ai-do")
    Account.objects.create(user=user, person=person)
    client = Client()
    client.force_login(user)
    return client, person
