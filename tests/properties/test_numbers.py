"""Numbers counted from the journal: the same as counting what stands, whatever happened, however the events are cut."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from sauro.core import moment, timers
from sauro.core.clock.judgement import Supplement, judge
from sauro.core.doorway import Ask, act
from sauro.core.doorway.decide import end_of_day, local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.journal import consumers, database, sealer
from sauro.core.journal.consumers import SealedEvent
from sauro.core.models import Actor, Commitment, Consumer, Definition, Refused
from sauro.core.queries import courses
from sauro.core.queries.visibility import Reader
from sauro.core.refusal import Refusal
from sauro.serve.models import Dossier
from sauro.serve.tests.conftest import Town
from sauro.watch import measuring
from sauro.watch.models import Case, Count
from sauro.watch.queries import counts, index766
from sauro.watch.rules.measures import DOSSIER_FLOWS, DOSSIER_STOCKS, MEASURES, STOCK
from tests.properties.dossiers import OFFICES, PAYLOADS, WHO, Life, Try

FEW = settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    # A failing life is short enough to read as it is; making it shorter takes minutes.
    phases=[Phase.explicit, Phase.generate],
)
SUPPLEMENT = [
    Try("serve.request_supplement", 0, "holder", "receive", 0), Try("serve.answer_supplement", 0, "citizen", "receive", 1),
    Try("serve.resume_dossier", 0, "holder", "receive", 0),
]  # fmt: skip
DOSSIER = (*DOSSIER_FLOWS, *DOSSIER_STOCKS)


def journal() -> list[SealedEvent]:
    """Every event so far, in the order in which they were written: what the sealer would give."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, name, person, position, subject, recorded, body FROM core_event ORDER BY seq"
        )
        return [SealedEvent(at, *row[:-1], bytes(row[-1])) for at, row in enumerate(cursor.fetchall())]  # fmt: skip


def cut(events: Sequence[SealedEvent], seed: int) -> None:
    """Count the events in batches of any size, over again from nothing."""
    Case.objects.all().delete()
    Count.objects.all().delete()
    # What the founding wrote says nothing of dossiers; the cuts are among what came after it.
    first = next((at for at, event in enumerate(events) if event.name.startswith("serve.")), 0)
    random = Random(seed)
    places = sorted({first, len(events), *(random.randrange(first, len(events)) for _ in range(12))})
    for start, end in pairwise(places):
        measuring.measure(events[start:end])


def counted() -> Counter[tuple[UUID, str, Any]]:
    return Counter({(c.scope, c.measure, c.day): c.value for c in Count.objects.exclude(value=0)})


def standing() -> Counter[tuple[UUID, str, Any]]:
    """The same from what stands in the one-stop room, by another way: its own tables."""
    found: Counter[tuple[UUID, str, Any]] = Counter()
    breaches = {
        UUID(str(subject)): occurred
        for subject, occurred in _rows(
            "SELECT subject, (convert_from(body, 'UTF8')::jsonb->>'occurred')::timestamptz FROM core_event"
            " WHERE name = 'core.fire_timer' AND convert_from(body, 'UTF8')::jsonb->'data'->>'kind' = 'breach'"
            " AND convert_from(body, 'UTF8')::jsonb->'data'->'answer'->>'effect' = 'fired'"
        )
    }
    for row in Dossier.objects.all():
        promise = Commitment.objects.get(pk=row.id)
        path = Actor.objects.get(pk=row.competent).path.rstrip("/").split("/")
        scopes = [measuring.NATION, *Actor.objects.filter(code__in=path).values_list("id", flat=True)]
        said = [("submitted", local_day(row.submitted_at))]
        if row.accepted_at is not None:
            day = local_day(row.accepted_at)
            said += [("received", day)]
            said += [("online", day)] if row.channel == 2 else []
            said += [("assisted", day)] if row.assister else []
            said += [("simulated", day)] if promise.simulated else []
            said += [("breached", local_day(breaches[row.id]))] if row.id in breaches else []
            if promise.finished_at is None:
                said += [("open", STOCK)]
                late = row.id in breaches and promise.due is not None and promise.due <= breaches[row.id]
                said += [("open_late", STOCK)] if late else []
                said += [("waiting", STOCK)] if row.status in (5, 6) else []
            else:
                late = promise.finished_at > promise.due or row.supplements > 1
                said += [("done_late" if late else "done_in_time", local_day(promise.finished_at))]
        found.update((scope, name, day) for name, day in said for scope in scopes)
    return found


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def lives_of(seed: int) -> list[list[Try]]:
    """A few lives: some go right through, some want supplements, some end early, some are anybody's guess."""
    random = Random(seed)

    def life() -> list[Try]:
        steps = [Try("onward", 0, "holder", "receive", random.choice([0, 0, 0, 0, 30]))] * random.randint(
            1, 8
        )
        middle = random.choice([[], [], SUPPLEMENT, SUPPLEMENT * 2, [*SUPPLEMENT, *SUPPLEMENT[:1]]])
        verb = random.choice(["onward", "serve.withdraw_dossier", *PAYLOADS])
        odd = Try(
            verb, random.randrange(4), random.choice(WHO), random.choice(OFFICES), random.choice([0, 5])
        )
        return [*steps[:2], *middle, *steps[2:], odd]

    return [life() for _ in range(4)]


