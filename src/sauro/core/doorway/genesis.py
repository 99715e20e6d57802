"""The first act: an empty database becomes an installation.

It is the only act without an earlier grant. It creates the platform itself as an actor, the role under which the
platform works, and the grant of that role; every later act needs a grant that somebody gave.
"""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection
from django.utils.translation import gettext as _

from sauro.core.canonical import canonical
from sauro.core.doorway import store
from sauro.core.doorway.ask import Ask
from sauro.core.doorway.decide import event_body, event_row, request_digest
from sauro.core.doorway.registry import Action, Subject
from sauro.core.doorway.work import GrantRow, Work
from sauro.core.ids import new_id
from sauro.core.merkle import leaf_hash
from sauro.core.models import Actor, Definition, Grant, Instance
from sauro.core.moment import now
from sauro.core.refusal import Refusal
from sauro.core.vault import keyring

PLATFORM = UUID("00000000-0000-7000-8000-00000000000f")
"""The platform as an actor: timers and reactions act in its name."""

INSTALLATION = Subject("installation", (Actor,))
PLATFORM_ACTIONS = [
    "core.publish_definition", "core.register_actor", "core.register_record", "core.appoint", "core.grant",
    "core.revoke", "core.fire_timer", "core.expire_grant", "core.expire_delegation", "core.observe", "core.raise_finding",
    "core.withdraw_claim", "core.end_holding", "core.revoke_delegation", "core.open_gap", "core.erase",
    "core.move_commitment", "core.merge_organisations",
    "core.plan_reorganisation", "core.call_off_reorganisation", "core.carry_out_reorganisation",
]  # fmt: skip


class FoundPayload(msgspec.Struct, forbid_unknown_fields=True):
    """What the installation is called, and whether it is a demonstration for ever."""

    name: str
    demonstration: bool


def found(name: str, *, demonstration: bool, extra_actions: tuple[str, ...] = ()) -> UUID:
    """Found the installation; returns the grant of the platform. Raises Refusal if it already stands."""
    moment = now()
    ask = Ask("core.found", PLATFORM, "genesis", {"name": name, "demonstration": demonstration})
    payload = FoundPayload(name, demonstration)
    grant = GrantRow(new_id(), PLATFORM, new_id(), "all", None, "found", "installation", {})
    work = Work(Action("core.found", INSTALLATION, FoundPayload, lambda _: None, "found", creates=True), ask, payload, {}, [], grant, moment)  # fmt: skip
    _fill(work, grant, moment.date(), extra_actions)
    work.data = {"name": name, "demonstration": demonstration}
    with store.transaction() as doing:
        doing.ask()
        doing.cursor.execute("SELECT pg_advisory_xact_lock(5757)")
        if doing.cursor.execute("SELECT 1 FROM core_instance").fetchone():
            raise Refusal(
                "already_founded", "I12", _("This database is an installation already."), status=409
            )
        digest = request_digest(keyring.current(), ask, payload)
        doing.ask(store.inserting_event(event_row(work, digest, event_body(work, []))))
        doing.ask(*store.writing_state(list(work.changes.values())))
        doing.cursor.execute(
            f"INSERT INTO {Instance._meta.db_table} (id, name, demonstration, created) VALUES (1, %s, %s, %s)",
            [name, demonstration, moment],
        )
    return grant.id


def _fill(work: Work, grant: GrantRow, today: date, extra: tuple[str, ...]) -> None:
    body: dict[str, Any] = {"code": "platform", "actions": sorted({*PLATFORM_ACTIONS, *extra})}
    work.insert(Actor, id=PLATFORM, kind="organisation", code="platform", name_vi="Nền tảng Sáu Rõ",
                name_en="The Sáu Rõ platform", current=PLATFORM, path="platform/", valid_from=today)  # fmt: skip
    work.insert(Definition, id=grant.role, kind="role", code="platform", version=1, state="published",
                valid_from=today, body=body, digest=leaf_hash(canonical(body)), basis="installation")  # fmt: skip
    work.insert(Grant, id=grant.id, holder=PLATFORM, role=grant.role, scope="all", purpose="operate",
                basis="installation", valid_from=work.now, limits={})  # fmt: skip


def is_founded() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM core_instance")
        return cursor.fetchone() is not None
