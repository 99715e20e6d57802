"""Single stories behind the random ones: what a search once found, or might miss."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from sauro.core.actions.erasure import erase_unit
from sauro.core.doorway import Ask, Outcome, act
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Actor, Commitment, Definition, Holding, Observation, UnitKey
from sauro.core.models.indicators import Conflict
from sauro.core.moment import now
from sauro.core.refusal import Refusal
from sauro.core.vault.files import FileStore
from sauro.serve.models import Dossier
from sauro.serve.tests.conftest import ENTERED, Town
from tests.properties.dossiers import WORDS, A, B, Life, Try, slower

pytestmark = pytest.mark.django_db
SUPPLEMENT = {"deficiencies": [{"item": "birth_notification", "reason": WORDS}]}
ONWARD = Try("onward", 0, "holder", "receive", 0)


def onward(town: Town, dossier: UUID, steps: int) -> None:
    """So many steps of an ordinary life: receive, check, draft, prepare, sign, issue, hand over."""
    for _ in range(steps):
        act(Life(town, town.citizen, new_id(), [], dossier).ask(ONWARD))


def refused(ask: Ask) -> Refusal:
    with pytest.raises(Refusal) as caught:
        act(ask)
    return caught.value


def in_office(town: Town, dossier: UUID, person: UUID, step: str) -> UUID:
    """Appoint somebody, new in the register, beside the holder of a step's office; returns the office."""
    if not Actor.objects.filter(pk=person).exists():
        new = {"id": person, "kind": "person", "valid_from": date(2026, 1, 1)}
        act(Ask("core.register_actor", PLATFORM, f"new{person}", new))
    office = UUID(Dossier.objects.get(pk=dossier).plan["positions"][step])
    payload = {"person": person, "valid_from": date(2026, 1, 1), "kind": "acting"}
    act(Ask("core.appoint", PLATFORM, f"{office}{str(person)[-12:]}", payload, office))
    return office


@pytest.mark.parametrize("after", ["withdraw", "stop"])
def test_what_was_signed_is_decided_for_good(town: Town, after: str) -> None:
    dossier = town.file()
    onward(town, dossier, 5)
    before = Commitment.objects.filter(pk=dossier).values().get()
    assert (before["closed_how"], Dossier.objects.get(pk=dossier).status) == ("satisfied", 4)
    with pytest.raises(Refusal) as caught:
        if after == "withdraw":
            act(Ask("serve.withdraw_dossier", town.citizen, "w", {}, dossier))
        else:
            town.do(dossier, "serve.stop_dossier", {"reason": WORDS}, step="sign")
    assert (caught.value.code, caught.value.rule) == ("already_closed", "I2")
    assert Commitment.objects.filter(pk=dossier).values().get() == before


@pytest.mark.parametrize("steps", [5, 6, 7])
def test_one_who_drafted_does_not_sign_in_whatever_office(town: Town, steps: int) -> None:
    """The natural person counts: the same one in the drafter's and in the signer's office."""
    dossier, drafter = town.file(), new_id()
    onward(town, dossier, 2)
    words = {"outcome": "granted", "paragraphs": [WORDS], "entries": ENTERED}
    act(Ask("serve.draft_decision", drafter, "d", words, dossier, in_office(town, dossier, drafter, "draft")))
    onward(town, dossier, 1)
    office = in_office(town, dossier, drafter, "sign")
    payload = {"file": str(dossier), "digest": B, "prepared": A}
    refusal = refused(Ask("serve.sign_decision", drafter, "s", payload, dossier, office))
    assert (refusal.code, refusal.rule) == ("doer_closes", "I3")
    onward(town, dossier, steps - 4)
    promise = Commitment.objects.get(pk=dossier)
    assert promise.closer is not None and promise.closer not in promise.doers and drafter in promise.doers


