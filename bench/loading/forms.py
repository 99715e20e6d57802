"""Answers that a procedure's own form accepts, made from the form."""

from datetime import date, timedelta
from typing import Any

SAMPLES: dict[str, Any] = {
    "text": "Nguyễn Văn Thành",
    "longtext": "Theo đúng giấy tờ kèm theo.",
    "yesno": "no",
    "id_number": "000185012346",
    "phone": "0912345678",
    "email": "nguoi.nop@example.vn",
    "address": "Số 12 ngõ 45 phố Vọng, phường Bạch Mai, Hà Nội",
    "number": "1",
    "money": "1000000",
}

# What no sample of a type can say.
KNOWN: dict[str, Any] = {"business_name": "Hộ kinh doanh Phở Hương", "other_name": "Lê Văn Thịnh"}


def acceptable_answers(found: Any, today: date) -> dict[str, Any]:
    """Fill the form plainly, then put right what its checks say. Raises SystemExit where that does not help."""
    from sauro.serve.rules.forms import check

    answers = {name: _answer(field, today) for name, field in found.fields.items()}
    for _ in range(12):
        problems = check(found, answers, today=today, channel=1, applicant="citizen").problems
        if not problems:
            return answers
        for problem in problems:
            _try_another(found, answers, problem.field, today)
    raise SystemExit(f"{found.code}: no answers were found that the form accepts: {problems}")


def _answer(field: Any, today: date) -> Any:
    if field.id in KNOWN:
        return KNOWN[field.id]
    if field.type == "date":
        return (today - timedelta(days=20)).isoformat()
    if field.type == "choice":
        return field.choices[0].value
    if field.type == "commune":
        from sauro.core.models import Actor

        return (
            Actor.objects.filter(type="commune-committee").order_by("code").values_list("area", flat=True)[0]
        )
    return SAMPLES[field.type]


def _try_another(found: Any, answers: dict[str, Any], name: str, today: date) -> None:
    """Another choice, or a date long ago: what a person would try when the form says no."""
    field = found.fields[name]
    if field.type == "choice":
        values = [choice.value for choice in field.choices]
        answers[name] = values[(values.index(answers[name]) + 1) % len(values)]
    elif field.type == "date":
        answers[name] = (date.fromisoformat(str(answers[name])) - timedelta(days=365 * 7)).isoformat()
    elif field.type in ("number", "money"):
        given = int(answers[name])
        answers[name] = str(2 if given == 1 else given + 1989)
    elif field.type == "yesno":
        answers[name] = "yes" if answers[name] == "no" else "no"
