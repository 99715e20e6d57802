"""The tile grid of the provinces: equal squares, one for each, where each lies in the country. Matched by area code."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Place:
    """Where a province's square stands, counted from the upper left, and what fits into a small one."""

    column: int
    row: int
    short: str


GRID: Final[dict[str, Place]] = {
    "12": Place(0, 0, "LCh"), "15": Place(1, 0, "LCa"), "08": Place(2, 0, "TQ"), "04": Place(3, 0, "CB"),
    "11": Place(0, 1, "ĐB"), "14": Place(1, 1, "SL"), "19": Place(3, 1, "TNg"), "20": Place(4, 1, "LS"),
    "25": Place(2, 2, "PT"), "01": Place(3, 2, "HN"), "24": Place(4, 2, "BN"), "22": Place(5, 2, "QNi"),
    "37": Place(3, 3, "NB"), "33": Place(4, 3, "HY"), "31": Place(5, 3, "HP"), "38": Place(3, 4, "TH"),
    "40": Place(3, 5, "NA"), "42": Place(3, 6, "HT"), "44": Place(4, 7, "QT"), "46": Place(5, 8, "Huế"),
    "48": Place(5, 9, "ĐNg"), "51": Place(5, 10, "QNg"), "52": Place(5, 11, "GL"), "66": Place(5, 12, "ĐL"),
    "80": Place(3, 13, "TNi"), "75": Place(4, 13, "ĐNa"), "68": Place(5, 13, "LĐ"), "56": Place(6, 13, "KH"),
    "91": Place(1, 14, "AG"), "82": Place(2, 14, "ĐT"), "79": Place(4, 14, "HCM"), "92": Place(2, 15, "CT"),
    "86": Place(3, 15, "VL"), "96": Place(2, 16, "CM"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Islands:
    """An archipelago: part of a province, with a square of its own and no value of its own."""

    name: str
    province: str
    column: int
    row: int


ISLANDS: Final = (Islands("Hoàng Sa", "48", 7, 9), Islands("Trường Sa", "56", 8, 13))
