"""Signs of life of the background processes. Outside the journal: nothing follows from them."""

from django.db import models


class Heartbeat(models.Model):
    """When a worker last wrote (``at``), and when one of its duties last came round (``felt``), by the database's clock.

    ``failures`` counts the failures in a row of a duty that has not come round since. A worker that ends in order takes
    its rows with it; one that is killed leaves them.
    """

    pk = models.CompositePrimaryKey("worker", "duty")
    worker = models.UUIDField()
    duty = models.CharField(max_length=32)
    at = models.DateTimeField()
    felt = models.DateTimeField()
    failures = models.IntegerField(default=0)
