"""Actors: persons, organisations and positions, valid in time; who holds which position; which login is whose."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from sauro.core.models.base import Journalled


class Actor(Journalled):
    """A person, an organisation, or a position (an office somebody holds).

    A person's name is personal text: it lives in the person's retention unit, and the names here stay empty.
    ``current`` is the organisation that stands for this one today: itself, or its successor after a merger, so that
    a merger moves a handful of actors and no dossier (invariant I7).
    """

    kind = models.CharField(max_length=12)
    code = models.CharField(max_length=64, null=True, unique=True)
    national_code = models.CharField(max_length=32, default="")
    type = models.CharField(max_length=64, default="")
    name_vi = models.CharField(max_length=300, default="")
    name_en = models.CharField(max_length=300, default="")
    parent = models.UUIDField(null=True)
    organisation = models.UUIDField(null=True)
    head = models.BooleanField(default=False)
    level = models.CharField(max_length=16, default="")
    area = models.CharField(max_length=16, default="")
    path = models.CharField(max_length=300, default="")
    # The folded words of an organisation's names and code, each after a space: what it is found by.
    words = models.TextField(default="")
    current = models.UUIDField(null=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="actor_kind", condition=Q(kind__in=["person", "organisation", "position"])
            ),
            models.CheckConstraint(
                name="actor_person_has_no_name", condition=~Q(kind="person") | Q(name_vi="", name_en="")
            ),
            models.CheckConstraint(
                name="actor_position_has_organisation",
                condition=~Q(kind="position") | Q(organisation__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "type"]),
            models.Index(fields=["parent"]),
            models.Index(fields=["current"]),
            models.Index(fields=["area", "kind"]),
            # What lies below an agency begins with its path, in whatever collation the database has.
            models.Index(fields=["path"], opclasses=["varchar_pattern_ops"], name="core_actor_path_prefix"),
            # Most rows are offices; the centre, ministries and provinces are offered wherever an agency is chosen.
            models.Index(fields=["level"], condition=models.Q(kind="organisation"), name="core_actor_level"),
        ]


class Holding(Journalled):
    """A person holds a position, or acts in it, for a time. Dates are inclusive, in the state's own time zone."""

    position = models.UUIDField()
    person = models.UUIDField()
    kind = models.CharField(max_length=8, default="holder")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="holding_kind", condition=Q(kind__in=["holder", "acting"])),
        ]
        indexes = [models.Index(fields=["position"]), models.Index(fields=["person"])]


DELEGATION_REASONS = ["leave", "illness", "mission", "training", "other"]


class Delegation(Journalled):
    """Who holds an office lets a deputy act in it, from one moment to another, with some of the office's roles.

    It gives nothing of its own: each act of the deputy rests on a grant that the office has at that moment, while the
    holder still holds it, and the deputy the office from which they deputise. What the holder has in person stays
    theirs. The reason is one of a few words, never personal text.
    """

    position = models.UUIDField()
    organisation = models.UUIDField()
    holder = models.UUIDField()
    deputy = models.UUIDField()
    deputy_position = models.UUIDField()
    roles = models.JSONField(default=list)
    reason = models.CharField(max_length=12)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="delegation_reason", condition=Q(reason__in=DELEGATION_REASONS)),
            models.CheckConstraint(name="delegation_to_another", condition=~Q(holder=models.F("deputy"))),
            models.CheckConstraint(name="delegation_ends", condition=Q(valid_to__gt=models.F("valid_from"))),
        ]
        indexes = [
            models.Index(fields=["position"], name="delegation_position"),
            models.Index(fields=["deputy"], name="delegation_deputy"),
            models.Index(fields=["holder"], name="delegation_holder"),
        ]


class Account(models.Model):
    """Which login belongs to which person. Outside the journal: it says how somebody signs in, not what was done."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True)
    person = models.UUIDField(unique=True)
    # The address for letters about the account: ciphertexts under the key of a unit of its own (kept with those of
    # other units), and a token by which the address is found. ``pending`` waits to be confirmed.
    unit = models.UUIDField(null=True)
    email = models.BinaryField(null=True)
    email_token = models.BinaryField(null=True, db_index=True)
    pending = models.BinaryField(null=True)
