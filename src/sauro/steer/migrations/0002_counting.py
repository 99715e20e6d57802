"""Counts follow tasks by themselves: whatever writes a task writes what it moves, in the same transaction."""

from django.db import migrations

# Drafts count nowhere. A task that hands its work on has no part of its own in the whole: its parts have it.
COUNTING_SQL = """
CREATE OR REPLACE FUNCTION steer_parts(t steer_task, sign integer, OUT whole numeric, OUT done numeric)
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN t.children = 0 AND t.stage NOT IN ('declined', 'cancelled') THEN sign * t.whole ELSE 0 END,
    CASE WHEN t.children = 0 AND t.stage NOT IN ('declined', 'cancelled')
      THEN sign * t.whole * CASE t.stage WHEN 'done' THEN 100 ELSE t.progress END / 100 ELSE 0 END
$$;
CREATE OR REPLACE FUNCTION steer_count_task() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE part record;
BEGIN
  IF TG_OP = 'UPDATE' AND (OLD.scopes, OLD.stage, OLD.shown, OLD.late, OLD.due, OLD.whole, OLD.children, OLD.progress)
      IS NOT DISTINCT FROM (NEW.scopes, NEW.stage, NEW.shown, NEW.late, NEW.due, NEW.whole, NEW.children, NEW.progress) THEN
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' AND OLD.stage <> 'draft' THEN
    part := steer_parts(OLD, -1);
    INSERT INTO steer_delta (scopes, stage, shown, late, due, count, whole, done)
    VALUES (OLD.scopes, OLD.stage, OLD.shown, OLD.late, OLD.due, -1, part.whole, part.done);
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.stage <> 'draft' THEN
    part := steer_parts(NEW, 1);
    INSERT INTO steer_delta (scopes, stage, shown, late, due, count, whole, done)
    VALUES (NEW.scopes, NEW.stage, NEW.shown, NEW.late, NEW.due, 1, part.whole, part.done);
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER steer_task_counted AFTER INSERT OR UPDATE OR DELETE ON steer_task
  FOR EACH ROW EXECUTE FUNCTION steer_count_task();
"""
COUNTING_REVERSE_SQL = """
DROP TRIGGER IF EXISTS steer_task_counted ON steer_task;
DROP FUNCTION IF EXISTS steer_count_task();
DROP FUNCTION IF EXISTS steer_parts(steer_task, integer);
"""

# The lists are read from the nearest deadline on, and searched by words without diacritics.
LISTS_SQL = """
CREATE INDEX steer_task_nearest ON steer_task ((coalesce(due, 'infinity'::timestamptz)), id);
CREATE INDEX steer_task_nearest_open ON steer_task ((coalesce(due, 'infinity'::timestamptz)), id)
  WHERE stage IN ('assigned', 'working', 'reported');
CREATE INDEX steer_task_green_red ON steer_task ((coalesce(due, 'infinity'::timestamptz)), id)
  WHERE stage = 'reported' AND NOT shown;
CREATE INDEX steer_task_of_lead ON steer_task (lead, (coalesce(due, 'infinity'::timestamptz)), id) INCLUDE (stage);
CREATE INDEX steer_task_of_instrument ON steer_task (instrument, (coalesce(due, 'infinity'::timestamptz)), id);
CREATE INDEX steer_task_to_judge ON steer_task (verifier) WHERE stage = 'reported';
CREATE INDEX steer_task_to_assign ON steer_task (assigner) WHERE stage IN ('draft', 'declined');
CREATE INDEX steer_task_words ON steer_task USING gin (to_tsvector('simple', folded));
"""
LISTS_REVERSE_SQL = """
DROP INDEX IF EXISTS steer_task_nearest, steer_task_nearest_open, steer_task_green_red, steer_task_of_instrument,
  steer_task_of_lead, steer_task_to_judge, steer_task_to_assign, steer_task_words
"""


class Migration(migrations.Migration):
    dependencies = [("steer", "0001_initial"), ("core", "0002_insert_only")]
    operations = [
        migrations.RunSQL(COUNTING_SQL, COUNTING_REVERSE_SQL),
        migrations.RunSQL(LISTS_SQL, LISTS_REVERSE_SQL),
    ]
