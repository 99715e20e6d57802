"""What one check saw."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

State = Literal["well", "warning", "fault"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check saw, and what to do about it (empty when all is well). `code` names the check for a program."""

    code: str
    check: str
    state: State
    found: str
    remedy: str = ""

    def answer(self) -> dict[str, Any]:
        """Give it for a program."""
        return asdict(self)


def one(question: str, values: list[Any] | None = None) -> Any:
    """Give the only value of a query's only row; None where there is none."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(question, values or [])
        row = cursor.fetchone()
    return row[0] if row else None
