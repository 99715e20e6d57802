"""Personal text, as ciphertext and keyed tokens only (see ``sauro.core.vault``)."""

from django.db import models


class UnitKey(models.Model):
    """The key of one retention unit, wrapped by a master key that is kept outside the database."""

    unit = models.UUIDField(primary_key=True)
    wrapped = models.BinaryField()
    created = models.DateTimeField()

    class Meta:
        db_table = "core_unit_key"


class Personal(models.Model):
    """One part of a unit's personal text. The journal commits to ``digest``, the SHA-256 of ``ciphertext``."""

    pk = models.CompositePrimaryKey("unit", "part")
    unit = models.UUIDField()
    part = models.CharField(max_length=48)
    version = models.IntegerField()
    ciphertext = models.BinaryField()
    digest = models.BinaryField()


class Token(models.Model):
    """A keyed search token (HMAC) of a folded word, an ID number or a telephone number. Derived, not journalled."""

    pk = models.CompositePrimaryKey("unit", "kind", "token")
    unit = models.UUIDField()
    kind = models.CharField(max_length=16)
    token = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["kind", "token"])]


class Erasure(models.Model):
    """A unit that was lawfully erased, and the event that did it."""

    unit = models.UUIDField(primary_key=True)
    event = models.UUIDField()
    at = models.DateTimeField()


class StoredFile(models.Model):
    """A file whose body lies encrypted on disk; ``digest`` is the SHA-256 of the ciphertext."""

    id = models.UUIDField(primary_key=True)
    unit = models.UUIDField()
    name_part = models.CharField(max_length=48)
    digest = models.BinaryField()
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    scanned = models.CharField(max_length=12)
    owner = models.UUIDField()
    created = models.DateTimeField()

    class Meta:
        db_table = "core_file"
        indexes = [models.Index(fields=["unit"])]
