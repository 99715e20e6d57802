"""The five land procedures say what the public notices of Đồng Nai say.

The notices are not part of the project. They are looked for in ``SAURO_DATA`` (default ``../shared/data``).
"""

import html
import os
import re
from pathlib import Path

import pytest

from sauro.packs import VN, schema
from sauro.packs.pack import read

ROOT = Path(__file__).parents[4]
NOTICES = Path(os.environ.get("SAURO_DATA", ROOT.parent / "shared" / "data")) / "vn-procedures"
LAND = ["1.012783", "1.012784", "1.012786", "1.012812", "1.013988"]

pytestmark = pytest.mark.skipif(
    not NOTICES.is_dir(), reason=f"the public notices are not at {NOTICES} (set SAURO_DATA to find them)"
)
PACK = read(VN)


def _notice(code: str) -> str:
    """The words of a notice: no tags, single spaces."""
    text = (NOTICES / f"{code}.H19.html").read_text(encoding="utf-8")
    text = re.sub(r"(?s)<(script|style).*?</\1>", " ", text)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


@pytest.fixture(params=LAND)
def pair(request: pytest.FixtureRequest) -> tuple[schema.Procedure, str]:
    return PACK.procedure[request.param], _notice(request.param)


def _amounts(text: str) -> set[int]:
    return {int(re.sub(r"[.,]", "", found)) for found in re.findall(r"(\d[\d.]*) ?(?:đ|đồng)\b", text)}


def test_name_and_code(pair: tuple[schema.Procedure, str]) -> None:
    procedure, notice = pair
    assert f"(Mã TTHC: {procedure.code})" in notice
    assert f"{procedure.name.vi} (Mã TTHC" in notice


def test_places_of_filing(pair: tuple[schema.Procedure, str]) -> None:
    procedure, notice = pair
    places = notice.split("Nơi nộp hồ sơ", 1)[1][:140]
    received = {place.organisation: place.channels for place in procedure.receiving}
    assert ("province-centre" in received) == ("HCC tỉnh" in places)
    assert ("commune-centre" in received) == ("xã" in places)
    assert any(3 in channels for channels in received.values()) == ("bưu chính" in places)


def test_time_limit(pair: tuple[schema.Procedure, str]) -> None:
    procedure, notice = pair
    limit = procedure.time_limit
    most = f"{limit.amount:02d} ngày làm việc"
    least = f"{limit.amount_min:02d} - " if limit.amount_min is not None else ""
    assert f"Thời gian giải quyết {least}{most}" in notice
    assert limit.unit == "working_day"
    if limit.excluded:
        assert f"Không tính thời gian niêm yết, đăng tin {limit.excluded[0].days} ngày" in notice


def test_components_are_those_listed(pair: tuple[schema.Procedure, str]) -> None:
    procedure, notice = pair
    listed = notice.split("Hồ Sơ Cần Chuẩn Bị", 1)[1].split("Chi Tiết", 1)[0]
    for component in procedure.components:
        assert component.name.vi in listed
        listed = listed.replace(component.name.vi, "", 1)
    left = re.sub(r"\(?(01|bản chính|bản sao|\s)+\)?", "", listed)
    assert left == ""


def test_published_steps_are_those_of_the_notice(pair: tuple[schema.Procedure, str]) -> None:
    procedure, notice = pair
    for number, step in enumerate(procedure.published_steps, 1):
        assert f"{number} {step.name.vi} {step.text.vi}" in notice
    assert f"{len(procedure.published_steps) + 1} Hồ Sơ" not in notice
    carried = {step.published for step in procedure.steps if step.published}
    assert carried | {1} == set(range(1, len(procedure.published_steps) + 1))


def test_fees_are_those_of_the_notice(pair: tuple[schema.Procedure, str]) -> None:
    procedure, notice = pair
    if not procedure.fees:
        assert "không thu phí, lệ phí" in notice
        return
    typed = {
        amount
        for fee in procedure.fees
        for line in fee.lines
        for amount in (line.counter, line.counter_max, line.online)
        if amount is not None
    }
    assert typed == _amounts(notice)


def test_each_amount_stands_where_the_notice_has_it() -> None:
    """Splitting, the largest table: the notice's order of amounts is the order of the lines."""
    notice = _notice("1.012784")
    shown = [
        int(x.replace(".", ""))
        for x in re.findall(r"(?:Về QSDĐ|Về tài sản|Cả đất và tài sản): ([\d.]+)đ", notice)
    ]
    fee = PACK.procedure["1.012784"].fees[0]
    household, organisation = fee.lines[:9], fee.lines[9:]
    expected = [
        amount
        for group in (household, organisation)
        for amount in (*(line.counter for line in group), *(line.online for line in group))
    ]
    assert shown == expected


def test_law_agency_and_subjects(pair: tuple[schema.Procedure, str]) -> None:
    procedure, notice = pair
    law = notice.split("Căn Cứ Pháp Lý", 1)[1]
    numbers = {basis.instrument for basis in procedure.legal_basis}
    for number in set(re.findall(r"\d+/20\d\d/[A-ZĐ0-9-]+|2228/QĐ-UBND", law)):
        assert number in numbers, number
    assert "Luật Đất đai 2024" in law
    assert "31/2024/QH15" in numbers
    agency = {"land-registration-branch": "Chi nhánh VPĐKĐĐ", "commune-committee": "Ủy ban nhân dân cấp xã"}
    assert agency[procedure.competent.organisation] in notice.split("Cơ Quan Giải Quyết", 1)[1]
    words = {
        "citizen": "Công dân Việt Nam",
        "overseas-vietnamese": "Người Việt Nam định cư ở nước ngoài",
        "foreigner": "Người nước ngoài",
        "enterprise": "Doanh nghiệp",
        "foreign-invested": "Doanh nghiệp có vốn đầu tư nước ngoài",
        "organisation": "Tổ chức",
        "cooperative": "Hợp tác xã",
        "official": "Cán bộ, công chức, viên chức",
    }
    subjects = notice.split("Đối Tượng Thực Hiện", 1)[1].split("Cơ Quan Giải Quyết", 1)[0]
    for key, word in words.items():
        assert (key in procedure.subjects) == bool(re.search(rf"(?<![\w(]){word}(?=[,. (])", subjects)), key
