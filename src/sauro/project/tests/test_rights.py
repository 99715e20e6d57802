import psycopg
import pytest
from django.conf import settings
from django.db import connection

from sauro.project.schema import INSERT_ONLY


def _refused(statement):
    place = settings.DATABASES["default"]
    own = psycopg.connect(host=place["HOST"], dbname=place["NAME"], user=place["USER"])
    with own, pytest.raises(psycopg.errors.InsufficientPrivilege):
        own.execute(statement)
    return True


@pytest.mark.django_db
@pytest.mark.parametrize("table", INSERT_ONLY)
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
