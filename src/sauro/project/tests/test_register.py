"""The administrator's pages: found by words, walked as a tree; each change an act, each answer read from the grants."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sauro.core.doorway import Ask, act
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Access, Actor, Definition, Event, Grant, Holding
from sauro.core.moment import now
from sauro.serve.tests.conftest import Town, office, town  # noqa: F401 — a fixture
from sauro.serve.tests.pages_officer.conftest import signed_in

pytestmark = pytest.mark.django_db
BASIS = "61/2018/NĐ-CP, Điều 19"


def registered(name: str) -> UUID:
    """A person of the register who has a name."""
    person = new_id()
    payload = {"id": person, "kind": "person", "valid_from": date(2026, 1, 1), "identity": {"name": name}}
    act(Ask("core.register_actor", PLATFORM, f"p{person}", payload))
    return person


def keeper(scope: str = "all", scope_id: UUID | None = None) -> tuple[UUID, Client]:
    """Somebody with the role of an administrator, over everything or over one agency and all below it."""
    person = registered("Vũ Đức Long")
    role = Definition.objects.get(kind="role", code="administrator", state="published").id
    given = {
        "holder": person,
        "role": role,
        "scope": scope,
        "scope_id": scope_id,
        "purpose": "administrator",
        "basis": BASIS,
    }
    act(Ask("core.grant", PLATFORM, f"g{person}", given))
    return person, signed_in(person)


def organisation(code: str) -> UUID:
    return Actor.objects.get(kind="organisation", code=code).id


def a_day(name: str, day: date) -> dict[str, int]:
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}


def sent(client: Client, position: UUID, verb: str, **fields: Any) -> Any:
    return client.post(f"/can-bo/to-chuc/chuc-vu/{position}/{verb}/", {"key": new_id().hex, **fields})


@pytest.fixture
def place(town: Town) -> tuple[Town, UUID]:  # noqa: F811
    """A town with a dossier, and the office that signs there."""
    dossier = town.file()
    return town, office(dossier, "sign")


def test_agencies_are_found_without_diacritics_and_a_page_is_cut(db: None) -> None:
    _person, client = keeper()
    page = client.get("/can-bo/to-chuc/", {"q": "tran bien"}).content.decode()
    assert "Trấn Biên" in page and "Bảo Vinh" not in page
    with CaptureQueriesContext(connection) as asked:
        first = client.get("/can-bo/to-chuc/", {"q": "uy ban"}).content.decode()
    assert len(asked) < 30
    following = re.search(r'href="(\?[^"]*after=[^"]*)"', first)
    assert following is not None and first.count("/can-bo/to-chuc/") < 80
    second = client.get("/can-bo/to-chuc/" + following[1].replace("&amp;", "&")).content.decode()
    links = re.compile(r'href="/can-bo/to-chuc/([0-9a-f-]{36})/"')
    assert set(links.findall(second)) and not set(links.findall(first)) & set(links.findall(second))
    assert "Trấn Biên" in client.get(f"/can-bo/to-chuc/{organisation('C26041')}/").content.decode()


def test_who_keeps_a_part_of_the_tree_sees_and_changes_that_part(place: tuple[Town, UUID]) -> None:
    town_, chair = place
    top = organisation("C26041")
    _person, client = keeper("subtree", top)
    other = organisation("C26020")
    assert client.get(f"/can-bo/to-chuc/{top}/").status_code == 200
    assert client.get(f"/can-bo/to-chuc/{other}/").status_code == 404
    listed = client.get("/can-bo/to-chuc/").content.decode()
    assert str(top) in listed and str(other) not in listed
    assert str(other) not in client.get("/can-bo/to-chuc/", {"q": "uy ban"}).content.decode()
    role = Definition.objects.get(kind="role", code="auditor", state="published").id
    fields = {
        "grant-role": role,
        "grant-basis": BASIS,
        **{f"grant-{k}": v for k, v in a_day("valid_from", local_day(now())).items()},
    }
    # Over their own part; never over everything.
    assert sent(client, chair, "grant", **fields, **{"grant-scope": "all"}).status_code == 403
    assert (
        sent(client, chair, "grant", **fields, **{"grant-scope": "agency", "grant-scope_id": top}).status_code
        == 302
    )
    assert Grant.objects.filter(holder=chair, role=role).values_list("scope", "scope_id").get() == (
        "agency",
        top,
    )
    anybody = signed_in(town_.officers[chair])
    assert anybody.get("/can-bo/to-chuc/").status_code == 404


def test_appointing_acting_and_ending(place: tuple[Town, UUID]) -> None:
    _town, chair = place
    _person, client = keeper()
    new = registered("Nguyễn Thị Khánh")
    page = client.get(
        f"/can-bo/to-chuc/chuc-vu/{chair}/", {"find_person": "nguyen thi khanh"}
    ).content.decode()
    assert str(new) in page and "N***" in page and "Khánh" not in page.replace("Khánh Hòa", "")
    today = local_day(now())
    fields = {"find_person": "nguyen thi khanh", "appoint-person": new, "appoint-kind": "acting",
              **{f"appoint-{k}": v for k, v in a_day("valid_from", today).items()}}  # fmt: skip
    assert sent(client, chair, "appoint", **fields).status_code == 422, (
        "who acts in an office does so for a time"
    )
    fields |= {f"appoint-{k}": v for k, v in a_day("valid_to", today + timedelta(days=30)).items()}
    assert sent(client, chair, "appoint", **fields).status_code == 302
    held = Holding.objects.get(position=chair, person=new)
    assert (held.kind, held.valid_to) == ("acting", today + timedelta(days=30))
    again = sent(client, chair, "appoint", **fields)
    assert again.status_code == 409 and "I1" in again.content.decode()
    early = {f"end-{held.id}-{k}": v for k, v in a_day("last_day", today - timedelta(days=3)).items()}
    assert sent(client, chair, "end", holding=held.id, **early).status_code == 422
    at_once = {f"end-{held.id}-{k}": v for k, v in a_day("last_day", today - timedelta(days=1)).items()}
    assert sent(client, chair, "end", holding=held.id, **at_once).status_code == 302
    held.refresh_from_db()
    assert held.valid_to == today - timedelta(days=1)
    assert Event.objects.filter(name="core.end_holding", subject=chair).count() == 1


def test_giving_and_revoking_authority(place: tuple[Town, UUID]) -> None:
    _town, chair = place
    person, client = keeper()
    role = Definition.objects.get(kind="role", code="auditor", state="published").id
    day = {f"grant-{k}": v for k, v in a_day("valid_from", local_day(now())).items()}
    fields = {"grant-role": role, "grant-scope": "agency", "grant-scope_id": organisation("C26041"), **day}
    unknown = sent(client, chair, "grant", **fields, **{"grant-basis": "vì tôi muốn"})
    assert unknown.status_code == 422 and 'id="id_grant-basis_error"' in unknown.content.decode()
    assert (
        sent(client, chair, "grant", **{**fields, "grant-scope_id": "", "grant-basis": BASIS}).status_code
        == 422
    )
    assert sent(client, chair, "grant", **fields, **{"grant-basis": BASIS}).status_code == 302
    given = Grant.objects.get(holder=chair, role=role)
    assert (
        sent(client, chair, "revoke", grant=given.id, **{f"revoke-{given.id}-basis": BASIS}).status_code
        == 302
    )
    given.refresh_from_db()
    assert given.revoked_at is not None
    # Nobody gives authority to themselves, through whichever of their offices.
    vacant = Actor.objects.filter(kind="position", organisation=organisation("C26020")).first()
    assert vacant is not None
    act(Ask("core.appoint", PLATFORM, "self", {"person": person, "valid_from": date(2026, 1, 1)}, vacant.id))
    fields["grant-scope_id"] = organisation("C26020")
    refused = sent(client, vacant.id, "grant", **fields, **{"grant-basis": BASIS})
    assert refused.status_code == 403 and not Grant.objects.filter(holder=vacant.id, role=role).exists()


def test_registering_an_office_and_an_agency(db: None) -> None:
    _person, client = keeper()
    commune = Actor.objects.get(kind="organisation", code="C26041")
    page = f"/can-bo/to-chuc/{commune.id}/"
    new = {"key": "k1", "position-name_vi": "Phó Chủ tịch thứ hai", "position-name_en": "Second vice chairperson",
           "position-type": "pho-chu-tich-xa", **{f"position-{k}": v for k, v in a_day("valid_from", local_day(now())).items()}}  # fmt: skip
    assert client.post(page, {**new, "position-type": "bo-truong"}).status_code == 422, (
        "no minister sits in a commune"
    )
    assert client.post(page, new).status_code == 302
    made = Actor.objects.get(name_en="Second vice chairperson")
    assert (made.kind, made.organisation, made.current) == ("position", commune.id, made.id)
    below = {"key": "k2", "organisation-name_vi": "Tổ công nghệ số", "organisation-name_en": "Digital team", "organisation-code": "c26041 to",
             "organisation-type": "commune-office", **{f"organisation-{k}": v for k, v in a_day("valid_from", local_day(now())).items()}}  # fmt: skip
    assert client.post(page, below).status_code == 422
    assert client.post(page, {**below, "key": "k3", "organisation-code": "C26041.TCNS"}).status_code == 302
    team = Actor.objects.get(code="C26041.TCNS")
    assert team.path == f"{commune.path}C26041.TCNS/" and team.parent == commune.id
    assert str(team.id) in client.get("/can-bo/to-chuc/", {"q": "to cong nghe so"}).content.decode()
    again = client.post(page, {**below, "key": "k4", "organisation-code": "C26041.TCNS"})
    assert again.status_code == 409


def test_what_an_official_may_do_and_why(town: Town) -> None:  # noqa: F811
    dossier = town.file()
    chair, clerk = office(dossier, "sign"), office(dossier, "draft")
    _person, client = keeper()
    page = "/can-bo/to-chuc/can-bo/"
    assert client.get(page, {"person": str(new_id())}).status_code == 404
    who = {"person": str(town.officers[chair]), "case": str(dossier)}
    yes = client.get(page, {**who, "action": "serve.sign_decision"}).content.decode()
    assert "sr-status--on-time" in yes and "61/2018/NĐ-CP" in yes
    no = client.get(page, {**who, "action": "serve.draft_decision"}).content.decode()
    assert "Không quyền nào của người này" in no
    elsewhere = client.get(
        page, {"person": str(town.officers[clerk]), "case": str(new_id()), "action": "serve.draft_decision"}
    )
    assert "Không có hồ sơ" in elsewhere.content.decode()


def test_who_can_see_a_dossier_and_who_did(town: Town) -> None:  # noqa: F811
    dossier = town.file()
    clerk = office(dossier, "draft")
    signed_in(town.officers[clerk]).get(f"/can-bo/ho-so/{dossier}/")
    read = Access.objects.filter(commitment=dossier).count()
    assert read == 1
    _person, client = keeper()
    page = client.get("/can-bo/to-chuc/ho-so/", {"q": str(dossier)}).content.decode()
    assert ("Chuyên viên giải quyết" in page and "Tư pháp" in page) or "tư pháp" in page
    assert (
        "Trần" not in page.split("<main")[1].split("</main>")[0].replace("Trấn", "") and "NHIÊN" not in page
    )
    assert Access.objects.filter(commitment=dossier).count() == read, "looking here opens nothing"
    assert client.get("/can-bo/to-chuc/ho-so/", {"q": str(new_id())}).status_code == 404
    # A head reviews what lies in their agency; nobody's officer reviews anything.
    head = signed_in(town.officers[office(dossier, "sign")])
    assert head.get("/can-bo/to-chuc/ho-so/", {"q": str(dossier)}).status_code == 200
    assert (
        signed_in(town.officers[clerk]).get("/can-bo/to-chuc/ho-so/", {"q": str(dossier)}).status_code == 404
    )
