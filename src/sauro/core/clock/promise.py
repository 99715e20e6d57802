"""What a commitment's clock holds, as values: the limit, what the definition allows, and what happened to it.

A course is never changed: each act (``course``) returns another one. ``original_due`` is set once, by ``course.start``,
and kept by every act (invariant I2); the due in force is computed from it (``reckoning.due``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal, Self, cast, get_args

from sauro.core.clock.calendar import Calendar
from sauro.core.clock.working import (
    add_calendar_days,
    add_calendar_months,
    add_working_days,
    add_working_hours,
)

Unit = Literal["working_day", "working_hour", "day", "month"]

_ADD: Final = {
    "working_day": add_working_days,
    "working_hour": add_working_hours,
    "day": add_calendar_days,
    "month": add_calendar_months,
}


class CourseRefused(ValueError):
    """An act on a clock that its rules do not allow: ``code`` is stable, ``rule`` says what it rests on."""

    def __init__(self, code: str, rule: str, **details: Any) -> None:
        super().__init__(f"{code} [{rule}] {details or ''}".rstrip())
        self.code = code
        self.rule = rule
        self.details = details


@dataclass(frozen=True, slots=True)
class Limit:
    """How long: ``amount`` of ``unit``. 0 working days is the same day."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.unit not in get_args(Unit):
            raise ValueError(f"{self.unit!r} is no unit of a time limit")
        if self.amount < 0 or (self.amount == 0 and self.unit != "working_day"):
            raise ValueError(f"{self.amount} {self.unit} is no time limit")

    def end(self, calendar: Calendar, start: datetime, *, cut_off: bool = False) -> datetime:
        """When this much time has passed since ``start`` (rules: ``working``)."""
        return _ADD[self.unit](calendar, start, self.amount, cut_off=cut_off)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a definition allows its clock.

    The defaults are DOMAIN 2.5's parameters: re-appointment at most once (Decree 61/2018; general knowledge, the day
    limits of Decree 118/2025 were not seen), decided at least ``notice_days`` working days before the due it moves.
    ``due_soon_hours`` is working time left when a commitment counts as due soon.
    """

    pause_reasons: frozenset[str] = frozenset()
    max_extensions: int = 1
    notice_days: int = 1
    due_soon_hours: int = 8
    cut_off: bool = True

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """From plain data with these names; an unknown name raises TypeError."""
        return cls(**{**data, "pause_reasons": frozenset(data.get("pause_reasons", ()))})

    def to_data(self) -> dict[str, Any]:
        return {
            "pause_reasons": sorted(self.pause_reasons),
            "max_extensions": self.max_extensions,
            "notice_days": self.notice_days,
            "due_soon_hours": self.due_soon_hours,
            "cut_off": self.cut_off,
        }


DEFAULT_TERMS: Final = Terms()


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stood still from ``since`` until ``until`` (None: it still does), for this legal reason."""

    since: datetime
    until: datetime | None
    reason: str
    basis: str


@dataclass(frozen=True, slots=True)
class Extension:
    """The due in force was moved by ``by`` units of the limit: by whom is in the event, when and why here."""

    by: int
    reason: str
    basis: str
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One commitment's clock. ``received_at`` is what happened, ``started_at`` when it counts from (cut-off rule)."""

    limit: Limit
    received_at: datetime
    started_at: datetime
    original_due: datetime
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    finished_at: datetime | None = None
    calendar: str = field(default="", compare=False)

    @property
    def open_pause(self) -> Pause | None:
        """The pause in which the clock stands now, if any."""
        return self.pauses[-1] if self.pauses and self.pauses[-1].until is None else None

    def to_data(self) -> dict[str, Any]:
        """JSON-able: moments as ISO strings in UTC, amounts as integers."""
        return {
            "limit": {"amount": self.limit.amount, "unit": self.limit.unit},
            "received_at": iso(self.received_at),
            "started_at": iso(self.started_at),
            "original_due": iso(self.original_due),
            "pauses": [
                {"since": iso(p.since), "until": iso(p.until), "reason": p.reason, "basis": p.basis}
                for p in self.pauses
            ],
            "extensions": [
                {"by": e.by, "reason": e.reason, "basis": e.basis, "decided_at": iso(e.decided_at)}
                for e in self.extensions
            ],
            "finished_at": iso(self.finished_at),
            "calendar": self.calendar,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """What ``to_data`` wrote. Raises KeyError, ValueError."""
        limit = data["limit"]
        return cls(
            limit=Limit(limit["amount"], cast(Unit, limit["unit"])),
            received_at=moment_of(data["received_at"]),
            started_at=moment_of(data["started_at"]),
            original_due=moment_of(data["original_due"]),
            pauses=tuple(
                Pause(moment_of(p["since"]), _moment_or_none(p["until"]), p["reason"], p["basis"])
                for p in data["pauses"]
            ),
            extensions=tuple(
                Extension(e["by"], e["reason"], e["basis"], moment_of(e["decided_at"]))
                for e in data["extensions"]
            ),
            finished_at=_moment_or_none(data["finished_at"]),
            calendar=data["calendar"],
        )


def iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()


def moment_of(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} says no time zone")
    return moment


def _moment_or_none(text: str | None) -> datetime | None:
    return None if text is None else moment_of(text)
