"""The administrator's pages of reorganisation day: choose, see what moves, decide, and read what moved."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.test import Client

from sauro.core import timers
from sauro.core.doorway import Ask, act
from sauro.core.doorway.decide import local_day
from sauro.core.models import Actor, Holding, Reorganisation
from sauro.core.moment import now, simulated
from sauro.core.queries import orphans
from sauro.project.examination import database
from sauro.project.tests.test_operations import signed_in
from sauro.serve.models import Dossier
from sauro.serve.tests.conftest import COMMUNE, Town
from sauro.serve.tests.conftest import town as town
from sauro.serve.tests.pages_officer.conftest import signed_in as officer

pytestmark = pytest.mark.django_db
LIST, NEW, PREVIEW = "/can-bo/sap-xep/", "/can-bo/sap-xep/moi/", "/can-bo/sap-xep/xem-truoc/"
OTHER = "26020"


def commune(area: str, type_: str = "commune-committee") -> UUID:
    return Actor.objects.get(kind="organisation", area=area, type=type_).id


def office(area: str, type_: str) -> Actor:
    return Actor.objects.get(kind="position", code__startswith=f"C{area}", type=type_)


def asked(**more: Any) -> dict[str, Any]:
    return {
        "absorbed": [str(commune(COMMUNE))], "into": str(commune(OTHER)), "basis": "202/2025/QH15", "when": "now", **more
    }  # fmt: skip


def address(sent: dict[str, Any], page: str = PREVIEW) -> str:
    return f"{page}?{urlencode(sent, doseq=True)}"


def tomorrow() -> dict[str, Any]:
    day = local_day(now()) + timedelta(days=1)
    return {"when": "day", "effective_day": day.day, "effective_month": day.month, "effective_year": day.year}


@pytest.fixture
def administrator(town: Town) -> Client:
    """Both communes have somebody in every office."""
    for area in (COMMUNE, OTHER):
        for organisation in Actor.objects.filter(kind="organisation", area=area):
            town.staff(organisation.id)
    return signed_in("administrator")


def confirm(client: Client, sent: dict[str, Any], **decided: str) -> Any:
    usual = {box.name: box.initial for box in client.get(address(sent)).context["boxes"]}
    return client.post(address(sent), {"key": "k" * 16, "sure": "on", **usual, **decided})


@pytest.mark.parametrize("page", [LIST, NEW, PREVIEW, f"{LIST}{UUID(int=7)}/"])
def test_only_who_may_merge_finds_it(administrator: Client, town: Town, page: str) -> None:
    assert Client().get(page)["Location"].startswith("/accounts/login/")
    assert officer(next(iter(town.officers.values()))).get(page).status_code == 404
    assert administrator.get(page).status_code in (200, 302, 404)


def test_searching_finds_organisations_and_asks_for_nothing_yet(administrator: Client) -> None:
    page = administrator.get(NEW, {"q": "tran bien", "search": "1"})
    offered = {text for _id, text in page.context["form"].fields["absorbed"].choices}
    assert any("Trấn Biên" in text for text in offered)
    assert not page.context["form"].errors


def test_what_is_missing_is_said_beside_its_field(administrator: Client) -> None:
    page = administrator.get(
        NEW, {"absorbed": [str(commune(COMMUNE))], "into": str(commune(COMMUNE)), "when": "day"}
    )
    errors = page.context["form"].errors
    assert set(errors) == {"into", "basis", "effective"}
    page = administrator.get(NEW, {**asked(), "into": "new"})
    assert set(page.context["form"].errors) == {"code", "name_vi", "name_en"}
    assert administrator.get(NEW, asked())["Location"].startswith(PREVIEW)


def test_the_preview_counts_what_follows_and_names_what_needs_a_decision(
    administrator: Client, town: Town
) -> None:
    town.file()
    town.file()
    page = administrator.get(address(asked()))
    shown = page.context["shown"]
    assert shown.total.dossiers == 2 and shown.total.ended == 0
    assert {line.name.partition(",")[0] for line in shown.lines} >= {
        Actor.objects.get(pk=commune(COMMUNE)).name_vi
    }
    assert len(shown.lines) == 5, "the committee, its office, its centre and its two divisions"
    heads = Actor.objects.filter(kind="position", code__startswith=f"C{COMMUNE}", head=True).count()
    assert len(page.context["boxes"]) == 2 * heads
    assert Reorganisation.objects.count() == 0 and Actor.objects.get(pk=commune(COMMUNE)).current == commune(
        COMMUNE
    )
    said = page.content.decode()
    assert "không thể hoàn tác" in said


def test_the_preview_warns_of_deputies_whose_authority_ends(administrator: Client, town: Town) -> None:
    chair, vice = office(COMMUNE, "chu-tich-xa"), office(COMMUNE, "pho-chu-tich-xa")
    assert not any(chair.name_vi in each for each in _of_deputies(administrator))
    today = local_day(now())
    payload = {
        "deputy": town.officers[vice.id], "deputy_position": vice.id, "roles": ["competent_authority"], "valid_from": today,
        "valid_to": today + timedelta(days=4),
    }  # fmt: skip
    act(Ask("core.delegate", town.officers[chair.id], "away", payload, chair.id, chair.id))
    (said,) = _of_deputies(administrator)
    last = today + timedelta(days=4)
    assert chair.name_vi in said and f"{last.day:02}/{last.month:02}/{last.year}" in said


def _of_deputies(client: Client) -> list[str]:
    warnings: list[str] = client.get(address(asked())).context["shown"].warnings
    return [each for each in warnings if "làm thay" in each]


def test_what_is_confirmed_is_what_was_shown(administrator: Client, town: Town) -> None:
    dossier = town.file()
    plan = administrator.get(address(asked())).context["form"].plan
    answer = confirm(administrator, asked())
    assert answer.status_code == 302
    row = Reorganisation.objects.get()
    assert row.state == "done" and answer["Location"] == f"{LIST}{row.id}/"
    for gone, into in plan.made.offices.items():
        assert Actor.objects.get(pk=gone).current == into
    clerk, heir = office(COMMUNE, "mot-cua-xa"), office(OTHER, "mot-cua-xa")
    assert clerk.current == heir.id
    today = {one.person for one in Holding.objects.filter(position=heir.id, valid_to=None)}
    assert town.officers[clerk.id] in today, "an official of a merged agency keeps their work"
    page = administrator.get(answer["Location"])
    assert page.context["orphans"] == 0 and len(page.context["organisations"]) == 5
    assert page.context["loads"][0][1].dossiers == 1
    with simulated(lambda: now_in(1)):
        rows = officer(town.officers[clerk.id]).get("/can-bo/ho-so/?mine=1").context["rows"]
        assert [row.line.id for row in rows] == [dossier]
        assert rows[0].whose == heir.name_vi


def now_in(days: int) -> Any:
    import datetime

    return datetime.datetime.now(datetime.UTC) + timedelta(days=days)


def test_pressing_twice_decides_once(administrator: Client) -> None:
    first, second = confirm(administrator, asked(**tomorrow())), confirm(administrator, asked(**tomorrow()))
    assert first["Location"] == second["Location"] and Reorganisation.objects.count() == 1


def test_it_is_not_decided_without_being_meant(administrator: Client) -> None:
    answer = administrator.post(address(asked()), {"key": "k"})
    assert answer.status_code == 422 and "sure" in answer.context["form"].errors
    assert not Reorganisation.objects.exists()


def test_for_midnight_it_is_carried_out_by_a_timer_or_called_off(administrator: Client) -> None:
    page = administrator.get(confirm(administrator, asked(**tomorrow()))["Location"])
    row = Reorganisation.objects.get()
    assert row.state == "planned" and "/huy/" in page.content.decode()
    with simulated(lambda: now_in(1)):
        timers.fire_due()
    row.refresh_from_db()
    assert row.state == "done"
    assert administrator.post(f"{LIST}{row.id}/huy/", {"key": "x"}).status_code == 409


def test_called_off_nothing_moves(administrator: Client) -> None:
    confirm(administrator, asked(**tomorrow()))
    row = Reorganisation.objects.get()
    administrator.post(f"{LIST}{row.id}/huy/", {"key": "x"})
    with simulated(lambda: now_in(1)):
        assert timers.fire_due() == 0
    row.refresh_from_db()
    assert row.state == "called_off" and Actor.objects.get(pk=commune(COMMUNE)).current == commune(COMMUNE)


def test_two_heads_are_decided_and_two_for_one_office_refused(administrator: Client, town: Town) -> None:
    mine, theirs = office(COMMUNE, "chu-tich-xa"), office(OTHER, "chu-tich-xa")
    deputy = office(OTHER, "pho-chu-tich-xa")
    holding = {one: Holding.objects.get(position=one.id).id for one in (mine, theirs)}
    both = {f"place-{holding[mine]}": str(theirs.id), f"place-{holding[theirs]}": str(theirs.id)}
    assert confirm(administrator, asked(), **both).status_code == 422
    swapped = {f"place-{holding[mine]}": str(theirs.id), f"place-{holding[theirs]}": str(deputy.id)}
    assert confirm(administrator, asked(), **swapped).status_code == 302
    held = {one.person for one in Holding.objects.filter(position=theirs.id, valid_to=None)}
    assert held == {town.officers[mine.id]}


def test_a_successor_can_be_founded(administrator: Client) -> None:
    new = {
        "into": "new",
        "code": "C75NEW",
        "name_vi": "Ủy ban nhân dân xã Mới",
        "name_en": "People’s Committee of New Commune",
    }
    sent = asked(absorbed=[str(commune(COMMUNE)), str(commune(OTHER))], **new)
    page = administrator.get(address(sent))
    assert page.status_code == 200 and "xã Mới" in page.content.decode()
    gone = [commune(area) for area in (COMMUNE, OTHER)]
    confirm(administrator, sent)
    founded = Actor.objects.get(code="C75NEW")
    assert founded.words.split() == [
        "uy",
        "ban",
        "nhan",
        "dan",
        "xa",
        "moi",
        "people",
        "s",
        "committee",
        "of",
        "new",
        "commune",
        "c75new",
    ]
    assert {Actor.objects.get(pk=id_).current for id_ in gone} == {founded.id}
    heads = Actor.objects.filter(kind="position", organisation=founded.id, head=True)
    assert [row.current == row.id for row in heads] == [True]


def test_old_codes_and_addresses_resolve(administrator: Client, town: Town) -> None:
    dossier = town.file()
    reference = Dossier.objects.get(pk=dossier).reference
    before = Actor.objects.get(pk=commune(COMMUNE))
    confirm(administrator, asked())
    public = Client().get(f"/xac-thuc/{reference}/").content.decode()
    heir = Actor.objects.get(pk=commune(OTHER))
    assert heir.name_vi in public and before.name_vi in public, "by its successor, and what it was"
    page = administrator.get(NEW, {"q": before.name_vi, "search": "1"})
    found = dict(page.context["form"].fields["absorbed"].choices)
    assert str(heir.id) in found, "the old name finds the successor"


def test_the_doctor_names_what_belongs_to_nobody(administrator: Client, town: Town) -> None:
    town.file()
    assert database.orphans().state == "well"
    Actor.objects.filter(pk=commune(COMMUNE)).update(current=UUID(int=7))
    found = database.orphans()
    assert found.state == "fault" and found.remedy
    assert orphans.count().commitments == 1
