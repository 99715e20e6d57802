"""Definitions: publishing one supersedes the version before it (invariants I4, I11)."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.canonical import canonical
from sauro.core.doorway.ask import Ask
from sauro.core.doorway.registry import Query, Row, Subject, action
from sauro.core.doorway.work import Work
from sauro.core.merkle import leaf_hash
from sauro.core.models import Definition
from sauro.core.rules.definitions import faults

DEFINITION = Subject("definition", (Definition,))


class PublishDefinition(msgspec.Struct, forbid_unknown_fields=True):
    """A new version of a definition, with the day from which it applies and its legal basis."""

    kind: str
    code: str
    version: int
    valid_from: date
    basis: str
    body: dict[str, Any]
    id: UUID | None = None


def _versions(ask: Ask, payload: PublishDefinition, envelope: Row | None) -> Query:
    return (
        "SELECT id, kind, code, version, state, valid_from, valid_to, basis, body, digest, event FROM core_definition"
        " WHERE kind = %s AND code = %s ORDER BY version FOR UPDATE",
        [payload.kind, payload.code],
    )


@action(
    "core.publish_definition", subject=DEFINITION, payload=PublishDefinition, purpose="keep_registers", creates=True,
    facts=_versions, batch=False,
)  # fmt: skip
def publish_definition(work: Work) -> None:
    """Publish. Every configured rule must name its evaluator, be reachable, and be run both ways by its examples."""
    p: PublishDefinition = work.payload
    if any(row["version"] >= p.version for row in work.facts):
        work.refuse(
            "version_exists", "I4", _("This version, or a later one, is published already."), field="version"
        )
    wrong = faults(p.kind, p.body)
    if wrong:
        work.refuse("rule_unproven", "I11", "; ".join(wrong), field="body")
    if p.id is not None:
        work.subject = p.id
    for row in work.facts:
        if row["state"] == "published":
            work.put_row(
                Definition,
                row,
                state="superseded",
                valid_to=row["valid_to"] or p.valid_from - timedelta(days=1),
            )
    work.insert(
        Definition, id=work.subject, kind=p.kind, code=p.code, version=p.version, state="published",
        valid_from=p.valid_from, basis=p.basis, body=p.body, digest=leaf_hash(canonical(p.body)),
    )  # fmt: skip
    work.answer["definition"] = str(work.subject)
