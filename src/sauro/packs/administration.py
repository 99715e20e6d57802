"""The organisations and offices of the State: the centre from the pack's file, the rest from its patterns.

Provinces and communes come from the package ``vietnam_provinces``; nothing of it is copied here.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from vietnam_provinces import Province, Ward

from sauro.packs import schema

_KINDS: Final = {"thành phố": "{} City", "tỉnh": "{} Province"}
_UNITS: Final = (
    ("Phường ", "phường ", "{} Ward"),
    ("Xã ", "xã ", "{} Commune"),
    ("Đặc khu ", "đặc khu ", "{} Special Zone"),
)
_CITY: Final = "Thành phố "


@dataclass(frozen=True)
class Organisation:
    """An organisation. ``area`` is the code of its province (2 digits) or commune (5 digits), or empty."""

    code: str
    type: str
    level: str
    name_vi: str
    name_en: str
    parent: str | None
    area: str
    national_code: str | None
    source: str
    verified: str


@dataclass(frozen=True)
class Position:
    """An office in an organisation; ``code`` is the organisation's code, a slash and the office's type."""

    code: str
    type: str
    name_vi: str
    name_en: str
    head: bool
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Area:
    """A province or commune: its code as the package gives it, and its name within a sentence."""

    code: str
    name_vi: str
    name_en: str
    province: str


def provinces() -> list[Area]:
    """The provinces and centrally-run cities, in the order of their codes."""
    return [_province(item) for item in sorted(Province.iter_all(), key=lambda item: int(item.code))]


def communes(only: Collection[str] | None = None) -> Iterator[Area]:
    """The communes, wards and special zones, by code; ``only`` limits them to provinces."""
    for item in sorted(Ward.iter_all(), key=lambda item: int(item.code)):
        province = f"{int(item.province_code):02d}"
        if only is None or province in only:
            yield _commune(item, province)


def organisations(
    files: schema.Organisations,
    national: Mapping[str, schema.NationalCode],
    only: Collection[str] | None = None,
) -> Iterator[Organisation]:
    """Every organisation, superiors first; ``only`` limits departments and communes to these provinces."""
    levels = {kind.code: kind.level for kind in files.types}
    for row in files.organisations:
        yield _organisation(row, levels, Area("", "", "", ""), row.national.code if row.national else None)
    for area in provinces():
        code = national.get(area.code)
        for index, row in enumerate(files.per_province):
            if index == 0 or only is None or area.code in only:
                yield _organisation(row, levels, area, code.code if code and index == 0 else None)
    for area in communes(only):
        for row in files.per_commune:
            yield _organisation(row, levels, area, None)


def positions(types: schema.Positions, organisation: Organisation) -> list[Position]:
    """The offices of an organisation, its head first."""
    found = [
        Position(
            code=f"{organisation.code}/{kind.code}",
            type=kind.code,
            name_vi=kind.name.vi,
            name_en=kind.name.en,
            head=kind.head,
            roles=tuple(kind.roles),
        )
        for kind in types.positions
        if organisation.type in kind.organisations
    ]
    return sorted(found, key=lambda position: not position.head)


def _organisation(
    row: schema.OrganisationRow, levels: Mapping[str, str], area: Area, national: str | None
) -> Organisation:
    code = f"C{area.code}" if len(area.code) == 5 else f"P{area.code}"
    words = {"code": code, "province": f"P{area.province}"}
    return Organisation(
        code=row.code.format(**words),
        type=row.type,
        level=levels[row.type],
        name_vi=row.name.vi.format(name=area.name_vi, **words),
        name_en=row.name.en.format(name=area.name_en, **words),
        parent=row.parent.format(**words) if row.parent else None,
        area=area.code,
        national_code=national,
        source=row.source,
        verified=row.verified,
    )


def _province(item: Province) -> Area:
    name = item.name.removeprefix(_CITY)
    kind = "thành phố" if item.name.startswith(_CITY) else "tỉnh"
    code = f"{int(item.code):02d}"
    return Area(code, f"{kind} {name}", _KINDS[kind].format(name), code)


def _commune(item: Ward, province: str) -> Area:
    for prefix, lower, english in _UNITS:
        if item.name.startswith(prefix):
            name = item.name.removeprefix(prefix)
            return Area(f"{int(item.code):05d}", f"{lower}{name}", english.format(name), province)
    return Area(f"{int(item.code):05d}", item.name, item.name, province)
