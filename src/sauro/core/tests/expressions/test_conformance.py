"""The evaluator means what the conformance file says, line by line."""

from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from sauro.core.expressions import EvaluationFailed, ExpressionRefused, compile_expression

FILE = Path(__file__).with_name("conformance.yaml")


def lines():
    for group, entries in yaml.safe_load(FILE.read_text(encoding="utf-8")).items():
        for text, facts, expected in entries:
            yield pytest.param(text, facts, expected, id=f"{group}: {text[:60]}")


@pytest.mark.parametrize(("text", "facts", "expected"), list(lines()))
def test_line(text, facts, expected):
    if isinstance(expected, dict) and "refused" in expected:
        with pytest.raises(ExpressionRefused) as refused:
            compile_expression(text)
        assert refused.value.code == expected["refused"]
    elif isinstance(expected, dict) and "fails" in expected:
        with pytest.raises(EvaluationFailed) as failed:
            compile_expression(text).evaluate(facts)
        assert failed.value.code == expected["fails"]
    else:
        answer = compile_expression(text).evaluate(facts)
        wanted = timedelta(seconds=expected["seconds"]) if isinstance(expected, dict) else expected
        assert answer == wanted
        assert type(answer) is type(wanted)


def test_the_file_speaks_about_every_part_of_the_language():
    groups = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert set(groups) == {
        "literals", "arithmetic", "comparison", "logic", "text", "lists", "maps", "macros", "conversions", "time",
        "grammar", "profile",
    }  # fmt: skip
    assert sum(map(len, groups.values())) >= 150
