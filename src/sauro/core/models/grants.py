"""Grants: who may do what, to what, for which purpose, on which legal basis, until when."""

from django.db import models
from django.db.models import Q

from sauro.core.models.base import Journalled

SCOPES = ["all", "own", "agency", "subtree", "subject"]


class Grant(Journalled):
    """One row: position or person × role version × scope × limits × time.

    ``scope`` says to what: everything; what is the holder's own; one agency (and what merged into it); an agency and
    all below it; one subject. ``scope_id`` names the agency or the subject.
    """

    holder = models.UUIDField()
    role = models.UUIDField()
    scope = models.CharField(max_length=8)
    scope_id = models.UUIDField(null=True)
    purpose = models.CharField(max_length=64)
    basis = models.TextField()
    limits = models.JSONField(default=dict)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="grant_scope", condition=Q(scope__in=SCOPES)),
            models.CheckConstraint(
                name="grant_scope_named",
                condition=Q(scope__in=["all", "own"], scope_id__isnull=True)
                | Q(scope__in=["agency", "subtree", "subject"], scope_id__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["holder"]), models.Index(fields=["scope_id"])]
