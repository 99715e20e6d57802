import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ColumnMap",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("organisation", models.UUIDField()),
                ("signature", models.CharField(max_length=64)),
                ("columns", models.JSONField()),
                ("changed", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "signature"), name="column_map_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="TaskList",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("person", models.UUIDField()),
                ("position", models.UUIDField()),
                ("organisation", models.UUIDField()),
                ("digest", models.CharField(max_length=64)),
                ("state", models.CharField(default="read", max_length=8)),
                ("batch", models.UUIDField(null=True)),
                ("rows", models.IntegerField(default=0)),
                ("version", models.IntegerField(default=0)),
                ("created", models.DateTimeField()),
                ("changed", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["position", "created"], name="steer_taskl_positio_efc15e_idx"),
                    models.Index(fields=["changed"], name="steer_taskl_changed_9de12a_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["read", "checked", "done", "gone"])),
                        name="task_list_state",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Count",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "scope",
                        "stage",
                        "shown",
                        "late",
                        "due",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("scope", models.UUIDField()),
                ("stage", models.CharField(max_length=12)),
                ("shown", models.BooleanField()),
                ("late", models.SmallIntegerField()),
                ("due", models.DateTimeField()),
                ("count", models.BigIntegerField()),
                ("whole", models.DecimalField(decimal_places=30, max_digits=60)),
                ("done", models.DecimalField(decimal_places=30, max_digits=60)),
            ],
        ),
        migrations.CreateModel(
            name="Delta",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None),
                ),
                ("stage", models.CharField(max_length=12)),
                ("shown", models.BooleanField()),
                ("late", models.SmallIntegerField()),
                ("due", models.DateTimeField(null=True)),
                ("count", models.SmallIntegerField()),
                ("whole", models.DecimalField(decimal_places=30, max_digits=40)),
                ("done", models.DecimalField(decimal_places=30, max_digits=40)),
            ],
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("event", models.UUIDField()),
                ("task", models.UUIDField()),
                ("kind", models.CharField(max_length=8)),
                ("reference", models.TextField()),
                ("digest", models.CharField(default="", max_length=64)),
                ("at", models.DateTimeField()),
                ("passes", models.BooleanField(null=True)),
                ("judged_at", models.DateTimeField(null=True)),
                ("judge", models.UUIDField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["task"], name="steer_evide_task_4ddeb7_idx")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["file", "link", "reading", "events"])),
                        name="evidence_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("person", models.UUIDField()),
                ("task", models.UUIDField()),
                ("kind", models.CharField(max_length=12)),
                ("event", models.UUIDField()),
                ("at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person", "at"], name="warned"),
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)), fields=["person"], name="warned_unread"
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("event", "person"), name="warned_once")],
            },
        ),
        migrations.CreateModel(
            name="Paragraph",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("event", models.UUIDField()),
                ("instrument", models.UUIDField()),
                ("at", models.IntegerField()),
                ("parent", models.UUIDField(null=True)),
                ("kind", models.CharField(max_length=8)),
                ("label", models.CharField(max_length=120)),
                ("text", models.TextField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("instrument", "at"), name="paragraph_once")],
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("event", models.UUIDField()),
                ("task", models.UUIDField()),
                ("number", models.IntegerField()),
                ("position", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
                ("progress", models.SmallIntegerField()),
                ("done", models.BooleanField()),
                ("difficulty", models.BooleanField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("task", "number"), name="report_once")],
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("event", models.UUIDField()),
                ("code", models.CharField(max_length=64, unique=True)),
                ("instrument", models.UUIDField()),
                ("paragraph", models.UUIDField(null=True)),
                ("parent", models.UUIDField(null=True)),
                (
                    "path",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
                ("lead", models.UUIDField()),
                (
                    "coordinating",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
                (
                    "involved",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
                ("assigner", models.UUIDField(null=True)),
                ("verifier", models.UUIDField(null=True)),
                ("due_on", models.DateField(null=True)),
                ("stage", models.CharField(default="draft", max_length=12)),
                ("shown", models.BooleanField(default=False)),
                ("late", models.SmallIntegerField(default=0)),
                ("due", models.DateTimeField(null=True)),
                ("share", models.IntegerField(default=10000)),
                ("whole", models.DecimalField(decimal_places=30, default=1, max_digits=40)),
                ("handed", models.IntegerField(default=0)),
                ("children", models.IntegerField(default=0)),
                ("numbered", models.IntegerField(default=0)),
                ("progress", models.SmallIntegerField(default=0)),
                ("reports", models.IntegerField(default=0)),
                ("reported_at", models.DateTimeField(null=True)),
                ("difficulty", models.BooleanField(default=False)),
                ("batch", models.UUIDField(null=True)),
                ("folded", models.TextField(default="")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["parent"], name="steer_task_parent_22ae52_idx"),
                    models.Index(
                        condition=models.Q(("batch__isnull", False)), fields=["batch"], name="task_batch"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["involved"], name="task_involved"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "stage__in",
                                ["draft", "assigned", "working", "reported", "done", "declined", "cancelled"],
                            )
                        ),
                        name="task_stage",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("share__gt", 0), ("share__lte", 10000)), name="task_share"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("handed__gte", 0), ("handed__lte", 10000)), name="task_handed"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("progress__gte", 0), ("progress__lte", 100)), name="task_progress"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("stage", "done"), _negated=True), ("shown", True), _connector="OR"
                        ),
                        name="task_done_is_shown",
                    ),
                ],
            },
        ),
    ]
