"""A spreadsheet as rows of text: judged by its content, bounded in size, with nothing in it run or fetched."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _
from openpyxl import load_workbook

from sauro.core.refusal import Refusal
from sauro.core.text import nfc
from sauro.core.vault.content.judge import judge
from sauro.core.vault.content.verdict import FileRefused
from sauro.core.vault.scanner import ClamdScanner, NoScanner, Scanned

LARGEST = 5 * 1024 * 1024
MOST_INFLATED = 64 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS, MOST_SHEETS, LONGEST_CELL = 2_000, 50, 10, 8_000
MOST_SCANNED = 20_000
"""Rows looked at, empty ones too: a single mark far below must not make us count to a million."""
MOST_TEXT = 6_000_000


class Sheet(NamedTuple):
    """A sheet that shows something: its title, and its rows from the first on, each without empty cells at its end."""

    title: str
    rows: list[list[str]]


def read(body: bytes) -> list[Sheet]:
    """The sheets of a workbook. Raises Refusal for what is no workbook, does harm, or is larger than a list of tasks."""
    judged = judge(body, LARGEST)
    if judged.extension != "xlsx":
        refused = FileRefused("file_type")
        refused.message = _("This is no spreadsheet. Save the list as XLSX, and choose that file.")
        raise refused
    if _scanned(body) == Scanned.INFECTED:
        raise FileRefused("file_infected")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        if sum(member.file_size for member in archive.infolist()) > MOST_INFLATED:
            raise FileRefused("file_bomb")
    try:
        found = list(_sheets(body))
    except Refusal:
        raise
    except Exception:  # whatever a reader of spreadsheets stumbles over in a file that somebody made
        raise FileRefused("file_damaged") from None
    if not found:
        raise _refused("no_rows", _("There is nothing in this file. Choose the one that holds the list."))
    return found


def _scanned(body: bytes) -> Scanned:
    scanner = ClamdScanner(settings.SAURO_CLAMD) if settings.SAURO_CLAMD else NoScanner()
    return scanner.scan(body).verdict


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
            row = [_text(cell) for cell in cells]
            while row and not row[-1]:
                row.pop()
            filled += bool(row)
            left -= sum(map(len, row))
            if filled > MOST_ROWS or left < 0:
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
    return nfc(str(cell).replace("\x00", "").replace("\r\n", "\n")).strip()[: LONGEST_CELL + 1]


def _too_many() -> Refusal:
    message = _("This list is longer than %(most)d rows. Delete empty rows below it, or bring it in parts.") % {"most": MOST_ROWS}  # fmt: skip
    return _refused("too_many_rows", message)


def _refused(code: str, message: str) -> Refusal:
    return Refusal(code, "steer: task lists", message, field="file")
