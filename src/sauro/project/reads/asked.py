"""The filter of the page "who looked at my data" in its address: read, and written with one part changed."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict

from sauro.core.doorway.decide import VIETNAM
from sauro.core.queries.reading import BY, Looked, Sought
from sauro.steer.pages.asked import uuid_of


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, as it stands in the address; what cannot be read counts as not asked."""

    by: str
    agency: UUID | None
    case: UUID | None
    since: date | None
    until: date | None
    before: tuple[datetime, UUID] | None

    @property
    def sought(self) -> Sought:
        return Sought(
            self.case, self.agency, _midnight(self.since), _midnight(self.until + timedelta(days=1)) if self.until else None,
            self.by, self.before,
        )  # fmt: skip

    @property
    def filtered(self) -> bool:
        return any((self.by, self.agency, self.case, self.since, self.until))

    def query(self, **changed: str) -> str:
        """The address with some parts changed; a change begins at the first page again."""
        parts = {
            "by": self.by, "agency": str(self.agency or ""), "case": str(self.case or ""),
            "since": f"{self.since or ''}", "until": f"{self.until or ''}", **changed,
        }  # fmt: skip
        return "?" + urlencode({name: value for name, value in parts.items() if value})

    def after(self, line: Looked) -> str:
        """The page that goes on after a line."""
        return self.query(before=f"{line.last_at.isoformat()}~{line.id}")


def asked_of(sent: QueryDict) -> Asked:
    by = sent.get("by", "")
    return Asked(
        by if by in BY else "", uuid_of(sent.get("agency", "")), uuid_of(sent.get("case", "")), _day(sent.get("since", "")),
        _day(sent.get("until", "")), _before(sent.get("before", "")),
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2200 else None


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), VIETNAM) if day else None


def _before(text: str) -> tuple[datetime, UUID] | None:
    at, _mark, id_ = text.partition("~")
    found = uuid_of(id_)
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (moment, found) if found is not None and moment.tzinfo is not None else None
