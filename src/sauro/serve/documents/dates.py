"""Moments and amounts as they are written on paper, in the active language.

Vietnam has one time zone and no summer time (UTC+7), and a form is a Vietnamese paper wherever it is printed.
Month names are catalogue entries because the two languages write them in different kinds: a word or a number.
"""

from datetime import datetime, timedelta, timezone

from django.utils.translation import pgettext, pgettext_lazy

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")

MONTHS = (
    pgettext_lazy("month in a written date", "January"),
    pgettext_lazy("month in a written date", "February"),
    pgettext_lazy("month in a written date", "March"),
    pgettext_lazy("month in a written date", "April"),
    pgettext_lazy("month in a written date", "May"),
    pgettext_lazy("month in a written date", "June"),
    pgettext_lazy("month in a written date", "July"),
    pgettext_lazy("month in a written date", "August"),
    pgettext_lazy("month in a written date", "September"),
    pgettext_lazy("month in a written date", "October"),
    pgettext_lazy("month in a written date", "November"),
    pgettext_lazy("month in a written date", "December"),
)
WEEKDAYS = (
    pgettext_lazy("day of the week", "Monday"),
    pgettext_lazy("day of the week", "Tuesday"),
    pgettext_lazy("day of the week", "Wednesday"),
    pgettext_lazy("day of the week", "Thursday"),
    pgettext_lazy("day of the week", "Friday"),
    pgettext_lazy("day of the week", "Saturday"),
    pgettext_lazy("day of the week", "Sunday"),
)


def local(moment: datetime) -> datetime:
    """The aware moment in Vietnam's time. A naive one raises ValueError: it would print a guess."""
    if moment.tzinfo is None:
        raise ValueError("a printed moment must carry its time zone")
    return moment.astimezone(VIETNAM)


def written_date(moment: datetime) -> str:
    """ "ngày 05 tháng 02 năm 2026": days below 10 and months 1 and 2 take a zero (Decree 30/2020, Annex I)."""
    when = local(moment)
    parts = {"day": f"{when.day:02d}", "month": MONTHS[when.month - 1], "year": when.year}
    return pgettext("written date", "%(day)s %(month)s %(year)s") % parts


def place_and_date(place: str, moment: datetime) -> str:
    """The line under the national motto: "Hà Nội, ngày 22 tháng 11 năm 2026"."""
    return f"{place}, {written_date(moment)}" if place else written_date(moment)


def written_moment(moment: datetime) -> str:
    """ "15 giờ 00 phút, ngày 22 tháng 11 năm 2026"."""
    when = local(moment)
    parts = {"hour": f"{when.hour:02d}", "minute": f"{when.minute:02d}", "date": written_date(moment)}
    return pgettext("written moment", "%(hour)s:%(minute)s, %(date)s") % parts


def short_moment(moment: datetime) -> str:
    """ "15:00, 22/11/2026", for tables and messages, the same in both languages."""
    return local(moment).strftime("%H:%M, %d/%m/%Y")


def weekday_moment(moment: datetime) -> str:
    """ "15:00 thứ Sáu, 27/11/2026", for a date somebody has to keep."""
    when = local(moment)
    parts = {
        "time": when.strftime("%H:%M"),
        "weekday": WEEKDAYS[when.weekday()],
        "date": when.strftime("%d/%m/%Y"),
    }
    return pgettext("moment with its weekday", "%(time)s on %(weekday)s, %(date)s") % parts


def money(dong: int) -> str:
    """ "50.000 đ" or "50,000 VND"."""
    grouped = f"{dong:,}".replace(",", pgettext("thousands separator", ","))
    return pgettext("amount of money", "%(amount)s VND") % {"amount": grouped}
