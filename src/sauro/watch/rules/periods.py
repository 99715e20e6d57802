"""Periods of numbers: 2025, 2025Q1, 2025-11 or 2025-11-12. Pure."""

import calendar
from datetime import date
from decimal import Decimal

_DAYS_OF_A_YEAR = Decimal("365.2425")


def last_day(period: str) -> date:
    """The last day of a period. Raises ValueError for what is none."""
    year = int(period[:4])
    if len(period) == 4:
        return date(year, 12, 31)
    if period[4] == "Q":
        month = 3 * int(period[5])
    else:
        month = int(period[5:7])
        if len(period) > 7:
            return date(year, month, int(period[8:10]))
    return date(year, month, calendar.monthrange(year, month)[1])


def years_between(earlier: str, later: str) -> Decimal:
    """Years from the end of one period to the end of another, to two decimals; negative where the other comes first."""
    days = (last_day(later) - last_day(earlier)).days
    return (days / _DAYS_OF_A_YEAR).quantize(Decimal("0.01"))
