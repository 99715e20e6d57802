"""A step is done by the office that the dossier's plan names for it, and by no other of the same rights (I1)."""

from uuid import UUID

import pytest
from django.utils import translation

from sauro.core.doorway import Ask, act, act_many
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.doorway.registry import all_actions
from sauro.core.ids import new_id
from sauro.core.models import Actor, Commitment
from sauro.core.refusal import Refusal
from sauro.serve.actions.subject import is_handling
from sauro.serve.models import Dossier
from sauro.serve.tests.conftest import Town, office
from tests.properties.dossiers import ONWARD, PAYLOADS, Life, Try

pytestmark = pytest.mark.django_db
DAY = "2026-01-01"


def accepted(town: Town) -> UUID:
    dossier = town.file()
    town.do(dossier, "serve.accept_dossier")
    return dossier


def asked(town: Town, dossier: UUID, position: UUID) -> Ask:
    payload = {"step": "check"}
    return Ask("serve.complete_step", town.officers[position], new_id().hex, payload, dossier, position)


def refused(ask: Ask) -> Refusal:
    with pytest.raises(Refusal) as caught:
        act(ask)
    return caught.value


def test_another_office_with_the_same_right_is_told_whose_turn_it_is(town: Town) -> None:
    dossier = accepted(town)
    one_stop, registrar = office(dossier, "receive"), office(dossier, "check")
    assert one_stop != registrar
    named = Actor.objects.get(pk=registrar)
    for language, name in (("vi", named.name_vi), ("en", named.name_en)):
        with translation.override(language):
            refusal = refused(asked(town, dossier, one_stop))
            assert (refusal.code, refusal.status, refusal.rule[:2]) == ("not_your_step", 403, "I1")
            assert name in str(refusal.message) and refusal.details == {"position": str(registrar)}
    assert Dossier.objects.get(pk=dossier).step == "check"
    act(asked(town, dossier, registrar))


def test_a_batch_refuses_it_in_the_same_words(town: Town) -> None:
    first, second = accepted(town), accepted(town)
    one_stop, registrar = office(first, "receive"), office(first, "check")
    alone = refused(asked(town, first, one_stop))
    wrong, right = act_many([asked(town, first, one_stop), asked(town, second, registrar)])
    assert isinstance(wrong, Refusal) and not isinstance(right, Refusal)
    assert (wrong.code, str(wrong.message), wrong.details) == (alone.code, str(alone.message), alone.details)


def test_every_act_of_a_step_asks_whose_turn_it_is(town: Town) -> None:
    """Somebody who may do everything everywhere still leaves each step to the office that is named for it."""
    dossier, anybody = town.file(), new_id()
    every = [name for name in all_actions() if is_handling(name)]
    body = {"code": "everything", "scope": "all", "actions": every}
    made = {"kind": "role", "code": "everything", "version": 1, "valid_from": DAY, "basis": "b", "body": body}
    role = act(Ask("core.publish_definition", PLATFORM, "everything", made)).subject
    grant = {"holder": anybody, "role": role, "scope": "all", "purpose": "p", "basis": "b"}
    act(Ask("core.grant", PLATFORM, "everything", grant))
    life, met = Life(town, town.citizen, new_id(), [], dossier), []
    onward = Try("onward", 0, "holder", "receive", 0)
    act(life.ask(onward))
    while (row := Dossier.objects.get(pk=dossier)).status != 10:
        if row.step == "sign" and row.prepared_digest is None:
            act(life.ask(onward))
            continue
        right = life.ask(onward)
        tried = [(right.action, right.payload)]
        if row.step == "sign":
            tried.append(("serve.return_draft", PAYLOADS["serve.return_draft"][0]))
        for name, payload in tried:
            wrong = Ask(name, anybody, new_id().hex, payload, dossier)
            assert refused(wrong).code == "not_your_step", (name, row.step)
            met.append(name)
        act(right)
    assert set(met) == {*ONWARD.values(), "serve.return_draft"} - {"serve.accept_dossier"}


def test_after_a_merger_the_successor_does_it(town: Town) -> None:
    dossier = accepted(town)
    heir = town.merge_away(office(dossier, "check"))
    wrong = refused(asked(town, dossier, office(dossier, "receive")))
    assert (wrong.code, wrong.details) == ("not_your_step", {"position": str(heir)})
    act(asked(town, dossier, heir))
    assert Dossier.objects.get(pk=dossier).step == "draft"


def test_where_a_promise_was_moved_its_new_office_does_it(town: Town) -> None:
    dossier = accepted(town)
    planned, moved = office(dossier, "check"), office(dossier, "receive")
    lead = Commitment.objects.get(pk=dossier).lead
    act(Ask("core.move_commitment", PLATFORM, "m", {"lead": lead, "position": moved, "basis": "b"}, dossier))
    assert refused(asked(town, dossier, planned)).code == "not_your_step"
    act(asked(town, dossier, moved))


def test_where_the_plan_names_nobody_whoever_has_the_right_does_it(town: Town) -> None:
    dossier = accepted(town)
    row = Dossier.objects.get(pk=dossier)
    one_stop = office(dossier, "receive")
    del row.plan["positions"]["check"]
    Dossier.objects.filter(pk=dossier).update(plan=row.plan)
    act(asked(town, dossier, one_stop))
    assert Dossier.objects.get(pk=dossier).step == "draft"
