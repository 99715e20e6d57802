"""The demonstration's people: one account for each role, in one commune where every office is held.

Everything goes through the doorway. The password is made at installation, written to one file and printed; nothing
of this exists outside a demonstration.
"""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from sauro.core.doorway import Ask, act, act_many
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.models import Account, Actor, Definition, Grant, Holding
from sauro.core.refusal import Refusal
from sauro.packs.load import id_of
from sauro.project.cli.language import _
from sauro.project.cli.progress import Stages

Say = Callable[[str], None]
COMMUNE = "26041"
PROVINCE = "75"
START = date(2026, 1, 1)
STEP = 5


@dataclass(frozen=True)
class Role:
    """One person of the demonstration: their login, who they are, and which offices they hold by the roles of these.

    ``offices`` are those they hold by name, whatever else these may do.
    """

    login: str
    words: str
    identity: dict[str, str]
    roles: tuple[str, ...] = ()
    offices: tuple[str, ...] = ()


# Names and numbers are made up: 12-digit numbers that begin with 000 are given to nobody.
PEOPLE = (
    Role("nguoidan", _("Citizen"), {"name": "Trần Thị Hoa", "number": "000190000001", "phone": "0912345678"}),
    Role("motcua", _("One-stop officer"), {"name": "Lê Văn Bình"}, ("one_stop_officer",)),
    Role("chuyenvien", _("Case officer"), {"name": "Phạm Thu Hà"}, ("case_officer",)),
    Role(
        "lanhdao",
        _("Competent authority and head of agency"),
        {"name": "Nguyễn Văn Minh"},
        ("competent_authority", "agency_head"),
    ),
    # A head who also handles dossiers: what they worked on, the chairperson above them signs (invariant I3).
    Role(
        "truongphong", _("Head of a division"), {"name": "Hoàng Minh Tuấn"}, ("agency_head", "case_officer")
    ),
    Role("thuky", _("Steering secretary"), {"name": "Bùi Thanh Mai"}, ("steering_secretariat",)),
    Role("thamdinh", _("Independent verifier of tasks"), {"name": "Ngô Quốc Việt"}, ("task_verifier",)),
    # A minister of their own: a province that drafts for the ministry meets somebody else's authority.
    Role("botruong", _("Minister"), {"name": "Đặng Hữu Phúc"}, offices=("VN.BKHCN/bo-truong",)),
    Role("truc", _("Duty officer of a province"), {"name": "Lý Thị Ngọc"}, offices=("P75/truc-he-thong",)),
    Role(
        "trucquocgia",
        _("Duty officer of the nation"),
        {"name": "Mai Xuân Sơn"},
        offices=("VN.CP/truc-he-thong",),
    ),
    Role(
        "dulieu",
        _("Data-protection officer of a province"),
        {"name": "Trịnh Bảo Châu"},
        offices=("P75/bao-ve-du-lieu",),
    ),
    Role(
        "dulieuquocgia",
        _("Data-protection officer of the nation"),
        {"name": "Hồ Anh Dũng"},
        offices=("VN.CP/bao-ve-du-lieu",),
    ),
    Role("hotro", _("Assister at the counter"), {"name": "Đỗ Thị Lan"}, ("assister",)),
    Role("quantri", _("Administrator"), {"name": "Vũ Đức Long"}),
)


def accounts_file() -> Path:
    """Where the password of this demonstration stands."""
    return Path(settings.SAURO_VAR) / "demonstration-accounts.txt"


def fill(say: Say) -> None:
    """Make the people, their offices and their accounts, once."""
    if accounts_file().exists() and Account.objects.filter(user__username=PEOPLE[0].login).exists():
        return
    say(_("Making the demonstration's people…"))
    password = "-".join(secrets.token_hex(2) for _part in range(3))
    for role in PEOPLE:
        person = id_of(f"demonstration/{role.login}")
        _register(person, role)
        with transaction.atomic():
            user, _new = User.objects.get_or_create(username=role.login)
            user.set_password(password)
            user.save()
            Account.objects.get_or_create(user=user, defaults={"person": person})
    _appoint()
    lines = [f"{role.login:<12} {role.words}" for role in PEOPLE]
    accounts_file().unlink(missing_ok=True)
    # Never readable by others, not even for a moment.
    made = os.open(accounts_file(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(made, "w", encoding="utf-8") as file:
        file.write("\n".join([*lines, "", f"password: {password}", ""]))


def tell(say: Say) -> None:
    """Print the accounts."""
    if accounts_file().exists():
        say(accounts_file().read_text(encoding="utf-8"))


def _register(person: UUID, role: Role) -> None:
    if not Actor.objects.filter(pk=person).exists():
        identity = {"id": person, "kind": "person", "valid_from": START, "identity": role.identity}
        act(Ask("core.register_actor", PLATFORM, f"demonstration:{role.login}", identity))
    code = {"nguoidan": "citizen", "quantri": "administrator"}.get(role.login)
    # Officials are citizens too: each may file for themselves.
    for wanted in {"citizen", code} - {None}:
        given = Definition.objects.get(kind="role", code=wanted, state="published")
        if not Grant.objects.filter(holder=person, role=given.id, revoked_at=None).exists():
            scope = "own" if wanted == "citizen" else "all"
            payload = {
                "holder": person,
                "role": given.id,
                "scope": scope,
                "purpose": wanted,
                "basis": "demonstration",
            }
            act(Ask("core.grant", PLATFORM, f"demonstration:{role.login}:{wanted}", payload))


def _appoint() -> None:
    """Every office of one commune and its province, and of the centre, gets its holder by what the office may do.

    Police and tax offices of a province belong to a ministry and have the province's area: those of others are left.
    """
    places = Actor.objects.filter(kind="organisation", area__in=[COMMUNE, PROVINCE]) | Actor.objects.filter(
        kind="organisation", level__in=["ministry", "central"], area=""
    )
    offices = Actor.objects.filter(
        kind="position", organisation__in=list(places.values_list("id", flat=True))
    )
    held = set(Holding.objects.filter(position__in=offices).values_list("position", flat=True))
    codes = dict(Definition.objects.filter(kind="role").values_list("id", "code"))
    may: dict[UUID, set[str]] = {}
    for holder, role in Grant.objects.filter(holder__in=offices, revoked_at=None).values_list(
        "holder", "role"
    ):
        may.setdefault(holder, set()).add(codes[role])
    asks = []
    for office in offices.order_by("code"):
        login = _holder_for(office.code or "", may.get(office.id, set()))
        if login is not None and office.id not in held:
            payload = {"person": id_of(f"demonstration/{login}"), "valid_from": START}
            asks.append(
                Ask("core.appoint", PLATFORM, f"demonstration:{office.code}", payload, subject=office.id)
            )
    # One by one, since an appointment changes who may act: told from time to time.
    stages = Stages({"offices": _("Offices given to them")})
    for at in range(0, len(asks), STEP):
        for result in act_many(asks[at : at + STEP]):
            if isinstance(result, Refusal):
                raise result
        stages("offices", min(at + STEP, len(asks)), len(asks))


def _holder_for(office: str, roles: set[str]) -> str | None:
    """Who holds it by name; else who both heads and handles, then signers and heads, so that nobody drafts what they sign."""
    named = next((role.login for role in PEOPLE if office in role.offices), None)
    if named is not None:
        return named
    people = {role.login: role.roles for role in PEOPLE}
    if roles.issuperset(people["truongphong"]):
        return "truongphong"
    for login in ("lanhdao", "motcua", "chuyenvien", "hotro", "thuky", "thamdinh"):
        if roles.intersection(people[login]):
            return login
    return None
