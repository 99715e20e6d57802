"""Contested reads: who was read asks whether one read of their data was right (invariant I5)."""

from django.db import models
from django.db.models import Q

from sauro.core.models.base import Journalled

STAGES = ["open", "asked", "explained", "answered", "withdrawn"]
OUTCOMES = ["", "justified", "unjustified"]
CONSEQUENCES = ["reminded", "rights_reviewed", "handed_to_head", "handed_to_inspection"]


class Contest(Journalled):
    """One read that the person whose data it was contests; its envelope is a commitment with its own clock.

    ``person`` is whose data was read; ``access`` the line of the ledger, whose facts are repeated here because the ledger
    is no part of the journal: who read (``reader``), in which office of which agency, for whom as a deputy (``behalf``),
    under which grant, for which purpose and case, from when until when and how often. ``stage``: *open* (the officer's
    turn), *asked* (the reader's), *explained* (the officer's again), *answered*, *withdrawn*. No words stand here:
    reason, questions, explanations and the answer are personal parts of the contest's own unit.
    """

    person = models.UUIDField()
    access = models.UUIDField()
    reader = models.UUIDField()
    office = models.UUIDField(null=True)
    agency = models.UUIDField()
    behalf = models.UUIDField(null=True)
    delegation = models.UUIDField(null=True)
    read_under = models.UUIDField(null=True)
    purpose = models.CharField(max_length=64)
    case = models.UUIDField(null=True)
    how = models.CharField(max_length=12)
    read_from = models.DateTimeField()
    read_until = models.DateTimeField()
    times = models.IntegerField()
    stage = models.CharField(max_length=12, default="open")
    asked = models.IntegerField(default=0)
    explained = models.IntegerField(default=0)
    explain_due = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, default="")
    consequence = models.CharField(max_length=24, default="")

    class Meta:
        constraints = [
            # A read that was taken back may be contested anew; while one stands or was answered, no second one.
            models.UniqueConstraint(
                fields=["access", "person"], name="contest_once", condition=~Q(stage="withdrawn")
            ),
            models.CheckConstraint(name="contest_stage", condition=Q(stage__in=STAGES)),
            models.CheckConstraint(
                name="contest_answered_says_how",
                condition=Q(stage="answered", outcome__in=OUTCOMES[1:])
                | ~Q(stage="answered") & Q(outcome=""),
            ),
            models.CheckConstraint(
                name="contest_unjustified_has_a_consequence",
                condition=Q(outcome="unjustified", consequence__in=CONSEQUENCES)
                | ~Q(outcome="unjustified") & Q(consequence=""),
            ),
            models.CheckConstraint(name="contest_not_of_oneself", condition=~Q(reader=models.F("person"))),
        ]
        indexes = [
            models.Index(fields=["person"], name="contest_person"),
            models.Index(fields=["reader"], name="contest_reader"),
            models.Index(fields=["agency", "stage"], name="contest_agency"),
        ]


class ContestNotice(models.Model):
    """Something somebody was told about a contest, once for each event. Outside the journal, and without words."""

    id = models.UUIDField(primary_key=True)
    contest = models.UUIDField()
    person = models.UUIDField()
    kind = models.CharField(max_length=12)
    event = models.UUIDField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "person"], name="contest_told_once")]
        indexes = [models.Index(fields=["person", "read_at"], name="contest_told")]
