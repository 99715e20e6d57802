"""Tickets of live streams: who made a page may listen, for ten minutes, to the topics that the page shows.

A ticket travels in an address, so it says nothing about a person: its holder is a keyed digest. It opens a stream of
numbers that count up, nothing else; what they stand for is fetched from a page, under the reader's own grant.
Pure functions; the key and the time are passed in.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

LIFE = 600
"""Seconds for which a ticket opens a stream, and after which that stream ends."""

_FORM = "1"
_TOPIC = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_HOLDER = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
_LONGEST = 1_000


class TicketRefused(Exception):
    """A ticket opens nothing. `code` says why: `ticket_wrong` or `ticket_expired`."""

    def __init__(self, code: Literal["ticket_wrong", "ticket_expired"]) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Ticket:
    """`holder` from `holder()`, topics in any order, `until` in seconds since 1970. Raises ValueError for other forms."""

    holder: str
    topics: tuple[str, ...]
    until: int

    def __post_init__(self) -> None:
        if not self.topics or not all(_TOPIC.fullmatch(topic) for topic in self.topics):
            raise ValueError("A topic is a short name of small letters, digits and _")
        if not _HOLDER.fullmatch(self.holder) or self.until < 0:
            raise ValueError("A ticket has a holder and an end")


def key_of(secret: str) -> bytes:
    """Derive the key of tickets from the secret of the installation."""
    return hmac.digest(secret.encode(), b"sauro live ticket", hashlib.sha256)


def holder(key: bytes, person: UUID, position: UUID | None) -> str:
    """Give a name for a person in a position that tells nobody without the key who it is."""
    said = b"holder" + person.bytes + (position.bytes if position else b"")
    return _text(hmac.digest(key, said, hashlib.sha256)[:16])


def sign(key: bytes, ticket: Ticket) -> str:
    """Write a ticket as text that may stand in an address."""
    said = "~".join((_FORM, str(ticket.until), ticket.holder, "-".join(ticket.topics)))
    return f"{said}~{_seal(key, said)}"


def read(key: bytes, text: str, at: float) -> Ticket:
    """Give the ticket that was written with this key and is in force `at`. Raises TicketRefused."""
    said, _, seal = text.rpartition("~")
    # Nothing of it is looked at before its seal is known to be ours.
    if len(text) > _LONGEST or not hmac.compare_digest(
        _seal(key, said).encode(), seal.encode(errors="replace")
    ):
        raise TicketRefused("ticket_wrong")
    form, *rest = said.split("~")
    if form != _FORM:
        raise TicketRefused("ticket_wrong")
    until, who, topics = rest
    ticket = Ticket(who, tuple(topics.split("-")), int(until))
    if at >= ticket.until:
        raise TicketRefused("ticket_expired")
    return ticket


def _seal(key: bytes, said: str) -> str:
    return _text(hmac.digest(key, said.encode(errors="replace"), hashlib.sha256))


def _text(given: bytes) -> str:
    return base64.urlsafe_b64encode(given).rstrip(b"=").decode()
