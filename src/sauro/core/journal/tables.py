"""The journal's scope: which tables replay rebuilds, what their rows look like in an event, and how to compare them.

An event holds, for each row it changed, ``[table, op, image]``: the whole row after it (*put*), or only its key
(*del*). An image is canonical (see ``sauro.core.canonical``) and its keys are the columns of the table's spec that are
not NULL: what an image leaves out is NULL, so a column that may be NULL is added without touching what is written.
A table whose columns changed otherwise has a later ``version``; its new images carry it as a fourth item.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec
import orjson

from sauro.core.canonical import NotCanonical, decimal, moment, plain

Image = dict[str, Any]
Upcaster = Callable[[Image], Image]

# Each kind is a PostgreSQL type; the SQL gives a column in canonical form, so that a million rows
# need no conversion in Python.
_AS_TEXT = "{}::text"
_SQL: Mapping[str, str] = {
    "uuid": _AS_TEXT,
    "text": "{}",
    "boolean": "{}",
    "smallint": "{}",
    "integer": "{}",
    "bigint": "{}",
    "date": "to_char({}, 'YYYY-MM-DD')",
    "timestamptz": "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
    "numeric": "trim_scale({})::text",
    "bytea": "encode({}, 'hex')",
    "jsonb": _AS_TEXT,
    "uuid[]": "to_jsonb({})::text",
    "text[]": "to_jsonb({})::text",
    "integer[]": "to_jsonb({})::text",
}
_JSON = frozenset({"jsonb", "uuid[]", "text[]", "integer[]"})


@dataclass(frozen=True)
class TableSpec:
    """One table in the journal's scope.

    ``columns`` are (name, kind) in any fixed order, a kind being a PostgreSQL type of ``KINDS``; ``excluded`` columns
    are not in images. ``commits`` pairs an excluded column with the column that holds its SHA-256. ``unit`` names
    the column with the retention unit whose lawful erasure empties the excluded columns. ``rows`` is the SQL condition
    on ``t`` of the rows that are in scope. ``version`` grows when the
    columns change, and ``UPCASTERS`` then says how older images become newer ones.
    """

    name: str
    pk: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    excluded: tuple[str, ...] = ()
    commits: tuple[tuple[str, str], ...] = ()
    unit: str | None = None
    rows: str = "true"
    version: int = 1

    def __post_init__(self) -> None:
        unknown = [f"{name} {kind}" for name, kind in self.columns if kind not in _SQL]
        if unknown:
            raise TypeError(f"{self.name}: the journal does not know the kind of {', '.join(unknown)}")

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.columns)

    @cached_property
    def carries_event(self) -> bool:
        """Whether the row names the event that wrote it last."""
        return "event" in self.names

    def canonical_columns(self) -> str:
        """The select list that gives each column in canonical form; ``read`` completes what SQL cannot."""
        return ", ".join(_SQL[kind].format(f't."{name}"') + f' AS "{name}"' for name, kind in self.columns)

    def read(self, values: Sequence[Any]) -> Image:
        """A row selected with ``canonical_columns`` as its image.

        JSON without canonical form, which no event can have written, becomes something that equals no image.
        """
        row = {name: value for name, value in zip(self.names, values, strict=False) if value is not None}
        for name in self._json:
            if name in row:
                row[name] = _json(row[name])
        for name in self._text:
            if name in row and not row[name].isascii():
                row[name] = plain(row[name])
        return row

    @cached_property
    def _json(self) -> tuple[str, ...]:
        return tuple(name for name, kind in self.columns if kind in _JSON)

    @cached_property
    def _text(self) -> tuple[str, ...]:
        return tuple(name for name, kind in self.columns if kind == "text")

    @cached_property
    def _checked(self) -> tuple[str, ...]:
        """The columns in which a float, or a key outside ASCII, could hide."""
        return tuple(name for name, kind in self.columns if kind in ("jsonb", "numeric"))

    def image(self, row: Mapping[str, Any], touched: Collection[str] | None = None) -> Image:
        """A row as ``quick`` may write it: what is NULL left out, what could hide a float checked. Raises NotCanonical.

        With ``touched``, only these columns are new: the others stand as an earlier act wrote them, checked.
        """
        image = {name: value for name, value in row.items() if value is not None}
        for name in self._checked:
            if name in image and (touched is None or name in touched):
                image[name] = plain(image[name])
        return image

    def key(self, image: Mapping[str, Any]) -> str:
        """The primary key of an image as one text."""
        if len(self.pk) == 1:
            return str(image[self.pk[0]])
        return orjson.dumps([image[name] for name in self.pk]).decode()

    @cached_property
    def head(self) -> Callable[[bytes | msgspec.Raw], tuple[str, bool]]:
        """Reads the bytes of an image as far as (primary key, whether it names its event)."""
        fields = [(f"k{i}", Any, msgspec.field(name=name)) for i, name in enumerate(self.pk)]
        head = msgspec.defstruct("Head", [*fields, ("event", Any, None)], gc=False)
        decode, single = msgspec.json.Decoder(head).decode, len(self.pk) == 1

        def read(image: bytes | msgspec.Raw) -> tuple[str, bool]:
            found: Any = decode(image)
            if single:
                return str(found.k0), found.event is not None
            return orjson.dumps(
                [getattr(found, f"k{i}") for i in range(len(self.pk))]
            ).decode(), found.event is not None

        return read


JOURNALLED: dict[str, TableSpec] = {}
"""Every table in the journal's scope, by name."""

