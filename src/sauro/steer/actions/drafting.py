"""A paragraph becomes a task: drafted, amended, assigned once all six clarities check (invariant I1)."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.clock import OutsideCalendar
from sauro.core.doorway import Ask, Work, action
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.registry import Query, Row, Where
from sauro.core.models import Commitment
from sauro.core.moment import now
from sauro.core.queries import courses
from sauro.core.rules.clarities import Clarity, Promise, gaps
from sauro.core.text import fold
from sauro.steer.actions import subject
from sauro.steer.actions.subject import TASK
from sauro.steer.models import Task

RETENTION = "steering-task"
FIELDS = {
    Clarity.PERSON: "position", Clarity.TASK: "task", Clarity.TIME: "due_on", Clarity.RESPONSIBILITY: "lead",
    Clarity.OUTPUT: "output", Clarity.AUTHORITY: "instrument",
}  # fmt: skip
"""Beside which field a clarity that does not check is told."""
CLARITIES = {field: clarity for clarity, field in FIELDS.items()} | {"verifier": Clarity.OUTPUT, "coordinating": Clarity.RESPONSIBILITY}  # fmt: skip

NAMED = """
SELECT 'position' AS tag, p.id, c.id AS current, o.current AS organisation, NULL AS path,
  array_remove(array_agg(h.person ORDER BY h.person), NULL) AS persons, NULL::date AS valid_from, NULL::date AS valid_to
FROM core_actor p JOIN core_actor c ON c.id = p.current JOIN core_actor o ON o.id = c.organisation
LEFT JOIN core_holding h ON h.position = c.id AND h.valid_from <= %s AND (h.valid_to IS NULL OR h.valid_to >= %s)
WHERE p.kind = 'position' AND p.id = ANY(%s::uuid[]) GROUP BY p.id, c.id, o.current
UNION ALL
SELECT 'organisation', a.id, c.id, NULL, c.path, '{}', NULL, NULL
FROM core_actor a JOIN core_actor c ON c.id = a.current WHERE a.kind = 'organisation' AND a.id = ANY(%s::uuid[])
UNION ALL
SELECT 'instrument', r.id, NULL, NULL, NULL, '{}', r.valid_from, r.valid_to
FROM core_record r WHERE r.register = 'instruments' AND r.id = %s::uuid
UNION ALL
SELECT 'paragraph', g.id, NULL, NULL, NULL, '{}', NULL, NULL FROM steer_paragraph g WHERE g.id = %s::uuid AND g.instrument = %s::uuid
UNION ALL
SELECT 'scope', a.id, c.id, NULL, c.path, '{}', NULL, NULL
FROM core_grant g JOIN core_actor a ON a.id = g.scope_id JOIN core_actor c ON c.id = a.current
WHERE g.holder = ANY(%s::uuid[]) AND g.revoked_at IS NULL
UNION ALL
SELECT 'demonstration', NULL, NULL, NULL, NULL, '{}', NULL, NULL FROM core_instance i WHERE i.demonstration
"""
"""Everybody and everything a task names, as they stand today; and the organisations that the asker's grants cover."""


class Terms(msgspec.Struct, forbid_unknown_fields=True):
    """What a task says. ``due_on`` is its last day; ``verifier`` the office that will judge its output.

    ``coordinating`` are the organisations that the instrument names beside the lead. ``note`` is what the assigner adds
    in words of their own (sealed).
    """

    task: str
    lead: UUID | None = None
    position: UUID | None = None
    output: str = ""
    due_on: date | None = None
    verifier: UUID | None = None
    coordinating: list[UUID] = []
    note: str = ""


class DraftTask(Terms, forbid_unknown_fields=True):
    """A task in preparation, from a paragraph of an instrument; nothing is promised yet.

    ``home`` is the organisation of the office that drafts it, under whose grant it does. A ``simulated`` one exists in a
    demonstration only, and so are its parts.
    """

    code: str = ""
    instrument: UUID | None = None
    paragraph: UUID | None = None
    id: UUID | None = None
    batch: UUID | None = None
    home: UUID | None = None
    simulated: bool = False


