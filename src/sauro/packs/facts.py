"""What every file of a pack is made of: texts in two languages, facts with their source, places in the law."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

Verified = Literal["V", "VC", "S", "G", "I", "no"]
"""V read in the text of the law or a public source; VC read in public code or notices built on it; S in the mission's
articles; G general knowledge, not checked; I inferred; no: nobody read it anywhere."""

Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""A time of day, ``"15:00"``; in quotes, or YAML would read a number."""


class Plain(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of every struct of a pack."""


class Text(Plain, frozen=True, kw_only=True):
    """A text in Vietnamese and English."""

    vi: str
    en: str


class Fact(Plain, frozen=True, kw_only=True):
    """Something a source says."""

    source: str
    verified: Verified
    note: Text | None = None


class Listed(Fact, frozen=True, kw_only=True):
    """An entry of a list, published for itself. A changed one needs the next version, and may say from when it applies.

    Without ``valid_from`` it applies from the day on which the pack does.
    """

    version: int = 1
    valid_from: date | None = None


class Basis(Plain, frozen=True, kw_only=True):
    """A place in a legal instrument: its number, and the article where it is known."""

    instrument: str
    article: str | None = None
