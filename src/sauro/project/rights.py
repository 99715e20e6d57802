"""Who may do what to which table. Said anew after each migration, so a later version's tables are covered too.

Three roles: the owner changes the schema, the application works, the reader makes reports. The journal's tables are
insert-only for the application. `deploy/postgresql/roles.sql` makes the roles.
"""

from django.db import connection, transaction

from sauro.project.settings.database import APPLICATION, READER

INSERT_ONLY = ("core_event", "core_leaf", "core_tile", "core_checkpoint", "core_refusal")
"""The journal: rows are added and read."""

ADDED_ONLY = (*INSERT_ONLY, "core_erasure", "core_instance")
"""What was erased, and which installation this is, is written once as well; replay says of what."""

READ_ONLY = (
    "django_migrations", "core_upgrade", "django_content_type", "auth_permission", "auth_group",
    "auth_group_permissions", "auth_user_groups", "auth_user_user_permissions",
)  # fmt: skip
"""Kept by migrations and upgrades, or used by nobody: rights are core_grant, not Django's."""

READS = ("last_at", "times")
"""Of the list of reads, `core_access`: a read that goes on is counted on its row; who read what, and why, stays."""

READABLE = (
    "core_actor", "core_checkpoint", "core_commitment", "core_consumer", "core_definition", "core_heartbeat", "core_holding",
    "core_instance", "core_leaf", "core_observation", "core_reorganisation", "core_tally", "core_tile", "core_timer",
    "core_upgrade", "django_migrations", "serve_dossier", "steer_count", "steer_delta", "steer_report", "steer_task",
    "watch_case", "watch_count", "watch_edition",
)  # fmt: skip
"""What reports need: figures, states, dates and codes. A table that is not named here is shut to the reader."""

_GRANTS = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
)
_READER = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
    "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}",
)


def apply() -> None:
    """Give the application and the reader their rights on every table. Must run as the owner."""
    # At once: an older version may be at work meanwhile, and must not find itself without rights.
    with transaction.atomic(), connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        statements = [each.format(role=APPLICATION) for each in _GRANTS]
        statements += [_revoke("UPDATE, DELETE, TRUNCATE", table) for table in ADDED_ONLY if table in present]
        statements += [_revoke("INSERT, UPDATE, DELETE", table) for table in READ_ONLY if table in present]
        if "core_access" in present:
            statements.append(_revoke("UPDATE, DELETE, TRUNCATE", "core_access"))
            statements.append(f"GRANT UPDATE ({', '.join(READS)}) ON core_access TO {APPLICATION}")
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [READER])
        # An installation that was made before there was a reader has none until its administrator makes one.
        if cursor.fetchone():
            statements += [each.format(role=READER) for each in _READER]
            statements += [f"GRANT SELECT ON {table} TO {READER}" for table in READABLE if table in present]
        for statement in statements:
            cursor.execute(statement)


def _revoke(what: str, table: str) -> str:
    return f"REVOKE {what} ON {table} FROM {APPLICATION}"
