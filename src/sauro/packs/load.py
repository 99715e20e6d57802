"""Loading a pack into an installation: every definition, organisation, position and grant by an act."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sauro.core.doorway import Ask, Outcome, act_many
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.models import Definition
from sauro.core.queries import definitions
from sauro.core.queries.done import done_keys
from sauro.core.refusal import Refusal
from sauro.packs import claims
from sauro.packs.administration import Organisation, Position
from sauro.packs.changed import changed
from sauro.packs.ids import id_of
from sauro.packs.pack import Pack

__all__ = ["PackRefused", "id_of", "load"]

STEP = 5_000
Say = Callable[[str, int, int], None]
"""Told (what, done, of how many) as loading goes on."""


class PackRefused(RuntimeError):
    """The installation refused something of the pack; the message says what and under which rule."""


def load(pack: Pack, say: Say = lambda *_: None, provinces: Collection[str] | None = None) -> int:
    """Load a pack; what is already there stays, what is new is added. Returns how many acts were done.

    ``provinces`` limits departments and communes to provinces of these area codes. Raises PackRefused, before anything
    is done where a published definition has changed without a new version.
    """
    if faults := changed(pack):
        raise PackRefused("\n".join(map(str, faults)))
    done = _do(list(_definitions(pack)), "definitions", say)
    definitions.forget()
    done += _do(list(_instruments(pack)), "instruments", say)
    organisations = list(pack.organisations(provinces))
    done += _do(list(_organisations(organisations, pack)), "organisations", say)
    positions = [(o, p) for o in organisations for p in pack.positions(o)]
    done += _do([_position(o, p) for o, p in positions], "positions", say)
    done += _do(list(_grants(pack, positions)), "grants", say)
    done += _do(list(claims.asks(pack)), "claims", say)
    return done


def _do(asks: Sequence[Ask], what: str, say: Say) -> int:
    done = 0
    for at in range(0, len(asks), STEP):
        # Most of a pack stands already. Whoever changed one file waits for that file, not for a hundred thousand answers.
        new = _not_yet_done(asks[at : at + STEP])
        for ask, result in zip(new, act_many(new), strict=True):
            if isinstance(result, Refusal) and result.code not in ("version_exists", "key_reused"):
                raise PackRefused(f"{what}: {ask.key}: {result}")
            done += isinstance(result, Outcome) and not result.repeated
        say(what, min(at + STEP, len(asks)), len(asks))
    return done


def _not_yet_done(asks: Sequence[Ask]) -> list[Ask]:
    stands: set[tuple[str, str]] = set()
    for action in {ask.action for ask in asks}:
        keys = [ask.key for ask in asks if ask.action == action]
        stands |= {(action, key) for key in done_keys(PLATFORM, action, keys)}
    return [ask for ask in asks if (ask.action, ask.key) not in stands]


def _definitions(pack: Pack) -> Iterator[Ask]:
    for found in pack.definitions():
        payload = {
            "kind": found.kind, "code": found.code, "version": found.version, "valid_from": found.valid_from,
            "basis": found.basis, "body": found.body,
        }  # fmt: skip
        yield Ask("core.publish_definition", PLATFORM, f"{found.kind}:{found.code}:{found.version}", payload)


def _instruments(pack: Pack) -> Iterator[Ask]:
    for item in pack.instruments:
        body = {"kind": item.kind, "issuer": item.issuer, "replaced_by": item.replaced_by, "source": item.source,
                "amended_by": item.amended_by, "verified": item.verified}  # fmt: skip
        payload: dict[str, Any] = {
            "register": "instruments", "code": item.number, "title_vi": item.title.vi, "title_en": item.title.en,
            "valid_from": item.in_force or item.issued or date(1900, 1, 1), "valid_to": item.ended,
            "retention": "permanent-register", "body": body,
        }  # fmt: skip
        yield Ask("core.register_record", PLATFORM, f"instrument:{item.number}", payload)


def _organisations(organisations: Sequence[Organisation], pack: Pack) -> Iterator[Ask]:
    paths: dict[str, str] = {}
    for item in organisations:
        paths[item.code] = f"{paths.get(item.parent or '', '')}{item.code}/"
        payload = {
            "id": id_of(item.code), "kind": "organisation", "code": item.code, "type": item.type,
            "name_vi": item.name_vi, "name_en": item.name_en, "level": item.level, "area": item.area or "",
            "parent": id_of(item.parent) if item.parent else None, "path": paths[item.code],
            "national_code": item.national_code or "", "valid_from": pack.head.valid_from,
        }  # fmt: skip
        yield Ask("core.register_actor", PLATFORM, f"organisation:{item.code}", payload)


def _position(organisation: Organisation, position: Position) -> Ask:
    payload = {
        "id": id_of(position.code), "kind": "position", "code": position.code, "type": position.type,
        "name_vi": position.name_vi, "name_en": position.name_en, "organisation": id_of(organisation.code),
        "head": position.head, "valid_from": date(2025, 7, 1),
    }  # fmt: skip
    return Ask("core.register_actor", PLATFORM, f"position:{position.code}", payload)


def _grants(pack: Pack, positions: Sequence[tuple[Organisation, Position]]) -> Iterator[Ask]:
    roles = {row.code: row for row in Definition.objects.filter(kind="role", state="published")}
    start = datetime.combine(pack.head.valid_from, time(), ZoneInfo("Asia/Ho_Chi_Minh"))
    system = roles["system"]
    yield Ask(
        "core.grant", PLATFORM, f"grant:platform:{system.version}",
        {"holder": PLATFORM, "role": system.id, "scope": "all", "purpose": "system", "basis": system.basis or "pack",
         "valid_from": start},
    )  # fmt: skip
    for organisation, position in positions:
        for code in position.roles:
            role = roles[code]
            # A role that reaches single subjects (assisting) is held for the agency; each subject then gets a mandate.
            reach = "agency" if role.body["scope"] == "subject" else str(role.body["scope"])
            yield Ask(
                "core.grant", PLATFORM, f"grant:{position.code}:{code}:{role.version}",
                {
                    "holder": id_of(position.code), "role": role.id, "scope": reach, "purpose": code,
                    "scope_id": id_of(organisation.code) if reach in ("agency", "subtree") else None,
                    "basis": role.basis or "pack", "valid_from": start,
                },
            )  # fmt: skip
