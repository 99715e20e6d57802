"""Agencies are found by the beginning of their path, on every list that shows what lies below one, and by their level."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("core", "0002_insert_only")]
    operations = [
        AddIndexConcurrently(
            "actor",
            models.Index(fields=["path"], name="core_actor_path_prefix", opclasses=["varchar_pattern_ops"]),
        ),
        AddIndexConcurrently(
            "actor",
            models.Index(fields=["level"], name="core_actor_level", condition=models.Q(kind="organisation")),
        ),
    ]
