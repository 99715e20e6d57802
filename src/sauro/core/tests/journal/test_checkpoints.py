from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sauro.core import note
from sauro.core.ids import new_id
from sauro.core.journal import checkpoints, proofs
from sauro.core.journal.checkpoints import HistoryChanged, sign_checkpoint
from sauro.core.journal.hashes import StoredHashes
from sauro.core.merkle import CompactRange, ProofRefused, inclusion_proof, inclusion_ranges
from sauro.core.note import Checkpoint, NoteRefused, verifier_of
from sauro.core.refusal import Refusal
from sauro.core.tests.journal.world import KEY, ORIGIN, World

OURS = [verifier_of(ORIGIN, KEY)]


def grow(world: World, count: int) -> None:
    with world.db.transaction():
        for _ in range(count):
            world.record(None, new_id(), [])
    world.seal()


def root(world: World, size: int) -> bytes:
    tree = CompactRange()
    for (hash_,) in world.db.execute("SELECT hash FROM core_leaf ORDER BY leaf_index LIMIT %s", [size]):
        tree.append(hash_)
    return tree.root()


def test_a_checkpoint_says_what_the_tree_is_and_who_says_so(world: World) -> None:
    grow(world, 5)
    signed = sign_checkpoint(world.db, KEY, ORIGIN)
    assert signed is not None
    assert note.open_checkpoint(signed.note, OURS) == Checkpoint(ORIGIN, 5, root(world, 5))
    assert checkpoints.latest(world.db) == checkpoints.at(world.db, 5) == signed
    assert checkpoints.at(world.db, 4) is None


def test_nothing_is_signed_where_nothing_is_new(world: World) -> None:
    assert sign_checkpoint(world.db, KEY, ORIGIN) is None
    grow(world, 2)
    assert sign_checkpoint(world.db, KEY, ORIGIN)
    assert sign_checkpoint(world.db, KEY, ORIGIN) is None


def test_checkpoints_are_published_as_files(world: World) -> None:
    folder = world.folder / "checkpoints"
    for size in (3, 4):
        grow(world, size - (3 if size == 4 else 0))
        signed = sign_checkpoint(world.db, KEY, ORIGIN, folder)
        assert signed is not None
        assert (folder / "latest.txt").read_text() == signed.note
    (history,) = folder.glob("history-*.jsonl")
    assert [orjson.loads(line)["size"] for line in history.read_bytes().splitlines()] == [3, 4]
    assert len(checkpoints.notes_in(history.read_text())) == 2
    assert sorted(path.name for path in folder.iterdir()) == [history.name, "latest.txt"]


def test_a_lost_file_is_written_again(world: World) -> None:
    folder = world.folder / "checkpoints"
    grow(world, 3)
    signed = sign_checkpoint(world.db, KEY, ORIGIN)
    assert sign_checkpoint(world.db, KEY, ORIGIN, folder) is None
    assert signed is not None
    assert (folder / "latest.txt").read_text() == signed.note


def test_a_rewritten_history_is_not_signed(world: World) -> None:
    grow(world, 4)
    sign_checkpoint(world.db, KEY, ORIGIN)
    world.tamper("UPDATE core_leaf SET hash = sha256(hash) WHERE leaf_index = 1")
    grow(world, 1)
    with pytest.raises(HistoryChanged, match="first 4"):
        sign_checkpoint(world.db, KEY, ORIGIN)


def test_a_database_that_was_rolled_back_is_not_signed(world: World) -> None:
    """Everything in the database agrees; only the file remembers that there was more."""
    folder = world.folder / "checkpoints"
    grow(world, 4)
    sign_checkpoint(world.db, KEY, ORIGIN, folder)
    for table in ("core_leaf", "core_event", "core_checkpoint"):
        world.tamper(f"DELETE FROM {table}")
    grow(world, 3)
    with pytest.raises(HistoryChanged, match="rolled back"):
        sign_checkpoint(world.db, KEY, ORIGIN, folder)
    grow(world, 2)
    with pytest.raises(HistoryChanged, match="first 4"):
        sign_checkpoint(world.db, KEY, ORIGIN, folder)


