"""Making editions: once an hour, where something was counted since, the public's tables and the observations from them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from django.db import connection, transaction

from sauro.core.doorway import Ask, act, act_many
from sauro.core.doorway.decide import end_of_day, local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.models import Observation
from sauro.core.moment import now
from sauro.core.queries import definitions
from sauro.core.queries.definitions import Published
from sauro.core.refusal import Refusal
from sauro.core.rules import formulas
from sauro.watch.actions.editions import SOONEST
from sauro.watch.measuring import CONSUMER, NATION
from sauro.watch.models import Case, Edition
from sauro.watch.queries import counts
from sauro.watch.queries import editions as published
from sauro.watch.rules.measures import MOST_SUPPLEMENTS, TASK_STAGES
from sauro.watch.rules.tables import Cell, Table, told

MONTHS = 13
"""How many months an edition tells of: a year, and the present one. Older ones stand as the last edition told them."""

_CELLS = f"""
SELECT to_char(accepted_at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'YYYY-MM') AS period, area,
  CASE WHEN assisted THEN 'assisted' WHEN channel = 2 THEN 'online' WHEN channel = 3 THEN 'post' ELSE 'counter' END,
  CASE
    WHEN finished_at IS NOT NULL THEN CASE WHEN coalesce(in_time, finished_at <= due, true) THEN 'in_time' ELSE 'late' END
    WHEN jsonb_array_length(asked) > {MOST_SUPPLEMENTS} OR breached_at IS NOT NULL AND (due IS NULL OR due <= breached_at) THEN 'open_late'
    ELSE 'open' END,
  count(*), bool_or(simulated)
