"""A contested read: who may answer, in whose turn it is, and whether the reader was heard (invariants I3, I5)."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sauro.core.rules.closing import all_may_close

Seat = tuple[int, UUID, UUID]
"""How far above the reader's agency an office lies, the office, and one who holds it today."""


def parties(
    person: UUID, reader: UUID, behalf: UUID | None, explainers: Collection[UUID] = ()
) -> frozenset[UUID]:
    """The natural persons for whom this is a matter of their own: whose data it is, who read, for whom, who explained."""
    return frozenset({person, reader, *explainers} | ({behalf} if behalf is not None else set()))


def may_answer(persons: Collection[UUID], involved: Collection[UUID]) -> bool:
    """Whether these natural persons (a deputy, and who they act for) may ask and answer: none of them is a party."""
    return all_may_close(persons, involved)


def office_in_turn(seats: Iterable[Seat], involved: Collection[UUID]) -> UUID | None:
    """The nearest data-protection office in which somebody sits who is no party; None where there is none anywhere."""
    fit = [(depth, office) for depth, office, holder in seats if holder not in involved]
    return min(fit)[1] if fit else None


def was_heard(explained: int, explain_due: datetime | None, now: datetime) -> bool:
    """Whether the reader explained, or was asked and let the time for it pass."""
    return explained > 0 or (explain_due is not None and explain_due <= now)
