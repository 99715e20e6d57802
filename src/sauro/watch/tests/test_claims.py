"""The claims of the two founding articles: what the platform finds about them by itself, and who may rule on it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.utils.translation import override

from sauro.core.doorway import Ask, Outcome, act, act_many
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.journal import consumers
from sauro.core.journal.consumers import SealedEvent
from sauro.core.journal.sealer import seal_once
from sauro.core.models import Actor, Conflict, Event, Observation, Record, Refused
from sauro.core.refusal import Refusal
from sauro.packs.ids import id_of, indicator_id
from sauro.watch import claims, reactions
from sauro.watch.queries import indicators

pytestmark = pytest.mark.django_db
# What the articles' claims are found to say, and nothing else: indicator (or number cited), kind, rule.
EXPECTED = {
    ("digital_economy_growth", "conflict", "two_claims"),
    ("71-NQ/TW", "conflict", "citation"),
    ("regulations_simplified_rate", "conflict", "formula"),
    ("tasks_completion_rate", "doubt", "formula"),
    ("tasks_overdue_rate", "doubt", "formula"),
    ("it_workforce", "doubt", "growth"),
    ("cybersecurity_shortage", "doubt", "share"),
}


@dataclass
class Seats:
    """Offices by a short name, and who holds them."""

    offices: dict[str, UUID] = field(default_factory=dict)
    persons: dict[str, UUID] = field(default_factory=dict)

    def seat(self, name: str, organisation: str, type_: str) -> None:
        """Somebody new takes the office of a type in an organisation."""
        office = Actor.objects.get(kind="position", organisation=id_of(organisation), type=type_)
        person, day = new_id(), date(2026, 1, 1)
        act(
            Ask(
                "core.register_actor",
                PLATFORM,
                f"p{person}",
                {"id": person, "kind": "person", "valid_from": day},
            )
        )
        act(Ask("core.appoint", PLATFORM, f"a{person}", {"person": person, "valid_from": day}, office.id))
        self.offices[name], self.persons[name] = office.id, person


@pytest.fixture
def seats(db: None) -> Seats:
    made = Seats()
    for name, organisation, type_ in (
        ("ministry", "VN.BKHCN", "bo-truong"), ("other", "VN.BTP", "bo-truong"), ("province", "P75", "chu-tich-tinh"),
    ):  # fmt: skip
        made.seat(name, organisation, type_)
    return made


def journal(names: Sequence[str] = tuple(claims.NAMES)) -> list[SealedEvent]:
    rows = Event.objects.filter(name__in=names).order_by("recorded", "id")
    return [
        SealedEvent(
            at, row.id, row.name, row.person, row.position, row.subject, row.recorded, bytes(row.body)
        )
        for at, row in enumerate(rows)
    ]


def told() -> set[tuple[str, str, str]]:
    codes = {each.id: each.code for each in indicators.indicators()}
    return {
        (codes[row.indicator] if row.indicator else row.said["number"], row.kind, row.rule)
        for row in Conflict.objects.all()
    }


def observe(indicator: str, value: str, period: str = "2025", source: str = "made-up", **more: Any) -> UUID:
    payload = {
        "indicator": indicator_id(indicator), "period": period, "value": value, "kind": "claimed", "source": source,
        **more,
    }  # fmt: skip
    return UUID(act(Ask("core.observe", PLATFORM, str(new_id()), payload)).answer["observation"])


def cite(number: str, issuer: str) -> None:
    body = {"number": number, "issuer": issuer, "source": "made-up"}
    payload = {
        "register": "citations", "code": f"made-up:{number}", "valid_from": date(2026, 1, 1), "body": body,
        "retention": "permanent-register", "steward": id_of("VN.BTP"),
    }  # fmt: skip
    act(Ask("core.register_record", PLATFORM, str(new_id()), payload))


def test_the_articles_own_findings_are_exactly_these() -> None:
    claims.find(journal())
    assert told() == EXPECTED
    assert Conflict.objects.count() == len(EXPECTED)
    assert all(row.custodian and list(row.claims) == sorted(row.claims) for row in Conflict.objects.all())


def test_read_again_or_in_any_pieces_nothing_is_found_twice() -> None:
    events = journal()
    for at in range(0, len(events), 7):
        claims.find(events[at : at + 7])
    claims.find(events)
    assert told() == EXPECTED and Conflict.objects.count() == len(EXPECTED)
    assert not Refused.objects.filter(action="core.raise_finding").exists()
    before = Event.objects.count()
    claims.find(events)
    assert Event.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_the_consumer_reads_the_sealed_journal_once() -> None:
    assert claims.CONSUMER in reactions.CONSUMERS
    connection.ensure_connection()
    while seal_once(connection.connection):
        pass
    for _again in range(2):
        consumers.drain(claims.CONSUMER)
    assert told() == EXPECTED and Conflict.objects.count() == len(EXPECTED)
    assert consumers.lag(claims.CONSUMER.name) == 0


def test_the_next_such_cases_are_found_and_what_is_consistent_is_not() -> None:
    """Three conflicts and two doubts of other claims, made up here; and ten that fit."""
    claims.find(journal())
    before = set(Conflict.objects.values_list("id", flat=True))
    events = {event.id for event in journal()}
    wrong = [
        # Conflicts: two claims; a rate against parts of others; a number the National Assembly does not use.
        observe("ict_revenue_growth", "19", decimals=0),
        observe("procedures_online_rate", "91.5", place=id_of("P75"), decimals=1),
        observe("procedures", "2000", place=id_of("P75"), source="another"),
        observe("procedures_online", "1900", place=id_of("P75"), source="a third"),
        # Doubts: firms that double in a year; a share of the workforce.
        observe("firms", "960000", bound="about"), observe("firms", "1900000", "2026"),
        observe("semiconductor_workforce", "400000", "2031", bound="over"),
    ]  # fmt: skip
    cite("88-NQ/TW", "Quốc hội")
    right = [
        observe("hdi", "0.77", decimals=2), observe("startups", "4100"), observe("egdi_rank", "70", "2026"),
        observe("digital_economy_growth", "9", "2026", decimals=0), observe("online_rate", "99.2", "2025-11-12", place=id_of("P01"), decimals=1),
        observe("procedures_online_rate", "95", place=id_of("P01"), period="2026", decimals=0),
        observe("procedures", "2000", place=id_of("P01"), period="2026", source="b"),
        observe("procedures_online", "1900", place=id_of("P01"), period="2026"),
        observe("firms", "900000", bound="at_least"), observe("unicorns", "2"),
    ]  # fmt: skip
    cite("99/2026/NĐ-CP", "Chính phủ")
    claims.find([event for event in journal() if event.id not in events])
    rows = [row for row in Conflict.objects.all() if row.id not in before]
    names = {
        ("ict_revenue_growth", "conflict", "two_claims"), ("procedures_online_rate", "conflict", "formula"),
        ("88-NQ/TW", "conflict", "citation"), ("firms", "doubt", "growth"), ("semiconductor_workforce", "doubt", "share"),
    }  # fmt: skip
    assert told() - EXPECTED == names and len(rows) == 5, rows
    concerned = {claim for row in rows for claim in row.claims}
    assert set(wrong) <= concerned and not set(right) & concerned


def test_measured_values_are_many_and_are_no_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands go in one batch; none of them is held against another, or against a claim."""
    payload = {"indicator": indicator_id("hdi"), "period": "2025", "kind": "measured", "source": "us", "leaf_index": 5, "method": 1}  # fmt: skip
    asks = [Ask("core.observe", PLATFORM, f"m{at}", {**payload, "value": str(at)}) for at in range(300)]
    monkeypatch.setattr("sauro.core.doorway.batch.act", None)  # an act alone would fail
    assert all(isinstance(result, Outcome) for result in act_many(asks))
    assert Observation.objects.filter(kind="measured", method=1, indicator=indicator_id("hdi")).count() == 300
    assert not Conflict.objects.filter(indicator=indicator_id("hdi")).exists()


