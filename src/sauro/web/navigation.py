"""How pages lead to those of other rooms: the left rail, and what a room offers about its promises.

Each module adds its own when it starts; no module knows another.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.http import HttpRequest
from django.urls import get_script_prefix, get_urlconf, reverse

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


def address_of(view: str) -> str:
    """The address of a page that needs no more than its name. Raises NoReverseMatch.

    Every page names some thirty of them, and Django works each out anew.
    """
    return _address_of(view, get_urlconf(), get_script_prefix())


@lru_cache(maxsize=512)
def _address_of(view: str, urlconf: str | None, _prefix: str) -> str:
    return reverse(view, urlconf)


def rail(request: HttpRequest) -> list[RailItem]:
    """Give the entries this reader may use, in order."""
    return [
        RailItem(
            entry.key, entry.label, address_of(entry.view), entry.count(request) if entry.count else None
        )
        for entry in sorted(_entries.values(), key=lambda entry: (entry.order, entry.key))
        if entry.allowed(request)
    ]


@dataclass(frozen=True)
class PromiseKind:
    """A kind of commitment, as the pages of other rooms speak of it.

    ``address`` is where this reader opens one, or empty for who opens none; ``stage`` and ``event`` say in words what a
    stage and an event's name mean.
    """

    kind: str
    address: Callable[[HttpRequest, UUID], str]
    stage: Callable[[str], Text]
    event: Callable[[str], Text]


Draft = Callable[[HttpRequest, UUID, str], str]
"""Gives the address of a draft that an agency is to lead, with a note; empty for who may draft none."""

_kinds: dict[str, PromiseKind] = {}
_drafts: dict[str, Draft] = {}


def add_promise_kind(kind: PromiseKind) -> None:
    """Say how a kind of commitment is shown, once; called from a module's AppConfig.ready()."""
    _kinds[kind.kind] = kind


def promise_kind(kind: str) -> PromiseKind | None:
    """How a kind of commitment is shown, or None where no room that is installed shows it."""
    return _kinds.get(kind)


def add_draft(room: str, draft: Draft) -> None:
    """Offer new commitments for an agency, once; called from a module's AppConfig.ready()."""
    _drafts[room] = draft


def new_promise(request: HttpRequest, lead: UUID, note: str) -> str:
    """Where this reader drafts a new commitment that an agency leads; empty where no room lets them."""
    return next((href for draft in _drafts.values() if (href := draft(request, lead, note))), "")
