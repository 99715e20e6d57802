"""A published version never changes: a pack that says otherwise is refused with file and line, before anything is done."""

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from sauro.core.doorway import Ask, act_many
from sauro.core.doorway.batch import Result
from sauro.core.models import Definition, Event
from sauro.packs import VN
from sauro.packs.check import check
from sauro.packs.load import PackRefused, load
from sauro.packs.pack import read

pytestmark = pytest.mark.django_db
BIRTH, ROLES = "procedures/1.001193.yaml", "roles.yaml"
OLD, NEW = "purpose: {vi: Nộp và theo dõi hồ sơ của chính mình,", "purpose: {vi: Nộp hồ sơ của chính mình,"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(VN, tmp_path / "vn"))


def change(file: Path, old: str, new: str) -> int:
    """Put other words into a file; returns the line on which they stand."""
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def test_the_same_pack_is_loaded_again_without_an_act() -> None:
    assert load(read(VN), provinces={"75"}) == 0


def test_what_stands_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counted(asks: Sequence[Ask]) -> list[Result]:
        asked.extend(ask.key for ask in asks)
        return act_many(asks)

    monkeypatch.setattr("sauro.packs.load.act_many", counted)
    load(read(VN), provinces={"75"})
    assert asked == [], "whoever changed one file would wait for the whole pack"


def test_a_changed_procedure_is_refused_with_file_and_line(copy: Path) -> None:
    change(copy / BIRTH, "Giấy chứng sinh chụp mờ", "Giấy chứng sinh bị mờ")
    line = change(copy / BIRTH, "version: 1", "version: 1")
    before = Event.objects.count()
    with pytest.raises(
        PackRefused, match=rf"^{BIRTH}:{line}: procedure 1\.001193 .* version 1 .* version: 2"
    ):
        load(read(copy), provinces={"75"})
    assert Event.objects.count() == before


def test_a_changed_role_is_refused_and_loaded_as_another_version(copy: Path) -> None:
    change(copy / ROLES, OLD, NEW)
    with pytest.raises(PackRefused, match=rf"^{ROLES}:3: role citizen .* version: 2"):
        load(read(copy), provinces={"75"})
    change(
        copy / ROLES, "  - code: citizen\n", "  - code: citizen\n    version: 2\n    valid_from: 2026-11-22\n"
    )
    assert check(copy) == []
    load(read(copy), provinces={"75"})
    versions = Definition.objects.filter(kind="role", code="citizen").order_by("version")
    assert [(row.version, row.state, row.valid_from) for row in versions][1] == (
        2,
        "published",
        date(2026, 11, 22),
    )
    assert versions[0].state == "superseded" and "version" not in versions[1].body
