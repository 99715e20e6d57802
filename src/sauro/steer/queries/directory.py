"""Who and what the cells of a task list name: agencies, offices, instruments, paragraphs, and tasks that stand already.

Names match with or without diacritics, by code, and in the short forms that files use (Bộ KH&CN, UBND tỉnh Đồng Nai).
What fits two is no answer: the file must say which.
"""

import difflib
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db import connection

from sauro.core.doorway.decide import local_day
from sauro.core.moment import now
from sauro.core.queries.visibility import Reader
from sauro.core.text import words
from sauro.steer.actions.instruments import REGISTER
from sauro.steer.queries import agencies
from sauro.steer.queries.instruments import visible_tasks
from sauro.steer.rules.cells import place_in, same_words

_T = TypeVar("_T")
_SHORT = {
    "ubnd": ["uy", "ban", "nhan", "dan"],
    "hdnd": ["hoi", "dong", "nhan", "dan"],
    "tp": ["thanh", "pho"],
}
_SILENT = {"va", "tinh", "cac", "of", "the", "and"}
_COMMITTEE = ["uy", "ban", "nhan", "dan"]
_HEADS = ("Người đứng đầu", "Thủ trưởng", "Thủ trưởng cơ quan", "Head of the agency")
_PROVINCE = "province-committee"
_TOP = ("central", "ministry", "province")
LONGEST_NAME, LONGEST_LIST = 500, 2_000
"""No name is longer, and no list of names that commas separate: what is longer names nobody, and is not looked for."""
_MOST_JOINED = 8
"""So many parts between commas can be one name: more are not tried, however long the list is."""
_MOST_KNOWN = 5_000


def canonical(text: str) -> str:
    """A name without what people leave out, and with what they shorten written out."""
    said: list[str] = []
    for word in words(text):
        said += _SHORT.get(word, [word])
    joined = " ".join(word for word in said if word not in _SILENT)
    return joined.replace("thanh pho ", "")


@dataclass
class Names:
    """Things by the names that they go by; a name that several go by leads to all of them."""

    exact: dict[str, set[UUID]] = field(default_factory=dict)
    loose: dict[str, set[UUID]] = field(default_factory=dict)

    def add(self, id_: UUID, names: Iterable[str]) -> None:
        for name in names:
            if said := same_words(name):
                self.exact.setdefault(said, set()).add(id_)
                self.loose.setdefault(canonical(name), set()).add(id_)

    def add_former(self, id_: UUID, names: Iterable[str]) -> None:
        """Names that something had before; one that another goes by today is not its any more."""
        self.add(id_, [name for name in names if not self.find(name)])

    def find(self, text: str) -> set[UUID]:
        return self.exact.get(same_words(text)) or self.loose.get(canonical(text)) or set()


class Agency(NamedTuple):
    id: UUID
    name: str
    level: str


