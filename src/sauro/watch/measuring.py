"""Counting from the journal, exactly once: each event's after-images say what became of a case, the counts follow.

A consumer reads sealed events in order; the cases, the counts and its position commit together, so a crash repeats
all three or none. Nothing else writes these tables, and counting anew from the cases gives the same.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection

from sauro.core.clock.judgement import Supplement, judge
from sauro.core.clock.working import working_time_between
from sauro.core.journal.consumers import Consumer, SealedEvent
from sauro.core.queries import courses
from sauro.watch.models import Case
from sauro.watch.rules.measures import SUPPLEMENT, measures

NATION: Final = UUID(int=0)
"""The scope of everything there is."""

TABLES = ("core_commitment", "serve_dossier", "steer_task")
_MARKS = tuple(f'"{table}"'.encode() for table in TABLES)
_ABOVE = """
SELECT a.id, array_agg(b.id), coalesce(max(b.area) FILTER (WHERE length(b.area) = 2), '')
FROM core_actor a JOIN core_actor b ON b.code = ANY(string_to_array(rtrim(a.path, '/'), '/')) AND b.kind = 'organisation'
WHERE a.id = ANY(%s) GROUP BY a.id
"""
_COUNT = """
INSERT INTO watch_count AS c (scope, measure, day, value) SELECT * FROM unnest(%s::uuid[], %s::text[], %s::date[], %s::bigint[])
ON CONFLICT (scope, measure, day) DO UPDATE SET value = c.value + excluded.value
"""
_COLUMNS = tuple(field.attname for field in Case._meta.concrete_fields)
# As JSON in one value: written as an INSERT of single values, a batch of cases takes the processor longer than all else of it.
_KEEP = f"""
INSERT INTO watch_case ({", ".join(_COLUMNS)})
SELECT {", ".join(_COLUMNS)} FROM json_populate_recordset(NULL::watch_case, %s::json)
ON CONFLICT (id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name != "id")}
"""  # noqa: S608 — names of our own columns

Counts = Counter[tuple[UUID, str, date]]


def measure(events: Sequence[SealedEvent]) -> None:
    """Follow a batch of events: bring the cases up to date, and the counts with them."""
    said = [(event, list(_images(event))) for event in events]
    ids = {id_ for event, images in said for id_ in _concerned(event, images)}
    cases = {case.id: case for case in Case.objects.filter(pk__in=ids)}
    before = {case.id: (case.scopes, measures(case)) for case in cases.values()}
    for event, images in said:
        for table, image in images:
            _follow(cases, event, table, image)
        if event.name == "core.fire_timer":
            _breach(cases, event)
    _settle([cases[id_] for id_ in ids if id_ in cases])
    moved = count(cases.values())
    for scopes, counted in before.values():
        for scope in scopes:
            moved.subtract((scope, name, day) for name, day in counted)
    _keep(cases.values())
    _add(moved)


def count(cases: Collection[Case]) -> Counts:
    """What these cases count as, under each of their scopes."""
    return Counter(
        (scope, name, day) for case in cases for name, day in measures(case) for scope in case.scopes
    )


def _keep(cases: Collection[Case]) -> None:
    said = orjson.dumps([{name: getattr(case, name) for name in _COLUMNS} for case in cases]).decode()
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [said])


def _add(moved: Mapping[tuple[UUID, str, date], int]) -> None:
    rows = sorted((key, by) for key, by in moved.items() if by)
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT,
            [
                [scope for (scope, _, _), _ in rows],
                [name for (_, name, _), _ in rows],
                [day for (_, _, day), _ in rows],
                [by for _, by in rows],
            ],
        )


def _images(event: SealedEvent) -> Iterator[tuple[str, dict[str, Any]]]:
    """The after-images in an event that say something of a case; the commitment's last, since it may only add."""
    if not any(mark in event.body for mark in _MARKS):
        return
    found = [
        (table, image)
        for table, op, image, *_version in event.said["changes"]
        if table in TABLES and op == "put"
        if table != "core_commitment" or image["kind"] in ("dossier", "task")
    ]
    yield from sorted(found, key=lambda change: change[0] == "core_commitment")


def _concerned(event: SealedEvent, images: Sequence[tuple[str, dict[str, Any]]]) -> Iterator[UUID]:
    yield from (UUID(image["id"]) for _table, image in images)
    if event.name == "core.fire_timer" and event.subject is not None:
        yield event.subject


def _follow(cases: dict[UUID, Case], event: SealedEvent, table: str, image: dict[str, Any]) -> None:
    id_ = UUID(image["id"])
    case = cases.get(id_)
    if case is None:
        kind = "task" if table == "steer_task" or image.get("kind") == "task" else "dossier"
        agency = UUID(image.get("competent") or image["lead"])
        case = cases[id_] = Case(id=id_, kind=kind, agency=agency, stage="", leaf_index=event.leaf_index)
    case.leaf_index = event.leaf_index
    {"serve_dossier": _dossier, "steer_task": _task, "core_commitment": _promise}[table](case, event, image)


