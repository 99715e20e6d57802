"""A pack in memory: typed, whole, and ready for the loader.

``read`` refuses a pack whose files have not the shape of :mod:`sauro.packs.schema`; whether the facts fit together
is :mod:`sauro.packs.check`'s question.
"""

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from sauro.packs import schema
from sauro.packs.administration import Organisation, Position, organisations, positions
from sauro.packs.calendar import calendar_data
from sauro.packs.ids import indicator_id
from sauro.packs.indicator import Citation, Claim, Indicators
from sauro.packs.lines import BrokenFile, load
from sauro.packs.procedure import Procedure

_T = TypeVar("_T", bound=schema.Plain)
INSTRUMENTS: Final = "instruments.csv"
PROVINCES: Final = "provinces.csv"
CLAIMS: Final = "claims.csv"
CITATIONS: Final = "citations.csv"
PROCEDURES: Final = "procedures"


class PackError(Exception):
    """A file of a pack cannot be read; says which, where and why."""


@dataclass(frozen=True)
class Definition:
    """One versioned template for the core: ``body`` is plain JSON (no floats, dates in ISO)."""

    kind: str
    code: str
    version: int
    valid_from: date
    basis: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Pack:
    """All files of a pack. Tuples keep the order of the files."""

    path: Path
    head: schema.PackHead
    sources: schema.Sources
    instruments: tuple[schema.Instrument, ...]
    administration: schema.Organisations
    position_types: schema.Positions
    roles: schema.Roles
    calendar: schema.Calendar
    statuses: schema.Statuses
    catalogues: schema.Catalogues
    pause_reasons: schema.PauseReasons
    forms: schema.ReferenceForms
    retention: schema.Retentions
    data_rights: schema.DataRights
    synonyms: schema.Synonyms
    indicators: Indicators
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    procedures: tuple[Procedure, ...]
    national_codes: dict[str, schema.NationalCode] = field(default_factory=dict)

    def organisations(self, provinces: Collection[str] | None = None) -> Iterator[Organisation]:
        """Superiors before subordinates; ``provinces`` (2-digit codes) limits what lies below the provinces."""
        return organisations(self.administration, self.national_codes, provinces)

    def positions(self, organisation: Organisation) -> list[Position]:
        """The offices of an organisation, its head first."""
        return positions(self.position_types, organisation)

    def calendar_data(self) -> dict[str, Any]:
        """What the core's calendar is made of: holidays computed, swaps and office hours from the file."""
        return calendar_data(self.calendar)

    def definitions(self) -> Iterator[Definition]:
        """Everything that is published as a definition, catalogues first and procedures last."""
        yield from self._lists()
        for procedure in self.procedures:
            basis = "; ".join(_place(basis) for basis in procedure.legal_basis)
            body = plain(procedure)
            yield Definition(
                "procedure", procedure.code, procedure.version, procedure.valid_from, basis, body
            )

    @cached_property
    def procedure(self) -> dict[str, Procedure]:
        """By code, the latest version."""
        return {p.code: p for p in sorted(self.procedures, key=lambda p: p.version)}

    def _lists(self) -> Iterator[Definition]:
        named: list[tuple[str, list[Any]]] = [
            ("catalogue", self.catalogues.catalogues),
            ("retention", self.retention.rules),
            ("data_right", self.data_rights.rights),
            ("pause_reason", self.pause_reasons.reasons),
            ("reference_form", self.forms.forms),
            ("status_axis", self.statuses.axes),
            ("organisation_type", self.administration.types),
            ("position_type", self.position_types.positions),
            ("role", self.roles.roles),
        ]
        for kind, items in named:
            for item in items:
                yield self._listed(kind, item.code, item)
        yield from self._indicators()
        yield self._listed("synonyms", self.head.id, self.synonyms)
        calendar = self.calendar
        yield Definition(
            "calendar", calendar.code, calendar.version, calendar.valid_from, "", plain(self.calendar_data())
        )

    def _indicators(self) -> Iterator[Definition]:
        """An indicator's body says all there is to show of it: its id for observations, unit and family with names."""
        units = {unit.code: plain(unit) for unit in self.indicators.units}
        families = {family.code: plain(family) for family in self.indicators.families}
        for item in self.indicators.indicators:
            found = self._listed("indicator", item.code, item)
            named = {"unit": units[item.unit], "family": families[item.family]}
            yield replace(found, body=found.body | named | {"id": str(indicator_id(item.code))})

    def _listed(self, kind: str, code: str, item: Any) -> Definition:
        basis = _place(item.basis) if getattr(item, "basis", None) else ""
        body = {name: value for name, value in plain(item).items() if name not in ("version", "valid_from")}
        return Definition(kind, code, item.version, item.valid_from or self.head.valid_from, basis, body)


