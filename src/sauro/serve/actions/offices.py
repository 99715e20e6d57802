"""Who holds which office for a dossier, which instruments are in force, what was uploaded: one query's facts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sauro.core.doorway.registry import Query, Row
from sauro.serve.queries.places import SERVING, Places, places_among, serving
from sauro.serve.rules.procedures import Procedure

_OFFICES = """
SELECT 'position' AS tag, p.id, p.type AS code, o.type AS organisation_type, p.organisation, p.head,
  array_remove(array_agg(h.person ORDER BY h.person), NULL) AS persons, NULL::date AS valid_from,
  NULL::date AS valid_to, NULL::bytea AS digest, NULL::bigint AS size, '' AS scanned
FROM core_actor p JOIN core_actor o ON o.id = p.organisation
LEFT JOIN core_holding h ON h.position = p.id AND h.valid_from <= %s AND (h.valid_to IS NULL OR h.valid_to >= %s)
WHERE p.kind = 'position' AND p.current = p.id
  AND p.organisation IN (SELECT current FROM core_actor WHERE id = ANY(%s::uuid[]))
  AND (p.type = ANY(%s::text[]) OR p.head) GROUP BY p.id, o.type
UNION ALL
SELECT 'organisation', a.id, coalesce(nullif(c.national_code, ''), c.code), c.type, c.id, false, '{}', NULL, NULL,
  NULL, NULL, '' FROM core_actor a JOIN core_actor c ON c.id = a.current WHERE a.id = ANY(%s::uuid[])
UNION ALL
SELECT 'instrument', r.id, r.code, '', NULL, false, '{}', r.valid_from, r.valid_to, NULL, NULL, ''
FROM core_record r WHERE r.register = 'instruments' AND r.code = ANY(%s::text[])
UNION ALL
(WITH RECURSIVE up AS (
  SELECT c.id, c.parent, 0 AS depth FROM core_actor o JOIN core_actor c ON c.id = o.current WHERE o.id = %s::uuid
  UNION ALL
  SELECT c.id, c.parent, up.depth + 1 FROM up JOIN core_actor o ON o.id = up.parent
    JOIN core_actor c ON c.id = o.current WHERE up.depth < 12)
 SELECT 'head', p.id, p.type, '', up.id, true, ARRAY[h.person], NULL, NULL, NULL, up.depth, ''
 FROM up JOIN core_actor p ON p.organisation = up.id AND p.head AND p.kind = 'position'
 JOIN core_holding h ON h.position = p.id AND h.valid_from <= %s AND (h.valid_to IS NULL OR h.valid_to >= %s)
 ORDER BY up.depth, p.id LIMIT 1)
"""
_FILING = f"""
WITH held AS (
  SELECT * FROM core_file WHERE id = ANY(%s::uuid[]) AND unit = %s::uuid ORDER BY id FOR KEY SHARE)
{_OFFICES}
UNION ALL
SELECT 'file', f.id, f.media_type, '', NULL, false, '{{}}', NULL, NULL, f.digest, f.size, f.scanned FROM held f
UNION ALL
SELECT 'serves', s.current, t.type, '', NULL, false, '{{}}', NULL, NULL, NULL, NULL, '' {SERVING}
UNION ALL
SELECT 'draft', d.person, '', '', NULL, d.assisted, '{{}}', NULL, NULL, NULL, NULL, ''
FROM serve_draft d WHERE d.id = %s::uuid
UNION ALL
SELECT 'person', a.id, '', '', NULL, false, '{{}}', NULL, NULL, NULL, NULL, ''
FROM core_actor a WHERE a.id = %s::uuid AND a.kind = 'person'
UNION ALL
SELECT 'demonstration', NULL, '', '', NULL, false, '{{}}', NULL, NULL, NULL, NULL, ''
FROM core_instance i WHERE i.demonstration
"""  # noqa: S608 — constants of ours


def offices(
    procedure: Procedure,
    organisations: Sequence[UUID],
    competent: UUID,
    today: date,
) -> Query:
    """The query for the offices of a procedure in the organisations that take part, and the head above."""
    types = sorted({step.position for step in procedure.terms.steps} | {procedure.terms.competent.signer})
    instruments = [basis.instrument for basis in procedure.terms.legal_basis]
    places = list(organisations)
    return _OFFICES, [today, today, places, types, places, instruments, competent, today, today]


@dataclass(frozen=True, slots=True)
class Filing:
    """What a filing says of itself, as far as it is looked up: a draft, a person and files only where it names them."""

    area: str
    channel: int
    draft: UUID | None
    applicant: UUID | None
    unit: UUID | None
    files: Iterable[UUID]


def filing(
    procedure: Procedure, organisations: Sequence[UUID], competent: UUID, today: date, said: Filing
) -> Query:
    """The same for a filing, with what it claims: where it goes, whose draft it was, for whom it is.

    The files are held: none of them can be taken out again before this has committed.
    """
    _text, values = offices(procedure, organisations, competent, today)
    places = serving(procedure, said.area, said.channel)
    return _FILING, [list(said.files), said.unit, *values, *places, said.draft, said.applicant]


class Offices:
    """The rows of the query, by what they tell."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.positions = [row for row in rows if row["tag"] == "position"]
        self.organisations = {row["id"]: row for row in rows if row["tag"] == "organisation"}
        self.instruments = [row for row in rows if row["tag"] == "instrument"]
        self.files = {row["id"]: row for row in rows if row["tag"] == "file"}
        self.head_above: Row | None = next((row for row in rows if row["tag"] == "head"), None)
        self.draft: Row | None = next((row for row in rows if row["tag"] == "draft"), None)
        self.persons = {row["id"] for row in rows if row["tag"] == "person"}
        self.demonstration = any(row["tag"] == "demonstration" for row in rows)
        self._serves = {row["code"]: row["id"] for row in rows if row["tag"] == "serves"}

    def office(self, unit: str, position: str) -> Row | None:
        """The position of a step: of this type in an organisation of this type, held rather than vacant."""
        of_type = [row for row in self.positions if row["code"] == position]
        in_unit = [row for row in of_type if row["organisation_type"] == unit] or of_type
        return next((row for row in in_unit if row["persons"]), in_unit[0] if in_unit else None)

    def places(self, procedure: Procedure, channel: int) -> Places | None:
        """Where a filing from the commune goes by a channel."""
        return places_among(procedure, self._serves, channel)

    def plan(self, procedure: Procedure) -> dict[str, str]:
        """Which position does which step, as far as the organisations have it."""
        found: dict[str, str] = {}
        for step in procedure.terms.steps:
            row = self.office(step.unit, step.position) or self.head_above
            if row is not None:
                found[step.id] = str(row["id"])
        return found

    def vacant(self, procedure: Procedure) -> list[str]:
        """Steps whose position nobody holds today."""
        found = []
        for step in procedure.terms.steps:
            row = self.office(step.unit, step.position)
            if row is None or not row["persons"]:
                found.append(step.id)
        return found

    def instrument_in_force(self, today: date) -> Row | None:
        for row in self.instruments:
            if row["valid_from"] <= today and (row["valid_to"] is None or today <= row["valid_to"]):
                return row
        return None

    def code_of(self, organisation: UUID) -> Any:
        """The agency's code as it stands in dossier codes."""
        return self.organisations[organisation]["code"]
