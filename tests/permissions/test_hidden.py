"""What one may not see is answered as what does not exist: the same status and the same words, and no list counts it.

Ids are guessed, filters name what is hidden, searches ask for it, exports and live parts are fetched. Each question is
put twice: of what exists, and of the same place for what does not; or with everything there, and with nothing there.
"""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from sauro.core.ids import new_id
from sauro.core.models import Event
from sauro.serve.models import Dossier, Draft
from sauro.steer.models import Task
from tests.architecture.test_routes import PUBLIC, ROUTES
from tests.permissions.asking import ID, without_ids
from tests.permissions.matrix import OFFICIALS
from tests.permissions.world import World, assisted_draft, undone

STRANGERS = [role for role in OFFICIALS if role not in ("steering_secretariat", "administrator", "system")]
"""Roles that reach as far as an agency: in the other province they see nothing of the cases."""
GUESSERS = ("one_stop_officer", "task_lead", "duty_officer")
"""Between them they open every room."""
METHODS = ("get", "post")
TICKET = r"/ticks\?t=[^\"]*"
"""Of a live page: another one each time."""


def values(world: World, name: str) -> Iterator[tuple[str, str]]:
    """Addresses of what exists, and of the same place for what does not."""
    wanted = ROUTES[name].pattern.converters
    ids = {
        "dossier": world.dossiers["check"], "file": world.ids["file"], "draft": world.ids["draft"], "task": world.tasks["working"],
        "instrument": world.ids["instrument"], "list": world.ids["list"], "agency": world.agencies["home"],
        "finding": world.ids["finding"],
    }  # fmt: skip
    if name == "steer:file":
        ids["file"] = world.ids["evidence"]
    if name.startswith("serve:counter_"):
        author = world.officials["assister", "home"].person
        ids["draft"] = Draft.objects.filter(person=author, assisted=True).values_list("id", flat=True)[0]
    fixed = {"code": "1.001193", "number": 1, "area": "75", "pk": 1, "key": "x", "provider_id": "vneid"}
    for more in (
        {"section": "requester", "kind": "receipt", "verb": "accept"},
        {"section": "tep", "kind": "result", "verb": "sign"},
        {"section": "child", "kind": "prepared", "verb": "close"},
    ):
        real: dict[str, Any] = {**fixed, **more, **ids}
        made_up = {key: new_id() if isinstance(value, UUID) else value for key, value in real.items()}
        yield tuple(reverse(name, kwargs={key: known[key] for key in wanted}) for known in (real, made_up))  # type: ignore[misc]
        if not {"section", "kind", "verb"} & set(wanted):
            return


OF_SOMETHING = sorted(
    name
    for name, pattern in ROUTES.items()
    if name not in PUBLIC
    and {"dossier", "draft", "task", "list", "agency", "finding"} & set(pattern.pattern.converters)
)


@pytest.fixture
def hidden(world: World) -> Iterator[World]:
    """The world with a draft at the counter too."""
    with undone():
        assisted_draft(world.officials["assister", "home"].person, world.ids["procedure"])
        yield world


def test_a_guessed_id_is_answered_like_one_that_was_made_up(hidden: World) -> None:
    visitors = {role: hidden.officials[role, "elsewhere"].client for role in GUESSERS}
    visitors |= {
        "beside": hidden.officials["agency_head", "beside"].client,
        "under": hidden.officials["agency_head", "under"].client,
    }
    visitors |= {"citizen": hidden.citizens["other"].client, "nobody": hidden.citizens["nobody"].client}
    asked = 0
    for name in OF_SOMETHING:
        for real, made_up in values(hidden, name):
            for who, client in visitors.items():
                for method in METHODS:
                    asked += 1
                    alike(client, method, real, made_up, f"{who} {method} {name}")
    assert asked > 500
    print(f"{asked} pairs of addresses")


def alike(client: Client, method: str, real: str, made_up: str, which: str) -> None:
    """The two answers are one, and nothing was done."""
    before = standing()
    with undone():
        there = getattr(client, method)(real)
    with undone():
        nothing = getattr(client, method)(made_up)
    assert there.status_code == nothing.status_code, (
        f"{which}: {there.status_code}, but {nothing.status_code} for nothing"
    )
    assert there.status_code in (302, 403, 404, 405), f"{which}: {there.status_code}"
    if there.status_code == 302:
        ways = [re.sub(ID, "", answer["Location"]) for answer in (there, nothing)]
        assert ways[0] == ways[1], which
        return
    assert without_ids(there) == without_ids(nothing), which
    kept = ("Content-Type", "Cache-Control", "ETag", "Content-Disposition")
    assert [there.get(head) for head in kept] == [nothing.get(head) for head in kept], which
    assert standing() == before, which


def standing() -> tuple[int, int]:
    return Event.objects.count(), Draft.objects.count()


