"""Commitments: the accountable unit of work; and its timers."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from sauro.core.models.base import Journalled

STATES = ["filed", "assigned", "closed", "cancelled"]
REPORTED = ["none", "in_progress", "done"]
EVIDENCED = ["none", "partial", "shown"]
CLOSED_HOW = ["satisfied", "refused", "stopped", "withdrawn", "timeout"]


class Commitment(Journalled):
    """One promise, with its six clarities and its three statuses, which are never merged (invariants I1, I2).

    Person: ``position`` (and who holds it). Task: ``task`` and ``definition``. Timeline: ``course`` (the clock, see
    ``sauro.core.clock``), ``due_original`` (never changes), ``due`` (in force). Responsibility: ``lead``. Output:
    ``output``, the acceptance test. Authority: ``instrument`` and ``authority_grant``.
    Reported: ``reported``. Evidenced: ``evidenced``. Schedule: computed from ``due_original`` and ``finished_at``.
    ``doers`` are the natural persons who did the work, collected at the time (invariant I3).
    ``unit`` is the retention unit whose key covers its personal text.
    """

    kind = models.CharField(max_length=24)
    version = models.IntegerField(default=1)
    state = models.CharField(max_length=12, default="filed")
    definition = models.UUIDField(null=True)
    task = models.TextField()
    position = models.UUIDField(null=True)
    lead = models.UUIDField()
    course = models.JSONField(null=True)
    due_original = models.DateTimeField(null=True)
    due = models.DateTimeField(null=True)
    output = models.TextField(default="")
    instrument = models.UUIDField(null=True)
    authority_grant = models.UUIDField(null=True)
    reported = models.CharField(max_length=12, default="none")
    evidenced = models.CharField(max_length=12, default="none")
    extensions = models.IntegerField(default=0)
    parent = models.UUIDField(null=True)
    doers = ArrayField(models.UUIDField(), default=list)
    opened_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closer = models.UUIDField(null=True)
    closed_how = models.CharField(max_length=12, null=True)
    unit = models.UUIDField()
    retention = models.CharField(max_length=32)
    retain_until = models.DateField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="commitment_state", condition=Q(state__in=STATES)),
            models.CheckConstraint(name="commitment_reported", condition=Q(reported__in=REPORTED)),
            models.CheckConstraint(name="commitment_evidenced", condition=Q(evidenced__in=EVIDENCED)),
            models.CheckConstraint(
                name="commitment_assigned_is_clear",
                condition=~Q(state="assigned")
                | Q(
                    position__isnull=False,
                    due__isnull=False,
                    due_original__isnull=False,
                    instrument__isnull=False,
                    authority_grant__isnull=False,
                )
                & ~Q(task="")
                & ~Q(output=""),
            ),
            models.CheckConstraint(
                name="commitment_closed_says_how",
                condition=~Q(state="closed") | Q(closed_at__isnull=False, closed_how__in=CLOSED_HOW),
            ),
            models.CheckConstraint(
                name="commitment_timeout_has_no_closer",
                condition=~Q(closed_how="timeout") | Q(closer__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["lead", "state", "due"]),
            models.Index(fields=["position", "state", "due"]),
            models.Index(fields=["parent"]),
            models.Index(
                F("retain_until"), name="commitment_retention", condition=Q(retain_until__isnull=False)
            ),
        ]


class Timer(Journalled):
    """Something that must happen at a moment to a commitment (or, kind ``expiry``, to a grant, ``delegation`` to one;
    ``reorganise``: a merger).

    Kinds: half_time, due_soon, breach, explain (of a contested read), expiry, delegation, retention, reorganise. ``fired_at`` is set by the one act
    that did it.
    """

    commitment = models.UUIDField()
    kind = models.CharField(max_length=12)
    due_at = models.DateTimeField()
    fired_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                F("due_at"), F("id"), name="timer_live",
                condition=Q(fired_at__isnull=True, cancelled_at__isnull=True),
            ),
            models.Index(fields=["commitment"]),
        ]  # fmt: skip