class AmendTask(Terms, forbid_unknown_fields=True):
    """The same, corrected: before it is assigned, or after it was declined."""


class NoWords(msgspec.Struct, forbid_unknown_fields=True):
    """Nothing more is to be said."""


def named_by(
    ask: Ask, terms: Any, instrument: UUID | None, paragraph: UUID | None = None, assigner: UUID | None = None
) -> Query:
    """The query for what a task names, where the asker's office is."""
    today = local_day(now())
    positions = [id_ for id_ in (terms.position, terms.verifier, ask.position, assigner) if id_ is not None]
    organisations = [id_ for id_ in (terms.lead, *terms.coordinating) if id_ is not None]
    holders = [id_ for id_ in (ask.person, ask.position) if id_ is not None]
    return NAMED, [today, today, positions, organisations, instrument, paragraph, instrument, holders]


class Named:
    """The rows of the query, by what they tell."""

    def __init__(self, rows: list[Row]) -> None:
        self.positions = {row["id"]: row for row in rows if row["tag"] == "position"}
        self.organisations = {row["id"]: row for row in rows if row["tag"] == "organisation"}
        self.instrument = next((row for row in rows if row["tag"] == "instrument"), None)
        self.paragraphs = {row["id"] for row in rows if row["tag"] == "paragraph"}
        self.scopes = {row["id"]: row for row in rows if row["tag"] == "scope"}
        self.demonstration = any(row["tag"] == "demonstration" for row in rows)

    def organisation_of(self, position: UUID | None) -> UUID | None:
        row = self.positions.get(position) if position else None
        return row["organisation"] if row else None

    def heir_of(self, position: UUID | None) -> UUID | None:
        """Who stands today for an office."""
        row = self.positions.get(position) if position else None
        return row["current"] if row else None

    def covers(self, work: Work, lead: UUID | None) -> bool:
        """Whether the grant under which somebody acts reaches the organisation that is to lead."""
        grant, target = work.grant, self.organisations.get(lead) if lead else None
        if grant.scope == "all" or target is None:
            return grant.scope == "all"
        own = self.scopes.get(grant.scope_id) if grant.scope_id else None
        if own is None:
            return False
        inside: bool = (
            target["path"].startswith(own["path"])
            if grant.scope == "subtree"
            else target["current"] == own["current"]
        )
        return inside


def _own(ask: Ask, payload: DraftTask) -> Where:
    return Where(ask.person, (payload.home,) if payload.home else (), payload.id)


def _draft_facts(ask: Ask, payload: DraftTask, envelope: Row | None) -> Query:
    return named_by(ask, payload, payload.instrument, payload.paragraph)


@action(
    "steer.draft_task", subject=TASK, payload=DraftTask, purpose="steer", creates=True, place=_own, facts=_draft_facts,
)  # fmt: skip
def draft_task(work: Work) -> None:
    """Write a task down. Only what makes no sense at all is refused; what is unclear is refused when it is assigned."""
    p: DraftTask = work.payload
    named = Named(work.facts)
    if named.instrument is None:
        work.refuse(
            "unknown_instrument",
            "register: instruments",
            _("Choose a registered instrument."),
            field="instrument",
        )
    if p.paragraph is not None and p.paragraph not in named.paragraphs:
        work.refuse(
            "unknown_paragraph",
            "register: instruments",
            _("Choose a paragraph of this instrument."),
            field="paragraph",
        )
    if p.simulated and not named.demonstration:
        message = _("This installation is no demonstration: nothing simulated can be steered here.")
        work.refuse("not_a_demonstration", "demonstration", message, field="simulated")
    refuse_unknown(work, named, p)
    if p.home is not None and p.home != named.organisation_of(work.ask.position):
        work.refuse(
            "unknown_office",
            "I1: a clear authority",
            _("Draft in the office that you hold now."),
            field="home",
            status=403,
        )
    if p.lead is None:
        work.refuse(
            "unclear", "I1: a clear responsibility", _("Choose the one agency that leads."), field="lead"
        )
    work.subject = p.id or work.subject
    insert_task(work, named, p, instrument=p.instrument, lead=p.lead, code=p.code.strip(), paragraph=p.paragraph, batch=p.batch, simulated=p.simulated)  # fmt: skip
    work.answer["task"] = str(work.subject)


