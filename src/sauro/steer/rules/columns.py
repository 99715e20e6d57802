"""Which row of a sheet names its columns, and what each column holds: guessed from words, with or without diacritics.

Lists of tasks come with titles above the header, columns in any order, and names of their own for everything.
"""

import hashlib
import re
from collections.abc import Sequence

from sauro.core.text import words

FIELDS = (
    "code", "task", "instrument", "paragraph", "lead", "position", "coordinating", "output", "acceptance", "due", "verifier", "note",
)  # fmt: skip
"""What a column may hold. A list is of use with ``task`` and ``lead``."""

NEEDED = ("task", "lead")
MOST_ABOVE = 30
"""The header stands in one of the first rows."""

_WORDS: dict[str, tuple[str, ...]] = {
    "code": ("mã nhiệm vụ", "mã số nhiệm vụ", "mã số", "mã", "code", "task code", "code of the task"),
    "task": ("nội dung nhiệm vụ", "tên nhiệm vụ", "nhiệm vụ giải pháp", "nhiệm vụ", "nội dung công việc", "nội dung thực hiện", "tên công việc", "công việc", "việc", "nội dung", "task", "content"),
    "instrument": ("số ký hiệu văn bản", "số ký hiệu", "số hiệu văn bản", "số văn bản", "văn bản giao nhiệm vụ", "văn bản giao", "văn bản chỉ đạo", "văn bản", "căn cứ", "instrument", "document number"),
    "paragraph": ("điều khoản điểm", "điểm khoản điều", "điều khoản", "vị trí trong văn bản", "dẫn chiếu", "trích dẫn", "điều", "article clause point", "paragraph", "reference"),
    "lead": ("cơ quan chủ trì thực hiện", "cơ quan chủ trì", "đơn vị chủ trì thực hiện", "đơn vị chủ trì", "bộ ngành địa phương chủ trì", "chủ trì", "cơ quan thực hiện", "đơn vị thực hiện", "lead agency", "lead"),
    "position": ("chức vụ chịu trách nhiệm", "chức danh chịu trách nhiệm", "người chịu trách nhiệm", "chức vụ", "chức danh", "responsible office", "responsible"),
    "coordinating": ("cơ quan phối hợp thực hiện", "cơ quan phối hợp", "đơn vị phối hợp", "phối hợp", "coordinating agencies", "coordinating"),
    "output": ("sản phẩm đầu ra", "sản phẩm kết quả", "kết quả sản phẩm", "sản phẩm", "kết quả đầu ra", "kết quả cần đạt", "kết quả", "đầu ra", "output", "product"),
    "acceptance": ("tiêu chí nghiệm thu", "cách nghiệm thu", "nghiệm thu", "tiêu chí đánh giá", "tiêu chí hoàn thành", "cách đánh giá", "acceptance test", "acceptance"),
    "due": ("thời hạn hoàn thành", "hạn hoàn thành", "thời gian hoàn thành", "ngày hoàn thành", "ngày cuối", "hạn cuối", "thời hạn", "hạn", "thời gian", "last day", "deadline", "due date", "due"),
    "verifier": ("người thẩm định", "cơ quan thẩm định", "đơn vị thẩm định", "thẩm định", "cơ quan kiểm tra xác nhận", "cơ quan kiểm tra", "verifier"),
    "note": ("ghi chú", "note", "notes", "remarks"),
}  # fmt: skip
_FOLDED = {field: [words(said) for said in known] for field, known in _WORDS.items()}
_OTHERS = [words(said) for said in ("hạn hiện hành", "hạn gốc", "so với hạn gốc", "deadline in force", "original deadline", "số lần gia hạn", "STT", "thời gian bắt đầu", "ngày bắt đầu", "start date")]  # fmt: skip
"""Columns whose names share words with ours and hold something else."""


def guess(header: Sequence[str]) -> dict[str, int]:
    """Which column holds what, by its name: the nearest name wins, and no column is taken twice."""
    found: list[tuple[int, int, int, str]] = []
    for at, name in enumerate(header):
        said = words(name)
        if not said or said in _OTHERS:
            continue
        for order, field in enumerate(FIELDS):
            if near := _nearness(said, _FOLDED[field]):
                found.append((-near, at, order, field))
    columns: dict[str, int] = {}
    for _near, at, _order, field in sorted(found):
        if field not in columns and at not in columns.values():
            columns[field] = at
    return dict(sorted(columns.items(), key=lambda item: FIELDS.index(item[0])))


def _nearness(said: list[str], known: list[list[str]]) -> int:
    """0: not at all; 100 and more: word for word; else how many words of ours stand together in it."""
    best = 0
    for name in known:
        if said == name:
            return 100 + len(name)
        # A long name that happens to hold one of our short words is a sentence, not a name.
        if len(said) <= len(name) + 4 and len(name) > 1 and _inside(name, said):
            best = max(best, 10 * len(name) + (5 if said[: len(name)] == name else 0))
    return best


def _inside(part: list[str], whole: list[str]) -> bool:
    return any(whole[at : at + len(part)] == part for at in range(len(whole) - len(part) + 1))


def header_row(rows: Sequence[Sequence[str]]) -> int | None:
    """The row that names most columns; None where none names the task or its lead."""
    best, most = None, 1
    for at, row in enumerate(rows[:MOST_ABOVE]):
        known = guess(row)
        if len(known) > most and any(field in known for field in NEEDED):
            best, most = at, len(known)
    return best


def signature(header: Sequence[str]) -> str:
    """What the same form of list has in common: its column names in their order, as a digest (names are not kept)."""
    names = [" ".join(words(name)) for name in header]
    while names and not names[-1]:
        names.pop()
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest() if names else ""


def letter(column: int) -> str:
    """The name that a spreadsheet gives a column: A, B … Z, AA …"""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def is_numbering(row: Sequence[str]) -> bool:
    """Whether a row only numbers the columns: (1) (2) (3), A B C."""
    filled = [cell.strip() for cell in row if cell.strip()]
    return len(filled) > 1 and all(re.fullmatch(r"\(?([0-9]{1,2}|[A-Za-z])\)?", cell) for cell in filled)
