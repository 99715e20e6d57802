"""The administrator's page: for who may operate, in both languages, with what to do, and without a person in it."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sauro.core.doorway import Ask, act
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Account, Definition, Grant
from sauro.core.moment import now
from sauro.project import operations, worker
from sauro.project.duty_words import CONSUMERS, DUTIES

pytestmark = pytest.mark.django_db
PAGE = "/can-bo/van-hanh/"


@pytest.fixture
def administrator(settings: Any, tmp_path: Path) -> Client:
    settings.SAURO_VAR = settings.SAURO_FILES = tmp_path
    settings.SAURO_EDGE_PORT = 0
    return signed_in("administrator")


def signed_in(role: str) -> Client:
    person = new_id()
    known = {
        "id": person,
        "kind": "person",
        "valid_from": now().date(),
        "identity": {"name": "Vũ Thị Canary"},
    }
    act(Ask("core.register_actor", PLATFORM, str(person), known))
    given = Definition.objects.get(kind="role", code=role, state="published")
    right = {"holder": person, "role": given.id, "scope": "all", "purpose": role, "basis": "test"}
    act(Ask("core.grant", PLATFORM, f"{person}:{role}", right))
    user = User.objects.create_user(f"canary-{role}")
    Account.objects.create(user=user, person=person)
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    ("language", "words"),
    [("vi", ["Vận hành", "tiến trình nền", "sauro worker", "Cách làm"]), ("en", ["Operations", "workers", "sauro worker", "What to do"])],
)  # fmt: skip
def test_the_page_says_what_stands_how_and_what_to_do(
    administrator: Client, language: str, words: list[str]
) -> None:
    page = administrator.get(PAGE, headers={"Accept-Language": language})
    said = page.content.decode()
    assert page.status_code == 200
    for word in words:
        assert word.lower() in said.lower(), word
    assert said.index("▲") < said.index("●"), "what is to be put right comes first"
    assert said.count(f'href="{PAGE}"') == 1, "the rail leads here"
    assert "canary" not in said.replace("canary-administrator", "").lower()


def test_everybody_else_finds_nothing(administrator: Client) -> None:
    assert signed_in("duty_officer").get(PAGE).status_code == 404
    assert signed_in("citizen").get(PAGE).status_code == 404
    stranger = Client().get(PAGE)
    assert stranger.status_code == 302 and stranger["Location"].startswith("/accounts/login/")


def test_a_revoked_right_closes_the_page_at_once(administrator: Client) -> None:
    assert administrator.get(PAGE).status_code == 200
    role = Definition.objects.get(kind="role", code="administrator", state="published").id
    grant = Grant.objects.filter(role=role, revoked_at=None).order_by("-id")[0]
    Grant.objects.filter(pk=grant.id).update(revoked_at=now())
    assert administrator.get(PAGE).status_code == 404


def test_a_grant_for_less_than_everything_does_not_open_it(administrator: Client) -> None:
    from django.test import RequestFactory

    role = Definition.objects.get(kind="role", code="administrator", state="published").id
    user = User.objects.create_user("canary-own")
    person = new_id()
    act(
        Ask(
            "core.register_actor",
            PLATFORM,
            str(person),
            {"id": person, "kind": "person", "valid_from": now().date()},
        )
    )
    right = {"holder": person, "role": role, "scope": "own", "purpose": "p", "basis": "test"}
    act(Ask("core.grant", PLATFORM, f"{person}", right))
    Account.objects.create(user=user, person=person)
    request = RequestFactory().get(PAGE)
    request.user, request.session = user, {}  # type: ignore[assignment]
    assert not operations.operates(request)


def test_every_part_of_a_worker_has_a_name_of_its_own() -> None:
    assert worker.duties().keys() <= DUTIES.keys()
    assert {each.name for each in worker.all_consumers()} == CONSUMERS.keys()
