"""What the frame of a page asks of its reader's grants: every entry of the rail at once, in one statement a request."""

from uuid import UUID

from django.http import HttpRequest

from sauro.core.doorway.store import LiveGrant
from sauro.core.queries.visibility import Reader, grants_of

_KEPT = "_sauro_grants"
_asked: set[str] = set()


def frame_asks(*actions: str) -> None:
    """Name the actions by which an entry is offered, once; called from a module's AppConfig.ready()."""
    _asked.update(actions)


def grants_here(request: HttpRequest, reader: Reader, *actions: str) -> list[LiveGrant]:
    """The grants in force at this request that let the reader do any of these actions somewhere; never kept longer.

    Raises ValueError for an action that was not named at the start.
    """
    if not _asked.issuperset(actions):
        raise ValueError(f"frame_asks() was not told of {sorted(set(actions) - _asked)}")
    if not hasattr(request, _KEPT):
        setattr(request, _KEPT, {})
    kept: dict[tuple[UUID, UUID | None], list[LiveGrant]] = getattr(request, _KEPT)
    seat = (reader.person, reader.position)
    if seat not in kept:
        kept[seat] = grants_of(reader, *_asked)
    return [grant for grant in kept[seat] if grant.action in actions]
