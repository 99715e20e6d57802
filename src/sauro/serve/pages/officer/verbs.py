"""The acts that an official may do to a dossier: when each is offered, what it asks, and what it says when done."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from sauro.core.clock import course as clock
from sauro.core.clock.course import CourseRefused
from sauro.core.queries import courses
from sauro.core.rules.closing import all_may_close
from sauro.serve.actions.subject import terms_of
from sauro.serve.pages.officer import forms
from sauro.serve.pages.officer.desk import Desk
from sauro.serve.rules.statuses import Status

Words = str | Lazy
WORKING = ("examine", "verify", "consult", "publish", "finance", "review")
ACTIVE = (Status.ACCEPTED, Status.PROCESSING)


@dataclass(frozen=True)
class Verb:
    """One act: its address, its action, its words, its form, and in which state of a dossier it makes sense.

    ``main`` is the act that the present step waits for; a ``grave`` one cannot be undone and looks like it.
    """

    slug: str
    action: str
    title: Words
    done: Words
    offered: Callable[[Desk], bool]
    form: type[forms.ActForm] = forms.ActForm
    main: bool = False
    grave: bool = False
    note: Words = ""


def _before_acceptance(desk: Desk) -> bool:
    return desk.status in (Status.SUBMITTED, Status.SUPPLEMENT_REQUESTED) and not desk.accepted


def _at(*kinds: str) -> Callable[[Desk], bool]:
    return lambda desk: desk.status in ACTIVE and desk.kind in kinds


def _turn(fits: Callable[[Desk], bool]) -> Callable[[Desk], bool]:
    """The same, where it is this office's turn: a step is done by the office that the plan names for it."""
    return lambda desk: fits(desk) and desk.takes_step


def _in(*statuses: Status) -> Callable[[Desk], bool]:
    return lambda desk: desk.status in statuses


def _may_complete(desk: Desk) -> bool:
    """A step that settles what is due is done when it is paid or waived."""
    settled = desk.kind != "finance" or desk.row["payment"] in ("paid", "waived")
    return settled and _at(*WORKING)(desk)


def _may_ask_for_money(desk: Desk) -> bool:
    """While nothing is asked already."""
    return desk.status == Status.PROCESSING and desk.row["payment"] in ("none", "paid")


def waited_for(desk: Desk, verb: Verb) -> bool:
    """Whether it is what the present step waits for."""
    by_step = desk.step is not None and desk.step.action == verb.action and desk.row["payment"] == "none"
    return verb.main or (by_step and verb.action == "serve.request_payment")


def _may_extend(desk: Desk) -> bool:
    """Offered only while the clock would still take it: an appointment is moved before it is missed, not after."""
    if desk.status not in ACTIVE or desk.promise["course"] is None:
        return False
    course, calendar = courses.read(desk.promise["course"])
    try:
        clock.extend(course, calendar, 1, "asked", "asked", desk.at, terms_of(desk.found))
    except CourseRefused:
        return False
    return True


def _may_sign(desk: Desk) -> bool:
    return _at("sign")(desk) and desk.row["prepared_digest"] is not None and not is_doer(desk)


def is_doer(desk: Desk) -> bool:
    """Whether the official did work on this dossier, and so can never sign it (invariant I3)."""
    return not all_may_close(desk.official.reader.persons, desk.promise["doers"])


VERBS = (
    Verb("accept", "serve.accept_dossier", _("Accept the dossier"), _("Accepted. The appointment is below."), _before_acceptance, main=True),
    Verb("assign", "serve.assign_dossier", _("Assign"), _("Assigned."), _turn(_at("assign")), forms.StepForm, main=True),
    Verb("complete", "serve.complete_step", _("Complete this step"), _("The step is completed."), _turn(_may_complete), forms.StepForm, main=True),
    Verb("draft", "serve.draft_decision", _("Draft the decision"), _("Drafted. It goes to be signed."), _turn(_at("draft")), forms.DraftForm, main=True),
    Verb("sign", "serve.sign_decision", _("Sign the decision"), _("Signed."), _turn(_may_sign), forms.SignForm, main=True),
    Verb("return-draft", "serve.return_draft", _("Send the draft back"), _("The draft went back."),
         _turn(lambda desk: desk.status == Status.PROCESSING and desk.kind in ("sign", "review")), forms.ReturnDraftForm),
    Verb("issue", "serve.issue_result", _("Issue the result"), _("The result is issued."),
         _turn(lambda desk: desk.kind == "issue" and desk.status == Status.PROCESSING), main=True),
    Verb("hand-over", "serve.return_result", _("Hand over the result"), _("Handed over. The dossier is finished."), _turn(_in(Status.FINISHED)), forms.HandOverForm, main=True),
    Verb("record-payment", "serve.record_payment", _("Record a payment"), _("The payment is recorded."),
         lambda desk: desk.row["payment"] == "requested", forms.ReceiptForm, main=True),
    Verb("resume", "serve.resume_dossier", _("Go on after the supplement"), _("Handling goes on; the clock runs again."),
         lambda desk: desk.status == Status.SUPPLEMENT_REQUESTED and desk.accepted, forms.ResumeForm, main=True),
    Verb("supplement", "serve.request_supplement", _("Ask for a supplement"), _("Asked. The clock stands still until the applicant answers."),
         _in(Status.SUBMITTED, Status.ACCEPTED, Status.PROCESSING), forms.SupplementForm, note=_("Ask for everything at once: by law one request is free.")),
    Verb("request-payment", "serve.request_payment", _("Notify a payment"), _("Notified."),
         _may_ask_for_money, forms.PaymentForm,
         note=_("The clock stands still until it is paid.")),
    Verb("extend", "serve.extend_deadline", _("Move the appointment, with an apology"), _("Moved. The first appointment stays beside it."), _may_extend, forms.ExtendForm),
    Verb("refuse", "serve.refuse_dossier", _("Do not accept"), _("Not accepted. Form 03 is ready."), _before_acceptance, forms.RefuseForm, grave=True,
         note=_("This closes the dossier. If only something is missing, ask for a supplement.")),
    Verb("stop", "serve.stop_dossier", _("Stop handling"), _("Stopped. Form 05 is ready."), _in(Status.PROCESSING, Status.SUPPLEMENT_REQUESTED), forms.ReasonForm, grave=True,
         note=_("This closes the dossier without a result.")),
    Verb("withdraw", "serve.withdraw_dossier", _("Withdraw for the applicant"), _("Withdrawn."),
         _in(Status.SUBMITTED, Status.ACCEPTED, Status.PROCESSING, Status.SUPPLEMENT_REQUESTED, Status.FINANCE_REQUESTED), grave=True,
         note=_("Only when the applicant asks for it here at the counter. It cannot be undone.")),
)  # fmt: skip
BY_SLUG = {verb.slug: verb for verb in VERBS}


def offered(desk: Desk) -> list[Verb]:
    """What this office may do to this dossier now: by status, step, and a grant in force."""
    return [verb for verb in VERBS if verb.action in desk.may and verb.offered(desk)]
