"""What a reader may do now, by the grants in force: one question for many actions, or for many offices, at once."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sauro.core.queries.visibility import Reader, granted, grants_of, place
from sauro.core.rules.scopes import covers
from sauro.steer.actions.subject import TASK


def permitted(reader: Reader, task: UUID, actions: Collection[str]) -> frozenset[str]:
    """Which of these actions a grant in force lets the reader do to a task."""
    where = place(TASK, task)
    if where is None:
        return frozenset()
    return frozenset(
        grant.action
        for grant in grants_of(reader, *actions)
        if covers(grant.scope, where, frozenset({reader.person}))
    )


def offices_that_may(person: UUID, positions: Sequence[UUID], action: str) -> frozenset[UUID]:
    """In which of a person's offices an action may be done somewhere."""
    found = granted((person, position, action) for position in positions)
    return frozenset(grant.position for grant in found if grant.position is not None)
