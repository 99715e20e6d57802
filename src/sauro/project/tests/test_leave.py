"""The pages of leave and deputies: an official names a deputy, the deputy sees for whom they act, either ends it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from sauro.core.doorway.decide import local_day
from sauro.core.models import Actor, Delegation
from sauro.core.moment import now
from sauro.serve.tests.conftest import Town, office, town  # noqa: F401 — a fixture
from sauro.serve.tests.pages_officer.conftest import signed_in

pytestmark = pytest.mark.django_db
PAGE = "/can-bo/nghi-phep/"


class Leave:
    """A chairperson and a vice-chairperson of a commune, each at a desk."""

    def __init__(self, town: Town) -> None:  # noqa: F811
        self.dossier = town.file()
        self.chair = office(self.dossier, "sign")
        committee = Actor.objects.get(pk=self.chair).organisation
        self.vice = Actor.objects.get(organisation=committee, type="pho-chu-tich-xa").id
        self.town = town
        self.head, self.deputy = (signed_in(town.officers[p]) for p in (self.chair, self.vice))

    def send(self, client: Client, **other: Any) -> Any:
        first, last = local_day(now()), local_day(now()) + timedelta(days=4)
        sent = {
            "key": "k1", "deputy": f"{self.town.officers[self.vice]}~{self.vice}", "roles": ["competent_authority"], "reason": "leave",
            "valid_from_day": first.day, "valid_from_month": first.month, "valid_from_year": first.year,
            "valid_to_day": last.day, "valid_to_month": last.month, "valid_to_year": last.year, "send": "1",
        }  # fmt: skip
        return client.post(PAGE, {**sent, **other})


@pytest.fixture
def leave(town: Town) -> Leave:  # noqa: F811
    return Leave(town)


def test_naming_a_deputy_and_ending_it(leave: Leave) -> None:
    page = leave.head.get(PAGE).content.decode()
    assert "Cử người làm thay" in page and "competent_authority" in page
    assert leave.send(leave.head).status_code == 302
    made = Delegation.objects.get()
    listed = leave.head.get(PAGE).content.decode()
    assert "Người có thẩm quyền ký · Nghỉ phép" in listed and made.roles == ["competent_authority"]
    # The deputy sits in the office, and every page says for whom.
    leave.deputy.post("/can-bo/chuc-vu/", {"position": str(leave.chair), "next": "/can-bo/"})
    today = leave.deputy.get("/can-bo/").content.decode()
    assert "sr-deputy" in today and "làm thay" in today
    assert leave.deputy.get(f"/can-bo/ho-so/{leave.dossier}/").status_code == 200
    assert leave.send(leave.deputy).status_code == 200, "a deputy is told to change office, and names nobody"
    assert Delegation.objects.count() == 1
    assert leave.head.post(f"{PAGE}{made.id}/ket-thuc/", {"key": "e"}).status_code == 302
    assert "sr-deputy" not in leave.deputy.get("/can-bo/").content.decode()


def test_what_stood_in_the_way_is_said_beside_its_field(leave: Leave) -> None:
    answer = leave.send(leave.head, valid_to_year=str(local_day(now()).year + 2))
    page = answer.content.decode()
    assert answer.status_code == 422 and 'id="id_valid_to' in page and "183" in page
    assert leave.send(leave.head, roles=[]).status_code == 422
    assert leave.send(leave.head, deputy="").status_code == 422
    assert Delegation.objects.count() == 0


def test_the_deputy_is_found_by_words_and_nothing_typed_is_lost(leave: Leave) -> None:
    page = leave.send(leave.head, search="1", find="pho chu tich", reason="mission").content.decode()
    whole = leave.head.get(PAGE).content.decode()
    assert 2 <= page.count("<option") < whole.count("<option") and f"{leave.vice}" in page
    assert re.search(r'value="mission"[^>]*checked', page)
    assert Delegation.objects.count() == 0


def test_a_stranger_signs_in_and_others_end_nothing(leave: Leave) -> None:
    assert leave.send(leave.head).status_code == 302
    made = Delegation.objects.get()
    assert Client().get(PAGE).status_code == 302
    other = signed_in(leave.town.officers[office(leave.dossier, "draft")])
    assert other.post(f"{PAGE}{made.id}/ket-thuc/", {"key": "e"}).status_code in (403, 404)
    citizen = signed_in(leave.town.citizen)
    assert citizen.get(PAGE).status_code == 404
    made.refresh_from_db()
    assert made.ended_at is None
