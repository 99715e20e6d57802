"""What a merger does to organisations, offices and their holders (invariant I7): one pure rule for preview and act.

Nothing here touches a dossier or a task: what stands *for* an organisation or an office moves, and work follows it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

Row = Mapping[str, Any]
Pair = tuple[UUID, UUID]
"""An organisation that is absorbed, and the one that absorbs it."""


class Unfit(ValueError):
    """What is wrong, as a code: ``no_successor``, ``into_itself``, ``merged_already`` or ``no_head``."""


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody holds an office from a day on."""

    id: UUID
    position: UUID
    person: UUID
    valid_from: date


@dataclass(slots=True)
class Merged:
    """What changes: columns of actors by their id, and offices that persons hold newly, as (person, office)."""

    actors: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    appointed: list[tuple[UUID, UUID]] = field(default_factory=list)
    ended: list[UUID] = field(default_factory=list)
    offices: dict[UUID, UUID] = field(default_factory=dict)
    """Each office that is absorbed, with the one that does its work from now on."""


def merge(rows: Iterable[Row], pairs: Sequence[Pair], keep: Collection[UUID], today: date) -> Merged:
    """Move who stands for whom. Raises Unfit.

    An office goes to the one of the same type in the absorbing organisation; where it has none, to its head.
    Offices in ``keep`` go along as they are, with their holders.
    """
    state = {row["id"]: dict(row) for row in rows}
    before = {id_: dict(row) for id_, row in state.items()}
    made = Merged()
    for absorbed, into in pairs:
        _absorb(state, made, absorbed, into, keep, today)
    for id_, row in state.items():
        if changed := {name: value for name, value in row.items() if before[id_][name] != value}:
            made.actors[id_] = changed
    made.offices = {office: state[office]["current"] for office in made.offices}
    return made


def _absorb(
    state: dict[UUID, dict[str, Any]], made: Merged, absorbed: UUID, into: UUID, keep: Collection[UUID], today: date
) -> None:  # fmt: skip
    heir = state.get(into)
    if absorbed == into:
        raise Unfit("into_itself")
    if heir is None or heir["kind"] != "organisation" or heir["current"] != into:
        raise Unfit("no_successor")
    if absorbed not in state or state[absorbed]["kind"] != "organisation":
        raise Unfit("no_successor")
    old = state[absorbed]["path"]
    own = {row["id"] for row in state.values() if row["organisation"] == absorbed}
    for office in own & set(keep):
        state[office]["organisation"] = into
    own -= set(keep)
    offices = {row["type"]: row["id"] for row in state.values() if _stands_in(row, into)}
    head = next((row["id"] for row in state.values() if _stands_in(row, into) and row["head"]), None)
    heir_path = heir["path"]
    for row in state.values():
        if old and row["id"] != absorbed and row["path"].startswith(old):
            row["path"] = resettled(row["path"], old, heir_path)
        if row["kind"] == "organisation" and row["current"] == absorbed:
            row.update(current=into, valid_to=row["valid_to"] or today)
        elif row["kind"] == "position" and row["current"] in own:
            moved_to = offices.get(state[row["current"]]["type"], head)
            if moved_to is None:
                raise Unfit("no_head")
            if row["current"] == row["id"]:
                made.offices[row["id"]] = moved_to
            row.update(current=moved_to, valid_to=row["valid_to"] or today)


def _stands_in(row: Row, organisation: UUID) -> bool:
    return bool(row["organisation"] == organisation and row["current"] == row["id"])


def resettled(path: str, old: str, into: str) -> str:
    """The path of what lay below the absorbed organisation: below its successor, which may itself have lain there."""
    if not into.startswith(old):
        return into + path[len(old) :]
    above = old[: old.rstrip("/").rfind("/") + 1]
    top = above + into.rstrip("/").rpartition("/")[2] + "/"
    return top + path[len(into if path.startswith(into) else old) :]


def settle(
    made: Merged, rows: Iterable[Row], held: Sequence[Held], placed: Mapping[UUID, UUID | None]
) -> Merged:
    """Who holds what afterwards: whoever held an absorbed office goes on in the office that does its work.

    That is so where both are of one type, and no head is displaced. ``placed`` says otherwise of single holdings: the
    office in which their holders go on, or None. Who is placed at the head takes over from who was there.
    """
    known = {row["id"]: row for row in rows}
    ended: set[UUID] = set()
    wanted: dict[tuple[UUID, UUID], None] = {}
    for holding in held:
        heir = made.offices.get(holding.position)
        place = placed.get(holding.id)
        if heir is not None:
            ended.add(holding.id)
            if holding.id not in placed and follows(known[holding.position], known[heir], held):
                place = heir
        elif holding.id in placed and place != holding.position:
            ended.add(holding.id)
        if place is not None and place != holding.position:
            wanted[holding.person, place] = None
            if holding.id in placed and known[place]["head"]:
                ended |= {one.id for one in held if one.position == place and one.person != holding.person}
    has = {(one.person, one.position) for one in held if one.id not in ended}
    made.appointed = [pair for pair in wanted if pair not in has]
    made.ended = sorted(ended)
    return made


def follows(office: Row, heir: Row, held: Sequence[Held]) -> bool:
    """Whether the holder of an absorbed office goes on in its heir without anybody's decision."""
    if office["type"] != heir["type"]:
        return False
    return not heir["head"] or not any(one.position == heir["id"] for one in held)
