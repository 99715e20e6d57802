"""Asking the watching room, the installation, one's own account; and, where no address leads, the doorway itself."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User

from sauro.core.doorway import Ask, act
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import (
    Account,
    Actor,
    Conflict,
    Definition,
    Grant,
    Holding,
    Observation,
    Reorganisation,
    Timer,
)
from sauro.core.moment import now
from sauro.core.refusal import Refusal
from sauro.steer.models import Task
from tests.permissions.asking import Question, asks, done, meant
from tests.permissions.world import DAY, LAW, WORDS, Reading, World


@asks("page", "watch:desk")
def desk(question: Question) -> str:
    return meant(question.get())


@asks("page", "watch:desk_of", "watch:answers", "watch:index766")
def of_an_agency(question: Question) -> str:
    return meant(question.get(agency=question.world.agencies["home"]))


@asks("page", "watch:cases")
def cases(question: Question) -> str:
    return meant(question.get(agency=question.world.agencies["home"], query={"measure": "open"}))


@asks("stream", "watch:desk_of now", "watch:desk_of below")
def stream(question: Question) -> str:
    """The part that a live page fetches, with the way to the next one in its head where there is an edge."""
    answer = question.get(agency=question.world.agencies["home"], query={"part": question.cell.part})
    said = meant(answer)
    ticket = bool(answer.get("Sauro-Stream"))
    assert said == "allow" or not ticket, "a ticket for who may not see what it is for"
    return said if said != "allow" or ticket or not settings.SAURO_EDGE_URL else "no way to listen"


@asks("export", "watch:desk_of csv", "watch:desk_of xlsx")
def export(question: Question) -> str:
    return meant(question.get(agency=question.world.agencies["home"], query={"export": question.cell.part}))


@asks("act", "watch:rule")
def rule(question: Question) -> str:
    """A ruling, as the form on the public page of doubts sends it."""
    finding = question.world.ids["finding"]
    prefix = f"d{finding.hex[-8:]}"
    claim = str(Conflict.objects.get(pk=finding).claims[0])
    sent = {f"{prefix}-reason": WORDS, f"{prefix}-ruling": "stands", f"{prefix}-upheld": claim}
    return done(question, lambda: question.post(sent, finding=finding))


@asks("page", "organisation")
def organisation(question: Question) -> str:
    return meant(question.get(organisation=question.world.agencies["home"]))


@asks("page", "office")
def office(question: Question) -> str:
    return meant(question.get(position=question.world.officials["auditor", "home"].office))


@asks("page", "official")
def official(question: Question) -> str:
    return meant(question.get(query={"q": str(question.world.officials["auditor", "home"].person)}))


@asks("act", "office_change")
def office_change(question: Question) -> str:
    """A person is put into an office by the form on its page."""
    office = question.world.officials["auditor", "beside"].office
    today, person = local_day(now()), question.world.citizens["other"].person
    login = Account.objects.get(person=person).user.username
    sent: dict[str, Any] = {"find_person": login, "appoint-person": str(person), "appoint-kind": "holder"}
    sent |= {
        "appoint-valid_from_day": today.day,
        "appoint-valid_from_month": today.month,
        "appoint-valid_from_year": today.year,
    }
    return meant(question.post(sent, position=office, verb="appoint"))


@asks("act", "office_change revoke-delegation")
def end_of_a_delegation(question: Question) -> str:
    office = question.world.officials["auditor", "beside"].office
    return meant(question.post({"delegation": str(new_id())}, position=office, verb=question.cell.part))


@asks("page", "account_of")
def account_of(question: Question) -> str:
    return meant(question.get(person=question.world.citizens["other"].person))


def _made() -> dict[str, Any]:
    return {"name": WORDS, "email": f"{new_id().hex}@thu.example", "login": f"n{new_id().hex}"}


@asks("act", "account_new")
def account_new(question: Question) -> str:
    return done(question, lambda: question.post(_made()))


@asks("act", "account_change close", "account_change reopen", "account_change send")
def account_change(question: Question) -> str:
    """Somebody else's account, in the state in which the act is waited for."""
    person, verb = _login(question.world, question.cell.part), question.cell.part
    sent = {"reason": "other"} if verb != "send" else {"email": f"{new_id().hex}@thu.example"}
    return done(question, lambda: question.post(sent, person=person, verb=verb))


def _login(world: World, verb: str) -> UUID:
    """A citizen's account that nobody has used; closed where it is to be opened again."""
    person = world.citizens["other"].person
    User.objects.filter(account__person=person).update(
        is_active=verb != "reopen", password="!", last_login=None
    )
    return person


@asks("act", "leave_end")
def leave_end(question: Question) -> str:
    return meant(question.post({}, delegation=new_id()))


@asks("search", "access_review")
def access_review(question: Question) -> str:
    """By the id of a dossier: told who can open it, or as if there were none."""
    return meant(question.get(query={"q": str(question.world.dossiers["check"])}))


