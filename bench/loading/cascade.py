"""Cascades multiplied: each task that has parts is cut out of the seed as a block, and copied under its ancestors.

A block is what is done to one task: its events (accepted, ten parts handed on, and on the last level all that is done
to those parts), the rows in which it ends, and the keys and sealed words of its parts. What ties it to the blocks above
it (ids on its path, its own code, timers and the event that made it, who leads what) is inherited by the copy.
"""

import itertools
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
import psycopg

from bench.loading.copying import COLUMNS, Lines, Tree
from bench.loading.offices import FIELDS, Head
from bench.loading.planting import LEVELS, PARTS, Planted
from bench.loading.seed import EVENT_COLUMNS, Seed, add_rows, copied, leaf_hash
from bench.loading.stencil import Stencil

STATE = (("core_commitment", "id"), ("steer_task", "id"), ("core_timer", "commitment"), ("steer_report", "task"), ("steer_evidence", "task"))  # fmt: skip
Values = dict[str, bytes]


@dataclass
class Sealed:
    """A sealed part of the seed: of which slot's unit, its name (which may hold an id), words, and its digest's slot."""

    unit: str
    name: Stencil
    version: int
    data: dict[str, Any]
    digest: str


@dataclass
class Block:
    """Stencils over ``slots``. ``bare`` are the rows of each part that is not carried on."""

    depth: int
    slots: Values
    events: list[tuple[str, Stencil, Stencil]] = field(default_factory=list)
    rows: dict[str, list[Stencil]] = field(default_factory=dict)
    bare: list[dict[str, list[Stencil]]] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    sealed: list[Sealed] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """How a copy gets each value: what is none of these is led by another head, or comes from sealing."""
        self.codes = [name for name in self.slots if name == "code" or name.endswith(".code")]
        self.keys = [name for name in self.slots if name.startswith("key")]
        others = {*self.codes, *self.keys, *(name for name in self.slots if name.startswith("digest"))}
        self.ids = [
            (name, value[:13])
            for name, value in self.slots.items()
            if name not in others and name.rpartition(".")[2] not in FIELDS
        ]


def cut(link: psycopg.Connection[Any], path: list[Planted], keyring: Any) -> Block:
    """The block of the last task of a path of the seed, from the root."""
    task = path[-1]
    last = len(path) == LEVELS
    subjects = [task.id, *(part.id for part in task.parts if last)]
    events = link.execute(
        f"SELECT {EVENT_COLUMNS}, body FROM core_event WHERE subject = ANY(%s) ORDER BY seq", [subjects]
    ).fetchall()
    if len(path) == 1:  # the root is not handed down by anybody: it is drafted under its own id
        assert [event[1] for event in events][:2] == ["steer.draft_task", "steer.assign_task"]
    bodies = [orjson.loads(event[-1]) for event in events]
    block = Block(len(path) - 1, _slots(link, path, events, bodies))
    values = list(block.slots.values())
    names = {value: name for name, value in block.slots.items()}
    for event in events:
        head = copied(link, f"SELECT {EVENT_COLUMNS} FROM core_event WHERE id = '{event[0]}'")[0]
        block.events.append(
            (names[str(event[0]).encode()], Stencil(head, values), Stencil(bytes(event[-1]), values))
        )
    block.rows = _rows(link, block, [str(id_) for id_ in subjects])
    if not last:
        block.bare = [_rows(link, block, [str(part.id)]) for part in task.parts]
    _seal(link, block, bodies, names, keyring)
    return block


