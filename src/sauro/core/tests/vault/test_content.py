"""Files judged by their bytes."""

import contextlib
import io
import random
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sauro.core.tests.vault import samples
from sauro.core.vault.content import image, office, pdf
from sauro.core.vault.content.judge import judge
from sauro.core.vault.content.verdict import FileRefused, Flag

OFFICE = "application/vnd.openxmlformats-officedocument."
GOOD = {
    "jpeg": (samples.image("JPEG"), "image/jpeg", "jpg"),
    "progressive": (samples.progressive(), "image/jpeg", "jpg"),
    "png": (samples.image("PNG"), "image/png", "png"),
    "pdf": (samples.pdf(samples.stream(b"BT (Hoa) Tj ET")), "application/pdf", "pdf"),
    "xlsx": (samples.xlsx(), OFFICE + "spreadsheetml.sheet", "xlsx"),
    "docx": (samples.docx(), OFFICE + "wordprocessingml.document", "docx"),
}


@pytest.mark.parametrize("name", GOOD)
def test_accepted(name: str) -> None:
    body, media_type, extension = GOOD[name]
    assert judge(body) == (media_type, extension, ())


def test_accepts_what_typst_writes() -> None:
    import typst

    judged = judge(typst.compile(b"= Gi\xe1\xba\xa5y h\xe1\xba\xb9n"))
    assert judged == ("application/pdf", "pdf", ())


def refused(body: bytes, largest: int = 20 << 20) -> str:
    with pytest.raises(FileRefused) as caught:
        judge(body, largest)
    assert (
        caught.value.field == "file" and caught.value.rule.startswith("files.") and str(caught.value.message)
    )
    return caught.value.code


@pytest.mark.parametrize(
    "body",
    [
        b"MZ\x90\0" + bytes(200),
        b"<html><script>alert(1)</script></html>",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"GIF89a" + bytes(50),
        b"#!/bin/sh\n",
        b"plain text",
        b"\n%PDF-1.7 not at the beginning",
    ],
)
def test_other_kinds(body: bytes) -> None:
    assert refused(body) == "file_type"


def test_empty_and_too_large() -> None:
    assert refused(b"") == "file_empty"
    assert refused(GOOD["png"][0], largest=10) == "file_too_large"


SECOND = {
    "zip": samples.docx(),
    "pdf": samples.pdf(),
    "page": b"<html><body>hello",
    "script": b"  < script src=x>",
    "svg": b"<svg onload=x>",
    "exe": b"MZ\x90\0" + bytes(100),
    "elf": b"\x7fELF" + bytes(100),
    "rar": b"Rar!\x1a\x07\x00" + bytes(100),
}


# One PDF behind another is how the format continues itself.
PAIRS = [(a, b) for a in ("jpeg", "png", "pdf") for b in SECOND if (a, b) != ("pdf", "pdf")]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_two_files_in_one(first: str, second: str) -> None:
    assert refused(GOOD[first][0] + SECOND[second]) == "file_mixed"


@pytest.mark.parametrize("second", ["page", "exe", "zip"])
@pytest.mark.parametrize("first", ["xlsx", "docx"])
def test_an_archive_with_something_before_or_behind(first: str, second: str) -> None:
    body = GOOD[first][0]
    assert refused(body + SECOND[second]) in {"file_mixed", "file_bomb", "file_damaged"}
    head = {"page": "file_type", "exe": "file_type", "zip": "file_mixed"}[second]
    assert refused(SECOND[second] + body) == head


@pytest.mark.parametrize("comment", [b"<script>alert(1)</script>", b"<% Response.Write(1) %>", b"<?php x();"])
def test_a_page_in_the_comment_of_a_picture(comment: bytes) -> None:
    body = samples.image("JPEG")
    assert (
        refused(body[:2] + b"\xff\xfe" + struct.pack("!H", len(comment) + 2) + comment + body[2:])
        == "file_mixed"
    )


def test_an_archive_inside_a_pdf() -> None:
    assert refused(samples.pdf(b"<</A 1>>\nstream\n" + samples.docx() + b"\nendstream")) == "file_mixed"


def test_a_telephone_trailer_passes() -> None:
    assert judge(samples.image("JPEG") + b"\0\0SEFHe\0\0\0MotionPhoto_Data" + bytes(500)).extension == "jpg"


@pytest.mark.parametrize("name", GOOD)
@given(share=st.floats(0.02, 0.98))
def test_files_cut_short(name: str, share: float) -> None:
    body = GOOD[name][0]
    assert refused(body[: max(12, int(len(body) * share))]) in {"file_damaged", "file_type", "file_mixed"}


