"""What this installation is, and its gapless official numbers."""

from django.db import models


class Instance(models.Model):
    """One row, written when the database is created and never changed (a trigger refuses it)."""

    id = models.IntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=100)
    demonstration = models.BooleanField()
    created = models.DateTimeField()

    @classmethod
    def is_demonstration(cls) -> bool:
        return cls.objects.filter(pk=1, demonstration=True).exists()


class Number(models.Model):
    """The last official number given in a series (per agency and day). Outside the journal: the codes given are in it."""

    pk = models.CompositePrimaryKey("series", "scope")
    series = models.CharField(max_length=24)
    scope = models.CharField(max_length=64)
    last = models.IntegerField()
