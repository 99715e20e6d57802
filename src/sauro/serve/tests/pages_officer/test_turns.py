"""Whose turn it is on the pages: what is offered, where somebody with several offices begins, and where to go on."""

from datetime import date
from uuid import UUID

import pytest
from django.test import Client

from sauro.core.doorway import Ask, act
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Actor, Commitment, Refused
from sauro.serve import signing
from sauro.serve.models import Dossier
from sauro.serve.tests.conftest import Town, office
from sauro.serve.tests.pages_officer.conftest import Desks, at_home, home, signed_in
from sauro.serve.tests.pages_officer.test_case import MET

pytestmark = pytest.mark.django_db


def slugs(client: Client, dossier: UUID) -> list[str]:
    return [offer.verb.slug for offer in client.get(f"/can-bo/ho-so/{dossier}/").context["offers"]]


def holder(*offices: UUID) -> UUID:
    """A person who holds these offices, in this order of their codes or another."""
    person, day = new_id(), date(2026, 1, 1)
    act(
        Ask(
            "core.register_actor", PLATFORM, f"p{person}", {"id": person, "kind": "person", "valid_from": day}
        )
    )
    for position in offices:
        given = {"person": person, "valid_from": day, "kind": "acting"}
        act(Ask("core.appoint", PLATFORM, new_id().hex, given, subject=position))
    return person


def acting(client: Client) -> UUID:
    return UUID(str(client.get("/can-bo/").context["official"].office.position))


def others(client: Client, page: str) -> list[UUID]:
    """The offices to which a page offers to change."""
    if page == "/can-bo/":
        return [found.position for found in home(client)["dossiers"].elsewhere]
    return [found.office.position for found in client.get(page).context["elsewhere"]]


def other_office(town: Town) -> UUID:
    """An office of another commune, whose code comes before those of the town."""
    elsewhere = Actor.objects.get(kind="organisation", code="C26020.HCC")
    return Actor.objects.get(kind="position", organisation=elsewhere.id, type="mot-cua-xa").id


def test_a_step_is_offered_to_its_office_only(town: Town, desks: Desks) -> None:
    dossier = town.file()
    desks.post(dossier, "accept")
    one_stop = desks.at(dossier, "receive")
    assert "complete" in slugs(desks.at(dossier), dossier)
    assert "complete" not in slugs(one_stop, dossier)
    version = Commitment.objects.get(pk=dossier).version
    forced = desks.post(dossier, "complete", one_stop, step="check", note="Tôi làm thay.")
    named = Actor.objects.get(pk=office(dossier, "check")).name_vi
    assert forced.status_code == 403 and named in forced.content.decode()
    assert "Tôi làm thay." in forced.content.decode(), "nothing typed is lost"
    assert Commitment.objects.get(pk=dossier).version == version
    desks.post(dossier, "complete", step="check")
    desks.post(dossier, "draft", outcome="granted", paragraphs="Đồng ý.")
    assert one_stop.get(f"/can-bo/ho-so/{dossier}/").context["signing"] is None


def test_a_successor_is_offered_what_it_may_do(town: Town, desks: Desks) -> None:
    dossier = town.file()
    desks.post(dossier, "accept")
    heir = town.merge_away(office(dossier, "check"))
    client = signed_in(town.officers[heir])
    assert "complete" in slugs(client, dossier)
    assert client.get(f"/can-bo/ho-so/{dossier}/").context["desk"].mine


def test_after_a_merger_it_is_among_what_is_the_successors_turn(town: Town, desks: Desks) -> None:
    """On Today, in the queue, as where they begin, and as an office to change to."""
    early = town.file()
    town.file()
    desks.post(early, "accept")
    heir = town.merge_away(office(early, "check"))
    client = signed_in(town.officers[heir])
    assert [row.line.id for row in client.get("/can-bo/ho-so/?mine=1").context["rows"]] == [early]
    assert at_home(client) == [early]
    both = signed_in(holder(other_office(town), heir))
    assert acting(both) == heir, "they begin where something waits"
    both.post("/can-bo/chuc-vu/", {"position": str(other_office(town))})
    assert [e.position for e in home(both)["dossiers"].elsewhere] == [heir]
    reads = signed_in(holder(one_stop := office(early, "receive"), heir))
    reads.post("/can-bo/chuc-vu/", {"position": str(one_stop)})
    assert reads.get(f"/can-bo/ho-so/{early}/").context["desk"].turn_elsewhere.position == heir


def test_after_a_merger_what_was_not_yet_accepted_is_the_successors_turn_too(
    town: Town, desks: Desks
) -> None:
    dossier = town.file()
    heir = signed_in(town.officers[town.merge_away(office(dossier, "receive"))])
    assert at_home(heir) == [dossier]


