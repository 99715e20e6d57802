"""Who may see what: the same rule as SQL, for lists, and in Python, with its reason, for one thing.

``visible()`` and ``explain()`` agree on random worlds, by test.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from sauro.core.doorway import store
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.registry import Subject
from sauro.core.doorway.store import LiveGrant
from sauro.core.moment import now
from sauro.core.rules.scopes import Place, covers


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: a natural person, the position in which they ask, and for whom they deputise there.

    ``behalf`` opens nothing: who may ask in a position is looked up anew each time. By it pages leave out what would be
    refused.
    """

    person: UUID
    position: UUID | None = None
    behalf: UUID | None = None

    @property
    def persons(self) -> tuple[UUID, ...]:
        """The natural persons behind what the reader does (invariant I3)."""
        return (self.person,) if self.behalf is None else (self.person, self.behalf)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether, and under which grant or for want of which."""

    allowed: bool
    rule: str
    grant: LiveGrant | None = None

    @property
    def reason(self) -> str:
        if self.grant is None:
            return _("No grant in force covers this.")
        return _("Grant for “%(purpose)s” on the basis of %(basis)s.") % {
            "purpose": self.grant.row.purpose,
            "basis": self.grant.row.basis,
        }


def grants_of(reader: Reader, *actions: str) -> list[LiveGrant]:
    """The grants in force that let the reader do any of these actions somewhere. Never cached."""
    return granted((reader.person, reader.position, action) for action in sorted(actions))


def granted(triples: Iterable[tuple[UUID, UUID | None, str]]) -> list[LiveGrant]:
    """The grants in force of these persons in these positions to do these actions somewhere, in one statement."""
    asked, moment = list(triples), now()
    if not asked:
        return []
    with store.transaction() as doing:
        return store.granted(doing.finish(store.granting(asked, moment, local_day(moment)))[0])


def visible(reader: Reader, action: str, subject: Subject) -> tuple[str, list[Any]]:
    """A condition on the subject's tables for what the reader may do ``action`` to: (SQL, parameters).

    Column names are unqualified: ``id``, the subject's owner column and its organisation columns must be in scope.
    """
    return condition(grants_of(reader, action), reader, subject)


def condition(grants: Sequence[LiveGrant], reader: Reader, subject: Subject) -> tuple[str, list[Any]]:
    """The SQL of ``covers`` for these grants."""
    alternatives: list[str] = []
    values: list[Any] = []
    for grant in grants:
        scope = grant.scope
        if scope.kind == "all":
            return "TRUE", []
        if scope.kind == "own" and subject.owner:
            alternatives.append(f"{subject.owner} = %s")
            values.append(reader.person)
        elif scope.kind == "agency":
            alternatives.append(_among(subject, "SELECT id FROM core_actor WHERE current = %s"))
            values.append(scope.organisation)
        elif scope.kind == "subtree" and scope.path:
            below = "SELECT o.id FROM core_actor o JOIN core_actor c ON c.id = o.current WHERE starts_with(c.path, %s)"
            alternatives.append(_among(subject, below))
            values.append(scope.path)
        elif scope.kind == "subject":
            alternatives.append("id = %s")
            values.append(scope.scope_id)
    return (f"({' OR '.join(alternatives)})", values) if alternatives else ("FALSE", [])


def _among(subject: Subject, organisations: str) -> str:
    """The condition that the subject stands in one of the organisations that a query selects."""
    if subject.organisations is None:
        return "FALSE AND %s IS NOT NULL"
    if store.is_array(subject, subject.organisations):
        return f"{subject.organisations} && ARRAY({organisations})"
    return f"{subject.organisations} IN ({organisations})"


def explain(reader: Reader, action: str, place: Place) -> Explanation:
    """Whether the reader may do ``action`` there, and why."""
    for grant in grants_of(reader, action):
        if covers(grant.scope, place, frozenset({reader.person})):
            return Explanation(True, f"grant {grant.row.id}", grant)
    return Explanation(False, f"I5: {action}")


def place(subject: Subject, id_: UUID) -> Place | None:
    """Where a subject stands, or None."""
    with store.transaction() as doing:
        (answer,) = doing.finish(store.locking(subject, [id_]))
    found = store.locked(subject, answer)
    return found[id_].place if id_ in found else None
