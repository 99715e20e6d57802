"""Contested reads: a person asks whether one read of their data was right, and is answered within a deadline."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.actions.gaps import open_gap
from sauro.core.clock import course as clock
from sauro.core.clock.course import Limit, Terms
from sauro.core.doorway.ask import Ask
from sauro.core.doorway.decide import end_of_day, local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.doorway.registry import Query, Row, Subject, Where, action
from sauro.core.doorway.work import Work
from sauro.core.models import Commitment, Contest, Grant, Timer
from sauro.core.models.contests import CONSEQUENCES, OUTCOMES
from sauro.core.moment import now
from sauro.core.queries import courses, definitions
from sauro.core.rules import contests as rules
from sauro.core.rules.retention import retain_until

CONTEST = Subject(
    "contest", (Commitment, Contest), owner="person", organisations="agency", unit="unit", versioned=True
)
PURPOSE = "protect_data"
RIGHT = "contest_read"
RULE = "I5: contested reads"
IMPARTIAL = "I3: contested reads"
MANDATE = timedelta(days=60)
"""How long who is asked may explain; once it is answered, nothing is left to explain."""
LONGEST = 2_000
ENDED = ("answered", "withdrawn")


class ContestRead(msgspec.Struct, forbid_unknown_fields=True):
    """Which line of the ledger of reads, and why (sealed: it may be personal)."""

    access: UUID
    reason: str


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """There is nothing to say."""


class AskExplanation(msgspec.Struct, forbid_unknown_fields=True):
    """What the officer asks of who read; sealed."""

    question: str


class ExplainRead(msgspec.Struct, forbid_unknown_fields=True):
    """Why the data was read; sealed."""

    explanation: str


class AnswerContest(msgspec.Struct, forbid_unknown_fields=True):
    """Whether the read was justified, in words for the person (sealed), and what follows where it was not."""

    outcome: str
    answer: str
    consequence: str = ""


# The agency that answers for a read: the reader's at that time, else that of the case, else the first of the State.
_LOOKED = """
WITH RECURSIVE looked AS (
  SELECT a.id, a.reader, a.position, a.behalf, a.delegation, a.grant_id, a.purpose, a.commitment, a.how, a.first_at, a.last_at,
    a.times, coalesce(a.organisation, c.lead,
      (SELECT id FROM core_actor WHERE kind = 'organisation' ORDER BY length(path), code LIMIT 1)) AS agency
  FROM core_access a LEFT JOIN core_commitment c ON c.id = a.commitment
  WHERE a.id = %s::uuid AND a.subjects @> ARRAY[%s::uuid] AND (a.sealed_until IS NULL OR a.sealed_until <= %s::timestamptz)),
up AS (
  SELECT c.id, c.parent, 0 AS depth FROM looked l JOIN core_actor o ON o.id = l.agency JOIN core_actor c ON c.id = o.current
  UNION ALL
  SELECT c.id, c.parent, up.depth + 1 FROM up JOIN core_actor o ON o.id = up.parent JOIN core_actor c ON c.id = o.current
  WHERE up.depth < 12)
SELECT 'read' AS tag, id, reader, position AS office, agency, behalf, delegation, grant_id, purpose, commitment AS "case", how,
  first_at, last_at, times, 0 AS depth FROM looked
UNION ALL SELECT 'contest', k.id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0
FROM core_contest k WHERE k.access = %s::uuid AND k.person = %s::uuid AND k.stage <> 'withdrawn'
UNION ALL SELECT 'instrument', r.id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0
FROM core_record r WHERE r.register = 'instruments' AND r.code = %s::text
UNION ALL SELECT DISTINCT CASE WHEN m.id IS NULL THEN 'head' ELSE 'seat' END, p.id, h.person, NULL::uuid, up.id, NULL::uuid,
  NULL::uuid, NULL::uuid, NULL, NULL::uuid, NULL, NULL::timestamptz, NULL::timestamptz, NULL::integer, up.depth
FROM up JOIN core_actor p ON p.organisation = up.id AND p.kind = 'position' AND p.current = p.id
  JOIN core_holding h ON h.position = p.id AND h.valid_from <= %s::date AND (h.valid_to IS NULL OR h.valid_to >= %s::date)
  LEFT JOIN LATERAL (SELECT g.id FROM core_grant g JOIN core_definition r ON r.id = g.role AND r.body->'actions' ? 'core.answer_contest'
    WHERE g.holder = p.id AND g.revoked_at IS NULL AND g.valid_from <= %s::timestamptz
      AND (g.valid_to IS NULL OR g.valid_to > %s::timestamptz) LIMIT 1) m ON true
