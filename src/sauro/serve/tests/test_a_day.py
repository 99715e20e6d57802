"""A day of the five real land procedures: five hundred filings through one file, then accepted together."""

import json
from pathlib import Path

import pytest

from bench.loading.forms import acceptable_answers
from sauro.core.doorway import Ask, Outcome, act, act_many
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.models import Commitment, Definition
from sauro.core.moment import now
from sauro.core.queries.visibility import Reader
from sauro.serve.models import Dossier
from sauro.serve.queries import catalogue
from sauro.serve.tests.conftest import COMMUNE, Town
from sauro.serve.transfer import import_filings, summary

LAND = ("1.012783", "1.012784", "1.012786", "1.012812", "1.013988")


@pytest.mark.django_db
def test_five_hundred_land_filings_of_one_day(town: Town, tmp_path: Path) -> None:
    for code in LAND:
        town.filing(code)
    role = Definition.objects.get(kind="role", code="assister", state="published")
    assister = next(iter(town.officers.values()))
    grant = {"holder": assister, "role": role.id, "scope": "all", "purpose": "assist", "basis": "test"}
    act(Ask("core.grant", PLATFORM, "assist", grant))
    today = local_day(now())
    rows = []
    for code in LAND:
        found = catalogue.by_code(code, today)
        assert found is not None
        answers = acceptable_answers(found, today)
        rows += [
            {"key": f"{code}/{number}", "procedure": code, "area": COMMUNE, "answers": answers,
             "identity": {"name": f"Trần Thị Hoa {number}"}}
            for number in range(100)
        ]  # fmt: skip
    path = tmp_path / "day.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    results = list(import_filings(Reader(assister), path))
    assert summary(results) == {"filed": 500}, {r.reason for r in results}

    asks = []
    for row in Dossier.objects.filter(assister=assister):
        office = row.plan["positions"][row.step]
        town_office = next(position for position in town.officers if str(position) == office)
        asks.append(
            Ask("serve.accept_dossier", town.officers[town_office], f"a{row.id}", {}, row.id, town_office)
        )
    done = act_many(asks)
    assert all(isinstance(each, Outcome) for each in done), {repr(each) for each in done}
    codes = set(Dossier.objects.filter(assister=assister).values_list("code", flat=True))
    assert len(codes) == 500 and None not in codes
    promised = Commitment.objects.filter(id__in=[ask.subject for ask in asks])
    assert promised.filter(due__isnull=False, state="assigned").count() == 500