def test_one_case_is_no_way_to_the_files_of_another(world: World) -> None:
    """Who may open a case guesses at what lies in another: under its address there is nothing of the other."""
    officer, citizen = world.officials["case_officer", "home"].client, world.citizens["citizen"].client
    lead = world.officials["task_lead", "home"].client
    other, file = world.dossiers["draft"], world.ids["file"]
    for client, name, kwargs in (
        (officer, "serve:case_file", {"dossier": other, "file": file}),
        (citizen, "serve:my_file", {"dossier": other, "file": file}),
        (lead, "steer:file", {"task": world.tasks["reported"], "file": world.ids["evidence"]}),
        (lead, "steer:file", {"task": world.tasks["working"], "file": file}),
        (officer, "serve:case_file", {"dossier": other, "file": world.ids["evidence"]}),
    ):
        made_up = {**kwargs, "file": new_id()}
        answers = [client.get(reverse(name, kwargs=each)) for each in (kwargs, made_up)]
        assert [answer.status_code for answer in answers] == [404, 404], name
        assert without_ids(answers[0]) == without_ids(answers[1])


LISTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("web:today", {}),
    ("serve:queue", {"status": "all"}),
    ("serve:queue", {"status": "all", "q": "{code}"}),
    ("serve:queue", {"status": "all", "q": "{reference}"}),
    ("serve:queue", {"status": "all", "q": "Trần Thị Hoa"}),
    ("serve:queue", {"status": "all", "q": "075190000001"}),
    ("serve:queue", {"status": "4", "procedure": "1.001193", "late": "1", "mine": "1"}),
    ("serve:queue", {"status": "all", "export": "csv"}),
    ("serve:queue", {"status": "all", "export": "xlsx"}),
    ("serve:head", {}),
    ("steer:board", {"state": ""}),
    ("steer:board", {"state": "", "q": "{task}"}),
    ("steer:board", {"state": "", "lead": "{agency}"}),
    ("steer:board", {"state": "", "instrument": "{instrument}"}),
    ("steer:board", {"state": "overdue", "mine": "1"}),
    ("steer:board", {"state": "", "export": "csv"}),
    ("steer:board", {"state": "", "export": "xlsx"}),
    ("steer:instrument", {}),
    ("steer:lists", {}),
    ("steer:warnings", {}),
    ("serve:my_dossiers", {}),
    ("serve:inbox", {}),
    ("who_looked", {}),
    ("watch:desk", {}),
    ("watch:desk", {"export": "csv"}),
    ("watch:desk", {"part": "now"}),
)


def test_no_list_shows_or_counts_what_is_hidden(world: World) -> None:
    """Every list, filter, search and export reads the same as if the dossiers and tasks were not there at all."""
    visitors = {role: world.officials[role, "elsewhere"].client for role in STRANGERS}
    visitors |= {
        "below": world.officials["agency_head", "under"].client,
        "beside": world.officials["duty_officer", "beside"].client,
    }
    visitors |= {"citizen": world.citizens["other"].client, "nobody": world.citizens["nobody"].client}
    row = Dossier.objects.get(pk=world.dossiers["check"])
    known = {
        "code": str(row.code), "reference": row.reference, "task": Task.objects.get(pk=world.tasks["working"]).code,
        "agency": str(world.agencies["home"]), "instrument": str(world.ids["instrument"]),
    }  # fmt: skip
    full = _read(visitors, world, known)
    with undone():
        _empty()
        empty = _read(visitors, world, known)
    differ = [which for which, said in full.items() if said != empty[which]]
    assert not differ, f"what is hidden shows through: {differ}"
    # And who may see it does see a difference, or the question would be none.
    clients = {"head": world.officials["agency_head", "home"].client, "lead": world.officials["task_lead", "home"].client,
               "citizen": world.citizens["citizen"].client}  # fmt: skip
    full = _read(clients, world, known)
    with undone():
        _empty()
        empty = _read(clients, world, known)
    seen = {which[1] for which, said in full.items() if said != empty[which]}
    assert {"serve:queue", "steer:board", "steer:instrument", "serve:my_dossiers"} <= seen, seen


def _read(
    visitors: dict[str, Client], world: World, known: dict[str, str]
) -> dict[tuple[str, str, str], str]:
    said = {}
    for who, client in visitors.items():
        for name, query in LISTS:
            kwargs = {"instrument": world.ids["instrument"]} if name == "steer:instrument" else {}
            sent = {key: value.format(**known) for key, value in query.items()}
            with undone():
                answer = client.get(reverse(name, kwargs=kwargs), sent)
            assert answer.status_code in (200, 404), (who, name, answer.status_code)
            page = re.sub(TICKET, "", without_ids(answer, *known.values()))
            said[who, name, str(query)] = f"{answer.status_code} {page}"
    return said


def _empty() -> None:
    """As if nobody had filed and nothing had been assigned. What is read was read by nobody."""
    with connection.cursor() as cursor:
        for table in ("serve_dossier", "steer_task", "serve_notice"):
            cursor.execute(f"DELETE FROM {table}")
