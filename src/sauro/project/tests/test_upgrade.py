"""What an upgrade says of the steps to come, and that each of them is whole or not at all."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import OperationalError, connection, migrations, models
from django.db.migrations.state import ProjectState
from psycopg.errors import LockNotAvailable

from sauro import __version__
from sauro.core.models import Upgrade
from sauro.project import schema, start
from sauro.project.backup import making
from sauro.project.cli.command import Stop
from sauro.project.upgrade import applying, looking, record
from sauro.project.upgrade.applying import Steps
from sauro.project.upgrade.steps import _step


def migration(*operations: Any, **more: Any) -> migrations.Migration:
    made = migrations.Migration("0009_tried", "core")
    for name, value in {"operations": list(operations), **more}.items():
        setattr(made, name, value)
    return made


def table(*indexes: models.Index) -> migrations.CreateModel:
    fields: list[tuple[str, Any]] = [
        ("id", models.UUIDField(primary_key=True)),
        ("text", models.CharField(max_length=8)),
    ]
    return migrations.CreateModel("Tried", fields, options={"indexes": list(indexes)})


def standing() -> ProjectState:
    state = ProjectState()
    table().state_forwards("core", state)
    return state


INDEX = models.Index(fields=["text"], name="tried_text")


@pytest.mark.parametrize(
    ("operation", "kinds", "beside"),
    [
        (migrations.AddField("tried", "more", models.IntegerField(null=True)), ["adds"], True),
        (migrations.AddField("tried", "more", models.IntegerField(db_default=0)), ["adds"], True),
        (migrations.AddField("tried", "more", models.IntegerField(default=0)), ["adds"], False),
        (migrations.AlterField("tried", "text", models.CharField(max_length=9)), ["adds"], True),
        (migrations.AlterField("tried", "text", models.CharField(max_length=7)), ["rewrites"], False),
        (migrations.AlterField("tried", "text", models.IntegerField()), ["rewrites"], False),
        (migrations.AddIndex("tried", INDEX), ["locks"], True),
        (AddIndexConcurrently("tried", INDEX), ["adds"], True),
        (migrations.AddConstraint("tried", models.CheckConstraint(condition=models.Q(text="a"), name="a")), ["locks"], False),
        (migrations.RemoveField("tried", "text"), ["removes"], False),
        (migrations.DeleteModel("Tried"), ["removes"], False),
        (migrations.RenameField("tried", "text", "words"), ["changes"], False),
        (migrations.RunSQL("SELECT 1"), ["changes"], False),
        (migrations.AlterModelOptions("tried", {"ordering": ["id"]}), [], True),
    ],
)  # fmt: skip
def test_what_a_step_does_is_read_from_it(operation: Any, kinds: list[str], beside: bool) -> None:
    found = _step(migration(operation), standing(), set())
    assert ([each.kind for each in found.effects], found.beside) == (kinds, beside)
    assert all(each.table in ("core_tried", "") for each in found.effects)


def test_nobody_waits_for_a_table_that_is_new_and_a_migration_may_speak_for_itself() -> None:
    found = _step(migration(table(), migrations.AddIndex("tried", INDEX)), ProjectState(), set())
    assert {each.kind for each in found.effects} == {"adds"} and found.beside
    assert _step(migration(migrations.RunSQL("SELECT 1"), beside_old_version=True), standing(), set()).beside


@pytest.mark.django_db(transaction=True)
def test_a_step_is_noted_with_what_it_did_or_did_not_happen() -> None:
    """Killed between the two, Django's own way leaves a table that the next attempt would make again."""

    class Cut(Steps):
        def record_migration(self, *_told: Any, **_more: Any) -> None:
            raise RuntimeError("cut off")

    with schema.as_owner():
        for made in (migration(table(INDEX)), migration(table())):
            with pytest.raises(RuntimeError):
                Cut(lambda _name: None)._apply(ProjectState(), made)
            assert "core_tried" not in connection.introspection.table_names()


@pytest.mark.django_db(transaction=True)
def test_a_step_that_cannot_have_its_locks_is_tried_again_and_then_given_up(monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    tried: list[int] = []

    def locked(_self: Steps, state: ProjectState, _migration: Any) -> ProjectState:
        tried.append(1)
        if len(tried) < 3:
            raise OperationalError("canceling statement due to lock timeout") from LockNotAvailable()
        return state

    monkeypatch.setattr(applying, "PAUSE", 0)
    monkeypatch.setattr(Steps, "_apply", locked)
    steps = Steps(lambda _name: None)
    steps.apply_migration(ProjectState(), migration())
    assert len(tried) == 3 and steps.taken == 1
    monkeypatch.setattr(applying, "ATTEMPTS", 2)
    tried.clear()
    with pytest.raises(Stop, match="0009_tried"):
        steps.apply_migration(ProjectState(), migration())


@pytest.mark.django_db(transaction=True)
def test_an_index_that_was_cut_off_is_made_anew() -> None:
    made = migration(AddIndexConcurrently("tried", INDEX), atomic=False)
    with schema.as_owner():
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE core_tried (id uuid PRIMARY KEY, text varchar(8))")
            cursor.execute("CREATE INDEX tried_text ON core_tried (text)")
        Steps(lambda _name: None)._apply(standing(), made)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname = 'tried_text' AND i.indisvalid")  # fmt: skip
            assert cursor.fetchone()[0] == 1


@pytest.mark.django_db
def test_the_database_knows_its_version_and_only_its_owner_writes_it() -> None:
    found = record.last()
    assert found is not None and found.version == __version__ and record.cut_off() is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('core_upgrade', 'INSERT'), has_table_privilege('core_upgrade', 'SELECT')")  # fmt: skip
        assert cursor.fetchone() == (False, True)


@pytest.mark.django_db
def test_a_backup_of_today_is_wanted(settings: Any, tmp_path: Path) -> None:
    settings.SAURO_VAR = tmp_path
    steps = [_step(migration(table()), ProjectState(), set())]
    assert looking.backup(steps).state == "fault" and looking.backup([]).state == "warning"
    making._remember(making.Last(datetime.now(UTC), "/somewhere", 1, 0))
    assert looking.backup(steps).state == "well"
    making._remember(making.Last(datetime.now(UTC) - timedelta(days=2), "/somewhere", 1, 0))
    assert looking.backup(steps).state == "fault"


@pytest.mark.django_db
def test_real_acts_are_not_upgraded_by_the_way(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "missing_migrations", lambda: ["core.0009_tried"])
    monkeypatch.setattr(schema, "migrate", lambda: pytest.fail("it was migrated"))
    settings.DEMONSTRATION = False
    with pytest.raises(Stop, match="sauro upgrade"):
        start.prepare(lambda _line: None)


@pytest.mark.django_db
def test_who_is_at_work_is_told_by_version() -> None:
    from sauro.core.journal import database

    before = {each.name: each.sessions for each in record.at_work([])}
    name = f"sauro {__version__}"
    with database.connect() as other:
        there = {each.name: each.sessions for each in record.at_work([])}
        assert there.get(name, 0) == before.get(name, 0) + 1
        kept = {each.name: each.sessions for each in record.at_work([other.info.backend_pid])}
        assert kept.get(name, 0) == before.get(name, 0)


@pytest.mark.django_db(transaction=True)
def test_what_was_cut_off_is_gone_on_with_by_its_own_count() -> None:
    with schema.as_owner():
        first = record.begin(7)
        assert record.begin(3).events == 7 and record.cut_off() == first
        record.end(first)
        assert record.cut_off() is None and record.last() == first
        record.keep()
    assert Upgrade.objects.count() == 2