@pytest.mark.parametrize("magic", [b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04"])
@given(rest=st.binary(max_size=300))
def test_any_bytes_get_an_answer(magic: bytes, rest: bytes) -> None:
    with contextlib.suppress(FileRefused):
        judge(magic + rest)


def test_a_damaged_png() -> None:
    body = bytearray(GOOD["png"][0])
    body[40] ^= 1
    assert refused(bytes(body)) == "file_damaged"


def test_pictures_that_grow() -> None:
    assert refused(samples.png_of_claimed_size(60_000, 60_000)) == "file_bomb"
    jpeg = samples.image("JPEG")
    at = jpeg.index(b"\xff\xc0") + 5
    assert refused(jpeg[:at] + b"\xff\xff\xff\xff" + jpeg[at + 4 :]) == "file_bomb"
    assert image.MOST_PIXELS > 14_000 * 8_000


@pytest.mark.parametrize(
    ("content", "flag"),
    [
        (b"<</S /JavaScript /JS (app.alert(1))>>", Flag.SCRIPT),
        (b"<</S/#4a#61vaScript>>", Flag.SCRIPT),
        (b"<</XFA 5 0 R>>", Flag.SCRIPT),
        (b"<</S /Launch /F (calc.exe)>>", Flag.LAUNCH),
        (b"<</S /SubmitForm /F (http://example.vn)>>", Flag.LAUNCH),
        (b"<</Type /EmbeddedFile>>", Flag.EMBEDDED),
        (b"<</Encrypt 9 0 R>>", Flag.ENCRYPTED),
    ],
)
def test_what_an_officer_should_know_of_a_pdf(content: bytes, flag: Flag) -> None:
    assert judge(samples.pdf(content)).flags == (flag,)
    assert judge(samples.pdf(samples.stream(content, b"/Type /ObjStm /N 1 /First 4"))).flags == (flag,)
    assert judge(samples.pdf(samples.stream(content))).flags == ()


def test_a_hidden_object_stream_that_does_not_inflate() -> None:
    broken = b"<</Type /ObjStm>>\nstream\nnot compressed\nendstream"
    assert judge(samples.pdf(broken)).flags == (Flag.ENCRYPTED,)


def test_a_pdf_that_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_MOST_INFLATED", 10_000)
    assert refused(samples.pdf(samples.stream(bytes(20_000), b"/Type /ObjStm"))) == "file_bomb"


def test_many_streams_without_end() -> None:
    assert refused(b"%PDF-1.7\n" + b"stream\n" * 1_000_000 + b"%%EOF") == "file_damaged"


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ({"word/vbaProject.bin": b"x"}, "file_macro"),
        ({"word/embeddings/run.exe": b"x"}, "file_macro"),
        ({"inner.zip": b"x"}, "file_macro"),
        ({"../outside.xml": b"x"}, "file_damaged"),
        ({"/etc/x": b"x"}, "file_damaged"),
        ({"word/huge.xml": bytes(8 << 20)}, "file_bomb"),
        ({"word/_rels/x.rels": b'<!DOCTYPE x [<!ENTITY a "b">]>'}, "file_bomb"),
    ],
)
def test_office_refused(extra: dict[str, bytes], code: str) -> None:
    assert refused(samples.docx(extra)) == code


def test_office_of_other_kinds() -> None:
    assert refused(samples.docx(main="presentationml.presentation.main+xml")) == "file_type"
    macro = samples.docx({"x.xml": b"x"}, main="wordprocessingml.document.main+xml")
    assert judge(macro).extension == "docx"
    enabled = io.BytesIO()
    with zipfile.ZipFile(enabled, "w") as archive:
        archive.writestr(
            samples.CONTENT_TYPES, 'ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"'
        )
    assert refused(enabled.getvalue()) == "file_macro"
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("a.txt", "a")
    assert refused(plain.getvalue()) == "file_type"


def relation(kind: str) -> dict[str, bytes]:
    found = f'<Relationships><Relationship Id="r1" Type="http://x/{kind}" Target="http://example.vn/t" TargetMode="External"/></Relationships>'
    return {"word/_rels/document.xml.rels": found.encode()}


def test_office_that_fetches_something() -> None:
    assert judge(samples.docx(relation("attachedTemplate"))).flags == (Flag.EXTERNAL,)
    assert judge(samples.docx(relation("hyperlink"))).flags == ()
    utf16 = {name: body.decode().encode("utf-16") for name, body in relation("oleObject").items()}
    assert judge(samples.docx(utf16)).flags == (Flag.EXTERNAL,)
    assert judge(samples.docx({"word/embeddings/sheet.bin": b"x"})).flags == (Flag.EMBEDDED,)


def test_noise_is_not_taken_for_a_page() -> None:
    noise = random.Random(1)
    for _ in range(300):
        assert judge(samples.docx({"word/media/a.bin": noise.randbytes(3000)}))


def test_archives_that_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "MOST_INFLATED", 5000)
    noise = random.Random(1)
    assert refused(samples.docx({f"word/{n}.xml": noise.randbytes(600) for n in range(10)})) == "file_bomb"
    monkeypatch.setattr(office, "MOST_MEMBERS", 5)
    assert refused(samples.docx({f"word/{n}.xml": b"x" for n in range(5)})) == "file_bomb"


def test_members_that_share_their_bytes() -> None:
    body = bytearray(samples.docx({"word/a.xml": b"A" * 50, "word/b.xml": b"A" * 50}))
    first, second = (body.rindex(name) for name in (b"word/a.xml", b"word/b.xml"))
    # The offset of the local header stands in the four bytes before the name.
    body[second - 4 : second] = body[first - 4 : first]
    assert refused(bytes(body)) == "file_mixed"


def test_a_locked_archive() -> None:
    body = bytearray(samples.docx())
    at = body.index(b"PK\x01\x02") + 8
    body[at] |= 1
    assert refused(bytes(body)) == "file_damaged"
