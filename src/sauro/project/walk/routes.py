"""The walks: who one is on them, and in which steps they go."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from sauro.web.shapes import Text

BIRTH = "1.001193"


@dataclass(frozen=True)
class Step:
    """What to do next, and where. It is done once the visitor opens one of ``seen``, or does one of ``done``."""

    words: Text
    view: str = ""
    code: str = ""
    link: Text = ""
    seen: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    example: bool = False


@dataclass(frozen=True)
class Walk:
    """One role's walk: the account it signs in as, what it is called, what one sees on it; the last step only says farewell."""

    name: str
    login: str
    title: Text
    about: Text
    steps: tuple[Step, ...]


CITIZEN = Walk(
    "nguoi-dan", "nguoidan", _("As a citizen: file a dossier and follow it"),
    _("Register a child’s birth: find the procedure, fill in the form (an example does it for you), send it, and see who has it and until when."),
    (
        Step(_("Open the procedure: it says what is needed, how long it takes and what it costs, with the law."), "serve:procedure", BIRTH, _("Birth registration"), seen=("serve:procedure", "serve:start")),
        Step(_("Begin the filing: choose the province and the commune. They decide which office handles it."), "serve:start", BIRTH, _("Begin"), seen=("serve:section", "serve:attach", "serve:check")),
        Step(_("Fill in the form, or let an example fill it in."), seen=("serve:check",), done=("serve.submit_dossier",), example=True),
        Step(_("Look at everything once more, tick that it is true, and file it."), done=("serve.submit_dossier",)),
        Step(_("It is filed, and nothing of it can be lost now. Open it among your dossiers."), "serve:my_dossiers", link=_("My dossiers"), seen=("serve:my_dossier",)),
        Step(_("Here stands whose turn it is, until when, what has happened, and who has looked at your data. That is the whole walk.")),
    ),
)  # fmt: skip
OFFICER = Walk(
    "can-bo", "chuyenvien", _("As a case officer: take a dossier and decide"),
    _("Begin at what is yours to do today, open the most urgent dossier, examine it and draft the decision. Somebody else signs: who drafts does not."),
    (
        Step(_("This is an officer’s home: what waits for them, the earliest deadline first. Open the first dossier."), "web:today", link=_("Today"), seen=("serve:case",)),
        Step(_("Read what was filed, then open what the step asks for and do it: here, the examination."), done=("serve.complete_step", "serve.request_supplement", "serve.refuse_dossier", "serve.draft_decision")),
        Step(_("Draft the decision: choose the outcome, say why, enter what the paper needs."), done=("serve.draft_decision", "serve.request_supplement", "serve.refuse_dossier")),
        Step(_("Now it is the signer’s turn: who drafted does not sign. “What has happened” says who did what, when, and by which right. That is the whole walk.")),
    ),
)  # fmt: skip
DUTY = Walk(
    "truc-ban", "trucquocgia", _("As a duty officer: from a red number to who answers for it"),
    _("Begin at the numbers of the nation. Each opens: to the agency, to who heads it, to what it promised, and to the events that prove it."),
    (
        Step(_("This is a duty officer’s home: what is late, and where. Open all numbers."), "watch:desk", link=_("Numbers now"), seen=("watch:desk", "watch:desk_of")),
        Step(_("Choose an agency, then “who answers for it”. A red number leads there at once."), seen=("watch:answers",)),
        Step(_("Here stands who heads the agency, what it promised, and what was done last. Open an event: it leads to its place in the journal."), done=("steer.draft_task",), seen=("watch:cases", "steer:task", "event")),
        Step(_("Every number opens like this; the public sees the same, without persons. That is the whole walk."), "watch:nation", link=_("What the public sees")),
    ),
)  # fmt: skip
WALKS = {walk.name: walk for walk in (CITIZEN, OFFICER, DUTY)}
