"""What columns alone cannot say: the journal is only added to, published definitions and the installation never change."""

from django.db import migrations

from sauro.core.journal import schema

FIXED_SQL = """
CREATE OR REPLACE FUNCTION core_refuse_redefinition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'draft' AND (NEW.body IS DISTINCT FROM OLD.body OR NEW.digest <> OLD.digest
      OR NEW.kind <> OLD.kind OR NEW.code <> OLD.code OR NEW.version <> OLD.version
      OR NEW.valid_from <> OLD.valid_from) THEN
    RAISE EXCEPTION 'Published definition % % version % never changes', OLD.kind, OLD.code, OLD.version
      USING ERRCODE = 'insufficient_privilege', HINT = 'Publish a new version.';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER core_definition_fixed BEFORE UPDATE ON core_definition
  FOR EACH ROW EXECUTE FUNCTION core_refuse_redefinition();
"""
FIXED_REVERSE_SQL = """
DROP TRIGGER IF EXISTS core_definition_fixed ON core_definition;
DROP FUNCTION IF EXISTS core_refuse_redefinition();
"""
INSTANCE = "core_instance"


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [
        migrations.RunSQL(schema.SEQUENCE_SQL, schema.SEQUENCE_REVERSE_SQL),
        *(migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in schema.TRIGGERS_SQL),
        migrations.RunSQL(
            schema.trigger_sql(INSTANCE), f"DROP TRIGGER IF EXISTS {INSTANCE}_insert_only ON {INSTANCE}"
        ),
        migrations.RunSQL(FIXED_SQL, FIXED_REVERSE_SQL),
    ]
