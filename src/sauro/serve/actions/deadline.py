"""Moving the appointment: with an apology, a reason and a new date, as often as the procedure allows (Form 04)."""

import msgspec
from django.utils.translation import gettext as _

from sauro.core.clock import course as clock
from sauro.core.clock.course import CourseRefused
from sauro.core.doorway import Ask, Work
from sauro.core.doorway.registry import Query, Row
from sauro.core.models import Commitment
from sauro.core.queries import courses
from sauro.core.rules.citations import instrument_cited
from sauro.serve.actions.subject import (
    handling,
    plan_timers,
    procedure_of,
    require,
    save_course,
    terms_of,
)
from sauro.serve.actions.supplement import cancel_timers, live_timers
from sauro.serve.rules.statuses import Status


class ExtendDeadline(msgspec.Struct, forbid_unknown_fields=True):
    """By how many units of the limit, why (sealed: it may be personal), and on which basis."""

    by: int
    reason: str
    basis: str = "118/2025/NĐ-CP, Mẫu 04"


def _facts(ask: Ask, payload: ExtendDeadline, envelope: Row | None) -> Query:
    """The live timers, and the instrument that the basis cites where it is registered."""
    live, values = live_timers(ask, payload, envelope)
    return (
        f"WITH live AS ({live}) SELECT * FROM live UNION ALL SELECT id, NULL, 'instrument', NULL, NULL, NULL, NULL"  # noqa: S608 — a constant of ours
        " FROM core_record WHERE register = 'instruments' AND code = %s::text",
        [*values, instrument_cited(payload.basis)],
    )


@handling("serve.extend_deadline", payload=ExtendDeadline, facts=_facts)
def extend_deadline(work: Work) -> None:
    """Extend. The original deadline stands beside the new one for ever (invariant I2)."""
    p: ExtendDeadline = work.payload
    require(work, {Status.ACCEPTED, Status.PROCESSING})
    course, calendar = courses.read(work.row(Commitment)["course"])
    timers = [row for row in work.facts if row["kind"] != "instrument"]
    own = {basis.instrument for basis in procedure_of(work).terms.legal_basis}
    if len(timers) == len(work.facts) and instrument_cited(p.basis) not in own:
        work.refuse(
            "unknown_basis", "register: instruments",
            _("Name the law on which this rests: a registered instrument, and the place in it."), field="basis",
        )  # fmt: skip
    if len(p.reason.split()) < 3:
        work.refuse(
            "no_reason",
            "03/2025/TT-VPCP, Mẫu 04",
            _("Say the reason in words the applicant understands."),
            field="reason",
        )
    try:
        longer = clock.extend(
            course, calendar, p.by, "sealed", p.basis, work.now, terms_of(procedure_of(work))
        )
    except CourseRefused as refused:
        work.refuse(refused.code, refused.rule, _("The appointment cannot be moved (any more): %(code)s.") % {"code": refused.code}, status=409)  # fmt: skip
        return
    save_course(work, longer)
    cancel_timers(work, timers)
    plan_timers(work, longer, calendar, after=work.now)
    number = work.row(Commitment)["extensions"] + 1
    work.put(Commitment, extensions=number)
    work.personal(work.subject, f"apology-{number}", {"reason": p.reason.strip()})
    work.data.update(
        number=number, due=work.row(Commitment)["due"], original_due=work.row(Commitment)["due_original"]
    )
