"""Every library of the product stands in the decision on libraries, with its licence and a reason."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DECISION = ROOT / "docs" / "decisions" / "0002-libraries.md"
ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def test_the_decision_names_what_is_required_and_nothing_else():
    lines = (ROOT / "requirements" / "base.in").read_text().splitlines()
    required = {re.split(r"[\[~=<>!; ]", line)[0] for line in lines if line and line[0] not in "#-"}
    assert {name for name, _licence, _why in ROW.findall(DECISION.read_text())} == required
