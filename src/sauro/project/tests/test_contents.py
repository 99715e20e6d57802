"""What an installation is filled with."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from sauro.packs import VN
from sauro.project import contents, demonstration, schema
from sauro.project.cli.command import Exit, Stop
from sauro.project.settings.database import OWNER


@pytest.mark.django_db
def test_what_a_pack_filled_is_counted_before_anybody_acts(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    settings.SAURO_VAR = tmp_path
    monkeypatch.setattr(contents, "load_pack", lambda _folder: done.append("load"))
    monkeypatch.setattr(schema, "count_what_was_loaded", lambda: done.append("count"))
    monkeypatch.setattr(demonstration, "fill", lambda _say: done.append("people"))
    contents.fill(lambda _said: None)
    assert done == ["load", "count", "people"]
    contents.fill(lambda _said: None)
    assert done[3:] == ["people"], "nothing new was loaded"


@pytest.mark.django_db(transaction=True)
def test_the_owner_counts(settings: Any) -> None:
    if settings.OWNER_DATABASE is None:
        pytest.skip("an own PostgreSQL without an owner's address")
    schema.count_what_was_loaded()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() != (OWNER,)
        cursor.execute("SELECT count(*) FROM pg_stats WHERE tablename = 'core_definition'")
        assert cursor.fetchone()[0] > 0


@pytest.mark.django_db
def test_a_changed_definition_stops_the_command_with_file_and_line(tmp_path: Path) -> None:
    copy = Path(shutil.copytree(VN, tmp_path / "vn"))
    rules = copy / "retention.yaml"
    text = rules.read_text()
    assert "permanent: true" in text
    rules.write_text(text.replace("permanent: true", "years: 10", 1))
    with pytest.raises(Stop, match=r"retention\.yaml:\d+: retention .* version: 2") as stopped:
        contents.load_pack(copy)
    assert stopped.value.code == Exit.REFUSED
