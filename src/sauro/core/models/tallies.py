"""Counts folded from the journal: no act ever updates a shared counter."""

from django.db import models


class Tally(models.Model):
    """A count by name and key, as of the consumer's position; a read adds what is pending behind it."""

    pk = models.CompositePrimaryKey("name", "key")
    name = models.CharField(max_length=48)
    key = models.CharField(max_length=120)
    value = models.BigIntegerField(default=0)
