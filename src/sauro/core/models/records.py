"""Records: entries of registers, with the time they are true and the time they were recorded."""

from django.db import models

from sauro.core.models.base import Journalled


class Record(Journalled):
    """An entry of a register (a legal instrument, a result, a credential …). A correction points at what it corrects."""

    register = models.CharField(max_length=32)
    code = models.CharField(max_length=120)
    classification = models.CharField(max_length=16, default="open")
    title_vi = models.TextField(default="")
    title_en = models.TextField(default="")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    recorded_at = models.DateTimeField()
    corrects = models.UUIDField(null=True)
    steward = models.UUIDField(null=True)
    subject = models.UUIDField(null=True)
    body = models.JSONField()
    retention = models.CharField(max_length=32)
    retain_until = models.DateField(null=True)

    class Meta:
        # Two people may register the same instrument at the same moment; only a correction has a number that stands already.
        constraints = [
            models.UniqueConstraint(
                fields=["register", "code"],
                name="instrument_number_once",
                condition=models.Q(register="instruments", corrects__isnull=True),
            )
        ]
        indexes = [models.Index(fields=["register", "code"]), models.Index(fields=["subject"])]