def insert_task(
    work: Work, named: Named, terms: Terms, *, instrument: Any, lead: Any, code: str, simulated: bool = False, **more: Any
) -> None:  # fmt: skip
    """Both halves of the task that is the subject of the act."""
    code = code or f"N{work.subject.hex[-12:].upper()}"
    work.insert(
        Commitment, id=work.subject, kind="task", task=terms.task.strip(), lead=lead, position=terms.position,
        output=terms.output.strip(), instrument=instrument, opened_at=work.now, unit=work.subject, retention=RETENTION,
        doers=[], simulated=simulated,
    )  # fmt: skip
    work.insert(
        Task, id=work.subject, code=code, folded=fold(f"{code} {terms.task}"), instrument=instrument, lead=lead,
        scopes=[lead, instrument], coordinating=terms.coordinating, involved=involved(work, named, terms, lead),
        assigner=work.ask.position, verifier=terms.verifier, due_on=terms.due_on, **more,
    )  # fmt: skip
    work.personal(work.subject, "note", {"note": terms.note.strip()})


def involved(work: Work, named: Named, terms: Terms, lead: UUID) -> list[UUID]:
    """The organisations that take part: who assigns, leads, coordinates and verifies."""
    found = [
        named.organisation_of(work.ask.position),
        lead,
        *terms.coordinating,
        named.organisation_of(terms.verifier),
    ]
    return list(dict.fromkeys(id_ for id_ in found if id_ is not None))


def refuse_unknown(work: Work, named: Named, terms: Terms) -> None:
    """Refuse offices and organisations that there are not, beside their field."""
    for field, id_, known in (
        ("lead", terms.lead, named.organisations), ("position", terms.position, named.positions),
        ("verifier", terms.verifier, named.positions),
        *(("coordinating", id_, named.organisations) for id_ in terms.coordinating),
    ):  # fmt: skip
        if id_ is not None and id_ not in known:
            work.refuse(
                "unknown_office",
                f"I1: a clear {CLARITIES[field]}",
                _("Choose from the list: there is no such office or agency."),
                field=field,
            )


def _amend_facts(ask: Ask, payload: AmendTask, envelope: Row | None) -> Query | None:
    return named_by(ask, payload, envelope["instrument"], assigner=envelope["assigner"]) if envelope else None


@action("steer.amend_task", subject=TASK, payload=AmendTask, purpose="steer", facts=_amend_facts)
def amend_task(work: Work) -> None:
    """Correct a task before it is assigned; one that was declined becomes a draft again."""
    p: AmendTask = work.payload
    subject.require_stage(work, {"draft", "declined"}, _("This task is assigned already; ask for an extension, or cancel it."))  # fmt: skip
    named, row = Named(work.facts), work.row(Task)
    subject.require_assigner(work, named.heir_of(row["assigner"]))
    if row["parent"] is not None:
        work.refuse("part", "I1: a clear authority", _("A part that was declined is withdrawn, and handed on anew."), status=409)  # fmt: skip
    refuse_unknown(work, named, p)
    lead = p.lead or row["lead"]
    work.put(
        Commitment, task=p.task.strip(), lead=lead, position=p.position, output=p.output.strip(), state="filed",
    )  # fmt: skip
    work.put(
        Task, folded=fold(f"{row['code']} {p.task}"), lead=lead, scopes=[*row["path"], lead, row["instrument"]], coordinating=p.coordinating, due_on=p.due_on,
        verifier=p.verifier, involved=involved(work, named, p, lead), stage="draft",
    )  # fmt: skip
    work.personal(work.subject, "note", {"note": p.note.strip()}, version=work.row(Commitment)["version"] + 1)