class Directory:
    """Everybody whom a list may name, read once for a whole list.

    Who brings it from an office of a province says of the agencies there no more than "Sở Tư pháp", "Công an tỉnh".
    """

    def __init__(self, office: UUID | None = None) -> None:
        self.agencies: dict[UUID, Agency] = {}
        self.names = Names()
        self._spoken: dict[str, str] = {}
        self._known: dict[Hashable, Any] = {}
        self._near: dict[str, set[UUID]] = {}
        known = _organisations()
        for id_, vi, en, code, national, level, type_, _path in known:
            self.agencies[id_] = Agency(id_, vi, level)
            self.names.add(id_, [vi, en, code, national, *_short_forms(vi, code, level, type_)])
            if level in _TOP:
                self._spoken[same_words(vi)] = vi
        for id_, *names in _former():
            if id_ in self.agencies:
                self.names.add_former(id_, names)
        if home := _home(
            office,
            {path: (vi, code) for _id, vi, _en, code, *_rest, type_, path in known if type_ == _PROVINCE},
        ):
            name, mark = home
            # The police and the tax office of a province lie below their ministries: it is their codes that tell.
            self._settle(
                name, {id_: vi for id_, vi, _en, code, *_rest in known if code.partition(".")[0] == mark}
            )

    def _settle(self, name: str, around: dict[UUID, str]) -> None:
        """Learn what the agencies of a province are called there: their names without that of the province."""
        place = " " + " ".join(canonical(name).split()[len(_COMMITTEE) :])
        for id_, vi in around.items():
            said = canonical(vi)
            if said.endswith(place):
                short = said.removesuffix(place)
                for form in {short, _tight(short, initials=True)}:
                    self._near.setdefault(form, set()).add(id_)
                self._spoken.setdefault(short, vi)

    def _once(self, of: Hashable, find: Callable[[], _T]) -> _T:
        """A list says the same names over and over: each is looked for once."""
        if of in self._known:
            found: _T = self._known[of]
            return found
        found = find()
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[of] = found
        return found

    def agency(self, text: str) -> set[UUID]:
        """The agencies that go by this name: one, or none, or several that cannot be told apart."""
        if len(text) > LONGEST_NAME:
            return set()
        return self._once(text, lambda: self.names.find(text) or self.names.find(_initials(text)) or self._at_home(text))  # fmt: skip

    def _at_home(self, text: str) -> set[UUID]:
        said = canonical(text)
        return self._near.get(said) or self._near.get(_tight(said)) or set()

    def agencies_in(self, text: str) -> set[UUID] | None:
        """The agencies of a text that separates them by commas, which names hold too; None where something is nobody."""
        if len(text) > LONGEST_LIST:
            return None
        parts = [part.strip() for part in text.split(",")]
        found: set[UUID] = set()
        while parts:
            for length in range(min(len(parts), _MOST_JOINED), 0, -1):
                if len(fits := self.agency(", ".join(parts[:length]))) == 1:
                    found |= fits
                    parts = parts[length:]
                    break
            else:
                return None
        return found

    def nearest(self, text: str) -> str:
        """A name that was perhaps meant, among those of the centre, ministries and provinces; of the same kind of agency."""
        said = same_words(text)
        close = self._once(("near", said), lambda: difflib.get_close_matches(said, self._spoken, n=5, cutoff=0.75))  # fmt: skip
        return next((self._spoken[each] for each in close if each.split()[0] == said.split()[0]), "")

    def seats(self, agency: UUID) -> list["Seat"]:
        """The offices of an agency, its head first."""
        return self._once(("seats", agency), lambda: _seats("p.organisation = %s", agency))

    def head(self, agency: UUID) -> UUID | None:
        return next((seat.id for seat in self.seats(agency) if seat.head), None)

    def seat(self, agency: UUID, text: str) -> set[UUID]:
        """The offices of an agency that go by this name."""
        if len(text) > LONGEST_NAME:
            return set()
        return self._once((agency, text), lambda: _named(self.seats(agency), text))

    @cached_property
    def judges(self) -> list["Seat"]:
        return _seats("p.id = ANY(%s)", [seat.id for seat in agencies.verifiers()])

    def judge(self, text: str) -> set[UUID]:
        """The offices of verifiers that go by this name: of the office, of its agency, or both."""
        if len(text) > LONGEST_NAME:
            return set()
        return self._once(("judge", text), lambda: self._judge(text))

    def _judge(self, text: str) -> set[UUID]:
        if found := _named(self.judges, text):
            return found
        meant = self.agency(text)
        return {seat.id for seat in self.judges if seat.organisation in meant}


class Seat(NamedTuple):
    """An office by its names in both languages, whatever language the file and the reader use.

    One name may hold several ("Bộ trưởng, Thủ trưởng cơ quan ngang bộ"): each of them is a name.
    """

    id: UUID
    head: bool
    organisation: UUID
    name: str
    others: tuple[str, ...]
    agency: tuple[str, ...]


def _seats(condition: str, value: Any) -> list[Seat]:
    sql = f"""SELECT p.id, p.head, o.id, p.name_vi, p.name_en, coalesce(p.code, ''), o.name_vi, o.name_en
FROM core_actor p JOIN core_actor o ON o.id = p.organisation
WHERE p.kind = 'position' AND p.current = p.id AND {condition} ORDER BY p.head DESC, p.code"""  # noqa: S608 — one of two conditions of ours
    with connection.cursor() as cursor:
        cursor.execute(sql, [value])
        return [
            Seat(id_, head, organisation, vi, (*vi.split(", "), *en.split(" or "), en, code, *(_HEADS if head else ())), (o_vi, o_en))
            for id_, head, organisation, vi, en, code, o_vi, o_en in cursor.fetchall()
        ]  # fmt: skip


def _named(seats: Sequence[Seat], text: str) -> set[UUID]:
    """The offices that go by this name, with or without that of their agency behind it."""
    said = canonical(text)
    found = {seat.id for seat in seats if said in {canonical(name) for name in (seat.name, *seat.others)}}
    return found or {seat.id for seat in seats if _with_agency(said, seat)}


def _with_agency(said: str, seat: Seat) -> bool:
    """Chủ tịch UBND tỉnh Đồng Nai is the chairperson of the people's committee there."""
    for name in (seat.name, *seat.others):
        begun = canonical(name)
        if begun and said.startswith(f"{begun} "):
            rest = said[len(begun) + 1 :].split()
            return any(set(rest) <= set(canonical(agency).split()) for agency in seat.agency)
    return False


def _organisations() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.id, a.name_vi, a.name_en, coalesce(a.code, ''), a.national_code, a.level, a.type, a.path FROM core_actor a"
            " WHERE a.kind = 'organisation' AND a.current = a.id AND (a.valid_to IS NULL OR a.valid_to >= %s)",
            [local_day(now())],
        )
        return list(cursor.fetchall())


