"""Which acts a person has done already, by the keys they gave them."""

from collections.abc import Collection
from uuid import UUID

from sauro.core.models import Event


def done_keys(person: UUID, action: str, keys: Collection[str]) -> set[str]:
    """Give those of ``keys`` under which ``person`` has done ``action``; doing it again would change nothing."""
    found = Event.objects.filter(person=person, name=action, key__in=keys).values_list("key", flat=True)
    return set(found)
