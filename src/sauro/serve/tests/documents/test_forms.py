"""What the forms say, before any layout."""

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.utils import translation

from sauro.serve.documents import facts, forms, render
from sauro.serve.documents.development import WITHOUT_VALUE
from sauro.serve.documents.sheet import Fields, Page, Paragraph
from sauro.serve.tests.documents import samples

NAMES = sorted(samples.documents())


def composed(name: str, language: str = "vi", **other: object) -> Page:
    """The sample document of that name as a page."""
    with translation.override(language):
        return forms.compose(samples.documents(language=language, **other)[name])


def words(page: Page) -> str:
    """Everything the page says, as one string."""
    return msgspec.json.encode(page).decode()


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_every_form_names_case_agency_and_check(name: str, language: str) -> None:
    said = words(composed(name, language))
    for expected in ("H26.01-261120-0127", samples.LETTERHEAD.agency.upper(), samples.PROOF.url, "128734"):
        assert expected in said
    assert "%(" not in said


@pytest.mark.parametrize("name", [name for name in NAMES if name != "result"])
def test_english_prints_the_vietnamese_title_too(name: str) -> None:
    assert composed(name).title in [line.upper() for line in composed(name, "en").subtitles]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("form01", "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"),
        ("form02", "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ"),
        ("form03", "Phiếu từ chối tiếp nhận giải quyết hồ sơ"),
        ("form04", "Xin lỗi và đề nghị gia hạn thời gian giải quyết"),
        ("form05", "Thông báo dừng giải quyết hồ sơ"),
        ("form06", "Phiếu kiểm soát quá trình giải quyết hồ sơ"),
    ],
)
def test_titles_are_those_of_the_circular(name: str, title: str) -> None:
    page = composed(name)
    assert page.title == title.upper()
    assert page.running_title == f"Mẫu số {name[-2:]}, Thông tư 03/2025/TT-VPCP · H26.01-261120-0127"


@pytest.mark.parametrize("name", NAMES)
def test_the_strip_stands_on_demonstrations_only(name: str) -> None:
    assert composed(name).strip == WITHOUT_VALUE
    assert composed(name, "en").strip == WITHOUT_VALUE
    assert WITHOUT_VALUE not in words(composed(name, demonstration=False))


def test_form01_shows_the_promise_and_how_it_was_computed() -> None:
    said = words(composed("form01"))
    assert "16:40 thứ Tư, 25/11/2026" in said
    assert "15 giờ 40 phút, ngày 20 tháng 11 năm 2026" in said
    for line in samples.COMPUTATION:
        assert line.what in said
    assert "8.000 đ (đã nộp)" in said and "tổng cộng 24.000 đ" in said


def test_a_case_without_fees_says_so() -> None:
    without = msgspec.structs.replace(samples.documents()["form01"], fees=())
    with translation.override("vi"):
        assert '["Phí, lệ phí","không"]' in words(forms.compose(without))


def test_form02_marks_a_second_request() -> None:
    marked = "hồ sơ bị tính là quá hạn"
    second = samples.documents()["form02"]
    with translation.override("vi"):
        assert marked in words(forms.compose(second))
        assert marked not in words(forms.compose(msgspec.structs.replace(second, ordinal=1)))


def test_form04_keeps_the_original_appointment_beside_the_new_one() -> None:
    said = words(composed("form04"))
    assert "16:40 thứ Bảy, 28/11/2026" in said
    assert "Ngày hẹn ban đầu: 16:40 thứ Tư, 25/11/2026" in said


def test_form04_lists_earlier_extensions() -> None:
    apology = samples.documents()["form04"]
    earlier = facts.Extension(samples.NOW, samples.NOW, samples.NOW + timedelta(days=1), "Chờ xác minh")
    with translation.override("vi"):
        said = words(forms.compose(msgspec.structs.replace(apology, history=(earlier,))))
    assert "Chờ xác minh" in said and "15:40, 21/11/2026" in said


def test_an_empty_part_leaves_no_empty_label() -> None:
    page = composed("form03", applicant=facts.Person(name="Nguyễn Thị Thuý Quỳnh"))
    assert "Địa chỉ" not in words(page) and "Liên hệ" not in words(page)


def emptied(value: Any) -> Any:
    """The same facts with every text erased and every list empty, as after an erasure."""
    if isinstance(value, dict):
        kept = ("form", "language", "issued", "url", "result", "title")
        return {name: inner if name in kept else emptied(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return []
    return "" if isinstance(value, str) and not value.startswith("20") else value


@pytest.mark.parametrize("name", NAMES)
def test_a_form_whose_texts_were_erased_still_stands(name: str) -> None:
    bare = emptied(json.loads(msgspec.json.encode(samples.documents()[name])))
    document = msgspec.json.decode(json.dumps(bare), type=facts.Document)
    with translation.override("vi"):
        page = forms.compose(document)
    texts = [text for block in page.blocks if isinstance(block, Paragraph) for text in [block.text.strip()]]
    assert not any(
        text.endswith(":") for text in texts if text != "Chúng tôi không trả được kết quả đúng hẹn. Lý do:"
    )
    assert all(value for block in page.blocks if isinstance(block, Fields) for _, value in block.rows)
    assert render.draw(page).startswith(b"%PDF")


def test_a_page_without_checkpoint_has_no_journal_line() -> None:
    page = composed("form01", proof=facts.Proof(url="https://hanoi.example/x"))
    assert "Nhật ký: " not in words(page)


def test_a_broken_checkpoint_is_refused_rather_than_printed() -> None:
    with pytest.raises(ValueError, match="checkpoint"):
        composed("form01", proof=facts.Proof(url="https://hanoi.example/x", checkpoint="x\ny\nz\n"))


def test_documents_survive_the_job_queue() -> None:
    for document in samples.documents().values():
        assert msgspec.json.decode(msgspec.json.encode(document), type=facts.Document) == document
