"""A gap of the state's own making becomes a commitment of the nearest superior head in office (invariant I1)."""

from typing import Any
from uuid import UUID

from sauro.core.doorway.work import Work
from sauro.core.models import Commitment

HEADS_ABOVE = """
WITH RECURSIVE up AS (
  SELECT c.id, c.parent, 0 AS depth FROM core_actor o JOIN core_actor c ON c.id = o.current WHERE o.id = %s
  UNION ALL
  SELECT c.id, c.parent, up.depth + 1 FROM up JOIN core_actor o ON o.id = up.parent
    JOIN core_actor c ON c.id = o.current WHERE up.depth < 12)
SELECT up.id AS organisation, up.depth, p.id AS position, h.person
FROM up JOIN core_actor p ON p.organisation = up.id AND p.head AND p.kind = 'position'
JOIN core_holding h ON h.position = p.id AND h.valid_from <= %s AND (h.valid_to IS NULL OR h.valid_to >= %s)
ORDER BY up.depth, p.id LIMIT 1
"""
"""The nearest head in office of an organisation or one above it: parameters organisation, today, today."""


def open_gap(
    work: Work,
    *,
    task: str,
    lead: UUID,
    position: UUID,
    parent: UUID,
    unit: UUID,
    retention: str,
    **columns: Any,
) -> UUID:
    """Insert the commitment to close a gap, beside the act that met it. Returns its id."""
    return work.insert(
        Commitment, kind="gap", state="filed", task=task, lead=lead, position=position, parent=parent, unit=unit,
        output="gap_closed", opened_at=work.now, retention=retention, doers=[], **columns,
    )  # fmt: skip