FROM watch_case WHERE kind = 'dossier' AND accepted_at >= %s GROUP BY 1, 2, 3, 4
"""  # noqa: S608 — a constant of ours
_TASKS = "SELECT stage, count(*), bool_or(simulated) FROM watch_case WHERE kind = 'task' AND stage = ANY(%s) GROUP BY 1"
_OF: Mapping[str, dict[str, Any]] = {
    "received": {},
    "online": {"channels": ["online"]},
    "assisted": {"channels": ["assisted"]},
    "done_in_time": {"outcomes": ["in_time"]},
    "done_late": {"outcomes": ["late"]},
}
"""The measures of indicators that an edition tells, as sums of its cells."""


def publish_due() -> int:
    """Publish an edition if the last one is an hour old and something was counted since. Gives 0: nothing more is to be done."""
    last = published.latest()
    if last and (now() - last.at < SOONEST or last.leaf_index >= published.counted()):
        return 0
    if last is None and not Case.objects.filter(accepted_at__isnull=False).exists():
        return 0
    try:
        publish(last)
    except Refusal as refusal:
        # Another worker was first.
        if refusal.code not in ("not_the_next", "too_soon", "key_reused"):
            raise
    return 0


def publish(last: Edition | None) -> Edition:
    """Publish the next edition, and observe what its numbers are. Raises Refusal ``not_the_next``, ``too_soon``."""
    with transaction.atomic(), connection.cursor() as cursor:
        # The consumer stands still meanwhile: the counts and how far they are counted belong together.
        cursor.execute("SELECT position FROM core_consumer WHERE name = %s FOR SHARE", [CONSUMER.name])
        position = next((place for (place,) in cursor.fetchall()), 0)
        body = _body(cursor, last)
    number = last.number + 1 if last else 1
    payload = {"number": number, "leaf_index": position, "body": body}
    made = act(Ask("watch.publish_edition", PLATFORM, f"edition:{number}", payload)).subject
    edition = Edition.objects.get(pk=made)
    observe(edition)
    return edition


def _body(cursor: Any, last: Edition | None) -> dict[str, Any]:
    first = _months_ago(local_day(now()), MONTHS - 1)
    cursor.execute(_CELLS, [end_of_day(first - timedelta(days=1))])
    found: dict[str, dict[Cell, int]] = defaultdict(dict)
    simulated = set()
    for period, area, channel, outcome, count, made_up in cursor.fetchall():
        found[period][area, channel, outcome] = count
        simulated |= {period} if made_up else set()
    # Months that are too long ago to be counted stand as they were told last.
    kept = last.body["periods"] if last else {}
    tables = {period: told(period, cells).to_data() for period, cells in found.items()}
    older = {period: rows for period, rows in kept.items() if period < f"{first:%Y-%m}"}
    cursor.execute(_TASKS, [list(TASK_STAGES)])
    tasks = cursor.fetchall()
    return {
        "periods": {**older, **tables},
        "simulated": sorted({*simulated, *(last.body["simulated"] if last else ())}),
        "tasks": {stage: count for stage, count, _made_up in tasks},
        "tasks_simulated": any(made_up for _stage, _count, made_up in tasks),
    }


def _months_ago(day: date, months: int) -> date:
    month = day.year * 12 + day.month - 1 - months
    return date(month // 12, month % 12 + 1, 1)


def observe(edition: Edition) -> int:
    """Observe every defined number that the edition tells and that changed since it was observed last. Gives how many."""
    newest = Observation.objects.exclude(kind="claimed").filter(period__in=published.periods(edition))
    newest = newest.order_by("indicator", "place", "period", "-observed_at", "-id")
    known = {
        (row.indicator, row.place, row.period): row.value
        for row in newest.distinct("indicator", "place", "period")
    }
    asks = [
        Ask("core.observe", PLATFORM, told.key(edition), told.payload(edition))
        for told in _told(edition)
        if known.get((told.indicator, told.place, told.period)) != told.value
    ]
    for result in act_many(asks) if asks else ():
        if isinstance(result, Refusal):
            raise result
    return len(asks)


@dataclass(frozen=True, slots=True)
class Told:
    """One number of an edition: of an indicator, for a province (None: the nation) and a month."""

    indicator: UUID
    method: int
    kind: str
    place: UUID | None
    period: str
    value: Decimal
    bound: str

    def key(self, edition: Edition) -> str:
        """One observation of each number in an edition, however often it is tried."""
        return str(uuid5(edition.id, f"{self.indicator}:{self.place}:{self.period}"))

    def payload(self, edition: Edition) -> dict[str, Any]:
        return {
            "indicator": self.indicator, "place": self.place, "period": self.period, "value": str(self.value),
            "kind": self.kind, "bound": self.bound, "method": self.method, "source": f"edition {edition.number}",
            "edition": str(edition.number), "leaf_index": edition.leaf_index,
        }  # fmt: skip


def _told(edition: Edition) -> Iterator[Told]:
    provinces = {agency.area: agency.id for agency in counts.below(NATION)}
    defined = definitions.all_in_force("indicator", local_day(now()))
    for period in published.periods(edition):
        table = published.published(edition, period)
        places: list[tuple[UUID | None, list[str] | None]] = [(None, None)]
        places += [(provinces[area], [area]) for area in table.areas if area in provinces]
        for place, areas in places:
            yield from _numbers(defined, table, place, areas)


def _numbers(
    defined: Sequence[Published], table: Table, place: UUID | None, areas: list[str] | None
) -> Iterator[Told]:
    """The measured numbers of a place, and what follows from them by formula.

    Cells are told rounded down, so a sum of them says *at least*, and a rate of such sums *about*; of what is not told
    nothing is observed.
    """
    known: dict[str, Decimal] = {}

    def said(item: Published, kind: str, value: Decimal, bound: str) -> Told:
        known[item.code] = value
        return Told(UUID(item.body["id"]), item.version, kind, place, table.period, value, bound)

    for item in defined:
        cells = _OF.get(item.body.get("measure") or "")
        if cells is None:
            continue
        known[item.code] = Decimal(table.total(areas=areas, **cells))
        if known[item.code]:
            yield said(item, "measured", known[item.code], "at_least")
    waiting = [item for item in defined if item.body.get("formula")]
    while ready := [item for item in waiting if _named(item) <= known.keys()]:
        waiting = [item for item in waiting if item not in ready]
        for item in ready:
            formula = item.body["formula"]
            sides = [[known[code] for code in formula.get(side) or ()] for side in ("parts", "whole")]
            if any(sides[0]) and (found := formulas.value(formula, *sides)) is not None:
                summed = formula["evaluator"] == "sum"
                yield said(
                    item, "computed", found.quantize(Decimal("0.01")), "at_least" if summed else "about"
                )


def _named(item: Published) -> set[str]:
    formula = item.body["formula"]
    return {*formula["parts"], *(formula.get("whole") or ())}
