"""The access ledger: who opened whose personal data, for which case (invariant I5)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Access(models.Model):
    """One opening of a page that shows personal data; repeats within 15 minutes are counted in ``times``.

    Where a deputy read, ``position`` is the office in which they deputised, ``behalf`` who holds it, and ``delegation``
    says which office the deputy came from.
    """

    id = models.UUIDField(primary_key=True)
    reader = models.UUIDField()
    position = models.UUIDField(null=True)
    organisation = models.UUIDField(null=True)
    grant_id = models.UUIDField(null=True)
    behalf = models.UUIDField(null=True)
    delegation = models.UUIDField(null=True)
    purpose = models.CharField(max_length=64)
    commitment = models.UUIDField(null=True)
    subjects = ArrayField(models.UUIDField())
    how = models.CharField(max_length=12, default="page")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.IntegerField(default=1)
    sealed_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            GinIndex(fields=["subjects"]),
            models.Index(fields=["reader", "commitment", "last_at"]),
            models.Index(fields=["commitment", "last_at"]),
        ]
