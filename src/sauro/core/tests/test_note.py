import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from sauro.core.note import Checkpoint, NoteRefused, Verifier, open_checkpoint, parse, sign, verifier_of

# The example of the signed note format as its first implementation documents it (golang.org/x/mod/sumdb/note).
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SAYING = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
SIGNED = f"{SAYING}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OURS = verifier_of("sauro.example/journal", KEY)
CHECKPOINT = Checkpoint("sauro.example/journal", 42, bytes(range(32)))


def test_a_note_of_another_program_is_read_and_verified() -> None:
    verifier = Verifier.parse(NEUMANN)
    assert verifier.text() == NEUMANN
    note = parse(SIGNED)
    assert note.text == SAYING
    assert note.verified_by([verifier]) == [verifier]


def test_a_checkpoint_comes_back_as_it_was_signed() -> None:
    note = sign(CHECKPOINT.text(), OURS.name, KEY)
    assert open_checkpoint(note, [OURS]) == CHECKPOINT
    assert note.split("\n")[:3] == [
        "sauro.example/journal",
        "42",
        base64.b64encode(bytes(range(32))).decode(),
    ]


def test_signatures_of_strangers_stand_beside_ours() -> None:
    other = Ed25519PrivateKey.generate()
    ours, theirs = (
        sign(CHECKPOINT.text(), name, key) for name, key in ((OURS.name, KEY), ("witness", other))
    )
    both = ours + theirs.rpartition("\n\n")[2]
    assert open_checkpoint(both, [OURS]) == CHECKPOINT
    assert len(parse(both).verified_by([OURS, verifier_of("witness", other)])) == 2
    with pytest.raises(NoteRefused, match="any key"):
        open_checkpoint(theirs, [OURS])


@given(st.data())
def test_one_changed_character_is_refused(data: st.DataObject) -> None:
    note = sign(CHECKPOINT.text(), OURS.name, KEY)
    at = data.draw(st.integers(0, len(note) - 1))
    new = data.draw(st.characters(exclude_categories=["Cs"]).filter(lambda each: each != note[at]))
    with pytest.raises(NoteRefused):
        open_checkpoint(note[:at] + new + note[at + 1 :], [OURS])


@given(st.data())
def test_one_missing_character_is_refused(data: st.DataObject) -> None:
    note = sign(CHECKPOINT.text(), OURS.name, KEY)
    at = data.draw(st.integers(0, len(note) - 1))
    with pytest.raises(NoteRefused):
        open_checkpoint(note[:at] + note[at + 1 :], [OURS])


def test_a_known_name_with_another_key_is_not_known() -> None:
    note = sign(CHECKPOINT.text(), OURS.name, Ed25519PrivateKey.generate())
    with pytest.raises(NoteRefused, match="any key"):
        open_checkpoint(note, [OURS])


@pytest.mark.parametrize(
    "text",
    [
        "origin\n1\n",
        "origin\n01\n" + CHECKPOINT.text().split("\n")[2] + "\n",
        "origin\n-1\n" + CHECKPOINT.text().split("\n")[2] + "\n",
        "origin\n１\n" + CHECKPOINT.text().split("\n")[2] + "\n",
        "origin\n1\nAAAA\n",
        "origin\n1\n" + CHECKPOINT.text().split("\n")[2],
        "\n1\n" + CHECKPOINT.text().split("\n")[2] + "\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused):
        Checkpoint.parse(text)


def test_extension_lines_are_allowed() -> None:
    assert Checkpoint.parse(CHECKPOINT.text() + "an extension\n") == CHECKPOINT


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b"])
def test_a_key_name_is_one_word(name: str) -> None:
    with pytest.raises(NoteRefused):
        sign("text\n", name, KEY)


@pytest.mark.parametrize("text", ["no line feed", "tab\there\n", "carriage\r\n"])
def test_a_text_that_a_note_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused):
        sign(text, OURS.name, KEY)


@pytest.mark.parametrize(
    "text", ["", "name", "name+00000000+AAAA", NEUMANN.replace("c74f", "c74e"), NEUMANN[:-1]]
)
def test_a_wrong_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused):
        Verifier.parse(text)
