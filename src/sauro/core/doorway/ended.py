"""What ends with a promise: its live timers, in the same act, so that none of them comes later for nothing.

Done here and not by each handler: whatever act ends a promise, in whatever module, its timers end with it. Their rows
stand in the act's event as every other row does. ``core.fire_timer`` still looks for itself, since its moment may come
while the promise is being ended.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sauro.core.doorway import store
from sauro.core.doorway.pipe import statement
from sauro.core.doorway.registry import Row
from sauro.core.doorway.tables import table
from sauro.core.doorway.work import Work
from sauro.core.models import Commitment, Timer

OVER = ("closed", "cancelled")
OUTLIVES = "retention"
"""The kind of timer that outlives its promise: what ended is kept for years."""
_NAMES = ("id", "commitment", "kind", "due_at", "fired_at", "cancelled_at", "event")
# The order does not depend on ids, which are made at random: the same acts have the same events in any batch.
_LIVE = statement(
    f"SELECT {', '.join(_NAMES)} FROM core_timer WHERE commitment = ANY(%s) AND kind <> '{OUTLIVES}'"
    " AND fired_at IS NULL AND cancelled_at IS NULL ORDER BY commitment, due_at, kind FOR UPDATE",
    ("uuid[]",),
)


def is_over(promise: Row) -> bool:
    """Whether a promise, as its row says, has ended."""
    return promise["state"] in OVER or promise["finished_at"] is not None


def stop_timers(doing: store.Transaction, works: Sequence[Work]) -> None:
    """Cancel the live timers of every promise that one of these acts ended or took back to a draft.

    One statement for all of them, and none where there is none.
    """
    ended = {id_: work for work in works for id_ in _ended_by(work)}
    if not ended:
        return
    for values in doing.ask((_LIVE, [sorted(ended)]))[0]:
        timer = dict(zip(_NAMES, values, strict=True))
        work = ended[timer["commitment"]]
        # The act itself may have fired or cancelled it already.
        own = work.changes.get((table(Timer).name, timer["id"]))
        if own is None or (own.row["fired_at"] is None and own.row["cancelled_at"] is None):
            work.put_row(Timer, timer, cancelled_at=work.now)


def _ended_by(work: Work) -> Iterator[UUID]:
    for (name, id_), change in work.changes.items():
        if name != table(Commitment).name or change.touched is None:
            continue
        left = "state" in change.touched and change.row["state"] != "assigned"
        if left or ("finished_at" in change.touched and change.row["finished_at"] is not None):
            yield id_
