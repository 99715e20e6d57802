"""Importing a list of tasks: tried first, then done through the doorway, with an answer for every row; and undone.

A row's task has an id made from its list and its place, and its act a key of the same: however often a file is sent,
and whoever sends it in the office, each row becomes one task. What says the same as a task that stands is passed over.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from django.db import connection
from django.utils.translation import gettext as _

from sauro.core.doorway import Ask, Outcome, act_many
from sauro.core.doorway.batch import Result
from sauro.core.doorway.trial import trial
from sauro.core.models import Commitment
from sauro.core.moment import now
from sauro.core.queries import visibility
from sauro.core.refusal import Refusal
from sauro.steer import lists
from sauro.steer.actions.undoing import UNDO
from sauro.steer.models import Task, TaskList
from sauro.steer.queries.directory import Standing, tasks
from sauro.steer.rowwise import Reader, Reading, Row
from sauro.steer.rules.cells import same_words

DRAFT, ASSIGN = "steer.draft_task", "steer.assign_task"
LEFT = ("draft", "assigned", "declined")
"""The stages in which a task of an import can still be undone with it."""


@dataclass
class Verdict:
    """What becomes of a row: ``kind`` is one of the keys of ``pages.lists.showing.kinds``.

    ``why`` are pairs of field and reason: why it is refused, or, of a draft, why it cannot be assigned yet.
    """

    at: int
    kind: str
    why: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    task: str = ""
    code: str = ""
    rule: str = ""

    def kept(self) -> dict[str, Any]:
        """As it is kept with the list."""
        return {name: value for name, value in vars(self).items() if value}


@dataclass
class Prepared:
    """A row with what stands against it, or the acts that it asks for."""

    row: Row
    verdict: Verdict | None = None
    draft: Ask | None = None


def reading_of(content: dict[str, Any]) -> Reading:
    """How the person said that their list is to be read."""
    said = content["reading"]
    instrument, verifier = (UUID(said[name]) if said[name] else None for name in ("instrument", "verifier"))
    return Reading(said["header"], said["columns"], instrument, verifier, said["doubles"])


def prepare(reader: visibility.Reader, list_: TaskList, content: dict[str, Any], batch: UUID) -> list[Prepared]:  # fmt: skip
    """Every row of the list, read and compared with what stands."""
    reading = reading_of(content)
    rows = list(Reader(content["sheets"][content["sheet"]]["rows"], reading, reader.position).read())
    sheet = content["sheets"][content["sheet"]]["title"]
    ids = {row.at: uuid5(batch, f"{sheet}\x1f{row.at}") for row in rows}
    sound = [row for row in rows if row.terms and not row.problems]
    known = tasks(
        reader, list(ids.values()), [row.terms["code"] for row in sound if row.terms["code"]],
        {row.terms["lead"] for row in sound}, {row.terms["instrument"] for row in sound},
    )  # fmt: skip
    seen: dict[Any, int] = {}
    made = []
    for row in rows:
        verdict = _before(row, known.by_id.get(ids[row.at]), list_, batch) or _same(row, known, seen, doubles=reading.doubles)  # fmt: skip
        made.append(Prepared(row, verdict, None if verdict else _draft(reader, list_, row, ids[row.at], batch)))  # fmt: skip
    return made


def _before(row: Row, standing: Standing | None, list_: TaskList, batch: UUID) -> Verdict | None:
    """What is said of a row that names no task, is wrong, or became a task already."""
    if row.heading:
        return Verdict(row.at, "heading")
    if standing is not None:
        kind = "made" if batch == list_.id and standing.stage == "draft" else "assigned" if batch == list_.id else "imported"  # fmt: skip
        gone = [("", _("it was withdrawn since"))] if standing.stage == "cancelled" else []
        return Verdict(row.at, kind, gone, task=str(standing.id), code=standing.code)
    if row.problems:
        return Verdict(row.at, "refused", row.problems, row.remarks)
    return None


def _same(row: Row, known: Any, seen: dict[Any, int], *, doubles: bool) -> Verdict | None:
    """What is said of a row that says the same as a task that stands, or as a row above it."""
    code = row.terms["code"]
    said = (same_words(row.terms["task"]), row.terms["lead"], row.terms["instrument"])
    standing = known.by_code.get(code) if code else None
    if standing is not None and not standing.visible:
        return Verdict(row.at, "refused", [("code", _("another task has this code already"))])
    if standing is None and not doubles:
        standing = known.by_words.get(said)
    if standing is not None:
        return Verdict(row.at, "exists", task=str(standing.id), code=standing.code)
    above = seen.get(code) if code else None
    if above is None and not doubles:
        above = seen.get(said)
    for key in (code, said):
        if key:
            seen.setdefault(key, row.at)
    if above is not None:
        return Verdict(row.at, "double", [("task", _("row %(row)d says the same") % {"row": above})])
    return None


def _draft(reader: visibility.Reader, list_: TaskList, row: Row, id_: UUID, batch: UUID) -> Ask:
    payload = {**row.terms, "id": id_, "batch": batch, "home": list_.organisation}
    return Ask(DRAFT, reader.person, f"import:{id_}", payload, position=reader.position)


def _assign(reader: visibility.Reader, task: UUID, version: int = 0) -> Ask:
    return Ask(ASSIGN, reader.person, f"import:{task}:{version}", {}, task, reader.position)


def check(reader: visibility.Reader, list_: TaskList, content: dict[str, Any]) -> list[Verdict]:
    """What an import would do now. Nothing is written but the verdicts, beside the list."""
    prepared = prepare(reader, list_, content, batch_of(list_))
    waiting = [one for one in prepared if one.draft is not None]
    chains = [(one.draft, _assign(reader, one.draft.payload["id"])) for one in waiting if one.draft]
    for one, answers in zip(waiting, trial(chains), strict=True):
        one.verdict = _told(one.row, answers, "draft", "clear")
    verdicts = [one.verdict for one in prepared if one.verdict]
    content["verdicts"] = [verdict.kept() for verdict in verdicts]
    lists.save(list_, content, state="checked", rows=len(verdicts))
    return verdicts


def _told(row: Row, answers: Sequence[Result], drafted: str, assigned: str) -> Verdict:
    """The verdict on a row from what the doorway answered to its draft, and to its assignment where it was asked."""
    last = answers[-1]
    refused = last if isinstance(last, Refusal) else None
    if refused is not None and len(answers) == 1:
        return Verdict(row.at, "refused", why(refused), row.remarks, rule=refused.rule)
    kind = assigned if refused is None and len(answers) == 2 else drafted
    verdict = Verdict(row.at, kind, why(refused) if refused else [], row.remarks)
    first = answers[0]
    if isinstance(first, Outcome):
        verdict.task = str(first.subject)
    return verdict


def why(refusal: Refusal) -> list[tuple[str, str]]:
    """The reasons of a refusal, each with the column that it speaks of."""
    fields = refusal.details.get("fields") or {refusal.field or "": str(refusal.message)}
    return [({"due_on": "due"}.get(name, name), str(said)) for name, said in fields.items()]


def batch_of(list_: TaskList) -> UUID:
    """Under which batch the tasks of a list are made: that of the same file's first import that was not undone."""
    if list_.batch is not None:
        return list_.batch
    first = (
        TaskList.objects.filter(position=list_.position, digest=list_.digest, state__in=["done", "gone"], undone_at=None)
        .exclude(batch=None).order_by("created").first()
    )  # fmt: skip
    return first.batch or list_.id if first is not None else list_.id


