"""Random lives of a dossier: who tries what, right or wrong, and what must be true after each act."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import yaml
from hypothesis import strategies as st

from sauro import packs
from sauro.core import moment
from sauro.core.doorway import Ask, Outcome, act
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Commitment, Definition, Event, Refused, Timer
from sauro.core.queries import definitions
from sauro.core.refusal import Refusal
from sauro.serve.models import Dossier
from sauro.serve.tests.conftest import ENTERED, Town

A, B = "a" * 64, "b" * 64
OWN = "own"
"""In a payload's place of a file: the one that the dossier has."""
WORDS = "Bản chụp bị mờ, xin gửi lại"
PAYLOADS: dict[str, list[dict[str, Any]]] = {
    "serve.accept_dossier": [{}],
    "serve.refuse_dossier": [{"ground": "not_competent", "reason": WORDS}, {"ground": "no", "reason": WORDS}, {"ground": "not_competent", "reason": "x"}],
    "serve.request_supplement": [{"deficiencies": [{"item": "birth_notification", "reason": WORDS}]}, {"deficiencies": []}],
    "serve.answer_supplement": [{"words": WORDS}, {}],
    "serve.resume_dossier": [{}],
    "serve.complete_step": [{"step": "check"}, {"step": "check", "note": WORDS}, {"step": "issue"}],
    "serve.assign_dossier": [{"step": "check"}],
    "serve.draft_decision": [
        {"outcome": "granted", "paragraphs": [WORDS], "entries": ENTERED}, {"outcome": "refused", "ground": "not_competent", "paragraphs": [WORDS]},
        {"outcome": "refused", "paragraphs": [WORDS]}, {"outcome": "granted", "paragraphs": [" "]},
        {"outcome": "granted", "paragraphs": [WORDS]},
    ],
    "serve.return_draft": [{"reason": WORDS}, {"reason": ""}],
    "serve.prepare_signature": [{"file": OWN, "digest": A}, {"file": OWN, "digest": "z"}, {"file": str(UUID(int=1)), "digest": A}],
    "serve.sign_decision": [{"file": OWN, "digest": B, "prepared": A}, {"file": OWN, "digest": B, "prepared": B}],
    "serve.issue_result": [{}],
    "serve.return_result": [{"how": "counter"}, {"how": "pigeon"}],
    "serve.extend_deadline": [{"by": 1, "reason": WORDS}, {"by": 0, "reason": WORDS}],
    "serve.request_payment": [{"amount": 50_000}, {"amount": 0, "waived": True}, {"amount": 0}],
    "serve.record_payment": [{"receipt": "PT-1"}, {"receipt": ""}],
    "serve.stop_dossier": [{"reason": WORDS}],
    "serve.withdraw_dossier": [{}],
}  # fmt: skip
ONWARD = {
    "receive": "serve.accept_dossier", "check": "serve.complete_step", "draft": "serve.draft_decision",
    "sign": "serve.sign_decision", "issue": "serve.issue_result", "hand_over": "serve.return_result",
}  # fmt: skip
OFFICES = ("receive", "check", "sign")
WHO = ("holder", "holder", "jack", "citizen", "stranger")
MOVES: dict[str, set[tuple[str, str]]] = {
    axis["code"]: {(str(move["from"]), str(move["to"])) for move in axis["transitions"]}
    for axis in yaml.safe_load((Path(packs.VN) / "statuses.yaml").read_text(encoding="utf-8"))["axes"]
}
OF_A_STEP = {
    "serve.assign_dossier", "serve.complete_step", "serve.draft_decision", "serve.return_draft", "serve.sign_decision",
    "serve.issue_result", "serve.return_result",
}  # fmt: skip
COLUMNS = {"business": "status", "financial": "payment", "delivery": "delivery", "sync": "sync"}


