"""The shipped pack: clean, whole, and as the law and the notices have it."""

import json
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from sauro.core.clock.calendar import Calendar
from sauro.core.clock.working import add_working_days
from sauro.core.expressions import compile_rule
from sauro.packs import VN, schema, vocabulary
from sauro.packs.check import check
from sauro.packs.checks.rules import typed
from sauro.packs.pack import Pack, read


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read(VN)


def test_the_shipped_pack_is_clean() -> None:
    assert check(VN) == []


def test_twelve_procedures_at_every_level(pack: Pack) -> None:
    assert len(pack.procedures) >= 12
    assert {procedure.level for procedure in pack.procedures} == {"ministry", "province", "commune"}
    civil = {"1.001193", "1.000656", "1.000894"}
    others = {"1.001612", "1.013225", "2.000488", "1.001776"}
    land = {"1.012783", "1.012784", "1.012786", "1.013988", "1.012812"}
    assert civil | others | land <= pack.procedure.keys()


def test_no_two_procedures_share_steps_or_components(pack: Pack) -> None:
    steps = Counter(tuple((s.kind, s.unit, s.position) for s in p.steps) for p in pack.procedures)
    papers = Counter(frozenset(c.name.vi for c in p.components) for p in pack.procedures)
    assert max(steps.values()) == 1
    assert max(papers.values()) == 1


def test_hours_are_ours_and_say_so(pack: Pack) -> None:
    for procedure in pack.procedures:
        assert procedure.hours_verified == "no"
        assert procedure.hours_source == "ours"


def test_definitions_are_plain_json_and_unique(pack: Pack) -> None:
    definitions = list(pack.definitions())
    keys = [(d.kind, d.code, d.version) for d in definitions]
    assert len(set(keys)) == len(keys)
    for definition in definitions:
        assert json.loads(json.dumps(definition.body, ensure_ascii=False)) == definition.body
        assert not list(_floats(definition.body))
    assert {d.kind for d in definitions} >= {"procedure", "role", "status_axis", "calendar", "reference_form"}
    assert next(d for d in definitions if d.code == "1.000894").basis.startswith(
        "60/2014/QH13, Điều 11, 17, 18"
    )


def test_a_definition_reads_back_as_the_same_procedure(pack: Pack) -> None:
    """What the core stores is the whole procedure; its examples still run (I11)."""
    bodies = {d.code: d.body for d in pack.definitions() if d.kind == "procedure"}
    for procedure in pack.procedures:
        again = msgspec.convert(bodies[procedure.code], schema.Procedure)
        for rule in again.rules:
            expression = compile_rule({"evaluator": rule.evaluator, "expression": rule.expression})
            for example in rule.examples:
                assert expression.holds(typed(again, example.facts)) is example.holds


def test_34_provinces_and_3321_communes(pack: Pack) -> None:
    organisations = list(pack.organisations())
    types = Counter(item.type for item in organisations)
    assert types["province-committee"] == 34
    assert types["commune-committee"] == types["commune-centre"] == 3321
    codes = {item.code for item in organisations}
    assert len(codes) == len(organisations)
    seen: set[str] = set()
    for item in organisations:
        assert item.parent is None or item.parent in seen, item
        seen.add(item.code)


def test_names_of_places_are_those_of_an_official_letter(pack: Pack) -> None:
    organisations = {item.code: item for item in pack.organisations({"75", "01"})}
    assert organisations["P75"].name_vi == "Ủy ban nhân dân tỉnh Đồng Nai"
    assert organisations["P75"].national_code == "H19"
    assert organisations["P01"].name_en == "People’s Committee of Hà Nội City"
    assert organisations["C00070.HCC"].name_vi == "Trung tâm Phục vụ hành chính công phường Hoàn Kiếm"
    assert not any(code.startswith("P79.") for code in organisations)
    assert "P79" in organisations


def test_every_organisation_has_one_head(pack: Pack) -> None:
    for item in pack.organisations({"75"}):
        positions = pack.positions(item)
        assert [position.head for position in positions].count(True) == 1
        assert positions[0].head


def test_every_step_can_be_done_by_somebody(pack: Pack) -> None:
    actions = {role.code: set(role.actions) for role in pack.roles.roles}
    positions = {item.code: item for item in pack.position_types.positions}
    for procedure in pack.procedures:
        for step in procedure.steps:
            assert step.action in actions[step.role]
            assert step.role in positions[step.position].roles


def test_all_ten_national_statuses_and_four_axes(pack: Pack) -> None:
    axes = {axis.code: axis for axis in pack.statuses.axes}
    assert axes.keys() == vocabulary.AXES
    assert [state.code for state in axes["business"].states] == [str(number) for number in range(1, 11)]
    assert [state.key for state in axes["business"].states] == [
        "submitted",
        "accepted",
        "not_accepted",
        "processing",
        "supplement_requested",
        "finance_requested",
        "withdrawn",
        "stopped",
        "finished",
        "returned",
    ]
    grounds = Counter(move.ground for move in axes["business"].transitions)
    assert grounds["law"] > 0
    assert grounds["inferred"] > 0


def test_replaced_instruments_say_by_what(pack: Pack) -> None:
    instruments = {item.number: item for item in pack.instruments}
    assert instruments["61/2018/NĐ-CP"].replaced_by == ["118/2025/NĐ-CP"]
    assert instruments["42/2022/NĐ-CP"].ended == date(2026, 7, 1)
    assert instruments["1131/QĐ-TTg"].replaced_by == ["21/2026/QĐ-TTg"]
    assert instruments["13/2023/NĐ-CP"].replaced_by == ["91/2025/QH15", "356/2025/NĐ-CP"]


def test_the_calendar_knows_tet_swaps_and_culture_day(pack: Pack) -> None:
    calendar = Calendar.from_data(pack.calendar_data())

    def day_after(day: date) -> date:
        noon = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
        return add_working_days(calendar, noon, 1).date()

    assert day_after(date(2026, 2, 13)) == date(2026, 2, 23)  # Tết
    assert day_after(date(2026, 8, 28)) == date(2026, 9, 3)  # 31 August was swapped, then National Day
    assert day_after(date(2026, 8, 21)) == date(2026, 8, 22)  # the Saturday worked for it
    assert day_after(date(2026, 11, 23)) == date(2026, 11, 25)  # Culture Day
    doubtful = {item.day.year: item.verified for item in pack.calendar.corrections}
    assert doubtful == {2026: "no", 2027: "no", 2028: "no"}


def test_synonyms_lead_people_to_what_they_mean(pack: Pack) -> None:
    meant = {word: item.procedures for item in pack.synonyms.synonyms for word in item.words}
    assert meant["làm giấy khai sinh"] == ["1.001193"]
    assert meant["mất người thân"] == ["1.000656"]
    assert "1.012783" in meant["sổ đỏ"]


@pytest.mark.parametrize(
    ("amount", "unit", "hours"),
    [
        (12, "working_day", 96),
        (0, "working_day", 8),
        (4, "working_hour", 4),
        (10, "day", 56),
        (1, "month", 168),
    ],
)
def test_hours_of_a_limit(amount: int, unit: str, hours: int) -> None:
    assert vocabulary.limit_hours(amount, unit) == hours


def _floats(value: Any) -> list[float]:
    if isinstance(value, float):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [found for item in items for found in _floats(item)]
