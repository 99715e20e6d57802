"""What a reader may do now, by the grants in force: one question for many actions, or for many offices, at once."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sauro.core.doorway import store
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.store import LiveGrant
from sauro.core.moment import now
from sauro.core.queries.visibility import Reader, place
from sauro.core.rules.scopes import covers
from sauro.steer.actions.subject import TASK


def grants_for(reader: Reader, actions: Collection[str]) -> list[LiveGrant]:
    """The grants in force that let the reader do any of these actions somewhere. Never cached."""
    return _granted([(reader.person, reader.position, action) for action in sorted(actions)])


def permitted(reader: Reader, task: UUID, actions: Collection[str]) -> frozenset[str]:
    """Which of these actions a grant in force lets the reader do to a task."""
    where = place(TASK, task)
    if where is None:
        return frozenset()
    return frozenset(
        grant.action
        for grant in grants_for(reader, actions)
        if covers(grant.scope, where, frozenset({reader.person}))
    )


def offices_that_may(person: UUID, positions: Sequence[UUID], action: str) -> frozenset[UUID]:
    """In which of a person's offices an action may be done somewhere."""
    found = _granted([(person, position, action) for position in positions])
    return frozenset(grant.position for grant in found if grant.position is not None)


def _granted(asked: Sequence[tuple[UUID, UUID | None, str]]) -> list[LiveGrant]:
    if not asked:
        return []
    moment = now()
    with store.transaction() as doing:
        return store.granted(doing.finish(store.granting(asked, moment, local_day(moment)))[0])