WHERE m.id IS NOT NULL OR p.head
"""


def _own(ask: Ask, payload: ContestRead) -> Where:
    return Where(ask.person)


def _looked(ask: Ask, payload: ContestRead, envelope: Row | None) -> Query:
    """The line of the ledger, if it is one of the asker's data; what stands against it; and who could answer."""
    moment = now()
    today = local_day(moment)
    right = definitions.in_force("data_right", RIGHT, today)
    law = right.body["instrument"] if right else ""
    return _LOOKED, [
        payload.access,
        ask.person,
        moment,
        payload.access,
        ask.person,
        law,
        today,
        today,
        moment,
        moment,
    ]


@action(
    "core.contest_read", subject=CONTEST, payload=ContestRead, purpose=PURPOSE, creates=True, place=_own,
    facts=_looked, batch=False,
)  # fmt: skip
def contest_read(work: Work) -> None:
    """Contest one read of one's own data. A promise with its own clock begins, whether or not there is an officer (I1)."""
    p: ContestRead = work.payload
    read = next((row for row in work.facts if row["tag"] == "read"), None)
    if read is None:
        work.refuse("not_found", RULE, _("There is no such read of your data."), status=404)
        raise AssertionError
    if read["reader"] == work.ask.person:
        work.refuse("own_read", RULE, _("You looked at this yourself: there is nobody to ask."))
    if any(row["tag"] == "contest" for row in work.facts):
        work.refuse("contested_already", "I12", _("You have contested this read already. Follow that contest, or withdraw it first."), status=409)  # fmt: skip
    reason = _words(
        work, p.reason, "reason", _("Say in a few words why you think that this read was not right.")
    )
    involved = rules.parties(work.ask.person, read["reader"], read["behalf"])
    seats = [(r["depth"], r["id"], r["reader"]) for r in work.facts if r["tag"] == "seat"]
    office = rules.office_in_turn(seats, involved)
    _promise(work, read, office)
    work.insert(
        Contest, id=work.subject, person=work.ask.person, access=read["id"], reader=read["reader"], office=read["office"],
        agency=read["agency"], behalf=read["behalf"], delegation=read["delegation"], read_under=read["grant_id"],
        purpose=read["purpose"], case=read["case"], how=read["how"], read_from=read["first_at"], read_until=read["last_at"],
        times=read["times"],
    )  # fmt: skip
    work.personal(work.subject, "reason", {"text": reason})
    work.answer["contest"] = str(work.subject)


def _promise(work: Work, read: Row, office: UUID | None) -> None:
    """The envelope: an answer is promised within the right's time; without an officer its gap is promised too."""
    today = local_day(work.now)
    right = definitions.in_force("data_right", RIGHT, today)
    if right is None:
        raise LookupError(
            "The pack does not say in what time a contested read is answered (data_rights.yaml)."
        )
    body = right.body
    terms = _terms(body)
    calendar_id, calendar = courses.calendar(today)
    course = clock.start(Limit(body["amount"], body["unit"]), work.now, calendar, terms)
    law = next((row["id"] for row in work.facts if row["tag"] == "instrument"), None)
    retention = definitions.in_force("retention", body["retention"], today)
    kept = retain_until(retention.body, today) if retention else None
    clear = office is not None and law is not None
    work.insert(
        Commitment, id=work.subject, kind="contest", definition=right.id, task=RIGHT, output="contest_answered",
        state="assigned" if clear else "filed", position=office, lead=read["agency"], instrument=law,
        authority_grant=work.grant.id, course=courses.stored(course, calendar_id), due_original=course.original_due,
        due=course.original_due, opened_at=work.now, unit=work.subject, retention=body["retention"], retain_until=kept, doers=[],
    )  # fmt: skip
    for kind, at in courses.planned(course, calendar, terms, None):
        work.insert(Timer, commitment=work.subject, kind=kind, due_at=at)
    if kept is not None:
        work.insert(Timer, commitment=work.subject, kind="retention", due_at=end_of_day(kept))
    heads = [row for row in work.facts if row["tag"] == "head"]
    if office is None and heads:
        head = min(heads, key=lambda row: (row["depth"], row["id"]))
        open_gap(
            work, task="no data-protection officer", lead=head["agency"], position=head["id"], parent=work.subject,
            unit=work.subject, retention=body["retention"],
        )  # fmt: skip


