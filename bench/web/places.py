"""Which pages are measured, and for whom: an endless turn through different people and different dossiers."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from bench.web.people import Visitor


@dataclass(frozen=True)
class Visit:
    """One request: a path, and the session of who asks."""

    path: str
    session: str | None = None


WORDS = (
    "khai sinh",
    "dat dai",
    "ket hon",
    "giay phep xay dung",
    "ho kinh doanh",
    "khai tử",
    "lý lịch tư pháp",
)
CODES = ("1.001193", "1.000656", "1.001612", "1.012784")
GROUPS = {
    "catalogue": ("front page", "catalogue", "search", "procedure"),
    "queue": ("queue", "queue, mine", "queue, late", "queue, ended", "queue, reference", "today"),
    "dossier": ("dossier, officer", "dossier, citizen", "my dossiers"),
}


def visits(officers: list[Visitor], citizens: list[Visitor]) -> dict[str, Iterator[Visit]]:
    """Endless visits by the name of the page."""
    return {
        "front page": itertools.repeat(Visit("/")),
        "catalogue": itertools.repeat(Visit("/thu-tuc/")),
        "search": (Visit(f"/thu-tuc/?{urlencode({'q': word})}") for word in itertools.cycle(WORDS)),
        "procedure": (Visit(f"/thu-tuc/{code}/") for code in itertools.cycle(CODES)),
        "queue": _each(officers, "/can-bo/ho-so/"),
        "queue, mine": _each(officers, "/can-bo/ho-so/?mine=1"),
        "queue, late": _each(officers, "/can-bo/ho-so/?late=1"),
        "queue, ended": _each(officers, "/can-bo/ho-so/?status=10"),
        "queue, reference": _looking_up(officers, "/can-bo/ho-so/?status=all&q={}"),
        "today": _each(officers, "/can-bo/"),
        "dossier, officer": _opening(officers, "/can-bo/ho-so/{}/"),
        "dossier, citizen": _opening(citizens, "/ho-so-cua-toi/{}/"),
        "my dossiers": _each(citizens, "/ho-so-cua-toi/"),
    }


def _each(visitors: list[Visitor], path: str) -> Iterator[Visit]:
    return (Visit(path, visitor.session) for visitor in itertools.cycle(visitors))


def _opening(visitors: list[Visitor], path: str) -> Iterator[Visit]:
    """Another person each time, and another of their dossiers."""
    for turn in itertools.count():
        for visitor in visitors:
            if visitor.dossiers:
                yield Visit(path.format(visitor.dossiers[turn % len(visitor.dossiers)]), visitor.session)


def _looking_up(visitors: list[Visitor], path: str) -> Iterator[Visit]:
    """Another officer each time, and another reference that was read out to them."""
    for turn in itertools.count():
        for visitor in visitors:
            yield Visit(path.format(visitor.references[turn % len(visitor.references)]), visitor.session)
