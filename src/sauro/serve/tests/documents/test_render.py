"""The PDF itself: its bytes, its pages, and what untrusted text can do to it (nothing)."""

import io
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.reader import PdfFileReader

from sauro.serve.documents import facts, printable, render
from sauro.serve.documents.development import WITHOUT_VALUE
from sauro.serve.tests.documents import samples

NAMES = sorted(samples.documents())
needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext is not installed: apt-get install poppler-utils"
)


def text_of(pdf: bytes) -> list[str]:
    """The text of every page, as an independent reader finds it."""
    run = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return run.stdout.decode().split("\f")[:-1]


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_equal_facts_give_equal_bytes(name: str, language: str) -> None:
    one = render.pdf(samples.documents(language=language)[name])
    with ThreadPoolExecutor(1) as another_thread_with_its_own_compiler:
        two = another_thread_with_its_own_compiler.submit(
            render.pdf, samples.documents(language=language)[name]
        ).result()
    assert one == two
    assert one.startswith(b"%PDF-1.7")


def test_another_fact_gives_other_bytes() -> None:
    form = samples.documents()["form01"]
    later = msgspec.structs.replace(form, issued=form.issued + timedelta(seconds=1))
    assert render.pdf(form) != render.pdf(later)


def test_threads_do_not_mix_their_documents() -> None:
    documents = list(samples.documents().values())
    alone = [render.pdf(document) for document in documents]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(render.pdf, documents)) == alone


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_tagged_dated_and_archival(name: str) -> None:
    pdf = render.pdf(samples.documents()[name])
    reader = PdfFileReader(io.BytesIO(pdf))
    assert reader.root["/Lang"] == "vi-VN"
    assert str(reader.trailer_view["/Info"]["/Title"]).isupper()
    assert reader.root["/MarkInfo"]["/Marked"]
    assert reader.trailer_view["/Info"]["/CreationDate"] == "D:20261120084005Z"
    metadata = reader.root["/Metadata"].data
    for claim in (b"<pdfaid:part>3<", b"<pdfaid:conformance>A<", b"<pdfuaid:part>1<"):
        assert claim in metadata


@needs_poppler
def test_vietnamese_comes_out_letter_by_letter() -> None:
    (page,) = text_of(render.pdf(samples.documents(demonstration=False)["form01"]))
    for line in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
                 "Nguyễn Thị Thuý Quỳnh", "16:40 thứ Tư, 25/11/2026"):  # fmt: skip
        assert line in page
    # What is copied must work: no invisible break inside a link, a code or an ordinary word.
    assert samples.PROOF.url in page
    assert "\u200b" not in page


@needs_poppler
def test_every_page_of_a_demonstration_says_that_it_is_worth_nothing() -> None:
    many = tuple(facts.Component(f"Giấy tờ thứ {number}", originals=1) for number in range(1, 90))
    form = msgspec.structs.replace(samples.documents()["form01"], components=many)
    pages = text_of(render.pdf(form))
    assert len(pages) >= 3
    assert all(WITHOUT_VALUE in page for page in pages)
    assert "Giấy tờ thứ 89" in "".join(pages)
    plain = text_of(render.pdf(msgspec.structs.replace(form, demonstration=False)))
    assert not any(WITHOUT_VALUE in page for page in plain)


MARKUP = [
    '#panic("x")',
    '#read("/etc/passwd")',
    "$x^2$ *b* _i_ `r`",
    "= Heading @ref <label>",
    "\\u{41} // c /* d */",
    "]#[",
    '"]',
]


@needs_poppler
@pytest.mark.parametrize("name", MARKUP)
def test_markup_in_data_is_printed_not_run(name: str) -> None:
    pages = text_of(render.pdf(samples.documents(applicant=facts.Person(name=name))["form03"]))
    assert name in "".join(pages)


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=200), st.text(st.characters(categories=["L", "M", "So", "Cf", "Co"]), max_size=40))
def test_no_text_costs_anybody_their_paper(reason: str, name: str) -> None:
    form = msgspec.structs.replace(
        samples.documents(applicant=facts.Person(name=name))["form04"], reason=reason
    )
    assert render.pdf(form).startswith(b"%PDF-")


def test_every_character_called_drawable_is_drawn_in_every_style() -> None:
    covered = "".join(printable.line(chr(code)) for block in printable.COVERED for code in block)
    result = samples.documents()["result"]
    everywhere = msgspec.structs.replace(
        result, title=covered, about=covered, grounds=(covered,), paragraphs=(covered,),
        articles=((covered, covered),), recipients=(covered,), signer=facts.Signatory(covered, covered),
    )  # fmt: skip
    assert render.pdf(everywhere).startswith(b"%PDF-")


@needs_poppler
def test_a_word_longer_than_the_line_stays_on_the_page() -> None:
    form = samples.documents(applicant=facts.Person(name="x" * 900))["form02"]
    box = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"], input=render.pdf(form), capture_output=True, check=True
    ).stdout.decode()
    rights = [float(part.split('"')[0]) for part in box.split('xMax="')[1:]]
    width = float(box.split('<page width="')[1].split('"')[0])
    assert max(rights) <= width - 40


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_form_usually_fits_one_page(language: facts.Language) -> None:
    for name, document in samples.documents(language=language).items():
        assert len(PdfFileReader(io.BytesIO(render.pdf(document))).root["/Pages"]["/Kids"]) == 1, name


@needs_poppler
@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("demonstration", [True, False])
def test_a_full_certificate_is_one_sheet_and_its_signature_stands_on_it(
    language: facts.Language, demonstration: bool
) -> None:
    made = samples.certificate(language=language, demonstration=demonstration)
    (page,) = text_of(render.pdf(made))
    said = page.replace("\n", " ")
    assert "KT. CHỦ TỊCH" in said and "PHÓ CHỦ TỊCH" in said and "SR-ABCD-EFGH" in said
    wordy = msgspec.structs.replace(made, paragraphs=(*("Ghi chú dài. " * 9,) * 25,))
    *_first, last = text_of(render.pdf(wordy))
    assert "KT. CHỦ TỊCH" in last and "Ghi chú" in last, "nobody signs an empty sheet"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        render.pdf(samples.documents(issued=samples.NOW.replace(tzinfo=None))["form03"])
