"""Filing for somebody at the counter: read back, agreed to, counted as assisted, and filed once."""

from uuid import UUID

import pytest
from django.test import Client

from sauro.core.doorway import Ask, act
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Access, Grant
from sauro.serve.models import Dossier, Draft
from sauro.serve.queries.places import places_for
from sauro.serve.tests.conftest import BIRTH, Town
from sauro.serve.tests.pages_officer.conftest import Desks, signed_in

pytestmark = pytest.mark.django_db
HOA = {"name": "Trần Thị Hoa", "number": "075190000001", "phone": "0912345678"}


@pytest.fixture
def counter(town: Town, desks: Desks) -> Client:
    """The desk of the one-stop officer."""
    return desks.at(town.file(requester_name="Lê Văn Tám", requester_id="075190000002"))


def typed() -> dict[str, str]:
    """The answers as three boxes for a date and one for everything else."""
    sent: dict[str, str] = {}
    for name, value in BIRTH.items():
        if name.endswith("_date"):
            year, month, day = str(value).split("-")
            sent |= {f"{name}_day": day, f"{name}_month": month, f"{name}_year": year}
        else:
            sent[name] = str(value)
    return sent


def begun(counter: Client, **sent: str) -> UUID:
    answer = counter.post("/can-bo/quay/", {"procedure": "1.001193", **sent})
    assert answer.status_code == 302, answer.context["problem"]
    return UUID(answer["Location"].split("/")[3])


def test_somebody_new_is_helped_and_the_dossier_can_be_accepted_at_once(
    counter: Client, desks: Desks
) -> None:
    draft = begun(counter, do="new", **HOA)
    page = counter.get(f"/can-bo/quay/{draft}/")
    assert "075190000001" in page.content.decode()
    wrong = counter.post(f"/can-bo/quay/{draft}/", {**typed(), "child_name": "", "continue": "1"})
    assert wrong.status_code == 422 and wrong.context["wrong"]
    kept = counter.get(f"/can-bo/quay/{draft}/").content.decode()
    assert "Bệnh viện Đồng Nai" in kept
    on = counter.post(f"/can-bo/quay/{draft}/", {**typed(), "continue": "1"})
    assert on.status_code == 302 and on["Location"].endswith("/doc-lai/")
    aloud = counter.get(on["Location"])
    assert "TRẦN AN NHIÊN" in aloud.content.decode() and "Trần Thị Hoa" in aloud.content.decode()
    assert (
        counter.post(on["Location"], {}).status_code == 422 and not Dossier.objects.filter(pk=draft).exists()
    )
    filed = counter.post(on["Location"], {"agreed": "yes"})
    assert filed["Location"] == f"/can-bo/ho-so/{draft}/"
    assert counter.post(on["Location"], {"agreed": "yes"})["Location"] == f"/can-bo/ho-so/{draft}/"
    row = Dossier.objects.get(pk=draft)
    assert row.assister is not None and row.channel == 1 and row.assisted_at is not None
    assert row.mandate is not None
    mandate = Grant.objects.get(pk=row.mandate)
    assert mandate.limits["read_back"] == "counter-mandate/1" and mandate.scope_id == draft
    assert not Draft.objects.filter(pk=draft).exists()
    assert next(o.verb.slug for o in counter.get(f"/can-bo/ho-so/{draft}/").context["offers"]) == "accept"
    assert desks.post(draft, "accept").status_code == 302
    assert [r.line.id for r in counter.get("/can-bo/ho-so/?assisted=1").context["rows"]] == [draft]


def test_somebody_known_is_found_by_their_number_and_sees_that_their_data_was_opened(counter: Client) -> None:
    known = new_id()
    payload = {"id": known, "kind": "person", "valid_from": "2026-01-01", "identity": HOA}
    act(Ask("core.register_actor", PLATFORM, f"k{known}", payload))
    page = counter.post("/can-bo/quay/", {"do": "find", "number": "075 190 000 001"})
    assert [p.id for p in page.context["found"]] == [known] and "Trần Thị Hoa" not in page.content.decode()
    assert not Access.objects.filter(subjects__contains=[known]).exists()
    draft = begun(counter, do="known", person=str(known), number="075190000001")
    assert Access.objects.filter(subjects__contains=[known], purpose="assist").exists()
    # The first answers open further questions: those are shown, not complained of.
    more = counter.post(f"/can-bo/quay/{draft}/", {**typed(), "continue": "1"})
    assert more.status_code == 422 and not more.context["wrong"]
    counter.post(f"/can-bo/quay/{draft}/", {**typed(), "continue": "1"})
    counter.post(f"/can-bo/quay/{draft}/doc-lai/", {"agreed": "yes"})
    assert Dossier.objects.get(pk=draft).applicant == known


def test_a_number_that_nobody_has_leads_to_introducing_the_person(counter: Client) -> None:
    page = counter.post("/can-bo/quay/", {"do": "find", "number": "075190009999"})
    assert page.context["found"] == [] and page.context["person"].initial["number"] == "075190009999"
    assert counter.post("/can-bo/quay/", {"do": "find", "number": "12"}).status_code == 422
    assert counter.post("/can-bo/quay/", {"do": "new", **HOA}).context["problem"]


def test_only_who_may_assist_has_a_counter_and_a_draft_is_its_assisters(counter: Client, town: Town) -> None:
    draft = begun(counter, do="new", **HOA)
    places = places_for(town.procedure("1.001193"), town.area, 1)
    assert places is not None
    drafter = signed_in(next(town.officers[p] for p in town.officers if p in _offices("tu-phap-ho-tich")))
    assert drafter.get("/can-bo/quay/").status_code == 404
    assert drafter.get(f"/can-bo/quay/{draft}/").status_code == 404


def test_a_draft_is_thrown_away(counter: Client) -> None:
    draft = begun(counter, do="new", **HOA)
    assert counter.get(f"/can-bo/quay/{draft}/bo/").status_code == 200
    assert counter.post(f"/can-bo/quay/{draft}/bo/")["Location"] == "/can-bo/quay/"
    assert counter.get(f"/can-bo/quay/{draft}/").status_code == 404


def _offices(kind: str) -> set[UUID]:
    from sauro.core.models import Actor

    return set(Actor.objects.filter(kind="position", type=kind).values_list("id", flat=True))
