"""The duty officer's page: what their grants cover and nothing else, each number with what lies behind it."""

from typing import Any

import pytest
from django.test import Client

from sauro.core.ids import new_id
from sauro.watch.tests.pages.conftest import DESK, Room, signed_in

pytestmark = pytest.mark.django_db
PROVINCE, NATIONAL, COMMUNE, OTHER = (
    "P75/truc-he-thong",
    "VN.CP/truc-he-thong",
    "C26041/chu-tich-xa",
    "P01/truc-he-thong",
)


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
    for address in ("", "ho-so/?measure=open_late", "trach-nhiem/"):
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
