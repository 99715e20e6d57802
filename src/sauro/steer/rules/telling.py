"""Whom a task's deadline concerns as it comes near and passes: first who answers for it, then who stands above them."""

from collections.abc import Iterable, Mapping
from uuid import UUID

KINDS = ("half_time", "due_soon", "breach")
TOLD: Mapping[str, frozenset[str]] = {
    "half_time": frozenset({"responsible"}),
    "due_soon": frozenset({"responsible", "head"}),
    "breach": frozenset({"responsible", "head", "superior", "assigner"}),
}


def concerned(kind: str, stage: str, holders: Iterable[tuple[str, UUID]]) -> set[UUID]:
    """The persons to tell, of those who hold an office in a part: responsible, head, superior, assigner.

    What was declined is nobody's but the assigner's, until it is given anew.
    """
    parts = {"assigner"} if stage == "declined" else TOLD[kind]
    return {person for part, person in holders if part in parts}
