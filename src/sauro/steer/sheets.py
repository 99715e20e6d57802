"""A spreadsheet as rows of text: judged by its content, bounded in size, with nothing in it run or fetched."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, NamedTuple
from xml.parsers import expat

import structlog
from django.utils.translation import gettext as _
from openpyxl import load_workbook

from sauro.core.refusal import Refusal
from sauro.core.text import nfc
from sauro.core.vault import keeping
from sauro.core.vault.content.judge import judge
from sauro.core.vault.content.verdict import FileRefused
from sauro.core.vault.scanner import OPENABLE, Scanned

log = structlog.get_logger()

LARGEST = 5 * 1024 * 1024
MOST_INFLATED = 16 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS, MOST_SHEETS, LONGEST_CELL = 2_000, 50, 10, 8_000
MOST_SCANNED = 20_000
"""Rows looked at, empty ones too: a single mark far below must not make us count to a million."""
MOST_TEXT = 6_000_000
MOST_CELLS, MOST_IN_ROW = MOST_SCANNED * MOST_COLUMNS, 16_384
"""Cells looked at, empty ones too; no spreadsheet writes more than these into one row."""
MOST_ELEMENTS = 200_000
"""Of every other kind in one part: strings, rows, and what has no place there."""
MOST_STYLES = 20_000
"""Of every kind in the part for styles, each of which is read into an object whether a cell uses it or not."""
_IN_CELLS = frozenset(("c", "f", "is", "t", "v"))
_CHUNK = 64 * 1024


class Sheet(NamedTuple):
    """A sheet that shows something: its title, and its rows from the first on, each without empty cells at its end."""

    title: str
    rows: list[list[str]]


def read(body: bytes) -> list[Sheet]:
    """The sheets of a workbook. Raises Refusal for what is no workbook, does harm, or is larger than a list of tasks."""
    try:
        kind = judge(body, LARGEST).extension
    except FileRefused as refused:
        if refused.code != "file_type":
            raise
        kind = ""
    if kind != "xlsx":
        refusal = FileRefused("file_type")
        refusal.message = _("This is no spreadsheet. Save the list as XLSX, and choose that file.")
        raise refusal
    verdict, finding = keeping.scanner().scan(body)
    if verdict == Scanned.INFECTED:
        log.warning("vault.infected", code=finding)
        raise FileRefused("file_infected")
    if verdict not in OPENABLE:
        # A list is opened at once, so it cannot wait in quarantine as a paper does.
        raise _refused(
            "not_scanned",
            _("The virus scanner does not answer. Nothing was kept; try again in a few minutes."),
        )
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        if sum(member.file_size for member in archive.infolist()) > MOST_INFLATED:
            raise FileRefused("file_bomb")
        for member in archive.infolist():
            _count(archive, member)
    try:
        found = list(_sheets(body))
    except Refusal:
        raise
    except Exception:  # whatever a reader of spreadsheets stumbles over in a file that somebody made
        raise FileRefused("file_damaged") from None
    if not found:
        raise _refused("no_rows", _("There is nothing in this file. Choose the one that holds the list."))
    return found


def _count(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Refuse a part with more elements than a list has, before the reader of spreadsheets keeps whole rows of them.

    Every part is counted, since any may be called a sheet; and by the same parser as is used then, so that no
    comment, prefix or encoding hides an element from one of the two.
    """
    counts: dict[str, int] = {}
    in_row = 0
    most = MOST_STYLES if member.filename == "xl/styles.xml" else MOST_ELEMENTS

    def start(tag: str, _attributes: Any) -> None:
        nonlocal in_row
        name = tag.rpartition(":")[2]
        counts[name] = count = counts.get(name, 0) + 1
        if name == "c":
            in_row += 1
            if in_row > MOST_IN_ROW:
                raise FileRefused("file_bomb")
        elif name == "row":
            in_row = 0
        if count > (MOST_CELLS if name in _IN_CELLS else most):
            raise _too_many() if name == "c" else FileRefused("file_bomb")

    def declared(*_of: Any) -> None:
        raise FileRefused("file_bomb")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EntityDeclHandler = start, declared
    try:
        with archive.open(member) as part:
            while chunk := part.read(_CHUNK):
                parser.Parse(chunk)
    except expat.ExpatError:
        if member.filename.endswith(".xml"):
            raise FileRefused("file_damaged") from None
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, LookupError):
        raise FileRefused("file_damaged") from None


def _sheets(body: bytes) -> Iterator[Sheet]:
    book = load_workbook(io.BytesIO(body), read_only=True, data_only=True, keep_links=False)
    left = MOST_TEXT
    for sheet in book.worksheets[:MOST_SHEETS]:
        if sheet.sheet_state != "visible":
            continue
        rows: list[list[str]] = []
        filled = 0
        # The size that a sheet states of itself need not be true.
        sheet.reset_dimensions()
        for at, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True)):
            if at >= MOST_SCANNED:
                raise _too_many()
            # Blanks count as well: they are as much work.
            left -= sum(len(cell) for cell in cells if isinstance(cell, str))
            if left < 0:
                raise _too_many()
            row = [_text(cell) for cell in cells]
            while row and not row[-1]:
                row.pop()
            filled += bool(row)
            if filled > MOST_ROWS:
                raise _too_many()
            rows.append(row)
        while rows and not rows[-1]:
            rows.pop()
        if rows:
            yield Sheet(nfc(str(sheet.title))[:100], rows)


def _text(cell: Any) -> str:
    """A cell as text: a day as 2026-12-31, a whole number without a point."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return nfc(str(cell)[: 4 * LONGEST_CELL].replace("\x00", "").replace("\r\n", "\n")).strip()[
        : LONGEST_CELL + 1
    ]


def _too_many() -> Refusal:
    message = _("This list is longer than %(most)d rows. Delete empty rows below it, or bring it in parts.") % {"most": MOST_ROWS}  # fmt: skip
    return _refused("too_many_rows", message)


def _refused(code: str, message: str) -> Refusal:
    return Refusal(code, "steer: task lists", message, field="file")
