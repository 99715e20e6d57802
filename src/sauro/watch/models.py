"""Tables of the watching room: what the journal has said of each case, the counts made from it, and editions."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from sauro.core.models.base import Journalled


class Case(models.Model):
    """A dossier or a task as far as numbers need it: what the journal has said of it up to ``leaf_index``.

    Made from the after-images of events and from nothing else; outside the journal, without a personal column.
    ``agency`` is the one that promised (the competent agency, the lead), as it was then; ``scopes`` are that agency
    and all above it, which the case is counted under; ``area`` is the province's code or empty. ``stage`` is a
    dossier's status (1 to 10) or a task's stage. ``asked`` are the requests for supplements: pairs of moments, the
    second None while it is out. ``in_time`` is the judgement of Decision 766 on what is finished, ``worked`` the
    working time that it took, in seconds, without what supplements took. ``*_leaf`` are the places in the journal
    that a number opens to.
    """

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=8)
    code = models.CharField(max_length=64, default="")
    agency = models.UUIDField()
    scopes = ArrayField(models.UUIDField(), default=list)
    area = models.CharField(max_length=2, default="")
    position = models.UUIDField(null=True)
    procedure = models.CharField(max_length=32, default="")
    definition = models.UUIDField(null=True)
    channel = models.SmallIntegerField(default=0)
    assisted = models.BooleanField(default=False)
    simulated = models.BooleanField(default=False)
    stage = models.CharField(max_length=12)
    asked = models.JSONField(default=list)
    course = models.JSONField(null=True)
    in_time = models.BooleanField(null=True)
    worked = models.BigIntegerField(null=True)
    submitted_at = models.DateTimeField(null=True)
    submitted_leaf = models.BigIntegerField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_leaf = models.BigIntegerField(null=True)
    due = models.DateTimeField(null=True)
    due_original = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    finished_leaf = models.BigIntegerField(null=True)
    breached_at = models.DateTimeField(null=True)
    breached_leaf = models.BigIntegerField(null=True)
    late = models.SmallIntegerField(default=0)
    leaf_index = models.BigIntegerField()

    class Meta:
        indexes = [
            GinIndex(fields=["scopes"], name="case_scopes", fastupdate=False),
            models.Index(fields=["accepted_at"]),
            models.Index(fields=["finished_at"]),
            models.Index(
                fields=["breached_at"], name="case_breached", condition=Q(breached_at__isnull=False)
            ),
        ]


class Count(models.Model):
    """How many cases of a scope a measure counts, by local day; ``day`` 0001-01-01 holds what has no day (stocks)."""

    pk = models.CompositePrimaryKey("scope", "measure", "day")
    scope = models.UUIDField()
    measure = models.CharField(max_length=24)
    day = models.DateField()
    value = models.BigIntegerField()


class Edition(Journalled):
    """What the public was told at a moment: tables without small cells, and where in the journal they were read.

    ``body`` holds per period the cells (province, channel, outcome) that are told, from which every public total is
    made (docs/decisions/0018).
    """

    number = models.IntegerField(unique=True)
    at = models.DateTimeField()
    leaf_index = models.BigIntegerField()
    body = models.JSONField()
