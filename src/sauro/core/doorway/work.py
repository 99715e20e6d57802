"""The work of one act: what its handler sees, and the changes it collects."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models

from sauro.core.doorway.ask import Ask
from sauro.core.doorway.registry import Action, Row
from sauro.core.doorway.tables import complete, defaults, table
from sauro.core.ids import new_id
from sauro.core.journal.tables import TableSpec
from sauro.core.refusal import Refusal


@dataclass(slots=True)
class Change:
    """One row changed: the whole row after it, and which columns an update touched (None for an insert)."""

    spec: TableSpec
    row: Row
    touched: set[str] | None


@dataclass(frozen=True, slots=True)
class Part:
    """Personal text to be sealed: a part of a retention unit, and the tokens by which it may be found."""

    unit: UUID
    part: str
    version: int
    data: Mapping[str, Any]
    tokens: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GrantRow:
    """The grant under which the act happens; and, where a deputy acts, which delegation brings them there, and for whom."""

    id: UUID
    holder: UUID
    role: UUID
    scope: str
    scope_id: UUID | None
    purpose: str
    basis: str
    limits: Mapping[str, Any]
    delegation: UUID | None = None
    behalf: UUID | None = None


@dataclass(frozen=True, slots=True)
class NumberWanted:
    """An official number to be taken last: ``give`` puts it into the rows once it is known."""

    series: str
    scope: str
    give: Callable[[int], None]


class Work:
    """What a handler may use: the ask, the rows as they stand, the moment, the grant; and verbs to change rows.

    A handler reads ``row`` (the subject's envelope and its typed row, by table name), refuses with ``refuse()``,
    and changes with ``put()``, ``insert()``, ``personal()``, ``number()``. It touches nothing else.
    """

    def __init__(
        self,
        action: Action,
        ask: Ask,
        payload: Any,
        rows: dict[str, Row],
        facts: list[Row],
        grant: GrantRow,
        now: datetime,
        unit: UUID | None = None,
        wrapped_key: bytes | None = None,
    ) -> None:
        self.action, self.ask, self.payload, self.facts = action, ask, payload, facts
        self.grant, self.now, self.unit, self.wrapped_key = grant, now, unit, wrapped_key
        self.event = new_id()
        self.rows = rows
        self.subject = ask.subject if ask.subject is not None else new_id()
        self.changes: dict[tuple[str, UUID], Change] = {}
        self.parts: list[Part] = []
        self.numbers: list[NumberWanted] = []
        self.erased: list[UUID] = []
        self.data: dict[str, Any] = {}
        self.answer: dict[str, Any] = {}

    @property
    def persons(self) -> tuple[UUID, ...]:
        """The natural persons behind this act: who acts, and for whom under a delegation (invariant I3)."""
        return (self.ask.person,) if self.grant.behalf is None else (self.ask.person, self.grant.behalf)

    def row(self, model: type[models.Model]) -> Row:
        """The subject's row in ``model``'s table, as it stands before this act (and after what the act has put)."""
        return self.rows[model._meta.db_table]

    def put(self, model: type[models.Model], **values: Any) -> None:
        """Change columns of the subject's row."""
        spec = table(model)
        self.put_row(model, self.rows[spec.name], **values)

    def put_row(self, model: type[models.Model], before: Row, **values: Any) -> None:
        """Change columns of any row that the act has locked, given as it stands."""
        spec = table(model)
        key = (spec.name, before["id"])
        change = self.changes.get(key)
        if change is None:
            row = dict(before)
            row["event"] = self.event
            change = self.changes[key] = Change(spec, row, {"event"})
        changed = {name: value for name, value in values.items() if change.row[name] != value}
        change.row.update(changed)
        if change.touched is not None:
            change.touched |= changed.keys()
        if self.rows.get(spec.name, {}).get("id") == before["id"]:
            self.rows[spec.name] = change.row

    def insert(self, model: type[models.Model], **values: Any) -> UUID:
        """A new row; its id is made here unless given."""
        spec = table(model)
        values.setdefault("id", new_id())
        values["event"] = self.event
        row = complete(spec, values, defaults(model))
        self.changes[(spec.name, row["id"])] = Change(spec, row, None)
        if row["id"] == self.subject:
            self.rows[spec.name] = row
        return row["id"]  # type: ignore[no-any-return]

    def personal(
        self,
        unit: UUID,
        part: str,
        data: Mapping[str, Any],
        *,
        version: int = 1,
        tokens: Mapping[str, str] | None = None,
    ) -> None:
        """Seal personal text under the unit's key. ``tokens`` maps a token kind to the text it is made from."""
        self.parts.append(Part(unit, part, version, data, tokens or {}))

    def number(self, series: str, scope: str, give: Callable[[int], None]) -> None:
        """Take the next gapless number of a series, last, inside the same transaction."""
        self.numbers.append(NumberWanted(series, scope, give))

    def erase(self, unit: UUID) -> None:
        """Erase a retention unit: its key, tokens and files (the doorway does it in this transaction)."""
        self.erased.append(unit)

    def refuse(
        self,
        code: str,
        rule: str,
        message: Any,
        *,
        field: str | None = None,
        status: int = 422,
        **details: Any,
    ) -> None:
        """Stop here: raises Refusal."""
        raise Refusal(code, rule, message, field=field, status=status, details=details)