def live(town: Town, lives: list[list[Try]]) -> None:
    """Several dossiers live, days pass, and what falls due is told."""
    clock = [moment.now()]
    with moment.simulated(lambda: clock[0]):
        for attempts in lives:
            life = Life(town, town.citizen, new_id(), clock)
            life.begin()
            for attempt in attempts:
                life.step(attempt)
                while timers.fire_due():
                    pass
                life.stands, life.refusals = life.rows(), Refused.objects.count()
            clock[0] += timedelta(days=1)
        while timers.fire_due():
            pass


@pytest.mark.django_db
@FEW
@given(st.integers(0, 2**32))
def test_whatever_happened_the_counts_are_those_of_what_stands(town: Town, seed: int) -> None:
    live(town, lives_of(seed))
    cut(journal(), seed)
    for _scope, measure, _day in counted():
        event(measure)
    assert counted() == standing()
    assert counted() == Counter({k: v for k, v in measuring.count(list(Case.objects.all())).items() if v})


@pytest.mark.django_db
@FEW
@given(st.integers(0, 2**32))
def test_a_number_opens_to_as_many_cases_as_it_says(town: Town, seed: int) -> None:
    live(town, lives_of(seed))
    cut(journal(), 0)
    officer = watcher("all")
    scopes = [
        measuring.NATION,
        *Actor.objects.filter(code__in=["P75", "C26041"]).values_list("id", flat=True),
    ]
    for scope in scopes:
        numbers = counts.sums([scope], MEASURES)
        for measure in MEASURES:
            page = counts.cases(officer, scope, measure)
            assert len(page.lines) == numbers[scope, measure], measure
            assert all(line.leaf_index is not None for line in page.lines), measure


def watcher(scope: str, organisation: UUID | None = None) -> Reader:
    """Somebody who may read numbers, of everything or of what lies below an agency."""
    person = new_id()
    known = {"id": person, "kind": "person", "valid_from": local_day(moment.now())}
    act(Ask("core.register_actor", PLATFORM, f"w{person}", known))
    role = Definition.objects.get(kind="role", code="duty_officer", state="published")
    right = {"holder": person, "role": role.id, "scope": scope, "scope_id": organisation, "purpose": "watch", "basis": "test"}  # fmt: skip
    act(Ask("core.grant", PLATFORM, f"g{person}", right))
    return Reader(person)


@pytest.mark.django_db
def test_nobody_opens_a_number_beyond_their_grant(town: Town) -> None:
    live(town, [[RIGHT_ONE] * 2])
    cut(journal(), 0)
    province, commune, other = (Actor.objects.get(code=code).id for code in ("P75", "C26041", "C26020"))
    below = watcher("subtree", commune)
    assert counts.places(below).root == commune
    assert counts.places(below).may(commune) and not counts.places(below).may(province)
    assert counts.cases(below, commune, "submitted").lines
    for scope in (province, other, measuring.NATION, new_id()):
        with pytest.raises(Refusal) as caught:
            counts.cases(below, scope, "submitted")
        assert caught.value.code == "not_found"
    with pytest.raises(Refusal):
        counts.cases(Reader(town.citizen), commune, "submitted")


