"""Where a page of a long list begins: after a moment and an id, said in the address. No page is found by counting."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list, and after which mark the next one begins; empty at the end."""

    lines: list[T]
    following: str


def mark(moment: str, id_: UUID) -> str:
    """The place after a line, for an address."""
    return f"{moment}~{id_}"


def marked(after: str) -> tuple[str, str] | None:
    """The moment and the id of a mark; None for a made-up one, so that its page begins at the top."""
    moment, _sep, id_ = after.partition("~")
    try:
        # Said anew: the database reads fewer ways of writing a moment and an id than Python does.
        at = moment if moment == "infinity" else datetime.fromisoformat(moment).isoformat()
        return at, str(UUID(id_))
    except ValueError:
        return None
