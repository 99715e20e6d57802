"""A legal basis as it may stand in an event: an instrument by its number, and a place in it. No words fit in."""

import re

_SIGN = r"(?:\d{1,4}[a-zđ]?(?:[.-](?:\d{1,4}|[a-zđ]))*|[IVXLC]{1,7}|[a-zđ])"
_PLACE = rf"(?:Điều|điều|Khoản|khoản|Điểm|điểm|Chương|Mục|Phụ lục|Mẫu|Mẫu số) {_SIGN}(?:, {_SIGN})*"
_PLACES = re.compile(rf"Phụ lục|{_PLACE}(?:,? {_PLACE})*")


def instrument_cited(basis: str) -> str | None:
    """The number of the instrument that a basis such as ``118/2025/NĐ-CP, Mẫu 04`` cites; None if it has not that form.

    Whether there is such an instrument, the register of instruments knows.
    """
    number, comma, place = basis.partition(", ")
    if not number or (comma and not _PLACES.fullmatch(place)):
        return None
    return number
