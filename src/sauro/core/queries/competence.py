"""Who is competent since splits (invariant I7): from the organisation that would be asked to the part that took this over.

One rule for what is filed from now on and for what was open when a part left: the decided splits themselves.
"""

from uuid import UUID

from sauro.core.doorway.registry import Query

COMPETENT = """(
WITH RECURSIVE hop AS (
  SELECT {start} AS id, '{{}}'::uuid[] AS seen
  UNION ALL
  SELECT n.id, h.seen || h.id FROM hop h CROSS JOIN LATERAL (
    SELECT coalesce(
      (SELECT r.into FROM core_reorganisation r WHERE r.kind = 'split' AND r.state = 'done' AND r.absorbed[1] = h.id
        AND h.id <> ALL(h.seen) AND (r.terms->'procedures' <> '[]' OR r.terms->'areas' <> '[]') AND (r.terms->'procedures' = '[]' OR r.terms->'procedures' ? {procedure})
        AND (r.terms->'areas' = '[]' OR r.terms->'areas' ? {area}) ORDER BY r.ended_at DESC, r.id DESC LIMIT 1),
      (SELECT a.current FROM core_actor a WHERE a.id = h.id AND a.current <> a.id)) AS id) n
  WHERE n.id IS NOT NULL AND cardinality(h.seen) < 15)
SELECT id FROM hop ORDER BY cardinality(seen) DESC LIMIT 1)"""
"""A subquery: the organisation that stands today for a procedure and a commune, starting from one.

From each organisation the newest split that covers the case leads on, and else its successor. What came back to one by
a merger stays there: its splits lead on once.
"""

FOUNDED = """EXISTS (SELECT 1 FROM core_reorganisation r WHERE r.kind = 'split' AND r.state = 'done' AND r.into = {organisation}
  AND r.terms->>'founded' IS NOT NULL)"""
"""Whether a split founded an organisation: it is asked for what its split gave it, and for nothing else."""

_OFFICES = """
SELECT a.id, a.current, a.kind, a.type, a.head, a.organisation FROM core_actor a
WHERE (a.kind = 'organisation' AND a.current = %s) OR (a.kind = 'position' AND a.current IN (
  SELECT o.id FROM core_actor o WHERE o.kind = 'position' AND o.organisation = ANY(%s::uuid[]) AND o.current = o.id))
"""


def handing(came: UUID, into: UUID) -> Query:
    """The organisations for which one stands, with its offices and those of the one that takes over."""
    return _OFFICES, [came, [came, into]]
