"""Rules about claims, on indicators that no article ever named: they find the next such case, and nothing else."""

from dataclasses import replace
from decimal import Decimal
from itertools import count
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sauro.watch.rules.claims import Claim, Defined, Raised
from sauro.watch.rules.findings import citation, computed, concerned, findings

D = Decimal
SCHOOLS, WIRED, WIRED_RATE, PUPILS, BOYS, GIRLS, TEACHERS, BUSES, LENGTH = (UUID(int=n) for n in range(1, 10))
RATIO = {"evaluator": "ratio", "scale": 100}
DEFINED = {
    each.id: each
    for each in (
        Defined(SCHOOLS, "school", growth=D(10)),
        Defined(WIRED, "school", part_of=SCHOOLS),
        Defined(WIRED_RATE, "percent", RATIO, (WIRED,), (SCHOOLS,)),
        Defined(PUPILS, "person", {"evaluator": "sum"}, (BOYS, GIRLS)),
        Defined(BOYS, "person", part_of=PUPILS),
        Defined(GIRLS, "person", {"evaluator": "difference"}, (PUPILS, BOYS), part_of=PUPILS),
        Defined(TEACHERS, "person", part_of=PUPILS, share=D(20), growth=D(15)),
        # A part in another unit than its whole, and a rate of things that are not the same: never compared.
        Defined(BUSES, "bus", part_of=PUPILS, share=D(1)),
        Defined(LENGTH, "percent", RATIO, (BUSES,), (PUPILS,)),
    )
}
_NUMBERS = count(1)


def claim(indicator: UUID, value: str, period: str = "2024", source: str = "a", **more: object) -> Claim:
    return Claim(UUID(int=next(_NUMBERS)), indicator, None, period, D(value), source, **more)  # type: ignore[arg-type]


def kinds(found: list[Raised]) -> list[tuple[str, str]]:
    return sorted((each.kind, each.rule) for each in found)


CONFLICTS = {
    "a rate of several sources": [claim(WIRED_RATE, "61.2", decimals=1), claim(WIRED, "600"), claim(SCHOOLS, "1000", source="b")],
    "a sum of several sources": [claim(PUPILS, "1000"), claim(BOYS, "480", source="b"), claim(GIRLS, "510", source="b")],
    "a part above its whole": [claim(WIRED, "1001", "2023"), claim(SCHOOLS, "1000", source="b")],
}  # fmt: skip
DOUBTS = {
    "a rate of one source": [claim(WIRED_RATE, "61.2", decimals=1), claim(WIRED, "600"), claim(SCHOOLS, "1000")],
    "growth nobody has seen": [claim(SCHOOLS, "1000", "2020"), claim(SCHOOLS, "2000", "2024", source="b")],
    "a share nobody has seen": [claim(TEACHERS, "210", "2025"), claim(PUPILS, "1000", source="b")],
    "years in a month": [claim(SCHOOLS, "1000", "2024-01"), claim(SCHOOLS, "1200", "2024-02")],
}  # fmt: skip
CONSISTENT = {
    "a rate that rounds": [claim(WIRED_RATE, "66.7", decimals=1), claim(WIRED, "2"), claim(SCHOOLS, "3")],
    "a rate rounded half the other way": [claim(WIRED_RATE, "12.3", decimals=1), claim(WIRED, "49"), claim(SCHOOLS, "400")],
    "a rate of about as many": [claim(WIRED_RATE, "61.2", decimals=1), claim(WIRED, "600", bound="about"), claim(SCHOOLS, "1000")],
    "a rate over something": [claim(WIRED_RATE, "50", bound="over", decimals=0), claim(WIRED, "600"), claim(SCHOOLS, "1000", source="b")],
    "a rate of other years": [claim(WIRED_RATE, "61.2", "2023", decimals=1), claim(WIRED, "600"), claim(SCHOOLS, "1000")],
    "a rate of which a part is not claimed": [claim(WIRED_RATE, "99", decimals=0), claim(SCHOOLS, "1000")],
    "a sum": [claim(PUPILS, "990"), claim(BOYS, "480", source="b"), claim(GIRLS, "510", source="c")],
    "a sum over something": [claim(PUPILS, "900", bound="over"), claim(BOYS, "480"), claim(GIRLS, "510")],
    "growth as it goes": [claim(SCHOOLS, "1000", "2020"), claim(SCHOOLS, "1460", "2024")],
    "growth that about explains": [claim(SCHOOLS, "1000", "2020", bound="about"), claim(SCHOOLS, "1530", "2024")],
    "growth without a limit": [claim(BOYS, "10", "2020"), claim(BOYS, "9000", "2021")],
    "a fall": [claim(SCHOOLS, "1000", "2020"), claim(SCHOOLS, "100", "2024")],
    "a share as it goes": [claim(TEACHERS, "200"), claim(PUPILS, "1000", source="b")],
    "a share of at least as many": [claim(TEACHERS, "300"), claim(PUPILS, "1000", bound="at_least")],
    "a part of another time": [claim(WIRED, "1200", "2028"), claim(SCHOOLS, "1000", "2024")],
    "all of its whole": [claim(WIRED, "1000"), claim(SCHOOLS, "1000", source="b")],
    "other units": [claim(BUSES, "5000"), claim(PUPILS, "1000"), claim(LENGTH, "7", decimals=0)],
}  # fmt: skip


