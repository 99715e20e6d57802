"""What a case counts as: which measures, on which day. Everything counted follows from this one function."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Final

from sauro.core.doorway.decide import local_day

if TYPE_CHECKING:
    from sauro.watch.models import Case

STOCK: Final = date(1, 1, 1)
"""The day of what has no day: how many there are now."""

ONLINE = 2
SUPPLEMENT, PAYMENT = "5", "6"
MOST_SUPPLEMENTS = 1
TASK_STAGES: Final = ("assigned", "working", "reported", "done", "declined", "cancelled")
TASK_OPEN: Final = ("assigned", "working", "reported")
LATE_AGAINST_BOTH = 2
DOSSIER_FLOWS: Final = (
    "submitted", "received", "online", "assisted", "simulated", "done_in_time", "done_late", "breached",
)  # fmt: skip
DOSSIER_STOCKS: Final = ("open", "open_late", "waiting")
TASK_FLOWS: Final = ("task_finished", "task_breached")
TASK_STOCKS: Final = (
    *(f"task_{stage}" for stage in TASK_STAGES),
    "task_overdue",
    "task_done_late",
    "task_simulated",
)
STOCKS: Final = frozenset({*DOSSIER_STOCKS, *TASK_STOCKS})
MEASURES: Final = (*DOSSIER_FLOWS, *DOSSIER_STOCKS, *TASK_FLOWS, *TASK_STOCKS)


def measures(case: "Case") -> frozenset[tuple[str, date]]:
    """The measures that a case counts in, each once, with the local day (``STOCK`` where it has none)."""
    return frozenset(_task(case) if case.kind == "task" else _dossier(case))


def late(case: "Case") -> bool:
    """Whether a finished dossier was late: after its deadline, or with more than one request for a supplement (Decision 766)."""
    after = case.due is not None and case.finished_at is not None and case.finished_at > case.due
    return after or len(case.asked) > MOST_SUPPLEMENTS


def overdue(case: "Case") -> bool:
    """Whether an open case broke its promise: the breach was recorded, and no decision moved the deadline since."""
    return case.breached_at is not None and (case.due is None or case.due <= case.breached_at)


def _dossier(case: "Case") -> Iterator[tuple[str, date]]:
    if case.submitted_at is not None:
        yield "submitted", local_day(case.submitted_at)
    if case.accepted_at is None:
        return
    day = local_day(case.accepted_at)
    yield "received", day
    for measure, holds in (
        ("online", case.channel == ONLINE),
        ("assisted", case.assisted),
        ("simulated", case.simulated),
    ):
        if holds:
            yield measure, day
    if case.breached_at is not None:
        yield "breached", local_day(case.breached_at)
    if case.finished_at is not None:
        yield "done_late" if late(case) else "done_in_time", local_day(case.finished_at)
        return
    yield "open", STOCK
    if overdue(case):
        yield "open_late", STOCK
    if case.stage in (SUPPLEMENT, PAYMENT):
        yield "waiting", STOCK


def _task(case: "Case") -> Iterator[tuple[str, date]]:
    if case.stage not in TASK_STAGES:
        return
    yield f"task_{case.stage}", STOCK
    if case.simulated:
        yield "task_simulated", STOCK
    if case.stage in TASK_OPEN and overdue(case):
        yield "task_overdue", STOCK
    if case.breached_at is not None:
        yield "task_breached", local_day(case.breached_at)
    if case.stage == "done":
        if case.late == LATE_AGAINST_BOTH:
            yield "task_done_late", STOCK
        if case.finished_at is not None:
            yield "task_finished", local_day(case.finished_at)
