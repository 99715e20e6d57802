"""``act_many(xs)`` equals ``[act(x) for x in xs]``: in state, in refusals, and in events."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sauro.core import moment
from sauro.core.doorway import Ask, Outcome, act, act_many
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Actor, Commitment, Definition, Event, Grant, Personal, Refused, Timer, Token
from sauro.core.refusal import Refusal
from sauro.serve.models import Dossier
from sauro.serve.tests.conftest import Town
from tests.properties.dossiers import ONWARD, PAYLOADS

pytestmark = pytest.mark.django_db
STATE = (Commitment, Dossier, Timer, Actor, Grant)
VERBS = ["serve.accept_dossier", "serve.request_supplement", "serve.answer_supplement", "serve.complete_step",
         "serve.withdraw_dossier", "serve.draft_decision", "serve.fly"]  # fmt: skip


class Plan:
    """What goes into a batch, fixed once for both runs: ids and keys are part of it."""

    def __init__(self, town: Town, data: st.DataObject) -> None:
        self.town, self.draw = town, data.draw
        self.new = [new_id() for _ in range(3)]
        self.without = list(self.new)
        self.standing = [town.file() for _ in range(3)]
        self.positions = Dossier.objects.get(pk=self.standing[0]).plan["positions"]
        self.role = Definition.objects.get(kind="role", code="citizen", state="published").id

    def asks(self) -> list[Ask]:
        made: list[Ask] = []
        for at in range(self.draw(st.integers(2, 9))):
            kind = self.draw(
                st.sampled_from(
                    ["file", "file", "act", "act", "act", "register", "grant", "appoint", "again"]
                )
            )
            if kind == "again" and made:
                made.append(self._again(self.draw(st.sampled_from(made)), at))
            elif kind == "register":
                made.append(self._register(at))
            elif kind == "grant" and self.without:
                # One each: of two that were given at the same moment, either may be found, in a batch and without.
                holder = self.without.pop(self.draw(st.integers(0, len(self.without) - 1)))
                payload = {"holder": holder, "role": self.role, "scope": self.draw(st.sampled_from(["own", "agency"])), "purpose": "p", "basis": "b"}  # fmt: skip
                made.append(Ask("core.grant", PLATFORM, f"g{at}", payload))
            elif kind == "appoint":
                office, person = (
                    UUID(self.draw(st.sampled_from(sorted(self.positions.values())))),
                    self.draw(st.sampled_from(self.new)),
                )
                made.append(
                    Ask(
                        "core.appoint",
                        PLATFORM,
                        f"a{at}",
                        {"person": person, "valid_from": date(2026, 1, 1)},
                        office,
                    )
                )
            else:
                made.append(self._file(at) if kind == "file" else self._act(at))
        return made

    def _again(self, ask: Ask, at: int) -> Ask:
        changed = dict(ask.payload)
        if self.draw(st.booleans()):
            changed.pop(next(iter(changed), ""), None)
        return Ask(
            ask.action,
            ask.person,
            self.draw(st.sampled_from([ask.key] if ask.action == "core.grant" else [ask.key, f"again{at}"])),
            changed,
            ask.subject,
            ask.position,
        )

    def _register(self, at: int) -> Ask:
        code, id_ = (
            self.draw(st.sampled_from(["x1", "x2", f"x{at}"])),
            self.draw(st.sampled_from([*self.new, None])),
        )
        payload = {
            "kind": self.draw(st.sampled_from(["organisation", "ghost"])),
            "code": code,
            "id": id_,
            "valid_from": date(2026, 1, 1),
        }
        return Ask("core.register_actor", PLATFORM, f"r{at}", payload)

    def _file(self, at: int) -> Ask:
        payload = {**self.town.filing(), "id": self.draw(st.sampled_from(self.new))}
        if self.draw(st.sampled_from([False, False, True])):
            payload["answers"] = {}
        return Ask(
            "serve.submit_dossier",
            self.draw(st.sampled_from([self.town.citizen, self.new[0]])),
            f"f{at}",
            payload,
        )

    def _act(self, at: int) -> Ask:
        action = self.draw(st.sampled_from(VERBS))
        step = next((step for step, verb in ONWARD.items() if verb == action), "receive")
        position = UUID(self.positions[step])
        person = self.draw(st.sampled_from([self.town.officers[position], self.town.citizen, self.new[0]]))
        subject = self.draw(st.sampled_from([*self.standing, self.new[0], new_id()]))
        payload = self.draw(st.sampled_from(PAYLOADS.get(action, [{}])))
        version = self.draw(st.sampled_from([None, None, 1, 2]))
        return Ask(
            action,
            person,
            f"k{at}",
            payload,
            subject,
            position if person != self.town.citizen else None,
            version=version,
        )


def one_by_one(asks: Sequence[Ask]) -> list[Outcome | Refusal]:
    results: list[Outcome | Refusal] = []
    for ask in asks:
        try:
            results.append(act(ask))
        except Refusal as refusal:
            results.append(refusal)
    return results


def happened(
    do: Callable[[Sequence[Ask]], Sequence[Outcome | Refusal]], asks: Sequence[Ask], clock: datetime
) -> dict[str, Any]:
    """What a run at one moment leaves, each id that it made replaced by a name; undone at the end."""
    with transaction.atomic(), moment.simulated(lambda: clock):
        results = do(asks)
        events = list(Event.objects.filter(recorded=clock))
        made = [event.id for event in events]
        units: list[Any] = [*{ask.subject for ask in asks}, *{ask.payload.get("id") for ask in asks}]
        bodies = sorted(
            (orjson.loads(bytes(e.body)) for e in events), key=lambda b: (b["name"], b["person"], b["key"])
        )
        found = {
            "results": [_result(result) for result in results],
            "events": bodies,
            "requests": sorted((e.name, str(e.person), e.key, bytes(e.request).hex()) for e in events),
            "refusals": sorted(
                (r.action, str(r.person), r.rule, r.code, str(r.subject), str(r.position), orjson.dumps(r.details, option=orjson.OPT_SORT_KEYS).decode())
                for r in Refused.objects.filter(at=clock)
            ),
            "state": {m._meta.db_table: [_plain(row) for row in m.objects.filter(event__in=made).values()] for m in STATE},
            "parts": sorted(map(str, Personal.objects.filter(unit__in=units).values_list("unit", "part", "version"))),
            "tokens": sorted((str(u), k, bytes(t).hex()) for u, k, t in Token.objects.filter(unit__in=units).values_list("unit", "kind", "token")),
        }  # fmt: skip
        transaction.set_rollback(True)
    return _named(found)


def _plain(row: Any) -> dict[str, Any]:
    return {
        name: [str(v) for v in value]
        if isinstance(value, list)
        else value
        if isinstance(value, dict | None)
        else str(value)
        for name, value in row.items()
    }


def _result(result: Outcome | Refusal) -> Any:
    if isinstance(result, Refusal):
        return [
            result.code,
            result.rule,
            str(result.message),
            result.field,
            result.status,
            str(result.details),
        ]
    return [str(result.event), str(result.subject), result.answer, result.repeated]


def _named(found: dict[str, Any]) -> dict[str, Any]:
    """Each new event called by its person, action and key, each new row by its event; no digests of ciphertext."""
    names = {
        body["id"]: f"event of {body['name']} {body['person']} {body['key']}" for body in found["events"]
    }
    own: dict[str, str] = {}
    for body in found["events"]:
        for at, (table, _op, image) in enumerate(body["changes"]):
            if table == "core_personal":
                image["digest"] = "of ciphertext"
            elif image["id"] not in own:
                own[image["id"]] = f"{table} {at} of {names[body['id']]}"
    text = orjson.dumps(found, default=str).decode()
    for id_, name in {**own, **names}.items():
        text = text.replace(id_, name)
    result: dict[str, Any] = orjson.loads(text)
    for table in result["state"].values():
        table.sort(key=lambda row: orjson.dumps(row, option=orjson.OPT_SORT_KEYS))
    return result


@settings(
    deadline=None, database=None, phases=[Phase.generate], max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(data=st.data())
def test_a_batch_does_what_its_acts_do_one_by_one(town: Town, data: st.DataObject) -> None:
    town.filing()
    with transaction.atomic():
        asks = Plan(town, data).asks()
        clock = moment.now() + timedelta(minutes=1)
        single, batch = happened(one_by_one, asks, clock), happened(act_many, asks, clock)
        for what in single:
            assert batch[what] == single[what], (what, asks)
        transaction.set_rollback(True)