def test_claims_in_one_batch_see_each_other() -> None:
    asks = [
        Ask("core.observe", PLATFORM, f"c{value}", {"indicator": indicator_id("firms"), "period": "2031", "value": value, "kind": "claimed", "source": value})
        for value in ("5", "6")
    ]  # fmt: skip
    results = act_many(asks)
    assert [len(each.answer["conflicts"]) for each in results if isinstance(each, Outcome)] == [0, 1]


def finding(rule: str) -> Conflict:
    claims.find(journal())
    return Conflict.objects.get(rule=rule, state="open")


def ruled(seats: Seats, who: str, row: Conflict, ruling: str, upheld: UUID | None = None, reason: str = "Số liệu gốc") -> Refusal | None:  # fmt: skip
    payload = {"ruling": ruling, "upheld": upheld, "reason": reason}
    try:
        act(
            Ask(
                "core.rule_on_conflict",
                seats.persons[who],
                str(new_id()),
                payload,
                row.id,
                seats.offices[who],
            )
        )
    except Refusal as refusal:
        return refusal
    return None


def test_only_the_custodian_rules_and_with_a_reason(seats: Seats) -> None:
    row = finding("two_claims")
    seats.seat("government", "VN.CP", "thu-tuong")
    seats.seat("deputy", "VN.BKHCN", "thu-truong")
    refusals = {who: ruled(seats, who, row, "upheld", row.claims[0]) for who in ("other", "government", "deputy", "province")}  # fmt: skip
    codes = {who: refusal and refusal.code for who, refusal in refusals.items()}
    # The Government's grant reaches down to the ministry, and still it is not the one that keeps the number.
    assert codes == {"other": "no_grant", "government": "not_custodian", "deputy": "no_grant", "province": "no_grant"}  # fmt: skip
    for ruling, upheld, reason, code in (
        ("upheld", new_id(), "x", "not_a_party"), ("upheld", None, "x", "not_a_party"),
        ("upheld", row.claims[0], " ", "no_reason"), ("explained", None, "x", "unknown_ruling"),
    ):  # fmt: skip
        refusal = ruled(seats, "ministry", row, ruling, upheld, reason)
        assert refusal is not None and refusal.code == code and refusal.rule == "I6"
    assert ruled(seats, "ministry", row, "upheld", row.claims[1]) is None
    row.refresh_from_db()
    assert (row.state, row.ruling, row.upheld, row.reason) == (
        "ruled",
        "upheld",
        row.claims[1],
        "Số liệu gốc",
    )
    again = ruled(seats, "ministry", row, "upheld", row.claims[0])
    assert again is not None and again.code == "already_ruled"
    standing = {each.id: each.standing for each in indicators.observations([indicator_id("digital_economy_growth")])}  # fmt: skip
    assert standing == {row.claims[0]: "overruled", row.claims[1]: "upheld"}