@pytest.mark.parametrize("name", CONFLICTS)
def test_made_up_conflicts_are_found(name: str) -> None:
    claims = CONFLICTS[name]
    found = findings(DEFINED, claims)
    assert [each.kind for each in found] == ["conflict"], found
    assert found[0].claims == tuple(sorted(each.id for each in claims))


@pytest.mark.parametrize("name", DOUBTS)
def test_made_up_doubts_are_found(name: str) -> None:
    claims = DOUBTS[name]
    found = findings(DEFINED, claims)
    assert [each.kind for each in found] == ["doubt"], found
    assert found[0].claims == tuple(sorted(each.id for each in claims))


@pytest.mark.parametrize("name", CONSISTENT)
def test_what_is_consistent_is_left_alone(name: str) -> None:
    assert findings(DEFINED, CONSISTENT[name]) == []


def test_all_together_are_the_same_findings_and_no_more() -> None:
    """Each made-up case in a place of its own: what is claimed of one place says nothing of another."""
    cases = [*CONFLICTS.values(), *DOUBTS.values(), *CONSISTENT.values()]
    claims = [replace(each, place=UUID(int=900 + at)) for at, case in enumerate(cases) for each in case]
    found = kinds(findings(DEFINED, claims))
    assert found == sorted(
        [("conflict", "formula")] * 2 + [("conflict", "part_of")] + [("doubt", "formula")]
        + [("doubt", "growth")] * 2 + [("doubt", "share")]
    )  # fmt: skip


def test_a_formula_takes_the_parts_of_the_source_of_its_result() -> None:
    """Where another source disagrees about a part, that is their conflict, not one of the rate."""
    claims = [claim(WIRED_RATE, "60", decimals=0), claim(WIRED, "600"), claim(SCHOOLS, "1000"), claim(SCHOOLS, "900", source="b")]  # fmt: skip
    assert findings(DEFINED, claims) == []


def test_the_same_part_told_twice_is_one_finding() -> None:
    claims = [
        claim(WIRED_RATE, "61.2", decimals=1), claim(WIRED, "600"), claim(SCHOOLS, "1000", source="b"),
        claim(SCHOOLS, "1000", source="c"), claim(SCHOOLS, "700", source="d"),
    ]  # fmt: skip
    found = findings(DEFINED, claims)
    assert [each.said["computed"] for each in found] == ["60.0", "85.7"]


def test_what_is_said_of_growth_and_shares() -> None:
    (fast,) = findings(DEFINED, DOUBTS["growth nobody has seen"])
    assert {name: fast.said[name] for name in ("years", "times", "rate", "plausible")} == {
        "years": "4", "times": "2", "rate": "19", "plausible": "10",
    }  # fmt: skip
    (share,) = findings(DEFINED, DOUBTS["a share nobody has seen"])
    assert (share.said["share"], share.said["plausible"]) == ("21", "20")


