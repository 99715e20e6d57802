"""Registered instruments, their paragraphs, and the tasks made from each. Instruments are public law."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import get_language

from sauro.core.doorway.decide import local_day
from sauro.core.models import Record
from sauro.core.moment import now
from sauro.core.queries.visibility import Reader, visible
from sauro.core.text import words
from sauro.steer.actions.instruments import REGISTER
from sauro.steer.actions.subject import TASK
from sauro.steer.models import Paragraph
from sauro.steer.queries.tasks import LIST

MOST = 100


@dataclass(frozen=True, slots=True)
class Instrument:
    """An instrument in a list; ``paragraphs`` is 0 where its text was not entered."""

    id: UUID
    code: str
    title: str
    issuer: str
    valid_from: date
    valid_to: date | None
    paragraphs: int
    tasks: int


_LISTED = """
SELECT r.id, r.code, r.title_vi, r.title_en, coalesce(r.body->>'issuer', ''), r.valid_from, r.valid_to,
  (SELECT count(*) FROM steer_paragraph p WHERE p.instrument = r.id),
  (SELECT count(*) FROM (SELECT 1 FROM steer_task t WHERE t.instrument = r.id AND t.parent IS NULL AND {tasks} LIMIT 1000) n)
FROM core_record r WHERE r.register = %s ORDER BY r.recorded_at DESC, r.code
"""


def listed(reader: Reader, text: str = "", *, with_text: bool | None = None) -> list[Instrument]:
    """Instruments whose number or title holds these words, the newest entry first."""
    condition, values = visible_tasks(reader)
    english = (get_language() or "vi").startswith("en")
    asked = words(text)[:8]
    with connection.cursor() as cursor:
        cursor.execute(_LISTED.format(tasks=condition), [*values, REGISTER])
        rows = cursor.fetchall()
    made = []
    for id_, code, vi, en, issuer, valid_from, valid_to, paragraphs, tasks in rows:
        said = words(f"{code} {vi} {en} {issuer}")
        fits = all(any(word.startswith(part) for word in said) for part in asked)
        if fits and with_text in (None, bool(paragraphs)):
            title = en if english and en else vi
            made.append(Instrument(id_, code, title, issuer, valid_from, valid_to, paragraphs, tasks))
    return made[:MOST]


def visible_tasks(reader: Reader) -> tuple[str, list[Any]]:
    """The condition for tasks ``t`` that the reader may list."""
    condition, values = visible(reader, LIST, TASK)
    return condition.replace("involved &&", "t.involved &&").replace("id = %s", "t.id = %s"), values


def one(id_: UUID) -> Record | None:
    return Record.objects.filter(pk=id_, register=REGISTER).first()


def paragraphs_of(instrument: UUID) -> list[Paragraph]:
    return list(Paragraph.objects.filter(instrument=instrument).order_by("at"))


def made_from(reader: Reader, instrument: UUID) -> dict[UUID | None, list[tuple[UUID, str, str]]]:
    """The tasks that the reader may list, by the paragraph they were made from: id, code, stage."""
    condition, values = visible_tasks(reader)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.paragraph, t.id, t.code, t.stage FROM steer_task t WHERE t.instrument = %s AND t.parent IS NULL AND {condition}"  # noqa: S608 — constant parts
            " ORDER BY t.code LIMIT 1000",
            [instrument, *values],
        )
        made: dict[UUID | None, list[tuple[UUID, str, str]]] = {}
        for paragraph, *task in cursor.fetchall():
            made.setdefault(paragraph, []).append((task[0], task[1], task[2]))
    return made


def in_force() -> list[tuple[UUID, str]]:
    """Instruments in force today, as a form offers them: id and number with title, the newest entry first."""
    today = local_day(now())
    rows = Record.objects.filter(register=REGISTER, valid_from__lte=today).order_by("-recorded_at", "code")  # fmt: skip
    return [
        (row.id, f"{row.code} – {row.title_vi}"[:110])
        for row in rows
        if row.valid_to is None or row.valid_to >= today
    ]


def titles(ids: Sequence[UUID]) -> dict[UUID, str]:
    """Numbers of instruments."""
    return dict(Record.objects.filter(pk__in=set(ids)).values_list("id", "code"))


def every() -> list[UUID]:
    """All registered instruments: what the whole of tasks is counted under."""
    return list(Record.objects.filter(register=REGISTER).values_list("id", flat=True))