def test_the_platform_does_not_rule(seats: Seats) -> None:
    row = finding("growth")
    ask = Ask("core.rule_on_conflict", PLATFORM, "p", {"ruling": "explained", "reason": "x"}, row.id)
    with pytest.raises(Refusal) as caught:
        act(ask)
    assert caught.value.code == "no_grant"


@pytest.mark.parametrize("ruling", ["explained", "corrected", "stands"])
def test_a_doubt_is_explained_corrected_or_stands(seats: Seats, ruling: str) -> None:
    row = finding("growth")
    refusal = ruled(seats, "ministry", row, "upheld", row.claims[0])
    assert refusal is not None and refusal.code == "unknown_ruling"
    assert ruled(seats, "ministry", row, ruling) is None
    assert Conflict.objects.get(pk=row.id).ruling == ruling
    assert [each.ruling for each in indicators.conflicts("ruled")] == [ruling]


def test_a_merged_custodian_is_ruled_for_by_its_successor(seats: Seats) -> None:
    row = finding("growth")
    successor = Actor.objects.get(code="VN.BTP")
    Actor.objects.filter(code="VN.BKHCN").update(current=successor.id)
    assert ruled(seats, "other", row, "explained") is None


def test_a_withdrawn_claim_settles_what_was_found_about_it() -> None:
    row = finding("share")
    claim = Observation.objects.get(indicator=indicator_id("cybersecurity_shortage"))
    ask = Ask("core.withdraw_claim", PLATFORM, "w", {"reason": "The newspaper corrected it."}, claim.id)
    assert act(ask).answer["findings"] == [str(row.id)]
    row.refresh_from_db()
    assert (row.state, row.ruling) == ("ruled", "withdrawn")
    (seen,) = indicators.observations([indicator_id("cybersecurity_shortage")])
    assert seen.standing == "withdrawn"
    with pytest.raises(Refusal) as caught:
        act(Ask("core.withdraw_claim", PLATFORM, "w2", {"reason": "again"}, claim.id))
    assert caught.value.code == "already_withdrawn"
    # What is claimed later is not held against it.
    later = observe("cybersecurity_shortage", "650000", "2028", bound="under")
    observe("cybersecurity_shortage", "640000", "2028", bound="over")
    claims.find([event for event in journal() if event.subject and event.subject >= later])
    assert Conflict.objects.filter(rule="share", state="open").count() == 1
    assert not Conflict.objects.filter(rule="two_claims", indicator=indicator_id("cybersecurity_shortage")).exists()  # fmt: skip


