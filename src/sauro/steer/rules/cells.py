"""What people type into the cells of a task list, read strictly: what could mean two things is refused, with what to write.

A cell that holds a real date comes as ``2026-12-31``; everything else as the text that stands there.
"""

import re
from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from sauro.core.text import fold, words

EARLIEST, LATEST = 2000, 2099
"""A deadline outside these years is a slip of the pen, or a file whose dates count from another year."""

_REAL = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_WRITTEN = re.compile(r"(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})")
_IN_WORDS = re.compile(r"(\d{1,2}) thang (\d{1,2}) nam (\d{4})")
_SHORT = re.compile(r"\d{1,2}\s*[/.\-]\s*\d{1,2}\s*[/.\-]\s*\d{2}")
_NUMBER = re.compile(r"\d+([.,]\d+)?")
_HOUR = re.compile(r"^\d{1,2}:\d{2}(:\d{2})?,? +")
_LEAD_IN = re.compile(r"^(cham nhat( la)?|han cuoi|den het|den|ngay|:| )+")
_BEFORE = re.compile(r"^(truoc|before)\b")
_FAULT = re.compile(r"#(REF!|N/A|VALUE!|NAME\?|DIV/0!|NULL!|NUM!)")
_INERT = re.compile(r"^'(?=[=+\-@\t\r\n])")


class Unclear(ValueError):
    """A cell that cannot be read as what it should be; says what to write instead."""


def plain(text: str) -> str:
    """The words of a cell without the mark by which our own files keep a spreadsheet from running them."""
    return _INERT.sub("", text.strip())


def refuse_fault(text: str) -> None:
    """Raise Unclear for what a spreadsheet writes where a formula failed."""
    if _FAULT.fullmatch(text.strip()):
        raise Unclear(_("the spreadsheet could not compute this cell (%(fault)s)") % {"fault": text.strip()})


def month_first(cells: Iterable[str]) -> bool:
    """Whether some date of a column can only be read month first: then none of its dates is clear by itself."""
    found = (_WRITTEN.fullmatch(_stripped(cell)) for cell in cells)
    return any(int(each[1]) <= 12 < int(each[2]) <= 31 for each in found if each)


def read_day(text: str, *, mixed: bool = False) -> date:
    """The day that a cell names: a real date, or day/month/year. Raises Unclear.

    ``mixed``: other dates of the column stand month first, so that 03/04/2026 could be either.
    """
    real = _REAL.fullmatch(text.strip().partition(" ")[0])
    if real:
        return _day(int(real[3]), int(real[2]), int(real[1]), text)
    said = _stripped(text)
    if _BEFORE.match(said):
        raise Unclear(_("“%(text)s” leaves open whether that day still counts; write the last day") % {"text": text.strip()})  # fmt: skip
    if _SHORT.fullmatch(said):
        raise Unclear(_("write the year of “%(text)s” in four digits") % {"text": text.strip()})
    if _NUMBER.fullmatch(said):
        raise Unclear(_("“%(text)s” is a number, not a date; format the cell as a date") % {"text": text.strip()})  # fmt: skip
    found = _WRITTEN.fullmatch(said) or _IN_WORDS.fullmatch(said)
    if found is None:
        raise Unclear(_("“%(text)s” names no single day; write it as 31/12/2026") % {"text": text.strip()})
    day, month, year = (int(part) for part in found.groups())
    if month > 12 and day <= 12:
        raise Unclear(_("“%(text)s” seems to stand month first; write the day first, as 31/12/2026") % {"text": text.strip()})  # fmt: skip
    if mixed and day <= 12 and day != month:
        raise Unclear(_("“%(text)s” could be two days, since other dates of this column stand month first; write the day first") % {"text": text.strip()})  # fmt: skip
    return _day(day, month, year, text)


def _stripped(text: str) -> str:
    return _LEAD_IN.sub("", _HOUR.sub("", fold(text))).rstrip(" .;")


def _day(day: int, month: int, year: int, text: str) -> date:
    if not EARLIEST <= year <= LATEST:
        raise Unclear(_("the year of “%(text)s” cannot be right") % {"text": text.strip()})
    try:
        return date(year, month, day)
    except ValueError:
        raise Unclear(_("there is no day “%(text)s”") % {"text": text.strip()}) from None


def listed(text: str) -> list[str]:
    """The names that stand in one cell, separated by semicolons or lines, each once."""
    parts = (" ".join(part.split()).strip(" .,-–•") for part in re.split(r"[;\n\r]+", text))
    return list(dict.fromkeys(part for part in parts if part))


def place_in(text: str) -> tuple[str, str, str]:
    """Article, clause and point that a reference names, in whatever order; empty where it names none.

    "Điểm a khoản 1 Điều 2" and "Điều 2, khoản 1, điểm a" are one place; điểm đ is not điểm d.
    """
    lowered = re.sub(r"\s+", " ", text.casefold())
    return (
        _numbered(lowered, r"(?:điều|dieu|article)\s+(\d{1,4}[a-zđ]?)\b"),
        _numbered(lowered, r"(?:khoản|khoan|clause)\s+(\d{1,3})\b"),
        _numbered(lowered, r"(?:điểm|diem|point)\s+([a-zđ])\b"),
    )


def _numbered(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    return found[1] if found else ""


def same_words(text: str) -> str:
    """What two wordings have in common that say the same: letters and figures, folded."""
    return " ".join(words(text))
