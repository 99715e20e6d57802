"""One word for one thing: every identifier of the glossary exists, and no word stands for two things."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = ROOT / "docs" / "reference" / "glossary.md"
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| `(\w+)` \| ([^|]+) \|$", re.MULTILINE)


def rows():
    return ROW.findall(GLOSSARY.read_text())


def words_of_the_code():
    source = [
        path.read_text()
        for suffix in ("*.py", "*.yaml")
        for path in (ROOT / "src" / "sauro").rglob(suffix)
        if "tests" not in path.parts
    ]
    return set(re.findall(r"\w+", "\n".join(source)))


def test_every_line_of_a_table_is_read():
    lines = [line for line in GLOSSARY.read_text().splitlines() if line.startswith("|")]
    heads = [line for line in lines if line.startswith(("| Tiếng Việt", "|---"))]
    assert len(rows()) == len(lines) - len(heads) > 50


def test_every_identifier_exists():
    known = words_of_the_code()
    assert [identifier for _vi, _en, identifier, _what in rows() if identifier not in known] == []


def test_no_word_stands_for_two_things():
    for column in range(3):
        words = [row[column].strip() for row in rows()]
        assert sorted({word for word in words if words.count(word) > 1}) == []
