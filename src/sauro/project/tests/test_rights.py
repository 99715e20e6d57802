"""What each of the three roles can and cannot do, asked of a real PostgreSQL."""

import subprocess
import tempfile
import uuid
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from sauro.project import postgres, rights, schema
from sauro.project.settings.database import APPLICATION, OWNER, READER

ROLES = Path(__file__).parents[4] / "deploy" / "postgresql" / "roles.sql"
SHUT = ("core_personal", "core_unit_key", "core_token", "core_event", "core_account", "auth_user", "django_session",
        "mfa_authenticator", "usersessions_usersession", "procrastinate_jobs", "core_access", "serve_draft", "sauro_limits")  # fmt: skip
"""Personal text, keys, accounts, sessions, letters, and who read what."""

# Said here once more, by hand: a list that was taken from the code would agree with whatever the code says.
ADDED_ONLY = (
    "core_event",
    "core_leaf",
    "core_tile",
    "core_checkpoint",
    "core_refusal",
    "core_erasure",
    "core_instance",
)
READ_ONLY = ("django_migrations", "core_upgrade", "django_content_type", "auth_permission", "auth_group",
             "auth_group_permissions", "auth_user_groups", "auth_user_user_permissions")  # fmt: skip
READABLE = {
    "core_actor", "core_checkpoint", "core_commitment", "core_consumer", "core_definition", "core_heartbeat", "core_holding",
    "core_instance", "core_leaf", "core_observation", "core_reorganisation", "core_tally", "core_tile", "core_timer",
    "core_upgrade", "django_migrations", "serve_dossier", "steer_count", "steer_delta", "steer_report", "steer_task",
    "watch_case", "watch_count", "watch_edition",
}  # fmt: skip
ONLY_PART = {"core_access"}
"""Rows are added, and some columns of one change."""


def _as(role):
    place = settings.DATABASES["default"]
    return psycopg.connect(host=place["HOST"], dbname=place["NAME"], user=role, autocommit=True)


def _refused(statement, role=APPLICATION):
    with _as(role) as own, pytest.raises(psycopg.errors.InsufficientPrivilege):
        own.execute(statement)
    return True


def _tables():
    with _as(OWNER) as own:
        rows = own.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {name for (name,) in rows}


@pytest.mark.django_db
@pytest.mark.parametrize("table", ADDED_ONLY)
def test_the_application_may_add_to_the_journal_and_not_change_it(table):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, has_table_privilege(%s, 'INSERT, SELECT')", [table])
        assert cursor.fetchone() == ("sauro_app", True)
    for change in (
        f"DELETE FROM {table}",
        f"TRUNCATE {table}",
        f"DROP TABLE {table}",
        f"ALTER TABLE {table} ADD x int",
    ):
        assert _refused(change)
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_any_column_privilege(%s, 'UPDATE')", [table])
        assert cursor.fetchone() == (False,)


@pytest.mark.django_db
def test_the_application_may_make_no_table_and_no_role():
    assert _refused("CREATE TABLE stray (id int)")
    assert _refused("CREATE ROLE stray")


@pytest.mark.django_db
def test_the_application_counts_a_read_and_cannot_hide_one():
    with _as(APPLICATION) as own:
        own.execute("UPDATE core_access SET times = times + 1, last_at = now() WHERE false")
    for change in (
        "UPDATE core_access SET reader = position",
        "UPDATE core_access SET sealed_until = now()",
        "DELETE FROM core_access",
        "TRUNCATE core_access",
    ):
        assert _refused(change)


@pytest.mark.django_db
@pytest.mark.parametrize("table", READ_ONLY)
def test_the_application_changes_nothing_that_migrations_keep(table):
    with _as(APPLICATION) as own:
        own.execute(f"SELECT 1 FROM {table} LIMIT 1")
    for change in (f"INSERT INTO {table} DEFAULT VALUES", f"DELETE FROM {table}", f"TRUNCATE {table}"):
        assert _refused(change)


