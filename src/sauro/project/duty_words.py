"""What the parts of a worker are called on the administrator's page; a part without a name is shown by its code."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DUTIES: dict[str, Promise | str] = {
    "sealer": _("sealing the journal"),
    "consumers": _("following the journal"),
    "checkpoints": _("signing checkpoints"),
    "timers": _("deadlines that fall due"),
    "splits": _("what splits hand over"),
    "stalled_jobs": _("jobs that stand still"),
    "counts": _("counts of tasks"),
    "empty_counts": _("counts that are empty"),
    "tallies": _("tallies of numbers"),
    "editions": _("editions of public numbers"),
    "heart": _("sign of life"),
    "limits": _("limits that have passed"),
    "quarantine": _("files in quarantine"),
    "sessions": _("sessions that have ended"),
    "task_lists": _("lists of tasks left undone"),
    "vault": _("what erasure has left"),
    "pace": _("the demonstration’s own pace"),
    "simulation": _("simulated days"),
}
CONSUMERS: dict[str, Promise | str] = {
    "reads.tell": _("word of contested reads"),
    "serve.prepare": _("preparing signatures"),
    "serve.tell": _("word to applicants and offices"),
    "steer.warn": _("warnings about tasks"),
    "watch.findings": _("claims that cannot hold"),
    "watch.measure": _("measuring"),
}
QUEUES: dict[str, Promise | str] = {"documents": _("documents"), "letters": _("letters")}
STATUSES: dict[str, Promise | str] = {
    "todo": _("waiting"),
    "doing": _("being done"),
    "succeeded": _("done"),
    "failed": _("failed for good"),
    "cancelled": _("called off"),
    "aborting": _("being called off"),
    "aborted": _("called off"),
}
