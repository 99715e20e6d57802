"""A simulated nation: the same from the same seed, by the doorway alone, marked so, never made twice."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.db import connection, transaction
from django.test import Client

from sauro.core import moment, timers
from sauro.core.journal import consumers, database
from sauro.core.journal.replay import replay_check
from sauro.core.journal.sealer import Sealer
from sauro.core.journal.verify import verify
from sauro.core.models import Actor, Commitment, Event, Instance, Reorganisation, StoredFile
from sauro.core.queries import definitions, orphans
from sauro.project import worker
from sauro.project.cli.command import Stop
from sauro.project.cli.progress import Stages
from sauro.project.demonstration import COMMUNE
from sauro.project.simulation import nation, pace, preload
from sauro.project.simulation.nation import Wanted
from sauro.project.simulation.run import Doing
from sauro.serve import files
from sauro.serve.models import Dossier
from sauro.steer.models import Task
from sauro.watch.measuring import count
from sauro.watch.models import Case
from sauro.watch.models import Count as Counted

SMALL = Wanted(seed=7, days=9, dossiers=22, tasks=6, until=date(2026, 11, 21), processes=1)
SIMULATED = "serve.%", "steer.%", "core.fire_timer"


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path) -> None:
    settings.SAURO_VAR = tmp_path
    settings.SAURO_FILES = tmp_path / "files"
    definitions.forget()


def simulate(wanted: Wanted = SMALL) -> nation.Told:
    return nation.simulate(wanted, Stages({}))


def happened() -> list[bytes]:
    """What was done: which act, to what, by whom, when, and what it said. Ids that chance gives are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, subject, person, position, recorded, key, body FROM core_event"
            " WHERE name LIKE %s OR name LIKE %s OR name = %s ORDER BY recorded, name, subject",
            SIMULATED,
        )
        rows = cursor.fetchall()
    made = []
    for name, subject, person, position, recorded, key, body in rows:
        said = orjson.loads(bytes(body))["data"]
        said.pop("timer", None)
        said["answer"].pop("evidence", None)
        # The key of a timer is its own id.
        made.append(
            orjson.dumps([name, subject, person, position, recorded, key if "@" not in key else "", said])
        )
    return sorted(made)


def digest() -> str:
    return sha256(b"\n".join(happened())).hexdigest()


def undone(wanted: Wanted, var: Path, settings: Any) -> str:
    """The digest of a run that is taken back again."""
    settings.SAURO_VAR = var
    var.mkdir()
    with transaction.atomic():
        simulate(wanted)
        made = digest()
        transaction.set_rollback(True)
    definitions.forget()
    return made


@pytest.mark.django_db
def test_the_same_seed_makes_the_same_nation_and_another_one_another(settings: Any, tmp_path: Path) -> None:
    first, second, other = (
        undone(Wanted(**{**vars_of(SMALL), "seed": seed}), tmp_path / name, settings)
        for name, seed in (("a", 7), ("b", 7), ("c", 8))
    )
    assert first == second and first != other


def vars_of(wanted: Wanted) -> dict[str, Any]:
    return {name: getattr(wanted, name) for name in Wanted.__dataclass_fields__}


@pytest.mark.django_db
def test_two_communes_become_one_and_their_work_goes_on() -> None:
    """Decided beforehand, carried out at its midnight; who was to act goes on in the office that took over."""
    told = simulate(Wanted(**{**vars_of(SMALL), "dossiers": 450, "tasks": 0, "days": 12}))
    assert told.refused == 0 and not told.reasons
    row = Reorganisation.objects.get()
    assert (row.state, row.simulated) == ("done", True)
    gone = Actor.objects.get(pk=row.absorbed[-1])
    assert gone.current == row.into and gone.area != COMMUNE
    assert orphans.count().count == 0
    before, after = (
        Dossier.objects.filter(competent=competent, area=gone.area).count()
        for competent in (gone.id, row.into)
    )
    assert before and after, "what is filed later in the same commune goes to its successor"
    stays = Actor.objects.filter(kind="organisation", area=Actor.objects.get(pk=row.into).area)
    heirs = Actor.objects.filter(
        kind="position", organisation__in=list(stays.values_list("id", flat=True))
    ).values_list("id", flat=True)
    late = Event.objects.filter(
        subject__in=Dossier.objects.filter(competent=gone.id).values("id"), recorded__gt=row.ended_at
    )
    assert late.filter(position__in=list(heirs)).exists(), "old dossiers are handled by the new offices"


@pytest.mark.django_db
def test_everything_it_makes_says_that_it_is_simulated() -> None:
    told = simulate()
    assert told.refused == 0 and not told.reasons
    assert Dossier.objects.count() == SMALL.dossiers
    assert Task.objects.filter(parent=None).count() <= SMALL.tasks and Task.objects.exists()
    assert not Commitment.objects.filter(simulated=False).exclude(kind="gap").exists()
    assert not Task.objects.exclude(pk__in=Commitment.objects.filter(simulated=True)).exists()
    assert Dossier.objects.filter(status=10).exists() and Dossier.objects.exclude(assister=None).exists()


@pytest.mark.django_db
def test_a_signed_result_is_the_specimen_whose_digest_the_journal_holds() -> None:
    simulate()
    signed = Dossier.objects.exclude(result_file=None)
    assert signed.exists()
    for row in signed[:5]:
        assert row.result_file is not None
        body = files.body_of(StoredFile.objects.get(pk=row.result_file))
        assert body.startswith(b"%PDF") and sha256(body).hexdigest() == row.result_digest


