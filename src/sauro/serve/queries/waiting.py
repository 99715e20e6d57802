"""Where work waits for somebody who holds several offices: how many open dossiers are the turn of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from sauro.serve.queries.queue import COUNTED, turns_of

# As in the queue: the promise says whose turn it is, before acceptance the plan. Only open dossiers of the offices'
# own organisations are looked at, by the partial index on those.
_WAITING = """
SELECT a.office, count(*) FROM (
  SELECT coalesce(c.position::text, d.plan->'positions'->>d.step) AS named, d.id, d.due
  FROM serve_dossier d JOIN core_commitment c ON c.id = d.id
  WHERE d.involved && ARRAY(SELECT id FROM core_actor WHERE current = ANY(%(organisations)s::uuid[]))
    AND d.status IN (1, 2, 4, 5, 6, 9)
    AND (d.plan->'positions'->>d.step = ANY(%(texts)s::text[])
      OR d.id IN (SELECT id FROM core_commitment WHERE position = ANY(%(named)s::uuid[]) AND state = 'assigned'))
    AND coalesce(c.position::text, d.plan->'positions'->>d.step) = ANY(%(texts)s::text[])
  LIMIT %(most)s) w
JOIN unnest(%(turns)s::text[], %(offices)s::uuid[]) AS a(named, office) ON a.named = w.named
GROUP BY a.office ORDER BY bool_or(w.id = %(first)s::uuid) DESC, min(coalesce(w.due, 'infinity')), a.office
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An office, and how many open dossiers are its turn."""

    office: UUID
    count: int


def waiting(
    offices: Sequence[UUID], organisations: Sequence[UUID], first: UUID | None = None
) -> list[Waiting]:
    """Of these offices those for which something waits: that of the dossier ``first``, then the most urgent."""
    named = turns_of(offices)
    pairs = [(str(name), office) for name, acting in named.items() for office in acting]
    values: dict[str, Any] = {
        "named": list(named), "texts": [str(name) for name in named], "turns": [name for name, _office in pairs],
        "offices": [office for _name, office in pairs], "organisations": list(set(organisations)),
        "most": COUNTED, "first": first or UUID(int=0),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, values)
        return [Waiting(*row) for row in cursor.fetchall()]
