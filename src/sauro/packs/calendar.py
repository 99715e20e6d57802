"""The working calendar's data: holidays computed by a package, everything else from the pack's file."""

from datetime import date, timedelta
from typing import Any, Final

import holidays

from sauro.packs import schema

_TONGUES: Final = {"vi": "vi", "en": "en_US"}
_SATURDAY: Final = 6


def public_holidays(files: schema.Calendar) -> dict[date, dict[str, str]]:
    """The days off of the years covered, by law rather than by swap, with their names.

    A working day given free against another is a swap (``swaps``), so it is left out here.
    """
    days = _named(files.holidays)
    for swap in files.swaps:
        days.pop(swap.off, None)
    for correction in files.corrections:
        days.pop(correction.day, None)
        if correction.counts:
            days[correction.day] = {"vi": correction.name.vi, "en": correction.name.en}
    return dict(sorted(days.items()))


def swapped_by_package(files: schema.HolidayPackage) -> dict[date, date]:
    """Working days given free → the days worked for them, as far as the package knows of them."""
    found = _package(files, "vi")
    off = [day for day, name in found.items() if "hoán đổi" in name.lower() or "thay cho" in name.lower()]
    return {day: worked for day in off if (worked := _worked_for(day, found.weekend_workdays)) is not None}


def calendar_data(files: schema.Calendar) -> dict[str, Any]:
    """The data that the core's ``Calendar.from_data`` takes."""
    return {
        "code": files.code,
        "version": files.version,
        "timezone": files.timezone,
        "covers": {
            "from": date(files.holidays.first_year, 1, 1).isoformat(),
            "to": date(files.holidays.last_year, 12, 31).isoformat(),
        },
        "office_hours": [_hours(hours) for hours in files.office_hours],
        "cut_off": [_cut_off(rule) for rule in files.cut_off],
        "holidays": [{"day": day.isoformat(), "name": name} for day, name in public_holidays(files).items()],
        "swaps": [
            {
                "off": swap.off.isoformat(),
                "worked": swap.worked.isoformat(),
                "name": {"vi": swap.name.vi, "en": swap.name.en},
            }
            for swap in files.swaps
        ],
    }


def _package(files: schema.HolidayPackage, tongue: str) -> holidays.HolidayBase:
    years = range(files.first_year, files.last_year + 1)
    return holidays.country_holidays(files.country, years=years, language=tongue)


def _named(files: schema.HolidayPackage) -> dict[date, dict[str, str]]:
    tongues = {key: _package(files, tongue) for key, tongue in _TONGUES.items()}
    return {day: {key: found[day] for key, found in tongues.items()} for day in tongues["vi"]}


def _worked_for(off: date, worked: Any) -> date | None:
    """The nearest weekend day worked: the package does not say which day stands for which."""
    near = [day for day in worked if abs(day - off) <= timedelta(days=31)]
    return min(near, key=lambda day: abs(day - off), default=None)


def _hours(hours: schema.OfficeHours) -> dict[str, Any]:
    return {
        "valid_from": hours.valid_from.isoformat(),
        "valid_to": hours.valid_to.isoformat() if hours.valid_to else None,
        "weekdays": hours.weekdays,
        "periods": [list(period) for period in hours.periods],
    }


def _cut_off(rule: schema.CutOff) -> dict[str, Any]:
    basis = {"instrument": rule.basis.instrument, "article": rule.basis.article} if rule.basis else None
    return {
        "valid_from": rule.valid_from.isoformat(),
        "valid_to": rule.valid_to.isoformat() if rule.valid_to else None,
        "at": rule.at,
        "basis": basis,
    }
