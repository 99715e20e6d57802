"""What journalled tables share."""

from django.db import models


class Journalled(models.Model):
    """A row that only the doorway writes. ``event`` is the event that wrote it last.

    References between journalled rows are plain identifiers without database foreign keys: the doorway checks them,
    replay rebuilds tables in any order, and a batch of a thousand acts is not checked row by row.
    """

    id = models.UUIDField(primary_key=True)
    event = models.UUIDField()

    class Meta:
        abstract = True
