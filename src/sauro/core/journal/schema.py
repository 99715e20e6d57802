"""What the journal asks of the schema beyond columns; a migration runs these.

The sealer orders a batch by ``seq``, which PostgreSQL draws when the row of the event is inserted. The doorway
inserts an event after it has locked every row that the event changes. So of two events about one row, the one
that came later was inserted after the other's commit, and has the higher number; transaction numbers and clocks
do not promise that. ``seq`` is an order inside one batch, never a position: it has gaps and commits late.
"""

INSERT_ONLY = ("core_event", "core_leaf", "core_tile", "core_checkpoint", "core_refusal")
"""Tables to which rows are added and in which nothing else is ever done, by any role."""

SEQUENCE_SQL = "ALTER TABLE core_event ADD COLUMN IF NOT EXISTS seq bigint GENERATED ALWAYS AS IDENTITY"
SEQUENCE_REVERSE_SQL = "ALTER TABLE core_event DROP COLUMN IF EXISTS seq"

FUNCTION_SQL = """
CREATE OR REPLACE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Rows of % are only ever added: % is refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'insufficient_privilege',
          HINT = 'Correct what is wrong by a new event.';
END $$
"""


def trigger_sql(table: str) -> str:
    """The trigger that refuses UPDATE, DELETE and TRUNCATE of a table, whoever asks and however many rows."""
    return (
        f"CREATE OR REPLACE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change()"
    )


TRIGGERS_SQL = [FUNCTION_SQL, *map(trigger_sql, INSERT_ONLY)]
TRIGGERS_REVERSE_SQL = [
    *(f"DROP TRIGGER IF EXISTS {table}_insert_only ON {table}" for table in INSERT_ONLY),
    "DROP FUNCTION IF EXISTS core_refuse_change()",
]
