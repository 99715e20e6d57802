"""Lists as workbooks: whatever was typed, they can be written and opened."""

import io

import pytest
from openpyxl import load_workbook

from sauro.web.spreadsheet import as_xlsx


@pytest.mark.parametrize("between", ["\x0b", "\x00", "\x1f", "\ufffe", "\uffff"])
def test_what_no_workbook_holds_does_not_keep_it_from_being_written(between: str) -> None:
    body = as_xlsx(iter([["SR-1", f"Nhiệm{between}vụ"]]), "Tasks")
    sheet = load_workbook(io.BytesIO(body)).worksheets[0]
    assert list(sheet.values) == [("SR-1", "Nhiệm vụ")]


def test_ends_of_lines_stay_and_nothing_is_run() -> None:
    sheet = load_workbook(io.BytesIO(as_xlsx(iter([["a\nb", "=1+1"]]), "Tasks"))).worksheets[0]
    assert [(cell.value, cell.data_type) for cell in sheet[1]] == [("a\nb", "s"), ("=1+1", "s")]
