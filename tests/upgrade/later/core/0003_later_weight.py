"""Beside the old version: a column that may be empty, and an index of a table of old rows that is made last."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0002_insert_only")]
    operations = [
        migrations.AddField("commitment", "weight", models.IntegerField(null=True)),
        migrations.AddIndex("commitment", models.Index(fields=["weight"], name="later_weight")),
    ]
