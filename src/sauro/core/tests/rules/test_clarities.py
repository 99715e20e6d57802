"""Invariant I1: exactly the clarities that do not check are named, whatever else is the case."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from sauro.core.rules.clarities import Clarity, Promise, gaps

TODAY = date(2026, 11, 23)
DAYS = st.integers(-400, 400).map(lambda days: TODAY + timedelta(days))
CLEAR = Promise(
    position=uuid4(), holders=(uuid4(),), task="1.001193", due=datetime(2026, 12, 1, tzinfo=UTC),
    computed_by_calendar=True, leads=(uuid4(),), output="certificate", instrument=(date(2020, 1, 1), None), covered=True,
    today=TODAY,
)  # fmt: skip
IDS = st.uuids().map(lambda id_: UUID(int=id_.int))
UNCLEAR: dict[Clarity, st.SearchStrategy[dict[str, Any]]] = {
    Clarity.PERSON: st.sampled_from([{"position": None}, {"holders": ()}]),
    Clarity.TASK: st.sampled_from(["", " ", "\t\n"]).map(lambda text: {"task": text}),
    Clarity.TIME: st.sampled_from([{"due": None}, {"computed_by_calendar": False}]),
    Clarity.RESPONSIBILITY: st.lists(IDS, unique=True).filter(lambda found: len(found) != 1).map(lambda found: {"leads": tuple(found)}),
    Clarity.OUTPUT: st.sampled_from(["", "  "]).map(lambda text: {"output": text}),
    Clarity.AUTHORITY: st.one_of(
        st.just({"instrument": None}), st.just({"covered": False}),
        DAYS.filter(lambda day: day > TODAY).map(lambda day: {"instrument": (day, None)}),
        DAYS.filter(lambda day: day < TODAY).map(lambda day: {"instrument": (date(2000, 1, 1), day)}),
    ),
}  # fmt: skip


@given(st.sets(st.sampled_from(list(Clarity))), st.data())
def test_exactly_the_failing_clarities_are_named_in_order(failing: set[Clarity], data: st.DataObject) -> None:
    promise = CLEAR
    for clarity in failing:
        promise = replace(promise, **data.draw(UNCLEAR[clarity]))
    found = gaps(promise)
    assert [gap.clarity for gap in found] == [clarity for clarity in Clarity if clarity in failing]
    assert all(str(gap.reason) for gap in found)


@given(DAYS, st.one_of(st.none(), DAYS))
def test_an_instrument_is_in_force_on_its_first_and_its_last_day(start: date, end: date | None) -> None:
    in_force = start <= TODAY <= (end or TODAY)
    assert (gaps(replace(CLEAR, instrument=(start, end))) == []) is in_force


@given(IDS, st.integers(1, 4))
def test_one_lead_named_twice_is_one_lead(lead: UUID, times: int) -> None:
    assert gaps(replace(CLEAR, leads=(lead,) * times)) == []
