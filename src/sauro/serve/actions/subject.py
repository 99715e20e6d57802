"""What every act on a dossier shares: its subject, its moves, its next step, its clock."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from functools import wraps
from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sauro.core.clock import course as clock
from sauro.core.clock.course import Course, CourseRefused, Limit, Terms
from sauro.core.doorway import Ask, Subject, Work, action
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.registry import Handler, Query, Row, all_actions
from sauro.core.models import Commitment, Timer
from sauro.core.queries import courses, definitions
from sauro.core.rules.closing import all_may_close
from sauro.packs import procedure as pack
from sauro.serve.models import Dossier
from sauro.serve.rules.procedures import Procedure, procedure
from sauro.serve.rules.statuses import Axis, Status, axis

DOSSIER = Subject(
    "dossier", (Commitment, Dossier), owner="applicant", organisations="involved", unit="unit",
    versioned=True,
)  # fmt: skip
PURPOSE = "settle_dossier"
OWN = "36/2018/QH14, Điều 23"
"""Law on Anti-corruption: nobody carries on a duty in which they have an interest of their own."""
_TURN = "SELECT p.id, p.current, c.name_vi, c.name_en FROM core_actor p JOIN core_actor c ON c.id = p.current WHERE p.id = %s"
_AXES = {"business": "status", "financial": "payment", "delivery": "delivery", "sync": "sync"}


def handling(
    name: str,
    *,
    payload: type[msgspec.Struct],
    facts: Callable[[Ask, Any, Row | None], Query | None] | None = None,
) -> Callable[[Handler], Handler]:
    """Register an act by which officials handle a dossier: never their own, whatever office they hold."""

    def register(handler: Handler) -> Handler:
        @wraps(handler)
        def guarded(work: Work) -> None:
            if work.row(Dossier)["applicant"] in work.persons:
                message = _("This dossier is your own, so somebody else must handle it: your superior, or another holder.")  # fmt: skip
                work.refuse("own_dossier", OWN, message, status=403)
            handler(work)

        return action(name, subject=DOSSIER, payload=payload, purpose=PURPOSE, facts=facts)(guarded)

    return register


def is_handling(name: str) -> bool:
    """Whether an action is one by which officials handle a dossier."""
    known = all_actions().get(name)
    return known is not None and known.purpose == PURPOSE


def procedure_of(work: Work) -> Procedure:
    """The procedure in the version under which the dossier was filed (invariant I4)."""
    return definitions.get(work.row(Dossier)["procedure"]).compiled(procedure)


def axis_of(code: str, day: date) -> Axis:
    """The axis of statuses in force. Raises LookupError."""
    found = definitions.in_force("status_axis", code, day)
    if found is None:
        raise LookupError(f"The pack has no status axis {code}")
    return found.compiled(axis)


def move(work: Work, code: str, after: str | int) -> None:
    """Move the dossier on one axis, or refuse an illegal move by the rule it rests on."""
    column = _AXES[code]
    before = work.row(Dossier)[column]
    if before == after:
        return
    moves = axis_of(code, local_day(work.now))
    if not moves.permits(before, after):
        work.refuse(
            "illegal_transition",
            moves.rule(before, after),
            _("The dossier is “%(before)s”; this cannot be done now.") % {"before": status_name(moves, before)},
            status=409,
            axis=code, before=str(before), after=str(after),
        )  # fmt: skip
    work.put(Dossier, **{column: after})
    work.data.setdefault("moves", []).append([code, str(before), str(after)])


def status_name(moves: Axis, code: str | int) -> str:
    from sauro.serve.rules.forms import say

    return say(moves.states[str(code)].name)


def require(work: Work, statuses: Collection[Status]) -> None:
    """Refuse unless the dossier is in one of these statuses."""
    before = work.row(Dossier)["status"]
    if before not in statuses:
        moves = axis_of("business", local_day(work.now))
        work.refuse(
            "illegal_transition",
            f"statuses: {work.action.name} in {before}",
            _("The dossier is “%(before)s”; this cannot be done now.")
            % {"before": status_name(moves, before)},
            status=409,
            before=str(before),
        )


def require_step(work: Work, *kinds: str) -> pack.Step:
    """The current step, if it is of one of these kinds; else refuse."""
    row = work.row(Dossier)
    step = procedure_of(work).steps.get(row["step"])
    if step is None or step.kind not in kinds:
        work.refuse(
            "wrong_step", f"{row['procedure_code']}: steps",
            _("This is not the present step of the dossier. Open it again to see what is due now."),
            status=409, step=row["step"],
        )  # fmt: skip
        raise AssertionError
    return step


def turn_of(promise: Mapping[str, Any], dossier: Mapping[str, Any]) -> UUID | None:
    """The office that does the present step: the plan's, or the one to which the promise was moved since.

    None where the plan names no office for the step: whoever has the grant does it.
    """
    planned = dossier["plan"].get("positions", {}).get(dossier["step"])
    if planned is None:
        return None
    return promise["position"] or UUID(planned)


def turn(ask: Ask, _payload: Any, envelope: Row | None) -> Query | None:
    """Who stands today for the office whose turn it is; nothing is asked where that office itself acts."""
    named = turn_of(envelope, envelope) if envelope else None
    return None if named is None or named == ask.position else (_TURN, [named])


def require_turn(work: Work) -> None:
    """Refuse who acts in another office than that of the present step: each step is one clear person's (I1)."""
    named = turn_of(work.row(Commitment), work.row(Dossier))
    if named is None or named == work.ask.position:
        return
    heir = next((row for row in work.facts if row["id"] == named), None)
    if heir is not None and heir["current"] == work.ask.position:
        return
    name = "name_en" if (get_language() or "vi").startswith("en") else "name_vi"
    office = heir[name] if heir else ""
    work.refuse(
        "not_your_step", "I1: a clear person",
        _("This step is the turn of another office: %(office)s. Leave it to them, or change to that office if you hold it.") % {"office": office},
        status=403, position=str(heir["current"] if heir else named),
    )  # fmt: skip


