"""Published definitions: immutable, so a process compiles each once and keeps it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Any, TypeVar
from uuid import UUID

from sauro.core.models import Definition

T = TypeVar("T")
REFRESH_SECONDS = 1.0


@dataclass(frozen=True)
class Published:
    """A published or superseded version, with whatever has been compiled from it."""

    id: UUID
    kind: str
    code: str
    version: int
    valid_from: date
    valid_to: date | None
    basis: str
    body: dict[str, Any]
    _made: dict[Callable[..., Any], Any] = field(default_factory=dict, compare=False, repr=False)

    def compiled(self, make: Callable[["Published"], T]) -> T:
        """What ``make`` makes of this version, made once per process."""
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class _Entry:
    id: UUID
    version: int
    valid_from: date
    valid_to: date | None


class _Shelf:
    """All versions by id, and which are in force when. New versions are noticed within a second."""

    def __init__(self) -> None:
        self.by_id: dict[UUID, Published] = {}
        self.index: dict[tuple[str, str], list[_Entry]] = {}
        self.found: dict[Any, Any] = {}
        self.read_at = float("-inf")
        self.lock = Lock()

    def refresh(self, *, force: bool = False) -> None:
        if not force and time.monotonic() - self.read_at < REFRESH_SECONDS:
            return
        with self.lock:
            index: dict[tuple[str, str], list[_Entry]] = {}
            rows = Definition.objects.exclude(state="draft").order_by("version")
            for id_, kind, code, version, start, end in rows.values_list(
                "id", "kind", "code", "version", "valid_from", "valid_to"
            ):
                index.setdefault((kind, code), []).append(_Entry(id_, version, start, end))
            if index != self.index:
                self.index, self.found = index, {}
            self.read_at = time.monotonic()

    def get(self, id_: UUID) -> Published:
        found = self.by_id.get(id_)
        if found is None:
            row = Definition.objects.exclude(state="draft").get(pk=id_)
            found = self.by_id[id_] = Published(
                row.id, row.kind, row.code, row.version, row.valid_from, row.valid_to, row.basis, row.body
            )
        return found


_shelf = _Shelf()


def get(id_: UUID) -> Published:
    """One version by id. Raises Definition.DoesNotExist."""
    return _shelf.get(id_)


def in_force(kind: str, code: str, day: date) -> Published | None:
    """The version in force on a day, or None."""
    _shelf.refresh()
    found = _shelf.found
    if (kind, code) not in _shelf.index:
        # A stranger may ask for any code: what does not exist is not remembered.
        return None
    if (kind, code, day) not in found:
        found[kind, code, day] = _look_up(kind, code, day)
    return found[kind, code, day]  # type: ignore[no-any-return]


def _look_up(kind: str, code: str, day: date) -> Published | None:
    for entry in reversed(_shelf.index.get((kind, code), [])):
        if entry.valid_from <= day and (entry.valid_to is None or day <= entry.valid_to):
            return _shelf.get(entry.id)
    return None


def all_in_force(kind: str, day: date) -> list[Published]:
    """Every definition of a kind that is in force on a day, by code."""
    _shelf.refresh()
    found = _shelf.found
    if (kind, day) not in found:
        codes = sorted(code for k, code in _shelf.index if k == kind)
        every = (in_force(kind, code, day) for code in codes)
        found[kind, day] = [definition for definition in every if definition is not None]
    return list(found[kind, day])


def forget() -> None:
    """Drop what is kept: for tests, whose database changes under the process."""
    _shelf.__init__()  # type: ignore[misc]
