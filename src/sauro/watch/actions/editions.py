"""Publishing an edition: from then on the public is told these numbers (invariant I6)."""

from datetime import timedelta
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from sauro.core.doorway import Ask, Subject, Work
from sauro.core.doorway.registry import Query, Row, action
from sauro.watch.models import Edition

EDITION = Subject("edition", (Edition,))
SOONEST = timedelta(hours=1)


class PublishEdition(msgspec.Struct, forbid_unknown_fields=True):
    """What is told, and up to which place in the journal it was counted."""

    number: int
    leaf_index: int
    body: dict[str, Any]


def _last(ask: Ask, payload: PublishEdition, envelope: Row | None) -> Query:
    return "SELECT number, at FROM watch_edition ORDER BY number DESC LIMIT 1", []


@action(
    "watch.publish_edition", subject=EDITION, payload=PublishEdition, purpose="publish", creates=True, facts=_last,
    batch=False,
)  # fmt: skip
def publish_edition(work: Work) -> None:
    """Publish; at most one an hour, each following the one before it."""
    p: PublishEdition = work.payload
    last = work.facts[0] if work.facts else None
    if p.number != (last["number"] + 1 if last else 1):
        work.refuse("not_the_next", "I6", _("Another edition was published meanwhile."), status=409)
    if last and work.now - last["at"] < SOONEST:
        work.refuse("too_soon", "I6", _("Public numbers change once an hour at most."), status=409)
    work.insert(Edition, id=work.subject, number=p.number, at=work.now, leaf_index=p.leaf_index, body=p.body)
    work.answer.update(edition=str(work.subject), number=p.number)
