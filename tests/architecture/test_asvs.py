"""docs/reference/asvs.csv: every line of OWASP ASVS 5.0.0 level 1, and every test it names is there."""

import csv
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "reference" / "asvs.csv"
LEVEL_1 = re.findall(
    r"\S+",
    """
1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.5.1 2.1.1 2.2.1 2.2.2 2.3.1 3.2.1 3.2.2 3.3.1 3.4.1 3.4.2 3.5.1 3.5.2 3.5.3
4.1.1 4.4.1 5.2.1 5.2.2 5.3.1 5.3.2 6.1.1 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1 6.4.2
7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2 8.1.1 8.2.1 8.2.2 8.3.1 9.1.1 9.1.2 9.1.3 9.2.1 10.4.1 10.4.2 10.4.3 10.4.4 10.4.5
11.3.1 11.3.2 11.4.1 12.1.1 12.2.1 12.2.2 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1
""",
)
STATES = ("met", "not applicable", "not met")


def lines() -> list[dict[str, str]]:
    """The table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_level_1_stands_there_whole_and_once() -> None:
    first = [line["requirement"] for line in lines() if line["level"] == "1"]
    assert sorted(first) == sorted(LEVEL_1) and len(LEVEL_1) == 70
    every = [line["requirement"] for line in lines()]
    assert len(every) == len(set(every)) > 70, "level 2 is begun"


@pytest.mark.parametrize("line", lines(), ids=lambda line: line["requirement"])
def test_a_line_says_how_and_names_a_test_that_is_there(line: dict[str, str]) -> None:
    assert line["state"] in STATES and line["level"] in ("1", "2") and len(line["how"]) > 3
    file, _, name = line["test"].partition("::")
    if line["state"] == "met":
        assert name, "what is met has a test"
    if name:
        assert re.search(rf"^def {name}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE), line[
            "test"
        ]


def test_no_weak_digest_is_used() -> None:
    weak = re.compile(r"\b(md5|sha1|SHA1|MD5|TripleDES|ARC4|ECB)\b(?!PasswordHasher)")
    for file in (ROOT / "src" / "sauro").rglob("*.py"):
        if "tests" not in file.parts and file.name != "testing.py":
            assert not weak.search(file.read_text(encoding="utf-8")), file
