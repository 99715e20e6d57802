"""The permission matrix, asked over HTTP: every cell, with real sessions, real addresses and forms that are right.

Only authority can stand in the way of a cell, so whatever else stops it is a difference too. What the table says and
what the product does differ in no cell; and nothing that the product offers is missing in the table.
"""

import contextlib
from collections import Counter
from unittest.mock import patch

import pytest

from sauro.packs.vocabulary import ACTIONS
from tests.permissions import asks_reads, asks_rest, asks_serve, asks_steer, matrix
from tests.permissions.asking import ASKED, Question, how
from tests.permissions.matrix import Cell
from tests.permissions.world import World, undone

assert asks_reads and asks_rest and asks_serve and asks_steer
BY_STATUS, TOLD = ("act", "page", "download", "stream"), ("serve:accept_chosen",)
"""The kinds of which the status tells everything, and where among them the words do."""


def test_the_table_is_whole() -> None:
    """Every line is read, every place can be asked, every action of the vocabulary is spoken of."""
    table = matrix.lines()
    for line in table:
        assert line["kind"] in matrix.KINDS and line["role"] in (*matrix.ROLES, "*"), line
        assert all(line[relation] in (*matrix.ANSWERS, "-") for relation in matrix.RELATIONS), line
    each = [(line["kind"], line["where"], line["role"]) for line in table]
    assert len(each) == len(set(each)), [line for line, count in Counter(each).items() if count > 1]
    places = {(line["kind"], line["where"]) for line in table}
    unasked = {place for place in places - set(ASKED) if place[0] != "page" or " " in place[1]}
    assert not unasked, f"say how each is asked: {unasked}"
    assert not set(ASKED) - places, set(ASKED) - places
    named = {line["does"] for line in table}
    assert named >= ACTIONS, ACTIONS - named
    for kind, where in places - {place for place in places if place[0] == "doorway"}:
        strangers = [
            line
            for line in table
            if (line["kind"], line["where"], line["role"]) == (kind, where, "anonymous")
        ]
        assert strangers, f"{kind} {where}: say what a stranger finds"


def test_every_cell_over_http(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    found, wrong = Counter[str](), []
    for cell in matrix.cells():
        said = asked(world, cell)
        found[f"{cell.kind}: {cell.answer}"] += 1
        if said != cell.answer:
            wrong.append(f"{cell}: the table says {cell.answer}, the product {said}")
    with capsys.disabled():
        print(f"\nthe permission matrix: {sum(found.values())} cells, {len(wrong)} differ")
        for kind in matrix.KINDS:
            counts = {
                name.partition(": ")[2]: count
                for name, count in found.items()
                if name.startswith(f"{kind}: ")
            }
            print(
                f"  {kind:9}"
                + ", ".join(f"{counts[answer]} {answer}" for answer in matrix.ANSWERS if answer in counts)
            )
    assert not wrong, f"{len(wrong)} cells differ:\n" + "\n".join(wrong)


def asked(world: World, cell: Cell) -> str:
    """What the product answers to a cell; what it did is taken back.

    Where nothing is to be shown the status alone answers, and the page that says so is not drawn: it takes longer than all
    that decides, and tests/architecture/test_routes.py reads it.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(undone())
        if cell.answer != "allow" and cell.kind in BY_STATUS and cell.where not in TOLD:
            stack.enter_context(patch("django.template.loader.render_to_string", return_value=""))
        who = world.who(cell.role, cell.relation)
        # What an earlier cell was told, and no page has shown yet.
        who.client.cookies.pop("messages", None)
        return how(cell)(Question(world, cell, who))
