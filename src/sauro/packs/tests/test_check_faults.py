"""Each kind of fault, planted in a copy of the shipped pack, is found with its file and line, and nothing else is."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sauro.packs import VN
from sauro.packs.check import Finding, check, main
from sauro.packs.lines import Lines, load

_READ: dict[tuple[str, bytes], tuple[Any, Lines]] = {}

BIRTH, MARRIAGE = "procedures/1.001193.yaml", "procedures/1.000894.yaml"
DEATH, SPLIT, DEBT = "procedures/1.000656.yaml", "procedures/1.012784.yaml", "procedures/1.013988.yaml"
LOST, SHOP = "procedures/1.012786.yaml", "procedures/1.001612.yaml"


class Fault(NamedTuple):
    """``old`` (first occurrence) becomes ``new`` in ``file``; the finding says ``message`` on the line of ``where``."""

    name: str
    file: str
    old: str
    new: str
    message: str
    where: str
    more: int = 0
    """How many further findings follow from the same mistake."""


# fmt: off
FAULTS = [
    Fault("unknown field", BIRTH, "level: commune\n", "level: commune\ncolour: red\n", "unknown field colour", "colour:"),
    Fault("states what nobody declares", BIRTH, "[child_name, child_birth_date,", "[child_names, child_birth_date,", "the form asks no question 'child_names'", "[child_names,"),
    Fault("states it twice", BIRTH, "requester_name, requester_id]", "requester_name, requester_name]", "'requester_name' is printed already", "requester_name, requester_name]"),
    Fault("entry twice", BIRTH, "{id: register_book,", "{id: register_number,", "register_number", "{id: register_number, label: {vi: Quyển số"),
    Fault("missing translation", BIRTH, "{vi: Đăng ký khai sinh, en: Birth registration}", "{vi: Đăng ký khai sinh}", "the field en is missing", "name: {vi: Đăng ký khai sinh}"),
    Fault("empty translation", BIRTH, "{vi: Nơi sinh, en: Place of birth}", '{vi: Nơi sinh, en: ""}', "the text in en is empty", 'en: ""'),
    Fault("no source", DEATH, "    kind: original\n    from_form: true\n    source: phap-dien\n", "    kind: original\n    from_form: true\n", "the field source is missing", "  - id: declaration"),
    Fault("no verification", DEATH, "    source: phap-dien\n    verified: V\n", "    source: phap-dien\n", "the field verified is missing", "  - id: declaration"),
    Fault("unknown verification", DEATH, "    verified: V\n", "    verified: maybe\n", "must be one of G, I, S, V, VC, no", "verified: maybe"),
    Fault("code without quotes", DEATH, 'code: "1.000656"', "code: 1000656", "must be text, not 1000656", "code: 1000656"),
    Fault("key twice", DEATH, "level: commune\n", "level: commune\nlevel: commune\n", "the key 'level' occurs twice", "level: commune\nlevel: commune"),
    Fault("no such day", DEATH, "valid_from: 2025-07-01", "valid_from: 2025-06-31", "is no date of the calendar", "valid_from: 2025-06-31"),
    Fault("unknown source", BIRTH, "source: portal-2026", "source: portal-1999", "there is no source 'portal-1999'", "source: portal-1999"),
    Fault("unknown instrument", BIRTH, "{instrument: 123/2015/NĐ-CP,", "{instrument: 123/2051/NĐ-CP,", "there is no instrument '123/2051/NĐ-CP'", "123/2051/NĐ-CP"),
    Fault("instrument that has ended", SHOP, "{instrument: 59/2020/QH14,", "{instrument: 01/2021/NĐ-CP,", "ended on 2025-07-01; replaced by 168/2025/NĐ-CP", "01/2021/NĐ-CP"),
    Fault("unknown successor", "instruments.csv", ",118/2025/NĐ-CP,phap-dien,V,,", ",118/2099/NĐ-CP,phap-dien,V,,", "points at 118/2099/NĐ-CP", "118/2099/NĐ-CP"),
    Fault("unknown agency", DEATH, "unit: commune-office, position: tu-phap-ho-tich, role: case_officer, action: serve.draft_decision", "unit: district-office, position: tu-phap-ho-tich, role: case_officer, action: serve.draft_decision", "there is no type of organisation 'district-office'", "district-office", 1),
    Fault("unknown office", DEATH, "position: chu-tich-xa, role", "position: chu-tich-huyen, role", "there is no office 'chu-tich-huyen' in positions.yaml; did you mean chu-tich-", "chu-tich-huyen", 1),
    Fault("role without the action", DEATH, "role: competent_authority, action: serve.sign_decision", "role: agency_head, action: serve.sign_decision", "the role agency_head does not grant serve.sign_decision", "role: agency_head, action"),
    Fault("unknown action of a role", "roles.yaml", "      - serve.withdraw_dossier\n", "      - serve.destroy_dossier\n", "there is no action 'serve.destroy_dossier'", "serve.destroy_dossier"),
    Fault("unknown role of an office", "positions.yaml", "roles: [one_stop_officer, assister]", "roles: [gatekeeper, assister]", "there is no role 'gatekeeper'", "gatekeeper", 12),
    Fault("two heads", "positions.yaml", "    organisations: [province-committee]\n    roles:", "    organisations: [province-committee]\n    head: true\n    roles:", "province-committee already has a head", "    organisations: [province-committee]\n    head: true\n    roles: [competent_authority]|1"),
    Fault("unknown superior", "organisations.yaml", 'type: land-registration-branch, parent: "{code}.VPDK"', 'type: land-registration-branch, parent: "{code}.XYZ"', "there is no superior '{code}.XYZ'", "{code}.XYZ"),
    Fault("unknown retention", DEATH, "\nretention: civil-status-dossier", "\nretention: for-ever", "there is no retention rule 'for-ever'", "retention: for-ever"),
    Fault("unknown channel", DEATH, "channels: [1, 2, 3]", "channels: [1, 2, 7]", "there is no channel '7'; there are 1, 2, 3", "channels: [1, 2, 7]"),
    Fault("synonym of nothing", "synonyms.yaml", '["1.000656"]', '["1.999999"]', "there is no procedure '1.999999'", "1.999999"),
    Fault("pause that does not stop the clock", LOST, "pauses: [supplement, financial-duty, public-posting", "pauses: [supplement, consultation, public-posting", "there is no reason that stops the clock 'consultation'", "consultation"),
    Fault("fee times no number", BIRTH, "times: copies_wanted", "times: mother_name", "'mother_name' is no question that is answered with a number", "times: mother_name"),
    Fault("rule does not compile", BIRTH, "expression: surrogacy\n", "expression: surrogacy &&\n", "the expression does not compile", "expression: surrogacy &&"),
    Fault("rule asks of an unknown field", DEATH, 'expression: proof_of_death == "notice"', 'expression: proof_of_dead == "notice"', "no question of the form is named 'proof_of_dead'", "proof_of_dead", 2),
    Fault("example fails", BIRTH, "{facts: {today: 2026-11-22, child_birth_date: 2026-12-01}, holds: false}", "{facts: {today: 2026-11-22, child_birth_date: 2026-10-01}, holds: false}", "the rule born_already says true, the example false", "child_birth_date: 2026-10-01"),
    Fault("only one way", BIRTH, "      - {facts: {surrogacy: false}, holds: false}\n", "", "no example in which is_surrogacy is false", "    examples:\n      - {facts: {surrogacy: true}"),
    Fault("example gives text for a date", BIRTH, "child_birth_date: 2026-12-01}", 'child_birth_date: "2026-12-01"}', "'child_birth_date' is of type date", '"2026-12-01"'),
    Fault("condition nobody refers to", DEBT, "    when: wants_extra\n", "", "nothing refers to the condition 'wants_extra'", "  - id: wants_extra"),
    Fault("unknown condition", DEATH, "when: has_death_notice", "when: has_notice", "there is no condition 'has_notice'", "when: has_notice", 1),
    Fault("check without a message", DEATH, "    message: {vi: Ngày mất không thể sau hôm nay., en: The date of death cannot be after today.}\n", "", "a check needs a message", "  - id: death_not_in_future"),
    Fault("condition of what is unanswered", BIRTH, "    kind: condition\n    evaluator: cel\n    expression: surrogacy\n", "    kind: condition\n    evaluator: cel\n    unanswered: true\n    expression: surrogacy\n", "only a check may look at it", "  - id: is_surrogacy"),
    Fault("example without an answer", BIRTH, "      - {facts: {surrogacy: false}, holds: false}", "      - {facts: {surrogacy: null}, holds: false}", "'surrogacy' is of type bool", "{surrogacy: null}", 1),
    Fault("unknown evaluator", DEATH, "evaluator: cel", "evaluator: sorcery", "must be one of cel", "evaluator: sorcery"),
    Fault("question shown by a later one", MARRIAGE, "- {id: groom_ethnicity, label: {vi: Dân tộc, en: Ethnic group}, type: text, personal: true, max: 60}", "- {id: groom_ethnicity, label: {vi: Dân tộc, en: Ethnic group}, type: text, personal: true, max: 60, when: divorced_abroad}", "depends on 'previous_marriage', which is asked later", "max: 60, when: divorced_abroad"),
    Fault("question twice", DEATH, "id: deceased_ethnicity", "id: deceased_residence", "'deceased_residence' already names another fact", "id: deceased_residence, label: {vi: Nơi cư trú", 1),
    Fault("identity number not personal", DEATH, "type: id_number, personal: true, prefill", "type: id_number, personal: false, prefill", "an answer of type id_number is personal", "type: id_number, personal: false"),
    Fault("paper without file types", DEATH, "    files: [pdf, jpg, png]\n", "", "files are named for the papers that are uploaded", "  - id: death_notice"),
    Fault("fee line missing", DEBT, "      - {match: [new, both], counter: 720000, online: 684000}\n", "", "0 lines match new, both", "    lines:\n      - {match: [new, land]"),
    Fault("fee line twice", DEBT, "{match: [new, both], counter: 720000, online: 684000}", "{match: [new, land], counter: 720000, online: 684000}", "2 lines match new, land", "    lines:\n      - {match: [new, land]", 1),
    Fault("amount that nobody sets", DEATH, "      - decided_by: {vi: Hội đồng nhân dân cấp tỉnh quy định mức thu, en: The amount is set by the Provincial People’s Council}\n", "      - {counter: 5000}\n", "no amount for online", "{counter: 5000}"),
    Fault("unknown answer in a table", DEBT, "{match: [new, both],", "{match: [new, all],", "'all' is none of the answers land, assets, both", "[new, all]", 1),
    Fault("hours do not add up", SPLIT, "hours: 24, status", "hours: 23, status", "the steps add up to 95 hours; the legal limit is 96", "\nsteps:|1"),
    Fault("limit in hours is wrong", SPLIT, "  hours: 96\n", "  hours: 95\n", "12 working_day is 96 hours, not 95", "hours: 95", 1),
    Fault("hours of a variant", MARRIAGE, "hours: 32, status", "hours: 30, status", "under needs_verification the steps add up to 38 hours", "{when: needs_verification, amount: 5"),
    Fault("step nobody reaches", MARRIAGE, "{to: verify, when: needs_verification}", "{to: draft, when: needs_verification}", "the step 'verify' cannot be reached", "  - {id: verify"),
    Fault("step to nowhere", DEATH, "next: [lock_record]", "next: [lock]", "there is no step 'lock'", "next: [lock]"),
    Fault("circle", DEATH, "next: [issue]", "next: [draft_extract]", "the steps run in a circle", "steps:", 2),
    Fault("drafter signs", SHOP, "unit: commune-economy, position: dang-ky-kinh-doanh-xa, role: case_officer, action: serve.draft_decision", "unit: commune-economy, position: truong-phong-kinh-te-xa, role: case_officer, action: serve.draft_decision", "who drafts cannot be who signs", "  - {id: draft"),
    Fault("somebody else signs", DEATH, "competent: {organisation: commune-committee, signer: chu-tich-xa", "competent: {organisation: commune-committee, signer: pho-chu-tich-xa", "who signs is not the competent authority", "  - {id: sign"),
    Fault("published step that is not there", SPLIT, "published: 2", "published: 5", "there is no published step 5", "published: 5"),
    Fault("partial service without a reason", MARRIAGE, "level: partial, reason: must-appear,", "level: partial,", "partial online service has a published reason", "online: {level: partial"),
    Fault("transition to no state", "statuses.yaml", '{from: "9", to: "10"', '{from: "9", to: "11"', "there is no state '11' on the axis business", 'to: "11"', 1),
    Fault("law without an article", "statuses.yaml", '{from: "1", to: "2", actions: [serve.accept_dossier], ground: law, basis: {instrument: 61/2018/NĐ-CP, article: "Điều 17"},', '{from: "1", to: "2", actions: [serve.accept_dossier], ground: law,', "is law, but no article is named", '{from: "1", to: "2"'),
    Fault("out of a final state", "statuses.yaml", '{from: "9", to: "10"', '{from: "3", to: "10"', "the state '3' is final, yet a transition leaves it", '      - code: "3"', 1),
    Fault("national status missing", "statuses.yaml", '      - code: "8"', '      - code: "18"', "the national status 8 is missing", "axes:", 3),
    Fault("year not covered", "calendar.yaml", "last_year: 2028", "last_year: 2026", "the calendar ends in 2026", "last_year: 2026", 1),
    Fault("swap that the package contradicts", "calendar.yaml", "worked: 2025-04-26", "worked: 2025-05-10", "2025-04-26 is worked for 2025-05-02", "swaps:"),
    Fault("swap of a working day", "calendar.yaml", "worked: 2026-01-10", "worked: 2026-01-12", "2026-01-12 is to be worked but is a working day already", "swaps:"),
    Fault("short office hours", "calendar.yaml", '["13:00", "17:00"]', '["13:00", "16:00"]', "the periods make 7 hours", "periods:"),
    Fault("time without quotes", "calendar.yaml", 'at: "15:00"', "at: 1500", "must be text, not 1500", "at: 1500"),
    Fault("forms of the one-stop mechanism", "forms.yaml", '- code: "04"', '- code: "14"', "Form 04 of the one-stop mechanism is missing", "forms:"),
    Fault("formula without an evaluator", "indicators.yaml", "      evaluator: ratio\n      parts: [tasks_done]", "      evaluator: guess\n      parts: [tasks_done]", "does not name an evaluator that exists", "    formula:\n      evaluator: guess"),
    Fault("formula of what nobody defines", "indicators.yaml", "whole: [regulations_total]", "whole: [regulations_all]", "the formula names 'regulations_all', which is no indicator", "    formula:\n      evaluator: ratio\n      parts: [regulations_simplified]"),
    Fault("formula whose example fails", "indicators.yaml", 'gives: "98.63"', 'gives: "98.62"', "gives 98.63 on its example, which should be 98.62", '    formula:\n      evaluator: ratio\n      parts: [tasks_done]'),
    Fault("formula of other units", "indicators.yaml", "whole: [procedures]", "whole: [firms]", "the parts have different units: firm, procedure", "    formula:\n      evaluator: ratio\n      parts: [procedures_online]"),
    Fault("formula that leads back", "indicators.yaml", "parts: [tasks_open_in_time, tasks_overdue]", "parts: [tasks_assigned, tasks_overdue]", "the formula of tasks_open leads back to itself", "    formula:\n      evaluator: sum\n      parts: [tasks_assigned", 1),
    Fault("part of nothing", "indicators.yaml", "part_of: startups", "part_of: dreams", "there is no indicator 'dreams'", "part_of: dreams"),
    Fault("part in another unit", "indicators.yaml", "part_of: startups", "part_of: hdi", "unicorns is in firm, its whole in index", "part_of: hdi"),
    Fault("share of no whole", "indicators.yaml", 'plausible: {growth: "20", source', 'plausible: {share: "20", source', "needs part_of", 'plausible: {share: "20"'),
    Fault("number without quotes", "indicators.yaml", 'period: "2030", value: "80", bound: over', 'period: "2030", value: 80, bound: over', "must be text, not 80 (put it in quotes)", "value: 80"),
    Fault("unknown custodian", "indicators.yaml", "custodian: VN.BTC\n", "custodian: VN.XYZ\n", "there is no organisation 'VN.XYZ'", "custodian: VN.XYZ"),
    Fault("unknown unit", "indicators.yaml", "unit: megawatt\n", "unit: horsepower\n", "there is no unit 'horsepower'", "unit: horsepower", 1),
    Fault("unknown measure", "indicators.yaml", "measure: received", "measure: happiness", "the program does not count 'happiness'", "measure: happiness"),
    Fault("indicator twice", "indicators.yaml", "code: hdi_countries", "code: hdi", "'hdi' occurs twice", 'code: hdi\n    name: {vi: "Số nước', 2),
    Fault("claim of nothing", "claims.csv", "hdi,,2025,0.766", "luck,,2025,0.766", "there is no indicator 'luck'", "luck,"),
    Fault("claim in another unit", "claims.csv", "3,index,", "3,percent,", "hdi is in index, the claim in percent", "hdi,,2025,0.766"),
    Fault("claim not as printed", "claims.csv", "20.56,,2,percent", "20.56,,1,percent", "decimals are as printed: 20.56 has 2", "20.56,,1"),
    Fault("count with decimals", "claims.csv", "1298,,,task", "1298,,0,task", "task are counted one by one", "1298,,0"),
    Fault("claim nowhere", "claims.csv", "procedures,P01,", "procedures,P99,", "there is no organisation 'P99'", "procedures,P99"),
    Fault("claim of no time", "claims.csv", "hdi,,2025,", "hdi,,last year,", "regex", "hdi,,last year"),
    Fault("claim of no source", "claims.csv", "task,article-anniversary", "task,hearsay", "there is no source 'hearsay'", "task,hearsay"),
    Fault("citation without a keeper", "citations.csv", "71-NQ/TW,Government,VN.BTP", "71-NQ/TW,Government,VN.XYZ", "there is no organisation 'VN.XYZ'", "71-NQ/TW"),
    Fault("unknown province", "provinces.csv", "75,H19", "76,H19", "there is no province 76", "76,H19"),
]
# fmt: on


@pytest.fixture(autouse=True)
def composed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was not touched is not read again for each fault; nobody changes what was read."""

    def remembered(path: Path) -> tuple[Any, Lines]:
        key = (path.name, path.read_bytes())
        if key not in _READ:
            _READ[key] = load(path)
        return _READ[key]

    monkeypatch.setattr("sauro.packs.checks.book.load", remembered)


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Path]:
    """A copy of the shipped pack that may be broken."""
    path = tmp_path / "vn"
    shutil.copytree(VN, path)
    yield path