@given(
    st.integers(1, 10**7), st.integers(1, 10**7), st.integers(0, 4), st.sampled_from(["a", "b"]),
    st.sampled_from(["is", "about"]),
)  # fmt: skip
def test_a_rate_that_was_rounded_is_never_found(
    wired: int, more: int, decimals: int, source: str, bound: str
) -> None:
    schools = wired + more
    rate = round(D(100 * wired) / schools, decimals)
    claims = [
        claim(WIRED_RATE, str(rate), decimals=decimals, bound=bound), claim(WIRED, str(wired)),
        claim(SCHOOLS, str(schools), source=source),
    ]  # fmt: skip
    assert [each for each in findings(DEFINED, claims) if each.rule == "formula"] == []


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(0, 2), st.integers(2, 10**4))
def test_a_rate_that_is_off_is_always_found(wired: int, more: int, decimals: int, off: int) -> None:
    rate = round(D(100 * wired) / (wired + more), decimals) + D(off).scaleb(-decimals)
    claims = [claim(WIRED_RATE, str(rate), decimals=decimals), claim(WIRED, str(wired)), claim(SCHOOLS, str(wired + more))]  # fmt: skip
    assert kinds(findings(DEFINED, claims)) == [("doubt", "formula")]


@given(st.lists(st.sampled_from([c for case in CONFLICTS.values() for c in case] + [c for case in DOUBTS.values() for c in case])))  # fmt: skip
def test_the_order_of_claims_changes_nothing(claims: list[Claim]) -> None:
    once = {each.id: each for each in claims}.values()
    forward = {(each.rule, each.claims) for each in findings(DEFINED, list(once))}
    assert {(each.rule, each.claims) for each in findings(DEFINED, list(once)[::-1])} == forward


@pytest.mark.parametrize(
    ("number", "issuer", "likely"),
    [
        ("71-NQ/TW", "Government", "71/NQ-CP"),
        ("12/2026/NĐ-CP", "Quốc hội", "12/2026/QH15"),
        ("9/QĐ-TTg", "the moon", None),
        ("57-NQ/TW", "Politburo", None),
        ("165/2025/ND-CP", "Government", None),
        ("Nghị quyết 71", "Government", None),
    ],
)
def test_a_citation_under_a_number_of_somebody_else(number: str, issuer: str, likely: str | None) -> None:
    found = citation(UUID(int=1), number, issuer, "a")
    assert (found.said["likely"] if found else None) == likely
    assert found is None or (found.kind, found.rule, found.claims) == ("conflict", "citation", (UUID(int=1),))


def test_a_value_is_computed_where_all_parts_are_claimed_alike() -> None:
    parts = [claim(WIRED, "600"), claim(SCHOOLS, "1000"), claim(SCHOOLS, "1000.0", source="b")]
    (found,) = computed(DEFINED, parts)
    assert (found.indicator, found.value) == (WIRED_RATE, D(60))
    assert found.claims == tuple(each.id for each in parts)
    for other in (claim(SCHOOLS, "999", source="c"), claim(SCHOOLS, "1000", source="c", bound="about")):
        assert list(computed(DEFINED, [*parts, other])) == []
    assert list(computed(DEFINED, parts[:1])) == []
    assert list(computed(DEFINED, [parts[0], replace(parts[1], period="2023")])) == []


def test_what_a_claim_touches() -> None:
    assert concerned(DEFINED, [WIRED]) == {WIRED, SCHOOLS, WIRED_RATE}
    assert concerned(DEFINED, [SCHOOLS]) == {WIRED, SCHOOLS, WIRED_RATE}
    assert concerned(DEFINED, [TEACHERS]) == {TEACHERS, PUPILS}
    assert concerned(DEFINED, [UUID(int=77)]) == {UUID(int=77)}
