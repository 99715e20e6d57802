"""Who acts in a case: a commune of the pack with people in its offices, a citizen, and a procedure of five steps."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

SINCE = date(2025, 7, 1)
MODEL = "1.000656"
"""Death registration: no file has to be uploaded at the counter, and the commune decides."""
CODE = "9.000001"
COUNTER = 1
KEPT = {"accept", "draft", "sign", "return"}
NAMES = uuid.UUID("0b3c2f52-6a7e-5d55-9d0c-1c9f6f3b5a10")


@dataclass(frozen=True)
class Cast:
    """Persons and the positions they act in."""

    procedure: UUID
    received_by: UUID
    competent: UUID
    involved: list[UUID]
    area: str
    citizen: UUID
    one_stop: tuple[UUID, UUID]
    drafter: tuple[UUID, UUID]
    signer: tuple[UUID, UUID]


def platform(action: str, key: str, payload: dict[str, Any], subject: UUID | None = None) -> UUID:
    """An act of the platform; under the same key it is done once."""
    from sauro.core.doorway import Ask, act
    from sauro.core.doorway.genesis import PLATFORM

    return act(Ask(action, PLATFORM, f"bench:{key}", payload, subject=subject)).subject


def assemble() -> Cast:
    """Publish the procedure, appoint the people, give the grants; what is there already is found again."""
    from sauro.core.models import Actor
    from sauro.core.queries import definitions
    from sauro.serve.queries.places import places_for
    from sauro.serve.rules.procedures import procedure

    commune = Actor.objects.filter(type="commune-committee").exclude(area="").order_by("code")[0]
    published, body = _publish()
    places = places_for(definitions.get(published).compiled(procedure), commune.area, COUNTER)
    if places is None:
        raise SystemExit(f"nobody in {commune.code} is competent for {CODE}")
    citizen, roles = _person("citizen"), _roles()
    platform("core.grant", "citizen", _grant(citizen, roles["citizen"], "own"))
    platform("core.grant", "preparer", _grant(_platform(), _preparer(), "all"))
    steps = {step["kind"]: step for step in body["steps"]}
    one_stop, drafter, signer = (
        _holder(kind, steps[kind]["position"], places.involved) for kind in ("accept", "draft", "sign")
    )
    return Cast(
        published,
        places.received_by,
        places.competent,
        places.involved,
        commune.area,
        citizen,
        one_stop,
        drafter,
        signer,
    )


def _platform() -> UUID:
    from sauro.core.doorway.genesis import PLATFORM

    return PLATFORM


def _preparer() -> UUID:
    """The role under which the worker states what was rendered; the pack leaves it to each installation's platform."""
    payload = {
        "kind": "role",
        "code": "bench-preparer",
        "version": 1,
        "valid_from": SINCE.isoformat(),
        "basis": "bench",
        "body": {"code": "bench-preparer", "scope": "all", "actions": ["serve.prepare_signature"]},
    }
    return platform("core.publish_definition", "bench-preparer", payload)


def _publish() -> tuple[UUID, dict[str, Any]]:
    """The model procedure with its way shortened to four offices' acts after the filing."""
    from sauro.core.models import Definition

    model = Definition.objects.get(kind="procedure", code=MODEL, state="published")
    kept = [step for step in model.body["steps"] if step["kind"] in KEPT]
    following = [[step["id"]] for step in kept[1:]] + [[]]
    steps = [{**step, "next": after} for step, after in zip(kept, following, strict=True)]
    body = {**model.body, "code": CODE, "steps": steps}
    payload = {
        "kind": "procedure", "code": CODE, "version": 1, "valid_from": SINCE.isoformat(), "basis": model.basis, "body": body,
    }  # fmt: skip
    return platform("core.publish_definition", CODE, payload), body


def _person(name: str) -> UUID:
    """A person with an identity; the number is of a form that the law gives to nobody (province 000)."""
    number = f"000{uuid.uuid5(NAMES, name).int % 10**9:09d}"
    payload = {
        "id": str(uuid.uuid5(NAMES, name)), "kind": "person", "valid_from": SINCE.isoformat(),
        "identity": {"name": f"Nguyễn Văn {name.title()}", "number": number, "phone": "0900000000"},
    }  # fmt: skip
    return platform("core.register_actor", f"person:{name}", payload)


def _roles() -> dict[str, UUID]:
    from sauro.core.models import Definition

    return dict(Definition.objects.filter(kind="role", state="published").values_list("code", "pk"))


def _grant(holder: UUID, role: UUID, scope: str) -> dict[str, Any]:
    return {"holder": str(holder), "role": str(role), "scope": scope, "purpose": "bench", "basis": "bench"}


def _holder(kind: str, type_: str, organisations: list[UUID]) -> tuple[UUID, UUID]:
    """Appoint a person to the position of this type, wherever in the commune it stands: (person, position)."""
    from sauro.core.models import Actor

    position = Actor.objects.filter(kind="position", type=type_, organisation__in=organisations).order_by(
        "code"
    )[0]
    person = _person(kind)
    payload = {"person": str(person), "valid_from": SINCE.isoformat()}
    platform("core.appoint", f"appoint:{position.code}", payload, subject=position.pk)
    return person, position.pk
