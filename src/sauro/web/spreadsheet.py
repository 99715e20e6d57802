"""Lists as files: with nothing in them that a spreadsheet would run."""

import csv
import io
import re
from collections.abc import Iterator

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""XML 1.0, 2.2: no file holds these, and a workbook with one cannot be written. Word pastes its line break as \\x0b."""


def inert(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula (OWASP: CSV injection)."""
    return f"'{text}" if text.startswith(_RUNS) else text


def as_csv(rows: Iterator[list[str]]) -> bytes:
    """UTF-8 with a mark at its beginning, which spreadsheets need to read Vietnamese."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_xlsx(rows: Iterator[list[str]], title: str) -> bytes:
    """A workbook with one sheet whose every cell is text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for row in rows:
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, value=_NOT_IN_XML.sub(" ", text))
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def attachment(rows: Iterator[list[str]], name: str, kind: str, title: str) -> HttpResponse:
    """Rows as a file to keep, csv or else xlsx, called ``name`` with that ending."""
    xlsx = kind != "csv"
    body = as_xlsx(rows, title) if xlsx else as_csv(rows)
    told = f'attachment; filename="{name}.{"xlsx" if xlsx else "csv"}"'
    media = XLSX if xlsx else "text/csv; charset=utf-8"
    return HttpResponse(body, content_type=media, headers={"Content-Disposition": told})
