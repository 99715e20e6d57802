"""The pack as the checks see it: each file typed, with its lines, and the names that others refer to."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar, cast

import msgspec

from sauro.packs import schema
from sauro.packs.checks.shape import faults
from sauro.packs.indicator import Citation, Claim
from sauro.packs.lines import BrokenFile, Lines, line_of, load
from sauro.packs.pack import (
    CITATIONS,
    CLAIMS,
    INSTRUMENTS,
    PROVINCES,
    instrument,
    procedure_files,
    rows,
)
from sauro.packs.procedure import Procedure

T = TypeVar("T", bound=schema.Plain)
_TABLES: dict[str, tuple[type[schema.Plain], str]] = {
    INSTRUMENTS: (schema.Instrument, "instruments"),
    CLAIMS: (Claim, "claims"),
    CITATIONS: (Citation, "citations"),
}


class Finding(NamedTuple):
    """Something wrong in a pack: where, and what to put right."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Sheet(Generic[T]):
    """One file that has its shape."""

    name: str
    value: T
    lines: Lines

    def at(self, path: str, message: str) -> Finding:
        """A finding about the value at this path."""
        return Finding(self.name, line_of(self.lines, path), message)


@dataclass
class Book:
    """All files of a pack that have their shape; ``findings`` are what was wrong with the others.

    A file that is broken is missing from ``sheets``: what refers to it is then not judged.
    """

    path: Path
    sheets: dict[str, Sheet[Any]] = field(default_factory=dict)
    procedures: list[Sheet[Procedure]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def sheet(self, name: str, shape: type[T]) -> Sheet[T] | None:
        """A file by its name, if it has its shape."""
        found = self.sheets.get(name)
        return cast(Sheet[T], found) if found and isinstance(found.value, shape) else None

    def names(self, name: str, shape: type[T], items: str, key: str = "code") -> frozenset[str] | None:
        """The names that a file gives to its items, or None when the file is broken: then nobody can tell."""
        sheet = self.sheet(name, shape)
        return (
            None if sheet is None else frozenset(getattr(item, key) for item in getattr(sheet.value, items))
        )

    def catalogue(self, code: str, key: str = "key") -> frozenset[str] | None:
        """The keys (or national codes) of a catalogue."""
        sheet = self.sheet("catalogues.yaml", schema.Catalogues)
        if sheet is None:
            return None
        return frozenset(getattr(i, key) for c in sheet.value.catalogues if c.code == code for i in c.items)

    def all_sheets(self) -> Iterator[Sheet[Any]]:
        """Every file that has its shape."""
        yield from self.sheets.values()
        yield from self.procedures


def open_book(path: Path) -> Book:
    """Read every file of a pack, keeping what is wrong with it."""
    book = Book(path)
    for name, shape in schema.FILES.items():
        if name == "instruments.yaml":
            name = INSTRUMENTS
        if name in _TABLES:
            sheet: Sheet[Any] | None = _table(book, path / name, shape)
        else:
            sheet = _sheet(book, path / name, shape)
        if sheet is not None:
            book.sheets[name] = sheet
    for file in procedure_files(path):
        procedure = _sheet(book, file, Procedure)
        if procedure is None:
            book.broken.add(file.stem)
        else:
            book.procedures.append(procedure)
    _provinces(book, path / PROVINCES)
    return book


def structs(value: Any, path: str = "$") -> Iterator[tuple[str, schema.Plain]]:
    """Every struct inside a value with its path, the value itself first."""
    if isinstance(value, schema.Plain):
        yield path, value
        for name, encoded in zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True):
            yield from structs(getattr(value, name), f"{path}.{encoded}")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from structs(item, f"{path}[{index}]")


def twice(items: Iterable[Any], key: str, path: str) -> Iterator[tuple[str, str]]:
    """Items of a list whose key was already used: path and message."""
    seen: set[Any] = set()
    for index, item in enumerate(items):
        name = getattr(item, key)
        if name in seen:
            yield f"{path}[{index}].{key}", f"{name!r} occurs twice"
        seen.add(name)


def is_plain_text(text: str) -> bool:
    """Something to read, in normal form C, without spaces around it."""
    return bool(text) and text == text.strip() and unicodedata.is_normalized("NFC", text)


def _sheet(book: Book, path: Path, shape: type[T]) -> Sheet[T] | None:
    name = str(path.relative_to(book.path))
    try:
        data, lines = load(path)
    except FileNotFoundError:
        book.findings.append(Finding(name, 1, "the file is missing"))
        return None
    except BrokenFile as error:
        book.findings.append(Finding(name, error.line, error.message))
        return None
    return _typed(book, name, data, lines, shape)


def _typed(book: Book, name: str, data: Any, lines: Lines, shape: type[T]) -> Sheet[T] | None:
    try:
        return Sheet(name, msgspec.convert(data, shape), lines)
    except msgspec.ValidationError as error:
        wrong = list(faults(data, shape)) or [("$", str(error))]
        book.findings.extend(Finding(name, line_of(lines, path), message) for path, message in wrong)
        return None


def _table(book: Book, path: Path, shape: type[schema.Plain]) -> Sheet[Any] | None:
    """A CSV as if it were a YAML list: row *n* of claims is ``$.claims[n]``."""
    name = path.name
    if not path.exists():
        book.findings.append(Finding(name, 1, "the file is missing"))
        return None
    row_shape, entries = _TABLES[name]
    items: list[Any] = []
    lines = {"$": 1}
    for line, row in rows(path):
        data = instrument(row) if name == INSTRUMENTS else row
        try:
            items.append(msgspec.to_builtins(msgspec.convert(data, row_shape, strict=False)))
        except msgspec.ValidationError as error:
            said = str(error).replace(" - at `$", " in `").replace("`.", "`")
            book.findings.append(Finding(name, line, said))
            continue
        lines[f"$.{entries}[{len(items) - 1}]"] = line
    return Sheet(name, msgspec.convert({entries: items}, shape), lines)


def _provinces(book: Book, path: Path) -> None:
    from sauro.packs.administration import provinces

    known = {area.code for area in provinces()}
    for line, row in rows(path) if path.exists() else ():
        for column in ("province", "national_code", "source", "verified"):
            if column not in row:
                book.findings.append(Finding(path.name, line, f"the column {column} is empty"))
        if row.get("province") not in known:
            book.findings.append(Finding(path.name, line, f"there is no province {row.get('province')}"))
