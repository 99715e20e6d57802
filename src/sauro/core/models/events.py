"""The journal: events, their places in the tree, checkpoints, and who has read how far."""

from typing import Any

from django.db import models


class TransactionIdField(models.Field[Any, Any]):
    """PostgreSQL's ``xid8``: the 64-bit number of the transaction that wrote the row."""

    def db_type(self, connection: Any) -> str:
        return "xid8"


class CurrentTransactionId(models.Func):
    function = "pg_current_xact_id"
    template = "%(function)s()"
    output_field = TransactionIdField()


class Event(models.Model):
    """An append-only fact. ``body`` holds the canonical bytes that are hashed; the columns repeat parts of it.

    Insert-only: a trigger refuses everything else for every role, and the application's role has no right to try.
    ``xid`` is the writing transaction, by which the sealer finds late commits.
    """

    id = models.UUIDField(primary_key=True)
    xid = TransactionIdField(editable=False, db_default=CurrentTransactionId())
    name = models.CharField(max_length=64)
    person = models.UUIDField()
    position = models.UUIDField(null=True)
    grant_id = models.UUIDField(null=True)
    subject = models.UUIDField(null=True)
    key = models.CharField(max_length=80)
    request = models.BinaryField()
    recorded = models.DateTimeField()
    body = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "name", "key"], name="event_once")]
        indexes = [models.Index(fields=["subject", "recorded"]), models.Index(fields=["xid"])]


class Leaf(models.Model):
    """Where an event stands in the journal. Only the sealer inserts."""

    leaf_index = models.BigIntegerField(primary_key=True)
    event_id = models.UUIDField(unique=True)
    hash = models.BinaryField()


class Tile(models.Model):
    """The hash of a complete subtree of 256, 65,536 … leaves."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.IntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField()


class Checkpoint(models.Model):
    """A signed statement of the tree's size and root (C2SP signed note)."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    note = models.TextField()
    created = models.DateTimeField()


class Consumer(models.Model):
    """How far one reader of the journal has come: the next ``leaf_index`` it will read."""

    name = models.CharField(max_length=64, primary_key=True)
    position = models.BigIntegerField(default=0)


class Refused(models.Model):
    """What the doorway refused, to whom, and under which rule (invariant I8). Insert-only, never personal."""

    id = models.UUIDField(primary_key=True)
    person = models.UUIDField(null=True)
    position = models.UUIDField(null=True)
    action = models.CharField(max_length=64)
    rule = models.TextField()
    code = models.CharField(max_length=48)
    subject = models.UUIDField(null=True)
    at = models.DateTimeField()
    details = models.JSONField(default=dict)

    class Meta:
        db_table = "core_refusal"
        indexes = [models.Index(fields=["person", "at"]), models.Index(fields=["subject"])]