@pytest.mark.django_db
def test_a_grant_of_one_agency_alone_opens_nothing_that_lies_below(town: Town) -> None:
    province = Actor.objects.get(code="P75").id
    assert counts.places(watcher("subtree", province)).may(province)
    alone = watcher("agency", province)
    assert not counts.places(alone).may(province)
    with pytest.raises(Refusal):
        counts.cases(alone, province, "submitted")


@pytest.mark.django_db
def test_no_case_is_called_by_the_key_under_which_anybody_asks_after_it(town: Town) -> None:
    live(town, [[], [RIGHT_ONE] * 3])
    cut(journal(), 0)
    dossiers = {row.id: row for row in Dossier.objects.all()}
    found = {row.id: row.code for row in Case.objects.all()}
    assert found == {id_: row.code or "" for id_, row in dossiers.items()}
    assert "" in found.values() and any(found.values())


RIGHT_ONE = Try("onward", 0, "holder", "receive", 0)


@pytest.mark.django_db(transaction=True)
def test_a_crash_in_the_middle_counts_nothing_twice(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A handler that dies after its writes leaves neither counts nor position; the next one does it all."""
    live(town, [[RIGHT_ONE] * 3])
    with database.connect() as own:
        while sealer.seal_once(own):
            pass
    real = measuring.measure

    def dies(events: Sequence[SealedEvent]) -> None:
        real(events)
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        consumers.drain(consumers.Consumer("watch.measure", dies, batch=7))
    assert (
        not Count.objects.exists()
        and not Consumer.objects.filter(name="watch.measure", position__gt=0).exists()
    )
    consumers.drain(consumers.Consumer("watch.measure", real, batch=7))
    consumers.drain(measuring.CONSUMER)
    assert counted() == standing() and counted()[measuring.NATION, "submitted", local_day(moment.now())] == 1


@pytest.mark.django_db
@FEW
@given(st.integers(0, 2**32))
def test_the_index_of_decision_766_is_what_judging_each_dossier_gives(town: Town, seed: int) -> None:
    """Item 2.1 at the end of each day, by the clock's own judgement of every dossier as it stood then."""
    live(town, lives_of(seed))
    events = journal()
    cut(events, seed)
    today = local_day(moment.now())
    for days in range(6):
        last = today + timedelta(days=days)
        end = end_of_day(last)
        wanted = [judged_from_events(row, events, end) for row in Dossier.objects.filter(accepted_at__lt=end)]
        found = index766.group2(measuring.NATION, today - timedelta(days=1), last, end)
        assert (found.on_time.part, found.on_time.whole) == (sum(wanted), len(wanted)), last
        event(f"{len(wanted) - sum(wanted)} late")


def judged_from_events(row: Dossier, events: Sequence[SealedEvent], end: datetime) -> bool:
    """As the journal knew the dossier at a moment: its requests, whether it had ended, its clock."""
    asked: list[Supplement] = []
    course, finished, status = None, None, 0
    for each in events:
        if each.subject != row.id or each.recorded > end:
            continue
        for table, _op, image, *_ in each.said["changes"]:
            if image.get("id") != str(row.id):
                continue
            if table == "serve_dossier":
                if image["status"] == 5 != status:
                    asked.append(Supplement(each.recorded))
                elif status == 5 != image["status"]:
                    asked[-1] = Supplement(asked[-1].requested_at, each.recorded)
                status = image["status"]
            if table == "core_commitment":
                course = image.get("course")
                finished = datetime.fromisoformat(image["finished_at"]) if image.get("finished_at") else None
    assert course is not None
    promise, calendar = courses.read(course)
    return judge(promise, calendar, asked, finished, end).on_time
