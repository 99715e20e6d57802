"""Splitting an organisation (invariant I7): a part leaves with its offices and holders; by a rule, with its work."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
import orjson
from django.utils.translation import gettext as _

from sauro.core.actions.merging import Founded, Placement, founded_row, parted
from sauro.core.doorway.registry import Query, Row
from sauro.core.doorway.work import Work
from sauro.core.models import Actor, Grant, Holding, Timer
from sauro.core.moment import now
from sauro.core.rules.dividing import divide, stands_in
from sauro.core.rules.reorganising import Held, Merged, Unfit


class Like(msgspec.Struct, forbid_unknown_fields=True):
    """An office that is founded in the new organisation, like one of the old: its names, and its rights over the new."""

    id: UUID
    like: UUID
    code: str


class SplitOrganisation(msgspec.Struct, forbid_unknown_fields=True):
    """A part leaves the organisation, on a legal basis; the organisation itself stays and keeps the rest.

    Open dossiers of these procedures and communes go to ``into``, and whatever is filed of them from then on; where one
    list is empty, the other decides alone, and where both are, none goes. ``tasks`` go as they are named, one by one. ``placed`` says of holders in which office of ``into``
    they go on.
    """

    into: UUID
    basis: str
    procedures: list[str] = []
    areas: list[str] = []
    tasks: list[UUID] = []
    placed: list[Placement] = []
    founded: Founded | None = None
    offices: list[Like] = []


# The topmost organisation of an area is its committee: to found another would found another place.
_INVOLVED = """
SELECT a.*, h.id AS holding, h.person AS held_by, h.valid_from AS held_from, h.kind AS held_as, h.event AS held_event,
  h.valid_to AS held_to,
  a.area <> '' AND NOT EXISTS (SELECT 1 FROM core_actor b WHERE b.id = a.parent AND b.area = a.area) AS place,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('role', g.role, 'scope', g.scope, 'purpose', g.purpose,
      'limits', g.limits, 'valid_to', g.valid_to) ORDER BY g.id), '[]')
    FROM core_grant g WHERE g.holder = a.id AND g.revoked_at IS NULL AND (g.valid_to IS NULL OR g.valid_to > %s::timestamptz)
    AND g.scope IN ('agency', 'subtree') AND g.scope_id IN (SELECT id FROM core_actor WHERE current = %s::uuid)) AS grants
FROM core_actor a LEFT JOIN core_holding h ON h.position = a.id AND h.valid_from <= %s::date
  AND (h.valid_to IS NULL OR h.valid_to >= %s::date)
WHERE a.id = ANY(%s::uuid[]) OR a.organisation = ANY(%s::uuid[]) OR a.code = ANY(%s::text[])
ORDER BY a.id, h.id"""


def parting(whole: UUID, p: SplitOrganisation, day: date) -> Query:
    """Both organisations and their offices, with who holds them on a day and what rights they have over the whole."""
    codes = [p.founded.code] if p.founded is not None else []
    both = [whole, p.into]
    values = [now(), whole, day, day, both, both, [*codes, *(like.code for like in p.offices)]]
    return _INVOLVED, values


def separated(
    facts: Sequence[Row], whole: UUID, p: SplitOrganisation, today: date
) -> tuple[dict[UUID, Row], list[Row], Merged]:
    """What this split changes, by the rows that ``parting`` gives: all actors as they will be, those that it founds, and
    who holds what. For the act, and for who looks beforehand. Raises Unfit.
    """
    actors, holdings = parted(facts)
    new = _founded(facts, actors, whole, p, today)
    if {row["id"] for row in new} & actors.keys() or {row["code"] for row in new} & {
        row["code"] for row in actors.values()
    }:
        raise Unfit("code_taken")
    known = {**actors, **{row["id"]: row for row in new}}
    held = [Held(row["id"], row["position"], row["person"], row["valid_from"]) for row in holdings.values()]
    placed = {placement.holding: placement.position for placement in p.placed}
    return known, new, divide(known.values(), held, whole, p.into, placed)


def _founded(
    facts: Sequence[Row], actors: Mapping[UUID, Row], whole: UUID, p: SplitOrganisation, today: date
) -> list[Row]:
    if p.founded is None or whole not in actors:
        return []
    if any(row["id"] == whole and row["place"] for row in facts):
        raise Unfit("is_a_place")
    if p.founded.id != p.into or actors[whole]["current"] != whole:
        raise Unfit("no_part")
    made = [founded_row(p.founded, actors[whole], today)]
    for like in p.offices:
        office = actors.get(like.like)
        if office is None or not stands_in(office, whole):
            raise Unfit("no_office")
        made.append(
            {**office, "id": like.id, "code": like.code, "organisation": p.into, "current": like.id, "valid_from": today}
        )  # fmt: skip
    return made


def separate(work: Work, whole: UUID, p: SplitOrganisation, *, first: date, last: date) -> None:
    """Write what ``separated`` says. Raises Unfit; nothing is written where it is raised."""
    require_authority(work, p)
    _known, new, made = separated(work.facts, whole, p, first)
    _actors, holdings = parted(work.facts)
    for row in new:
        work.insert(Actor, **{name: value for name, value in row.items() if name != "event"})
    for id_ in made.ended:
        # Who was appointed today held it for no longer than this day.
        work.put_row(Holding, holdings[id_], valid_to=max(last, holdings[id_]["valid_from"]))
    for person, office in made.appointed:
        work.insert(Holding, position=office, person=person, kind="holder", valid_from=first, valid_to=None)
    given = {row["id"]: rights_of(row) for row in work.facts}
    for like in p.offices if p.founded is not None else []:
        for grant in given[like.like]:
            _grant(work, like.id, p, grant)
    work.data.update(into=p.into, basis=p.basis, whole=whole)
    work.answer["into"] = str(p.into)


def rights_of(row: Row) -> list[dict[str, Any]]:
    """What an office has been granted over the organisation that is split."""
    found = row["grants"]
    return list(orjson.loads(found)) if isinstance(found, str) else list(found)


def _grant(work: Work, holder: UUID, p: SplitOrganisation, given: Mapping[str, Any]) -> None:
    """The right that the like office has over the old organisation, over the new one."""
    ends = datetime.fromisoformat(given["valid_to"]) if given["valid_to"] else None
    id_ = work.insert(
        Grant, holder=holder, role=UUID(given["role"]), scope=given["scope"], scope_id=p.into, purpose=given["purpose"],
        basis=p.basis, limits=given["limits"], valid_from=work.now, valid_to=ends,
    )  # fmt: skip
    if ends is not None:
        work.insert(Timer, commitment=id_, kind="expiry", due_at=ends)


def require_authority(work: Work, p: SplitOrganisation) -> None:
    """Refuse what reaches beyond the grant, and who would put themselves into an office."""
    if work.grant.scope != "all":
        message = _("To split an organisation, authority over everything is needed.")
        work.refuse("scope_too_narrow", "I5", message, status=403)
    own = {row["holding"] for row in work.facts if row["held_by"] in work.persons}
    if any(placement.holding in own and placement.position for placement in p.placed):
        message = _("Nobody gives authority to themselves. Ask somebody else who may give it.")
        work.refuse("gives_itself", "I5", message, status=403)


def require_rule(work: Work, p: SplitOrganisation) -> None:
    """Refuse a split by which no work would ever go."""
    if not (p.procedures or p.areas or p.tasks):
        message = _("Say what goes: procedures, communes or tasks.")
        work.refuse("no_rule", "I7", message, field="procedures")
