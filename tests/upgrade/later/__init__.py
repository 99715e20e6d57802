"""A later version, as the tests play it: one more column in a journalled table, one wider type, rows that are changed."""

from typing import Any

from django.db import models
from django.db.models.signals import class_prepared


def _grow(sender: Any, **_more: Any) -> None:
    if sender.__name__ == "Commitment" and not any(f.name == "weight" for f in sender._meta.local_fields):
        models.IntegerField(null=True).contribute_to_class(sender, "weight")


class_prepared.connect(_grow, weak=False)
