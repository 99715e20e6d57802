"""The one entrance: ``judge(body)``."""

import re
from collections.abc import Callable

import filetype

from sauro.core.vault.content.image import judge_jpeg, judge_png
from sauro.core.vault.content.office import judge_office
from sauro.core.vault.content.pdf import judge_pdf
from sauro.core.vault.content.verdict import FileRefused, Judged

LARGEST = 20 * 1024 * 1024
"""Bytes of one file, unless the caller says otherwise."""

_KINDS: tuple[tuple[bytes, Callable[[bytes], Judged]], ...] = (
    (b"%PDF-", judge_pdf),
    (b"\xff\xd8\xff", judge_jpeg),
    (b"\x89PNG\r\n\x1a\n", judge_png),
    (b"PK\x03\x04", judge_office),
)
_HEAD = 4096
# What makes a browser or a web server read a file as a page or a program, wherever it looks for it. A word must follow
# "<%": the two bytes alone stand in the head of every sixteenth compressed picture.
_PAGE = re.compile(
    rb"<\s*(?:script|html|svg|iframe|body|!doctype\s+html|\?php)\b|<%[@=!]?\s*[a-z]{5}", re.IGNORECASE
)


def judge(body: bytes, largest: int = LARGEST) -> Judged:
    """The kind of a whole file of bytes. Raises FileRefused for a kind that is not accepted, for a file that is also
    something else, and for one that does harm by its size once opened."""
    if not body:
        raise FileRefused("file_empty")
    if len(body) > largest:
        raise FileRefused("file_too_large", largest=largest)
    for magic, judge_kind in _KINDS:
        if body.startswith(magic):
            if _PAGE.search(body[:_HEAD]):
                raise FileRefused("file_mixed")
            return judge_kind(body)
    found = filetype.guess(body)
    raise FileRefused("file_type", found=found.mime if found else "unknown")
