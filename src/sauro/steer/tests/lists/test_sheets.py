"""Spreadsheets as they come: read as text within bounds; what is no list, or does harm, is refused."""

import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from sauro.core.refusal import Refusal
from sauro.steer import sheets
from sauro.steer.tests.lists.sample import row, workbook


def refused(body: bytes) -> str:
    with pytest.raises(Refusal) as caught:
        sheets.read(body)
    assert caught.value.field == "file"
    return caught.value.code


def with_member(body: bytes, name: str, text: str | bytes) -> bytes:
    """The same workbook with one of its members replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            if member != name:
                new.writestr(member, old.read(member))
        new.writestr(name, text)
    return out.getvalue()


def test_cells_become_text() -> None:
    evening = datetime(2026, 12, 31, 17, 30)  # noqa: DTZ001 — a spreadsheet knows no time zone
    body = workbook([[1, 2.0, 2.5, True, date(2026, 12, 31), evening, "  Việc\x20", None, "", None]], above=[])  # fmt: skip
    assert sheets.read(body)[0].rows == [["1", "2", "2.5", "True", "2026-12-31", "2026-12-31 17:30", "Việc"]]


def test_text_in_pieces_becomes_one_form() -> None:
    assert sheets.read(workbook([["Bô\u0323 Tư pháp"]], above=[]))[0].rows == [["Bộ Tư pháp"]]


def test_a_formula_gives_its_value_and_is_not_run() -> None:
    book = Workbook()
    book.active["A1"] = "=1+1"  # type: ignore[index]
    book.active["B1"] = "x"  # type: ignore[index]
    out = io.BytesIO()
    book.save(out)
    assert sheets.read(out.getvalue())[0].rows == [["", "x"]]


def test_hidden_and_empty_sheets_are_left_out() -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["Danh mục"])
    book.create_sheet("Trống")
    hidden = book.create_sheet("Ẩn")
    hidden.append(["x"])
    hidden.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    assert [sheet.title for sheet in sheets.read(out.getvalue())] == ["Sheet"]


def test_what_is_no_list_is_refused() -> None:
    assert refused(b"") == "file_empty"
    assert refused(b"%PDF-1.4\n%%EOF\n") == "file_type"
    assert refused("Nhiệm vụ;Cơ quan".encode()) == "file_type"
    assert refused(b"PK\x03\x04" + b"x" * 100) == "file_damaged"
    assert refused(workbook([], above=[])) == "no_rows"
    assert refused(b"PK\x03\x04" + b"x" * sheets.LARGEST) == "file_too_large"


def test_a_workbook_with_macros_or_a_broken_sheet_is_refused() -> None:
    fine = workbook([row()])
    assert refused(with_member(fine, "xl/vbaProject.bin", "x")) == "file_macro"
    assert (
        refused(with_member(fine, "xl/worksheets/sheet1.xml", "<worksheet><sheetData><row")) == "file_damaged"
    )


def test_entities_do_not_grow() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' + "".join(f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True)) + "]>"  # fmt: skip
    sheet = f'{bomb}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&i;</t></is></c></row></sheetData></worksheet>'  # fmt: skip
    assert refused(with_member(workbook([row()]), "xl/worksheets/sheet1.xml", sheet)) in ("file_damaged", "file_bomb")  # fmt: skip


def made_of(rows: str) -> bytes:
    """A workbook whose sheet is this XML."""
    sheet = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'  # fmt: skip
    return with_member(workbook([row()]), "xl/worksheets/sheet1.xml", sheet)


def cell(at: int, text: str = "x") -> str:
    return f'<row r="{at}"><c r="A{at}" t="inlineStr"><is><t>{text}</t></is></c></row>'


def test_a_hundred_thousand_rows_are_refused() -> None:
    assert (
        refused(made_of("".join(cell(at, f"Việc {at * 7919}") for at in range(1, 100_001))))
        == "too_many_rows"
    )
    assert refused(made_of("".join(cell(at) for at in range(1, sheets.MOST_ROWS + 2)))) in ("too_many_rows", "file_bomb")  # fmt: skip


def test_a_mark_far_below_does_not_make_us_count_to_a_million() -> None:
    assert refused(made_of(cell(1) + cell(1_048_576))) == "too_many_rows"


def test_columns_beyond_the_last_one_are_not_read() -> None:
    body = made_of('<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="XFD1" t="inlineStr"><is><t>z</t></is></c></row>')  # fmt: skip
    assert sheets.read(body)[0].rows == [["a"]]


def test_what_grows_too_large_is_refused() -> None:
    huge = "<x>" + "".join(f"{at:09x}" for at in range(8_000_000)) + "</x>"
    swollen = with_member(workbook([row()]), "xl/media/a.xml", huge[: sheets.MOST_INFLATED + 1])
    assert refused(swollen) == "file_bomb"


def test_a_row_of_more_cells_than_there_are_columns_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_of: object, **_named: object) -> None:
        raise AssertionError("it was counted too late")

    fine = made_of("<row>" + "<c/>" * sheets.MOST_IN_ROW + "</row>" + cell(2))
    assert sheets.read(fine)[0].rows == [[], ["x"]]
    monkeypatch.setattr(sheets, "load_workbook", never)
    assert refused(made_of("<row>" + "<c/>" * (sheets.MOST_IN_ROW + 1) + "</row>")) == "file_bomb"
    # What looks like a new row is none; a prefix or an encoding hides no cell.
    hidden = "<row>" + ("<!--<row>-->" + "<c/>" * 1_000) * 17 + "</row>"
    assert refused(made_of(hidden)) == "file_bomb"
    prefixed = '<é:sst xmlns:é="urn:x"><é:row>' + "<é:c/>" * 17_000 + "</é:row></é:sst>"
    assert refused(with_member(workbook([row()]), "xl/any", prefixed)) == "file_bomb"
    wide = f'<?xml version="1.0" encoding="utf-16"?>{prefixed}'.encode("utf-16")
    assert refused(with_member(workbook([row()]), "xl/worksheets/sheet1.xml", wide)) == "file_bomb"


def test_cells_and_strings_are_counted_over_the_whole_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_CELLS", 1_000)
    monkeypatch.setattr(sheets, "MOST_ELEMENTS", 500)
    assert refused(made_of(("<row>" + "<c/>" * 101 + "</row>") * 10)) == "too_many_rows"
    strings = "<sst>" + "<si/>" * 501 + "</sst>"
    assert refused(with_member(workbook([row()]), "xl/sharedStrings.xml", strings)) == "file_bomb"
    monkeypatch.setattr(sheets, "MOST_STYLES", 100)
    styles = "<styleSheet><cellXfs>" + "<xf/>" * 101 + "</cellXfs></styleSheet>"
    assert refused(with_member(workbook([row()]), "xl/styles.xml", styles)) == "file_bomb"


def test_a_long_cell_is_cut_before_it_is_worked_on(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def watched(text: str) -> str:
        seen.append(len(text))
        return text

    monkeypatch.setattr(sheets, "nfc", watched)
    found = sheets.read(workbook([["x" * 32_767]], above=[]))[0].rows
    assert [[len(text) for text in cells] for cells in found] == [[sheets.LONGEST_CELL + 1]]
    assert max(seen) <= 4 * sheets.LONGEST_CELL


def test_blanks_are_counted_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_TEXT", 20_000)
    assert refused(workbook([["x"], *([[" " * 5_000]] * 5)], above=[])) == "too_many_rows"