@asks("page", "reorganisation_preview", "split_new", "split_preview")
def reorganisation_preview(question: Question) -> str:
    return meant(question.get())


@asks("page", "reorganisation")
def reorganisation(question: Question) -> str:
    return meant(question.get(reorganisation=_planned(question.world)))


@asks("act", "reorganisation_call_off")
def reorganisation_call_off(question: Question) -> str:
    return meant(question.post({}, reorganisation=_planned(question.world)))


@asks("page", "operations", "metrics")
def installation(question: Question) -> str:
    return meant(question.get())


@asks("act", "web:choose_office")
def choose_office(question: Question) -> str:
    """One's own office; citizens have none to choose."""
    wanted = question.who.office or question.world.officials["auditor", "home"].office
    return meant(question.post({"position": str(wanted), "next": "/"}))


OWN = (
    "account_home", "account_address", "usersessions_list", "mfa_index", "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes", "mfa_add_webauthn", "account_reauthenticate", "account_change_password",
    "account_set_password",
)  # fmt: skip


@asks("page", *OWN)
def account(question: Question) -> str:
    """A page of the account; one that has nothing to show yet leads on, or says so."""
    answer = question.get()
    return "allow" if answer.status_code == 404 and question.cell.role != "anonymous" else meant(answer)


@asks("page", "mfa_remove_webauthn")
def remove_passkey(question: Question) -> str:
    """Whoever asks for one proves themselves first, and finds it or not behind that: the same for all that is not theirs."""
    answer = question.get(pk=1)
    proving = answer.status_code == 302 and answer["Location"].startswith("/accounts/reauthenticate/")
    return "hide" if proving else meant(answer)


# -- the doorway: what no page asks for yet


def _planned(world: World) -> UUID:
    """A merger that is planned for a coming day, and carried out by nobody here."""
    found = Reorganisation.objects.filter(state="planned").values_list("id", flat=True).first()
    if found is not None:
        return found
    absorbed = Actor.objects.get(kind="organisation", code="C26020.KT").id
    terms = {"into": str(world.agencies["under"]), "basis": LAW}
    sent = {
        "kind": "merge",
        "organisation": absorbed,
        "terms": terms,
        "effective": local_day(now()) + timedelta(days=2),
    }
    return act(Ask("core.plan_reorganisation", PLATFORM, new_id().hex, sent)).subject


Payload = Callable[[World, Reading], tuple[dict[str, Any], UUID | None]]


def _spare(world: World) -> UUID:
    """A grant of somebody else."""
    home = world.officials["auditor", "beside"].office
    return Grant.objects.filter(holder=home).values_list("id", flat=True)[0]


def _register(world: World, who: Reading) -> tuple[dict[str, Any], UUID | None]:
    return {"id": new_id(), "kind": "person", "valid_from": DAY}, None


def _appoint(world: World, who: Reading) -> tuple[dict[str, Any], UUID | None]:
    return {"person": world.citizens["other"].person, "valid_from": DAY}, world.officials[
        "auditor", "beside"
    ].office


def _grant(world: World, who: Reading, role: str = "citizen") -> tuple[dict[str, Any], UUID | None]:
    found = Definition.objects.get(kind="role", code=role, state="published").id
    holder, scope = world.citizens["nobody"].person, "all" if role == "system" else "own"
    return {"holder": holder, "role": found, "scope": scope, "purpose": role, "basis": LAW}, None


def _grant_system(world: World, who: Reading) -> tuple[dict[str, Any], UUID | None]:
    return _grant(world, who, "system")


def _revoke(world: World, who: Reading) -> tuple[dict[str, Any], UUID | None]:
    return {"basis": LAW}, _spare(world)


def _publish(world: World, who: Reading) -> tuple[dict[str, Any], UUID | None]:
    old = Definition.objects.get(pk=world.ids["procedure"])
    body = {**old.body, "version": old.version + 1}
    return {
        "kind": old.kind, "code": old.code, "version": old.version + 1, "basis": "b", "body": body,
        "valid_from": local_day(now()),
    }, None  # fmt: skip


def _merge(world: World, who: Reading) -> tuple[dict[str, Any], UUID | None]:
    absorbed = Actor.objects.get(kind="organisation", code="C26020.KT").id
    return {"into": world.agencies["under"], "basis": "202/2025/QH15"}, absorbed


def _erase(world: World, who: Reading) -> tuple[dict[str, Any], UUID | None]:
    return {"unit": world.dossiers["hand"], "basis": LAW}, None


def _observe(world: World, who: Reading) -> tuple[dict[str, Any], UUID | None]:
    indicator = UUID(Definition.objects.filter(kind="indicator", state="published")[0].body["id"])
    return {
        "indicator": indicator, "period": "2026-10", "value": "1", "kind": "claimed", "source": "x",
        "place": who.agency,
    }, None  # fmt: skip