Rows = tuple[Any, Any, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Try:
    """One attempt: an action (or the one that the present step asks for), by somebody, so many hours later."""

    verb: str
    variant: int
    who: str
    office: str
    hours: int


HOURS = st.sampled_from([0, 0, 1, 5, 30])
RIGHT = st.builds(Try, st.just("onward"), st.just(0), st.just("holder"), st.just("receive"), HOURS)
ANY = st.builds(
    Try, st.sampled_from(["onward", *sorted(PAYLOADS)]), st.sampled_from([0, 0, 0, 1, 2, 3]), st.sampled_from(WHO),
    st.sampled_from(OFFICES), HOURS,
)  # fmt: skip
# So far everything goes as it should; what comes then is anybody's guess.
BEGUN = st.integers(0, 7).flatmap(lambda count: st.lists(RIGHT, min_size=count, max_size=count))
LIVES = st.builds(list.__add__, BEGUN, st.lists(st.one_of(RIGHT, ANY, ANY), min_size=1, max_size=7))


@dataclass
class Life:
    """One dossier and the people around it; ``jack`` holds every office, so that he could do and close."""

    town: Town
    jack: UUID
    stranger: UUID
    clock: list[datetime]
    dossier: UUID = field(default_factory=new_id)
    refusals: int = 0
    stands: Rows | None = None

    def begin(self) -> None:
        self.dossier = self.town.file()
        self.refusals = Refused.objects.count()
        self.stands = self.rows()

    def rows(self) -> Rows:
        timers = list(Timer.objects.filter(commitment=self.dossier).order_by("id").values_list())
        promise = Commitment.objects.filter(pk=self.dossier).values().get()
        return promise, Dossier.objects.filter(pk=self.dossier).values().get(), timers

    def ask(self, attempt: Try) -> Ask:
        row = Dossier(**(self.stands or self.rows())[1])
        onward = attempt.verb == "onward"
        action = ONWARD[row.step] if onward else attempt.verb
        if onward and action == "serve.sign_decision" and row.prepared_digest is None:
            action = "serve.prepare_signature"
        position: UUID | None = UUID(row.plan["positions"][row.step if onward else attempt.office])
        person = {"jack": self.jack, "citizen": self.town.citizen, "stranger": self.stranger}.get(attempt.who)
        if person is None:
            person = self.town.officers[position]  # type: ignore[index]
        if action == "serve.prepare_signature" and attempt.who == "holder":
            person, position = PLATFORM, None
        if attempt.who == "citizen":
            position = None
        payloads = PAYLOADS[action]
        payload = dict(payloads[attempt.variant % len(payloads)])
        if payload.get("file") == OWN:
            payload["file"] = str(self.dossier)
        return Ask(action, person, str(new_id()), payload, self.dossier, position)

    def step(self, attempt: Try) -> None:
        self.clock[0] += timedelta(hours=attempt.hours, seconds=1)
        assert self.stands is not None
        before, ask = self.stands, self.ask(attempt)
        try:
            outcome = act(ask)
        except Refusal as refusal:
            self.refusals += 1
            assert refusal.rule and refusal.code and str(refusal.message)
            assert self.rows() == before, "a refusal changes nothing"
            assert Refused.objects.count() == self.refusals, "a refusal is kept, once"
            return
        self.stands = self.rows()
        check(ask, outcome, before, self.stands)


def live(town: Town, jack: UUID, attempts: list[Try]) -> None:
    clock = [moment.now()]
    with moment.simulated(lambda: clock[0]):
        life = Life(town, jack, new_id(), clock)
        life.begin()
        for attempt in attempts:
            life.step(attempt)


def check(ask: Ask, outcome: Outcome, before: Rows, after: Rows) -> None:
    """What holds after every act that was done."""
    (was, stood, _), (promise, dossier, timers) = before, after
    said = orjson.loads(bytes(Event.objects.get(pk=outcome.event).body))
    if ask.action in OF_A_STEP:
        assert ask.position == UUID(stood["plan"]["positions"][stood["step"]]), "a step is its own office's"
    _moves(said["data"].get("moves", []), stood, dossier)
    for fixed in ("definition", "unit", "retention", "retain_until", "opened_at", "task", "output", "lead"):
        assert promise[fixed] == was[fixed], fixed
    for fixed in ("procedure", "procedure_code", "applicant", "reference", "submitted_at"):
        assert dossier[fixed] == stood[fixed], fixed
    for once in (
        "due_original",
        "instrument",
        "authority_grant",
        "closed_at",
        "closed_how",
        "closer",
        "finished_at",
    ):
        assert was[once] in (None, promise[once]), f"{once} never changes"
    for once in ("code", "accepted_at", "result_digest", "returned_at"):
        assert stood[once] in (None, dossier[once]), f"{once} never changes"
    assert promise["extensions"] - was["extensions"] == (ask.action == "serve.extend_deadline")
    assert promise["version"] == was["version"] + 1
    assert promise["closer"] is None or promise["closer"] not in promise["doers"], (
        "the doer is never the closer"
    )
    assert set(was["doers"]) <= set(promise["doers"])
    if dossier["status"] in (9, 10):
        assert dossier["result_digest"] and dossier["decision"] and promise["closer"]
        assert promise["closed_how"] == {"granted": "satisfied", "refused": "refused"}[dossier["decision"]]
    if promise["state"] == "assigned":
        assert promise["due"] >= promise["due_original"]
    _clock(promise, dossier, timers)


def _moves(told: list[list[str]], before: dict[str, Any], after: dict[str, Any]) -> None:
    for axis, column in COLUMNS.items():
        at = str(before[column])
        for start, end in [(a, b) for code, a, b in told if code == axis]:
            assert start == at and (start, end) in MOVES[axis], (axis, start, end)
            at = end
        assert at == str(after[column]), f"{axis} moved unseen"


def _clock(promise: dict[str, Any], dossier: dict[str, Any], timers: list[tuple[Any, ...]]) -> None:
    course, status = promise["course"], dossier["status"]
    assert (course is None) == (dossier["accepted_at"] is None) == (promise["due_original"] is None)
    closed = promise["state"] == "closed"
    assert closed == (promise["closed_at"] is not None) == (promise["finished_at"] is not None)
    assert closed or status in (1, 2, 4, 5, 6)
    assert not closed or status in (3, 4, 7, 8, 9, 10)
    if course is not None:
        running = [pause for pause in course["pauses"] if pause["until"] is None]
        assert bool(running) == (status in (5, 6)), "the clock stands still in 5 and 6 only"
        assert (course["finished_at"] is not None) == closed
        assert len(course["extensions"]) == promise["extensions"]
        assert datetime.fromisoformat(course["original_due"]) == promise["due_original"]
    waiting = list(_kinds(timers))
    assert len(waiting) == len(set(waiting)), "no timer is planned twice"
    of_the_clock = set(waiting) - {"retention"}
    assert not (of_the_clock and status in (5, 6)), "no timer runs while the clock stands still"
    assert not (of_the_clock and closed), "no timer outlives what it is of"
    assert ("retention" in waiting) == (promise["retain_until"] is not None), (
        "how long it is kept no act forgets"
    )


def _kinds(timers: list[tuple[Any, ...]]) -> Iterator[str]:
    names = [field.attname for field in Timer._meta.concrete_fields]
    for values in timers:
        row = dict(zip(names, values, strict=True))
        if row["fired_at"] is None and row["cancelled_at"] is None:
            yield row["kind"]


def slower(town: Town, days: int = 5) -> UUID:
    """Publish the birth registration anew with a limit of several days, so that there is time to extend it."""
    published = Definition.objects.get(pk=town.filing()["definition"])
    body = {
        **published.body,
        "version": published.version + 1,
        "time_limit": {**published.body["time_limit"], "amount": days},
    }
    payload = {
        "kind": "procedure",
        "code": published.code,
        "version": published.version + 1,
        "basis": "b",
        "body": body,
    }
    made = act(
        Ask("core.publish_definition", PLATFORM, "slower", {**payload, "valid_from": local_day(moment.now())})
    )
    definitions.forget()
    return made.subject
