"""DOCX and XLSX (ISO/IEC 29500): a ZIP archive that is nothing else, without macros, and no bomb."""

import io
import re
import zipfile

from sauro.core.vault.content.verdict import FileRefused, Flag, Judged

MOST_MEMBERS = 4096
MOST_INFLATED = 256 * 1024 * 1024
# Deflate reaches 1000 to 1; sheets of equal cells reach 50.
MOST_RATIO = 200
_SMALL = 1024 * 1024
_LARGEST_TEXT = 4 * 1024 * 1024
_END_RECORD = 22
_ENCRYPTED = 0x1
_MAIN = "application/vnd.openxmlformats-officedocument.{}.main+xml"
_KINDS = {
    _MAIN.format("wordprocessingml.document"): ("wordprocessingml.document", "docx"),
    _MAIN.format("spreadsheetml.sheet"): ("spreadsheetml.sheet", "xlsx"),
}
_PROGRAM = re.compile(
    r"vbaProject|\.(exe|dll|com|scr|bat|cmd|ps1|js|jse|vbs|vbe|wsf|hta|jar|lnk|msi|zip|rar|7z|html?|svg)$",
    re.IGNORECASE,
)
_OBJECT = re.compile(r"/(embeddings|activeX)/", re.IGNORECASE)
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^<>]*>", re.IGNORECASE)
_EXTERNAL = re.compile(r"TargetMode\s*=\s*[\"']External[\"']", re.IGNORECASE)
_HYPERLINK = re.compile(r"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']", re.IGNORECASE)


def judge_office(body: bytes) -> Judged:
    """Raises FileRefused for archives of another kind, with macros, or that are more than they seem."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = archive.infolist()
            _check_members(body, members)
            return _judged(archive, members)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        EOFError,
        ValueError,
        OSError,
        RuntimeError,
    ):
        raise FileRefused("file_damaged") from None


def _check_members(body: bytes, members: list[zipfile.ZipInfo]) -> None:
    offsets = {member.header_offset for member in members}
    whole = body[-_END_RECORD:].startswith(b"PK\x05\x06") and min(offsets, default=1) == 0
    if (
        not whole
        or len(offsets) != len(members)
        or len({member.filename for member in members}) != len(members)
    ):
        raise FileRefused("file_mixed")
    inflated, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    swollen = any(
        m.file_size > _SMALL and m.file_size > MOST_RATIO * max(1, m.compress_size) for m in members
    )
    if len(members) > MOST_MEMBERS or inflated > MOST_INFLATED or packed > len(body) or swollen:
        raise FileRefused("file_bomb")
    for member in members:
        name = member.filename
        if name.startswith("/") or "\\" in name or ".." in name.split("/") or member.flag_bits & _ENCRYPTED:
            raise FileRefused("file_damaged")
        if _PROGRAM.search(name):
            raise FileRefused("file_macro")


def _judged(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> Judged:
    names = [member.filename for member in members]
    if "[Content_Types].xml" not in names:
        raise FileRefused("file_type", found="application/zip")
    types = _text(archive, "[Content_Types].xml")
    if "macroEnabled" in types:
        raise FileRefused("file_macro")
    kinds = [kind for main, kind in _KINDS.items() if f'"{main}"' in types]
    if len(kinds) != 1:
        raise FileRefused("file_type", found="application/zip")
    flags = {Flag.EMBEDDED for name in names if _OBJECT.search(name)}
    relations = (_text(archive, name) for name in names if name.endswith(".rels"))
    flags |= {Flag.EXTERNAL for text in relations if _fetches(text)}
    kind, extension = kinds[0]
    return Judged(f"application/vnd.openxmlformats-officedocument.{kind}", extension, tuple(sorted(flags)))


def _fetches(relations: str) -> bool:
    found = _RELATION.findall(relations)
    return any(_EXTERNAL.search(relation) and not _HYPERLINK.search(relation) for relation in found)


def _text(archive: zipfile.ZipFile, name: str) -> str:
    if archive.getinfo(name).file_size > _LARGEST_TEXT:
        raise FileRefused("file_bomb")
    body = archive.read(name)
    encoding = "utf-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    text = body.decode(encoding, errors="replace")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise FileRefused("file_bomb")
    return text