def test_a_finding_is_raised_once_and_is_complete() -> None:
    payload: dict[str, Any] = {"kind": "doubt", "rule": "made_up", "claims": [new_id(), new_id()], "said": {}}
    act(Ask("core.raise_finding", PLATFORM, "1", payload))
    for change, code in (
        ({"claims": payload["claims"][::-1]}, "already_raised"), ({"kind": "rumour"}, "incomplete"),
        ({"claims": []}, "incomplete"), ({"rule": ""}, "incomplete"),
    ):  # fmt: skip
        with pytest.raises(Refusal) as caught:
            act(Ask("core.raise_finding", PLATFORM, str(new_id()), payload | change))
        assert caught.value.code == code


def test_findings_are_told_in_both_languages() -> None:
    claims.find(journal())
    found = {each.rule: each.sentence for each in indicators.conflicts() if each.rule != "formula"}
    rates = {each.sentence.en for each in indicators.conflicts() if each.rule == "formula"}
    assert (
        found["growth"].en
        == "IT workforce: from about 500,000 people (2025) to about 2,000,000 people (2030) is ×4 in 5 years, 32% a year; at most 20% a year is plausible."
    )
    assert (
        found["growth"].vi
        == "Nhân lực công nghệ thông tin: từ khoảng 500.000 người (2025) lên khoảng 2.000.000 người (2030) là gấp 4 lần trong 5 năm, 32\u00a0% một năm; hợp lý nhiều nhất là 20\u00a0% một năm."
    )
    assert (
        found["share"].en
        == "Cybersecurity people missing: over 700,000 people (2028) is 35% of about 2,000,000 people (IT workforce, 2030); at most 15% is plausible."
    )
    assert "8.6%" in found["two_claims"].en and "over 20%" in found["two_claims"].en
    assert "8,6\u00a0%" in found["two_claims"].vi and "trên 20\u00a0%" in found["two_claims"].vi
    assert (
        "71-NQ/TW" in found["citation"].en
        and "71/NQ-CP" in found["citation"].en
        and "the Politburo" in found["citation"].en
    )
    assert "Bộ Chính trị" in found["citation"].vi and "Chính phủ" in found["citation"].vi
    assert any("3,241 of 15,801 is 20.51%" in each for each in rates)
    assert any("16,051 of 16,274 is 98.63%" in each for each in rates)
    assert any("223 of 16,274 is 1.37%" in each for each in rates)


