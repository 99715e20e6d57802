"""PDF (ISO 32000): one document, with its dangerous features named.

The names that matter are looked for in the objects themselves, in compressed object streams, and under the ``#xx``
spelling. Page contents and pictures are not searched: actions cannot stand there. This flags; it does not disarm.
"""

import re
import zlib
from collections.abc import Iterator

from sauro.core.vault.content.tail import refuse_second_file
from sauro.core.vault.content.verdict import FileRefused, Flag, Judged

_END = b"%%EOF"
# Readers look for the end mark in the last kilobyte.
_LONGEST_TAIL = 1024
_STREAM, _END_OF_STREAM = re.compile(rb"(?<!end)stream\r?\n"), b"endstream"
_NAME = re.compile(rb"/([^\x00\t\n\f\r ()<>\[\]{}/%]{1,64})")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_MOST_INFLATED = 64 * 1024 * 1024

_FLAGS = {
    b"JS": Flag.SCRIPT,
    b"JavaScript": Flag.SCRIPT,
    b"XFA": Flag.SCRIPT,
    b"Launch": Flag.LAUNCH,
    b"SubmitForm": Flag.LAUNCH,
    b"ImportData": Flag.LAUNCH,
    b"EmbeddedFile": Flag.EMBEDDED,
    b"EmbeddedFiles": Flag.EMBEDDED,
    b"RichMedia": Flag.EMBEDDED,
    b"Encrypt": Flag.ENCRYPTED,
}


def judge_pdf(body: bytes) -> Judged:
    """Raises FileRefused for a file without an end, with another file behind it, or that inflates without measure."""
    end = body.rfind(_END)
    if end < 0 or len(body) - end > _LONGEST_TAIL + len(_END):
        raise FileRefused("file_damaged" if end < 0 else "file_mixed")
    refuse_second_file(body[end + len(_END) :])
    if b"PK\x05\x06" in body[-65557:]:
        # The directory of a ZIP archive may stand before the end mark as well.
        raise FileRefused("file_mixed")
    flags: set[Flag] = set()
    for text in _objects(body, flags):
        flags.update(_FLAGS[name] for name in _names(text) & _FLAGS.keys())
    return Judged("application/pdf", "pdf", tuple(sorted(flags)))


def _objects(body: bytes, flags: set[Flag]) -> Iterator[bytes]:
    """The file without its streams, then each object stream inflated."""
    at, inflated = 0, 0
    while stream := _STREAM.search(body, at):
        outside = body[at : stream.start()]
        yield outside
        at = body.find(_END_OF_STREAM, stream.end())
        if at < 0:
            raise FileRefused("file_damaged")
        # Between two streams stands the dictionary of the second, and of no other stream.
        if b"ObjStm" not in _names(outside):
            continue
        text = _inflated(body[stream.end() : at], _MOST_INFLATED - inflated)
        if text is None:
            flags.add(Flag.ENCRYPTED)
            continue
        inflated += len(text)
        if inflated >= _MOST_INFLATED:
            raise FileRefused("file_bomb")
        yield text
    yield body[at:]


def _inflated(data: bytes, most: int) -> bytes | None:
    try:
        return zlib.decompressobj().decompress(data, most)
    except zlib.error:
        return None


def _names(text: bytes) -> set[bytes]:
    return {
        _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), name) if b"#" in name else name
        for name in _NAME.findall(text)
    }
