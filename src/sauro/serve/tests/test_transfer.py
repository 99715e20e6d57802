"""A day's 500 filings come in by one file: each once, whatever is wrong with some lines."""

import json
from pathlib import Path

import pytest
from django.utils import translation

from sauro.core.doorway import Ask, act
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.models import Definition
from sauro.core.queries.visibility import Reader
from sauro.serve.models import Dossier
from sauro.serve.tests.conftest import BIRTH, COMMUNE, Town
from sauro.serve.transfer import export_dossiers, import_filings, summary

pytestmark = pytest.mark.django_db


@pytest.fixture
def assister(town: Town) -> Reader:
    town.filing()
    role = Definition.objects.get(kind="role", code="assister", state="published")
    person = next(iter(town.officers.values()))
    grant = {"holder": person, "role": role.id, "scope": "all", "purpose": "assist", "basis": "test"}
    act(Ask("core.grant", PLATFORM, "assist", grant))
    return Reader(person)


def line(key: str, **changed: object) -> str:
    row = {
        "key": key,
        "procedure": "1.001193",
        "area": COMMUNE,
        "identity": {"name": "Trần Thị Hoa"},
        "answers": BIRTH,
    }
    return json.dumps({**row, **changed}, ensure_ascii=False)


def test_five_hundred_filings_in_one_file(assister: Reader, tmp_path: Path) -> None:
    path = tmp_path / "day.jsonl"
    wrong = [
        line("bad-area", area="00000"),
        "{not json",
        line("bad-form", answers={**BIRTH, "child_birth_date": "2099-01-01"}),
    ]
    path.write_text("\n".join([*(line(f"n{number}") for number in range(500)), *wrong]), encoding="utf-8")
    results = list(import_filings(assister, path))
    assert summary(results) == {"filed": 500, "refused": 3}
    assert {result.line for result in results if result.outcome == "refused"} == {501, 502, 503}
    assert Dossier.objects.filter(assister=assister.person).count() == 500
    assert summary(import_filings(assister, path))["repeated"] == 500
    assert Dossier.objects.filter(assister=assister.person).count() == 500


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("{not json", "không phải"),
        ("{}", "Thiếu trường “key”"),
        (line("a", colour="red"), "Không có trường “colour”"),
        (line("a", area=7), "“area”"),
        ("7" * 1_000_001, "1000000"),
    ],
)
def test_a_line_that_cannot_be_read_is_told_in_vietnamese(
    assister: Reader, tmp_path: Path, wrong: str, said: str
) -> None:
    path = tmp_path / "day.jsonl"
    path.write_text(wrong, encoding="utf-8")
    with translation.override("vi"):
        (result, *_rest) = import_filings(assister, path)
    assert result.outcome == "refused" and said in result.reason, result.reason
    assert "Expected" not in result.reason and "Object" not in result.reason


def test_a_dry_run_files_nothing(assister: Reader, tmp_path: Path) -> None:
    path = tmp_path / "day.jsonl"
    path.write_text(line("n1"), encoding="utf-8")
    assert summary(import_filings(assister, path, dry_run=True)) == {"checked": 1}
    assert not Dossier.objects.exists()


def test_an_export_holds_nothing_personal(assister: Reader, tmp_path: Path) -> None:
    path, out = tmp_path / "day.jsonl", tmp_path / "out.csv"
    path.write_text(line("n1"), encoding="utf-8")
    list(import_filings(assister, path))
    assert export_dossiers(out) == 1
    assert "Hoa" not in out.read_text(encoding="utf-8-sig") and "1.001193" in out.read_text(
        encoding="utf-8-sig"
    )


def test_drafts_left_behind_are_thrown_away(town: Town) -> None:
    from datetime import timedelta

    from sauro.core.models import UnitKey
    from sauro.serve import drafts
    from sauro.serve.models import Draft

    old, young = (drafts.begin(town.citizen, town.procedure("1.001193").id) for _ in range(2))
    Draft.objects.filter(pk=old.id).update(changed=old.changed - drafts.KEPT_FOR - timedelta(days=1))
    assert drafts.discard_old() == 1
    assert set(UnitKey.objects.filter(unit__in=[old.id, young.id]).values_list("unit", flat=True)) == {
        young.id
    }
