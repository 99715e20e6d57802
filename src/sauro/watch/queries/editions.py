"""Published editions: what anybody may read."""

from sauro.core.models import Consumer
from sauro.watch.measuring import CONSUMER
from sauro.watch.models import Edition
from sauro.watch.rules.tables import Table

MOST = 200


def latest() -> Edition | None:
    """The newest edition, or None before the first."""
    return Edition.objects.order_by("-number").first()


def one(number: int) -> Edition | None:
    """An edition by its number."""
    return Edition.objects.filter(number=number).first()


def editions(limit: int = MOST) -> list[Edition]:
    """The newest editions, without their bodies."""
    return list(Edition.objects.order_by("-number").defer("body")[:limit])


def published(edition: Edition, period: str) -> Table:
    """The table of a period (YYYY-MM) in an edition; empty where it tells nothing of that period."""
    return Table.from_data(period, edition.body["periods"].get(period, []))


def periods(edition: Edition) -> list[str]:
    """The periods that an edition tells of, the newest first."""
    return sorted(edition.body["periods"], reverse=True)


def counted() -> int:
    """Up to which place the journal is counted."""
    return Consumer.objects.filter(name=CONSUMER.name).values_list("position", flat=True).first() or 0