def _slots(
    link: psycopg.Connection[Any], path: list[Planted], events: list[Any], bodies: list[Any]
) -> Values:
    """Every value of the seed that a copy has another one for, by what it is."""
    task, made = path[-1], {}
    for depth, above in enumerate(path):
        made[f"path{depth}"] = str(above.id)
        made |= {f"path{depth}.{name}": str(getattr(above.head, name)) for name in FIELDS}
    made["code"] = task.code
    known = _of(link, task.id)
    made |= {f"timer{number}": id_ for number, id_ in enumerate(known)}
    if len(path) > 1:
        made["born"] = _born(link, task.id)
    for number, part in enumerate(task.parts):
        made |= {
            f"part{number}": str(part.id),
            f"part{number}.code": part.code,
            f"part{number}.born": _born(link, part.id),
        }
        made |= {f"part{number}.timer{n}": id_ for n, id_ in enumerate(_of(link, part.id))}
        made |= {f"part{number}.{name}": str(getattr(part.head, name)) for name in FIELDS}
    taken = set(made.values())
    fresh = [str(event[0]) for event in events]
    fresh += [image["id"] for body in bodies for _table, _op, image, *_ in body["changes"] if "id" in image]
    made |= {
        f"fresh{n}": id_ for n, id_ in enumerate(dict.fromkeys(id_ for id_ in fresh if id_ not in taken))
    }
    made |= {f"key{n}": event[6] for n, event in enumerate(events)}
    digests = [
        image["digest"]
        for body in bodies
        for table, _op, image, *_ in body["changes"]
        if table == "core_personal"
    ]
    made |= {f"digest{n}": digest for n, digest in enumerate(digests)}
    return {name: str(value).encode() for name, value in made.items()}


def _of(link: psycopg.Connection[Any], task: UUID) -> list[str]:
    rows = link.execute("SELECT id::text FROM core_timer WHERE commitment = %s ORDER BY due_at, kind", [task])
    return [row[0] for row in rows.fetchall()]


def _born(link: psycopg.Connection[Any], task: UUID) -> str:
    """The event that made a task: its note was sealed in it, and no later event touches that."""
    row = link.execute(
        "SELECT e.id::text FROM core_event e JOIN steer_task t ON t.parent = e.subject"
        " WHERE t.id = %s AND e.name = 'steer.hand_sub_task' AND convert_from(e.body, 'UTF8') LIKE '%%' || t.code || '%%'"
        " ORDER BY e.seq LIMIT 1",
        [task],
    ).fetchone()
    assert row is not None
    return str(row[0])


def _rows(link: psycopg.Connection[Any], block: Block, ids: list[str]) -> dict[str, list[Stencil]]:
    seed = Seed(list(block.slots.values()), [], [], [], [], [])
    for table, column in STATE:
        add_rows(link, seed, table, column, set(ids))
    block.columns |= seed.columns
    return seed.rows


def _seal(
    link: psycopg.Connection[Any], block: Block, bodies: list[Any], names: dict[bytes, str], keyring: Any
) -> None:
    from sauro.core.vault.cipher import unwrap
    from sauro.core.vault.parts import open_part

    for body in bodies:
        for table, _op, image, *_ in body["changes"]:
            if table != "core_personal":
                continue
            unit, part = image["unit"], image["part"]
            row = link.execute(
                "SELECT k.wrapped, p.version, p.ciphertext FROM core_unit_key k JOIN core_personal p ON p.unit = k.unit"
                " WHERE k.unit = %s AND p.part = %s", [unit, part],
            ).fetchone()  # fmt: skip
            assert row is not None
            data = open_part(unwrap(keyring, UUID(unit), bytes(row[0])), part, row[1], bytes(row[2])) or {}
            slot = names[unit.encode()]
            name = Stencil(part.encode(), list(block.slots.values()))
            block.sealed.append(Sealed(slot, name, row[1], data, names[image["digest"].encode()]))
            if part == "note":
                block.units.append(slot)


