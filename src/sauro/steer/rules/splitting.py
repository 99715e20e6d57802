"""A pasted legal text becomes articles, clauses and points.

The marks are those of Decree 30/2020/NĐ-CP, Annex I: an article begins "Điều 1.", a clause "1.", a point "a)". A letter
"đ)" comes after "d)". What stands before the first article, and a text that has none, stays as it is, in sections ("I.",
"Chương II", "Phần thứ nhất") where it has them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "section", "article", "clause", "point"]
DEPTH: dict[Kind, int] = {"text": 0, "section": 0, "article": 1, "clause": 2, "point": 3}
_MARKS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "section",
        re.compile(r"(?P<n>(?:Chương|CHƯƠNG|Mục|MỤC|Phần|PHẦN)\s+[\w\s]{1,20}?)(?:[.:]\s*|\s*$)(?P<t>.*)"),
    ),
    ("section", re.compile(r"(?P<n>[IVXLC]{1,7})\s*[.\-]\s+(?P<t>.*)")),
    ("article", re.compile(r"(?:Điều|ĐIỀU)\s+(?P<n>\d{1,4}[a-zđ]?)\s*[.:]\s*(?P<t>.*)")),
    ("clause", re.compile(r"(?P<n>\d{1,3})\s*[.)]\s+(?P<t>.*)")),
    ("point", re.compile(r"(?P<n>[a-zđ])\)\s*(?P<t>.*)")),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One paragraph: what kind, its own number, the label by which it is cited, the words, and where it belongs.

    ``parent`` is the place of its parent in the list, or None.
    """

    kind: Kind
    number: str
    label: str
    text: str
    parent: int | None


def split(text: str) -> list[Piece]:
    """The paragraphs of a text, in order. Every line that has words stands in exactly one of them."""
    pieces: list[Piece] = []
    for kind, number, lines in _blocks(text):
        parent = _parent(pieces, kind)
        pieces.append(Piece(kind, number, _label(pieces, parent, kind, number), "\n".join(lines), parent))
    return pieces


def _blocks(text: str) -> Iterator[tuple[Kind, str, list[str]]]:
    kind: Kind = "text"
    number, lines, begun = "", [], False
    for raw in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        line = " ".join(raw.split())
        if not line:
            continue
        mark = _mark(line)
        if mark is None:
            lines.append(line)
            continue
        if begun or lines:
            yield kind, number, lines
        kind, number, words = mark
        lines, begun = ([words] if words else []), True
    if begun or lines:
        yield kind, number, lines


def _mark(line: str) -> tuple[Kind, str, str] | None:
    for kind, pattern in _MARKS:
        found = pattern.fullmatch(line)
        if found:
            return kind, " ".join(found["n"].split()), found["t"].strip()
    return None


def _parent(pieces: list[Piece], kind: Kind) -> int | None:
    for at in range(len(pieces) - 1, -1, -1):
        if DEPTH[pieces[at].kind] < DEPTH[kind] and pieces[at].kind != "text":
            return at
    return None


def _label(pieces: list[Piece], parent: int | None, kind: Kind, number: str) -> str:
    """As it is cited: "Điều 2, khoản 1, điểm a". Sections are not part of a citation of what lies below them."""
    own = {
        "section": number,
        "article": f"Điều {number}",
        "clause": f"khoản {number}",
        "point": f"điểm {number}",
    }
    above = "" if parent is None or pieces[parent].kind == "section" else pieces[parent].label
    said = own.get(kind, "")
    label = f"{above}, {said}" if above and said else said or above
    return label[:1].upper() + label[1:]
