"""A secretary with a list in hand."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sauro.core.queries.visibility import Reader
from sauro.core.vault import keyring
from sauro.steer import imports, lists, sheets
from sauro.steer.imports import Verdict
from sauro.steer.models import TaskList
from sauro.steer.rules import columns
from sauro.steer.tests.conftest import State
from sauro.steer.tests.lists.sample import workbook


@dataclass
class Desk:
    """Somebody in an office, who brings lists."""

    state: State
    who: str = "secretary"

    @property
    def reader(self) -> Reader:
        return Reader(self.state.persons[self.who], self.state.offices[self.who])

    def bring(self, rows: Sequence[Sequence[Any]] | bytes, **reading: Any) -> tuple[TaskList, dict[str, Any]]:
        """Read a file, its columns as they are guessed."""
        body = rows if isinstance(rows, bytes) else workbook(rows)
        found = sheets.read(body)
        at = columns.header_row(found[0].rows)
        assert at is not None
        content = {
            "name": "danh muc.xlsx", "sheets": [sheet._asdict() for sheet in found], "sheet": 0,
            "reading": {"header": at, "columns": columns.guess(found[0].rows[at]), "instrument": None, "verifier": None, "doubles": False, **reading},
        }  # fmt: skip
        list_ = lists.begin(self.reader.person, self.state.offices[self.who], self.state.organisations[self.who], hashlib.sha256(body).hexdigest(), content)  # fmt: skip
        return list_, content

    def check(self, rows: Sequence[Sequence[Any]] | bytes, **reading: Any) -> list[Verdict]:
        return imports.check(self.reader, *self.bring(rows, **reading))

    def bring_in(self, rows: Sequence[Sequence[Any]] | bytes, *, assign: bool = False, **reading: Any) -> tuple[TaskList, list[Verdict]]:  # fmt: skip
        list_, content = self.bring(rows, **reading)
        return list_, imports.perform(self.reader, list_, content, assign=assign)


@pytest.fixture
def desk(state: State, settings: Any, tmp_path: Path) -> Desk:
    settings.SAURO_FILES, settings.SAURO_KEYS = tmp_path / "files", tmp_path / "keys"
    assert keyring.current()
    return Desk(state)
