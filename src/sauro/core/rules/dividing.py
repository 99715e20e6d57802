"""What a split does to offices and their holders (invariant I7): one pure rule for preview and act.

The organisation that is split stays, and keeps what nobody says should go. Nothing here touches a dossier or a task.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sauro.core.rules.reorganising import Held, Merged, Row, Unfit, settle


def divide(
    rows: Iterable[Row], held: Sequence[Held], whole: UUID, into: UUID, placed: Mapping[UUID, UUID | None]
) -> Merged:
    """Who holds what once a part has left. Raises Unfit, as a code.

    ``rows`` are both organisations and their offices, those that are founded by the split among them. Whoever is not
    ``placed`` stays where they are; so does who has left the office in the meantime.
    """
    known = {row["id"]: row for row in rows}
    if whole == into:
        raise Unfit("into_itself")
    for organisation in (whole, into):
        row = known.get(organisation)
        if row is None or row["kind"] != "organisation" or row["current"] != organisation:
            raise Unfit("no_part")
    there = {row["id"] for row in known.values() if stands_in(row, into)}
    if not any(known[office]["head"] for office in there):
        raise Unfit("no_head")
    if any(office is not None and office not in there for office in placed.values()):
        raise Unfit("no_office")
    return settle(Merged(), known.values(), held, placed)


def stands_in(row: Row, organisation: UUID) -> bool:
    """Whether this is an office that stands today in an organisation."""
    return bool(
        row["kind"] == "position" and row["organisation"] == organisation and row["current"] == row["id"]
    )


def heirs(rows: Iterable[Row], came: UUID, into: UUID) -> dict[UUID, UUID]:
    """For each office of an organisation the one that does its work in another: of the same type, or the head.

    An office that stands for others goes with them. Empty where the other has no head.
    """
    known = {row["id"]: row for row in rows}
    there = {row["type"]: row["id"] for row in known.values() if stands_in(row, into)}
    head = next((row["id"] for row in known.values() if stands_in(row, into) and row["head"]), None)
    found: dict[UUID, UUID] = {}
    for row in known.values():
        today = known.get(row["current"]) if row["kind"] == "position" else None
        heir = there.get(today["type"], head) if today and stands_in(today, came) else None
        if heir is not None:
            found[row["id"]] = heir
    return found