def _former() -> list[tuple[Any, ...]]:
    """What was merged away, by its successor (invariant I7): lists go on naming it for a long time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.current, a.name_vi, a.name_en, coalesce(a.code, '') FROM core_actor a"
            " WHERE a.kind = 'organisation' AND a.current <> a.id ORDER BY a.code"
        )
        return list(cursor.fetchall())


def _short_forms(name: str, code: str, level: str, type_: str) -> list[str]:
    """What else an agency of the centre or a province goes by: the letters of its code, the name of its province."""
    if level in ("central", "ministry") and code.startswith("VN."):
        return [code.rpartition(".")[2], name.partition("(")[0]]
    said = canonical(name).split()
    if type_ == _PROVINCE and said[:4] == _COMMITTEE:
        return [" ".join(said[4:])]
    return []


def _home(office: UUID | None, provinces: dict[str, tuple[str, str]]) -> tuple[str, str] | None:
    """The province of an office, its name and its code; None for one of the centre."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.path FROM core_actor p JOIN core_actor o ON o.id = p.organisation WHERE p.id = %s",
            [office],
        )
        row = cursor.fetchone()
    return next((found for path, found in provinces.items() if row and row[0].startswith(path)), None)


def _tight(said: str, *, initials: bool = False) -> str:
    """A kind of agency and its letters: so kh cn, or the initials of so khoa hoc cong nghe, are so khcn."""
    kind, _space, rest = said.partition(" ")
    return f"{kind} {''.join(word[0] if initials else word for word in rest.split())}"


def _initials(text: str) -> str:
    """The letters of a code from a name half written out: Bộ KH&CN is BKHCN."""
    said = words(text)
    return "b" + "".join(said[1:]) if said[:1] == ["bo"] and len(said) > 1 else "".join(said)


@dataclass(frozen=True)
class Law:
    """A registered instrument: its number, when it was issued, and its paragraphs by article, clause and point."""

    id: UUID
    code: str
    issued: date | None
    places: dict[tuple[str, str, str], UUID]


def laws() -> dict[str, Law]:
    """The registered instruments by the letters and figures of their numbers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, code, body->>'issued' FROM core_record WHERE register = %s", [REGISTER])
        rows = cursor.fetchall()
        cursor.execute("SELECT instrument, id, label FROM steer_paragraph ORDER BY instrument, at")
        places: dict[UUID, dict[tuple[str, str, str], UUID]] = {}
        for instrument, id_, label in cursor.fetchall():
            place = place_in(label)
            if any(place):
                places.setdefault(instrument, {}).setdefault(place, id_)
    return {number(code): Law(id_, code, _date(issued), places.get(id_, {})) for id_, code, issued in rows}


def number(text: str) -> str:
    """A number as it is compared: 71/NQ-CP, 71 / nq-cp and "Nghị quyết số 71/NQ-CP" are one."""
    found = [part for part in text.split() if "/" in part or "-" in part]
    tight = "".join(text.split()) if not found or "/" not in "".join(found) else "".join(found)
    return "".join(words(tight))


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


class Standing(NamedTuple):
    """A task that stands already."""

    id: UUID
    code: str
    stage: str
    batch: UUID | None
    visible: bool


@dataclass
class Tasks:
    """The tasks that a list might make again, by id, by code, and by what they say."""

    by_id: dict[UUID, Standing] = field(default_factory=dict)
    by_code: dict[str, Standing] = field(default_factory=dict)
    by_words: dict[tuple[str, UUID, UUID], Standing] = field(default_factory=dict)


def tasks(
    reader: Reader, ids: Collection[UUID], codes: Collection[str], leads: Collection[UUID], instruments: Collection[UUID]
) -> Tasks:  # fmt: skip
    """Those with one of these ids or codes; and of these leads and instruments, those that the reader may list.

    By their words, parts are left out: a list makes none, and there may be very many.
    """
    condition, values = visible_tasks(reader)
    sql = f"""
SELECT t.id, t.code, t.stage, t.batch, {condition}, t.lead, t.instrument, c.task FROM steer_task t JOIN core_commitment c ON c.id = t.id
WHERE t.id = ANY(%s::uuid[]) OR t.code = ANY(%s) OR (t.parent IS NULL AND t.lead = ANY(%s::uuid[]) AND t.instrument = ANY(%s::uuid[]))"""  # noqa: S608 — constant parts; values are parameters
    found = Tasks()
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, list(ids), list(codes), list(leads), list(instruments)])
        for id_, code, stage, batch, visible, lead, instrument, task in cursor.fetchall():
            one = Standing(id_, code, stage, batch, visible)
            found.by_id[id_] = one
            found.by_code[code] = one
            if visible and stage != "cancelled":
                found.by_words.setdefault((same_words(task), lead, instrument), one)
    return found
