"""From what an administrator chose to the terms of a split: what leaves, what is founded, and what stays."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from sauro.core.actions.merging import Founded, Placement, parted
from sauro.core.actions.splitting import Like, SplitOrganisation, parting, rights_of, separated
from sauro.core.models import Actor
from sauro.core.rules.dividing import stands_in
from sauro.core.rules.reorganising import Held, Merged
from sauro.packs.ids import id_of
from sauro.project.reorganisation.terms import Rows


@dataclass(frozen=True)
class Leaving:
    """What was chosen: the organisation, the part that leaves it, and by which rule."""

    whole: UUID
    into: UUID
    procedures: tuple[str, ...]
    areas: tuple[str, ...] = ()
    tasks: tuple[UUID, ...] = ()
    basis: str = ""
    founded: Founded | None = None
    effective: date | None = None


@dataclass
class Parted:
    """The terms, what they change, and the rows that were looked at, those that are founded among them."""

    terms: SplitOrganisation
    whole: UUID
    made: Merged
    rows: Rows
    held: list[Held] = field(default_factory=list)
    rights: Mapping[UUID, list[dict[str, Any]]] = field(default_factory=dict)
    """What each office of the whole may do over it."""

    def offices(self, organisation: UUID) -> list[dict[str, Any]]:
        """The offices that stand in one of the two afterwards, the head first."""
        found = [dict(row) for row in self.rows.values() if stands_in(row, organisation)]
        return sorted(found, key=lambda row: (not row["head"], row["code"] or ""))

    def holdings(self) -> list[Held]:
        """Who holds an office of the whole today, in the order of the offices."""
        order = {row["id"]: at for at, row in enumerate(self.offices(self.whole))}
        mine = [one for one in self.held if one.position in order]
        return sorted(mine, key=lambda one: (order[one.position], one.valid_from, one.id))

    def like(self, office: UUID) -> UUID | None:
        """The office of the part that is of the same type, if there is one."""
        type_ = self.rows[office]["type"]
        return next((row["id"] for row in self.offices(self.terms.into) if row["type"] == type_), None)


def planned(leaving: Leaving, day: date, placed: Mapping[UUID, UUID | None] | None = None) -> Parted:
    """What the choice means on a day. Raises Unfit where it cannot be done."""
    terms = SplitOrganisation(
        leaving.into, leaving.basis, list(leaving.procedures), list(leaving.areas), list(leaving.tasks),
        [Placement(holding, office) for holding, office in (placed or {}).items()], leaving.founded,
        _likes(leaving.whole, leaving.founded) if leaving.founded is not None else [],
    )  # fmt: skip
    text, values = parting(leaving.whole, terms, day)
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        names = [column.name for column in cursor.description or ()]
        facts = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    rows, _new, made = separated(facts, leaving.whole, terms, day)
    _actors, holdings = parted(facts)
    held = [Held(row["id"], row["position"], row["person"], row["valid_from"]) for row in holdings.values()]
    return Parted(terms, leaving.whole, made, rows, held, {row["id"]: rights_of(row) for row in facts})


def _likes(whole: UUID, founded: Founded) -> list[Like]:
    """An office like each that stands in the whole, by the code of the new organisation and the type of the office."""
    made: dict[str, Like] = {}
    for row in Actor.objects.filter(kind="position", organisation=whole).order_by("code"):
        if row.current != row.id:
            continue
        code = f"{founded.code}/{row.type}"
        if code in made:
            code = f"{code}.{len(made)}"
        made[code] = Like(id_of(code), row.id, code)
    return list(made.values())