def test_somebody_with_several_offices_begins_where_something_waits(town: Town, desks: Desks) -> None:
    dossier = town.file()
    first, one_stop, registrar = other_office(town), office(dossier, "receive"), office(dossier, "check")
    idle = signed_in(holder(first, registrar))
    assert acting(idle) == first, "nothing waits: the first"
    busy = signed_in(holder(first, one_stop))
    assert acting(busy) == one_stop
    desks.post(dossier, "accept")
    assert acting(busy) == one_stop, "where they began they stay"
    assert acting(idle) == registrar, "nobody had chosen"
    chosen = signed_in(holder(first, registrar))
    chosen.post("/can-bo/chuc-vu/", {"position": str(first)})
    assert acting(chosen) == first, "a choice stays"


def test_who_opens_a_dossier_begins_in_the_office_whose_turn_it_is(town: Town, desks: Desks) -> None:
    early, late = town.file(), town.file()
    desks.post(early, "accept")
    both = signed_in(holder(office(late, "receive"), office(early, "check")))
    assert "complete" in slugs(both, early)
    both = signed_in(holder(office(late, "receive"), office(early, "check")))
    assert "accept" in slugs(both, late)


@pytest.mark.parametrize("page", ["/can-bo/", "/can-bo/ho-so/"])
def test_what_waits_in_another_office_is_one_press_away(town: Town, desks: Desks, page: str) -> None:
    dossier = town.file()
    town.file()
    first, one_stop = other_office(town), office(dossier, "receive")
    client = signed_in(holder(first, one_stop))
    client.post("/can-bo/chuc-vu/", {"position": str(first)})
    seen = client.get(page)
    assert others(client, page) == [one_stop]
    assert f'name="position" value="{one_stop}"' in seen.content.decode()
    assert "2 hồ sơ chờ bạn ở chức vụ" in seen.content.decode()
    client.post("/can-bo/chuc-vu/", {"position": str(one_stop), "next": page})
    assert others(client, page) == []
    assert others(client, "/can-bo/ho-so/?status=10") == []


def test_a_dossier_says_in_which_of_their_offices_it_is_their_turn(town: Town, desks: Desks) -> None:
    dossier = town.file()
    one_stop, registrar = office(dossier, "receive"), office(dossier, "check")
    desks.post(dossier, "accept")
    client, address = signed_in(holder(one_stop, registrar)), f"/can-bo/ho-so/{dossier}/"
    client.post("/can-bo/chuc-vu/", {"position": str(one_stop)})
    assert "Bước này đến lượt bạn ở chức vụ" in client.get(address).content.decode()
    assert "complete" not in slugs(client, dossier)
    pressed = client.post("/can-bo/chuc-vu/", {"position": str(registrar), "next": address})
    assert pressed["Location"] == address and "complete" in slugs(client, dossier)
    assert "Bước này đến lượt bạn ở chức vụ" not in client.get(address).content.decode()


def test_the_list_names_the_position_before_acceptance_too(town: Town, desks: Desks) -> None:
    dossier = town.file()
    one_stop, registrar = (
        Actor.objects.get(pk=office(dossier, step)).name_vi for step in ("receive", "check")
    )
    desk = desks.at(dossier)
    assert [row.whose for row in desk.get("/can-bo/ho-so/").context["rows"]] == [one_stop]
    desks.post(dossier, "accept")
    assert [row.whose for row in desk.get("/can-bo/ho-so/").context["rows"]] == [registrar]


def test_nothing_is_signed_first_and_refused_afterwards(
    town: Town, desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = desks.drafted()
    head = desks.at(dossier, "sign")
    promise, digest = Commitment.objects.get(pk=dossier), Dossier.objects.get(pk=dossier).prepared_digest
    moved = {"lead": promise.lead, "position": office(dossier, "receive"), "basis": "b"}
    act(Ask("core.move_commitment", PLATFORM, "m", moved, dossier))
    monkeypatch.setattr(signing, "signer", lambda: pytest.fail("signed out of turn"))
    answer = desks.post(dossier, "sign", head, met=MET, digest=digest)
    assert answer.status_code == 403
    assert Refused.objects.order_by("-at", "-id")[0].code == "not_your_step"


def test_no_point_ticked_is_answered_with_what_to_do(town: Town, desks: Desks) -> None:
    dossier = desks.drafted()
    digest = Dossier.objects.get(pk=dossier).prepared_digest
    for met in ([], ["same_as_form"]):
        answer = desks.post(dossier, "sign", met=met, digest=digest)
        offer = next(o for o in answer.context["offers"] if o.verb.slug == "sign")
        assert offer.form.errors["met"] == [
            "Kiểm tra từng điểm trước khi ký; nếu có điểm chưa đạt, hãy trả lại dự thảo."
        ]
