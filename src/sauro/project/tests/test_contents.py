"""What an installation is filled with."""

import shutil
from pathlib import Path

import pytest

from sauro.packs import VN
from sauro.project import contents
from sauro.project.cli.command import Exit, Stop


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
