"""The claims of a pack in an installation: what its files say is added, what they no longer say is withdrawn.

A claim is never edited: a changed row is another claim, and the one before it is withdrawn with that reason.
"""

import hashlib
from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
from django.db import connection

from sauro.core.doorway import Ask
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.models import Record
from sauro.core.moment import now
from sauro.packs.ids import id_of, indicator_id
from sauro.packs.indicator import Citation, Claim
from sauro.packs.pack import Pack

SOURCES, CITATIONS = "sources", "citations"
"""Registers: where facts were read, and how sources cite instruments."""
_LOADED = """
SELECT e.key, o.id, o.withdrawn_at IS NULL FROM core_event e JOIN core_observation o ON o.id = e.subject
WHERE e.name = 'core.observe' AND e.person = %s AND e.key LIKE 'claim:%%' ORDER BY e.recorded
"""
_NO_LONGER = "The pack no longer says this."


def asks(pack: Pack) -> Iterator[Ask]:
    """What is to be done so that the installation stands as the files do."""
    yield from _sources(pack)
    loaded = _loaded()
    said = {_digest(claim): claim for claim in pack.claims}
    for digest, (id_, times, stands) in loaded.items():
        if stands and digest not in said:
            yield Ask("core.withdraw_claim", PLATFORM, f"{digest}:{times}", {"reason": _NO_LONGER}, id_)
    for digest, claim in said.items():
        _id, times, stands = loaded.get(digest, (None, 0, False))
        if not stands:
            yield Ask("core.observe", PLATFORM, f"claim:{digest}:{times + 1}", _payload(claim))
    yield from _citations(pack)


def _loaded() -> dict[str, tuple[Any, int, bool]]:
    """By digest of the claim: its observation, how many times it was made, and whether the last one stands."""
    with connection.cursor() as cursor:
        cursor.execute(_LOADED, [PLATFORM])
        found: dict[str, tuple[Any, int, bool]] = {}
        for key, id_, stands in cursor.fetchall():
            _claim, digest, times = key.split(":")
            found[digest] = (id_, int(times), stands)
        return found


def _digest(item: Claim | Citation) -> str:
    said = msgspec.to_builtins(item)
    # How well a source was read, and remarks, are no part of what it says.
    for name in ("verified", "note"):
        said.pop(name)
    return hashlib.sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()[:32]


def _payload(claim: Claim) -> dict[str, Any]:
    return {
        "indicator": indicator_id(claim.indicator), "place": id_of(claim.place) if claim.place else None,
        "period": claim.period, "value": claim.value, "bound": claim.bound, "decimals": claim.decimals,
        "kind": "claimed", "source": claim.source, "edition": claim.edition, "passage": claim.passage,
    }  # fmt: skip


def _sources(pack: Pack) -> Iterator[Ask]:
    for source in pack.sources.sources:
        body = {
            "kind": source.kind,
            "url": source.url,
            "read": source.read.isoformat() if source.read else None,
        }
        payload = {
            "register": SOURCES, "code": source.id, "title_vi": source.title, "title_en": source.title,
            "valid_from": source.read or pack.head.valid_from, "retention": "permanent-register", "body": body,
        }  # fmt: skip
        yield Ask("core.register_record", PLATFORM, f"source:{source.id}", payload)


def _citations(pack: Pack) -> Iterator[Ask]:
    """A citation that the files no longer have is corrected by a record that says so."""
    said = {_digest(citation): citation for citation in pack.citations}
    rows = Record.objects.filter(register=CITATIONS, code__startswith="pack:").values(
        "id", "code", "corrects"
    )
    corrected = {row["corrects"] for row in rows if row["corrects"]}
    standing = {
        row["code"].removeprefix("pack:"): row["id"]
        for row in rows
        if row["id"] not in corrected and row["corrects"] is None
    }
    for digest, id_ in standing.items():
        if digest not in said:
            yield _record(
                f"pack:{digest}", f"uncite:{id_}", {"withdrawn": True}, local_day(now()), corrects=id_
            )
    made = sum(1 for _row in corrected)
    for digest, citation in said.items():
        if digest not in standing:
            body = {
                "number": citation.number, "issuer": citation.issuer, "source": citation.source,
                "edition": citation.edition, "passage": citation.passage,
            }  # fmt: skip
            steward = id_of(citation.custodian)
            yield _record(
                f"pack:{digest}", f"cite:{digest}:{made}", body, pack.head.valid_from, steward=steward
            )


def _record(code: str, key: str, body: dict[str, Any], valid_from: date, **more: Any) -> Ask:
    payload = {
        "register": CITATIONS, "code": code, "valid_from": valid_from, "retention": "permanent-register", "body": body,
        **more,
    }  # fmt: skip
    return Ask("core.register_record", PLATFORM, key, payload)