class Copier:
    """Copies blocks under fresh values, down from a root; ``carried`` of the ten parts of each level are carried on."""

    def __init__(
        self, blocks: list[list[Block]], heads: list[Head], keyring: Any, tree: Tree, carried: int
    ) -> None:
        self.blocks, self.keyring, self.tree, self.carried = blocks, keyring, tree, carried
        self.heads = itertools.cycle([head.values() for head in heads])
        self.codes = itertools.count(8_000_000_000_000)
        self.keys = itertools.count(int.from_bytes(os.urandom(8), "big"))
        self.lines: Lines = defaultdict(list)
        self.tasks = self.events = 0
        self.root = b""
        self.columns = dict(COLUMNS)
        for block in itertools.chain.from_iterable(blocks):
            self.columns |= block.columns

    def grow(self, full: Callable[[Lines], None], batch: int) -> None:
        """Copy the whole cascade; ``full`` gets the lines whenever there are events for a batch."""
        for _block in self._down(0, 0, self._led("path0")):
            if len(self.lines["core_event"]) >= batch:
                full(self.lines)
                self.lines = defaultdict(list)
        full(self.lines)

    def _led(self, name: str) -> Values:
        return {f"{name}.{field_}": value for field_, value in zip(FIELDS, next(self.heads), strict=True)}

    def _down(self, depth: int, turn: int, inherited: Values) -> Iterator[None]:
        block = self.blocks[depth][turn % len(self.blocks[depth])]
        values = self._copy(block, inherited)
        self.tasks += 1
        yield
        if depth == LEVELS - 1:
            self.tasks += PARTS
            return
        for number in range(PARTS):
            if number < self.carried or depth == LEVELS - 2:
                yield from self._down(depth + 1, number, _handed(values, depth, number))
            else:
                self._add(block.bare[number], list(values.values()))
                self.tasks += 1

    def _copy(self, block: Block, inherited: Values) -> Values:
        values = self._values(block, inherited)
        self._seal(block, values)
        filled = list(values.values())
        for slot, head, stencil in block.events:
            body = stencil.fill(filled)
            hash_ = leaf_hash(body)
            self.lines["core_event"].append(b"%b\t\\\\x%b\n" % (head.fill(filled)[:-1], body.hex().encode()))
            index = self.tree.add(hash_, self.lines)
            self.lines["core_leaf"].append(b"%d\t%b\t\\\\x%b\n" % (index, values[slot], hash_.hex().encode()))
        self.events += len(block.events)
        self._add(block.rows, filled)
        if block.depth == 0:
            self.root = values["path0"]
        return values

    def _values(self, block: Block, inherited: Values) -> Values:
        """In the order of the block's slots: inherited, led by another head, or fresh."""
        made = dict(block.slots)
        for number in range(PARTS):
            made |= self._led(f"part{number}")
        made |= {name: value for name, value in inherited.items() if name in made}
        for name in block.codes:
            if name not in inherited:
                made[name] = b"%d" % next(self.codes)
        # From the same millisecond, so that the index stays compact; 74 bits are new.
        tails = os.urandom(10 * len(block.ids)).hex().encode()
        for place, (name, head) in enumerate(block.ids):
            if name not in inherited:
                tail = tails[20 * place : 20 * place + 20]
                made[name] = head + b"-7" + tail[:3] + b"-8" + tail[3:6] + b"-" + tail[6:18]
        for name in block.keys:
            made[name] = b"copy-%x" % next(self.keys)
        return made

    def _seal(self, block: Block, values: Values) -> None:
        from sauro.core.vault.cipher import new_unit
        from sauro.core.vault.parts import seal_part

        keys, filled = {}, list(values.values())
        for slot in block.units:
            unit = new_unit(self.keyring, UUID(values[slot].decode()))
            keys[slot] = unit.key
            self.lines["core_unit_key"].append(
                b"%b\t\\\\x%b\tnow\n" % (values[slot], unit.wrapped.hex().encode())
            )
        for part in block.sealed:
            name = part.name.fill(filled)
            sealed = seal_part(keys[part.unit], name.decode(), part.version, part.data)
            values[part.digest] = sealed.digest.hex().encode()
            self.lines["core_personal"].append(
                b"%b\t%b\t%d\t\\\\x%b\t\\\\x%b\n"
                % (values[part.unit], name, part.version, sealed.ciphertext.hex().encode(), values[part.digest])
            )  # fmt: skip

    def _add(self, rows: dict[str, list[Stencil]], filled: list[bytes]) -> None:
        for table, stencils in rows.items():
            self.lines[table] += [stencil.fill(filled) for stencil in stencils]


def _handed(values: Values, depth: int, number: int) -> Values:
    """What the block of a part inherits from the block of the task above it."""
    made = {name: value for name, value in values.items() if name.startswith("path")}
    part = f"part{number}"
    for name, value in values.items():
        if name == part:
            made[f"path{depth + 1}"] = value
        elif name.startswith(f"{part}."):
            own = name.partition(".")[2]
            made[f"path{depth + 1}.{own}" if own in FIELDS else own] = value
    return made
