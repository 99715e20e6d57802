"""The duty officer's page: what their grants cover and nothing else, each number with what lies behind it."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from sauro.core.doorway import Ask, act
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Commitment, Definition, Event
from sauro.core.moment import now
from sauro.watch.tests.pages.conftest import DESK, Room, signed_in

pytestmark = pytest.mark.django_db
PROVINCE, NATIONAL, COMMUNE, OTHER = (
    "P75/truc-he-thong",
    "VN.CP/truc-he-thong",
    "C26041/chu-tich-xa",
    "P01/truc-he-thong",
)
SECRETARY = "VN.VPTW/thu-ky-chi-dao"


def cell(page: Any, code: str, measure: str) -> Any:
    row = next(row for row in page.context["numbers"].rows if row.agency.code == code)
    return next(cell for cell in row.cells if cell.measure == measure)


def test_numbers_are_for_who_may_read_them(room: Room) -> None:
    assert Client().get(DESK)["Location"].startswith("/accounts/login/")
    citizen = signed_in(new_id())
    assert citizen.get(DESK).status_code == 404 and DESK not in citizen.get("/").content.decode()
    page = room.at(PROVINCE).get(DESK)
    assert page.status_code == 200 and f'href="{DESK}"' in page.content.decode()


def test_a_province_sees_its_own_part_and_no_other(room: Room) -> None:
    room.late("C26041")
    own = room.at(PROVINCE).get(DESK)
    assert cell(own, "C26041", "open_late").count == 1
    for address in ("", "ho-so/?measure=open_late", "trach-nhiem/", "766/"):
        for place, office in (("P75", OTHER), ("P01", PROVINCE), ("VN.CP", PROVINCE), ("P75", COMMUNE)):
            assert room.at(office).get(f"{DESK}{room.agency(place)}/{address}").status_code == 404, (
                place,
                address,
            )
    assert cell(room.at(NATIONAL).get(DESK), "P75", "open_late").count == 1


def test_a_red_number_leads_to_its_cases_and_to_who_answers(room: Room) -> None:
    late = room.late("C26041")
    client = room.at(PROVINCE)
    page = client.get(DESK)
    red = cell(page, "C26041", "open_late")
    assert red.red and red.answers in page.content.decode()
    behind = client.get(red.href)
    said = behind.content.decode()
    assert [row.line.id for row in behind.context["rows"]] == [late.id]
    assert late.code in said and "/api/journal/" in said
    answers = client.get(red.answers)
    assert answers.context["head"].held is False and answers.context["count"] == 1
    assert "/can-bo/nhiem-vu/moi/?lead=" in answers.content.decode()


def test_only_a_number_whose_cases_may_be_listed_leads_to_them(room: Room) -> None:
    """A secretary of everything who is on duty for one commune: every number stands, that commune's alone open."""
    for commune in ("C26041", "C26020"):
        room.late(commune)
    client, role = (
        room.at(SECRETARY),
        Definition.objects.get(kind="role", code="duty_officer", state="published"),
    )
    right = {"holder": room.seat(SECRETARY), "role": role.id, "scope": "subtree", "scope_id": room.agency("C26041"), "purpose": "duty", "basis": "57-NQ/TW"}  # fmt: skip
    act(Ask("core.grant", PLATFORM, "duty", right))
    page = client.get(f"{DESK}{room.agency('P75')}/")
    own, others = (cell(page, code, "open_late") for code in ("C26041", "C26020"))
    assert (own.count, others.count) == (1, 1) and others.href == ""
    assert client.get(own.href).status_code == 200
    assert not any(line.period.href for line in page.context["numbers"].dossiers)


def test_days_order_and_words_stand_in_the_address(room: Room) -> None:
    room.late("C26041")
    room.case("P75.TP", 40)
    client = room.at(PROVINCE)
    assert cell(client.get(DESK), "P75.TP", "received").count == 0
    assert cell(client.get(f"{DESK}?days=90"), "P75.TP", "received").count == 1
    first = client.get(f"{DESK}?days=90").context["numbers"].rows[0]
    assert (
        first.agency.code == "C26041" and client.get(f"{DESK}?sort=name").context["numbers"].rows[0] != first
    )
    named = client.get(f"{DESK}?q=so+tu+phap").context["numbers"].rows
    assert [row.agency.code for row in named] == ["P75.TP"]
    for nonsense in ("days=x", "sort=x", "map=x", "q=%00", "part=x", "export=x"):
        assert client.get(f"{DESK}?{nonsense}").status_code in (200, 400), nonsense


def test_the_table_is_taken_away_with_nothing_a_spreadsheet_would_run(room: Room) -> None:
    room.late("C26041")
    client = room.at(PROVINCE)
    rows = list(csv.reader(io.StringIO(client.get(f"{DESK}?export=csv").content.decode("utf-8-sig"))))
    assert rows[1][0] == "C26041" and rows[1][2] == "1"
    assert client.get(f"{DESK}?export=xlsx").status_code == 200


def test_a_part_comes_alone_and_only_when_it_has_changed(room: Room) -> None:
    client = room.at(PROVINCE)
    part = client.get(f"{DESK}?part=below")
    assert b"<html" not in part.content and b"<form" not in part.content
    assert client.get(f"{DESK}?part=below", headers={"If-None-Match": part["ETag"]}).status_code == 304
    room.late("C26041")
    assert client.get(f"{DESK}?part=below", headers={"If-None-Match": part["ETag"]}).status_code == 200
    assert Client().get(f"{DESK}?part=below").status_code == 302