def test_one_who_asked_for_more_does_not_turn_it_away(town: Town) -> None:
    dossier = town.file()
    town.do(dossier, "serve.request_supplement", SUPPLEMENT)
    with pytest.raises(Refusal) as caught:
        town.do(dossier, "serve.refuse_dossier", {"ground": "not_competent", "reason": WORDS})
    assert (caught.value.code, caught.value.rule) == ("doer_closes", "I3")
    other = new_id()
    office = in_office(town, dossier, other, "receive")
    act(
        Ask("serve.refuse_dossier", other, "r", {"ground": "not_competent", "reason": WORDS}, dossier, office)
    )
    assert Commitment.objects.get(pk=dossier).closer == other


def test_a_fee_that_is_waived_after_it_was_asked_lets_the_dossier_go_on(town: Town) -> None:
    dossier = town.file()
    onward(town, dossier, 2)
    town.do(dossier, "serve.request_payment", {"amount": 50_000}, step="check")
    assert Dossier.objects.get(pk=dossier).status == 6
    town.do(dossier, "serve.request_payment", {"amount": 0, "waived": True}, step="check")
    row, promise = Dossier.objects.get(pk=dossier), Commitment.objects.get(pk=dossier)
    assert (row.status, row.payment, row.fee) == (4, "waived", 0)
    assert promise.course is not None and promise.course["pauses"][-1]["until"] is not None


def test_the_original_due_stays_beside_an_extension_that_is_counted(town: Town) -> None:
    slower(town)
    dossier = town.file()
    onward(town, dossier, 1)
    before = Commitment.objects.get(pk=dossier)
    head = Actor.objects.get(organisation=before.lead, head=True, kind="position").id
    payload = {"by": 2, "reason": WORDS}
    act(Ask("serve.extend_deadline", town.officers[head], "e", payload, dossier, head))
    after = Commitment.objects.get(pk=dossier)
    assert before.due is not None and after.due is not None
    assert (after.due_original, after.extensions) == (before.due_original, before.extensions + 1)
    assert after.due > before.due
    assert (
        refused(Ask("serve.extend_deadline", town.officers[head], "f", payload, dossier, head)).status == 409
    )


def test_a_filing_stands_though_an_office_is_vacant_and_the_gap_is_somebodys(town: Town) -> None:
    """A citizen is never refused for the state's own gap (I1); nothing is promised until it is closed."""
    payload = town.filing()
    vacant = next(
        iter(
            Actor.objects.filter(type="tu-phap-ho-tich", organisation__in=payload["involved"]).values_list(
                "id", flat=True
            )
        )
    )
    today = local_day(now())
    Holding.objects.filter(position=vacant).update(valid_to=today - timedelta(days=1))
    dossier = act(Ask("serve.submit_dossier", town.citizen, "f", payload)).subject
    gap = Commitment.objects.get(parent=dossier)
    assert gap.position is not None
    head = Actor.objects.get(pk=gap.position)
    assert (gap.kind, gap.state, head.head) == ("gap", "filed", True)
    assert Holding.objects.filter(position=head.id, valid_to=None).exists(), "a head in office"
    with pytest.raises(Refusal) as caught:
        town.do(dossier, "serve.accept_dossier")
    assert (caught.value.code, caught.value.rule, caught.value.details["clarities"]) == (
        "not_clear",
        "I1",
        ["person"],
    )
    assert Commitment.objects.get(pk=dossier).state == "filed"


def test_a_filed_dossier_keeps_its_version_and_a_draft_does_not(town: Town) -> None:
    old = town.filing()
    dossier = act(Ask("serve.submit_dossier", town.citizen, "one", old)).subject
    published = Definition.objects.get(pk=old["definition"])
    later = town.filing()
    new = slower(town)
    refusal = refused(Ask("serve.submit_dossier", town.citizen, "two", later))
    assert (refusal.code, refusal.rule, refusal.details["current"]) == (
        "definition_superseded",
        "I4",
        str(new),
    )
    onward(town, dossier, 3)
    assert (
        Dossier.objects.get(pk=dossier).procedure
        == published.id
        == Commitment.objects.get(pk=dossier).definition
    )
    payload = {
        "kind": "procedure",
        "code": published.code,
        "version": published.version,
        "valid_from": date(2027, 1, 1),
        "basis": "b",
        "body": published.body,
    }
    assert refused(Ask("core.publish_definition", PLATFORM, "v1", payload)).code == "version_exists"


