"""Intake: the one-stop officer accepts a dossier, which starts its clock, or refuses it with a reason."""

import msgspec
from django.utils.translation import gettext as _

from sauro.core.clock import course as clock
from sauro.core.doorway import Ask, Work
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.registry import Query, Row
from sauro.core.models import Commitment
from sauro.core.moment import now
from sauro.core.queries import courses, definitions
from sauro.core.rules.clarities import Promise, gaps
from sauro.serve.actions.offices import Offices, offices
from sauro.serve.actions.subject import (
    close,
    handling,
    limit_of,
    move,
    plan_timers,
    procedure_of,
    require,
    terms_of,
)  # fmt: skip
from sauro.serve.models import Dossier
from sauro.serve.rules.procedures import procedure
from sauro.serve.rules.statuses import Status


class AcceptDossier(msgspec.Struct, forbid_unknown_fields=True):
    """The dossier is complete and correct."""


def _offices(ask: Ask, payload: AcceptDossier, envelope: Row | None) -> Query | None:
    if envelope is None or envelope["definition"] is None:
        return None
    found = definitions.get(envelope["definition"]).compiled(procedure)
    return offices(found, envelope["involved"], envelope["competent"], local_day(now()))


@handling("serve.accept_dossier", payload=AcceptDossier, facts=_offices)
def accept_dossier(work: Work) -> None:
    """Accept: dossier code, appointment computed by the clock, six clarities checked (Decree 309/2026, Art. 8.3)."""
    require(work, {Status.SUBMITTED, Status.SUPPLEMENT_REQUESTED})
    row, found = work.row(Dossier), procedure_of(work)
    if row["accepted_at"] is not None:
        work.refuse(
            "already_accepted", "309/2026/NĐ-CP, Điều 8", _("This dossier was accepted already."), status=409
        )
    today, known = local_day(work.now), Offices(work.facts)
    calendar_id, calendar = courses.calendar(today)
    course = clock.start(limit_of(found, row["plan"].get("rules", ())), work.now, calendar, terms_of(found))
    plan = {**row["plan"], "positions": known.plan(found)}
    following = found.next_step(row["step"], plan.get("rules", ()))
    office = known.office(following.unit, following.position) if following else None
    _check_clarities(work, known, office, course)
    instrument = known.instrument_in_force(today)
    assert instrument is not None and office is not None
    work.put(
        Commitment, state="assigned", position=office["id"], course=courses.stored(course, calendar_id),
        due_original=course.original_due, due=course.original_due, instrument=instrument["id"],
        authority_grant=work.grant.id, reported="in_progress",
    )  # fmt: skip
    work.put(
        Dossier,
        accepted_at=work.now,
        due=course.original_due,
        plan=plan,
        step=following.id if following else row["step"],
    )
    plan_timers(work, course, calendar)
    scope = f"{known.code_of(row['received_by'])}-{today:%y%m%d}"
    work.number("dossier", scope, lambda number: _give_code(work, f"{scope}-{number:04d}"))
    # The code is taken last, but the row is checked only when it is written, so the status may move now.
    move(work, "business", Status.ACCEPTED)
    work.data.update(due=course.original_due, next=following.id if following else None)


def _give_code(work: Work, code: str) -> None:
    work.put(Dossier, code=code)
    work.answer["code"] = code


def _check_clarities(work: Work, known: Offices, office: Row | None, course: clock.Course) -> None:
    promise, today = work.row(Commitment), local_day(work.now)
    instrument = known.instrument_in_force(today)
    found = gaps(
        Promise(
            position=office["id"] if office else None,
            holders=office["persons"] if office else (),
            task=promise["task"],
            due=course.original_due,
            computed_by_calendar=bool(course.calendar),
            leads=(promise["lead"],),
            output=promise["output"],
            instrument=(instrument["valid_from"], instrument["valid_to"]) if instrument else None,
            covered=True,
            today=today,
        )
    )
    if found:
        work.refuse(
            "not_clear", "I1",
            _("This cannot be promised yet: %(why)s.") % {"why": "; ".join(str(gap.reason) for gap in found)},
            clarities=[str(gap.clarity) for gap in found],
        )  # fmt: skip


class RefuseDossier(msgspec.Struct, forbid_unknown_fields=True):
    """A ground of the procedure, and the reason in words (Form 03; the words may be personal and are sealed)."""

    ground: str
    reason: str


@handling("serve.refuse_dossier", payload=RefuseDossier)
def refuse_dossier(work: Work) -> None:
    """Refuse at reception. A technical code is no reason: the ground is one of the procedure's, in words."""
    p: RefuseDossier = work.payload
    found = procedure_of(work)
    ground = next((g for g in found.terms.refusals if g.id == p.ground), None)
    if ground is None:
        work.refuse(
            "no_ground",
            f"{found.code}: refusals",
            _("Choose a ground on which the law allows refusal."),
            field="ground",
        )
        return
    if len(p.reason.split()) < 3:
        work.refuse(
            "no_reason",
            "03/2025/TT-VPCP, Mẫu 03",
            _("Say the reason in words the applicant understands."),
            field="reason",
        )
    move(work, "business", Status.NOT_ACCEPTED)
    work.personal(
        work.subject, f"refusal-{work.row(Commitment)['version']}", {"ground": p.ground, "reason": p.reason}
    )
    work.data["ground"] = p.ground
    close(work, "refused", closer=work.ask.person)
