"""Search tokens: found by the same words however they are written, and by the same key only."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sauro.core.vault import keyring
from sauro.core.vault.keyring import Keyring
from sauro.core.vault.tokens import KINDS, tokens_for


def test_names_by_word_without_diacritics(ring: Keyring) -> None:
    whole = tokens_for(ring, "name", "Nguyễn Thị Hoa")
    assert set(tokens_for(ring, "name", "hoa NGUYEN")) < set(whole)
    assert len(whole) == 3
    assert all(len(token) == 16 for token in whole)
    assert tokens_for(ring, "name", "Hoa hoa HÒA") == tokens_for(ring, "name", "hoa")


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("number", "079 123 456 789", "079123456789"),
        ("number", "g22.10-3.5-250812/0001", "G22103 5250812 0001"),
        ("phone", "+84 912 345 678", "0912.345.678"),
        ("phone", "0084912345678", "0912345678"),
        ("phone", "+84 (0)912 345 678", "0912345678"),
        ("email", " Hoa@Example.VN ", "hoa@example.vn"),
    ],
)
def test_the_same_in_another_writing(ring: Keyring, kind: str, first: str, second: str) -> None:
    assert tokens_for(ring, kind, first) == tokens_for(ring, kind, second) != []


def test_a_foreign_telephone_is_not_a_vietnamese_one(ring: Keyring) -> None:
    assert tokens_for(ring, "phone", "+66 912 345 678") != tokens_for(ring, "phone", "0912345678")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_gives_no_token(ring: Keyring, kind: str) -> None:
    assert tokens_for(ring, kind, " ") == []


def test_kinds_never_meet(ring: Keyring) -> None:
    found = [tokens_for(ring, kind, "0912345678") for kind in KINDS]
    assert len({tokens[0] for tokens in found}) == len(KINDS)


def test_another_key_gives_other_tokens(ring: Keyring, tmp_path: Path) -> None:
    other = keyring.create(tmp_path / "others")
    assert not set(tokens_for(ring, "name", "Hoa")) & set(tokens_for(other, "name", "Hoa"))


def test_unknown_kind(ring: Keyring) -> None:
    with pytest.raises(KeyError):
        tokens_for(ring, "diagnosis", "text")


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    return keyring.create(tmp_path_factory.mktemp("k") / "keys")


@given(name=st.text(max_size=40))
def test_no_token_twice(held: Keyring, name: str) -> None:
    found = tokens_for(held, "name", name)
    assert len(found) == len(set(found))
