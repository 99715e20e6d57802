"""Calendars to test on, as the raw data a pack would give, and moments in them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

NINE_TO_FIVE = [["07:30", "11:30"], ["13:30", "17:30"]]
SUMMER = [["07:00", "11:00"], ["13:00", "17:00"]]

# 2026 as announced and expected, with a change of office hours in June, two swap days and the 15:00 rule from August.
VIETNAM: dict[str, Any] = {
    "code": "vn",
    "timezone": "Asia/Ho_Chi_Minh",
    "covers": {"from": "2026-01-01", "to": "2027-12-31"},
    "office_hours": [
        {
            "valid_from": "2020-01-01",
            "valid_to": "2026-05-31",
            "weekdays": [1, 2, 3, 4, 5],
            "periods": NINE_TO_FIVE,
        },
        {
            "valid_from": "2026-06-01",
            "valid_to": "2026-09-15",
            "weekdays": [1, 2, 3, 4, 5],
            "periods": SUMMER,
        },
        {"valid_from": "2026-09-16", "valid_to": None, "weekdays": [1, 2, 3, 4, 5], "periods": NINE_TO_FIVE},
    ],
    "cut_off": [{"valid_from": "2026-08-05", "at": "15:00", "basis": "Decree 309/2026, Art. 9"}],
    "holidays": [
        {"day": day, "name": name}
        for day, name in [
            ("2026-01-01", "Tết Dương lịch"),
            *[(f"2026-02-{d}", "Tết Nguyên Đán") for d in range(16, 21)],
            ("2026-04-27", "Giỗ Tổ Hùng Vương (nghỉ bù)"),
            ("2026-04-30", "Ngày Chiến thắng"),
            ("2026-05-01", "Quốc tế Lao động"),
            ("2026-09-01", "Quốc khánh"),
            ("2026-09-02", "Quốc khánh"),
            ("2027-01-01", "Tết Dương lịch"),
            *[(f"2027-02-0{d}", "Tết Nguyên Đán") for d in range(4, 10)],
        ]
    ],
    "swaps": [
        {"off": "2026-01-02", "worked": "2026-01-10", "name": "hoán đổi ngày làm việc"},
        {"off": "2026-08-31", "worked": "2026-08-22", "name": "hoán đổi ngày làm việc"},
    ],
}

# A leap year with Saturday mornings, an odd-length day, a holiday on a Saturday, and a cut-off that ended.
LEAP: dict[str, Any] = {
    "code": "leap",
    "timezone": "Asia/Ho_Chi_Minh",
    "covers": {"from": "2027-12-01", "to": "2029-06-30"},
    "office_hours": [
        {"valid_from": "2000-01-01", "weekdays": [1, 3, 5], "periods": NINE_TO_FIVE},
        {"valid_from": "2000-01-01", "weekdays": [2, 4], "periods": [["08:00", "12:00"], ["13:00", "16:45"]]},
        {
            "valid_from": "2000-01-01",
            "valid_to": "2028-06-30",
            "weekdays": [6],
            "periods": [["07:30", "11:30"]],
        },
    ],
    "cut_off": [{"valid_from": "2000-01-01", "valid_to": "2028-03-10", "at": "11:45"}],
    "holidays": [
        {"day": "2028-01-01", "name": "Tết Dương lịch"},
        {"day": "2028-02-29", "name": "ngày nhuận"},
        *[{"day": f"2028-01-{d}", "name": "Tết Nguyên Đán"} for d in range(24, 31)],
    ],
    "swaps": [
        {"off": "2028-02-28", "worked": "2028-02-27", "name": "hoán đổi"},
        {"off": "2028-05-02", "worked": "2028-01-29", "name": "làm bù vào ngày lễ"},
    ],
}

NIGHTS: dict[str, Any] = {
    "code": "nights",
    "timezone": "Asia/Ho_Chi_Minh",
    "covers": {"from": "2026-01-01", "to": "2027-06-30"},
    "office_hours": [
        {
            "valid_from": "2026-01-01",
            "weekdays": list(range(1, 8)),
            "periods": [["00:00", "02:00"], ["21:30", "23:59"]],
        }
    ],
    "cut_off": [],
    "holidays": [],
    "swaps": [],
}

WORLDS = [VIETNAM, LEAP, NIGHTS]


def at(text):
    """A local moment, aware."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def aware(naive, *, utc=False):
    """A naive local moment of the reference, as the real clock takes it: in the calendar's zone or in another."""
    moment = naive.replace(tzinfo=ZONE)
    return moment.astimezone(UTC) if utc else moment


@st.composite
def moments(draw, world, spare=260):
    """A naive local minute, far enough from the end of the data to let a clock run; often at an edge of office time."""
    first = date.fromisoformat(world["covers"]["from"])
    last = date.fromisoformat(world["covers"]["to"])
    day = first + timedelta(days=draw(st.integers(0, (last - first).days - spare)))
    edges = [0, 450, 689, 690, 691, 705, 706, 810, 899, 900, 901, 1004, 1005, 1049, 1050, 1051, 1439]
    minute = draw(st.sampled_from(edges) | st.integers(0, 1439))
    return datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
