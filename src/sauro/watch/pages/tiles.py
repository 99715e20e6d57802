"""The map of the provinces as a list: where each square stands is its style, what it says is in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sauro.packs.administration import provinces
from sauro.watch.rules.rates import Grade
from sauro.watch.rules.tiles import GRID, ISLANDS
from sauro.web.shapes import Status, Text


@dataclass(frozen=True)
class Value:
    """What a province's square says: a number as written, how it stands, and where it leads."""

    said: Text
    grade: Grade
    word: Text
    href: str = ""


@dataclass(frozen=True)
class Tile:
    """A square of the map. The islands have a name and belong to a province; they have no value of their own."""

    column: int
    row: int
    short: str
    name: str
    said: Text = ""
    status: Status | None = None
    href: str = ""


def province_names() -> dict[str, str]:
    """The provinces by area code, as they are called in the language in use, in order of their codes."""
    english = (get_language() or "vi").startswith("en")
    made = {}
    for area in provinces():
        name = area.name_en if english else area.name_vi
        made[area.code] = name[:1].upper() + name[1:]
    return made


def _bare(name: str) -> str:
    """A province as a square names it: without what kind of place it is."""
    for word in (" Province", " City"):
        name = name.removesuffix(word)
    for word in ("Tỉnh ", "Thành phố "):
        name = name.removeprefix(word)
    return name


def tiles(values: Mapping[str, Value]) -> list[Tile]:
    """All squares, from north to south; a province without a value says so."""
    names = province_names()
    none = Value(_("no number"), "neutral", _("no number"))
    made = [
        Tile(at.column, at.row, at.short, _bare(names.get(area, at.short)), value.said, Status(value.grade, value.word), value.href)
        for area, at in GRID.items()
        for value in [values.get(area, none)]
    ]  # fmt: skip
    made += [
        Tile(each.column, each.row, each.name, each.name, _("part of %(province)s") % {"province": names.get(each.province, "")})
        for each in ISLANDS
    ]  # fmt: skip
    return sorted(made, key=lambda tile: (tile.row, tile.column))