@contextmanager
def alone(list_: TaskList) -> Iterator[bool]:
    """Whether nobody else is importing or undoing this very file now; a second press waits for nothing."""
    name = f"steer list {list_.position} {list_.digest}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
        held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])


def perform(reader: visibility.Reader, list_: TaskList, content: dict[str, Any], *, assign: bool) -> list[Verdict]:  # fmt: skip
    """Import the list: a task for each row that can be one. Cut off and begun again, it goes on where it was."""
    batch = batch_of(list_)
    TaskList.objects.filter(pk=list_.id).update(batch=batch)
    list_.batch = batch
    prepared = prepare(reader, list_, content, batch)
    waiting = [one for one in prepared if one.draft is not None]
    drafted = act_many([one.draft for one in waiting if one.draft])
    made = [result.subject for result in drafted if isinstance(result, Outcome)]
    answers: dict[UUID, Result] = assign_all(reader, made) if assign else {}
    for one, result in zip(waiting, drafted, strict=True):
        later = [answers[result.subject]] if isinstance(result, Outcome) and assign else []
        one.verdict = _told(one.row, [result, *later], "made", "assigned")
    verdicts = [one.verdict for one in prepared if one.verdict]
    _add_codes(verdicts)
    content["verdicts"] = [verdict.kept() for verdict in verdicts]
    content["sheets"] = [content["sheets"][content["sheet"]]]
    content["sheet"] = 0
    lists.save(list_, content, state="done", rows=len(verdicts))
    return verdicts


def _add_codes(verdicts: Sequence[Verdict]) -> None:
    made = [UUID(verdict.task) for verdict in verdicts if verdict.task and not verdict.code]
    codes = dict(Task.objects.filter(pk__in=made).values_list("id", "code"))
    for verdict in verdicts:
        if verdict.task and not verdict.code:
            verdict.code = codes.get(UUID(verdict.task), "")


def assign_all(reader: visibility.Reader, made: Sequence[UUID]) -> dict[UUID, Result]:
    """Assign these drafts where all six clarities check."""
    versions = dict(Commitment.objects.filter(pk__in=made).values_list("id", "version"))
    asks = [_assign(reader, task, versions[task]) for task in made if task in versions]
    return dict(zip([ask.subject for ask in asks if ask.subject], act_many(asks), strict=True))


def of_batch(list_: TaskList) -> list[Task]:
    """The tasks that came with an import, without the parts that were handed on from them."""
    return list(Task.objects.filter(batch=list_.id, parent=None).order_by("code"))


def undo(reader: visibility.Reader, list_: TaskList) -> list[tuple[Task, Refusal]]:
    """Withdraw what came with an import; returns the tasks that it does not reach any more, each with the reason."""
    found = [task for task in of_batch(list_) if task.stage != "cancelled"]
    asks = [Ask(UNDO, reader.person, f"undo:{task.id}", {"batch": list_.id}, task.id, reader.position) for task in found]  # fmt: skip
    results = act_many(asks)
    left = [(task, result) for task, result in zip(found, results, strict=True) if isinstance(result, Refusal)]  # fmt: skip
    if len(left) < len(found):
        TaskList.objects.filter(pk=list_.id, undone_at=None).update(undone_at=now())
    return left