@pytest.mark.django_db
def test_what_the_application_may_do_to_every_table_is_what_stands_here():
    """Of every table there is: what is guarded in no list here may be changed, and the lists name nothing else."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, ARRAY(SELECT p FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p "
            "WHERE has_table_privilege(c.oid, p)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')"
        )
        found = {name: set(may) for name, may in cursor.fetchall()}
    assert found.keys() >= {*ADDED_ONLY, *READ_ONLY, *ONLY_PART}
    for table, may in found.items():
        expected = {"SELECT", "INSERT", "UPDATE", "DELETE"}
        if table in READ_ONLY:
            expected = {"SELECT"}
        elif table in (*ADDED_ONLY, *ONLY_PART):
            expected = {"SELECT", "INSERT"}
        assert may == expected, table


@pytest.mark.django_db
def test_the_reader_reads_what_is_named_and_nothing_else():
    tables = _tables()
    assert tables >= READABLE
    assert set(SHUT) <= tables, "what must stay shut is still called so"
    assert not set(SHUT) & READABLE
    for table in sorted(tables):
        if table in READABLE:
            with _as(READER) as own:
                own.execute(f"SELECT * FROM {table} LIMIT 1")
        else:
            assert _refused(f"SELECT 1 FROM {table} LIMIT 1", READER)


@pytest.mark.django_db
def test_the_reader_changes_nothing():
    with _as(READER) as own:
        rows = own.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm') "
            "AND (has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') "
            "OR has_any_column_privilege(c.oid, 'INSERT, UPDATE, REFERENCES'))"
        ).fetchall()
        assert rows == []
    assert _refused("DELETE FROM watch_count", READER)
    assert _refused("CREATE TABLE stray (id int)", READER)
    assert _refused("SELECT nextval('django_content_type_id_seq')", READER)


@pytest.mark.django_db(transaction=True)
def test_a_table_of_a_later_version_is_the_applications_after_its_migration_and_never_the_readers():
    with schema.as_owner():
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE later_table (id int GENERATED BY DEFAULT AS IDENTITY, said text)")
        assert _refused("SELECT * FROM later_table")
        assert _refused("SELECT * FROM later_table", READER)
        rights.apply()
    with _as(APPLICATION) as own:
        own.execute("INSERT INTO later_table (said) VALUES ('x')")
        own.execute("UPDATE later_table SET said = 'y'")
        own.execute("DELETE FROM later_table")
    assert _refused("TRUNCATE later_table")
    assert _refused("SELECT * FROM later_table", READER)


@pytest.mark.django_db(transaction=True)
def test_an_installation_without_a_reader_is_given_its_rights_all_the_same(monkeypatch):
    monkeypatch.setattr(rights, "READER", "nobody_has_this_name")
    with schema.as_owner():
        rights.apply()
    with _as(APPLICATION) as own:
        own.execute("SELECT 1 FROM core_event LIMIT 1")


def test_the_file_for_administrators_makes_roles_that_do_the_work():
    """On a server of its own, since roles and the name of the database belong to the whole server."""
    with tempfile.TemporaryDirectory(prefix="sauro-roles-") as folder:
        server = postgres.Server(Path(folder) / "pg", postgres.FORGETFUL)
        server.begin()
        try:
            for _time in range(2):
                psql = [
                    str(postgres.programs() / "psql"),
                    "-X",
                    "-q",
                    "-d",
                    server.address(),
                    "-f",
                    str(ROLES),
                ]
                done = subprocess.run(psql, capture_output=True, text=True, check=False)
                assert done.returncode == 0 and not done.stderr, done.stderr
            _judge(server)
        finally:
            server.end()


def _judge(server):
    with psycopg.connect(server.address("sauro", OWNER), autocommit=True) as owner:
        owner.execute("CREATE TABLE made (id int)")
        owner.execute("CREATE SCHEMA beside")
    for role in (APPLICATION, READER):
        with psycopg.connect(server.address("sauro", role), autocommit=True) as own:
            for statement in ("SELECT * FROM made", "CREATE TABLE stray (id int)", "CREATE SCHEMA stray", "CREATE TEMP TABLE stray (id int)"):  # fmt: skip
                with pytest.raises(
                    (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)
                ):
                    own.execute(statement)
    with psycopg.connect(server.address("sauro", READER), autocommit=True) as own:
        assert own.execute("SHOW default_transaction_read_only").fetchone() == ("on",)
        assert own.execute("SHOW statement_timeout").fetchone() == ("1min",)
    with psycopg.connect(server.address(), autocommit=True) as admin:
        stranger = f"stranger_{uuid.uuid4().hex[:6]}"
        admin.execute(f"CREATE ROLE {stranger} LOGIN")
        found = admin.execute(
            "SELECT bool_or(rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls) "
            "FROM pg_roles WHERE rolname IN ('sauro_owner', 'sauro_app', 'sauro_read')"
        ).fetchone()
        assert found == (False,)
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(server.address("sauro", stranger))
