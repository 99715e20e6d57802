"""The demonstration's people hold the offices of one commune and of what is above it, and of nothing else."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from sauro.core.doorway import Ask, act
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Actor, Definition, Holding
from sauro.project import demonstration

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 1)


def police(area: str) -> UUID:
    """A police office of a province, which belongs to a ministry, with an officer's position."""
    made: list[UUID] = []
    for code, more in ((f"X{area}.CA", {"kind": "organisation", "level": "ministry", "area": area}),
                       (f"X{area}.CA/o", {"kind": "position", "type": "can-bo"})):  # fmt: skip
        payload: dict[str, Any] = {"id": new_id(), "code": code, "valid_from": DAY, **more}
        if made:
            payload["organisation"] = made[0]
        made.append(act(Ask("core.register_actor", PLATFORM, code, payload)).subject)
    role = Definition.objects.get(kind="role", code="case_officer", state="published").id
    right = {
        "holder": made[1],
        "role": role,
        "scope": "agency",
        "scope_id": made[0],
        "purpose": "p",
        "basis": "b",
    }
    act(Ask("core.grant", PLATFORM, f"g{area}", right))
    return made[1]


def test_offices_of_other_provinces_are_nobodys(settings: Any, tmp_path: Path) -> None:
    settings.SAURO_VAR = tmp_path
    here, there = police(demonstration.PROVINCE), police("01")
    demonstration.fill(lambda _said: None)
    held = set(Holding.objects.values_list("position", flat=True))
    assert here in held and there not in held
    places = Actor.objects.filter(id__in=Actor.objects.filter(id__in=held).values("organisation"))
    assert {place.area for place in places} <= {"", demonstration.COMMUNE, demonstration.PROVINCE}
    centre = {place.level for place in places if not place.area}
    assert centre <= {"central", "ministry"} and "ministry" in centre


@pytest.mark.parametrize(
    ("address", "said"), [("http://127.0.0.1:8124", "http://127.0.0.1:8124"), ("", "sauro up")]
)
def test_the_command_ends_with_what_to_do_next(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, address: str, said: str
) -> None:
    import argparse
    import contextlib

    from sauro.project import contents, start
    from sauro.project.cli import demo

    settings.SAURO_VAR, settings.DEMONSTRATION = tmp_path, True
    monkeypatch.setattr(demo, "installation", contextlib.nullcontext)
    monkeypatch.setattr(contents, "load_pack", lambda _folder: 0)
    settings.OWNER_DATABASE = None
    monkeypatch.setattr(start, "serving_at", lambda: address)
    assert demo.run(argparse.Namespace()) == 0
    *_before, last = capsys.readouterr().out.strip().splitlines()
    assert said in last