def _terms(body: dict[str, Any]) -> Terms:
    return Terms(max_extensions=0, notice_days=0, due_soon_hours=int(body["warn_hours"]), cut_off=False)


courses.say_terms("contest", lambda promise: _terms(definitions.get(promise["definition"]).body))


def _words(work: Work, text: str, field: str, message: Any) -> str:
    """What was said, if it is at least three words and no book."""
    said = "\n".join(" ".join(line.split()) for line in text.strip().splitlines())
    if len(said.split()) < 3:
        work.refuse("no_reason", RULE, message, field=field)
    if len(said) > LONGEST:
        work.refuse("too_long", RULE, _("Shorten this to %(n)d characters or fewer.") % {"n": LONGEST}, field=field)  # fmt: skip
    return said


def _require_open(work: Work) -> Row:
    row = work.row(Contest)
    if row["stage"] in ENDED:
        work.refuse("ended", "I12", _("This contest has ended already."), status=409)
    return row


_STANDING = """
SELECT 'office' AS tag, p.id, p.current, NULL::timestamptz AS due_at FROM core_actor p WHERE p.id = %s::uuid
UNION ALL SELECT 'late', t.id, NULL, t.due_at FROM core_timer t
WHERE t.commitment = %s::uuid AND t.kind = 'breach' AND t.fired_at IS NOT NULL
UNION ALL SELECT 'role', r.id, NULL, NULL FROM core_definition r
WHERE r.kind = 'role' AND r.code = 'explainer' AND r.state = 'published'
UNION ALL SELECT 'explain', t.id, NULL, t.due_at FROM core_timer t
WHERE t.commitment = %s::uuid AND t.kind = 'explain' AND t.fired_at IS NULL AND t.cancelled_at IS NULL
"""


def _standing(ask: Ask, payload: Any, envelope: Row | None) -> Query | None:
    """Who stands for the office in turn, whether the deadline was told to have passed, and the explainer's role."""
    if envelope is None:
        return None
    return _STANDING, [envelope["position"], ask.subject, ask.subject]


def _require_officer(work: Work) -> Row:
    """Refuse a party first; then another office than the one in turn, unless that one is late: then any above it too."""
    row, promise = work.row(Contest), work.row(Commitment)
    involved = rules.parties(row["person"], row["reader"], row["behalf"], promise["doers"])
    if not rules.may_answer(work.persons, involved):
        work.refuse("own_read", IMPARTIAL, _("This is about a read of your own, or you are a party to it: somebody else must judge it, whatever office you hold."), status=403)  # fmt: skip
    named = promise["position"]
    heirs = {fact["current"] for fact in work.facts if fact["tag"] == "office"}
    late = any(fact["tag"] == "late" for fact in work.facts)
    if named is not None and not late and work.ask.position not in {named, *heirs}:
        work.refuse("not_your_office", "I1: a clear person", _("This contest is the turn of another data-protection office."), status=403)  # fmt: skip
    return _require_open(work)


def _end(work: Work, how: str, closer: UUID | None) -> None:
    kept = work.row(Commitment)["course"]
    course = clock.finish(courses.read(kept)[0], work.now)
    work.put(
        Commitment, course={**course.to_data(), "calendar_id": kept["calendar_id"]}, state="closed", closed_how=how,
        closed_at=work.now, finished_at=work.now, closer=closer,
    )  # fmt: skip


@action("core.withdraw_contest", subject=CONTEST, payload=Nothing, purpose=PURPOSE)
def withdraw_contest(work: Work) -> None:
    """Take one's own contest back; the read may be contested anew."""
    row = _require_open(work)
    if row["person"] != work.ask.person:
        work.refuse("not_yours", RULE, _("Only who contested this read withdraws the contest."), status=403)
    work.data.update(was=row["stage"])
    work.put(Contest, stage="withdrawn")
    _end(work, "withdrawn", None)


