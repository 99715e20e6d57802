"""One fault is a fault, two are faults: what the command line counts, in both languages."""

from pathlib import Path
from typing import Any

import pytest

from sauro.project.cli import pack

FAULT: dict[str, Any] = {"file": Path("a.yaml"), "line": 1, "message": "?"}


@pytest.mark.parametrize(
    ("language", "count", "said"), [("en", 1, "1 fault."), ("en", 2, "2 faults."), ("vi", 1, "1 lỗi.")]
)
def test_faults_are_counted_as_people_count(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: str, count: int, said: str
) -> None:
    monkeypatch.setenv("SAURO_LANGUAGE", language)
    pack._tell([FAULT] * count, json=False)
    assert said in capsys.readouterr().out.splitlines()