def _line(text: str, where: str) -> int:
    """The line on which ``where`` begins, or (after ``|``) that many lines further down."""
    where, _, down = where.partition("|")
    assert where in text, where
    return text[: text.index(where)].count("\n") + 1 + int(down or 0)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_found_where_it_is(copy: Path, fault: Fault) -> None:
    file = copy / fault.file
    text = file.read_text(encoding="utf-8")
    assert fault.old in text
    broken = text.replace(fault.old, fault.new, 1)
    file.write_text(broken, encoding="utf-8")
    findings = check(copy)
    said = "\n".join(map(str, findings))
    found = [f for f in findings if f.file == fault.file and fault.message in f.message]
    assert found, said
    line = _line(broken, fault.where) + (1 if fault.name == "key twice" else 0)
    assert line in {f.line for f in found}, f"expected line {line}\n{said}"
    assert len(findings) <= 1 + fault.more, said


def test_every_fault_is_reported_not_only_the_first(copy: Path) -> None:
    file = copy / DEATH
    text = file.read_text(encoding="utf-8")
    text = text.replace("source: phap-dien", "source: nowhere").replace("kind: original", "kind: papyrus")
    file.write_text(text, encoding="utf-8")
    shape = check(copy)
    assert len(shape) == text.count("kind: papyrus")
    file.write_text(text.replace("kind: papyrus", "kind: original"), encoding="utf-8")
    assert len(check(copy)) == text.count("source: nowhere")


