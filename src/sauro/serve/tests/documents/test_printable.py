"""Characters, dates and codes as they reach the paper."""

import unicodedata
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from sauro.serve.documents import dates, printable, qr
from sauro.serve.documents.facts import Proof
from sauro.serve.tests.documents.samples import CHECKPOINT


@pytest.mark.parametrize(
    ("given_text", "drawn"),
    [
        ("Nguyễn Đức Ánh", "Nguyễn Đức Ánh"),
        (unicodedata.normalize("NFD", "Thuỳ Dương"), "Thuỳ Dương"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\tb\u00a0c\u3000d", "a b c d"),
        ("\u202egnp.exe", "gnp.exe"),
        ("x\u200b\u0000\u00ady", "xy"),
        ("王 😀 \ue000", "\u25a1 \u25a1 \u25a1"),
        ("Y Bhăm Ênuôl, Čư Mgar, Kơ Ƀông", "Y Bhăm Ênuôl, Čư Mgar, Kơ Ƀông"),
    ],
)
def test_lines(given_text: str, drawn: str) -> None:
    assert printable.line(given_text) == drawn


@settings(max_examples=30, deadline=None)
@given(
    st.recursive(
        st.text() | st.integers() | st.none(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_cleaning_is_done_once_and_for_all(value: object) -> None:
    once = printable.clean(value)
    assert printable.clean(once) == once


NOON = datetime(2026, 2, 5, 8, 0, tzinfo=UTC)


def test_vietnamese_dates_follow_the_decree() -> None:
    with translation.override("vi"):
        assert dates.place_and_date("Hà Nội", NOON) == "Hà Nội, ngày 05 tháng 02 năm 2026"
        assert dates.written_date(datetime(2026, 11, 22, tzinfo=UTC)) == "ngày 22 tháng 11 năm 2026"
        assert dates.written_date(datetime(2026, 3, 9, tzinfo=UTC)) == "ngày 09 tháng 3 năm 2026"
        assert dates.written_moment(NOON) == "15 giờ 00 phút, ngày 05 tháng 02 năm 2026"
        assert dates.weekday_moment(NOON) == "15:00 thứ Năm, 05/02/2026"
        assert dates.money(1_250_000) == "1.250.000 đ"


def test_english_dates() -> None:
    with translation.override("en"):
        assert dates.place_and_date("", NOON) == "05 February 2026"
        assert dates.written_moment(NOON) == "15:00, 05 February 2026"
        assert dates.weekday_moment(NOON) == "15:00 on Thursday, 05/02/2026"
        assert dates.money(1_250_000) == "1,250,000 VND"


def test_a_day_is_a_day_in_vietnam() -> None:
    with translation.override("vi"):
        assert dates.short_moment(datetime(2026, 11, 20, 17, 30, tzinfo=UTC)) == "00:30, 21/11/2026"


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_the_code_on_a_receipt_gives_back_link_and_checkpoint(note: str) -> None:
    proof = Proof(url="https://hanoi.example/kiem-tra/H26.01-261120-0127", checkpoint=note)
    assert qr.read(qr.payload(proof)) == proof


def test_the_checkpoint_never_reaches_a_server() -> None:
    scanned = qr.payload(Proof(url="https://hanoi.example/x", checkpoint=CHECKPOINT))
    assert scanned.startswith("https://hanoi.example/x#")
    assert qr.payload(Proof(url="https://hanoi.example/x")) == "https://hanoi.example/x"


@pytest.mark.parametrize("fragment", ["!!", "gICA", "A", "YQ==YQ"])
def test_an_unreadable_checkpoint_is_said_to_be(fragment: str) -> None:
    with pytest.raises(ValueError, match="checkpoint"):
        qr.read("https://hanoi.example/x#checkpoint=" + fragment)


def test_the_drawing_is_plain_svg() -> None:
    root = ElementTree.fromstring(qr.svg("https://hanoi.example/x"))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert {child.tag.rpartition("}")[2] for child in root} == {"path"}
    assert "viewBox" in root.attrib and "width" not in root.attrib
