"""The working calendar: whole, without a gap, and eight hours a day."""

from collections.abc import Iterator
from datetime import date

from sauro.core.clock.announced import CalendarDataError
from sauro.core.clock.calendar import Calendar
from sauro.packs import schema, vocabulary
from sauro.packs.calendar import calendar_data, public_holidays, swapped_by_package
from sauro.packs.checks.book import Book, Finding, Sheet

FEWEST_HOLIDAYS = 10
"""Article 112 of the Labour Code: eleven days, of which some may fall together."""


def check_calendar(book: Book) -> Iterator[Finding]:
    """Years, holidays, swaps and office hours."""
    sheet = book.sheet("calendar.yaml", schema.Calendar)
    if sheet is None:
        return
    yield from _years(book, sheet)
    yield from _office_hours(sheet)
    yield from _swaps(sheet)
    try:
        Calendar.from_data(calendar_data(sheet.value))
    except CalendarDataError as error:
        where = str(error).split(":", 1)[0].split("[", 1)[0].split(".", 1)[0]
        yield sheet.at(f"$.{where}", str(error))


def _years(book: Book, sheet: Sheet[schema.Calendar]) -> Iterator[Finding]:
    covered = sheet.value.holidays
    needed = [sheet.value.valid_from, *(procedure.value.valid_from for procedure in book.procedures)]
    first, last = min(needed).year, max(needed).year + 1
    if covered.first_year > first:
        yield sheet.at(
            "$.holidays.first_year", f"the calendar begins in {covered.first_year}; {first} is needed"
        )
    if covered.last_year < last:
        message = f"the calendar ends in {covered.last_year}; dossiers of {max(needed).year} run into {last}"
        yield sheet.at("$.holidays.last_year", message)
    days = public_holidays(sheet.value)
    for year in range(covered.first_year, covered.last_year + 1):
        count = sum(1 for day in days if day.year == year)
        if count < FEWEST_HOLIDAYS:
            yield sheet.at("$.holidays", f"only {count} holidays are known of {year}")


def _office_hours(sheet: Sheet[schema.Calendar]) -> Iterator[Finding]:
    for index, hours in enumerate(sheet.value.office_hours):
        minutes = sum(_minutes(closes) - _minutes(opens) for opens, closes in hours.periods)
        if minutes != vocabulary.HOURS_A_DAY * 60:
            message = f"the periods make {minutes / 60:g} hours; a working day has {vocabulary.HOURS_A_DAY}"
            yield sheet.at(f"$.office_hours[{index}].periods", message)


def _swaps(sheet: Sheet[schema.Calendar]) -> Iterator[Finding]:
    listed: dict[date, date] = {swap.off: swap.worked for swap in sheet.value.swaps}
    for off, worked in swapped_by_package(sheet.value.holidays).items():
        if listed.get(off) != worked:
            yield sheet.at("$.swaps", f"the holiday package knows that {worked} is worked for {off}")


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
