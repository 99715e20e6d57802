"""Who sits in which office: who holds it today, and who deputises in it now."""

HELD = "{h}.valid_from <= %(today)s AND ({h}.valid_to IS NULL OR {h}.valid_to >= %(today)s)"

SEATS = f"""
SELECT h.position, h.person, NULL::uuid AS holder, NULL::timestamptz AS until, NULL::uuid AS delegation, h.kind
FROM core_holding h WHERE {HELD.format(h="h")}
UNION ALL
SELECT DISTINCT ON (e.position, e.deputy) e.position, e.deputy, e.holder, e.valid_to, e.id, 'deputy'
FROM core_delegation e
  JOIN core_holding w ON w.position = e.position AND w.person = e.holder AND {HELD.format(h="w")}
  JOIN core_holding f ON f.position = e.deputy_position AND f.person = e.deputy AND {HELD.format(h="f")}
WHERE e.ended_at IS NULL AND e.valid_from <= %(now)s AND e.valid_to > %(now)s AND NOT EXISTS (
  SELECT 1 FROM core_holding o WHERE o.position = e.position AND o.person = e.deputy AND {HELD.format(h="o")})
"""  # noqa: S608 — constants of ours
"""Rows of (position, person, for whom, until when, by which delegation, kind): parameters ``now`` and ``today``.

The same conditions as the doorway's own question (``store.granting``), which decides; this one only shows.
"""