def test_an_unproven_rule_is_not_published(town: Town) -> None:
    published = Definition.objects.get(pk=town.filing()["definition"])
    rules = [
        {**published.body["rules"][0], "examples": published.body["rules"][0]["examples"][:1]},
        *published.body["rules"][1:],
    ]
    payload: dict[str, Any] = {
        "kind": "procedure",
        "code": published.code,
        "version": 9,
        "valid_from": date(2027, 1, 1),
        "basis": "b",
        "body": {**published.body, "rules": rules},
    }
    refusal = refused(Ask("core.publish_definition", PLATFORM, "v9", payload))
    assert (refusal.code, refusal.rule) == ("rule_unproven", "I11")


def test_how_long_it_is_kept_is_decided_when_it_is_made(town: Town) -> None:
    dossier = town.file()
    promise = Commitment.objects.get(pk=dossier)
    rule = Definition.objects.get(kind="retention", code=promise.retention, state="published").body
    assert promise.retention
    assert (promise.retain_until is None) is bool(rule.get("permanent"))
    nothing = {"register": "r", "code": "c", "valid_from": date(2026, 1, 1), "retention": "", "body": {}}
    assert refused(Ask("core.register_record", PLATFORM, "r", nothing)).rule == "I9"


def test_nothing_is_written_under_the_key_of_what_was_erased(town: Town, tmp_path: Any) -> None:
    """An act after an erasure neither brings the unit back nor makes it a new key."""
    dossier = town.file()
    erase_unit(
        Ask("core.erase", PLATFORM, "e", {"unit": dossier, "basis": "91/2025/QH15"}), FileStore(tmp_path)
    )
    assert not UnitKey.objects.filter(unit=dossier).exists()
    with pytest.raises(Refusal) as caught:
        town.do(dossier, "serve.request_supplement", SUPPLEMENT)
    assert (caught.value.code, caught.value.status) == ("erased", 410)
    assert not UnitKey.objects.filter(unit=dossier).exists()


def claim(value: str, source: str, **more: Any) -> Outcome:
    payload = {
        "indicator": UUID(int=7),
        "period": "2026",
        "value": value,
        "kind": "claimed",
        "source": source,
        **more,
    }
    return act(Ask("core.observe", PLATFORM, str(new_id()), payload))


def test_two_claims_of_one_thing_are_a_conflict(town: Town) -> None:
    assert claim("99", "a ministry").answer["conflicts"] == []
    assert claim("99.000", "a newspaper").answer["conflicts"] == [], "the same number, otherwise written"
    assert claim("98", "a province", period="2025").answer["conflicts"] == [], "of another year"
    assert claim("97", "measured", kind="measured", leaf_index=5).answer["conflicts"] == [], (
        "a measurement is no claim"
    )
    assert len(claim("98", "a province").answer["conflicts"]) == 2
    found = Conflict.objects.filter(indicator=UUID(int=7))
    assert {(each.kind, each.rule, each.state, len(each.claims)) for each in found} == {
        ("conflict", "two_claims", "open", 2)
    }
    assert found.count() == 2
    wrongs: list[dict[str, Any]] = [
        {"source": " "}, {"kind": "guessed"}, {"kind": "computed"}, {"value": "NaN"}, {"bound": "nearly"},
        {"period": "last year"}, {"decimals": 7}, {"method": 1},
    ]  # fmt: skip
    for wrong in wrongs:
        payload = {
            "indicator": UUID(int=7),
            "period": "2026",
            "value": "1",
            "kind": "claimed",
            "source": "s",
            **wrong,
        }
        assert refused(Ask("core.observe", PLATFORM, str(new_id()), payload)).rule.startswith("I6")
    assert Observation.objects.filter(indicator=UUID(int=7)).count() == 5
