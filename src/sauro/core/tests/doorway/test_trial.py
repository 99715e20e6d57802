"""A trial answers what the acts would, and leaves nothing behind."""

from datetime import date

import pytest

from sauro.core.doorway import Ask, Outcome, act_many
from sauro.core.doorway.batch import Result
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.doorway.trial import trial
from sauro.core.ids import new_id
from sauro.core.models import Actor, Event, Refused
from sauro.core.refusal import Refusal

pytestmark = pytest.mark.django_db


def register(key: str, **payload: object) -> Ask:
    fields = {"id": new_id(), "kind": "organisation", "code": key, "name_vi": "Xã", "valid_from": date(2025, 7, 1), **payload}  # fmt: skip
    return Ask("core.register_actor", payload.get("person", PLATFORM), key, fields)  # type: ignore[arg-type]


def said(result: Result) -> tuple[str, str]:
    return ("done", "") if isinstance(result, Outcome) else (result.code, result.rule)


def test_each_is_answered_as_the_act_would_be_and_nothing_is_written() -> None:
    stranger = Ask("core.register_actor", new_id(), "t2", {"kind": "organisation", "valid_from": date(2025, 7, 1)})  # fmt: skip
    asks = [register("t1"), stranger, register("t3", kind="person", code=None, name_vi="Có tên"), Ask("core.nothing", PLATFORM, "t4"), Ask("core.revoke", PLATFORM, "t5", {"basis": "x"}, new_id())]  # fmt: skip
    events, refusals, actors = Event.objects.count(), Refused.objects.count(), Actor.objects.count()
    tried = trial([[ask] for ask in asks])
    assert (Event.objects.count(), Refused.objects.count(), Actor.objects.count()) == (events, refusals, actors)  # fmt: skip
    assert [said(answers[-1]) for answers in tried] == [said(result) for result in act_many(asks)]
    assert [len(answers) for answers in tried] == [1] * len(asks)


def test_a_chain_ends_with_its_first_refusal() -> None:
    first = register("t1")
    wrong = Ask("core.revoke", PLATFORM, "t2", {"basis": "x"}, new_id())
    (one, two) = trial([[wrong, first], [first]])
    assert len(one) == 1 and isinstance(one[0], Refusal) and isinstance(two[0], Outcome)
    assert trial([]) == []
