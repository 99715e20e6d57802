"""Beside the old version: a column that may be empty, and an index of a table of old rows that is made last."""

from pathlib import Path

from django.db import migrations, models

import sauro.core.migrations

TODAY = max(file.stem for file in Path(sauro.core.migrations.__file__).parent.glob("0*.py"))


class Migration(migrations.Migration):
    dependencies = [("core", TODAY)]
    operations = [
        migrations.AddField("commitment", "weight", models.IntegerField(null=True)),
        migrations.AddIndex("commitment", models.Index(fields=["weight"], name="later_weight")),
    ]
