"""Keys, refusals, stale forms, and what may happen inside an act (invariants I8 and I12, the doorway's budget)."""

import builtins
import io
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sauro.core.doorway import Ask, Outcome, act, pipe
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Commitment, Definition, Event, Refused
from sauro.core.queries import definitions
from sauro.core.refusal import Refusal
from sauro.serve.models import Dossier
from sauro.serve.tests.conftest import Town, stored
from tests.properties.dossiers import PAYLOADS, WORDS, Life, Try

LOOSE = settings(
    deadline=None, database=None, phases=[Phase.generate], max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
SUPPLEMENT = {"deficiencies": [{"item": "birth_notification", "reason": WORDS}]}
ODD = st.one_of(
    st.none(),
    st.integers(),
    st.floats(),
    st.text(max_size=9),
    st.just("\x00"),
    st.lists(st.integers(), max_size=2),
)


def refused(ask: Ask) -> Refusal:
    with pytest.raises(Refusal) as caught:
        act(ask)
    return caught.value


@pytest.mark.django_db
@settings(LOOSE)
@given(action=st.sampled_from(sorted(PAYLOADS)), data=st.data())
def test_whatever_is_sent_is_done_or_refused_by_a_rule_and_the_refusal_is_kept(
    town: Town, action: str, data: st.DataObject
) -> None:
    dossier = town.file()
    payload = dict(data.draw(st.sampled_from(PAYLOADS[action])))
    for name in data.draw(st.lists(st.sampled_from([*payload, "other"]), max_size=2)):
        payload[name] = data.draw(ODD)
    office = town.officers[next(iter(town.officers))]
    who = data.draw(st.sampled_from([town.citizen, office, new_id()]))
    before, events = Refused.objects.count(), Event.objects.count()
    try:
        act(
            Ask(
                action,
                who,
                str(new_id()),
                payload,
                dossier,
                data.draw(st.sampled_from([None, next(iter(town.officers))])),
            )
        )
    except Refusal as refusal:
        assert refusal.rule.strip() and refusal.code and str(refusal.message)
        kept = Refused.objects.order_by("-at", "-id").first()
        assert Refused.objects.count() == before + 1
        assert kept is not None and (kept.rule, kept.code, kept.action, kept.person) == (
            refusal.rule,
            refusal.code,
            action,
            who,
        )
        assert Event.objects.count() == events
    else:
        assert Event.objects.count() == events + 1


@pytest.mark.django_db
def test_what_exists_nowhere_is_refused_and_kept(town: Town) -> None:
    for ask in (
        Ask("serve.fly", town.citizen, "k"), Ask("serve.withdraw_dossier", town.citizen, "k", subject=new_id()),
        Ask("serve.withdraw_dossier", town.citizen, "k"), Ask("serve.withdraw_dossier", town.citizen, ""),
        Ask("serve.withdraw_dossier", town.citizen, "k" * 300, subject=new_id()),
    ):  # fmt: skip
        before = Refused.objects.count()
        assert refused(ask).rule
        assert Refused.objects.count() == before + 1, ask


@pytest.mark.django_db
@settings(LOOSE, max_examples=25)
@given(changed=st.booleans(), other=st.booleans(), again=st.integers(1, 3))
def test_a_key_does_one_thing_once(town: Town, changed: bool, other: bool, again: int) -> None:
    dossier, key = town.file(), str(new_id())
    first = town.do(dossier, "serve.request_supplement", SUPPLEMENT, key=key)
    rows = (
        Dossier.objects.filter(pk=dossier).values().get(),
        Commitment.objects.filter(pk=dossier).values().get(),
    )
    for _ in range(again):
        before = Refused.objects.count()
        if changed:
            with pytest.raises(Refusal) as caught:
                town.do(
                    dossier,
                    "serve.request_supplement",
                    {"deficiencies": [{"item": "birth_notification", "reason": WORDS + "!"}]},
                    key=key,
                )
            assert (caught.value.code, caught.value.status) == ("key_reused", 409)
            assert Refused.objects.count() == before + 1, "a reused key is refused, and the refusal kept"
        else:
            repeated = town.do(dossier, "serve.request_supplement", SUPPLEMENT, key=key)
            assert (repeated.event, repeated.answer, repeated.repeated) == (first.event, first.answer, True)
            assert Refused.objects.count() == before
    assert rows == (
        Dossier.objects.filter(pk=dossier).values().get(),
        Commitment.objects.filter(pk=dossier).values().get(),
    )
    if other:
        # A key is one person's, for one action.
        assert not act(Ask("serve.answer_supplement", town.citizen, key, {"words": WORDS}, dossier)).repeated


@pytest.mark.django_db
@settings(LOOSE, max_examples=15)
@given(acts=st.integers(0, 3), seen=st.integers(-2, 5))
def test_a_stale_form_is_refused_with_both_versions(town: Town, acts: int, seen: int) -> None:
    dossier = town.file()
    for _ in range(acts):
        row = Dossier.objects.get(pk=dossier)
        if row.status == 5:
            act(Ask("serve.answer_supplement", town.citizen, str(new_id()), {"words": WORDS}, dossier))
        else:
            town.do(dossier, "serve.request_supplement", SUPPLEMENT)
    ask = Ask("serve.withdraw_dossier", town.citizen, str(new_id()), {}, dossier, version=seen)
    if seen == acts + 1:
        assert act(ask).subject == dossier
        return
    refusal = refused(ask)
    assert (refusal.code, refusal.status, refusal.details) == (
        "stale",
        409,
        {"seen": seen, "current": acts + 1},
    )


@pytest.mark.django_db
def test_to_act_on_behalf_of_somebody_takes_more_than_saying_so(town: Town) -> None:
    dossier, mine = town.file(), new_id()
    role = Definition.objects.get(kind="role", code="citizen", state="published").id
    grant = {"holder": mine, "role": role, "scope": "own", "purpose": "file", "basis": "account"}
    act(Ask("core.grant", PLATFORM, f"g{mine}", grant))
    ask = Ask("serve.withdraw_dossier", mine, "k", {}, dossier, on_behalf=town.citizen)
    assert refused(ask).code == "no_grant"


@contextmanager
def nothing_but_the_database(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Record every new connection and every file opened for writing; PostgreSQL's own socket is libpq's, not Python's."""
    seen: list[str] = []
    real_open, real_os_open = builtins.open, os.open

    def watch_open(file: Any, mode: str = "r", *rest: Any, **more: Any) -> Any:
        if set(mode) & set("wax+"):
            seen.append(f"open {file} {mode}")
        return real_open(file, mode, *rest, **more)

    def watch_os_open(path: Any, flags: int, *rest: Any, **more: Any) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            seen.append(f"os.open {path}")
        return real_os_open(path, flags, *rest, **more)

    class Watched(socket.socket):
        def __init__(self, *rest: Any, **more: Any) -> None:
            seen.append("socket")
            super().__init__(*rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(builtins, "open", watch_open)
        patch.setattr(io, "open", watch_open)
        patch.setattr(os, "open", watch_os_open)
        patch.setattr(socket, "socket", Watched)
        yield seen


STEPS = ("receive", "check", "draft", "prepare", "sign", "issue", "hand_over")


def walk(town: Town, dossier: UUID) -> Iterator[tuple[str, Ask]]:
    """The asks of a whole life, each made when the one before it was done."""
    life = Life(town, town.citizen, new_id(), [], dossier)
    for step in STEPS:
        yield step, life.ask(Try("onward", 0, "holder", "receive", 0))


@pytest.mark.django_db
def test_no_act_opens_a_connection_or_writes_a_file(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    payload = town.filing()
    filing = Ask("serve.submit_dossier", town.citizen, "file", payload)
    stored(payload["id"])
    with nothing_but_the_database(monkeypatch) as seen:
        act(filing)
        for _step, ask in walk(town, payload["id"]):
            act(ask)
        refused(Ask("serve.withdraw_dossier", town.citizen, "late", {}, payload["id"]))
        assert seen == []
        with open(os.devnull, "w"):
            pass
        assert len(seen) == 1, "the watch itself sees"
    assert Dossier.objects.get(pk=payload["id"]).status == 10


@pytest.mark.django_db(transaction=True)
def test_a_plain_act_is_five_statements_at_most(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between BEGIN and COMMIT, however they are sent; an official number costs one more, and so does the end of a promise."""
    for _step, asked in walk(town, town.file()):
        act(asked)
    monkeypatch.setattr(definitions, "REFRESH_SECONDS", 3600)
    dossier = town.file()
    sent: list[Any] = []
    ask, execute = pipe.Pipe.ask, psycopg.Cursor.execute

    def piped(self: pipe.Pipe, *asked: pipe.Asked) -> list[Any]:
        sent.extend(each.sql for each, _values in asked)
        return ask(self, *asked)

    def executed(self: psycopg.Cursor[Any], sql: Any, *rest: Any, **more: Any) -> Any:
        sent.append(sql)
        return execute(self, sql, *rest, **more)

    monkeypatch.setattr(pipe.Pipe, "ask", piped)
    monkeypatch.setattr(psycopg.Cursor, "execute", executed)
    counted = {}
    for step, asked in walk(town, dossier):
        sent.clear()
        assert not act(asked).repeated
        counted[step] = len(sent) - 2
        assert (sent[0], sent[-1]) == (b"BEGIN", b"COMMIT")
    assert set(counted) == {"receive", "check", "draft", "prepare", "sign", "issue", "hand_over"}
    # A number is taken at the one, and at the other the promise ends with its timers.
    assert counted.pop("receive") <= 6 and counted.pop("sign") <= 6, counted
    assert max(counted.values()) <= 5, counted


def at_once(count: int, do: Any) -> list[Any]:
    """The same call in threads, each with its own connection, let go together."""
    gate, results = threading.Barrier(count), [None] * count

    def run(at: int) -> None:
        try:
            gate.wait(20)
            results[at] = do(at)
        except Exception as error:
            results[at] = error  # type: ignore[call-overload]
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(at,)) for at in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.mark.django_db(transaction=True)
def test_a_double_press_is_one_act(town: Town) -> None:
    payload = town.filing()
    filing = Ask("serve.submit_dossier", town.citizen, "pressed", payload)
    results = at_once(4, lambda _: act(filing))
    assert all(isinstance(result, Outcome) for result in results), results
    assert len({result.event for result in results}) == 1
    assert sorted(result.repeated for result in results) == [False, True, True, True]
    assert Event.objects.filter(name="serve.submit_dossier").count() == 1
    dossier = payload["id"]
    keys = ["one", "one", "other", "third"]
    results = at_once(4, lambda at: town.do(dossier, "serve.accept_dossier", key=keys[at]))
    assert Event.objects.filter(name="serve.accept_dossier").count() == 1
    done = [result for result in results if isinstance(result, Outcome)]
    assert done and all(
        isinstance(result, Outcome) or result.code == "illegal_transition" for result in results
    ), results
    assert len({result.event for result in done}) == 1
