"""Lists of tasks as ministries send them: titles above, names of columns of their own, dates of both kinds."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook

HEADER = ["STT", "Nội dung nhiệm vụ", "Cơ quan chủ trì", "Cơ quan phối hợp", "Sản phẩm", "Tiêu chí nghiệm thu",
          "Thời hạn hoàn thành", "Số văn bản", "Điều khoản", "Người thẩm định"]  # fmt: skip
TITLES = [["DANH MỤC NHIỆM VỤ GIAO BỘ KHOA HỌC VÀ CÔNG NGHỆ"], ["(kèm theo Công văn số 15/BKHCN-VP)"], []]
LAW, JUDGE = "88/NQ-CP", "Văn phòng Trung ương Đảng"
DUE = date(2027, 6, 30)


def row(number: int = 1, **said: Any) -> list[Any]:
    """A clear task; ``said`` changes its cells by short names."""
    cells = {
        "number": number, "task": f"Xây dựng nền tảng dữ liệu số {number}", "lead": "Bộ Khoa học và Công nghệ",
        "beside": "UBND tỉnh Đồng Nai", "output": f"Nền tảng số {number} vận hành", "test": "Có biên bản nghiệm thu",
        "due": DUE, "law": LAW, "place": "Điểm a khoản 1 Điều 1", "judge": JUDGE, **said,
    }  # fmt: skip
    return list(cells.values())


def workbook(rows: Sequence[Sequence[Any]], above: Sequence[Sequence[Any]] = (*TITLES, HEADER), title: str = "Danh mục") -> bytes:  # fmt: skip
    """An XLSX with these rows below a title and a header."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for cells in [*above, *rows]:
        sheet.append(list(cells))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