UPCASTERS: dict[tuple[str, int], Upcaster] = {}
"""How an image of (table, version) becomes one of the next version."""

PERSONAL = TableSpec(
    name="core_personal",
    pk=("unit", "part"),
    columns=(("unit", "uuid"), ("part", "text"), ("version", "integer"), ("digest", "bytea")),
    excluded=("ciphertext",),
    commits=(("ciphertext", "digest"),),
    unit="unit",
    # What is typed before a filing, and the names of uploads, are outside the journal (docs/decisions/0010).
    rows="t.part <> 'draft' AND NOT starts_with(t.part, 'file-')",
)
ERASURE = TableSpec(
    name="core_erasure",
    pk=("unit",),
    columns=(("unit", "uuid"), ("event", "uuid"), ("at", "timestamptz")),
)


def register(spec: TableSpec) -> TableSpec:
    """Put a table into the journal's scope."""
    JOURNALLED[spec.name] = spec
    return spec


register(PERSONAL)
register(ERASURE)


def row_image(spec: TableSpec, row: Mapping[str, Any]) -> Image:
    """The image of a row given as Python values. Raises NotCanonical, and KeyError for a missing column."""
    image: Image = {}
    for name, kind in spec.columns:
        value = row[name]
        if value is None:
            continue
        try:
            image[name] = _CONVERT.get(kind, plain)(value)
        except NotCanonical as error:
            raise NotCanonical(error.reason, (spec.name, name, *error.path)) from None
    return image


def change(spec: TableSpec, op: str, image: Image) -> list[Any]:
    """One entry of an event's ``changes``. ``op`` is ``put`` or ``del``."""
    if op == "del":
        image = {name: image[name] for name in spec.pk}
    return [spec.name, op, image] if spec.version == 1 else [spec.name, op, image, spec.version]


def _json(text: str) -> Any:
    value = orjson.loads(text)
    if text.isascii():
        # ASCII text is NFC, and numbers that have no canonical form equal none that has.
        return value
    try:
        return plain(value)
    except NotCanonical:
        # Holds a float, and so equals no image.
        return [0.5, text]


def missing_upcasters() -> list[tuple[str, int]]:
    """The steps between table versions that nothing covers."""
    needed = [(spec.name, v) for spec in JOURNALLED.values() for v in range(1, spec.version)]
    return [step for step in needed if step not in UPCASTERS]


def _uuid(value: Any) -> str:
    return str(value if isinstance(value, UUID) else UUID(value))


def _numeric(value: Any) -> str:
    if isinstance(value, float):
        raise NotCanonical("A float has no exact value: use a Decimal or a whole number")
    return decimal(value if isinstance(value, Decimal) else Decimal(value))


def _moment(value: Any) -> str:
    if not isinstance(value, datetime):
        raise NotCanonical("A moment is a datetime")
    return moment(value)


def _day(value: Any) -> str:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise NotCanonical("A day is a date")
    return value.isoformat()


_CONVERT: Mapping[str, Callable[[Any], Any]] = {
    "uuid": _uuid,
    "numeric": _numeric,
    "timestamptz": _moment,
    "date": _day,
}
