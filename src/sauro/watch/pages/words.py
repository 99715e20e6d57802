"""What the measures are called, and what each counts, in words."""

from django.utils.translation import gettext as _

DOSSIERS = ("received", "done_in_time", "done_late", "open", "open_late", "waiting", "online", "assisted")
TASKS = ("task_assigned", "task_working", "task_reported", "task_overdue", "task_done", "task_done_late", "task_declined", "task_cancelled")  # fmt: skip
COLUMNS = ("open_late", "done_late", "received", "done_in_time", "open", "online", "assisted")
"""What needs eyes stands first: on a telephone the rest is out of sight."""
RED = frozenset({"done_late", "open_late", "task_overdue", "task_done_late", "breached"})
"""Measures of which one is one too many."""


def name(measure: str) -> str:
    """What a measure is called."""
    words = {
        "received": _("Received"), "done_in_time": _("Finished in time"), "done_late": _("Finished late"),
        "open": _("Being handled"), "open_late": _("Open and late"), "waiting": _("Waiting for the applicant"),
        "online": _("Sent online, of those received"), "assisted": _("Filed with help, of those received"), "breached": _("Passed their deadline"),
        "submitted": _("Submitted"), "simulated": _("Simulated, of those received"),
        "task_assigned": _("Assigned, not accepted"), "task_working": _("Under way"),
        "task_reported": _("Reported done, not judged"), "task_overdue": _("Open past the deadline"),
        "task_done": _("Done"), "task_done_late": _("Done late"), "task_declined": _("Declined"),
        "task_cancelled": _("Withdrawn"), "task_simulated": _("Simulated, of all tasks"), "task_finished": _("Finished"), "task_breached": _("Passed their deadline"),
    }  # fmt: skip
    return words[measure]


def meaning(measure: str) -> str:
    """What exactly a measure counts."""
    words = {
        "received": _("dossiers accepted on these days; from acceptance on the deadline runs"),
        "done_in_time": _("dossiers finished on these days, not after their deadline"),
        "done_late": _("dossiers finished on these days after their deadline, or after more than one request for a supplement (Decision 766/QĐ-TTg)"),
        "open": _("dossiers accepted and not finished now"),
        "open_late": _("dossiers not finished now whose deadline has passed"),
        "waiting": _("dossiers whose clock stands still for a supplement or a payment"),
        "online": _("of those received, sent online"),
        "assisted": _("of those received, filed for somebody at the counter"),
    }  # fmt: skip
    return words.get(measure, "")
