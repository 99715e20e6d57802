"""A deputy does what the holder of an office may do, for the time they were named for, and never more (I3, I5)."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from sauro.core.doorway import Ask, Outcome, act
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.journal import database
from sauro.core.journal.replay import replay_check
from sauro.core.journal.sealer import Sealer
from sauro.core.models import Actor, Commitment, Definition, Delegation, Event, Grant, Holding, Timer
from sauro.core.moment import now, simulated
from sauro.core.queries.visibility import Reader, explain, place
from sauro.core.refusal import Refusal
from sauro.core.timers import fire_due
from sauro.serve import papers, reactions
from sauro.serve.actions.subject import DOSSIER
from sauro.serve.tests.conftest import ENTERED, Town, office, town  # noqa: F401 — a fixture

pytestmark = pytest.mark.django_db
A, B = "a" * 64, "b" * 64
SIGN: dict[str, Any] = {"digest": B, "prepared": A}


class Absence:
    """A birth registration of a town whose chairperson goes on leave, and who might deputise."""

    def __init__(self, town: Town) -> None:  # noqa: F811
        self.town, self.dossier = town, town.file()
        self.chair = office(self.dossier, "sign")
        self.clerk = office(self.dossier, "draft")
        committee, rooms = (Actor.objects.get(pk=p).organisation for p in (self.chair, self.clerk))
        self.vice = Actor.objects.get(organisation=committee, type="pho-chu-tich-xa").id
        self.chief = Actor.objects.get(organisation=rooms, kind="position", head=True).id

    def who(self, position: UUID) -> UUID:
        return self.town.officers[position]

    def name(self, position: UUID, at: UUID, roles: list[str], **other: Any) -> Outcome:
        """The holder of an office names the holder of another one."""
        today = local_day(now())
        payload = {
            "deputy": self.who(at), "deputy_position": at, "roles": roles, "valid_from": today,
            "valid_to": today + timedelta(days=4), **other,
        }  # fmt: skip
        return act(Ask("core.delegate", self.who(position), new_id().hex, payload, position, position))

    def refused(self, position: UUID, at: UUID, roles: list[str], **other: Any) -> tuple[str, str | None]:
        with pytest.raises(Refusal) as told:
            self.name(position, at, roles, **other)
        return told.value.code, told.value.field

    def drafted(self) -> None:
        self.town.do(self.dossier, "serve.accept_dossier")
        self.town.do(self.dossier, "serve.complete_step", {"step": "check", "note": "Đã đối chiếu đủ."})
        self.draft(self.who(self.clerk), self.clerk)

    def draft(self, person: UUID, position: UUID) -> None:
        words = {"outcome": "granted", "paragraphs": ["Đồng ý đăng ký khai sinh."], "entries": ENTERED}
        act(Ask("serve.draft_decision", person, new_id().hex, words, self.dossier, position))
        payload = {"file": self.dossier, "digest": A}
        act(Ask("serve.prepare_signature", PLATFORM, new_id().hex, payload, self.dossier))

    def sign(self, person: UUID) -> Outcome:
        payload = {"file": self.dossier, **SIGN}
        return act(Ask("serve.sign_decision", person, new_id().hex, payload, self.dossier, self.chair))

    def not_signed(self, person: UUID) -> str:
        with pytest.raises(Refusal) as told:
            self.sign(person)
        return told.value.code


@pytest.fixture
def absence(town: Town) -> Absence:  # noqa: F811
    return Absence(town)


def test_a_deputy_signs_and_the_journal_names_both(absence: Absence) -> None:
    absence.drafted()
    deputy = absence.who(absence.vice)
    assert absence.not_signed(deputy) == "no_grant"
    made = absence.name(absence.chair, absence.vice, ["competent_authority"])
    done = absence.sign(deputy)
    said = orjson.loads(bytes(Event.objects.get(pk=done.event).body))
    assert UUID(said["person"]) == deputy and UUID(said["on_behalf"]) == absence.who(absence.chair)
    assert said["data"]["delegation"] == made.answer["delegation"] and UUID(said["position"]) == absence.chair
    assert Commitment.objects.get(pk=absence.dossier).closer == deputy


def test_the_paper_that_a_deputy_signs_says_by_whose_authority(absence: Absence) -> None:
    chair = papers._will_sign(absence.chair, now())
    assert chair.authority == "" and "Phó" not in chair.position
    absence.name(absence.chair, absence.vice, ["task_lead"])
    assert papers._will_sign(absence.chair, now()) == chair, "signing was not delegated"
    made = Delegation.objects.get().id
    act(Ask("core.end_delegation", absence.who(absence.chair), "end", {}, made, absence.chair))
    absence.name(absence.chair, absence.vice, ["competent_authority"])
    told = papers._will_sign(absence.chair, now())
    assert (told.authority, told.position) == ("TUQ. Chủ tịch", "Phó Chủ tịch")


def test_a_deputy_is_told_what_the_office_is_told(absence: Absence) -> None:
    chair, vice = absence.chair, absence.vice
    assert reactions._holders([chair, vice]) == {chair: {absence.who(chair)}, vice: {absence.who(vice)}}
    made = absence.name(chair, vice, ["competent_authority"]).answer["delegation"]
    assert reactions._holders([chair]) == {chair: {absence.who(chair), absence.who(vice)}}
    act(Ask("core.end_delegation", absence.who(absence.chair), "end", {}, UUID(made), absence.chair))
    assert reactions._holders([chair]) == {chair: {absence.who(chair)}}


def test_only_what_was_delegated_for_as_long_as_it_was(absence: Absence) -> None:
    absence.drafted()
    deputy = absence.who(absence.vice)
    made = absence.name(absence.chair, absence.vice, ["task_lead"])
    assert absence.not_signed(deputy) == "no_grant", "signing is no part of leading tasks"
    end = Ask(
        "core.end_delegation",
        absence.who(absence.chair),
        "end",
        {},
        UUID(made.answer["delegation"]),
        absence.chair,
    )
    act(end)
    absence.name(
        absence.chair, absence.vice, ["competent_authority"], valid_from=local_day(now()) + timedelta(days=1)
    )
    assert absence.not_signed(deputy) == "no_grant", "it begins tomorrow"
    reader, where = Reader(deputy, absence.chair), place(DOSSIER, absence.dossier)
    assert where is not None and not explain(reader, "serve.sign_decision", where).allowed
    moment = now()
    with simulated(lambda: moment + timedelta(days=2)):
        told = explain(reader, "serve.sign_decision", where)
        assert told.allowed and told.grant is not None and told.grant.row.behalf == absence.who(absence.chair)
    with simulated(lambda: moment + timedelta(days=6)):
        assert absence.not_signed(deputy) == "no_grant", "it has ended by itself"
        fire_due()
        fire_due()
        assert Event.objects.filter(name="core.expire_delegation").count() == 1


def test_ending_it_early_holds_at_once_and_stops_its_timer(absence: Absence) -> None:
    absence.drafted()
    made = UUID(absence.name(absence.chair, absence.vice, ["competent_authority"]).answer["delegation"])
    stranger = absence.who(absence.clerk)
    with pytest.raises(Refusal) as told:
        act(Ask("core.end_delegation", stranger, "k", {}, made, absence.clerk))
    assert told.value.status in (403, 404)
    # The deputy gives it back, in the office it is about.
    act(Ask("core.end_delegation", absence.who(absence.vice), "k", {}, made, absence.chair))
    assert absence.not_signed(absence.who(absence.vice)) == "no_grant"
    assert Timer.objects.get(commitment=made).cancelled_at is not None
    with pytest.raises(Refusal) as again:
        act(Ask("core.end_delegation", absence.who(absence.chair), "k2", {}, made, absence.chair))
    assert again.value.code == "already_ended"


@pytest.mark.parametrize("whose", ["chair", "vice"])
def test_it_falls_with_the_office_of_either(absence: Absence, whose: str) -> None:
    absence.drafted()
    absence.name(absence.chair, absence.vice, ["competent_authority"])
    position = getattr(absence, whose)
    holding = Holding.objects.get(position=position, person=absence.who(position)).id
    payload = {"holding": holding, "last_day": local_day(now()) - timedelta(days=1)}
    act(Ask("core.end_holding", PLATFORM, "end", payload, position))
    assert absence.not_signed(absence.who(absence.vice)) == "no_grant"


def test_it_falls_with_the_grant_of_the_office(absence: Absence) -> None:
    absence.drafted()
    absence.name(absence.chair, absence.vice, ["competent_authority"])
    role = Definition.objects.get(kind="role", code="competent_authority", state="published").id
    grant = Grant.objects.get(holder=absence.chair, role=role).id
    act(Ask("core.revoke", PLATFORM, "k", {"basis": "61/2018/NĐ-CP, Điều 19"}, grant))
    assert absence.not_signed(absence.who(absence.vice)) == "no_grant"


def test_who_drafted_signs_for_nobody(absence: Absence) -> None:
    absence.drafted()
    absence.name(absence.chair, absence.clerk, ["competent_authority"])
    assert absence.not_signed(absence.who(absence.clerk)) == "doer_closes"


def test_what_a_deputy_drafted_for_somebody_neither_of_them_signs(absence: Absence) -> None:
    absence.name(absence.clerk, absence.chief, ["case_officer"])
    absence.town.do(absence.dossier, "serve.accept_dossier")
    # All that is done in the clerk's office is done by the deputy: the clerk has touched nothing.
    step = {"step": "check", "note": "Đã đối chiếu đủ."}
    act(Ask("serve.complete_step", absence.who(absence.chief), "check", step, absence.dossier, absence.clerk))
    absence.draft(absence.who(absence.chief), absence.clerk)
    doers = Commitment.objects.get(pk=absence.dossier).doers
    assert {absence.who(absence.clerk), absence.who(absence.chief)} <= set(doers)
    absence.name(absence.chair, absence.clerk, ["competent_authority"])
    assert absence.not_signed(absence.who(absence.clerk)) == "doer_closes"


def test_a_deputy_does_not_sign_for_who_did_the_work(absence: Absence) -> None:
    """The head herself did the work: somebody who signs in her name is no other person."""
    absence.drafted()
    promise = Commitment.objects.get(pk=absence.dossier)
    Commitment.objects.filter(pk=promise.id).update(doers=[absence.who(absence.chair)])
    absence.name(absence.chair, absence.vice, ["competent_authority"])
    assert absence.not_signed(absence.who(absence.vice)) == "doer_closes"


def test_what_may_not_be_delegated(absence: Absence) -> None:
    today = local_day(now())
    chair, vice, roles = absence.chair, absence.vice, ["competent_authority"]
    assert absence.refused(chair, chair, roles) == ("to_oneself", "deputy")
    assert absence.refused(chair, vice, []) == ("no_role", "roles")
    assert absence.refused(chair, vice, ["auditor"]) == ("more_than_one_has", "roles")
    assert absence.refused(chair, vice, roles, reason="bored") == ("no_reason", "reason")
    assert absence.refused(chair, vice, roles, valid_from=today - timedelta(days=1)) == (
        "begins_too_early",
        "valid_from",
    )
    assert absence.refused(chair, vice, roles, valid_to=today - timedelta(days=1)) == (
        "ends_too_early",
        "valid_to",
    )
    assert absence.refused(chair, vice, roles, valid_to=today + timedelta(days=200)) == (
        "too_long",
        "valid_to",
    )
    assert absence.refused(absence.clerk, chair, ["case_officer"]) == ("deputy_elsewhere", "deputy")
    assert absence.refused(chair, vice, roles, deputy=new_id()) == ("deputy_holds_nothing", "deputy")
    role = Definition.objects.get(kind="role", code="administrator", state="published").id
    given = {
        "holder": chair,
        "role": role,
        "scope": "all",
        "purpose": "administrator",
        "basis": "61/2018/NĐ-CP",
    }
    act(Ask("core.grant", PLATFORM, "admin", given))
    assert absence.refused(chair, vice, ["administrator"]) == ("not_delegable", "roles")
    absence.name(chair, vice, roles)
    assert absence.refused(chair, absence.clerk, roles) == ("delegated_already", "valid_from")


def test_it_goes_no_further_and_is_nobody_elses_to_give(absence: Absence) -> None:
    absence.name(absence.chair, absence.vice, ["competent_authority", "agency_head"])
    today = local_day(now())
    payload = {
        "deputy": absence.who(absence.clerk), "deputy_position": absence.clerk, "roles": ["competent_authority"],
        "valid_from": today, "valid_to": today,
    }  # fmt: skip
    for position, code in ((absence.chair, "not_onward"), (absence.vice, "not_the_holder")):
        with pytest.raises(Refusal) as told:
            act(
                Ask(
                    "core.delegate", absence.who(absence.vice), new_id().hex, payload, absence.chair, position
                )
            )
        assert told.value.code == code
    assert Delegation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_replay_rebuilds_delegations(absence: Absence, tmp_path: Path) -> None:
    absence.drafted()
    made = UUID(absence.name(absence.chair, absence.vice, ["competent_authority"]).answer["delegation"])
    absence.sign(absence.who(absence.vice))
    act(Ask("core.end_delegation", absence.who(absence.chair), "k", {}, made, absence.chair))
    with database.connect() as link:
        while Sealer().seal_once(link):
            pass
        report = replay_check(link, tmp_path)
        assert report.intact and report.rows["core_delegation"] == 1, report.as_dict()
        Delegation.objects.update(valid_to=now() + timedelta(days=300))
        assert not replay_check(link, tmp_path / "again").intact