def test_indicators_with_their_keepers_formulas_and_targets() -> None:
    found = {each.code: each for each in indicators.indicators()}
    rate = found["tasks_completion_rate"]
    assert rate.formula is not None
    assert rate.formula.en == "Tasks completed ÷ (Tasks completed + Tasks overdue) × 100"
    assert (rate.parts, rate.whole, rate.method) == (("tasks_done",), ("tasks_done", "tasks_overdue"), 1)
    assert rate.custodian == id_of("VN.VPCP") and rate.custodian_name.vi == "Văn phòng Chính phủ"
    assert found["tasks_assigned"].formula and found["tasks_assigned"].formula.en == "Tasks completed + Tasks not completed"  # fmt: skip
    (target,) = found["egdi_rank"].targets
    assert (target.period, target.value, target.bound, target.verified) == (
        "2030",
        Decimal(50),
        "at_most",
        "V",
    )
    assert "Nghệ An" in target.source_title
    assert indicators.indicator("egdi_rank") == found["egdi_rank"]
    assert indicators.indicator("luck") is None


def test_observations_say_their_kind_source_and_words() -> None:
    (hanoi, later) = indicators.observations([indicator_id("online_rate")], id_of("P01"))
    assert (hanoi.period, hanoi.value, hanoi.kind, hanoi.standing) == ("2025-07-01", Decimal("23.45"), "claimed", "stands")  # fmt: skip
    assert "Nhân Dân" in hanoi.source_title and "23.45% to 99%" in hanoi.passage and hanoi.method is None
    unit = indicators.indicators()[0].unit and next(each.unit for each in indicators.indicators() if each.code == "online_rate")  # fmt: skip
    with override("en"):
        assert (hanoi.amount(unit), later.amount(unit)) == ("23.45%", "99%")
    assert indicators.observations([indicator_id("online_rate")], indicators.NATION) == []
    assert len(indicators.observations(withdrawn=False)) == Observation.objects.count()


def test_a_trajectory_runs_from_what_was_claimed_to_the_target() -> None:
    egdi = indicators.indicator("egdi_rank")
    assert egdi is not None
    line = indicators.trajectory(egdi)
    assert line is not None and line.line[0] == (2025, Decimal(71)) and line.line[-1] == (2030, Decimal(50))
    assert line.standing is None
    observe("egdi_rank", "60", "2026")
    again = indicators.trajectory(egdi)
    assert again is not None and again.standing == "ahead"
    hdi = indicators.indicator("hdi")
    assert hdi is not None and indicators.trajectory(hdi) is None


def test_what_formulas_make_of_claims_stands_beside_them() -> None:
    codes = {each.id: each.code for each in indicators.indicators()}
    found = {codes[each.indicator]: each for each in indicators.computed()}
    rounded = {code: round(each.value, 2) for code, each in found.items()}
    assert rounded["tasks_completion_rate"] == Decimal("98.63")
    assert rounded["tasks_overdue_rate"] == Decimal("1.37")
    assert rounded["regulations_simplified_rate"] == Decimal("20.51")
    assert rounded["essential_services_rate"] == Decimal("73.68")
    assert rounded["tasks_assigned"] == 21914
    assert found["procedures_online_rate"].place == id_of("P01") and rounded["procedures_online_rate"] == 100
    rate = indicators.indicator("tasks_completion_rate")
    assert indicators.computed(rate) == [found["tasks_completion_rate"]]
    part = Observation.objects.get(indicator=indicator_id("regulations_total"))
    act(Ask("core.withdraw_claim", PLATFORM, "w", {"reason": "x"}, part.id))
    assert indicators.computed(indicators.indicator("regulations_simplified_rate")) == []


def test_sources_of_claims_are_records_with_a_title() -> None:
    used = set(Observation.objects.values_list("source", flat=True))
    assert used <= set(Record.objects.filter(register="sources").values_list("code", flat=True))


def test_the_packs_words_for_what_is_counted_are_those_that_are_counted() -> None:
    from sauro.packs import vocabulary
    from sauro.watch.rules.measures import MEASURES

    assert set(MEASURES) == vocabulary.MEASURES
