"""Indicators: observations of a defined number, and conflicts between claims of the same thing."""

from django.db import models
from django.db.models import Q

from sauro.core.models.base import Journalled


class Observation(Journalled):
    """A value of an indicator for a place and a period: measured, computed, or claimed with its source.

    ``value`` is exact (numeric); ``period`` is YYYY, YYYYQn, YYYY-MM or YYYY-MM-DD.
    """

    indicator = models.UUIDField()
    place = models.UUIDField(null=True)
    period = models.CharField(max_length=16)
    value = models.DecimalField(max_digits=24, decimal_places=6)
    kind = models.CharField(max_length=8)
    source = models.TextField()
    edition = models.CharField(max_length=64, default="")
    leaf_index = models.BigIntegerField(null=True)
    observed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="observation_kind", condition=Q(kind__in=["measured", "computed", "claimed"])
            ),
            models.CheckConstraint(name="observation_has_source", condition=~Q(source="")),
        ]
        indexes = [models.Index(fields=["indicator", "place", "period"])]


class Conflict(Journalled):
    """Two different claims of one thing, raised by the platform, ruled on by the custodian with reasons."""

    indicator = models.UUIDField()
    one = models.UUIDField()
    other = models.UUIDField()
    state = models.CharField(max_length=8, default="open")
    upheld = models.UUIDField(null=True)
    reason = models.TextField(default="")
    raised_at = models.DateTimeField()
    ruled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["one", "other"], name="conflict_once")]