def _dossier(case: Case, event: SealedEvent, image: dict[str, Any]) -> None:
    stage = str(image["status"])
    if stage == SUPPLEMENT != case.stage:
        case.asked = [*case.asked, [event.recorded.isoformat(), None]]
    elif case.stage == SUPPLEMENT != stage and case.asked:
        case.asked = [*case.asked[:-1], [case.asked[-1][0], event.recorded.isoformat()]]
    if case.submitted_leaf is None:
        case.submitted_leaf = event.leaf_index
    if image.get("accepted_at") and case.accepted_leaf is None:
        case.accepted_leaf = event.leaf_index
    case.stage, case.agency = stage, UUID(image["competent"])
    # Never its reference: until the dossier has a code, that is the key by which anybody asks after it.
    case.code = image.get("code") or ""
    case.procedure, case.definition = image["procedure_code"], UUID(image["procedure"])
    case.channel, case.assisted = image["channel"], image.get("assister") is not None
    case.submitted_at, case.accepted_at = _moment(image["submitted_at"]), _moment(image.get("accepted_at"))


def _task(case: Case, event: SealedEvent, image: dict[str, Any]) -> None:
    if case.submitted_leaf is None:
        case.submitted_leaf, case.submitted_at = event.leaf_index, event.recorded
    if image["stage"] != "draft" and case.accepted_leaf is None:
        case.accepted_leaf, case.accepted_at = event.leaf_index, event.recorded
    case.stage, case.agency, case.code, case.late = (
        image["stage"],
        UUID(image["lead"]),
        image["code"],
        image["late"],
    )


def _promise(case: Case, event: SealedEvent, image: dict[str, Any]) -> None:
    finished = _moment(image.get("finished_at"))
    if finished is None:
        case.finished_leaf = None
    elif case.finished_leaf is None:
        case.finished_leaf = event.leaf_index
    case.finished_at, case.course = finished, image.get("course")
    case.due, case.due_original = _moment(image.get("due")), _moment(image.get("due_original"))
    case.position = UUID(image["position"]) if image.get("position") else None
    case.simulated = image["simulated"]


def _breach(cases: Mapping[UUID, Case], event: SealedEvent) -> None:
    data = event.said["data"]
    case = cases.get(event.subject) if event.subject is not None else None
    if case is not None and data["kind"] == "breach" and data["answer"].get("effect") == "fired":
        # When it fell due, not when a worker came round to say so.
        case.breached_at = _moment(event.said["occurred"])
        case.breached_leaf = case.leaf_index = event.leaf_index


def _settle(cases: Sequence[Case]) -> None:
    """Where each case is counted, and how Decision 766 judges what is finished."""
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, [list({case.agency for case in cases})])
        places = {agency: (scopes, area) for agency, scopes, area in cursor.fetchall()}
    for case in cases:
        scopes, case.area = places.get(case.agency, ([case.agency], ""))
        case.scopes = [NATION, *sorted(scopes)]
        case.in_time = None if case.finished_at is None else judged(case, case.finished_at)
        case.worked = None if case.finished_at is None else _worked(case, case.finished_at)


def judged(case: Case, period_end: datetime) -> bool | None:
    """Whether a dossier was in time by the end of a period (Decision 766, item 2.1); None where no clock ran."""
    if case.kind != "dossier" or case.course is None:
        return None
    course, calendar = courses.read(case.course)
    # By then, whatever happened since: what was asked for later, or ended later, was not yet.
    asked = [each for each in _asked(case) if each.requested_at <= period_end]
    asked = [
        Supplement(each.requested_at) if each.completed_at and each.completed_at > period_end else each
        for each in asked
    ]
    finished = None if case.finished_at is None or case.finished_at > period_end else case.finished_at
    return judge(course, calendar, asked, finished, period_end).on_time


def _worked(case: Case, finished: datetime) -> int | None:
    """The working time from the start of the clock to the end, in seconds, without what supplements took (item 2.2)."""
    if case.kind != "dossier" or case.course is None:
        return None
    course, calendar = courses.read(case.course)
    if finished < course.started_at:
        return 0
    took = working_time_between(calendar, course.started_at, finished)
    for each in _asked(case):
        until = min(each.completed_at or finished, finished)
        if until > max(each.requested_at, course.started_at):
            took -= working_time_between(calendar, max(each.requested_at, course.started_at), until)
    return int(took.total_seconds())


def _asked(case: Case) -> list[Supplement]:
    return [Supplement(datetime.fromisoformat(since), _moment(until)) for since, until in case.asked]


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


CONSUMER = Consumer("watch.measure", measure)
