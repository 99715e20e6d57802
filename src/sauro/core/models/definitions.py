"""Definitions: versioned, effective-dated templates with their legal basis."""

from django.db import models
from django.db.models import Q

from sauro.core.models.base import Journalled


class Definition(Journalled):
    """A procedure, form, calendar, role, indicator … : draft → published → superseded.

    A published definition never changes (a trigger refuses it), so a process may compile it once and keep it.
    """

    kind = models.CharField(max_length=24)
    code = models.CharField(max_length=64)
    version = models.IntegerField()
    state = models.CharField(max_length=12, default="draft")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    basis = models.TextField(default="")
    body = models.JSONField()
    digest = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "code", "version"], name="definition_version"),
            models.CheckConstraint(
                name="definition_state", condition=Q(state__in=["draft", "published", "superseded"])
            ),
        ]
        indexes = [models.Index(fields=["kind", "state"])]
