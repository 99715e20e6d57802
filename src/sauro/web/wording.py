"""How dates, times, numbers, money and durations are written, in Vietnamese and in English.

Dates are day/month/year in both languages, since that is what Vietnamese papers carry; numbers follow the language.
"""

import re
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

_SIGNS = {"vi": (".", ","), "en": (",", ".")}
# The parts of a law as it is cited, in Vietnamese and in English; only before a number or letter: a title keeps its words.
_PARTS = (
    (re.compile(r"\bĐiều (?=\d+(?:, \d)+)"), "Articles "),
    (re.compile(r"\bĐiều (?=\d)"), "Article "),
    (re.compile(r"\bkhoản (?=\d)"), "clause "),
    (re.compile(r"\bđiểm (?=[a-zđ]\b)"), "point "),
    (re.compile(r"\bChương (?=[IVXL\d])"), "Chapter "),
    (re.compile(r"\bPhụ lục\b"), "Annex"),
    (re.compile(r"\bMẫu (?:số )?(?=\d)"), "Form "),
)


def _signs() -> tuple[str, str]:
    return _SIGNS.get((get_language() or "vi")[:2], _SIGNS["vi"])


def _here(moment: datetime) -> datetime:
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


def day(when: date | datetime) -> str:
    """22/11/2026, in the instance's time zone."""
    local = _here(when) if isinstance(when, datetime) else when
    return f"{local.day:02}/{local.month:02}/{local.year:04}"


def hour(when: datetime) -> str:
    """15:00, in the instance's time zone."""
    return f"{_here(when):%H:%M}"


def moment(when: datetime) -> str:
    """15:00, 22/11/2026."""
    local = _here(when)
    return f"{local.hour:02}:{local.minute:02}, {local.day:02}/{local.month:02}/{local.year:04}"


def number(value: int | Decimal | float, places: int | None = None) -> str:
    """1.298 and 99,5 in Vietnamese, 1,298 and 99.5 in English; `places` fixes the decimals."""
    thousands, point = _signs()
    exact = Decimal(str(value))
    if places is not None:
        exact = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    whole, _dot, rest = f"{exact:,f}".partition(".")
    if places is None:
        rest = rest.rstrip("0")
    grouped = whole.replace(",", thousands).replace("-", "−")
    return f"{grouped}{point}{rest}" if rest else grouped


def percent(value: int | Decimal | float, places: int | None = None) -> str:
    """99,5 % in Vietnamese, 99.5% in English; `value` is already in hundredths."""
    written = number(value, places)
    return f"{written}%" if (get_language() or "vi").startswith("en") else f"{written}\u00a0%"


def money(dong: int | Decimal) -> str:
    """50.000 đ in Vietnamese, 50,000 VND in English. The dong has no smaller unit."""
    # Translators: %s is an amount of Vietnamese dong, already written with its thousands.
    return _("%s VND") % number(dong, 0)


def citation(law: str) -> str:
    """Where something stands in the law, as packs give it ("60/2014/QH13, Điều 11 khoản 1"), in the language in use."""
    if not (get_language() or "vi").startswith("en"):
        return law
    for vietnamese, english in _PARTS:
        law = vietnamese.sub(english, law)
    return law


def working_days(count: int | Decimal) -> str:
    """3 working days; halves are possible."""
    return ngettext("%s working day", "%s working days", _plural(count)) % number(count)


def working_hours(count: int | Decimal) -> str:
    """24 working hours."""
    return ngettext("%s working hour", "%s working hours", _plural(count)) % number(count)


def _plural(count: int | Decimal) -> int:
    return 1 if count == 1 else 2


def age(then: datetime, now: datetime) -> str:
    """How long ago, in its largest whole unit: just now, 2 minutes ago, 3 days ago."""
    past = max(now - then, timedelta(0))
    minutes = past // timedelta(minutes=1)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return ngettext("%(count)d minute ago", "%(count)d minutes ago", minutes) % {"count": minutes}
    hours = minutes // 60
    if hours < 24:
        return ngettext("%(count)d hour ago", "%(count)d hours ago", hours) % {"count": hours}
    return ngettext("%(count)d day ago", "%(count)d days ago", past.days) % {"count": past.days}
