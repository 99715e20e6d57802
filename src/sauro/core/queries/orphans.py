"""What belongs to nobody (invariant I7): there must be none, after any merger or split."""

from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class Orphans:
    """How many: organisations and offices for which nothing stands; open commitments without a lead or an office
    that stands; grants over what is gone."""

    actors: int
    commitments: int
    offices: int
    grants: int

    @property
    def count(self) -> int:
        return self.actors + self.commitments + self.offices + self.grants


# Who stands for another stands for itself, is of the same kind, and an office that does is in an organisation that does.
_ASTRAY = """
SELECT a.id FROM core_actor a LEFT JOIN core_actor c ON c.id = a.current
LEFT JOIN core_actor o ON o.id = c.organisation
WHERE a.kind <> 'person' AND (c.id IS NULL OR c.current IS DISTINCT FROM c.id OR c.kind <> a.kind
  OR c.kind = 'position' AND o.current IS DISTINCT FROM o.id)
"""
# Whom open commitments name: each once, from one to the next along the index, however many there are of each.
_NAMED = """
WITH RECURSIVE named AS (
  (SELECT {column} AS id FROM core_commitment WHERE {column} IS NOT NULL ORDER BY {column} LIMIT 1)
  UNION ALL
  SELECT (SELECT k.{column} FROM core_commitment k WHERE k.{column} > n.id ORDER BY k.{column} LIMIT 1)
  FROM named n WHERE n.id IS NOT NULL)
SELECT n.id FROM named n WHERE n.id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM core_actor a JOIN core_actor c ON c.id = a.current
  LEFT JOIN core_actor o ON o.id = c.organisation
  WHERE a.id = n.id AND a.kind = '{kind}' AND c.current = c.id AND c.kind = '{kind}'
    AND (c.kind = 'organisation' OR o.current = o.id))
"""
_OPEN = (
    "SELECT count(*) FROM core_commitment WHERE {column} = ANY(%s::uuid[]) AND state IN ('filed', 'assigned')"
)
_GRANTS = """
SELECT count(*) FROM core_grant g WHERE g.revoked_at IS NULL AND g.scope IN ('agency', 'subtree')
AND NOT EXISTS (SELECT 1 FROM core_actor a JOIN core_actor c ON c.id = a.current WHERE a.id = g.scope_id AND c.current = c.id)
"""


def count() -> Orphans:
    """Count them; in a sound installation of any size a second's work."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({_ASTRAY}) a")  # noqa: S608 — constants of ours
        actors = int(cursor.fetchone()[0])
        found = []
        for column, kind in (("lead", "organisation"), ("position", "position")):
            cursor.execute(_NAMED.format(column=column, kind=kind))
            gone = [row[0] for row in cursor.fetchall()]
            cursor.execute(_OPEN.format(column=column), [gone])
            found.append(int(cursor.fetchone()[0]) if gone else 0)
        cursor.execute(_GRANTS)
        grants = int(cursor.fetchone()[0])
    return Orphans(actors, found[0], found[1], grants)
