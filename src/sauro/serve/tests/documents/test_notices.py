"""What people are told."""

from datetime import timedelta

import msgspec
import pytest
from django.utils import translation

from sauro.serve.documents import notices
from sauro.serve.documents.facts import Language
from sauro.serve.tests.documents.samples import NOW

FACTS = notices.CaseFacts(
    dossier="H26.01-261120-0127",
    procedure="Đăng ký khai sinh",
    agency="Trung tâm Phục vụ hành chính công phường Hoàn Kiếm",
    officer="công chức tiếp nhận hồ sơ",
    link="https://hanoi.example/ho-so/0127",
    received=NOW,
    accepted=NOW + timedelta(hours=1),
    due=NOW + timedelta(days=5, hours=1),
    original_due=NOW + timedelta(days=3),
    answer_by=NOW + timedelta(days=30),
    processed=NOW + timedelta(days=4),
    returned=NOW + timedelta(days=5),
    collect_at="Trung tâm Phục vụ hành chính công",
)
STEPS = sorted(notices.STEPS)


def test_every_step_of_a_dossier_has_its_notice() -> None:
    assert set(STEPS) == {
        "submitted", "accepted", "supplement_requested", "payment_requested", "resumed", "apologised", "finished",
        "returned", "withdrawn", "refused", "stopped", "breached",
    }  # fmt: skip


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("step", STEPS)
def test_the_law_s_particulars_are_in_every_notice(step: str, language: Language) -> None:
    notice = notices.write(step, FACTS, language)
    for particular in (
        FACTS.agency,
        FACTS.officer,
        FACTS.procedure,
        FACTS.link,
        "15:40, 20/11/2026",
        "16:40, 20/11/2026",
    ):
        assert particular in notice.body
    assert FACTS.dossier in notice.subject and FACTS.dossier in notice.short and FACTS.link in notice.short
    assert "\n" not in notice.subject and "%(" not in notice.body + notice.subject


@pytest.mark.parametrize("step", STEPS)
def test_each_language_says_it_in_its_own_words(step: str) -> None:
    vi, en = notices.write(step, FACTS, "vi"), notices.write(step, FACTS, "en")
    assert vi.subject.startswith("Hồ sơ H26") and en.subject.startswith("Dossier H26")
    assert "Cơ quan: " in vi.body and "Agency: " in en.body


def test_moments_that_have_not_come_are_not_named() -> None:
    fresh = notices.CaseFacts(
        dossier="T-1", procedure="p", agency="a", officer="o", link="https://x.example", received=NOW
    )
    body = notices.write("submitted", fresh, "vi").body
    assert "Nhận lúc: 15:40, 20/11/2026" in body
    assert "Tiếp nhận lúc" not in body and "hẹn trả" not in body


def test_an_apology_names_both_appointments() -> None:
    body = notices.write("apologised", FACTS, "vi").body
    assert "15:40 thứ Hai, 23/11/2026" in body and "16:40 thứ Tư, 25/11/2026" in body


@pytest.mark.parametrize(
    ("step", "gap"), [("accepted", "due"), ("apologised", "original_due"), ("returned", "returned")]
)
def test_a_notice_without_its_moment_is_an_error_not_a_blank(step: str, gap: str) -> None:
    with pytest.raises(ValueError, match="moment"):
        notices.write(step, msgspec.structs.replace(FACTS, **{gap: None}), "vi")


def test_a_demonstration_says_so_everywhere() -> None:
    shown = msgspec.structs.replace(FACTS, demonstration=True)
    notice = notices.write("accepted", shown, "vi")
    assert "không có giá trị pháp lý" in notice.body and "không có giá trị pháp lý" in notice.short


def test_the_reader_s_language_wins_and_the_caller_s_comes_back() -> None:
    with translation.override("en"):
        assert notices.write("accepted", FACTS, "vi").subject.startswith("Hồ sơ")
        assert translation.get_language() == "en"


def test_a_line_break_in_a_code_stays_out_of_the_subject() -> None:
    notice = notices.write(
        "accepted", msgspec.structs.replace(FACTS, dossier="H26\r\nBcc: x@y.example"), "vi"
    )
    assert "\n" not in notice.subject and "\r" not in notice.subject


def test_nobody_is_told_of_an_unknown_step() -> None:
    with pytest.raises(KeyError):
        notices.write("no_such_step", FACTS, "vi")