@action(
    "core.ask_explanation",
    subject=CONTEST,
    payload=AskExplanation,
    purpose=PURPOSE,
    facts=_standing,
    batch=False,
)
def ask_explanation(work: Work) -> None:
    """Ask who read to explain. A person gets a mandate for this contest alone; the head of the agency may explain too."""
    row = _require_officer(work)
    if row["stage"] == "asked":
        work.refuse("asked_already", "I12", _("An explanation was asked for already and has not come yet."), status=409)  # fmt: skip
    question = _words(
        work, work.payload.question, "question", _("Say in a few words what is to be explained.")
    )
    number = row["asked"] + 1
    due = _explain_due(work)
    work.put(Contest, stage="asked", asked=number, explain_due=due)
    work.personal(work.subject, f"question-{number}", {"text": question})
    work.insert(Timer, commitment=work.subject, kind="explain", due_at=due)
    role = next((fact["id"] for fact in work.facts if fact["tag"] == "role"), None)
    if number == 1 and role is not None:
        for holder in sorted({row["reader"], *([row["behalf"]] if row["behalf"] else [])} - {PLATFORM}):
            mandate = work.insert(
                Grant, holder=holder, role=role, scope="subject", scope_id=work.subject, purpose="explain",
                basis=work.grant.basis, valid_from=work.now, valid_to=work.now + MANDATE, limits={},
            )  # fmt: skip
            work.insert(Timer, commitment=mandate, kind="expiry", due_at=work.now + MANDATE)
    work.data.update(number=number, due=due)


def _explain_due(work: Work) -> datetime:
    right = definitions.get(work.row(Commitment)["definition"]).body
    _id, calendar = courses.calendar(local_day(work.now))
    limit = Limit(right["explain_amount"], right["explain_unit"])
    return clock.start(limit, work.now, calendar, _terms(right)).original_due


@action(
    "core.explain_read", subject=CONTEST, payload=ExplainRead, purpose=PURPOSE, facts=_standing, batch=False
)
def explain_read(work: Work) -> None:
    """Explain, as who read, who they deputised for, or the head of the agency. Whoever explains judges it no more."""
    row = _require_open(work)
    if row["person"] in work.persons:
        work.refuse("own_contest", IMPARTIAL, _("You contested this read: somebody else must explain it."), status=403)  # fmt: skip
    if row["stage"] != "asked":
        work.refuse("not_asked", RULE, _("Nobody asks for an explanation now."), status=409)
    said = _words(work, work.payload.explanation, "explanation", _("Say in a few words for what the data was read."))  # fmt: skip
    number = row["explained"] + 1
    work.put(Contest, stage="explained", explained=number)
    doers = work.row(Commitment)["doers"]
    work.put(Commitment, doers=[*doers, *(person for person in work.persons if person not in doers)])
    work.personal(work.subject, f"explanation-{number}", {"text": said})
    for fact in work.facts:
        if fact["tag"] == "explain":
            timer = {
                "id": fact["id"], "commitment": work.subject, "kind": "explain", "due_at": fact["due_at"], "fired_at": None,
                "cancelled_at": None, "event": work.event,
            }  # fmt: skip
            work.put_row(Timer, timer, cancelled_at=work.now)
    work.data.update(number=number, in_time=row["explain_due"] is not None and work.now <= row["explain_due"])


@action("core.answer_contest", subject=CONTEST, payload=AnswerContest, purpose=PURPOSE, facts=_standing, batch=False)  # fmt: skip
def answer_contest(work: Work) -> None:
    """Answer: the read was justified, or it was not and something follows. Nobody is found wrong without being asked."""
    p: AnswerContest = work.payload
    row = _require_officer(work)
    if p.outcome not in OUTCOMES[1:]:
        work.refuse("no_outcome", RULE, _("Say whether the read was justified."), field="outcome")
    if p.outcome == "unjustified" and not rules.was_heard(row["explained"], row["explain_due"], work.now):
        work.refuse("not_heard", RULE, _("Before a read is found not justified, who read is asked to explain, and has the time for it."), field="outcome", status=409)  # fmt: skip
    if p.outcome == "unjustified" and p.consequence not in CONSEQUENCES:
        work.refuse("no_consequence", RULE, _("Say what follows from it."), field="consequence")
    answer = _words(work, p.answer, "answer", _("Give the person the reason in a few plain words."))
    consequence = p.consequence if p.outcome == "unjustified" else ""
    work.put(Contest, stage="answered", outcome=p.outcome, consequence=consequence)
    work.personal(work.subject, "answer", {"text": answer})
    _end(work, "satisfied", work.ask.person)
    work.data.update(
        outcome=p.outcome, consequence=consequence, in_time=work.now <= work.row(Commitment)["due"]
    )