def advance(work: Work) -> pack.Step | None:
    """Complete the present step and hand over to the next one and its position."""
    row = work.row(Dossier)
    # The row changes in place when it is written: what is completed must be remembered first.
    plan, completed = row["plan"], row["step"]
    following = procedure_of(work).next_step(completed, plan.get("rules", ()))
    if following is None:
        return None
    after = Status(int(following.status))
    # Until the payment is asked for, nobody waits for it.
    move_on(work, Status.PROCESSING if after == Status.FINANCE_REQUESTED else after)
    work.put(Dossier, step=following.id)
    position = plan.get("positions", {}).get(following.id)
    if position:
        work.put(Commitment, position=UUID(position))
    work.data.update(completed=completed, next=following.id)
    return following


def move_on(work: Work, after: int) -> None:
    """Move the dossier; one that was only accepted so far is being handled from here on, whatever follows."""
    if work.row(Dossier)["status"] == Status.ACCEPTED and after != Status.ACCEPTED:
        move(work, "business", Status.PROCESSING)
    move(work, "business", after)


def did(work: Work) -> None:
    """Remember who did the work: the natural person, and who they deputise for (invariant I3)."""
    doers = work.row(Commitment)["doers"]
    new = [person for person in work.persons if person not in doers]
    if new:
        work.put(Commitment, doers=[*doers, *new])


def terms_of(found: Procedure) -> Terms:
    """What the procedure lets its clock do."""
    return Terms(
        pause_reasons=frozenset(found.terms.time_limit.pauses),
        max_extensions=found.terms.extension.max,
        notice_days=found.terms.extension.notice_days,
    )


def limit_of(found: Procedure, holds: Collection[str]) -> Limit:
    """The legal limit as the clock counts it."""
    amount, unit = found.limit(holds)
    return Limit(amount, unit)


def save_course(work: Work, course: Course) -> None:
    """Put a changed course, and the due in force that follows from it; the original due is never touched (I2)."""
    from sauro.core.clock.reckoning import due

    kept = work.row(Commitment)["course"]
    calendar = courses.calendar_of(kept)
    now_due = due(course, calendar)
    work.put(Commitment, course={**course.to_data(), "calendar_id": kept["calendar_id"]}, due=now_due)
    work.put(Dossier, due=now_due)


def stop_clock(work: Work, reason: str) -> None:
    """Pause the clock for a legal reason of the pack; a dossier whose clock has not started has none to stop."""
    kept = work.row(Commitment)["course"]
    if kept is None:
        return
    found = definitions.in_force("pause_reason", reason, local_day(work.now))
    basis = found.body.get("basis") if found else None
    told = f"{basis['instrument']}, {basis['article']}" if basis else (found.basis if found else "")
    course, _calendar = courses.read(kept)
    try:
        save_course(work, clock.pause(course, work.now, reason, told or reason, terms_of(procedure_of(work))))
    except CourseRefused as refused:
        work.refuse(
            refused.code, refused.rule, _("The clock cannot be stopped for this reason now."), status=409
        )


def start_clock_again(work: Work) -> None:
    """Resume a paused clock and plan the timers that are still to come."""
    kept = work.row(Commitment)["course"]
    if kept is None:
        return
    course, calendar = courses.read(kept)
    if course.open_pause is None:
        return
    course = clock.resume(course, work.now)
    save_course(work, course)
    plan_timers(work, course, calendar, after=work.now)


def plan_timers(work: Work, course: Course, calendar: Any, *, after: Any = None) -> None:
    for kind, at in courses.planned(course, calendar, terms_of(procedure_of(work)), after):
        work.insert(Timer, commitment=work.subject, kind=kind, due_at=at)


def finish_clock(work: Work) -> None:
    """End the clock, if it was started."""
    kept = work.row(Commitment)["course"]
    if kept is not None:
        course, _calendar = courses.read(kept)
        if course.finished_at is None:
            course = clock.finish(course, work.now)
            work.put(Commitment, course={**course.to_data(), "calendar_id": kept["calendar_id"]})
    work.put(Commitment, finished_at=work.now)
    work.put(Dossier, due=None)


def close(work: Work, how: str, *, closer: UUID | None) -> None:
    """Close the promise, once. ``closer`` is the natural person who may say so: never one of the doers (invariant I3)."""
    if work.row(Commitment)["state"] == "closed":
        work.refuse(
            "already_closed",
            "I2",
            _("This dossier was decided already; that cannot be undone here."),
            status=409,
        )
    if closer is not None and not all_may_close((closer, *work.persons), work.row(Commitment)["doers"]):
        work.refuse(
            "doer_closes", "I3",
            _("You worked on this dossier, so somebody else must end it: your superior, or another holder."), status=403,
        )  # fmt: skip
    finish_clock(work)
    work.put(Commitment, state="closed", closed_at=work.now, closed_how=how, closer=closer)
