"""The doorway on a real PostgreSQL: grants, repeats, refusals, batches."""

from datetime import date

import pytest

from sauro.core.doorway import Ask, Outcome, act, act_many
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Actor, Event, Grant, Refused
from sauro.core.refusal import Refusal

pytestmark = pytest.mark.django_db


def register(key: str, **payload: object) -> Ask:
    fields = {"kind": "organisation", "code": key, "name_vi": "Xã", "valid_from": date(2025, 7, 1), **payload}
    return Ask("core.register_actor", PLATFORM, key, fields)


def test_an_act_writes_event_and_state() -> None:
    outcome = act(register("x1"))
    assert Actor.objects.get(code="x1").event == outcome.event
    assert Event.objects.filter(pk=outcome.event, name="core.register_actor").exists()


def test_a_repeat_answers_as_the_first_time() -> None:
    first, again = act(register("x1")), act(register("x1"))
    assert (again.event, again.subject, again.repeated) == (first.event, first.subject, True)
    assert Actor.objects.filter(code="x1").count() == 1


def test_a_reused_key_with_another_body_is_refused() -> None:
    act(register("x1"))
    with pytest.raises(Refusal) as refused:
        act(register("x1", name_vi="Phường"))
    assert refused.value.code == "key_reused"


def test_without_a_grant_nothing_happens_and_the_refusal_is_kept() -> None:
    stranger = new_id()
    with pytest.raises(Refusal) as refused:
        act(
            Ask(
                "core.register_actor", stranger, "k", {"kind": "organisation", "valid_from": date(2025, 7, 1)}
            )
        )
    assert refused.value.code == "no_grant"
    assert Refused.objects.get(person=stranger).rule == "I5: core.register_actor"


def test_a_revoked_grant_counts_no_more() -> None:
    role = Grant.objects.get(holder=PLATFORM, purpose="operate").role
    person = new_id()
    given = act(
        Ask(
            "core.grant",
            PLATFORM,
            "g",
            {"holder": person, "role": role, "scope": "all", "purpose": "p", "basis": "b"},
        )
    )
    ask = Ask("core.register_actor", person, "a", {"kind": "person", "valid_from": date(2025, 7, 1)})
    assert act(ask).subject
    act(Ask("core.revoke", PLATFORM, "r", {"basis": "61/2018/NĐ-CP, Điều 19"}, subject=given.subject))
    with pytest.raises(Refusal):
        act(Ask("core.register_actor", person, "b", {"kind": "person", "valid_from": date(2025, 7, 1)}))


def test_a_batch_answers_each_ask_and_repeats_nothing() -> None:
    asks = [register("a"), register("b"), register("a"), register("c", kind="ghost")]
    with_person = act_many([*asks[:3], Ask("core.register_actor", new_id(), "z", {"kind": "organisation", "valid_from": date(2025, 7, 1)})])  # fmt: skip
    assert [type(result) for result in with_person] == [Outcome, Outcome, Outcome, Refusal]
    assert with_person[2].repeated and with_person[2].event == with_person[0].event  # type: ignore[union-attr]
    assert Actor.objects.filter(code__in=["a", "b"]).count() == 2


def test_personal_text_of_a_person_is_sealed() -> None:
    outcome = act(
        register(
            "p1", kind="person", name_vi="", identity={"name": "Nguyễn Thị Hoa", "number": "001301000123"}
        )
    )
    row = Actor.objects.get(pk=outcome.subject)
    assert row.name_vi == ""
    assert b"Hoa" not in bytes(Event.objects.get(pk=outcome.event).body)