class Killed(BaseException):
    """As if the process had been killed: nothing may catch it."""


@pytest.mark.django_db
def test_a_run_that_was_killed_goes_on_and_makes_nothing_twice(
    monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    whole = undone(SMALL, tmp_path / "whole", settings)
    settings.SAURO_VAR = tmp_path / "cut"
    settings.SAURO_VAR.mkdir()
    act_many, batches = Doing._batch, iter(range(10_000))

    def dies(self: Doing, batch: Any) -> None:
        act_many(self, batch)
        if next(batches) == 15:
            raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(Doing, "_batch", dies)
        simulate()
    done = len(happened())
    assert done > 0
    simulate()
    assert digest() == whole and len(happened()) > done
    assert simulate().acts == 0


@pytest.mark.django_db
def test_only_a_demonstration_is_simulated_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Instance, "is_demonstration", classmethod(lambda _cls: False))
    with pytest.raises(Stop), nation.alone():
        pass


@pytest.mark.django_db(transaction=True)
def test_the_journal_the_state_and_the_counts_agree_with_what_was_simulated(tmp_path: Path) -> None:
    simulate()
    with database.connect() as link:
        while Sealer().seal_once(link):
            pass
        report = replay_check(link, tmp_path / "replay")
        assert report.intact and report.compared, report.as_dict()
        assert verify(link, [], tmp_path / "verify").intact
    for consumer in worker.all_consumers():
        consumers.drain(consumer)
    counted = Counter(
        {(row.scope, row.measure, row.day): row.value for row in Counted.objects.exclude(value=0)}
    )
    assert counted == count(Case.objects.all()) and counted
    assert Case.objects.filter(simulated=True).count() == Dossier.objects.count() + Task.objects.count()


@pytest.mark.django_db(transaction=True)
def test_a_demonstration_begins_with_it_once_and_by_several_processes(
    settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(preload, "DAYS", 8)
    monkeypatch.setattr(preload, "TASKS", 4)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    said: list[str] = []
    settings.SAURO_PRELOAD = 0
    preload.preload(said.append, Stages({}))
    assert not said and not Dossier.objects.exists()
    settings.SAURO_PRELOAD = 12
    preload.preload(said.append, Stages({}))
    assert len(said) == 2 and Dossier.objects.count() == 12 and Task.objects.exists()
    assert len(list((tmp_path / "simulation").glob("*.[01]"))) == 2
    preload.preload(said.append, Stages({}))
    assert len(said) == 2 and Dossier.objects.count() == 12


@pytest.mark.django_db
def test_what_would_take_too_long_is_made_beside_the_pages(settings: Any) -> None:
    settings.SAURO_PRELOAD = 20_000
    assert (preload.first(), preload.rest()) == (1_000, 19_000)
    assert "simulation" in worker.duties()
    settings.SAURO_PRELOAD = 1_000
    assert "simulation" not in worker.duties()


@pytest.mark.django_db(transaction=True)
def test_pages_say_that_it_is_still_being_made_until_it_is(
    elsewhere: Any, settings: Any, client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(preload, "LOOK", -1.0)
    settings.SAURO_PRELOAD = 20_000

    def said() -> bool:
        found = client.get("/").content.decode()
        assert "Trình diễn" in found
        return "Đang mô phỏng nốt chín mươi ngày" in found

    assert not said()
    elsewhere.execute("SELECT pg_advisory_lock(%s)", [nation.LOCK])
    assert said()
    settings.SAURO_PRELOAD = 1_000
    assert not said(), "somebody else's simulation is not what this one begins with"
    settings.SAURO_PRELOAD = 20_000
    for program, still in (("false", True), ("echo 1; exit 1", False)):
        monkeypatch.setattr("sys.executable", _program(tmp_path, program))
        preload.make_rest(_Once())
        assert said() is still, "what came to its end with an act refused is made; what crashed is not"


def _program(folder: Path, script: str) -> str:
    program = folder / "program"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    return str(program)


class _Once(threading.Event):
    """Is over as soon as nothing is left but to wait for it."""

    def wait(self, timeout: float | None = None) -> bool:
        if timeout is None:
            self.set()
        return super().wait(timeout)


@pytest.fixture
def elsewhere() -> Iterator[Any]:
    """Another connection to the same database."""
    with database.connect() as link:
        yield link


@pytest.mark.django_db(transaction=True)
def test_the_timers_of_today_wait_while_the_past_is_simulated(
    elsewhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fired: list[int] = []

    def fire_due() -> int:
        fired.append(1)
        return 1

    monkeypatch.setattr(timers, "fire_due", fire_due)
    elsewhere.execute("SELECT pg_advisory_lock(%s)", [nation.LOCK])
    assert worker.fire_due() == 0 and not fired
    elsewhere.execute("SELECT pg_advisory_unlock(%s)", [nation.LOCK])
    assert worker.fire_due() == 1 and fired


@pytest.mark.django_db
def test_it_goes_on_gently_and_only_where_that_is_wanted(settings: Any) -> None:
    settings.SAURO_PACE = 0
    assert "pace" not in worker.duties()
    settings.SAURO_PACE = 3
    assert "pace" in worker.duties()
    settings.DEMONSTRATION = False
    assert "pace" not in worker.duties()
    settings.DEMONSTRATION = True
    simulate()
    before = Dossier.objects.count()
    pace.Pace().step()
    assert Dossier.objects.count() == before + 1
    assert not Commitment.objects.filter(kind="dossier", simulated=False).exists()
    assert Dossier.objects.latest("submitted_at").submitted_at.date() == moment.now().date()
