"""What is asked of the doorway, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to change something.

    ``person`` is the natural person (or the platform) who acts; ``position`` the office they act in, if any;
    ``on_behalf`` the person they act for. ``key`` makes a repeated request one act: it is scoped to person and
    action. ``version`` is the version of the subject that the person saw, where a form was filled from one.
    """

    action: str
    person: UUID
    key: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    subject: UUID | None = None
    position: UUID | None = None
    on_behalf: UUID | None = None
    version: int | None = None
    occurred: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an act did: its event, its subject, and an answer that holds ids and codes, never personal data.

    ``repeated`` is true when the same key had been acknowledged before and nothing was done again.
    """

    event: UUID
    subject: UUID
    answer: dict[str, Any]
    repeated: bool = False
