"""The clock and the evaluator of rules: computations per second in one process. No peer is timed beside them.

Moments differ from one computation to the next, over five announced years with holidays, a swap day each year and a
change of office hours; nothing is cached between computations.
"""

import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import cycle, islice
from statistics import median
from typing import Any

from bench.machine import versions
from bench.result import Result, Settings

TITLE = "computations per second of time limits, clocks and rules"
COMPUTATIONS = 50_000
AIM = 100_000

Work = Callable[[Any], object]


def run(settings: Settings) -> Result:
    count = max(1_000, int(COMPUTATIONS * settings.size))
    works = dict(_works())
    cpu: dict[str, list[float]] = {name: [] for name in works}
    wall: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(settings.runs):
        for name, (work, inputs, share) in works.items():
            given = list(islice(cycle(inputs), int(count * share)))
            before, began = time.process_time(), time.perf_counter()
            for item in given:
                work(item)
            cpu[name].append(len(given) / (time.process_time() - before))
            wall[name].append(len(given) / (time.perf_counter() - began))
    ours = {
        name: {"per_cpu_second": round(median(cpu[name])), "per_second": round(median(wall[name]))}
        for name in works
    }
    return Result(
        work=f"{count:,} computations of each kind (a tenth of it for whole states and shown computations)",
        columns=["computation", "a CPU second", "a second"],
        rows=[
            [name, f"{each['per_cpu_second']:,}", f"{each['per_second']:,}"] for name, each in ours.items()
        ],
        ours=ours,
        versions=versions("cel-expr-python"),
        conditions={"aim": AIM, "threads": 1},
        notes=[f"the aim of {AIM:,} a second is for one computation of a time limit, the first four lines"],
    )


def _works() -> Iterator[tuple[str, tuple[Work, list[Any], float]]]:
    """Name, work, inputs, and the share of the computations it does."""
    from sauro.core.clock import (
        Calendar,
        Limit,
        Terms,
        add_calendar_days,
        add_working_days,
        add_working_hours,
        course,
        due,
        explain,
        state,
        working_time_between,
    )

    calendar = Calendar.from_data(_data())
    first = datetime(2024, 2, 1, 9, tzinfo=calendar.zone)
    moments = [first + timedelta(minutes=1_847 * n) for n in range(1_000)]
    terms = Terms(frozenset({"supplement"}))
    limit = Limit(10, "working_day")

    def stopped(moment: datetime) -> course.Course:
        begun = course.start(limit, moment, calendar, terms)
        once = course.pause(begun, moment + timedelta(hours=20), "supplement", "law", terms)
        return course.resume(once, moment + timedelta(hours=70))

    courses = [stopped(moment) for moment in moments]
    yield "10 working days after a moment", (lambda m: add_working_days(calendar, m, 10), moments, 1)
    yield "40 working hours after a moment", (lambda m: add_working_hours(calendar, m, 40), moments, 1)
    yield "30 days after a moment", (lambda m: add_calendar_days(calendar, m, 30), moments, 1)
    week = timedelta(days=7)
    yield "working time in a week", (lambda m: working_time_between(calendar, m, m + week), moments, 1)
    yield "clock started", (lambda m: course.start(limit, m, calendar, terms), moments, 1)
    yield "due of a clock with a pause", (lambda c: due(c, calendar), courses, 1)
    yield "state of a clock with a pause", (lambda c: state(c, calendar, c.original_due, terms), courses, 0.1)
    yield "its computation shown", (lambda c: explain(c, calendar), courses, 0.1)
    yield from _rules()


def _rules() -> Iterator[tuple[str, tuple[Work, list[Any], float]]]:
    from sauro.core.expressions import compile_expression

    plain = compile_expression('applicant == "citizen" && (age >= 14 || has(guardian.name))')
    listed = compile_expression('parts.exists(p, p.kind == "id" && p.copies > 0)')
    answers = [{"applicant": "citizen", "age": n % 30, "guardian": {"name": "A"}} for n in range(100)]
    parts = [{"parts": [{"kind": k, "copies": n % 3} for k in ("form", "map", "id")]} for n in range(100)]
    yield "rule over answers", (plain.evaluate, answers, 1)
    yield "rule over a list of three", (listed.evaluate, parts, 1)


def _data() -> dict[str, Any]:
    """Five years: hours that change each summer, twelve holidays and one swap a year."""
    winter, summer = [["07:30", "11:30"], ["13:30", "17:30"]], [["07:00", "11:00"], ["13:30", "17:30"]]
    weekdays = [1, 2, 3, 4, 5]
    hours, holidays, swaps = [], [], []
    for year in range(2024, 2029):
        for opens, closes, periods in (
            ("01-01", "03-31", winter),
            ("04-01", "09-30", summer),
            ("10-01", "12-31", winter),
        ):
            hours.append(
                {
                    "valid_from": f"{year}-{opens}",
                    "valid_to": f"{year}-{closes}",
                    "weekdays": weekdays,
                    "periods": periods,
                }
            )
        off = ["01-01", "04-30", "05-01", "09-02", *[f"02-{day:02d}" for day in range(9, 17)]]
        holidays += [{"day": f"{year}-{day}", "name": "holiday"} for day in off]
        friday = next(
            day for day in (date(year, 6, 1) + timedelta(days=n) for n in range(7)) if day.weekday() == 4
        )
        swaps.append(
            {"off": friday.isoformat(), "worked": (friday + timedelta(days=1)).isoformat(), "name": "swap"}
        )
    return {
        "code": "bench",
        "timezone": "Asia/Ho_Chi_Minh",
        "covers": {"from": "2024-01-01", "to": "2028-12-31"},
        "office_hours": hours,
        "cut_off": [{"valid_from": "2024-01-01", "at": "15:00"}],
        "holidays": holidays,
        "swaps": swaps,
    }
