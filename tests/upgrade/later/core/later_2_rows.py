"""Not beside the old version: old rows are changed, which takes a while, and a column gets another type."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "later_1_weight")]
    operations = [
        migrations.RunSQL("UPDATE core_heartbeat SET failures = 0"),
        migrations.AlterField("heartbeat", "failures", models.BigIntegerField(default=0)),
        migrations.RunSQL("SELECT pg_sleep(3)"),
    ]