def _fire(world: World, who: Reading) -> tuple[dict[str, Any], UUID | None]:
    timer = Timer.objects.filter(commitment=world.dossiers["check"])[0]
    return {"timer": timer.id}, world.dossiers["check"]


def _expire(world: World, who: Reading) -> tuple[dict[str, Any], UUID | None]:
    return {"timer": new_id()}, _spare(world)


def _end_holding(world: World, who: Reading) -> tuple[dict[str, Any], UUID | None]:
    office = world.officials["auditor", "beside"].office
    return {"holding": Holding.objects.get(position=office).id, "last_day": local_day(now())}, office


def _delegate(world: World, who: Reading) -> tuple[dict[str, Any], UUID | None]:
    office, other = world.officials["auditor", "beside"], world.officials["agency_head", "beside"]
    return {
        "deputy": other.person, "deputy_position": other.office, "roles": ["auditor"], "reason": "leave",
        "valid_from": local_day(now()), "valid_to": local_day(now()) + timedelta(days=3),
    }, office.office  # fmt: skip


def _expire_delegation(world: World, who: Reading) -> tuple[dict[str, Any], UUID | None]:
    return {"timer": new_id()}, new_id()


def _carry_out(world: World, who: Reading) -> tuple[dict[str, Any], UUID | None]:
    return {"timer": new_id()}, _planned(world)


def _raise(world: World, who: Reading) -> tuple[dict[str, Any], UUID | None]:
    return {"kind": "doubt", "rule": "r", "claims": [new_id()], "said": {}}, None


def _withdraw(world: World, who: Reading) -> tuple[dict[str, Any], UUID | None]:
    return {"reason": "r"}, Observation.objects.filter(kind="claimed", withdrawn_at=None)[0].id


def _edition(world: World, who: Reading) -> tuple[dict[str, Any], UUID | None]:
    return {"number": 1, "leaf_index": 0, "body": {}}, None


def _prepare(world: World, who: Reading) -> tuple[dict[str, Any], UUID | None]:
    found = world.dossiers["draft"]
    return {"file": found, "digest": "a" * 64}, found


def _hand_over(world: World, who: Reading) -> tuple[dict[str, Any], UUID | None]:
    return _handed(world), world.dossiers["hand"]


def _hand_over_task(world: World, who: Reading) -> tuple[dict[str, Any], UUID | None]:
    return _handed(world), Task.objects.values_list("id", flat=True)[0]


def _handed(world: World) -> dict[str, Any]:
    other = Actor.objects.get(kind="organisation", code="C26020.KT").id
    return {"came": world.agencies["under"], "into": other, "basis": LAW}


def _open(world: World, who: Reading) -> tuple[dict[str, Any], UUID | None]:
    sent = _made()
    return {"login": sent.pop("login"), "identity": sent}, None


def _close(world: World, who: Reading) -> tuple[dict[str, Any], UUID | None]:
    return {"reason": "other"}, _login(world, "close")


def _reopen(world: World, who: Reading) -> tuple[dict[str, Any], UUID | None]:
    return {"reason": "other"}, _login(world, "reopen")


def _send(world: World, who: Reading) -> tuple[dict[str, Any], UUID | None]:
    return {"email": _made()["email"]}, _login(world, "send")


AT_THE_DOORWAY: dict[str, Payload] = {
    "core.open_account": _open, "core.close_account": _close, "core.reopen_account": _reopen, "core.send_way_in": _send,
    "core.register_actor": _register, "core.appoint": _appoint, "core.grant": _grant, "core.grant system": _grant_system,
    "core.revoke": _revoke, "core.publish_definition": _publish, "core.merge_organisations": _merge, "core.erase": _erase,
    "core.observe": _observe, "core.fire_timer": _fire, "core.expire_grant": _expire, "core.raise_finding": _raise,
    "core.end_holding": _end_holding, "core.delegate": _delegate, "core.expire_delegation": _expire_delegation,
    "core.carry_out_reorganisation": _carry_out, "core.withdraw_claim": _withdraw, "watch.publish_edition": _edition, "serve.prepare_signature": _prepare,
    "serve.hand_over": _hand_over, "steer.hand_over_task": _hand_over_task,
}  # fmt: skip


@asks("doorway", *AT_THE_DOORWAY)
def doorway(question: Question) -> str:
    """Asked as a page would ask, in the reader's office: refused for want of authority, or done."""
    payload, subject = AT_THE_DOORWAY[question.cell.where](question.world, question.who)
    who = question.who
    try:
        act(Ask(question.cell.does, who.person, new_id().hex, payload, subject, who.office))
    except Refusal as refusal:
        known = {403: "refuse", 404: "hide"}
        return known.get(refusal.status, f"{refusal.code}: {refusal.message}")
    return "allow"
