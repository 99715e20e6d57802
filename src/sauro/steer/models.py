"""Tables of the steering room: paragraphs of instruments, tasks, reports, evidence; and the counts made from tasks."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from sauro.core.models.base import Journalled

STAGES = ["draft", "assigned", "working", "reported", "done", "declined", "cancelled"]
LATE = {"no": 0, "against_original": 1, "against_both": 2}
EVIDENCE = ["file", "link", "reading", "events"]


class Paragraph(Journalled):
    """An article, clause or point of a registered instrument, in the order of its text."""

    instrument = models.UUIDField()
    at = models.IntegerField()
    parent = models.UUIDField(null=True)
    kind = models.CharField(max_length=8)
    label = models.CharField(max_length=120)
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instrument", "at"], name="paragraph_once")]


class Task(Journalled):
    """A task made from a paragraph, or handed down from one: the typed half of a commitment, with which it shares its id.

    ``path`` are the tasks above it, from the root. ``scopes`` are what it is counted under: those tasks, its lead and
    its instrument. ``share`` is its part of its parent in basis points, ``whole`` its part of the root; ``handed`` what
    it has given to its own sub-tasks, ``children`` how many of them live, ``numbered`` how many there ever were. ``stage``, ``shown`` (its evidence passed)
    and ``late`` (0 no, 1 against the original deadline, 2 against the one in force too) are what is counted, with
    ``due``, the deadline in force: whether an open task is overdue is asked of the clock, never stored.
    ``folded`` is what a search finds it by. ``reported_at`` is the first report of completion that was not sent back. Words that people write are sealed in the
    commitment's unit; the text of a task is the law's.
    """

    code = models.CharField(max_length=64, unique=True)
    instrument = models.UUIDField()
    paragraph = models.UUIDField(null=True)
    parent = models.UUIDField(null=True)
    path = ArrayField(models.UUIDField(), default=list)
    scopes = ArrayField(models.UUIDField(), default=list)
    lead = models.UUIDField()
    coordinating = ArrayField(models.UUIDField(), default=list)
    involved = ArrayField(models.UUIDField(), default=list)
    assigner = models.UUIDField(null=True)
    verifier = models.UUIDField(null=True)
    due_on = models.DateField(null=True)
    stage = models.CharField(max_length=12, default="draft")
    shown = models.BooleanField(default=False)
    late = models.SmallIntegerField(default=0)
    due = models.DateTimeField(null=True)
    share = models.IntegerField(default=10_000)
    whole = models.DecimalField(max_digits=40, decimal_places=30, default=1)
    handed = models.IntegerField(default=0)
    children = models.IntegerField(default=0)
    numbered = models.IntegerField(default=0)
    progress = models.SmallIntegerField(default=0)
    reports = models.IntegerField(default=0)
    reported_at = models.DateTimeField(null=True)
    difficulty = models.BooleanField(default=False)
    batch = models.UUIDField(null=True)
    folded = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(name="task_stage", condition=Q(stage__in=STAGES)),
            models.CheckConstraint(name="task_share", condition=Q(share__gt=0, share__lte=10_000)),
            models.CheckConstraint(name="task_handed", condition=Q(handed__gte=0, handed__lte=10_000)),
            models.CheckConstraint(name="task_progress", condition=Q(progress__gte=0, progress__lte=100)),
            models.CheckConstraint(name="task_done_is_shown", condition=~Q(stage="done") | Q(shown=True)),
        ]
        indexes = [
            models.Index(fields=["parent"]),
            models.Index(fields=["batch"], name="task_batch", condition=Q(batch__isnull=False)),
            GinIndex(fields=["involved"], name="task_involved", fastupdate=False),
        ]


class Report(Journalled):
    """One report of progress. What was done, the difficulty and the proposal are sealed words."""

    task = models.UUIDField()
    number = models.IntegerField()
    position = models.UUIDField(null=True)
    at = models.DateTimeField()
    progress = models.SmallIntegerField()
    done = models.BooleanField()
    difficulty = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "number"], name="report_once")]


class Evidence(Journalled):
    """What is to show that the output is there; ``passes`` is the verifier's judgement, None before it."""

    task = models.UUIDField()
    kind = models.CharField(max_length=8)
    reference = models.TextField()
    digest = models.CharField(max_length=64, default="")
    at = models.DateTimeField()
    passes = models.BooleanField(null=True)
    judged_at = models.DateTimeField(null=True)
    judge = models.UUIDField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="evidence_kind", condition=Q(kind__in=EVIDENCE))]
        indexes = [models.Index(fields=["task"])]


class Notice(models.Model):
    """A warning that a person was given of a task, once for each event. No words: they are made when it is read."""

    id = models.UUIDField(primary_key=True)
    person = models.UUIDField()
    task = models.UUIDField()
    kind = models.CharField(max_length=12)
    event = models.UUIDField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "person"], name="warned_once")]
        indexes = [
            models.Index(fields=["person", "at"], name="warned"),
            models.Index(fields=["person"], name="warned_unread", condition=Q(read_at__isnull=True)),
        ]


class Delta(models.Model):
    """How a change of a task moves the counts of its scopes; a trigger writes it with the change, the worker folds it."""

    id = models.BigAutoField(primary_key=True)
    scopes = ArrayField(models.UUIDField())
    stage = models.CharField(max_length=12)
    shown = models.BooleanField()
    late = models.SmallIntegerField()
    due = models.DateTimeField(null=True)
    count = models.SmallIntegerField()
    whole = models.DecimalField(max_digits=40, decimal_places=30)
    done = models.DecimalField(max_digits=40, decimal_places=30)


class Count(models.Model):
    """The folded counts of a scope: how many tasks of a stage, by deadline, and how much of the whole they are.

    ``whole`` and ``done`` sum over tasks without living sub-tasks: their part of the root, and what is done of it.
    """

    pk = models.CompositePrimaryKey("scope", "stage", "shown", "late", "due")
    scope = models.UUIDField()
    stage = models.CharField(max_length=12)
    shown = models.BooleanField()
    late = models.SmallIntegerField()
    due = models.DateTimeField()
    count = models.BigIntegerField()
    whole = models.DecimalField(max_digits=60, decimal_places=30)
    done = models.DecimalField(max_digits=60, decimal_places=30)


class TaskList(models.Model):
    """A list of tasks that somebody brings as a spreadsheet; outside the journal: what is made of it are acts.

    Its cells are sealed in its own retention unit and go after a while; what stays is that there was a file of this
    digest, and which tasks came of it: those whose ``batch`` is its own. A file that was imported before makes its
    tasks under the ``batch`` of the first list, so that none is made twice; after ``undone_at`` it begins anew.
    """

    id = models.UUIDField(primary_key=True)
    person = models.UUIDField()
    position = models.UUIDField()
    organisation = models.UUIDField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=8, default="read")
    batch = models.UUIDField(null=True)
    rows = models.IntegerField(default=0)
    version = models.IntegerField(default=0)
    created = models.DateTimeField()
    changed = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="task_list_state", condition=Q(state__in=["read", "checked", "done", "gone"])
            )
        ]
        indexes = [models.Index(fields=["position", "created"]), models.Index(fields=["changed"])]


class ColumnMap(models.Model):
    """Which column of a form of list holds what, as an agency said it last. The form is known by a digest of its header."""

    organisation = models.UUIDField()
    signature = models.CharField(max_length=64)
    columns = models.JSONField()
    changed = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "signature"], name="column_map_once")]
