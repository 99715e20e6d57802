"""What a grant covers (invariants I5, I7): one pure rule, which the SQL of ``visible()`` must agree with."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Place:
    """Where a subject stands: whose it is, and in which organisations today.

    ``organisations`` are the *current* ones (after mergers), such as where a dossier was received and who decides
    it; ``paths`` their paths of codes from the top of the state, each code followed by a slash.
    """

    subject: UUID | None
    owner: UUID | None = None
    organisations: frozenset[UUID] = frozenset()
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of a grant. ``organisation`` and ``path`` are those of today's successor of ``scope_id``."""

    kind: str
    scope_id: UUID | None = None
    organisation: UUID | None = None
    path: str = ""


def covers(scope: Scope, place: Place, persons: frozenset[UUID]) -> bool:
    """Whether the grant reaches the place. ``persons``: who acts, and on whose behalf under a mandate."""
    match scope.kind:
        case "all":
            return True
        case "own":
            return place.owner is not None and place.owner in persons
        case "agency":
            return scope.organisation in place.organisations
        case "subtree":
            return bool(scope.path) and any(path.startswith(scope.path) for path in place.paths)
        case "subject":
            return place.subject is not None and place.subject == scope.scope_id
    return False