def _assign_facts(ask: Ask, payload: NoWords, envelope: Row | None) -> Query | None:
    if envelope is None:
        return None
    terms = Terms(
        "", envelope["lead"], envelope["position"], "", None, envelope["verifier"], envelope["coordinating"]
    )
    return named_by(ask, terms, envelope["instrument"], assigner=envelope["assigner"])


@action("steer.assign_task", subject=TASK, payload=NoWords, purpose="steer", facts=_assign_facts)
def assign_task(work: Work) -> None:
    """Make the promise: refused unless all six clarities check, each told beside its field."""
    subject.require_stage(work, {"draft"}, _("This task is assigned already."))
    promise, row = work.row(Commitment), work.row(Task)
    named = Named(work.facts)
    subject.require_assigner(work, named.heir_of(row["assigner"]))
    promised(work, named, promise["position"], promise["task"], row["due_on"], row["lead"], promise["output"], row["verifier"], named.covers(work, row["lead"]))  # fmt: skip
    begin(work, row["due_on"])


def promised(
    work: Work, named: Named, position: UUID | None, task: str, due_on: date | None, lead: UUID, output: str,
    verifier: UUID | None, covered: bool,
) -> None:  # fmt: skip
    """Refuse what is unclear: the first beside its field, all of them in the details."""
    held = named.positions.get(position) if position else None
    instrument, due, computed = named.instrument, None, False
    if due_on is not None:
        due, computed = end_of(work, due_on), True
    unclear = gaps(
        Promise(
            position=position, holders=held["persons"] if held else (), task=task, due=due, computed_by_calendar=computed,
            leads=[lead] if lead in named.organisations else [], output=output,
            instrument=(instrument["valid_from"], instrument["valid_to"]) if instrument else None, covered=covered,
            today=local_day(work.now),
        )
    )  # fmt: skip
    told = {FIELDS[gap.clarity]: str(gap.reason) for gap in unclear}
    if held is not None and held["organisation"] != _current(named, lead):
        told.setdefault("position", str(_("the responsible office is not one of the agency that leads")))
    judge = named.positions.get(verifier) if verifier else None
    if judge is None or not judge["persons"]:
        told.setdefault("verifier", str(_("nobody is named who will judge the output")))
    elif judge["organisation"] == _current(named, lead):
        told.setdefault(
            "verifier", str(_("the verifier belongs to the agency that leads, so it is not independent"))
        )
    if told:
        field = next(iter(told))
        clear = dict.fromkeys(f"a clear {CLARITIES[name]}" for name in told)
        work.refuse(
            "unclear", f"I1: {', '.join(clear)}", _("This task cannot be assigned yet: %(why)s.") % {"why": "; ".join(told.values())},
            field=field, fields=told,
        )  # fmt: skip


def _current(named: Named, organisation: UUID) -> UUID | None:
    row = named.organisations.get(organisation)
    return row["current"] if row else None


def end_of(work: Work, due_on: date) -> Any:
    """The deadline, or a refusal beside its field where the calendar does not reach so far."""
    try:
        course, _calendar, _id = subject.begin_clock(work, due_on)
    except OutsideCalendar:
        work.refuse("calendar_ends", "I1: a clear time", _("The working calendar does not reach to this day yet. Choose an earlier one."), field="due_on")  # fmt: skip
        raise AssertionError from None
    return course.original_due


def begin(work: Work, due_on: date) -> None:
    """The clock starts, and what was drafted is promised."""
    course, calendar, calendar_id = subject.begin_clock(work, due_on)
    due = course.original_due
    work.put(
        Commitment, state="assigned", course=courses.stored(course, calendar_id), due=due, due_original=due,
        authority_grant=work.grant.id,
    )  # fmt: skip
    work.put(Task, stage="assigned", due=due)
    subject.plan_timers(work, work.subject, course, calendar)
    work.answer["due"] = due.isoformat()