def plain(value: Any) -> Any:
    """As JSON has it: structs are mappings, dates are text."""
    return msgspec.to_builtins(value, builtin_types=())


def read(path: Path) -> Pack:
    """Read a pack from its folder. Raises :class:`PackError`."""
    instruments = [_row(row, number, path / INSTRUMENTS) for number, row in rows(path / INSTRUMENTS)]
    return Pack(
        path=path,
        head=_file(path / "pack.yaml", schema.PackHead),
        sources=_file(path / "sources.yaml", schema.Sources),
        instruments=tuple(instruments),
        administration=_file(path / "organisations.yaml", schema.Organisations),
        position_types=_file(path / "positions.yaml", schema.Positions),
        roles=_file(path / "roles.yaml", schema.Roles),
        calendar=_file(path / "calendar.yaml", schema.Calendar),
        statuses=_file(path / "statuses.yaml", schema.Statuses),
        catalogues=_file(path / "catalogues.yaml", schema.Catalogues),
        pause_reasons=_file(path / "pause_reasons.yaml", schema.PauseReasons),
        forms=_file(path / "forms.yaml", schema.ReferenceForms),
        retention=_file(path / "retention.yaml", schema.Retentions),
        data_rights=_file(path / "data_rights.yaml", schema.DataRights),
        synonyms=_file(path / "synonyms.yaml", schema.Synonyms),
        indicators=_file(path / "indicators.yaml", Indicators),
        claims=tuple(_table(path / CLAIMS, Claim)),
        citations=tuple(_table(path / CITATIONS, Citation)),
        procedures=tuple(_file(file, Procedure) for file in procedure_files(path)),
        national_codes=_national_codes(path / PROVINCES),
    )


def procedure_files(path: Path) -> list[Path]:
    """The files of procedures, by name."""
    return sorted((path / PROCEDURES).glob("*.yaml"))


def rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a CSV file with the line each ends on; empty cells are left out."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        for row in reader:
            yield reader.line_num, {key: value for key, value in row.items() if value not in ("", None)}


def instrument(row: dict[str, Any]) -> dict[str, Any]:
    """A row of ``instruments.csv`` in the shape of :class:`schema.Instrument`: texts in pairs, lists split at ``|``."""
    rest = {k: v for k, v in row.items() if not k.endswith(("_vi", "_en"))}
    for name in ("title", "note"):
        pair = {tongue: row[f"{name}_{tongue}"] for tongue in ("vi", "en") if f"{name}_{tongue}" in row}
        if pair or name == "title":
            rest[name] = pair
    return rest | {k: rest[k].split("|") for k in ("amended_by", "replaced_by") if k in rest}


def _row(row: dict[str, Any], line: int, path: Path) -> schema.Instrument:
    return _convert(instrument(row), schema.Instrument, f"{path}:{line}")


def _table(path: Path, shape: type[_T]) -> Iterator[_T]:
    for line, row in rows(path):
        yield _convert(row, shape, f"{path}:{line}")


def _national_codes(path: Path) -> dict[str, schema.NationalCode]:
    if not path.exists():
        return {}
    return {
        row["province"]: _convert(
            {"code": row.get("national_code"), **{k: row[k] for k in ("source", "verified") if k in row}},
            schema.NationalCode,
            f"{path}:{line}",
        )
        for line, row in rows(path)
    }


def _file(path: Path, shape: type[_T]) -> _T:
    try:
        data, _ = load(path)
        return msgspec.convert(data, shape)
    except BrokenFile as error:
        raise PackError(f"{path}:{error.line}: {error.message}") from error
    except (OSError, msgspec.ValidationError) as error:
        raise PackError(f"{path}: {error}") from error


def _convert(data: Any, shape: type[_T], where: str) -> _T:
    try:
        return msgspec.convert(data, shape, strict=False)
    except msgspec.ValidationError as error:
        raise PackError(f"{where}: {error}") from error


def _place(basis: schema.Basis) -> str:
    return f"{basis.instrument}, {basis.article}" if basis.article else basis.instrument
