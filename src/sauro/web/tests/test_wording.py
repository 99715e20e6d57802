"""Dates, numbers, money and durations in both languages."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from sauro.web import wording

MOMENT = datetime(2026, 11, 22, 8, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "vi", "en"),
    [
        (lambda: wording.day(date(2026, 1, 2)), "02/01/2026", "02/01/2026"),
        (lambda: wording.day(datetime(2026, 11, 22, 18, 0, tzinfo=UTC)), "23/11/2026", "23/11/2026"),
        (lambda: wording.hour(MOMENT), "15:00", "15:00"),
        (lambda: wording.moment(MOMENT), "15:00, 22/11/2026", "15:00, 22/11/2026"),
        (lambda: wording.number(1298), "1.298", "1,298"),
        (lambda: wording.number(-1234567), "−1.234.567", "−1,234,567"),
        (lambda: wording.number(Decimal("99.50")), "99,5", "99.5"),
        (lambda: wording.number(Decimal("100")), "100", "100"),
        (lambda: wording.number(Decimal("2.5"), 0), "3", "3"),
        (lambda: wording.number(7, 2), "7,00", "7.00"),
        (lambda: wording.percent(Decimal("99.5")), "99,5\u00a0%", "99.5%"),
        (lambda: wording.money(50000), "50.000 đ", "50,000 VND"),
        (lambda: wording.working_days(3), "3 ngày làm việc", "3 working days"),
        (lambda: wording.working_days(1), "1 ngày làm việc", "1 working day"),
        (lambda: wording.working_days(Decimal("1.5")), "1,5 ngày làm việc", "1.5 working days"),
        (lambda: wording.working_hours(24), "24 giờ làm việc", "24 working hours"),
        (
            lambda: wording.citation("60/2014/QH13, Điều 11"),
            "60/2014/QH13, Điều 11",
            "60/2014/QH13, Article 11",
        ),
        (lambda: wording.citation("Điều 11, 13, 14"), "Điều 11, 13, 14", "Articles 11, 13, 14"),
        (
            lambda: wording.citation("Điều 8 khoản 1 điểm đ"),
            "Điều 8 khoản 1 điểm đ",
            "Article 8 clause 1 point đ",
        ),
        (
            lambda: wording.citation("309/2026/NĐ-CP, Điều 8.1"),
            "309/2026/NĐ-CP, Điều 8.1",
            "309/2026/NĐ-CP, Article 8.1",
        ),
        (lambda: wording.citation("Phụ lục I, Mẫu 05"), "Phụ lục I, Mẫu 05", "Annex I, Form 05"),
        (lambda: wording.citation("Chương II"), "Chương II", "Chapter II"),
        (
            lambda: wording.citation("sửa đổi một số điều, điểm mới"),
            "sửa đổi một số điều, điểm mới",
            "sửa đổi một số điều, điểm mới",
        ),
        (lambda: wording.age(MOMENT, MOMENT), "vừa xong", "just now"),
        (lambda: wording.age(MOMENT, MOMENT + timedelta(minutes=2)), "2 phút trước", "2 minutes ago"),
        (lambda: wording.age(MOMENT, MOMENT + timedelta(minutes=60)), "1 giờ trước", "1 hour ago"),
        (lambda: wording.age(MOMENT, MOMENT + timedelta(days=3)), "3 ngày trước", "3 days ago"),
        (lambda: wording.age(MOMENT, MOMENT - timedelta(days=3)), "vừa xong", "just now"),
    ],
)
def test_is_written_in_the_readers_language(written, vi, en):
    for language, expected in (("vi", vi), ("en", en)):
        with translation.override(language):
            assert written() == expected
