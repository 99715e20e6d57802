"""What a reader may do to a dossier now, by the grants in force: one question for many actions at once."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sauro.core.doorway.store import LiveGrant
from sauro.core.queries.visibility import Reader, grants_of, place
from sauro.core.rules.scopes import covers
from sauro.serve.actions.subject import DOSSIER, is_handling, turn_of
from sauro.serve.queries.places import standing_for


def permitted(reader: Reader, dossier: UUID, actions: Collection[str]) -> dict[str, LiveGrant]:
    """Which of these actions the reader may do to a dossier, each with the grant that lets them.

    Nobody handles their own dossier: those acts are refused whatever the grant, and so never offered.
    """
    where = place(DOSSIER, dossier)
    found: dict[str, LiveGrant] = {}
    if where is None:
        return found
    if where.owner in reader.persons:
        actions = [name for name in actions if not is_handling(name)]
    for grant in grants_of(reader, *actions):
        if grant.action not in found and covers(grant.scope, where, frozenset({reader.person})):
            found[grant.action] = grant
    return found


def takes_step(reader: Reader, promise: Mapping[str, Any], dossier: Mapping[str, Any]) -> bool:
    """Whether the reader acts in the office of the present step, or in its successor; anybody does where none is named."""
    named = turn_of(promise, dossier)
    return named is None or named == reader.position or standing_for(named) == reader.position
