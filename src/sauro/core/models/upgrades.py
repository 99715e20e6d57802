"""Which version of the program brought the database to its present form, and when."""

from django.db import models


class Upgrade(models.Model):
    """One upgrade of the schema by its owner; the application only reads it.

    ``events`` counts what the journal held when it began: none may be missing when it ends. ``ended`` is empty while it
    is under way, and stays so where it was cut off; the next one then goes on with it.
    """

    version = models.CharField(max_length=32)
    began = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    events = models.BigIntegerField()