def test_an_emptied_journal_is_not_signed(world: World) -> None:
    grow(world, 2)
    sign_checkpoint(world.db, KEY, ORIGIN)
    world.tamper("DELETE FROM core_leaf")
    with pytest.raises(HistoryChanged, match="0 events"):
        sign_checkpoint(world.db, KEY, ORIGIN)


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 700])
def test_every_place_is_proved_at_a_checkpoint(world: World, size: int) -> None:
    grow(world, size)
    sign_checkpoint(world.db, KEY, ORIGIN)
    grow(world, 3)
    for index in {0, size // 2, size - 1}:
        event = world.events()[index]
        proof = proofs.inclusion(world.db, event=event)
        proof.check(OURS)
        assert (proof.leaf_index, proof.size, proof.root) == (index, size, root(world, size).hex())
        assert proofs.inclusion(world.db, leaf_index=index).path == proof.path


def test_a_proof_survives_its_journey_as_json_and_fails_when_touched(world: World) -> None:
    grow(world, 9)
    sign_checkpoint(world.db, KEY, ORIGIN)
    sent = msgspec.json.encode(proofs.inclusion(world.db, leaf_index=4))
    proof = msgspec.json.decode(sent, type=proofs.InclusionProof)
    proof.check(OURS)
    for change in (
        {"leaf_index": 5}, {"leaf_hash": "00" * 32}, {"path": proof.path[1:]}, {"root": "00" * 32}, {"size": 8},
        {"checkpoint": None},
    ):  # fmt: skip
        with pytest.raises(ProofRefused):
            msgspec.structs.replace(proof, **change).check(OURS)
    with pytest.raises(NoteRefused):
        proof.check([verifier_of(ORIGIN, Ed25519PrivateKey.generate())])


def test_proofs_hold_hashes_and_nothing_else(world: World) -> None:
    grow(world, 3)
    sign_checkpoint(world.db, KEY, ORIGIN)
    sent = msgspec.json.encode(proofs.inclusion(world.db, event=world.events()[1]))
    assert b"toy.put" not in sent
    assert "Đơn".encode() not in sent


@pytest.mark.parametrize(("first", "second"), [(1, 2), (255, 600), (256, 512), (300, 300), (512, 600)])
def test_a_later_journal_continues_an_earlier_one(world: World, first: int, second: int) -> None:
    grow(world, first)
    sign_checkpoint(world.db, KEY, ORIGIN)
    earlier = root(world, first)
    if second > first:
        grow(world, second - first)
        sign_checkpoint(world.db, KEY, ORIGIN)
    proof = proofs.consistency(world.db, first)
    assert (proof.second, proof.first_root) == (second, earlier.hex())
    proof.check(OURS)
    with pytest.raises(ProofRefused):
        msgspec.structs.replace(proof, first_root="00" * 32).check(OURS)


def test_a_proof_takes_few_statements(world: World) -> None:
    grow(world, 700)
    asked: list[int] = []

    class Counted(StoredHashes):
        def _rows(self, statement: str, values: Sequence[Any]) -> Iterable[Any]:
            found = list(super()._rows(statement, values))
            asked.append(len(found))
            return found

    with world.db.cursor() as cursor:
        hashes = Counted(cursor).fetch([(0, 700), *inclusion_ranges(300, 700)])
        assert len(inclusion_proof(300, 700, hashes)) == 10
    assert len(asked) == 2
    assert sum(asked) < 256 + 188 + 3


def test_what_cannot_be_proved_is_refused_with_what_to_do(world: World) -> None:
    with pytest.raises(Refusal) as refused:
        proofs.inclusion(world.db, leaf_index=0)
    assert refused.value.code == "unknown_event"
    with pytest.raises(Refusal) as refused:
        proofs.checkpoint(world.db)
    assert refused.value.code == "no_checkpoint"
    grow(world, 2)
    sign_checkpoint(world.db, KEY, ORIGIN)
    event = world.record(None, new_id(), [])
    asks: dict[str, dict[str, Any]] = {
        "not_sealed": {"event": event},
        "unknown_event": {"leaf_index": 99},
        "no_such_size": {"leaf_index": 0, "size": 99},
    }
    for code, ask in asks.items():
        with pytest.raises(Refusal) as refused:
            proofs.inclusion(world.db, **ask)
        assert (refused.value.code, refused.value.rule, refused.value.status) == (code, "I10", 404)
    world.seal()
    with pytest.raises(Refusal) as refused:
        proofs.inclusion(world.db, event=event)
    assert refused.value.code == "not_covered"
    for first in (0, 4):
        with pytest.raises(Refusal) as refused:
            proofs.consistency(world.db, first)
        assert refused.value.code == "no_such_size"


def test_a_proof_over_a_torn_tree_is_not_made_up(world: World) -> None:
    grow(world, 5)
    sign_checkpoint(world.db, KEY, ORIGIN)
    world.tamper("UPDATE core_leaf SET hash = sha256(hash) WHERE leaf_index = 4")
    with pytest.raises(Refusal) as refused:
        proofs.inclusion(world.db, leaf_index=3)
    assert (refused.value.code, refused.value.status) == ("journal_torn", 409)
    world.tamper("DELETE FROM core_leaf WHERE leaf_index = 2")
    with pytest.raises(Refusal) as refused:
        proofs.inclusion(world.db, leaf_index=3)
    assert (refused.value.code, refused.value.status) == ("journal_torn", 409)
