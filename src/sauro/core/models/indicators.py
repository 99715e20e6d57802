"""Indicators: observations of a defined number, and findings about what is claimed of them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from sauro.core.models.base import Journalled
from sauro.core.rules.intervals import BOUNDS

KINDS = ["conflict", "doubt"]
RULINGS = ["", "upheld", "explained", "corrected", "stands", "withdrawn"]


class Observation(Journalled):
    """A value of an indicator for a place and a period: measured, computed, or claimed with its source.

    ``indicator`` is the same for every version of the definition; ``method`` is the version by which the value was
    measured or computed (a claim has none). ``place`` is an organisation, or none for the whole nation. ``value`` is
    exact (numeric); with ``bound`` and ``decimals`` (as printed; none where it was counted one by one) it says an
    interval (``sauro.core.rules.intervals``). ``period`` is YYYY, YYYYQn, YYYY-MM or YYYY-MM-DD. ``source`` is the
    code of a record of sources or words, ``edition`` which issue of it, ``passage`` where it stands there.
    """

    indicator = models.UUIDField()
    place = models.UUIDField(null=True)
    period = models.CharField(max_length=16)
    value = models.DecimalField(max_digits=24, decimal_places=6)
    bound = models.CharField(max_length=8, default="is")
    decimals = models.SmallIntegerField(null=True)
    kind = models.CharField(max_length=8)
    source = models.TextField()
    edition = models.CharField(max_length=64, default="")
    passage = models.TextField(default="")
    method = models.IntegerField(null=True)
    leaf_index = models.BigIntegerField(null=True)
    observed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="observation_kind", condition=Q(kind__in=["measured", "computed", "claimed"])
            ),
            models.CheckConstraint(name="observation_bound", condition=Q(bound__in=BOUNDS)),
            models.CheckConstraint(name="observation_has_source", condition=~Q(source="")),
        ]
        indexes = [models.Index(fields=["indicator", "place", "period"])]


class Conflict(Journalled):
    """What the platform found about claims by itself: two that cannot both hold, or one that is doubtful.

    ``kind`` is *conflict* (claims that cannot all hold) or *doubt* (a claim does not fit with arithmetic, or with what
    its definition calls plausible); ``rule`` is the code of the rule that found it; ``claims`` are the observations
    (or records) it is about, sorted. ``said`` holds the facts of its sentence: values as strings, and no words.
    ``custodian`` is the organisation that answers for the number: only its office rules on it.
    """

    kind = models.CharField(max_length=8)
    rule = models.CharField(max_length=24)
    indicator = models.UUIDField(null=True)
    custodian = models.UUIDField(null=True)
    claims = ArrayField(models.UUIDField())
    said = models.JSONField(default=dict)
    state = models.CharField(max_length=8, default="open")
    ruling = models.CharField(max_length=12, default="")
    upheld = models.UUIDField(null=True)
    reason = models.TextField(default="")
    raised_at = models.DateTimeField()
    ruled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "claims"], name="conflict_once"),
            models.CheckConstraint(name="conflict_kind", condition=Q(kind__in=KINDS)),
            models.CheckConstraint(
                name="conflict_ruled",
                condition=Q(state="open", ruling="", upheld__isnull=True)
                | Q(state="ruled", ruling__in=RULINGS[1:], ruled_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["state", "raised_at"])]
