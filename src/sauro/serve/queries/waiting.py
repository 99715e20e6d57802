"""Where work waits for somebody who holds several offices: how many open dossiers are the turn of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from sauro.serve.queries.queue import COUNTED

# As in the queue: the promise says whose turn it is, before acceptance the plan. Only open dossiers of the offices'
# own organisations are looked at, by the partial index on those.
_WAITING = """
SELECT w.office::uuid, count(*) FROM (
  SELECT coalesce(c.position::text, d.plan->'positions'->>d.step) AS office, d.id, d.due
  FROM serve_dossier d JOIN core_commitment c ON c.id = d.id
  WHERE d.involved && ARRAY(SELECT id FROM core_actor WHERE current = ANY(%(organisations)s::uuid[]))
    AND d.status IN (1, 2, 4, 5, 6, 9)
    AND (d.plan->'positions'->>d.step = ANY(%(texts)s::text[])
      OR d.id IN (SELECT id FROM core_commitment WHERE position = ANY(%(offices)s::uuid[]) AND state = 'assigned'))
    AND coalesce(c.position::text, d.plan->'positions'->>d.step) = ANY(%(texts)s::text[])
  LIMIT %(most)s) w
GROUP BY w.office ORDER BY bool_or(w.id = %(first)s::uuid) DESC, min(coalesce(w.due, 'infinity')), w.office
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
    values: dict[str, Any] = {
        "offices": list(offices), "texts": [str(office) for office in offices], "organisations": list(set(organisations)),
        "most": COUNTED, "first": first or UUID(int=0),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, values)
        return [Waiting(*row) for row in cursor.fetchall()]
