"""A home asks each room once, shows what concerns its reader, and begins where work waits."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from sauro.core.doorway import Ask, act
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Actor
from sauro.web import home
from sauro.web.home import Elsewhere, Line, Section, Source
from sauro.web.people import Office

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


def test_an_empty_home_says_where_else_work_waits_and_leads_there(
    empty: None, account: tuple[Client, UUID]
) -> None:
    client, person = account
    here, there = Actor.objects.filter(kind="position", head=True).order_by("code")[:2]
    act(
        Ask(
            "core.register_actor",
            PLATFORM,
            "p",
            {"id": person, "kind": "person", "valid_from": date(2026, 1, 1)},
        )
    )
    for office in (here, there):
        payload = {"person": person, "valid_from": date(2026, 1, 1)}
        act(Ask("core.appoint", PLATFORM, f"office:{office.id}", payload, subject=office.id))
    client.post("/can-bo/chuc-vu/", {"position": str(here.id), "next": "/can-bo/"})

    def others(office: Office, held: list[Office]) -> list[Elsewhere]:
        return [Elsewhere(one.position, "3 việc ở nơi khác", "Sang đó") for one in held if one != office]

    shown: list[Section] = [Section("Việc", elsewhere=[Elsewhere(there.id, "trong mục", "Sang")])]
    home.add_to_home(Source("work", lambda request: shown[0], elsewhere=others))
    said = client.get("/can-bo/").content.decode()
    assert 'data-section="elsewhere"' in said and "3 việc ở nơi khác" in said and "trong mục" not in said
    assert f'name="position" value="{there.id}"' in said
    shown[0] = Section("Việc", [Line("Một việc", "/thu-tuc/")], elsewhere=shown[0].elsewhere)
    said = client.get("/can-bo/").content.decode()
    assert 'data-section="elsewhere"' not in said and "trong mục" in said, (
        "who has work here is told beside it"
    )


@pytest.fixture
def account(django_user_model: Any) -> tuple[Client, UUID]:
    from sauro.core.models import Account

    person, user = new_id(), django_user_model.objects.create_user("ai-do")
    Account.objects.create(user=user, person=person)
    client = Client()
    client.force_login(user)
    return client, person
