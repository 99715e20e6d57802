"""Small real files, made in memory."""

import io
import struct
import zipfile
import zlib
from typing import Any
from uuid import UUID

import openpyxl
from PIL import Image
from psycopg import Connection

CONTENT_TYPES = "[Content_Types].xml"


def image(kind: str, size: tuple[int, int] = (40, 30)) -> bytes:
    """A picture as ``JPEG`` or ``PNG``."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, kind)
    return out.getvalue()


def progressive() -> bytes:
    """A JPEG of several scans."""
    out = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(out, "JPEG", progressive=True, comment=b"So do nha dat")
    return out.getvalue()


def png_of_claimed_size(width: int, height: int) -> bytes:
    """A PNG whose header promises more than it has."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!L", len(data)) + kind + data + struct.pack("!L", zlib.crc32(kind + data))

    header = struct.pack("!LLBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


def xlsx() -> bytes:
    """A workbook as openpyxl writes it."""
    book = openpyxl.Workbook()
    book.create_sheet("Tờ khai")["A1"] = "Nguyễn Thị Hoa"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def docx(extra: dict[str, bytes] | None = None, main: str = "wordprocessingml.document.main+xml") -> bytes:
    """A minimal document, with further members."""
    kind = f"application/vnd.openxmlformats-officedocument.{main}"
    types = (
        f'<?xml version="1.0"?><Types><Override PartName="/word/document.xml" ContentType="{kind}"/></Types>'
    )
    members = {CONTENT_TYPES: types.encode(), "word/document.xml": b"<w:document/>"} | (extra or {})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return out.getvalue()


def pdf(*objects: bytes) -> bytes:
    """A PDF of the given further objects. Its cross-reference table is left out: nobody here follows it."""
    body = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj\n2 0 obj <</Type /Pages /Kids []>> endobj\n"
    body += b"".join(
        b"%d 0 obj %s endobj\n" % (number, content) for number, content in enumerate(objects, start=3)
    )
    return body + b"trailer <</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"


def stream(content: bytes, dictionary: bytes = b"") -> bytes:
    """A compressed stream object."""
    data = zlib.compress(content)
    return b"<</Length %d /Filter /FlateDecode %s>>\nstream\n%s\nendstream" % (len(data), dictionary, data)


def insert_file(db: Connection[Any], file_id: UUID, unit: UUID, digest: bytes) -> None:
    """A row of ``core_file``."""
    db.execute(
        "INSERT INTO core_file (id, unit, name_part, digest, size, media_type, scanned, owner, created)"
        " VALUES (%s, %s, %s, %s, 4, 'application/pdf', 'clean', %s, now())",
        [file_id, unit, f"file-{file_id.hex}", digest, unit],
    )
