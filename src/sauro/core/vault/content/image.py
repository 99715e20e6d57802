"""JPEG (ISO/IEC 10918-1) and PNG (ISO/IEC 15948): whole, of a sane size, and nothing else besides."""

import re
import zlib

from sauro.core.vault.content.tail import refuse_second_file
from sauro.core.vault.content.verdict import FileRefused, Judged

# An A3 page at 600 dpi has 70 million pixels; a decoder needs four bytes for each.
MOST_PIXELS = 120_000_000
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_ALONE = {0x01, *range(0xD0, 0xD8)}
_FRAME = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# In coded data an FF is followed by 00 or a restart marker; anything else ends it.
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_PNG_HEAD = 8


def judge_jpeg(body: bytes) -> Judged:
    """Walk the segments to the end of the image. Trailers that telephones add are let pass if they hide no file."""
    at, pixels = 2, 0
    while True:
        if at + 4 > len(body) or body[at] != 0xFF:
            raise FileRefused("file_damaged")
        marker = body[at + 1]
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(body[at + 2 : at + 4], "big")
        if length < 2:
            raise FileRefused("file_damaged")
        if marker in _FRAME:
            pixels = _checked_pixels(
                int.from_bytes(body[at + 5 : at + 7], "big"), int.from_bytes(body[at + 7 : at + 9], "big")
            )
        at += 2 + length
        if marker == _SOS:
            following = _MARKER.search(body, at)
            if not following:
                raise FileRefused("file_damaged")
            at = following.start()
            if body[at + 1] == _EOI:
                break
    if not pixels:
        raise FileRefused("file_damaged")
    refuse_second_file(body[at + 2 :])
    return Judged("image/jpeg", "jpg")


def judge_png(body: bytes) -> Judged:
    """Walk the chunks with their checksums; nothing may follow the last."""
    at, pixels = _PNG_HEAD, 0
    while at + 12 <= len(body):
        length, kind = int.from_bytes(body[at : at + 4], "big"), body[at + 4 : at + 8]
        end = at + 8 + length
        if zlib.crc32(body[at + 4 : end]) != int.from_bytes(body[end : end + 4], "big"):
            raise FileRefused("file_damaged")
        if kind == b"IHDR":
            pixels = _checked_pixels(
                int.from_bytes(body[at + 8 : at + 12], "big"), int.from_bytes(body[at + 12 : at + 16], "big")
            )
        at = end + 4
        if kind == b"IEND":
            if at != len(body):
                raise FileRefused("file_mixed")
            if pixels:
                return Judged("image/png", "png")
    raise FileRefused("file_damaged")


def _checked_pixels(first: int, second: int) -> int:
    if first * second > MOST_PIXELS:
        raise FileRefused("file_bomb")
    return first * second
