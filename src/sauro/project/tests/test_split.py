"""The administrator's pages of a split: choose, see what goes and what stays, decide, and read what came of it."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.test import Client

from sauro.core import timers
from sauro.core.doorway import Ask, act
from sauro.core.doorway.decide import local_day
from sauro.core.models import Actor, Commitment, Holding, Reorganisation
from sauro.core.moment import now, simulated
from sauro.packs.ids import id_of
from sauro.project.examination import database
from sauro.project.reorganisation import carrying
from sauro.project.tests.test_operations import signed_in
from sauro.project.tests.test_reorganisation import now_in, tomorrow
from sauro.serve.models import Dossier
from sauro.serve.tests.conftest import COMMUNE, Town
from sauro.serve.tests.conftest import town as town
from sauro.serve.tests.pages_citizen.conftest import signed_in as citizen
from sauro.serve.tests.pages_officer.conftest import signed_in as officer
from sauro.steer.models import Task
from sauro.steer.tests.conftest import State
from sauro.steer.tests.conftest import state as state

pytestmark = pytest.mark.django_db
LIST, NEW, PREVIEW = "/can-bo/sap-xep/", "/can-bo/sap-xep/tach/", "/can-bo/sap-xep/tach/xem-truoc/"
BIRTHS = "1.001193"
PART = "C26041.TP"


def whole() -> Actor:
    return Actor.objects.get(kind="organisation", code=f"C{COMMUNE}.VP")


def asked(**more: Any) -> dict[str, Any]:
    return {
        "of": str(whole().id), "into": "new", "code": PART, "name_vi": "Phòng Tư pháp", "name_en": "Division of Justice",
        "procedures": [BIRTHS], "basis": "202/2025/QH15", "when": "now", **more,
    }  # fmt: skip


def address(sent: dict[str, Any], page: str = PREVIEW) -> str:
    return f"{page}?{urlencode(sent, doseq=True)}"


@pytest.fixture
def administrator(town: Town) -> Client:
    town.filing()
    return signed_in("administrator")


def confirm(client: Client, sent: dict[str, Any], **decided: str) -> Any:
    usual = {box.name: box.initial or box.field.initial for box in client.get(address(sent)).context["boxes"]}
    return client.post(address(sent), {"key": "k" * 16, "sure": "on", **usual, **decided})


@pytest.mark.parametrize("page", [NEW, PREVIEW])
def test_only_who_may_split_finds_it(administrator: Client, town: Town, page: str) -> None:
    assert Client().get(page)["Location"].startswith("/accounts/login/")
    assert officer(next(iter(town.officers.values()))).get(page).status_code == 404
    assert administrator.get(address(asked(), page)).status_code in (200, 302)


def test_an_organisation_is_found_and_asks_for_nothing_yet(administrator: Client) -> None:
    found = dict(administrator.get(NEW, {"of_q": "van phong tran bien"}).context["found"])
    assert whole().id in found
    page = administrator.get(NEW, {"of": str(whole().id)})
    assert not page.context["form"].errors
    codes = dict(page.context["form"].fields["procedures"].choices)
    assert BIRTHS in codes and "areas" not in page.context["form"].fields, "a commune has no smaller place"


def test_what_is_missing_is_said_beside_its_field(administrator: Client) -> None:
    page = administrator.get(NEW, {"of": str(whole().id), "into": "new", "when": "day"})
    assert set(page.context["form"].errors) == {
        "procedures",
        "code",
        "name_vi",
        "name_en",
        "basis",
        "effective",
    }
    assert administrator.get(NEW, asked())["Location"].startswith(PREVIEW)


def test_the_preview_says_what_goes_and_what_stays(administrator: Client, town: Town) -> None:
    town.file()
    other = town.file()
    Dossier.objects.filter(pk=other).update(procedure_code="1.000656")
    page = administrator.get(address(asked()))
    shown = page.context["shown"]
    assert shown.going == 1 and shown.stays.dossiers == 1
    assert {line.like != "" for line in shown.offices} == {True}
    assert sum(line.rights for line in shown.offices) > 0
    assert len(page.context["boxes"]) == Holding.objects.filter(position__in=_offices(whole().id)).count()
    assert not Reorganisation.objects.exists() and not Actor.objects.filter(code=PART).exists()


def _offices(organisation: UUID) -> list[UUID]:
    return list(Actor.objects.filter(kind="position", organisation=organisation).values_list("id", flat=True))


def test_what_is_confirmed_happens(administrator: Client, town: Town) -> None:
    dossier = town.file()
    town.do(dossier, "serve.accept_dossier")
    clerk = Actor.objects.get(kind="position", organisation=whole().id, type="tu-phap-ho-tich").id
    holding, heir = Holding.objects.get(position=clerk), id_of(f"{PART}/tu-phap-ho-tich")
    answer = confirm(administrator, asked(), **{f"place-{holding.id}": str(heir)})
    assert answer.status_code == 302
    before = administrator.get(answer["Location"])
    assert before.context["waiting"] == 1
    while carrying.step():
        pass
    after = administrator.get(answer["Location"])
    assert (after.context["waiting"], after.context["orphans"]) == (0, 0)
    assert [load.dossiers for _name, load in after.context["loads"]] == [1, 0]
    assert database.orphans().state == "well"
    with simulated(lambda: now_in(1)):
        rows = officer(holding.person).get("/can-bo/ho-so/?mine=1").context["rows"]
        assert [row.line.id for row in rows] == [dossier]
    mine = citizen(town.citizen).get(f"/ho-so-cua-toi/{dossier}/").content.decode()
    assert "<strong>Phòng Tư pháp</strong> thực hiện" in mine, (
        "it does a part; the committee decides as before"
    )
    reference = Dossier.objects.get(pk=dossier).reference
    assert Client().get(f"/xac-thuc/{reference}/").status_code == 200
    assert "tách" in administrator.get(LIST).content.decode()


def test_who_filed_reads_where_it_is_now(administrator: Client, town: Town) -> None:
    dossier = town.file()
    other = Actor.objects.get(kind="organisation", code="C26020")
    town.staff(other.id)
    committee = Actor.objects.get(kind="organisation", code=f"C{COMMUNE}")
    sent = asked(of=str(committee.id), into=str(other.id))
    assert confirm(administrator, sent).status_code == 302
    carrying.step()
    assert Dossier.objects.get(pk=dossier).competent == other.id
    page = citizen(town.citizen).get(f"/ho-so-cua-toi/{dossier}/").content.decode()
    assert (
        f"<strong>{other.name_vi}</strong>" in page and committee.name_vi in page and "tách cơ quan" in page
    )


def test_for_midnight_or_called_off(administrator: Client) -> None:
    confirm(administrator, asked(**tomorrow()))
    first = Reorganisation.objects.get()
    assert first.state == "planned"
    administrator.post(f"{LIST}{first.id}/huy/", {"key": "x"})
    second = administrator.post(
        address(asked(**tomorrow())), {"key": "z" * 16, "sure": "on", **_stay(administrator)}
    )
    assert second.status_code == 302
    with simulated(lambda: now_in(1)):
        timers.fire_due()
    assert sorted(Reorganisation.objects.values_list("state", flat=True)) == ["called_off", "done"]
    assert Actor.objects.filter(code=PART).count() == 1


def _stay(client: Client) -> dict[str, str]:
    return {box.name: "stays" for box in client.get(address(asked(**tomorrow()))).context["boxes"]}


def test_it_is_not_decided_without_being_meant_nor_with_two_heads(administrator: Client) -> None:
    head = str(next(row["id"] for row in administrator.get(address(asked())).context["form"].plan.offices(id_of(PART)) if row["head"]))  # fmt: skip
    names = list(_stay(administrator))
    assert confirm(administrator, asked(), **dict.fromkeys(names, head)).status_code == 422
    answer = administrator.post(address(asked()), {"key": "k"})
    assert answer.status_code == 422 and "sure" in answer.context["form"].errors
    assert not Reorganisation.objects.exists()


def test_what_was_given_away_is_not_offered_again(administrator: Client) -> None:
    confirm(administrator, asked())
    page = administrator.get(NEW, {"of": str(whole().id)})
    assert BIRTHS not in dict(page.context["form"].fields["procedures"].choices)


def test_a_committee_founds_nothing_and_is_told_why(administrator: Client) -> None:
    committee = Actor.objects.get(kind="organisation", code=f"C{COMMUNE}")
    page = administrator.get(address(asked(of=str(committee.id))))
    assert page.status_code == 422 and page.context["form"].non_field_errors()


def test_a_task_that_is_ticked_goes_and_the_others_stay(administrator: Client, state: State) -> None:
    goes, stays = state.working(), state.working()
    ministry = state.organisations["ministry"]
    sent = asked(of=str(ministry), code="VN.MOI", procedures=[], tasks=[str(goes)])
    page = administrator.get(address(sent))
    assert [task.id for task in page.context["shown"].tasks] == [goes]
    assert stays in {task.id for task in page.context["shown"].stays.tasks}
    assert confirm(administrator, sent).status_code == 302
    while carrying.step():
        pass
    part = id_of("VN.MOI")
    row = Task.objects.get(pk=goes)
    assert row.lead == part and part in row.scopes and ministry not in row.scopes
    head = Actor.objects.get(kind="position", organisation=part, head=True).id
    assert Commitment.objects.get(pk=goes).position == head
    assert Task.objects.get(pk=stays).lead == ministry


def test_the_preview_warns_of_deputies_and_of_what_is_planned_beside(
    administrator: Client, town: Town
) -> None:
    assert not administrator.get(address(asked())).context["shown"].warnings
    chief = Actor.objects.get(kind="position", organisation=whole().id, head=True)
    clerk = Actor.objects.get(kind="position", organisation=whole().id, type="tu-phap-ho-tich")
    town.staff(whole().id)
    today = local_day(now())
    payload = {
        "deputy": town.officers[clerk.id], "deputy_position": clerk.id, "roles": ["agency_head"], "valid_from": today,
        "valid_to": today + timedelta(days=4),
    }  # fmt: skip
    act(Ask("core.delegate", town.officers[chief.id], "away", payload, chief.id, chief.id))
    confirm(administrator, asked(**tomorrow(), code="C26041.TP2", procedures=["1.000656"]))
    deputy, beside = administrator.get(address(asked())).context["shown"].warnings
    assert chief.name_vi in deputy and "làm thay" in deputy
    assert "dự kiến" in beside


def test_an_agency_of_a_province_is_split_by_communes_too(administrator: Client) -> None:
    department = Actor.objects.filter(type="province-environment", kind="organisation").order_by("code")[0]
    fields = administrator.get(NEW, {"of": str(department.id)}).context["form"].fields
    communes = dict(fields["areas"].choices)
    own = set(
        Actor.objects.filter(parent=department.parent, type="commune-committee").values_list(
            "area", flat=True
        )
    )
    assert set(communes) == own and len(own) > 1
    some = sorted(own)[:2]
    sent = asked(of=str(department.id), procedures=[], areas=some, code="VN.MOI")
    page = administrator.get(address(sent))
    assert page.status_code == 200 and len(page.context["shown"].areas) == 2
    assert confirm(administrator, sent).status_code == 302
    assert Actor.objects.get(code="VN.MOI").parent == department.parent


def test_what_nobody_holds_is_said_afterwards(administrator: Client) -> None:
    answer = confirm(administrator, asked())
    vacant = administrator.get(answer["Location"]).context["vacant"]
    assert len(vacant) == len(_offices(whole().id))
