"""The words that a pack may use because the program knows them; everything else is the pack's own."""

from datetime import date, datetime
from typing import Final

ACTIONS: Final = frozenset(
    {
        "serve.start_filing",
        "serve.submit_dossier",
        "serve.assist_filing",
        "serve.accept_dossier",
        "serve.refuse_dossier",
        "serve.request_supplement",
        "serve.answer_supplement",
        "serve.resume_dossier",
        "serve.assign_dossier",
        "serve.complete_step",
        "serve.draft_decision",
        "serve.return_draft",
        "serve.prepare_signature",
        "serve.sign_decision",
        "serve.stop_dossier",
        "serve.withdraw_dossier",
        "serve.request_payment",
        "serve.record_payment",
        "serve.issue_result",
        "serve.return_result",
        "serve.extend_deadline",
        "serve.read_dossier",
        "serve.list_dossiers",
        "steer.register_instrument",
        "steer.enter_text",
        "steer.draft_task",
        "steer.amend_task",
        "steer.assign_task",
        "steer.accept_task",
        "steer.decline_task",
        "steer.hand_sub_task",
        "steer.report_progress",
        "steer.attach_evidence",
        "steer.judge_evidence",
        "steer.close_task",
        "steer.send_back_task",
        "steer.extend_task",
        "steer.cancel_task",
        "steer.undo_import",
        "steer.hand_over_task",
        "steer.read_task",
        "steer.list_tasks",
        "watch.read_numbers",
        "watch.list_cases",
        "watch.publish_edition",
        "core.open_account",
        "core.close_account",
        "core.reopen_account",
        "core.send_way_in",
        "core.appoint",
        "core.end_holding",
        "core.delegate",
        "core.end_delegation",
        "core.revoke_delegation",
        "core.expire_delegation",
        "core.grant",
        "core.revoke",
        "core.publish_definition",
        "core.merge_organisations",
        "core.plan_reorganisation",
        "core.call_off_reorganisation",
        "core.carry_out_reorganisation",
        "serve.hand_over",
        "core.erase",
        "core.operate",
        "core.review_access",
        "core.contest_read",
        "core.withdraw_contest",
        "core.read_contest",
        "core.ask_explanation",
        "core.explain_read",
        "core.answer_contest",
        "core.observe",
        "core.raise_finding",
        "core.withdraw_claim",
        "core.rule_on_conflict",
        "core.register_actor",
        "core.fire_timer",
        "core.expire_grant",
    }
)
MEASURES: Final = frozenset(
    {
        "submitted", "received", "online", "assisted", "simulated", "done_in_time", "done_late", "breached", "open",
        "open_late", "waiting", "task_finished", "task_breached", "task_assigned", "task_working", "task_reported",
        "task_done", "task_declined", "task_cancelled", "task_overdue", "task_done_late",
        "task_simulated",
    }
)  # fmt: skip
"""What the watching room counts from the journal, by name."""
AXES: Final = frozenset({"business", "financial", "delivery", "sync"})
NATIONAL_STATUSES: Final = frozenset(str(number) for number in range(1, 11))
ONE_STOP_FORMS: Final = frozenset(f"{number:02d}" for number in range(1, 8))
CATALOGUES: Final = frozenset(
    {
        "channels",
        "applicant_types",
        "copy_kinds",
        "fee_kinds",
        "collection_times",
        "payment_ways",
        "result_files",
        "partial_reasons",
        "fields",
    }
)
FILE_TYPES: Final = frozenset({"pdf", "jpg", "png", "docx", "xlsx", "dwg"})
PREFILL: Final = frozenset(
    f"actor.{name}"
    for name in ("full_name", "birth_date", "gender", "id_number", "address", "commune", "phone", "email")
)
PERSONAL_TYPES: Final = frozenset({"id_number", "phone", "email", "address"})
"""Answers of these types are always personal."""

HOURS_A_DAY: Final = 8
"""Working hours of a working day: the national systems compute days as hours / 8."""

WORKING_DAYS_A_MONTH: Final = 21

CONTEXT: Final[dict[str, type]] = {"today": date, "channel": int, "applicant": str, "online": bool}
"""Facts given to every rule beside the answers: day of submission, channel code, kind of applicant, channel is 2."""

FACT_TYPES: Final[dict[str, type]] = {"date": date, "yesno": bool, "number": int, "money": int}
"""What an answer of a field type is for a rule; other types are text."""


def limit_hours(amount: int, unit: str) -> int:
    """The working hours that fit into a time limit; 0 working days is the same day, so one day's hours.

    For calendar days it is the working days that lie in every such span without holidays: five of each seven.
    """
    match unit:
        case "working_hour":
            return amount
        case "working_day":
            return max(amount, 1) * HOURS_A_DAY
        case "day":
            return amount * 5 // 7 * HOURS_A_DAY
        case "month":
            return amount * WORKING_DAYS_A_MONTH * HOURS_A_DAY
        case _:
            raise ValueError(f"{unit} is no unit of a time limit")


def is_of(value: object, kind: type) -> bool:
    """Whether a fact has its type exactly: a truth value is no number, a moment is no date."""
    return isinstance(value, kind) and not (
        (kind is int and isinstance(value, bool)) or (kind is date and isinstance(value, datetime))
    )
