"""Mergers and splits that were decided: when they take effect, and what became of them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from sauro.core.models.base import Journalled


class Reorganisation(Journalled):
    """One decided merger or split. Until its moment it is *planned* and can be called off; then it is *done*, once.

    ``absorbed`` are the organisations that go, ``into`` the one that stands for them; of a split, the one that stays and
    the part that leaves it. ``terms`` is what was decided: ``MergeOrganisations`` or ``SplitOrganisation``, whose rule
    then says where a filing lands (``sauro.core.queries.competence``). Without ``effective`` it took
    effect at once; else at the midnight with which that day begins, by a timer of the same id. ``reason`` says, as a
    code, why it could not be carried out: the state is then *failed*, and nothing has moved.
    """

    kind = models.CharField(max_length=8)
    state = models.CharField(max_length=12, default="planned")
    absorbed = ArrayField(models.UUIDField())
    into = models.UUIDField()
    basis = models.CharField(max_length=64)
    terms = models.JSONField()
    effective = models.DateField(null=True)
    decided_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=48, default="")
    simulated = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="reorganisation_kind", condition=Q(kind__in=["merge", "split"])),
            models.CheckConstraint(
                name="reorganisation_state",
                condition=Q(state="planned", ended_at__isnull=True)
                | Q(state__in=["done", "called_off", "failed"], ended_at__isnull=False),
            ),
        ]
