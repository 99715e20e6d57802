"""Accounts of people who work here: opened by an administrator, closed, opened again, and sent the way in.

The login itself, its address and its password are no part of the journal (see ``Account``): what is journalled is who
let whom in or out, when and for what reason. Whoever asks for one of these acts changes the login in the same
transaction. Accounts are the whole installation's: a grant over one agency reaches none.
"""

from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.actions.actors import ACTOR, seal_identity
from sauro.core.doorway.ask import Ask
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.registry import Query, Row, Where, action
from sauro.core.doorway.work import Work
from sauro.core.models import Actor

CLOSING = ("left_office", "long_absence", "suspected_misuse", "made_by_mistake", "other")
OPENING = ("returned", "closed_by_mistake", "suspicion_cleared", "other")
"""Why, in one of a few words: never personal text."""
UNUSED = "u.last_login IS NULL AND u.password LIKE '!%%'"
"""Nobody has chosen a password for it, nor ever signed in with it."""


class OpenAccount(msgspec.Struct, forbid_unknown_fields=True):
    """Who somebody is (name and e-mail; the ID number where it is known), and by which name they sign in.

    ``letter`` here and below: whether a letter with the way in goes out with it, or no mail server is set up.
    """

    identity: dict[str, str]
    login: str
    id: UUID | None = None
    letter: bool = False


def _nowhere(ask: Ask, payload: OpenAccount) -> Where:
    """Somebody new is nobody's own and stands in no agency yet."""
    return Where()


def _known(ask: Ask, payload: OpenAccount, envelope: Row | None) -> Query:
    """What of it is somebody's already."""
    from sauro.core.vault import keyring
    from sauro.core.vault.tokens import tokens_for

    ring = keyring.current()
    email = tokens_for(ring, "email", payload.identity.get("email", ""))
    number = tokens_for(ring, "number", payload.identity.get("number", ""))
    return (
        "SELECT 'login' AS what FROM auth_user WHERE lower(username) = lower(%s)"
        " UNION SELECT 'email' FROM core_account WHERE email_token = ANY(%s::bytea[])"
        " UNION SELECT 'number' FROM core_token t JOIN core_actor a ON a.id = t.unit AND a.kind = 'person'"
        " WHERE t.kind = 'number' AND t.token = ANY(%s::bytea[])",
        [payload.login, email, number],
    )


@action(
    "core.open_account", subject=ACTOR, payload=OpenAccount, purpose="keep_registers", creates=True, place=_nowhere,
    facts=_known, batch=False,
)  # fmt: skip
def open_account(work: Work) -> None:
    """Somebody new: registered, with an account to sign in with. The event holds neither name nor login."""
    p: OpenAccount = work.payload
    for field, message in (("name", _("Enter the full name")), ("email", _("Enter an e-mail address such as ten@vidu.vn"))):  # fmt: skip
        if not p.identity.get(field, "").strip():
            work.refuse("unnamed", "I1: a clear person", message, field=field)
    taken = {row["what"] for row in work.facts}
    said = {
        "login": _("Choose another user name: somebody has this one"),
        "email": _("Somebody’s account has this address already. Enter another, or find that account in the list."),
        "number": _("Somebody of the register has this number already. Find them by it, and appoint them."),
    }  # fmt: skip
    for what, message in said.items():
        if what in taken:
            work.refuse(f"{what}_taken", "I1: a clear person", message, field=what, status=409)
    if p.id is not None:
        work.subject = p.id
    work.insert(Actor, id=work.subject, kind="person", valid_from=local_day(work.now))
    seal_identity(work, work.subject, {name: text for name, text in p.identity.items() if text})
    work.answer.update(actor=str(work.subject), letter=p.letter)


class Reason(msgspec.Struct, forbid_unknown_fields=True):
    """Why, by its code."""

    reason: str
    letter: bool = False


class SendWayIn(msgspec.Struct, forbid_unknown_fields=True):
    """Whether the letter goes to another address than the one that was entered; and that address."""

    email: str = ""
    letter: bool = False


def _account(ask: Ask, payload: Reason | SendWayIn, envelope: Row | None) -> Query:
    """The account as it stands, held until this act is over; and whose the address is."""
    from sauro.core.vault import keyring
    from sauro.core.vault.tokens import tokens_for

    email = getattr(payload, "email", "")
    tokens = tokens_for(keyring.current(), "email", email)
    return (
        f"SELECT u.is_active AS open, {UNUSED} AS unused, EXISTS (SELECT 1 FROM core_account o"  # noqa: S608 — constants
        " WHERE o.email_token = ANY(%s::bytea[]) AND o.user_id <> u.id) AS taken, c.email_token IS NOT NULL AS addressed"
        " FROM core_account c JOIN auth_user u ON u.id = c.user_id WHERE c.person = %s FOR UPDATE OF u",
        [tokens, ask.subject],
    )


def _standing(work: Work) -> Row:
    if not work.facts:
        work.refuse("not_found", "I1: a clear person", _("This person has no account."), status=404)
    return work.facts[0]


def _reason(work: Work, among: tuple[str, ...]) -> None:
    if work.payload.reason not in among:
        work.refuse("no_reason", "I8", _("Choose the reason."), field="reason")
    work.data["reason"] = work.payload.reason


@action(
    "core.close_account", subject=ACTOR, payload=Reason, purpose="keep_registers", facts=_account, batch=False
)
def close_account(work: Work) -> None:
    """Nobody signs in with it any more, and whoever was signed in is out. What was done stays done."""
    if work.subject in work.persons:
        work.refuse("closes_itself", "I5", _("Nobody closes their own account. Ask another administrator."), status=403)  # fmt: skip
    if not _standing(work)["open"]:
        work.refuse("closed_already", "I12", _("This account is closed already."), status=409)
    _reason(work, CLOSING)


@action(
    "core.reopen_account", subject=ACTOR, payload=Reason, purpose="keep_registers", facts=_account, batch=False
)  # fmt: skip
def reopen_account(work: Work) -> None:
    """They may sign in again, once they have chosen a new password."""
    if _standing(work)["open"]:
        work.refuse("open_already", "I12", _("This account is open already."), status=409)
    _reason(work, OPENING)
    work.answer["letter"] = work.payload.letter


@action(
    "core.send_way_in", subject=ACTOR, payload=SendWayIn, purpose="keep_registers", facts=_account, batch=False
)  # fmt: skip
def send_way_in(work: Work) -> None:
    """Another letter with a link. An account in use is not led away: only one that nobody has used yet is sent it elsewhere."""
    p: SendWayIn = work.payload
    row = _standing(work)
    if not row["open"]:
        work.refuse("closed", "I5", _("This account is closed. Open it again first."), status=409)
    if p.email and not row["unused"]:
        work.refuse("in_use", "I5", _("This account is in use. Its holder alone changes the address."), field="email", status=403)  # fmt: skip
    if not p.email and not row["addressed"]:
        work.refuse("no_address", "I1: a clear person", _("Enter an e-mail address such as ten@vidu.vn"), field="email")  # fmt: skip
    if row["taken"]:
        work.refuse("email_taken", "I1: a clear person", _("Somebody’s account has this address already. Enter another, or find that account in the list."), field="email", status=409)  # fmt: skip
    work.data["elsewhere"] = bool(p.email)
    work.answer["letter"] = p.letter