def test_statements_do_not_grow_with_the_agencies(room: Room, django_assert_max_num_queries: Any) -> None:
    for agency in ("C26041", "P75.TP", "P75.XD", "P75.YT"):
        room.late(agency)
    client = room.at(PROVINCE)
    client.get(DESK)
    with django_assert_max_num_queries(30):
        client.get(DESK)
    with django_assert_max_num_queries(35):
        client.get(f"{DESK}{room.agency('C26041')}/trach-nhiem/")


def test_the_map_shows_every_province_and_both_archipelagos(room: Room) -> None:
    room.late("C26041")
    page = room.at(NATIONAL).get(f"{DESK}?map=open_late")
    tiles = page.context["numbers"].tiles
    assert len(tiles) == 36 and [tile.name for tile in tiles if tile.status is None] == [
        "Hoàng Sa",
        "Trường Sa",
    ]
    own = next(tile for tile in tiles if tile.short == "ĐNa")
    assert (own.said, own.status.kind) == ("1", "late") and str(room.agency("P75")) in own.href
    assert room.at(PROVINCE).get(DESK).context["numbers"].tiles == []


def test_who_answers_shows_what_was_promised_and_no_more(room: Room) -> None:
    room.seat("C26041/chu-tich-xa")
    place = room.agency("C26041")
    client = room.at(PROVINCE)
    room.promise("C26041", "Rà soát hồ sơ trễ", late=True)
    dossier = room.promise("C26041", "Tên riêng của người dân", kind="dossier")
    room.promise("P75.TP", "Việc của sở khác")
    page = client.get(f"{DESK}{place}/trach-nhiem/")
    said = page.content.decode()
    assert page.context["head"].held and [row.kept.kind for row in page.context["promises"]] == [
        "task",
        "dossier",
    ]
    assert page.context["promises"][0].schedule.kind == "late"
    assert "Rà soát hồ sơ trễ" in said and "Việc của sở khác" not in said
    assert "Tên riêng" not in said and dossier is not None


def test_who_may_list_no_cases_sees_none_among_what_an_agency_promised(room: Room) -> None:
    """The steering secretariat reads every number and lists every task; a dossier is none of its business."""
    dossier = room.late("C26041")
    room.promise("C26041", "Rà soát hồ sơ trễ")
    Commitment.objects.create(
        id=dossier.id, event=new_id(), kind="dossier", lead=dossier.agency, due=dossier.due, due_original=dossier.due,
        opened_at=now(), unit=dossier.id, retention="steering-task",
    )  # fmt: skip
    Event.objects.create(
        id=new_id(), name="serve.accept_dossier", subject=dossier.id, recorded=now(), person=new_id(), key="k",
        request=b"", body=b"{}",
    )  # fmt: skip
    address = f"{DESK}{dossier.agency}/trach-nhiem/"
    page = room.at(PROVINCE).get(address)
    assert page.content.decode().count(dossier.code) == 2
    page = room.at(SECRETARY).get(address)
    assert [row.kept.kind for row in page.context["promises"]] == ["task"] and page.context["done"] == []
    assert "Rà soát hồ sơ trễ" in page.content.decode() and dossier.code not in page.content.decode()
    assert page.context["cases"] == ""


def test_the_words_of_a_task_are_for_who_may_list_that_task(room: Room) -> None:
    task = room.promise("C26041", "Rà soát hồ sơ trễ")
    room.case("C26041", id=task, kind="task", code="88.01", stage="working")
    address = f"{DESK}{room.agency('C26041')}/trach-nhiem/"
    client = room.at(PROVINCE)
    assert "Rà soát hồ sơ trễ" in client.get(address).content.decode()
    apps.get_model("steer", "Task").objects.filter(pk=task).update(involved=[room.agency("P01")])
    said = client.get(address).content.decode()
    assert "Rà soát" not in said and "88.01" in said and str(task) not in said


def test_a_dossier_without_a_code_is_called_by_its_procedure(room: Room) -> None:
    nameless = room.late("C26041", code="")
    page = room.at(PROVINCE).get(f"{DESK}{room.agency('C26041')}/ho-so/?measure=open_late")
    (row,) = page.context["rows"]
    assert row.line.id == nameless.id and row.what and row.what in page.content.decode()


def test_who_may_draft_nothing_is_offered_no_new_commitment(room: Room) -> None:
    """The secretariat of everything drafts; the head of a commune, who leads tasks, too; a grant taken away ends it."""
    address = f"{DESK}{room.agency('C26041')}/trach-nhiem/"
    assert room.at(COMMUNE).get(address).context["draft"]
    room.take_away(COMMUNE, "steer.draft_task")
    page = room.at(COMMUNE).get(address)
    assert page.status_code == 200 and page.context["draft"] == ""


def test_the_index_of_decision_766_stands_with_both_its_numbers(room: Room) -> None:
    at = now() - timedelta(hours=1)
    room.case("C26041", 2, finished_at=at, in_time=True, worked=4 * 3600, stage="10")
    room.case("C26041", 2, finished_at=at, in_time=False, worked=20 * 3600, stage="10", channel=1)
    client = room.at(PROVINCE)
    assert f"{DESK}{room.agency('P75')}/766/" in client.get(DESK).content.decode()
    page = client.get(f"{DESK}{room.agency('C26041')}/766/?days=7")
    found = page.context["found"]
    assert (found.on_time.part, found.on_time.whole) == (1, 2) and (
        found.online.part,
        found.online.whole,
    ) == (1, 2)
    assert [(time.count, time.hours) for _name, time in page.context["times"]] == [(2, 12)]
    assert "50,00" in page.content.decode() and "1.001193" in page.content.decode()
