"""Claims of a pack: the articles' figures without exception; a changed file adds and withdraws, and edits nothing."""

import csv
import shutil
from collections import Counter
from pathlib import Path

import pytest

from sauro.core.models import Event, Observation, Record
from sauro.core.refusal import Refusal
from sauro.core.rules.definitions import faults
from sauro.packs import VN, vocabulary
from sauro.packs.check import check
from sauro.packs.ids import id_of, indicator_id
from sauro.packs.load import load
from sauro.packs.pack import Pack, read

# What the issue lists, as the two founding articles and the report print it: indicator, place, period, value, bound.
PRINTED = """
nq57_tasks 2025 1298 is
procedures P01 2025 2146 is
online_rate P01 2025-07-01 23.45 is
online_rate P01 2025-11-12 99 is
essential_services_online 2025 56 is
essential_services 2025 76 is
regulations_simplified 2025 3241 is
regulations_total 2025 15801 is
regulations_simplified_rate 2025 20.56 is
telecom_rank 2025 67 is
internet_speed_rank 2025 18 is
egdi_rank 2025 71 is
information_security_rank 2025 17 is
hdi 2025 0.766 is
hdi_rank 2025 93 is
hdi_countries 2025 193 is
innovation_rank 2025 44 is
innovation_countries 2025 139 is
digital_economy_growth 2025 8.6 is
digital_economy_growth 2025 20 over
ict_revenue_growth 2025 26 is
startups 2025 4000 about
unicorns 2025 2 is
it_workforce 2025 500000 about
it_workforce 2030 2000000 about
cybersecurity_shortage 2028 700000 over
data_centres 2025-11 39 is
large_data_centres_building 2025-11 1 is
large_data_centres_power 2025-11 140 at_most
databases_connected P22 2025 15 is
procedures_online_rate P22 2025 100 is
services_full P04 2025 639 is
services_partial P04 2025 1136 is
digital_economy_rank 2025 41 is
digital_economy_size 2025 39 about
firms 2025 940000 over
small_firms_rate 2025 98 about
semiconductor_workforce 2030 50000 about
semiconductor_workforce 2030 50000 at_least
tasks_assigned 2017 21914 is
tasks_done 2017 16051 is
tasks_done_in_time 2017 14068 is
tasks_done_late 2017 1983 is
tasks_open 2017 5863 is
tasks_open_in_time 2017 5640 is
tasks_overdue 2017 223 is
tasks_completion_rate 2017 98.62 is
tasks_overdue_rate 2017 1.38 is
"""


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read(VN)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(VN, tmp_path / "vn"))


def test_every_figure_of_the_articles_is_claimed(pack: Pack) -> None:
    said = {" ".join(filter(None, (c.indicator, c.place, c.period, c.value, c.bound))) for c in pack.claims}
    assert [line for line in PRINTED.split("\n") if line and line not in said] == []


def test_figures_of_the_articles_are_marked_as_such(pack: Pack) -> None:
    articles = {"article-anniversary", "article-nhandan"}
    assert {c.verified for c in pack.claims if c.source in articles} == {"S"}
    assert {c.source for c in pack.claims} >= articles | {
        "report-1270",
        "laodong-regulations",
        "decision-1017",
    }
    assert ("71-NQ/TW", "Government") in {(c.number, c.issuer) for c in pack.citations}


def test_what_is_not_known_of_custodians_and_plausibility_is_ours(pack: Pack) -> None:
    limits = [item.plausible for item in pack.indicators.indicators if item.plausible]
    assert limits and {(each.source, each.verified) for each in limits} == {("ours", "I")}


def test_the_targets_of_2030_stand_with_how_well_they_were_read(pack: Pack) -> None:
    targets = {
        (item.code, t.period): (t.value, t.bound, t.verified) for item in pack.indicators.indicators for t in item.targets
    }  # fmt: skip
    assert targets["digital_economy_share", "2030"] == ("30", "at_least", "V")
    assert targets["digital_economy_share", "2045"] == ("50", "at_least", "G")
    assert targets["online_use", "2030"] == ("80", "over", "V")
    assert targets["egdi_rank", "2030"] == ("50", "at_most", "V")
    assert targets["researchers_per_10000", "2030"] == ("12", "at_least", "V")
    assert targets["cashless_rate", "2030"] == ("80", "at_least", "G")
    assert Counter(verified for _value, _bound, verified in targets.values())["V"] >= 11


