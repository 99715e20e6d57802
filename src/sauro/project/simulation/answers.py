"""Answers that a procedure's own form accepts, made from the form; whoever they are about is made up."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from sauro.packs.procedure import FormField
from sauro.serve.rules.forms import check, missing_components
from sauro.serve.rules.procedures import Procedure

MARK = "(mô phỏng)"
SAMPLES = {
    "text": f"Người {MARK}", "longtext": f"Theo giấy tờ kèm theo {MARK}", "yesno": "no",
    "phone": "0900000000", "email": "mo-phong@example.vn", "address": f"Số 12 phố Mô Phỏng {MARK}", "number": "1",
    "money": "1000000",
}  # fmt: skip
KNOWN = {"business_name": f"Hộ kinh doanh Phở Hương {MARK}"}
"""What no sample of a type can say."""
TRIES = 12


class Unanswerable(RuntimeError):
    """No plain answers were found that a form accepts."""


def acceptable(
    found: Procedure, area: str, today: date, channel: int
) -> tuple[dict[str, Any], frozenset[str]]:
    """Fill the form plainly, then put right what its checks say. Gives the answers and the conditions that hold.

    Raises Unanswerable.
    """
    answers = {
        name: _answer(field, number, area, today) for number, (name, field) in enumerate(found.fields.items())
    }
    for _ in range(TRIES):
        checked = check(found, answers, today=today, channel=channel, applicant="citizen")
        if not checked.problems:
            return dict(checked.answers), frozenset(checked.holds)
        for problem in checked.problems:
            _try_another(found.fields[problem.field], answers)
    raise Unanswerable(f"{found.code}: {', '.join(problem.field for problem in checked.problems)}")


def about(
    found: Procedure, answers: dict[str, Any], name: str, number: str, later: timedelta
) -> dict[str, Any]:
    """The same answers by another person, so much later: every date moves with the day of filing."""
    own = {"actor.full_name": name, "actor.id_number": number}
    made = {}
    for field, value in answers.items():
        known = found.fields[field]
        made[field] = own.get(known.prefill or "", value)
        if known.type == "date":
            made[field] = (date.fromisoformat(value) + later).isoformat()
    return made


def papers(found: Procedure, holds: Collection[str]) -> list[str]:
    """The papers that must be attached when this is filed online."""
    return [problem.field.removeprefix("file-") for problem in missing_components(found, holds, ())]


def entries(found: Procedure) -> dict[str, str]:
    """What the drafter enters on the result beside the answers, one value of each kind."""
    values = {"date": "2026-11-20", "number": "12", "money": "750000", "id_number": "000326000123"}
    return {entry.id: values.get(entry.kind, "127/2026") for entry in found.terms.result.entries}


def _answer(field: FormField, number: int, area: str, today: date) -> Any:
    if field.id in KNOWN:
        return KNOWN[field.id]
    if field.type == "id_number":
        # Nobody's number, and each person of a form another one.
        return f"000185{number:06d}"
    if field.type == "date":
        return (today - timedelta(days=20)).isoformat()
    if field.type == "choice":
        return field.choices[0].value
    return area if field.type == "commune" else SAMPLES[field.type]


def _try_another(field: FormField, answers: dict[str, Any]) -> None:
    """Another choice, a date long ago, another name: what a person would try when the form says no."""
    given = answers[field.id]
    if field.type == "choice":
        values = [choice.value for choice in field.choices]
        answers[field.id] = values[(values.index(given) + 1) % len(values)]
    elif field.type == "date":
        answers[field.id] = (date.fromisoformat(str(given)) - timedelta(days=365 * 7)).isoformat()
    elif field.type in ("number", "money"):
        answers[field.id] = str(2 if int(given) == 1 else int(given) + 1989)
    elif field.type == "yesno":
        answers[field.id] = "yes" if given == "no" else "no"
    else:
        answers[field.id] = f"Khác {given}"