def test_a_missing_file_is_one_finding(copy: Path) -> None:
    (copy / "roles.yaml").unlink()
    assert check(copy) == [Finding("roles.yaml", 1, "the file is missing")]


def test_a_claim_twice_is_found(copy: Path) -> None:
    file = copy / "claims.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text + text.splitlines()[1] + "\n", encoding="utf-8")
    (found,) = check(copy)
    assert (found.file, found.line) == ("claims.csv", len(text.splitlines()) + 1)
    assert "this claim of nq57_tasks occurs twice" in found.message


def test_the_same_steps_or_papers_twice(copy: Path) -> None:
    twin = (copy / DEATH).read_text(encoding="utf-8").replace("1.000656", "1.000657")
    (copy / "procedures" / "1.000657.yaml").write_text(twin, encoding="utf-8")
    found = {(f.file, f.message) for f in check(copy)}
    file = "procedures/1.000657.yaml"
    assert found == {
        (file, "the steps are those of 1.000656"),
        (file, "the components are those of 1.000656"),
    }


def test_a_second_version_may_keep_its_steps_but_not_its_number(copy: Path) -> None:
    text = (copy / DEATH).read_text(encoding="utf-8")
    (copy / "procedures" / "1.000656.v2.yaml").write_text(
        text.replace("version: 1", "version: 2"), encoding="utf-8"
    )
    assert check(copy) == []
    (copy / "procedures" / "1.000656.v2.yaml").write_text(text, encoding="utf-8")
    assert [f.message for f in check(copy)] == [
        "version 1 of 1.000656 is already in procedures/1.000656.v2.yaml"
    ]


def test_the_command_says_file_and_line(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(copy)]) == 0
    assert capsys.readouterr().out == ""
    file = copy / DEATH
    file.write_text(
        file.read_text(encoding="utf-8").replace("level: commune", "level: village"), encoding="utf-8"
    )
    assert main([str(copy)]) == 1
    out = capsys.readouterr().out
    assert out.startswith(f"{file}:9: must be one of commune, ministry, province")
    assert main([]) == 2
    assert main([str(copy / "procedures")]) == 2
