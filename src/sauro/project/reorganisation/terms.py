"""From what an administrator chose to the terms of a merger: which goes into which, and who needs a decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from sauro.core.actions.merging import (
    Founded,
    MergeOrganisations,
    Pair,
    Placement,
    founded_row,
    involved,
    moves,
    organisations,
    parted,
)
from sauro.core.models import Actor
from sauro.core.rules.reorganising import Held, Merged, follows

Rows = dict[UUID, dict[str, Any]]


@dataclass(frozen=True)
class Chosen:
    """What was chosen: those that go, and the one that stays or is founded."""

    absorbed: tuple[UUID, ...]
    into: UUID
    basis: str = ""
    founded: Founded | None = None
    effective: date | None = None


@dataclass(frozen=True)
class Decision:
    """A holder for whom it must be said where they go on: from which office, and what happens unless said otherwise."""

    holding: UUID
    office: UUID
    usual: UUID | None


@dataclass
class Planned:
    """The terms, what they change, who needs a decision; and the rows that were looked at."""

    terms: MergeOrganisations
    subject: UUID
    made: Merged
    rows: Rows
    held: list[Held] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)

    @property
    def pairs(self) -> list[tuple[UUID, UUID]]:
        """Every organisation that goes, with the one that stands for it, the chosen ones last."""
        return [
            *((pair.organisation, pair.into) for pair in self.terms.also),
            (self.subject, self.terms.into),
        ]

    @property
    def kept(self) -> list[UUID]:
        """Offices that go along as they are."""
        return list(self.terms.keep)

    def standing(self) -> list[dict[str, Any]]:
        """The offices that stand afterwards in the organisations that absorb, by the order of their organisation."""
        into = [into for _absorbed, into in reversed(self.pairs)]
        moved = {id_: changed.get("organisation") for id_, changed in self.made.actors.items()}
        found = []
        for row in self.rows.values():
            home = moved.get(row["id"]) or row["organisation"]
            if row["kind"] == "position" and home in into and row["id"] not in self.made.offices and row["current"] == row["id"]:  # fmt: skip
                found.append({**row, "organisation": home})
        return sorted(
            found, key=lambda row: (into.index(row["organisation"]), not row["head"], row["code"] or "")
        )


def planned(chosen: Chosen, day: date, placed: Mapping[UUID, UUID | None] | None = None) -> Planned:
    """What the choice means on a day. Raises Unfit where it cannot be done."""
    pairs = _pairs(chosen)
    subject = chosen.absorbed[-1]
    also = [Pair(gone, into) for gone, into in pairs if gone != subject]
    terms = MergeOrganisations(chosen.into, chosen.basis, also, founded=chosen.founded)
    facts = _facts(subject, terms, day)
    rows, holdings = parted(facts)
    if chosen.founded is not None and subject in rows:
        rows[chosen.founded.id] = founded_row(chosen.founded, rows[subject], day)
    terms.keep = _unlike(rows, [*((p.organisation, p.into) for p in also), (subject, chosen.into)])
    held = [Held(row["id"], row["position"], row["person"], row["valid_from"]) for row in holdings.values()]
    terms.placed = [Placement(holding, office) for holding, office in (placed or {}).items()]
    made = moves(facts, subject, terms, day)
    return Planned(terms, subject, made, rows, held, _decisions(rows, made, held))


def _facts(subject: UUID, terms: MergeOrganisations, day: date) -> list[dict[str, Any]]:
    text, values = involved(*organisations(subject, terms), day)
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _pairs(chosen: Chosen) -> list[tuple[UUID, UUID]]:
    """Each of those that go and what lies below it, into the like of it: service centre into service centre.

    What has no like below the successor goes along as it is, and is the like of what comes after it.
    """
    top = {row["id"]: row for row in _standing(id__in=[*chosen.absorbed, chosen.into])}
    likes: dict[str, UUID] = {}
    if chosen.into in top:
        likes = {row["type"]: row["id"] for row in reversed(_below(top[chosen.into]["path"]))}
    found: list[tuple[UUID, UUID]] = []
    for gone in chosen.absorbed:
        for row in _below(top[gone]["path"]) if gone in top else []:
            if row["id"] == chosen.into or row["type"] not in likes:
                likes.setdefault(row["type"], row["id"])
            elif likes[row["type"]] != row["id"]:
                found.append((row["id"], likes[row["type"]]))
        found.append((gone, chosen.into))
    return found


def _standing(**named: Any) -> list[dict[str, Any]]:
    rows = Actor.objects.filter(kind="organisation", **named).order_by("path", "code").values("id", "type", "path", "current")  # fmt: skip
    return [dict(row) for row in rows if row["current"] == row["id"]]


def _below(path: str) -> list[dict[str, Any]]:
    return [row for row in _standing(path__startswith=path) if row["path"] != path] if path else []


def _unlike(rows: Rows, pairs: Sequence[tuple[UUID, UUID]]) -> list[UUID]:
    """Offices without one of their type in what absorbs them: they go along, so that their work keeps its holder."""
    types: dict[UUID, set[str]] = {}
    kept: list[UUID] = []

    def own(organisation: UUID) -> list[dict[str, Any]]:
        return [row for row in rows.values() if row["organisation"] == organisation and row["current"] == row["id"]]  # fmt: skip

    for gone, into in pairs:
        there = types.setdefault(into, {row["type"] for row in own(into)})
        for row in sorted(own(gone), key=lambda row: row["code"] or ""):
            if row["type"] not in there:
                there.add(row["type"])
                kept.append(row["id"])
    return kept


def _decisions(rows: Rows, made: Merged, held: Sequence[Held]) -> list[Decision]:
    """Whose office goes and who does not simply go on; and, beside them, the heads who might be displaced."""
    found: list[Decision] = []
    contested: list[UUID] = []
    for holding in sorted(held, key=lambda one: rows[one.position]["code"] or ""):
        heir = made.offices.get(holding.position)
        if heir is None or follows(rows[holding.position], rows[heir], held):
            continue
        found.append(Decision(holding.id, holding.position, None))
        if rows[heir]["head"] and heir not in contested:
            contested.append(heir)
    for heir in contested:
        found += [Decision(one.id, heir, heir) for one in held if one.position == heir]
    return found
