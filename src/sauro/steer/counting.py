"""Counts of tasks by scope: what is folded plus what is pending, which is always the same as counting anew.

A trigger writes a delta in the transaction that changes a task; nobody waits for a shared counter. The worker folds
deltas into ``steer_count``. A read adds both in one statement, so it sees each delta once, folded or not.
"""

from django.db import connection, transaction

BATCH = 5_000
_LOCK = 0x73746565_72636E74
_FOLD = """
WITH gone AS (
  DELETE FROM steer_delta WHERE id IN (SELECT id FROM steer_delta ORDER BY id LIMIT %s) RETURNING *),
summed AS (
  SELECT scope, stage, shown, late, coalesce(due, 'infinity') AS due, sum(count) AS count, sum(whole) AS whole,
    sum(done) AS done
  FROM gone, unnest(scopes) AS scope GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5),
folded AS (
  INSERT INTO steer_count AS c (scope, stage, shown, late, due, count, whole, done) SELECT * FROM summed
  ON CONFLICT (scope, stage, shown, late, due) DO UPDATE
    SET count = c.count + excluded.count, whole = c.whole + excluded.whole, done = c.done + excluded.done)
SELECT count(*) FROM gone
"""
_SETTLED = "DELETE FROM steer_count WHERE count = 0 AND whole = 0 AND done = 0"
PRESENT = """
SELECT scope, stage, shown, late, due, count, whole, done FROM steer_count WHERE scope = ANY(%s::uuid[])
UNION ALL
SELECT scope, stage, shown, late, coalesce(due, 'infinity'), count, whole, done
FROM steer_delta, unnest(scopes) AS scope WHERE scopes && %s::uuid[] AND scope = ANY(%s::uuid[])
"""
"""The counts of scopes as they are now; each scope list is given three times."""

RECOUNT = """
SELECT scope, stage, shown, late, coalesce(due, 'infinity') AS due, count(*) AS count, sum((part).whole) AS whole,
  sum((part).done) AS done
FROM (SELECT t.*, steer_parts(t, 1) AS part FROM steer_task t) t, unnest(scopes) AS scope
WHERE stage <> 'draft' GROUP BY 1, 2, 3, 4, 5
"""
"""The same counted anew from every task: what the counts must equal."""


def fold() -> int:
    """Fold a batch of deltas; returns how many. One process folds at a time; the others return 0 at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_FOLD, [BATCH])
        return int(cursor.fetchone()[0])


def settle() -> int:
    """Remove counts that came to nothing. Gives 0: nothing more is to be done at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(_SETTLED)
    return 0
