"""Columns guessed from their names, and cells read strictly: pure rules."""

from datetime import date

import pytest

from sauro.steer.rules import columns
from sauro.steer.rules.cells import Unclear, listed, month_first, place_in, plain, read_day, refuse_fault
from sauro.steer.tests.lists.sample import HEADER, TITLES

GUESSED = {
    "task": 1, "instrument": 7, "paragraph": 8, "lead": 2, "coordinating": 3, "output": 4, "acceptance": 5, "due": 6,
    "verifier": 9,
}  # fmt: skip
VI_EXPORT = ["Mã nhiệm vụ", "Việc", "Văn bản", "Cơ quan chủ trì", "Chức vụ chịu trách nhiệm", "Sản phẩm", "Giai đoạn", "Báo cáo", "Minh chứng",
             "Hạn hiện hành", "So với hạn", "Hạn gốc", "So với hạn gốc", "Số lần gia hạn", "Điều, khoản, điểm", "Cơ quan phối hợp", "Ngày cuối", "Người thẩm định"]  # fmt: skip


def test_columns_are_known_by_their_names_with_and_without_diacritics() -> None:
    assert columns.guess(HEADER) == GUESSED
    bare = ["STT", "NOI DUNG NHIEM VU", "Co quan chu tri", "co quan phoi hop", "San pham", "Tieu chi nghiem thu", "Thoi han hoan thanh", "So van ban", "Dieu khoan", "Nguoi tham dinh"]  # fmt: skip
    assert columns.guess(bare) == GUESSED
    assert columns.guess(["Product", "Lead agency", "Task", "Deadline"]) == {"task": 2, "lead": 1, "output": 0, "due": 3}  # fmt: skip
    assert columns.guess(["STT", "", "Ngân sách"]) == {}


def test_our_own_files_are_known() -> None:
    found = columns.guess(VI_EXPORT)
    assert found == {"code": 0, "task": 1, "instrument": 2, "lead": 3, "position": 4, "output": 5, "paragraph": 14, "coordinating": 15, "due": 16, "verifier": 17}  # fmt: skip


def test_no_column_holds_two_things() -> None:
    found = columns.guess(["Nội dung", "Nội dung nhiệm vụ", "Cơ quan chủ trì", "Đơn vị chủ trì"])
    assert found == {"task": 1, "lead": 2}
    assert columns.guess(["Nhiệm vụ và sản phẩm", "Cơ quan chủ trì"]) == {"task": 0, "lead": 1}


def test_the_header_stands_below_its_titles() -> None:
    assert columns.header_row([*TITLES, HEADER, ["1", "Một việc", "Bộ Tư pháp"]]) == 3
    assert columns.header_row([["Kế hoạch nhiệm vụ năm 2026"], ["a", "b"]]) is None
    assert columns.is_numbering(["(1)", "(2)", "", "(3)"]) and columns.is_numbering(["A", "B"])
    assert not columns.is_numbering(["1", "Một việc"]) and not columns.is_numbering(["1"])


def test_a_form_of_list_is_known_by_its_names_in_order() -> None:
    same = columns.signature([*(name.upper() for name in HEADER), "", ""])
    assert same == columns.signature(HEADER) != columns.signature(HEADER[::-1])
    assert columns.signature(["", ""]) == ""
    assert [columns.letter(at) for at in (0, 25, 26, 51, 52)] == ["A", "Z", "AA", "AZ", "BA"]


@pytest.mark.parametrize(
    "text",
    ["2026-12-31", "2026-12-31 17:00", "31/12/2026", "31.12.2026", " 31-12-2026 ", "ngày 31 tháng 12 năm 2026", "Đến ngày 31/12/2026.", "Chậm nhất là ngày 31/12/2026", "17:00, 31/12/2026"],
)  # fmt: skip
def test_a_day_is_read(text: str) -> None:
    assert read_day(text) == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("12/31/2026", "month first"), ("31/12/26", "four digits"), ("46387", "a number"), ("46387.5", "a number"), ("Quý IV/2026", "no single day"),
        ("12/2026", "no single day"), ("năm 2026", "no single day"), ("thường xuyên", "no single day"), ("Trước 31/12/2026", "leaves open"),
        ("31/02/2026", "no day"), ("29/02/2027", "no day"), ("0/1/2026", "no day"), ("31/12/1948", "year"), ("1948-12-31", "year"),
        ("31/12/2206", "year"), ("31/12/2026 - 15/01/2027", "no single day"), ("", "no single day"),
    ],
)  # fmt: skip
def test_what_names_no_one_day_is_refused(text: str, said: str, settings: object) -> None:
    from django.utils.translation import override

    with override("en"), pytest.raises(Unclear) as caught:
        read_day(text)
    assert said in str(caught.value)


def test_a_column_that_mixes_orders_is_not_guessed_at() -> None:
    assert month_first(["01/02/2026", "12/31/2026"]) and not month_first(["01/02/2026", "31/12/2026", "x"])
    assert read_day("03/04/2026") == date(2026, 4, 3)
    with pytest.raises(Unclear):
        read_day("03/04/2026", mixed=True)
    assert read_day("04/04/2026", mixed=True) == date(2026, 4, 4)
    assert read_day("31/03/2026", mixed=True) == date(2026, 3, 31)
    assert read_day("2026-04-03", mixed=True) == date(2026, 4, 3)


def test_names_in_one_cell() -> None:
    assert listed("Bộ A; Bộ B\n- Bộ C ;; Bộ A.") == ["Bộ A", "Bộ B", "Bộ C"]
    assert listed("Bộ Văn hóa, Thể thao và Du lịch") == ["Bộ Văn hóa, Thể thao và Du lịch"]


def test_places_in_the_law_in_any_order() -> None:
    same = [place_in(text) for text in ("Điểm a khoản 1 Điều 2", "Điều 2, khoản 1, điểm a", "diem a, khoan 1, dieu 2", "Article 2, clause 1, point a")]  # fmt: skip
    assert set(same) == {("2", "1", "a")}
    assert place_in("Điều 2, điểm đ") == ("2", "", "đ") != place_in("Điều 2, điểm d")
    assert place_in("Phụ lục I") == ("", "", "")


def test_what_our_files_and_spreadsheets_add_is_taken_away_or_refused() -> None:
    assert plain("'=NV1") == "=NV1" and plain("'tis") == "'tis"
    for fault in ("#REF!", "#N/A", " #DIV/0! "):
        with pytest.raises(Unclear):
            refuse_fault(fault)
    refuse_fault("#1")