def test_every_indicator_may_be_published(pack: Pack) -> None:
    bodies = [each.body for each in pack.definitions() if each.kind == "indicator"]
    assert [fault for body in bodies for fault in faults("indicator", body)] == []
    assert len({body["id"] for body in bodies}) == len(bodies)
    assert indicator_id("hdi") == indicator_id("hdi") != id_of("hdi")


@pytest.mark.django_db
def test_an_indicator_whose_formula_names_no_evaluator_is_not_published() -> None:
    from sauro.core.doorway import Ask, act
    from sauro.core.doorway.genesis import PLATFORM

    body = {"code": "luck", "formula": {"parts": ["a"], "whole": ["b"]}}
    payload = {"kind": "indicator", "code": "luck", "version": 1, "valid_from": "2026-01-01", "basis": "", "body": body}  # fmt: skip
    with pytest.raises(Refusal) as caught:
        act(Ask("core.publish_definition", PLATFORM, "luck", payload))
    assert (caught.value.code, caught.value.rule) == ("rule_unproven", "I11")


def rewrite(file: Path, change: dict[str, str] | None, **where: str) -> None:
    """Change the cells of the rows that match, or take these rows out."""
    with file.open(encoding="utf-8", newline="") as read_:
        rows = list(csv.DictReader(read_))
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            fits = all(row[name] == value for name, value in where.items())
            if not fits:
                writer.writerow(row)
            elif change is not None:
                writer.writerow(row | change)


@pytest.mark.django_db
def test_a_changed_claim_is_another_claim_and_the_old_one_is_withdrawn(copy: Path) -> None:
    old = Observation.objects.get(indicator=indicator_id("hdi"))
    rewrite(copy / "claims.csv", {"value": "0.769"}, indicator="hdi")
    assert check(copy) == []
    assert load(read(copy), provinces={"75"}) == 2
    rows = Observation.objects.filter(indicator=indicator_id("hdi")).order_by("observed_at")
    assert [(str(row.value), row.withdrawn_at is not None) for row in rows] == [
        ("0.766000", True),
        ("0.769000", False),
    ]
    assert rows[0].id == old.id and rows[0].value == old.value
    # And back again: the claim is made anew, since a withdrawn one stays so.
    assert load(read(VN), provinces={"75"}) == 2
    assert [row.withdrawn_at is not None for row in rows.all()] == [True, True, False]
    assert load(read(VN), provinces={"75"}) == 0


@pytest.mark.django_db
def test_a_claim_that_is_gone_is_withdrawn_and_others_are_left_alone(copy: Path) -> None:
    events = Event.objects.count()
    rewrite(copy / "claims.csv", None, indicator="unicorns")
    assert load(read(copy), provinces={"75"}) == 1
    assert Event.objects.count() == events + 1
    assert Observation.objects.get(indicator=indicator_id("unicorns")).withdrawn_at is not None
    assert Observation.objects.filter(withdrawn_at__isnull=False).count() == 1


@pytest.mark.django_db
def test_how_well_a_claim_was_read_is_no_part_of_it(copy: Path) -> None:
    rewrite(copy / "claims.csv", {"verified": "no"}, indicator="hdi")
    assert load(read(copy), provinces={"75"}) == 0


@pytest.mark.django_db
def test_a_citation_that_is_gone_is_corrected_and_may_come_back(copy: Path) -> None:
    rewrite(copy / "citations.csv", None, number="71-NQ/TW")
    assert load(read(copy), provinces={"75"}) == 1
    cited = Record.objects.get(register="citations", body__number="71-NQ/TW")
    assert Record.objects.get(corrects=cited.id).body == {"withdrawn": True}
    assert load(read(copy), provinces={"75"}) == 0
    assert load(read(VN), provinces={"75"}) == 1
    assert Record.objects.filter(register="citations", body__number="71-NQ/TW").count() == 2
    assert load(read(VN), provinces={"75"}) == 0


def test_measures_are_words_of_the_vocabulary(pack: Pack) -> None:
    used = {item.measure for item in pack.indicators.indicators if item.measure}
    assert {"received", "online", "done_in_time", "done_late"} <= used <= vocabulary.MEASURES
