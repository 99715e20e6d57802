"""Texts made fit to print: what the embedded fonts cannot draw becomes a box, what cannot be seen goes.

PDF/A refuses a character without a glyph, and one such character in a name must not cost anybody their
receipt. Bidirectional and other invisible controls go because they let a text look like another one.
"""

import unicodedata
from typing import Any

BOX = "\u25a1"
# Blocks that Libertinus Serif, New Computer Modern and DejaVu Sans Mono together cover, in every style used.
COVERED = (
    range(0x20, 0x7F),  # ASCII
    range(0xA0, 0x370),  # Latin, phonetic and modifier letters, combining marks
    range(0x370, 0x500),  # Greek, Cyrillic
    range(0x1E00, 0x1F00),  # Latin Extended Additional: the Vietnamese vowels with two marks
    range(0x2010, 0x2038),  # dashes, quotation marks, dots
    range(0x20A0, 0x20B6),  # currency signs
    range(0x2190, 0x2200),  # arrows
    range(0x2500, 0x2600),  # box drawing, geometric
)


def line(text: str) -> str:
    """The text in NFC with every character drawable; line breaks stay."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    return composed.translate(_TABLE)


def clean(value: Any) -> Any:
    """Every string inside a JSON-like value made drawable."""
    if isinstance(value, str):
        return line(value)
    if isinstance(value, dict):
        return {key: clean(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [clean(inner) for inner in value]
    return value


class _Table(dict[int, str]):
    """Character by code; those that stay as they are get remembered, a bounded number."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        drawn = _drawn(char)
        if drawn == char:
            self[code] = drawn
        return drawn


_TABLE = _Table()


def _drawn(char: str) -> str:
    if char == "\n":
        return char
    category = unicodedata.category(char)
    if category in ("Cc", "Cf", "Cs"):
        return ""
    if category in ("Zl", "Zp"):
        return "\n"
    if category == "Zs":
        return " "
    if category in ("Cn", "Co") or not any(ord(char) in block for block in COVERED):
        return BOX
    return char
