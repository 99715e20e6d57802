"""The left rail of an official's page: each module adds its own entries when it starts."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from sauro.web.shapes import Text


@dataclass(frozen=True)
class RailEntry:
    """One entry: `view` is the name of an address, `allowed` says whether this reader may do anything there."""

    key: str
    label: Text
    view: str
    allowed: Callable[[HttpRequest], bool]
    order: int = 100
    count: Callable[[HttpRequest], int | None] | None = None


@dataclass(frozen=True)
class RailItem:
    """An entry as one reader sees it."""

    key: str
    label: Text
    href: str
    count: int | None


_entries: dict[str, RailEntry] = {}


def add_to_rail(entry: RailEntry) -> None:
    """Add an entry, once; called from a module's AppConfig.ready()."""
    _entries[entry.key] = entry


def rail(request: HttpRequest) -> list[RailItem]:
    """Give the entries this reader may use, in order."""
    return [
        RailItem(entry.key, entry.label, reverse(entry.view), entry.count(request) if entry.count else None)
        for entry in sorted(_entries.values(), key=lambda entry: (entry.order, entry.key))
        if entry.allowed(request)
    ]
