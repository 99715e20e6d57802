"""What of an organisation's work a split would take along, and what no rule catches: that stays."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from sauro.core.doorway.decide import local_day
from sauro.core.moment import now
from sauro.core.queries.successors import today
from sauro.project.offices.words import said
from sauro.project.reorganisation.counting import WAITS, Load, load
from sauro.project.reorganisation.naming import plain
from sauro.serve.queries.catalogue import procedures
from sauro.serve.queries.places import commune_names
from sauro.serve.queries.queue import OPEN as OPEN_DOSSIERS
from sauro.steer.rules.matrix import OPEN as OPEN_TASKS

MOST_TASKS = 100


@dataclass(frozen=True)
class ByProcedure:
    """Open dossiers of one procedure: how many go, how many of these wait for somebody, how many stay."""

    name: str
    goes: int
    waits: int
    stays: int


@dataclass(frozen=True)
class OpenTask:
    """A task that the organisation leads."""

    id: UUID
    code: str
    text: str


_DOSSIERS = """
SELECT f.procedure_code, count(*) FILTER (WHERE f.goes), count(*) FILTER (WHERE f.goes AND f.status = ANY(%(waits)s)),
  count(*) FILTER (WHERE NOT f.goes)
FROM (SELECT d.procedure_code, d.status, (%(procedures)s::text[] <> '{}' OR %(areas)s::text[] <> '{}')
    AND (%(procedures)s::text[] = '{}' OR d.procedure_code = ANY(%(procedures)s::text[]))
    AND (%(areas)s::text[] = '{}' OR d.area = ANY(%(areas)s::text[])) AS goes
  FROM serve_dossier d WHERE d.involved && ARRAY(SELECT id FROM core_actor WHERE current = %(whole)s) AND d.status = ANY(%(open)s)) f
GROUP BY 1 ORDER BY 1
"""
_TASKS = """
SELECT t.id, t.code, c.task FROM steer_task t JOIN core_commitment c ON c.id = t.id
WHERE t.lead IN (SELECT id FROM core_actor WHERE current = %s) AND t.stage = ANY(%s) ORDER BY t.code LIMIT %s
"""
_OTHERS = """
SELECT count(*) FROM core_commitment WHERE lead IN (SELECT id FROM core_actor WHERE current = %s)
  AND state IN ('filed', 'assigned') AND kind NOT IN ('dossier', 'task')
"""
_ENDED = """
SELECT count(*) FROM serve_dossier d WHERE d.involved && ARRAY(SELECT id FROM core_actor WHERE current = %s)
  AND NOT d.status = ANY(%s)
"""


def by_procedure(whole: UUID, codes: Collection[str], areas: Collection[str]) -> list[ByProcedure]:
    """Open dossiers in which the organisation takes part, by procedure."""
    values: dict[str, Any] = {
        "waits": WAITS, "procedures": list(codes), "areas": list(areas), "whole": whole, "open": list(OPEN_DOSSIERS),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_DOSSIERS, values)
        rows = cursor.fetchall()
    return [ByProcedure(procedure_names([code])[0], *counts) for code, *counts in rows]


def open_tasks(whole: UUID) -> list[OpenTask]:
    """The open tasks that it leads, a hundred at most."""
    with connection.cursor() as cursor:
        cursor.execute(_TASKS, [whole, list(OPEN_TASKS), MOST_TASKS])
        return [OpenTask(*row) for row in cursor.fetchall()]


def other_work(whole: UUID) -> int:
    """Open commitments that are neither dossiers nor tasks: alarms, gaps."""
    with connection.cursor() as cursor:
        cursor.execute(_OTHERS, [whole])
        return int(cursor.fetchone()[0])


def ended(whole: UUID) -> int:
    """Dossiers with its part in them that have ended."""
    with connection.cursor() as cursor:
        cursor.execute(_ENDED, [whole, list(OPEN_DOSSIERS)])
        return int(cursor.fetchone()[0])


def has_now(organisation: UUID) -> Load:
    """What an organisation has to do: dossiers in which it takes part, tasks that it leads or coordinates."""
    rows = by_procedure(organisation, (), ())
    known = load(organisation)
    return Load(sum(row.stays for row in rows), 0, known.tasks, known.beside, 0, known.grants)


def taking_part(type_: str, gone: Collection[str]) -> list[tuple[str, str]]:
    """Procedures in which organisations of a type have a part, as (code, name), but those that are gone already."""
    found = []
    for one in procedures(local_day(now())):
        types = {one.terms.competent.organisation, *(r.organisation for r in one.terms.receiving), *(s.unit for s in one.terms.steps)}  # fmt: skip
        if type_ in types and one.code not in gone:
            found.append((one.code, said({"vi": one.terms.name.vi, "en": one.terms.name.en})))
    return sorted(found, key=lambda pair: pair[1])


def procedure_names(codes: Collection[str]) -> list[str]:
    """What procedures are called, in the order of their names."""
    known = {
        one.code: said({"vi": one.terms.name.vi, "en": one.terms.name.en})
        for one in procedures(local_day(now()))
    }
    return sorted(known.get(code, code) for code in codes)


_GIVEN = """
SELECT DISTINCT p FROM core_reorganisation r CROSS JOIN LATERAL jsonb_array_elements_text(r.terms->'procedures') p
JOIN core_actor i ON i.id = r.into
WHERE r.kind = 'split' AND r.state IN ('planned', 'done') AND r.absorbed[1] = %s AND r.terms->'areas' = '[]' AND i.current <> %s
"""


def given_away(whole: UUID) -> set[str]:
    """Procedures that earlier splits took from it everywhere."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN, [whole, whole])
        return {code for (code,) in cursor.fetchall()}


_AREAS = """
SELECT c.area FROM core_actor w JOIN core_actor c ON c.parent = CASE w.type WHEN 'province-committee' THEN w.id ELSE w.parent END
WHERE w.id = %s AND w.level = 'province' AND c.type = 'commune-committee' AND c.kind = 'organisation' AND c.current = c.id
"""


def communes_of(whole: UUID) -> list[tuple[str, str]]:
    """The communes that an organisation of a province serves, as (code, name); elsewhere there is nothing to choose."""
    with connection.cursor() as cursor:
        cursor.execute(_AREAS, [whole])
        names = commune_names([area for (area,) in cursor.fetchall()])
    return sorted(names.items(), key=lambda pair: pair[1])


_VACANT = """
SELECT a.id FROM core_actor a WHERE a.kind = 'position' AND a.organisation = %s AND a.current = a.id AND NOT EXISTS (
  SELECT 1 FROM core_holding h WHERE h.position = a.id AND h.valid_from <= %s AND (h.valid_to IS NULL OR h.valid_to >= %s))
ORDER BY a.head DESC, a.code
"""


def vacant(organisation: UUID) -> list[str]:
    """What to do about offices that nobody holds today."""
    day = local_day(now())
    with connection.cursor() as cursor:
        cursor.execute(_VACANT, [organisation, day, day])
        found = [id_ for (id_,) in cursor.fetchall()]
    names = plain(found)
    return [
        _("Nobody holds %(office)s, which takes over work. Appoint somebody, or the work waits.") % {"office": names[id_]}
        for id_ in found
    ]  # fmt: skip


def name(organisation: UUID) -> str:
    """What an organisation is called today."""
    found = today([organisation]).get(organisation)
    return str(found.name) if found else "–"
