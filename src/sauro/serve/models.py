"""Tables of the one-stop room: dossiers, what is attached to them, what people are told, and drafts in progress."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from sauro.core.models.base import Journalled

BUSINESS = range(1, 11)
FINANCIAL = ["none", "requested", "paid", "waived", "refunded"]
DELIVERY = ["none", "ready", "at_counter", "sent", "delivered", "undeliverable"]
SYNC = ["none", "pending", "sent", "acknowledged", "failed"]


class Dossier(Journalled):
    """A filing under one procedure: the typed half of a commitment, with which it shares its id.

    ``procedure`` is the definition version under which it was filed and stays so (invariant I4). The four axes
    ``status`` (the ten national codes), ``payment``, ``delivery`` and ``sync`` are independent. ``plan`` says which
    position does which step; ``involved`` are the organisations that take part. ``due`` is the commitment's while its
    clock has not ended, so that a queue sorts dossiers without looking at commitments. Everything personal is in the
    retention unit of the commitment.
    """

    procedure = models.UUIDField()
    procedure_code = models.CharField(max_length=32)
    reference = models.CharField(max_length=24, unique=True)
    code = models.CharField(max_length=48, null=True, unique=True)
    status = models.SmallIntegerField(default=1)
    payment = models.CharField(max_length=12, default="none")
    delivery = models.CharField(max_length=14, default="none")
    sync = models.CharField(max_length=14, default="none")
    channel = models.SmallIntegerField()
    applicant_type = models.CharField(max_length=24, default="citizen")
    applicant = models.UUIDField()
    assister = models.UUIDField(null=True)
    mandate = models.UUIDField(null=True)
    assisted_at = models.UUIDField(null=True)
    received_by = models.UUIDField()
    competent = models.UUIDField()
    involved = ArrayField(models.UUIDField())
    area = models.CharField(max_length=16)
    step = models.CharField(max_length=48, default="")
    plan = models.JSONField(default=dict)
    supplements = models.SmallIntegerField(default=0)
    decision = models.CharField(max_length=12, null=True)
    prepared_file = models.UUIDField(null=True)
    prepared_digest = models.CharField(max_length=64, null=True)
    result_file = models.UUIDField(null=True)
    result_digest = models.CharField(max_length=64, null=True)
    fee = models.BigIntegerField(default=0)
    due = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="dossier_status", condition=Q(status__in=list(BUSINESS))),
            models.CheckConstraint(name="dossier_payment", condition=Q(payment__in=FINANCIAL)),
            models.CheckConstraint(name="dossier_delivery", condition=Q(delivery__in=DELIVERY)),
            models.CheckConstraint(name="dossier_sync", condition=Q(sync__in=SYNC)),
            models.CheckConstraint(
                name="dossier_accepted_has_code",
                condition=Q(status__in=[1, 3, 5, 7]) | Q(code__isnull=False, accepted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="dossier_finished_has_result",
                condition=~Q(status__in=[9, 10]) | Q(result_digest__isnull=False, decision__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["applicant", "submitted_at"]),
            models.Index(fields=["submitted_at", "id"], name="dossier_newest"),
            # Without the list of pending entries: each search would read through it.
            GinIndex(fields=["involved"], name="dossier_involved", fastupdate=False),
            GinIndex(
                fields=["involved"], name="dossier_open", fastupdate=False,
                condition=Q(status__in=[1, 2, 4, 5, 6, 9]),
            ),
        ]  # fmt: skip


class Attachment(Journalled):
    """A file that belongs to a component of a dossier. ``id`` is the stored file's; its name is personal text."""

    dossier = models.UUIDField()
    component = models.CharField(max_length=48)
    digest = models.CharField(max_length=64)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    scanned = models.CharField(max_length=12)

    class Meta:
        indexes = [models.Index(fields=["dossier"])]


class Draft(models.Model):
    """A filing in progress, outside the journal; its answers are ciphertext in the retention unit of the same id."""

    id = models.UUIDField(primary_key=True)
    person = models.UUIDField()
    assisted = models.BooleanField(default=False)
    procedure = models.UUIDField()
    area = models.CharField(max_length=16, default="")
    reached = models.CharField(max_length=48, default="")
    key = models.CharField(max_length=64)
    version = models.IntegerField(default=0)
    created = models.DateTimeField()
    changed = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "changed"])]


class Notice(models.Model):
    """Something a person was told about a dossier. No words: they are made from the facts when it is read."""

    id = models.UUIDField(primary_key=True)
    person = models.UUIDField()
    dossier = models.UUIDField()
    kind = models.CharField(max_length=32)
    event = models.UUIDField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "person", "kind"], name="notice_once")]
        indexes = [models.Index(fields=["person", "at"])]


class Delivery(models.Model):
    """An attempt to carry a notice outside: by e-mail or text message. Addresses are never kept here."""

    id = models.UUIDField(primary_key=True)
    notice = models.UUIDField()
    channel = models.CharField(max_length=8)
    state = models.CharField(max_length=12, default="waiting")
    attempts = models.IntegerField(default=0)
    code = models.CharField(max_length=48, default="")
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="delivery_once")]
